package organization

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// What people have beside apps and endpoints takes no part in the chance of those: they are what they are without it, but for
// the mishaps.
func TestHoldingsLeaveTheRestAlone(t *testing.T) {
	with := Default(5, noon)
	without := with
	without.Holdings, without.OldJobs = 0, 0
	full, census := generate(with)
	mishaps := slices.Concat(census["mishap/Canvas relaunching"], census["mishap/endpoint stuck updating"])
	left := holdingsAside(full)
	for arn, want := range holdingsAside(Generate(without)) {
		if slices.Contains(mishaps, arn) {
			continue
		}
		if !reflect.DeepEqual(left[arn], want) {
			t.Errorf("%s is %+v with holdings, %+v without", arn, left[arn], want)
		}
	}
}

// holdingsAside are the apps, spaces, profiles, endpoints, configurations and models, by ARN, and the tags.
func holdingsAside(w *world.World) map[string]any {
	all := map[string]any{}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, d := range r.Domains {
				for _, u := range d.Users {
					all[a.ARN(r.Name, u.Resource(d.ID))] = u
				}
				for _, s := range d.Spaces {
					all[a.ARN(r.Name, s.Resource(d.ID))] = s
				}
				for _, app := range d.Apps {
					all[a.ARN(r.Name, app.Resource(d.ID))] = app
				}
			}
			for _, e := range r.Endpoints {
				all[a.ARN(r.Name, e.Resource())] = e
			}
			for _, c := range r.Configs {
				all[a.ARN(r.Name, c.Resource())] = c
			}
			for _, m := range r.Models {
				all[a.ARN(r.Name, m.Resource())] = m
			}
			for arn, tags := range r.Tags {
				all["tags of "+arn] = tags
			}
		}
	}
	return all
}

// What a holding publishes says when it is used, and nothing else.
func TestHoldingsTellTheTruth(t *testing.T) {
	busy, quiet := 0, 0
	for seed := range int64(3) {
		w, census := generate(Default(seed, noon))
		for _, f := range finds(t, w, census) {
			series := slices.DeleteFunc(slices.Clone(f.series), func(m *world.Metric) bool {
				return !slices.Contains([]string{"CPUUtilization", "Invocations", "UsedInstanceCount"}, m.Name)
			})
			if !strings.HasPrefix(f.entry, "holding/") || len(series) == 0 || f.entry == "holding/feature group read in batches" {
				continue
			}
			shown := find{series: series}
			for at := noon.Add(-90 * day); at.Before(noon.Add(ahead)); at = at.Add(31 * time.Hour) {
				to := at.Add(31 * time.Hour)
				shows := shown.stat(at, to, "CPUUtilization").Max > 5 || shown.stat(at, to, "Invocations", "UsedInstanceCount").Max > 0
				// A sample tells of the minutes before it.
				if used := f.used(at, to); used != shows && used == f.used(at.Add(-5*time.Minute), to) && f.used(at, to.Add(-5*time.Minute)) == used {
					t.Errorf("seed %d: %s (%s) from %s to %s: used %v, shown %v", seed, f.arn, f.entry, at, to, used, shows)
				}
				if shows {
					busy++
				} else {
					quiet++
				}
			}
		}
	}
	if busy < 1000 || quiet < 1000 {
		t.Errorf("busy %d times, quiet %d: too little was looked at", busy, quiet)
	}
}

func TestMishaps(t *testing.T) {
	w, census := generate(Default(4, noon))
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, d := range r.Domains {
				for _, app := range d.Apps {
					starts := world.NewInstants(app.Relaunches...).Count(noon.Add(-day), noon)
					loops := slices.Contains(census["mishap/Canvas relaunching"], a.ARN(r.Name, app.Resource(d.ID)))
					if loops != (starts >= 3) || loops && (app.Type != canvas || app.Creator == "") {
						t.Errorf("%s was started %g times in a day by %q", app.Resource(d.ID), starts, app.Creator)
					}
				}
			}
			for _, e := range r.Endpoints {
				stuck := slices.Contains(census["mishap/endpoint stuck updating"], a.ARN(r.Name, e.Resource()))
				if stuck != (e.Status == "Updating" && noon.Sub(e.Modified) > 4*time.Hour && e.At(noon)) {
					t.Errorf("%s is %s since %s", e.Name, e.Status, e.Modified)
				}
			}
		}
	}
}

func TestBenchEstateIsAsLargeAsPromised(t *testing.T) {
	w := Generate(BenchEstate(1, noon))
	if err := w.CheckRecords(); err != nil {
		t.Fatal(err)
	}
	n := count(w, noon)
	live, old, families := n.domains+n.people+n.apps+n.endpoints+n.components, 0, map[world.Family]int{}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, d := range r.Domains {
				live += len(d.Spaces)
			}
			live += len(r.Configs) + len(r.Models)
			for _, record := range r.Records {
				if record.At(noon) && (record.Ended.IsZero() || !record.Over(noon)) {
					families[record.Family]++
					live++
				}
			}
			for _, h := range r.Histories {
				old += h.Over(noon)
			}
		}
	}
	if n.accounts != 50 || n.regions != 4 || n.apps != 5000 || n.endpoints != 1500 || old != 460_000 {
		t.Errorf("%+v, %d old jobs", n, old)
	}
	if live < 19_600 || live > 20_400 {
		t.Errorf("%d live resources, want about 20,000", live)
	}
	for _, f := range world.Families() {
		if families[f] == 0 && f != world.ClusterNode && f != world.ModelPackage {
			t.Errorf("no %s", f)
		}
	}
}

// BenchmarkBenchEstate says what it costs to have so large an organization.
func BenchmarkBenchEstate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Generate(BenchEstate(1, noon))
	}
}
