package wire

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const (
	production = "333333333333"
	rolesThere = "arn:aws:iam::" + production + ":role/"
)

// doors is a world in which one account has roles that another may assume, each in its own way.
func doors() *world.World {
	list := `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sagemaker:List*", "Resource": "*"}}`
	use := world.Key{AccessKeyID: "USER", Principal: "arn:aws:iam::" + research + ":user/ana", Policies: []string{`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": "arn:aws:iam::*:role/*"},
		{"Effect": "Allow", "Action": ["sts:TagSession"], "Resource": "` + rolesThere + `tagged"},
		{"Effect": "Deny", "Action": "*", "Resource": "` + rolesThere + `forbidden"}]}`}}
	trust := []string{research}
	return &world.World{At: at, Accounts: []*world.Account{
		{ID: research, Keys: []world.Key{{}, use}, Regions: []*world.Region{{Name: "us-east-1"}, {Name: "eu-west-1"}}, EnabledRegions: []string{"us-east-1", "eu-west-1"}},
		{ID: production, Regions: []*world.Region{{Name: "eu-west-1", Models: []*world.Model{{Life: life(day), Name: "m"}}}}, EnabledRegions: []string{"eu-west-1", "us-east-1", "ap-east-1"}, Roles: []*world.Role{
			{Name: "open", TrustedPrincipals: []string{"*"}, MaxDuration: 12 * time.Hour},
			{Name: "reader", Path: "/teams/", TrustedPrincipals: trust, Policies: []string{list}},
			{Name: "rooted", TrustedPrincipals: []string{"arn:aws:iam::" + research + ":root"}},
			{Name: "ana", TrustedPrincipals: []string{"arn:aws:iam::" + research + ":user/ana"}},
			{Name: "locked", TrustedPrincipals: trust, ExternalID: "secret"},
			{Name: "tagged", TrustedPrincipals: trust, RequireSessionTags: map[string]string{"team": "finops"}},
			{Name: "forbidden", TrustedPrincipals: trust},
			{Name: "strangers", TrustedPrincipals: []string{"999999999999"}},
			{Name: "next", TrustedPrincipals: []string{rolesThere + "teams/reader", rolesThere + "open"}, MaxDuration: 12 * time.Hour},
		}},
		{ID: "444444444444", State: "SUSPENDED", Roles: []*world.Role{{Name: "open", TrustedPrincipals: []string{"*"}}}},
		{ID: "555555555555", Partition: "aws-cn", Roles: []*world.Role{{Name: "open", TrustedPrincipals: []string{"*"}}}},
	}}
}

func signed(cfg aws.Config, c *types.Credentials) aws.Config {
	cfg = cfg.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	return cfg
}

func TestWhoMayAssumeARole(t *testing.T) {
	_, cfg := serve(t, doors())
	team := []types.Tag{{Key: aws.String("team"), Value: aws.String("finops")}}
	denied := func(role string) string {
		return "User: arn:aws:iam::111111111111:user/ana is not authorized to perform: sts:AssumeRole on resource: " + role
	}
	tests := []struct {
		name string
		in   sts.AssumeRoleInput
		key  string
		// code and message are of the error, empty where the role may be assumed.
		code, message string
	}{
		{name: "everybody", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "open")}},
		{name: "the account", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "teams/reader")}},
		{name: "without its path the role is another", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "reader")}, code: "AccessDenied", message: denied(rolesThere + "reader")},
		{name: "the account's root", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "rooted")}},
		{name: "the user", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "ana")}},
		{name: "another user", key: "AKIASIM" + research, in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "ana")}, code: "AccessDenied",
			message: "User: arn:aws:iam::111111111111:user/simulated is not authorized to perform: sts:AssumeRole on resource: " + rolesThere + "ana"},
		{name: "strangers", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "strangers")}, code: "AccessDenied", message: denied(rolesThere + "strangers")},
		{name: "no such role", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "nobody")}, code: "AccessDenied", message: denied(rolesThere + "nobody")},
		{name: "a suspended account", in: sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::444444444444:role/open")}, code: "AccessDenied", message: denied("arn:aws:iam::444444444444:role/open")},
		{name: "another partition", key: "AKIASIM" + research, in: sts.AssumeRoleInput{RoleArn: aws.String("arn:aws-cn:iam::555555555555:role/open")}, code: "AccessDenied",
			message: "User: arn:aws:iam::111111111111:user/simulated is not authorized to perform: sts:AssumeRole on resource: arn:aws-cn:iam::555555555555:role/open"},
		{name: "the external id", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "locked"), ExternalId: aws.String("secret")}},
		{name: "an external id that nobody asked for", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "open"), ExternalId: aws.String("secret")}},
		{name: "another external id", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "locked"), ExternalId: aws.String("guess")}, code: "AccessDenied", message: denied(rolesThere + "locked")},
		{name: "no external id", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "locked")}, code: "AccessDenied", message: denied(rolesThere + "locked")},
		{name: "the tags", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "tagged"), Tags: team}},
		{name: "no tags", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "tagged")}, code: "AccessDenied", message: denied(rolesThere + "tagged")},
		{name: "tags that the caller may not give", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "open"), Tags: team}, code: "AccessDenied",
			message: "User: arn:aws:iam::111111111111:user/ana is not authorized to perform: sts:TagSession on resource: " + rolesThere + "open because no identity-based policy allows the sts:TagSession action"},
		{name: "the same tag twice", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "tagged"), Tags: []types.Tag{team[0], {Key: aws.String("Team"), Value: aws.String("x")}}}, code: "InvalidParameterValue",
			message: "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{name: "the caller's own policy", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "forbidden")}, code: "AccessDenied", message: denied(rolesThere+"forbidden") + " with an explicit deny in an identity-based policy"},
		{name: "as long as the role lets", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "open"), DurationSeconds: aws.Int32(43200)}},
		{name: "longer", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "ana"), DurationSeconds: aws.Int32(3601)}, code: "ValidationError",
			message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{name: "too short", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "open"), DurationSeconds: aws.Int32(899)}, code: "ValidationError",
			message: "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200"},
		{name: "no ARN", in: sts.AssumeRoleInput{RoleArn: aws.String("role-of-some-sort-or-other")}, key: "AKIASIM" + research, code: "ValidationError", message: "role-of-some-sort-or-other is invalid"},
		{name: "what is not simulated", in: sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "open"), SourceIdentity: aws.String("ana")}, code: "ValidationError",
			message: "The simulated organization has no session policies, MFA, source identities, contexts and transitive tags."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := cfg.Copy()
			cfg.Region = "eu-west-1"
			key := "USER"
			if test.key != "" {
				key = test.key
			}
			cfg.Credentials = credentials.NewStaticCredentialsProvider(key, "secret", "")
			test.in.RoleSessionName = aws.String("audit@example.com")
			_, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &test.in)
			if code(err) != test.code || message(err) != test.message || (err == nil) != (test.code == "") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestASessionIsItsRole(t *testing.T) {
	var now atomic.Pointer[time.Time]
	now.Store(new(at))
	s, cfg := serve(t, doors(), func(o *Options) { o.Now = func() time.Time { return *now.Load() } })
	out, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "teams/reader"), RoleSessionName: aws.String("audit"), DurationSeconds: aws.Int32(900)})
	if err != nil {
		t.Fatal(err)
	}
	if !out.Credentials.Expiration.Equal(at.Add(15 * time.Minute)) {
		t.Errorf("expires at %v", out.Credentials.Expiration)
	}
	mine := signed(cfg, out.Credentials)
	mine.Region = "eu-west-1"
	who, err := sts.NewFromConfig(mine).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := line(*who.Account, *who.Arn, *who.UserId)
	if want := line(production, "arn:aws:sts::333333333333:assumed-role/reader/audit", *out.AssumedRoleUser.AssumedRoleId); got != want {
		t.Errorf("the caller is %s, want %s", got, want)
	}
	regions, err := account.NewFromConfig(mine).ListRegions(t.Context(), nil)
	if code(err) != "AccessDeniedException" {
		t.Errorf("what the role's policies do not allow: %v, %v", regions, err)
	}
	models, err := sagemaker.NewFromConfig(mine).ListModels(t.Context(), nil)
	if err != nil || len(models.Models) != 1 || *models.Models[0].ModelArn != "arn:aws:sagemaker:eu-west-1:333333333333:model/m" {
		t.Errorf("the models of the role's account: %v, %v", models, err)
	}
	if calls := s.CallsIn(production, "eu-west-1"); calls["sagemaker:ListModels"] != 1 {
		t.Errorf("the role's account was called: %v", calls)
	}
	// From one role to the next, for an hour at most.
	_, err = sts.NewFromConfig(mine).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "next"), RoleSessionName: aws.String("on")})
	if code(err) != "AccessDenied" || !strings.Contains(message(err), "arn:aws:sts::333333333333:assumed-role/reader/audit") {
		t.Errorf("a role whose policies do not allow it went on: %v", err)
	}
	expired := func(cfg aws.Config) string {
		_, err := sagemaker.NewFromConfig(cfg).ListModels(t.Context(), nil)
		return code(err)
	}
	now.Store(new(at.Add(15*time.Minute - time.Second)))
	if got := expired(mine); got != "" {
		t.Errorf("just before the end: %s", got)
	}
	now.Store(new(at.Add(15 * time.Minute)))
	if got := expired(mine); got != "ExpiredTokenException" {
		t.Errorf("at the end: %s", got)
	}
	out.Credentials.AccessKeyId = aws.String("ASIAOTHER")
	if got := expired(signed(cfg, out.Credentials)); got != "UnrecognizedClientException" {
		t.Errorf("the token with another's key: %s", got)
	}
}

func TestRoleChain(t *testing.T) {
	_, cfg := serve(t, doors())
	first, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "open"), RoleSessionName: aws.String("one")})
	if err != nil {
		t.Fatal(err)
	}
	for seconds, want := range map[int32]string{3600: "", 3601: "ValidationError"} {
		_, err := sts.NewFromConfig(signed(cfg, first.Credentials)).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "next"), RoleSessionName: aws.String("two"), DurationSeconds: &seconds})
		if code(err) != want {
			t.Errorf("%d seconds: %v", seconds, err)
		}
	}
}

func TestRegionsOfARolesAccount(t *testing.T) {
	_, cfg := serve(t, doors())
	cfg.Credentials = stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), rolesThere+"open")
	out, err := account.NewFromConfig(cfg).ListRegions(t.Context(), &account.ListRegionsInput{RegionOptStatusContains: []accounttypes.RegionOptStatus{"ENABLED", "ENABLED_BY_DEFAULT"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range out.Regions {
		got = append(got, *r.RegionName)
	}
	if diff := cmp.Diff([]string{"ap-east-1", "eu-west-1", "us-east-1"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A fault of an account meets the sessions in its roles too.
func TestFaultsMeetSessions(t *testing.T) {
	w := doors()
	w.Faults = []*world.Fault{{Account: production, Operation: "sagemaker:*", Error: "ThrottlingException"}}
	_, cfg := serve(t, w)
	cfg.Region = "eu-west-1"
	out, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(rolesThere + "open"), RoleSessionName: aws.String("audit")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sagemaker.NewFromConfig(signed(cfg, out.Credentials)).ListModels(t.Context(), nil); code(err) != "ThrottlingException" {
		t.Errorf("got %v", err)
	}
}

func TestTwoRolesOfOneName(t *testing.T) {
	_, err := New(Options{World: &world.World{Accounts: []*world.Account{{ID: research, Roles: []*world.Role{{Name: "r"}, {Name: "r"}}}}}})
	if err == nil || err.Error() != "account 111111111111: there are two roles arn:aws:iam::111111111111:role/r" {
		t.Errorf("got %v", err)
	}
}
