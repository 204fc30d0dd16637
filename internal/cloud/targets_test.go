package cloud

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// acme is an organization of six accounts, one of them suspended.
func acme() *fakeOrganization {
	return &fakeOrganization{
		units: []fakeUnit{
			{"ou-root-production", "Production", "r-root"}, {"ou-root-research0", "Research", "r-root"}, {"ou-root-sandbox00", "Sandbox", "r-root"},
			{"ou-root-prodeu000", "EU", "ou-root-production"}, {"ou-root-produs000", "US", "ou-root-production"},
		},
		accounts: []fakeAccount{
			{id: "100000000000", name: "management", unit: "r-root", regions: []string{"us-east-1"}},
			{id: "100000000004", name: "prod-eu", unit: "ou-root-prodeu000", tags: map[string]string{"stage": "prod", "team": "ml"}, regions: []string{"eu-west-1", "eu-central-1", "xx-future-1"}},
			{id: "100000000001", name: "prod", unit: "ou-root-production", tags: map[string]string{"stage": "prod"}, regions: []string{"us-east-1"}},
			{id: "100000000003", name: "research", unit: "ou-root-research0", status: "ACTIVE", tags: map[string]string{"stage": "dev"}, regions: []string{"us-west-2"}},
			{id: "100000000002", name: "prod-us", unit: "ou-root-produs000", state: "SUSPENDED", tags: map[string]string{"stage": "prod"}},
			{id: "100000000005", name: "sandbox-ana", unit: "ou-root-sandbox00", tags: map[string]string{"stage": "dev", "Stage": "prod"}},
		},
	}
}

// labels are the targets as account/region.
func labels(sessions []*Session) []string {
	var names []string
	for _, s := range sessions {
		names = append(names, s.Target().Label()+"/"+s.Target().Region)
	}
	return names
}

func TestAccountsOfTheOrganization(t *testing.T) {
	const rest = "organizations:"
	for _, tt := range []struct {
		name         string
		organization Organization
		want         []string
		unmatched    []string
		inactive     int
		calls        map[string]int
	}{
		{
			name:     "all of them",
			want:     []string{"management/eu-west-1", "prod/eu-west-1", "research/eu-west-1", "prod-eu/eu-west-1", "sandbox-ana/eu-west-1"},
			inactive: 1,
			calls:    map[string]int{rest + "ListAccounts": 3, "sts:AssumeRole": 4},
		},
		{
			name:         "a unit by its id, with what is below",
			organization: Organization{Units: []string{"ou-root-production"}},
			want:         []string{"prod/eu-west-1", "prod-eu/eu-west-1"},
			inactive:     1,
			calls:        map[string]int{rest + "ListAccountsForParent": 3, rest + "ListOrganizationalUnitsForParent": 3, "sts:AssumeRole": 2},
		},
		{
			name:         "units by their paths, what they share read once",
			organization: Organization{Units: []string{"Production/EU", "Research", "ou-root-research0"}},
			want:         []string{"research/eu-west-1", "prod-eu/eu-west-1"},
			calls: map[string]int{rest + "ListRoots": 1, rest + "ListAccountsForParent": 2,
				// Two pages below the root, one below Production, EU and Research each.
				rest + "ListOrganizationalUnitsForParent": 5, "sts:AssumeRole": 2},
		},
		{
			name:         "exclusions by id, name and pattern",
			organization: Organization{Exclude: []string{"100000000003", "sandbx-*", "prod", "sandbox-*", "prod*", "10000000000[24]"}},
			want:         []string{"management/eu-west-1"},
			unmatched:    []string{"sandbx-*"},
			calls:        map[string]int{rest + "ListAccounts": 3},
		},
		{
			name:         "tags are read of those that are left",
			organization: Organization{Tags: map[string]string{"stage": "prod"}, Exclude: []string{"research"}},
			want:         []string{"prod/eu-west-1", "prod-eu/eu-west-1"},
			inactive:     1,
			calls:        map[string]int{rest + "ListAccounts": 3, rest + "ListTagsForResource": 4, "sts:AssumeRole": 2},
		},
		{
			name:         "all of the tags",
			organization: Organization{Tags: map[string]string{"stage": "prod", "team": "ml"}, Units: []string{"ou-root-prodeu000"}},
			want:         []string{"prod-eu/eu-west-1"},
			calls: map[string]int{rest + "ListAccountsForParent": 1, rest + "ListOrganizationalUnitsForParent": 1,
				rest + "ListTagsForResource": 1, "sts:AssumeRole": 1},
		},
		{
			name:         "enabled regions that SageMaker is in, and one by name",
			organization: Organization{Units: []string{"ou-root-prodeu000"}, Regions: []string{AllRegions, "ap-south-1", "eu-west-1"}},
			want:         []string{"prod-eu/eu-central-1", "prod-eu/eu-west-1", "prod-eu/ap-south-1"},
			calls: map[string]int{rest + "ListAccountsForParent": 1, rest + "ListOrganizationalUnitsForParent": 1,
				"sts:AssumeRole": 1, "account:ListRegions": 1},
		},
		{
			name:         "a role in the caller's own account",
			organization: Organization{AssumeOwn: true, Exclude: []string{"prod*", "research", "sandbox-ana"}},
			want:         []string{"management/eu-west-1"},
			calls:        map[string]int{rest + "ListAccounts": 3, "sts:AssumeRole": 1},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			signedIn(t)
			synctest.Test(t, func(t *testing.T) {
				fake := newFakeAWS(acme().replies())
				got, err := New(Options{HTTPClient: fake}).OpenTargets(t.Context(), Targets{Organization: &tt.organization})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, labels(got.Sessions)); diff != "" || len(got.Holes) > 0 {
					t.Errorf("%s\nholes %v", diff, got.Holes)
				}
				if !slices.Equal(got.Unmatched, tt.unmatched) {
					t.Errorf("exclusions of nobody %q, want %q", got.Unmatched, tt.unmatched)
				}
				if got.Inactive != tt.inactive {
					t.Errorf("%d inactive accounts, want %d", got.Inactive, tt.inactive)
				}
				tt.calls[getCallerIdentity] = 1
				if diff := cmp.Diff(tt.calls, fake.seen); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestOrganizationThatDoesNotTell(t *testing.T) {
	for _, tt := range []struct {
		name         string
		organization Organization
		replies      map[string]reply
		want, hint   string
	}{
		{
			name:    "not the management account",
			replies: map[string]reply{"organizations:ListAccounts": refuses(400, "AccessDeniedException", "You don't have permissions to access this resource.")},
			want:    "organizations:ListAccounts on 100000000000/eu-west-1: AccessDeniedException: You don't have permissions to access this resource.",
			hint:    "delegated administrators",
		},
		{
			name: "no organization",
			replies: map[string]reply{"organizations:ListAccounts": refuses(400, "AWSOrganizationsNotInUseException",
				"Your account is not a member of an organization.")},
			want: "organizations:ListAccounts on 100000000000/eu-west-1: AWSOrganizationsNotInUseException: Your account is not a member of an organization.",
			hint: "one by one",
		},
		{
			name: "no such unit", organization: Organization{Units: []string{"Production/Asia"}},
			want: `find organizational unit on Production/Asia: there is no "Asia", but EU, US`, hint: "--ou with its path from the root, as Production/EU, or its id",
		},
		{
			name: "no unit below", organization: Organization{Units: []string{"Research/Asia"}},
			want: `find organizational unit on Research/Asia: there is no "Asia", nor any other there`, hint: "--ou",
		},
		{
			name: "no unit of the id", organization: Organization{Units: []string{"ou-root-elsewhere"}},
			replies: map[string]reply{"organizations:ListAccountsForParent": refuses(400, "ParentNotFoundException", "You specified a parent that doesn't exist.")},
			want:    "find organizational unit on ou-root-elsewhere: the organization has none of this id", hint: "--ou",
		},
		{
			name: "nobody fits", organization: Organization{Tags: map[string]string{"stage": "test"}},
			want: "choose accounts on the organization: no active account fits", hint: "tags",
		},
		{
			name: "tags that may not be read", organization: Organization{Tags: map[string]string{"stage": "prod"}},
			replies: map[string]reply{"organizations:ListTagsForResource": refuses(400, "AccessDeniedException", "no")},
			want:    "organizations:ListTagsForResource on 100000000000/eu-west-1: AccessDeniedException: no", hint: "organizations:ListTagsForResource",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			signedIn(t)
			synctest.Test(t, func(t *testing.T) {
				fake := newFakeAWS(acme().replies())
				maps.Copy(fake.replies, tt.replies)
				got, err := New(Options{HTTPClient: fake}).OpenTargets(t.Context(), Targets{Organization: &tt.organization})
				e, ok := errors.AsType[*estate.Error](err)
				if !ok || got != nil || e.Error() != tt.want || !strings.Contains(e.Hint, tt.hint) {
					t.Errorf("got %v, %v\nwant %s\nhint %+v", got, err, tt.want, e)
				}
			})
		})
	}
}

// What keeps one account shut is named, and costs no other account anything.
func TestAccountsThatStayShut(t *testing.T) {
	hole := func(account, name, op string, outcome estate.Outcome, cause string) estate.Coverage {
		return estate.Coverage{Target: estate.Target{Partition: "aws", Account: account, AccountName: name, Region: AllRegions},
			Operation: op, Outcome: outcome, Error: cause, Hides: "everything in the account"}
	}
	denied := func(id, name, role string) estate.Coverage {
		return hole(id, name, assumeRole, estate.OutcomeDenied,
			"AccessDenied: User: arn:aws:iam::100000000000:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::"+id+":role/"+role)
	}
	for _, tt := range []struct {
		name    string
		prepare func(*fakeOrganization, *Targets, map[string]reply)
		want    []string
		holes   []estate.Coverage
		hint    string
	}{
		{
			name:    "denied",
			prepare: func(o *fakeOrganization, _ *Targets, _ map[string]reply) { o.denied = []string{"100000000003"} },
			want:    []string{"management/eu-west-1", "prod/eu-west-1", "prod-eu/eu-west-1", "sandbox-ana/eu-west-1"},
			holes:   []estate.Coverage{denied("100000000003", "research", "SagewardenReader")},
			hint:    "its trust policy",
		},
		{
			name: "wrong external id",
			prepare: func(_ *fakeOrganization, ts *Targets, _ map[string]reply) {
				ts.Accounts = []Account{{ID: "100000000003", Role: &Role{Name: "ops/Reader", ExternalID: "wrong"}}}
				ts.Organization.Units = []string{"Production"}
			},
			want:  []string{"prod/eu-west-1", "prod-eu/eu-west-1"},
			holes: []estate.Coverage{denied("100000000003", "", "ops/Reader")},
			hint:  "arn:aws:iam::100000000003:role/ops/Reader exists",
		},
		{
			name: "tags of the session",
			prepare: func(o *fakeOrganization, ts *Targets, _ map[string]reply) {
				o.denied, ts.Organization.Role.SessionTags = []string{"100000000003"}, map[string]string{"team": "finops"}
				ts.Organization.Units = []string{"Research"}
			},
			holes: []estate.Coverage{denied("100000000003", "research", "SagewardenReader")},
			hint:  "asks for no other external id or session tag (--external-id, --session-tag), and that the caller is allowed sts:AssumeRole and sts:TagSession",
		},
		{
			name: "longer than the role allows",
			prepare: func(_ *fakeOrganization, ts *Targets, replies map[string]reply) {
				ts.Organization.Units = []string{"Research"}
				replies[assumeRole] = refusesXML(http.StatusBadRequest, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
			},
			holes: []estate.Coverage{hole("100000000003", "research", assumeRole, estate.OutcomeFailed,
				"ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")},
			hint: "lower --duration: a role allows 1h at most, unless",
		},
		{
			name: "longer than a role may assume another",
			prepare: func(_ *fakeOrganization, ts *Targets, replies map[string]reply) {
				ts.Organization.Units = []string{"Research"}
				replies[assumeRole] = refusesXML(http.StatusBadRequest, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
			},
			holes: []estate.Coverage{hole("100000000003", "research", assumeRole, estate.OutcomeFailed,
				"ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")},
			hint: "lower --duration: a caller who is in a role already",
		},
		{
			name: "throttled to the end",
			prepare: func(o *fakeOrganization, ts *Targets, replies map[string]reply) {
				ts.Organization.Units = []string{"Research"}
				replies[assumeRole] = refusesXML(http.StatusBadRequest, "Throttling", "Rate exceeded")
			},
			holes: []estate.Coverage{hole("100000000003", "research", assumeRole, estate.OutcomeThrottled, "Throttling: Rate exceeded")},
			hint:  "lower limit for sts:AssumeRole",
		},
		{
			name: "a role that lands elsewhere",
			prepare: func(o *fakeOrganization, ts *Targets, _ map[string]reply) {
				o.lands = map[string]string{"100000000001": "100000000005"}
				ts.Organization.Units = []string{"Production"}
			},
			want: []string{"prod-eu/eu-west-1"},
			holes: []estate.Coverage{hole("100000000001", "prod", assumeRole, estate.OutcomeFailed,
				"assume role arn:aws:iam::100000000001:role/SagewardenReader: the credentials are for account 100000000005")},
		},
		{
			name: "regions that may not be listed",
			prepare: func(_ *fakeOrganization, ts *Targets, _ map[string]reply) {
				ts.Organization.Exclude, ts.Organization.Regions = []string{"prod-*", "research"}, []string{AllRegions}
			},
			want:  []string{"management/us-east-1", "prod/us-east-1"},
			holes: []estate.Coverage{hole("100000000005", "sandbox-ana", listRegions, estate.OutcomeDenied, "AccessDeniedException: no")},
			hint:  "name the account's regions; allow account:ListRegions",
		},
		{
			name: "profiles, which go before the organization",
			prepare: func(_ *fakeOrganization, ts *Targets, _ map[string]reply) {
				ts.Organization.Units = []string{"Production"}
				ts.Accounts = []Account{
					{Profile: "missing"},
					{ID: "100000000001", Profile: "ml", Regions: []string{"us-east-1"}},
					{Profile: "ml", Regions: []string{"us-east-2"}},
				}
			},
			want: []string{"ml/us-east-2", "prod-eu/eu-west-1"},
			holes: []estate.Coverage{
				{Target: estate.Target{AccountName: "missing", Region: AllRegions}, Operation: getCallerIdentity, Outcome: estate.OutcomeFailed,
					Error: "profile missing does not exist", Hides: "everything in the account"},
				hole("100000000001", "ml", getCallerIdentity, estate.OutcomeFailed, "the credentials are for account 100000000000"),
			},
			hint: "list-profiles",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const keys = "region = eu-west-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY\n"
			isolate(t, "[default]\n"+keys+"[profile ml]\n"+keys)
			synctest.Test(t, func(t *testing.T) {
				org := acme()
				org.externalID = "right"
				targets, replies := Targets{Organization: &Organization{Role: Role{ExternalID: "right"}, Regions: []string{"eu-west-1"}}}, org.replies()
				tt.prepare(org, &targets, replies)
				got, err := New(Options{HTTPClient: newFakeAWS(replies)}).OpenTargets(t.Context(), targets)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, labels(got.Sessions)); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(tt.holes, got.Holes, cmpopts.IgnoreFields(estate.Coverage{}, "Hint")); diff != "" {
					t.Error(diff)
				}
				if len(got.Holes) > 0 && !strings.Contains(got.Holes[0].Hint, tt.hint) {
					t.Errorf("hint %q, want %q", got.Holes[0].Hint, tt.hint)
				}
			})
		})
	}
}

func TestNothingIsOpenedTwice(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeAWS(acme().replies())
		got, err := New(Options{HTTPClient: fake}).OpenTargets(t.Context(), Targets{Organization: &Organization{}, Accounts: []Account{
			{Name: "mine"}, {ID: "100000000001", Name: "first", Role: &Role{}, Regions: []string{"us-east-1", "eu-west-1"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"mine/eu-west-1", "first/us-east-1", "first/eu-west-1", "research/eu-west-1", "prod-eu/eu-west-1", "sandbox-ana/eu-west-1"}
		if diff := cmp.Diff(want, labels(got.Sessions)); diff != "" {
			t.Error(diff)
		}
		if who, roles := fake.count(getCallerIdentity), fake.count(assumeRole); who != 1 || roles != 4 {
			t.Errorf("%d calls of GetCallerIdentity, %d of AssumeRole", who, roles)
		}
	})
}

func TestAccountsOfRolesHaveTheirOwnBuckets(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		got, err := New(Options{HTTPClient: newFakeAWS(acme().replies())}).OpenTargets(t.Context(), Targets{Organization: &Organization{}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		var wg sync.WaitGroup
		for _, s := range got.Sessions {
			wg.Go(func() {
				for range 3 {
					if err := listApps(t.Context(), s); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if took := time.Since(start); took != time.Second {
			t.Errorf("three calls at 2/s in each of five accounts took %v", took)
		}
	})
}

func TestOpeningIsCancelled(t *testing.T) {
	for _, op := range []string{"organizations:ListAccounts", assumeRole, listRegions} {
		t.Run(op, func(t *testing.T) {
			signedIn(t)
			synctest.Test(t, func(t *testing.T) {
				replies := acme().replies()
				replies[op] = func(_ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() }
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				start := time.Now()
				got, err := New(Options{HTTPClient: newFakeAWS(replies)}).OpenTargets(ctx, Targets{Organization: &Organization{Regions: []string{AllRegions}}})
				if took := time.Since(start); got != nil || Classify(err) != Canceled || took != time.Second {
					t.Errorf("%v, %v after %v", got, err, took)
				}
			})
		})
	}
}

// Nobody waits for an STS that does not answer, and nobody gives up because his turn is late.
func TestRolesAreAssumedWithPatience(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		org := acme()
		replies := org.replies()
		replies[assumeRole] = func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 2 {
				<-r.Context().Done()
				return
			}
			org.assumeRole(w, r, n)
		}
		c := New(Options{HTTPClient: newFakeAWS(replies), Limits: []Limit{{assumeRole, 0.05}}})
		start := time.Now()
		got, err := c.OpenTargets(t.Context(), Targets{Organization: &Organization{}})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Sessions) != 4 || len(got.Holes) != 1 || got.Holes[0].Error != "no answer within 10s" {
			t.Errorf("%v, holes %+v", labels(got.Sessions), got.Holes)
		}
		if took := time.Since(start); took < time.Minute || took > 62*time.Second {
			t.Errorf("four calls at one in 20 s took %v", took)
		}
	})
}

func TestOrganizationsOfOtherPartitions(t *testing.T) {
	for _, tt := range []struct {
		partition, region string
		want              []string
		lists             int
	}{
		{"aws-cn", "cn-north-1", []string{"cn-northwest-1"}, 1},
		{"aws-us-gov", "us-gov-east-1", []string{"us-gov-east-1", "us-gov-west-1"}, 0},
	} {
		t.Run(tt.partition, func(t *testing.T) {
			signedIn(t)
			t.Setenv("AWS_REGION", tt.region)
			synctest.Test(t, func(t *testing.T) {
				org := &fakeOrganization{partition: tt.partition, accounts: []fakeAccount{{id: "100000000009", regions: []string{"cn-northwest-1"}}}}
				fake := newFakeAWS(org.replies())
				got, err := New(Options{HTTPClient: fake}).OpenTargets(t.Context(), Targets{Organization: &Organization{Regions: []string{AllRegions}}})
				if err != nil || len(got.Holes) > 0 {
					t.Fatalf("%v, %v", got, err)
				}
				var regions []string
				for _, s := range got.Sessions {
					regions = append(regions, s.Target().Region)
					if s.Principal() != "arn:"+tt.partition+":sts::100000000009:assumed-role/SagewardenReader/sagewarden" || s.Target().Partition != tt.partition {
						t.Errorf("%v is %s", s.Target(), s.Principal())
					}
				}
				if !slices.Equal(regions, tt.want) || fake.count(listRegions) != tt.lists {
					t.Errorf("regions %v after %d calls, want %v", regions, fake.count(listRegions), tt.want)
				}
				if role := org.assumed[0].Get("RoleArn"); role != "arn:"+tt.partition+":iam::100000000009:role/SagewardenReader" {
					t.Errorf("assumed %s", role)
				}
			})
		})
	}
}
