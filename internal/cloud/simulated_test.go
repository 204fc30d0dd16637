package cloud

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// inMemory is a transport to a handler.
type inMemory struct{ http.Handler }

func (h inMemory) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), r.Context().Err()
}

// The simulated organization, which was not written for these tests, is opened as AWS's would be.
func TestSimulatedOrganization(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	reader := func(externalID string) []*world.Role {
		return []*world.Role{{Name: "Reader", Path: "/ops/", TrustedPrincipals: []string{"100000000000"}, ExternalID: externalID,
			RequireSessionTags: map[string]string{"team": "finops"}}}
	}
	region := func(name string) []*world.Region { return []*world.Region{{Name: name}} }
	w := &world.World{At: at, Accounts: []*world.Account{
		{ID: "100000000000", Name: "management", Regions: region("eu-west-1")},
		{ID: "100000000001", Name: "prod", Regions: region("eu-west-1"), EnabledRegions: []string{"eu-west-1", "us-east-1"}, Roles: reader("right"),
			Tags: map[string]string{"stage": "prod"}},
		{ID: "100000000002", Name: "prod-eu", Regions: region("eu-west-1"), EnabledRegions: []string{"eu-west-1"}, Roles: reader("right"),
			Tags: map[string]string{"stage": "prod"}},
		{ID: "100000000003", Name: "prod-old", Regions: region("eu-west-1"), Roles: reader("another"), Tags: map[string]string{"stage": "prod"}},
		{ID: "100000000004", Name: "prod-new", Regions: region("eu-west-1"), Tags: map[string]string{"stage": "dev"}},
		{ID: "100000000005", Name: "prod-gone", Regions: region("eu-west-1"), State: "SUSPENDED"},
	}}
	w.Organization = &world.Organization{ID: "o-abcdefghij", Management: "100000000000", Root: &world.Unit{ID: "r-root", Name: "Root",
		Accounts: []string{"100000000000"},
		Units: []*world.Unit{{ID: "ou-root-production", Name: "Production", Accounts: []string{"100000000001", "100000000003", "100000000004", "100000000005"},
			Units: []*world.Unit{{ID: "ou-root-productioneu", Name: "EU", Accounts: []string{"100000000002"}}}}},
	}}
	isolate(t, "[default]\nregion = eu-west-1\naws_access_key_id = AKIASIM100000000000\naws_secret_access_key = x\n")
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		server, err := wire.New(wire.Options{World: w, Now: func() time.Time { return at.Add(time.Since(start)) }})
		if err != nil {
			t.Fatal(err)
		}
		c := New(Options{HTTPClient: inMemory{server}})
		got, err := c.OpenTargets(t.Context(), Targets{Organization: &Organization{
			Units: []string{"Production"}, Tags: map[string]string{"stage": "prod"}, Regions: []string{AllRegions},
			Role: Role{Name: "ops/Reader", ExternalID: "right", SessionTags: map[string]string{"team": "finops"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"prod/eu-west-1", "prod/us-east-1", "prod-eu/eu-west-1"}, labels(got.Sessions)); diff != "" {
			t.Error(diff)
		}
		if len(got.Holes) != 1 || got.Holes[0].Target.AccountName != "prod-old" || got.Holes[0].Outcome != estate.OutcomeDenied || got.Inactive != 1 {
			t.Errorf("%+v", got)
		}
		for _, after := range []time.Duration{0, 50 * time.Minute, 3 * time.Hour} {
			pass(after)
			for _, s := range got.Sessions {
				if err := listApps(t.Context(), s); err != nil {
					t.Errorf("%v: %v", s.Target(), err)
				}
				if ahead := s.Now().Sub(at.Add(time.Since(start))).Abs(); ahead > time.Second {
					t.Errorf("now is %v", s.Now())
				}
			}
		}
		i := slices.IndexFunc(c.Stats(), func(s OperationStats) bool { return s.Operation == assumeRole })
		if calls := c.Stats()[i].Calls; calls != 5 {
			t.Errorf("%d calls of AssumeRole: three to open, two to renew", calls)
		}
	})
}
