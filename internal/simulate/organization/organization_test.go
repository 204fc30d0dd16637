package organization

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// noon is a Wednesday noon in Europe.
var noon = time.Date(2026, 11, 18, 11, 0, 0, 0, time.UTC)

// A tally counts what stands at an instant.
type tally struct {
	accounts, regions, domains, people, apps, endpoints, variants, components int
	zones                                                                     map[string]bool
}

func count(w *world.World, at time.Time) tally {
	n := tally{accounts: len(w.Accounts), zones: map[string]bool{}}
	for _, a := range w.Accounts {
		n.regions = max(n.regions, len(a.Regions))
		for _, r := range a.Regions {
			n.domains += len(r.Domains)
			n.components += len(r.Components)
			for _, d := range r.Domains {
				for _, u := range d.Users {
					if u.At(at) && u.Name != "domain-shared" {
						n.people++
					}
				}
				for _, app := range d.Apps {
					if app.At(at) {
						n.apps++
					}
					if h, ok := app.Use.(world.WorkingDay); ok {
						n.zones[h.Zone.String()] = true
					}
				}
			}
			for _, e := range r.Endpoints {
				if e.At(at) {
					n.endpoints++
					n.variants += len(e.Variants) + len(e.Shadow)
				}
			}
		}
	}
	return n
}

func TestDefaultIsAsLargeAsPromised(t *testing.T) {
	for seed := range int64(20) {
		n := count(Generate(Default(seed, noon)), noon)
		if n.accounts != 6 || n.regions != 2 || n.domains < 4 || n.people < 150 || n.apps != 340 || n.endpoints != 84 || len(n.zones) != 3 {
			t.Errorf("seed %d: %+v", seed, n)
		}
	}
}

func TestBenchIsExact(t *testing.T) {
	w := Generate(Bench(1, noon))
	n := count(w, noon)
	if n.accounts != 6 || n.regions != 2 || n.apps != 1500 || n.endpoints != 2000 || n.variants != 4000 {
		t.Errorf("%+v; want 6 accounts, 2 regions, 1500 apps, 2000 endpoints, 4000 variants", n)
	}
	for at := range 2 {
		if later := count(w, noon.Add(time.Duration(2*at-1)*20*day)); later.apps > n.apps || later.endpoints > n.endpoints {
			t.Errorf("there is more at another instant: %+v", later)
		}
	}
}

func TestSameSpecSameOrganization(t *testing.T) {
	a, b := Generate(Default(7, noon)), Generate(Default(7, noon))
	if !reflect.DeepEqual(a, b) {
		t.Error("two organizations from one spec differ")
	}
	if reflect.DeepEqual(a, Generate(Default(8, noon))) {
		t.Error("another seed yields the same organization")
	}
}

func TestEverySortInEverySeed(t *testing.T) {
	for seed := range int64(20) {
		_, census := generate(Default(seed, noon))
		for _, d := range desks {
			if len(census["desk/"+d.name]) == 0 {
				t.Errorf("seed %d: no desk %q", seed, d.name)
			}
		}
		for _, s := range sorts {
			if len(census["sort/"+s.name]) == 0 {
				t.Errorf("seed %d: no endpoint %q", seed, s.name)
			}
		}
		for _, h := range holdings {
			if len(census["holding/"+h.name]) == 0 {
				t.Errorf("seed %d: no holding %q", seed, h.name)
			}
		}
		for _, k := range []string{"turnover/listed as deleted", "turnover/gone", "turnover/to come", "turnover/endpoint gone", "turnover/endpoint to come",
			"mishap/Canvas relaunching", "mishap/endpoint stuck updating"} {
			if len(census[k]) == 0 {
				t.Errorf("seed %d: no %s", seed, k)
			}
		}
	}
}

// Small, odd and empty specs must not fail: a scenario may ask for anything.
func TestAnySizeIsHeld(t *testing.T) {
	for _, s := range []Spec{
		{},
		{Accounts: 1, Regions: []string{"us-east-1"}},
		{Accounts: 1, Regions: []string{"us-east-1"}, Domains: 1, Apps: 5, Turnover: 2},
		{Accounts: 1, Regions: []string{"us-east-1"}, People: 5, Apps: 5},
		{Accounts: 2, Regions: []string{"xx-none-1"}, Domains: 1, People: 1, Apps: 3, Endpoints: 3, Variants: 1, Days: 1},
		{Accounts: 14, Regions: []string{"us-east-1"}, Domains: 40, People: 3000, Apps: 10, Endpoints: 1, Variants: 4000},
		{Accounts: 1, Regions: []string{"us-east-1"}, Domains: 1, People: 1, Apps: 500, Endpoints: 1, Turnover: 9},
		{Accounts: 1, Regions: []string{"us-east-1"}, Apps: 5, Holdings: 5, OldJobs: 7},
		{Accounts: 1, Regions: []string{"us-east-1"}, Domains: 1, People: 1300, Apps: 10, Endpoints: 1, Holdings: 300},
	} {
		s.At = noon
		w := Generate(s)
		n := count(w, noon)
		if n.accounts != s.Accounts || n.endpoints != s.Endpoints {
			t.Errorf("%+v yields %+v", s, n)
		}
		if s.Domains > 0 && (n.people < s.People || s.Holdings == 0 && n.people > s.People || s.People > 0 && n.apps != s.Apps) {
			t.Errorf("%+v yields %d people with %d apps", s, n.people, n.apps)
		}
	}
}

var (
	studioName = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)
	tagText    = regexp.MustCompile(`^[a-zA-Z0-9 _.:/=+@-]{1,128}$`)
)

func TestNamesAreValidAndUnique(t *testing.T) {
	for seed := range int64(20) {
		w := Generate(Default(seed, noon))
		shared := false
		for _, a := range w.Accounts {
			for _, r := range a.Regions {
				seen := map[string]bool{}
				name := func(resource string) {
					t.Helper()
					if seen[resource] {
						t.Errorf("seed %d: two are %s", seed, resource)
					}
					seen[resource] = true
					if n := resource[strings.LastIndex(resource, "/")+1:]; !studioName.MatchString(n) {
						t.Errorf("seed %d: AWS refuses the name %q", seed, n)
					}
				}
				users := map[string]string{}
				for _, d := range r.Domains {
					name(d.Resource())
					homes := map[string]bool{}
					for _, u := range d.Users {
						name(u.Resource(d.ID))
						homes["user "+u.Name] = true
						if other := users[u.Name]; other != "" && other != d.ID && u.Name != "domain-shared" {
							shared = true
						}
						users[u.Name] = d.ID
					}
					for _, s := range d.Spaces {
						name(s.Resource(d.ID))
						homes["space "+s.Name] = true
						if !homes["user "+s.Owner] {
							t.Errorf("seed %d: nobody owns space %s", seed, s.Name)
						}
					}
					for _, app := range d.Apps {
						name(app.Resource(d.ID))
						if (app.User == "") == (app.Space == "") || app.User != "" && !homes["user "+app.User] || app.Space != "" && !homes["space "+app.Space] {
							t.Errorf("seed %d: %s has no home", seed, app.Resource(d.ID))
						}
					}
				}
				for _, e := range r.Endpoints {
					name(e.Resource())
				}
				for _, c := range r.Configs {
					name(c.Resource())
				}
				for _, m := range r.Models {
					name(m.Resource())
				}
				for _, c := range r.Components {
					name(c.Resource())
				}
				for _, record := range r.Records {
					if resource := record.Resource(); seen[resource] {
						t.Errorf("seed %d: two are %s", seed, resource)
					} else {
						seen[resource] = true
					}
					if limit := 63 - 31*strings.Count(string(record.Family), "hyper") - 31*strings.Count(string(record.Family), "automl"); !studioName.MatchString(record.Name) || len(record.Name) > limit {
						t.Errorf("seed %d: AWS refuses the name %q for %s", seed, record.Name, record.Family)
					}
				}
				for arn, tags := range r.Tags {
					if !seen[arn[strings.LastIndex(arn, ":")+1:]] {
						t.Errorf("seed %d: tags of nothing: %s", seed, arn)
					}
					for k, v := range tags {
						if !tagText.MatchString(k) || !tagText.MatchString(v) {
							t.Errorf("seed %d: AWS refuses the tag %q=%q", seed, k, v)
						}
					}
				}
			}
		}
		if !shared {
			t.Errorf("seed %d: no two domains of a region have a user of the same name", seed)
		}
	}
}

func TestTagsAreForgotten(t *testing.T) {
	w := Generate(Default(1, noon))
	resources, tagged, keys := 0, 0, map[string]int{}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			resources += len(r.Endpoints) + len(r.Records)
			for _, d := range r.Domains {
				resources += len(d.Apps) + len(d.Spaces)
			}
			tagged += len(r.Tags)
			for _, tags := range r.Tags {
				for k := range tags {
					keys[k]++
				}
			}
		}
	}
	if tagged == 0 || tagged >= resources {
		t.Errorf("%d of %d resources have tags; want most, and not all", tagged, resources)
	}
	for _, k := range []string{"owner", "team", "cost-center"} {
		if keys[k] < resources/5 || keys[k] > resources*9/10 {
			t.Errorf("%d of %d resources have the tag %s", keys[k], resources, k)
		}
	}
	if !slices.ContainsFunc([]string{"Owner", "Team", "CostCentre"}, func(k string) bool { return keys[k] > 0 }) {
		t.Error("nobody misspelt a tag")
	}
}
