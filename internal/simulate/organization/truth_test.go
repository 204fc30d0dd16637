package organization

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A find is a resource that an entry of the tables made, with what it publishes.
type find struct {
	entry  string
	arn    string
	life   world.Life
	series []*world.Metric
	log    *world.Stream
	boot   *world.Stream
}

// finds are the resources of the entries, in order.
func finds(t *testing.T, w *world.World, census map[string][]string) []find {
	t.Helper()
	published, logs := map[string][]*world.Metric{}, map[string]*world.Stream{}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, m := range r.Metrics {
				if key := about(r, m); key != "" {
					published[a.ARN(r.Name, key)] = append(published[a.ARN(r.Name, key)], m)
				}
			}
			for _, s := range r.Streams {
				p := strings.Split(s.Name, "/")
				p[2] = strings.ToLower(p[2])
				logs[a.ARN(r.Name, "app/"+strings.Join(p, "/"))] = s
			}
		}
	}
	truth := Truth(w)
	var all []find
	for _, entry := range slices.Sorted(maps.Keys(census)) {
		for _, arn := range census[entry] {
			l, ok := truth[arn]
			switch {
			case !ok && strings.HasPrefix(entry, "holding/"):
				continue
			case !ok:
				t.Fatalf("no truth about %s (%s)", arn, entry)
			}
			all = append(all, find{entry, arn, l, published[arn], logs[arn], logs[arn+"/LifecycleConfigOnStart"]})
		}
	}
	for _, arn := range slices.Sorted(maps.Keys(published)) {
		l, ok := truth[arn]
		if !ok {
			t.Errorf("%s %v is about nothing that exists", published[arn][0].Name, published[arn][0].Dimensions)
		}
		switch {
		case strings.Contains(arn, ":inference-component/"):
			all = append(all, find{"component", arn, l, published[arn], nil, nil})
		case strings.Contains(arn, ":cluster/"):
			all = append(all, find{"holding/instance group", arn, l, published[arn], nil, nil})
		}
	}
	return all
}

// about is the resource that a metric speaks of, empty where it speaks of no single one.
func about(r *world.Region, m *world.Metric) string {
	d := m.Dimensions
	named := func(family world.Family, name string) string {
		return (&world.Record{Family: family, Name: name}).Resource()
	}
	switch {
	case d["InferenceComponentName"] != "":
		return "inference-component/" + d["InferenceComponentName"]
	case d["EndpointName"] != "":
		return "endpoint/" + d["EndpointName"]
	case d["NotebookInstanceName"] != "":
		return named(world.NotebookInstance, d["NotebookInstanceName"])
	case d["ClusterName"] != "":
		return named(world.Cluster, d["ClusterName"]) + "#" + d["InstanceGroupName"]
	case d["FeatureGroupName"] != "":
		return named(world.FeatureGroup, d["FeatureGroupName"])
	case d["ReservationName"] != "":
		return named(world.TrainingPlan, d["ReservationName"])
	case d["FileSystemId"] != "":
		i := slices.IndexFunc(r.Domains, func(o *world.Domain) bool { return o.FileSystem() == d["FileSystemId"] })
		return r.Domains[i].Resource()
	case d["Host"] != "":
		job, _, _ := strings.Cut(d["Host"], "/")
		for family, s := range spelled {
			if s.namespace == m.Namespace {
				return named(family, job)
			}
		}
	case d["DomainId"] == "":
		return ""
	}
	owner := cmp.Or(d["UserProfileName"], d["SpaceName"])
	return "app/" + d["DomainId"] + "/" + owner + "/" + strings.ToLower(cmp.Or(d["AppType"], canvas)) + "/" + cmp.Or(d["AppName"], "default")
}

func (f find) used(from, to time.Time) bool {
	return f.life.Use != nil && f.life.Use.Count(from, to) > 0
}

// stat sums the named series up.
func (f find) stat(from, to time.Time, names ...string) (s world.Stat) {
	for _, m := range f.series {
		if slices.Contains(names, m.Name) {
			s = s.Add(m.Pattern.Stat(from, to))
		}
	}
	return s
}

func (f find) has(name string) bool {
	return slices.ContainsFunc(f.series, func(m *world.Metric) bool { return m.Name == name })
}

func TestSeriesTellTheTruth(t *testing.T) {
	// The calls that these get are no use.
	idle := []string{"sort/warmed", "sort/errors only", "sort/shadow traffic alone"}
	for seed := range int64(3) {
		s := Default(seed, noon)
		w, census := generate(s)
		begin, end := noon.Add(-time.Duration(s.Days)*day), noon.Add(ahead)
		for _, f := range finds(t, w, census) {
			for _, m := range f.series {
				if n := m.Pattern.Stat(begin.Add(-1000*day), f.life.Created).Count; n > 0 {
					t.Errorf("seed %d: %s: %g samples of %s before it existed", seed, f.arn, n, m.Name)
				}
				if d := f.life.Deleted; !d.IsZero() && m.Pattern.Stat(d, d.Add(day)).Count > 0 {
					t.Errorf("seed %d: %s: %s goes on after it was deleted", seed, f.arn, m.Name)
				}
			}
			if f.used(begin.Add(-1000*day), f.life.Created) || !f.life.Deleted.IsZero() && f.used(f.life.Deleted, end) {
				t.Errorf("seed %d: %s (%s) is used while it does not exist", seed, f.arn, f.entry)
			}
			if strings.Contains(f.arn, ":app/") || strings.HasPrefix(f.entry, "holding/") {
				continue
			}
			for at := begin; at.Before(end); at = at.Add(33 * time.Hour) {
				called := f.stat(at, at.Add(33*time.Hour), "Invocations", "InvocationsProcessed")
				backlog := f.stat(at, at.Add(34*time.Hour), "ApproximateBacklogSize")
				used := f.used(at, at.Add(33*time.Hour))
				if used && called.Count == 0 && backlog.Max == 0 && !strings.HasPrefix(f.entry, "sort/components") {
					t.Errorf("seed %d: %s (%s) is used at %s, but no series says so", seed, f.arn, f.entry, at)
				}
				if !used && called.Count > 0 && !slices.Contains(idle, f.entry) {
					t.Errorf("seed %d: %s (%s) is called at %s, but not used", seed, f.arn, f.entry, at)
				}
			}
			if slices.Contains(idle, f.entry) && (f.used(begin, end) || f.stat(begin, end, "Invocations").Count == 0) {
				t.Errorf("seed %d: %s (%s) wants calls that are no use", seed, f.arn, f.entry)
			}
			if f.entry == "sort/never called" && f.has("Invocations") {
				t.Errorf("seed %d: %s was never called, and has a series of calls", seed, f.arn)
			}
		}
	}
}

func TestHeartbeatsTellTheTruth(t *testing.T) {
	w, census := generate(Default(3, noon))
	beats := 0
	for _, f := range finds(t, w, census) {
		stale := strings.HasSuffix(f.entry, "heartbeat stopped")
		if stale && f.stat(noon.Add(-6*time.Hour), noon, "SecondsSinceLastUse").Count > 0 {
			t.Errorf("%s: the heartbeat of %s did not stop", f.entry, f.arn)
		}
		if stale || !f.has("SecondsSinceLastUse") {
			continue
		}
		for at := noon.Add(-40 * day); at.Before(noon.Add(40 * day)); at = at.Add(7*time.Hour + 11*time.Minute) {
			got := f.stat(at, at.Add(time.Minute), "SecondsSinceLastUse")
			if got.Count == 0 {
				if f.life.At(at) && f.life.At(at.Add(time.Minute)) {
					t.Fatalf("%s (%s) has no heartbeat at %s", f.arn, f.entry, at)
				}
				continue
			}
			beats++
			// Samples are taken every minute from the creation on.
			sampled := at.Add((time.Minute - at.Sub(f.life.Created)%time.Minute) % time.Minute)
			last := f.life.Created
			if f.life.Use != nil {
				if u, ok := f.life.Use.Last(sampled); ok {
					last = u
				}
			}
			if want := sampled.Sub(last).Seconds(); got.Min != want || got.Max != want {
				t.Errorf("%s at %s: the heartbeat says %g s, the truth is %g s", f.arn, sampled, got.Min, want)
			}
		}
	}
	if beats < 3000 {
		t.Errorf("only %d heartbeats were looked at", beats)
	}
}

func TestInstancesThatRunPublishUtilisation(t *testing.T) {
	w := Generate(Default(2, noon))
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			running := map[string]float64{}
			for _, m := range r.Metrics {
				if m.Name == "CPUUtilization" {
					running[m.Dimensions["EndpointName"]+"/"+m.Dimensions["VariantName"]] += m.Pattern.Stat(noon.Add(-10*time.Minute), noon).Count
				}
			}
			for _, e := range r.Endpoints {
				for _, v := range append(slices.Clip(e.Variants), e.Shadow...) {
					want := 10 * float64(v.Count)
					if !e.At(noon.Add(-20*time.Minute)) || !e.At(noon) {
						want = 0
					}
					if got := running[e.Name+"/"+v.Name]; got != want {
						t.Errorf("%s/%s has %g samples in ten minutes of %d instances", e.Name, v.Name, got, v.Count)
					}
				}
			}
		}
	}
}

func TestLogsOfTheAwkwardDesks(t *testing.T) {
	for seed := range int64(20) {
		w, census := generate(Default(seed, noon))
		silent := map[string]bool{}
		for _, f := range finds(t, w, census) {
			if strings.Contains(f.arn, "/jupyterserver/") {
				continue
			}
			last := func(at time.Time) time.Duration {
				u, _ := f.log.Events.Last(at)
				return at.Sub(u)
			}
			switch f.entry {
			case "desk/silent training", "desk/silent training watched":
				if !f.used(noon.Add(-time.Hour), noon) {
					t.Errorf("seed %d: %s does not train", seed, f.arn)
				}
				for at := noon.Add(-day); at.Before(noon.Add(day)); at = at.Add(time.Hour) {
					if f.life.Use.Count(at.Add(-time.Minute), at) >= 60 && last(at) > 8*time.Hour {
						silent[f.entry] = true
					}
				}
			case "desk/chatty", "desk/chatty watched":
				if last(noon) > time.Minute || f.used(noon.Add(-3*time.Hour), noon) {
					t.Errorf("seed %d: %s is no chatty idle app", seed, f.arn)
				}
			case "desk/without a stream":
				if f.log != nil {
					t.Errorf("seed %d: %s has a stream", seed, f.arn)
				}
			case "desk/with an empty stream":
				if f.log == nil || f.log.Events != nil {
					t.Errorf("seed %d: %s has no stream, or one with events", seed, f.arn)
				}
			case "desk/boot log sorts last":
				if f.boot == nil || f.boot.Name <= f.log.Name {
					t.Errorf("seed %d: %s has no boot log that sorts last", seed, f.arn)
				}
			}
		}
		if len(silent) != 2 {
			t.Errorf("seed %d: no training is silent around At in both sorts of domain: %v", seed, silent)
		}
	}
}

func TestMirroredTrafficIsTheProductions(t *testing.T) {
	w, census := generate(Default(1, noon))
	for _, f := range finds(t, w, census) {
		if f.entry != "sort/shadow" {
			continue
		}
		by := map[string]float64{}
		for _, m := range f.series {
			if m.Name == "Invocations" {
				by[m.Dimensions["VariantName"]] = m.Pattern.Stat(noon.Add(-day), noon).Sum
			}
		}
		if by["AllTraffic"] == 0 || by["AllTraffic"] != by["shadow"] {
			t.Errorf("%s: %v", f.arn, by)
		}
	}
}

func TestTruthOfVariants(t *testing.T) {
	w, census := generate(Default(1, noon))
	truth := Truth(w)
	for _, arn := range census["sort/A/B test with a dead variant"] {
		champion, challenger := truth[arn+"#champion"], truth[arn+"#challenger"]
		if champion.Use == nil || champion.Use.Count(noon.Add(-7*day), noon) == 0 {
			t.Errorf("the champion of %s is not used", arn)
		}
		if challenger.Use == nil || challenger.Use.Count(noon.Add(-7*day), noon) > 0 || challenger.Use.Count(challenger.Created, noon) == 0 {
			t.Errorf("the challenger of %s was not given up", arn)
		}
	}
	for _, arn := range census["sort/A/B test never begun"] {
		if use := truth[arn+"#treatment"].Use; use != nil {
			t.Errorf("the treatment of %s is used", arn)
		}
	}
}
