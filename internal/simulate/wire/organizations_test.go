package wire

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	org "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// as is the configuration with another account's key.
func as(cfg aws.Config, account string) aws.Config {
	cfg = cfg.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider("AKIASIM"+account, "secret", "")
	return cfg
}

// pyramid is an organization of 45 accounts: one at the root, which leads it, and 44 two units deep.
func pyramid() *world.World {
	w := &world.World{At: at}
	deep := &world.Unit{ID: "ou-ab12-22222222", Name: "EU", Tags: map[string]string{"stage": "prod"}}
	for i := range 45 {
		a := &world.Account{ID: fmt.Sprintf("%012d", i+1), Name: fmt.Sprintf("account-%02d", i)}
		if i > 0 {
			deep.Accounts = append(deep.Accounts, a.ID)
		}
		w.Accounts = append(w.Accounts, a)
	}
	w.Organization = &world.Organization{ID: "o-exampleorg", Management: w.Accounts[0].ID, Root: &world.Unit{
		ID: "r-ab12", Accounts: []string{w.Accounts[0].ID}, Units: []*world.Unit{{ID: "ou-ab12-11111111", Name: "Production", Units: []*world.Unit{deep}}},
	}}
	return w
}

func TestOrganizationIsPaged(t *testing.T) {
	w := pyramid()
	s, cfg := serve(t, w)
	cfg = as(cfg, w.Accounts[0].ID)
	cfg.Region = "eu-west-3" // the service is at home in us-east-1, and no region has to be on for it
	client := org.NewFromConfig(cfg)
	var all, below []string
	for pages := org.NewListAccountsPaginator(client, nil); pages.HasMorePages(); {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range out.Accounts {
			all = append(all, *a.Id)
		}
	}
	for pages := org.NewListAccountsForParentPaginator(client, &org.ListAccountsForParentInput{ParentId: aws.String("ou-ab12-22222222"), MaxResults: aws.Int32(11)}); pages.HasMorePages(); {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range out.Accounts {
			below = append(below, *a.Id)
		}
	}
	var want []string
	for _, a := range w.Accounts {
		want = append(want, a.ID)
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[1:], below); diff != "" {
		t.Errorf("accounts of the unit (-want +got):\n%s", diff)
	}
	if got := s.CallsIn(w.Accounts[0].ID, "us-east-1"); got["organizations:ListAccounts"] != 3 || got["organizations:ListAccountsForParent"] != 4 {
		t.Errorf("calls %v", got)
	}
	tags, err := client.ListTagsForResource(t.Context(), &org.ListTagsForResourceInput{ResourceId: aws.String("ou-ab12-22222222")})
	if err != nil || len(tags.Tags) != 1 || *tags.Tags[0].Value != "prod" {
		t.Errorf("tags %v, %v", tags, err)
	}
	for child, want := range map[string]types.Parent{
		w.Accounts[0].ID:   {Id: aws.String("r-ab12"), Type: types.ParentTypeRoot},
		"ou-ab12-11111111": {Id: aws.String("r-ab12"), Type: types.ParentTypeRoot},
		"ou-ab12-22222222": {Id: aws.String("ou-ab12-11111111"), Type: types.ParentTypeOrganizationalUnit},
	} {
		out, err := client.ListParents(t.Context(), &org.ListParentsInput{ChildId: &child})
		if err != nil || *out.Parents[0].Id != *want.Id || out.Parents[0].Type != want.Type {
			t.Errorf("parent of %s: %v, %v", child, out, err)
		}
	}
}

func TestWhoMayReadTheOrganization(t *testing.T) {
	list := func(cfg aws.Config) error {
		_, err := org.NewFromConfig(cfg).ListAccounts(t.Context(), nil)
		return err
	}
	describe := func(cfg aws.Config) error {
		_, err := org.NewFromConfig(cfg).DescribeOrganization(t.Context(), nil)
		return err
	}
	w := pyramid()
	w.Organization.Administrators = []string{w.Accounts[1].ID}
	w.Accounts = append(w.Accounts, &world.Account{ID: "999999999999"})
	_, cfg := serve(t, w)
	_, alone := serve(t, home(&world.Region{}))
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{name: "the management account", err: list(as(cfg, w.Accounts[0].ID))},
		{name: "a delegated administrator", err: list(as(cfg, w.Accounts[1].ID))},
		{name: "a member", err: list(as(cfg, w.Accounts[2].ID)), want: "AccessDeniedException"},
		{name: "a member may know its organization", err: describe(as(cfg, w.Accounts[2].ID))},
		{name: "an account outside", err: list(as(cfg, "999999999999")), want: "AWSOrganizationsNotInUseException"},
		{name: "no organization", err: describe(alone), want: "AWSOrganizationsNotInUseException"},
	} {
		if got := code(test.err); got != test.want || (test.err == nil) != (test.want == "") {
			t.Errorf("%s: %v", test.name, test.err)
		}
	}
}

func TestWhatTheOrganizationDoesNotHave(t *testing.T) {
	w := pyramid()
	_, cfg := serve(t, w)
	client := org.NewFromConfig(as(cfg, w.Accounts[0].ID))
	nobody := aws.String("ou-ab12-99999999")
	calls := map[string]func() error{
		"ParentNotFoundException": func() error {
			_, err := client.ListAccountsForParent(t.Context(), &org.ListAccountsForParentInput{ParentId: nobody})
			return err
		},
		"ChildNotFoundException": func() error {
			_, err := client.ListParents(t.Context(), &org.ListParentsInput{ChildId: nobody})
			return err
		},
		"TargetNotFoundException": func() error {
			_, err := client.ListTagsForResource(t.Context(), &org.ListTagsForResourceInput{ResourceId: nobody})
			return err
		},
		"AccountNotFoundException": func() error {
			_, err := client.DescribeAccount(t.Context(), &org.DescribeAccountInput{AccountId: aws.String("999999999999")})
			return err
		},
		"InvalidInputException": func() error {
			_, err := client.ListAccounts(t.Context(), &org.ListAccountsInput{NextToken: aws.String("b3RoZXI")})
			return err
		},
	}
	for want, call := range calls {
		if err := call(); code(err) != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

// AWS takes the older status away on a day that it has announced.
func TestStatusIsRetired(t *testing.T) {
	w := studio()
	now := statusRetired.Add(-time.Second)
	_, cfg := serve(t, w, func(o *Options) { o.Now = func() time.Time { return now } })
	for _, want := range []types.AccountStatus{types.AccountStatusSuspended, ""} {
		out, err := org.NewFromConfig(cfg).DescribeAccount(t.Context(), &org.DescribeAccountInput{AccountId: aws.String(sandbox)})
		if err != nil || out.Account.Status != want || out.Account.State != types.AccountStateSuspended {
			t.Errorf("at %s: status %q, want %q (%v)", now, out.Account.Status, want, err)
		}
		now = statusRetired
	}
}

func TestChinasOrganization(t *testing.T) {
	w := &world.World{
		Accounts:     []*world.Account{{ID: research, Partition: "aws-cn", Regions: []*world.Region{{Name: "cn-north-1"}}}},
		Organization: &world.Organization{ID: "o-cn", Management: research, Root: &world.Unit{ID: "r-cn12", Accounts: []string{research}}},
	}
	s, cfg := serve(t, w)
	cfg.Region = "cn-north-1"
	out, err := org.NewFromConfig(cfg).ListAccounts(t.Context(), nil)
	if err != nil || *out.Accounts[0].Arn != "arn:aws-cn:organizations::111111111111:account/o-cn/111111111111" {
		t.Errorf("%v, %v", out, err)
	}
	if got := s.CallsIn(research, "cn-northwest-1"); len(got) != 1 {
		t.Errorf("calls at the service's home: %v", got)
	}
}

func TestPoliciesOnTheOrganization(t *testing.T) {
	w := studio()
	w.Accounts[0].Keys = []world.Key{{AccessKeyID: "AKIASIM" + research, Policies: []string{`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "organizations:List*", "Resource": ["arn:aws:organizations::111111111111:root/o-exampleorg/*", "arn:aws:organizations::*:account/*/111111111111"]},
		{"Effect": "Allow", "Action": "organizations:ListAccounts", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}]}`}}}
	_, cfg := serve(t, w)
	client := org.NewFromConfig(cfg)
	units := func(parent string) error {
		_, err := client.ListOrganizationalUnitsForParent(t.Context(), &org.ListOrganizationalUnitsForParentInput{ParentId: &parent})
		return err
	}
	_, accounts := client.ListAccounts(t.Context(), nil)
	_, roots := client.ListRoots(t.Context(), nil)
	_, tags := client.ListTagsForResource(t.Context(), &org.ListTagsForResourceInput{ResourceId: aws.String(research)})
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"in the service's region": {accounts, ""},
		"the root":                {units("r-ab12"), ""},
		"a unit":                  {units("ou-ab12-11111111"), "AccessDeniedException"},
		"an account":              {tags, ""},
		"no resource":             {roots, "AccessDeniedException"},
	} {
		if code(test.err) != test.want {
			t.Errorf("%s: %v", name, test.err)
		}
	}
}

func TestOrganizationsThatCannotBe(t *testing.T) {
	for want, change := range map[string]func(*world.World){
		"has no root":                               func(w *world.World) { w.Organization.Root = nil },
		"two of unit r-ab12":                        func(w *world.World) { w.Organization.Root.Units[0].ID = "r-ab12" },
		"no account 999999999999":                   func(w *world.World) { w.Organization.Root.Accounts = []string{"999999999999"} },
		"account 111111111111 is in two places":     func(w *world.World) { w.Organization.Root.Units[0].Accounts = []string{research} },
		"account 999999999999 is to lead it":        func(w *world.World) { w.Organization.Management = "999999999999" },
		"account 222222222222 is in another partit": func(w *world.World) { w.Accounts[1].Partition = "aws-cn" },
	} {
		w := studio()
		change(w)
		if _, err := New(Options{World: w}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
