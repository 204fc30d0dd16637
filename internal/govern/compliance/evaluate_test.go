package compliance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

var now = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

const (
	scriptARN = "arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/agent"
	smd       = "arn:aws:sagemaker:eu-west-1:000000000001:image/sagemaker-distribution-cpu"
)

func on(minutes int32) settings.App {
	return settings.App{Idle: settings.Idle{Management: "ENABLED", Minutes: minutes}}
}

func beat(age time.Duration, advancing bool) Beat {
	return Beat{At: now.Add(-age), Advancing: advancing, Quality: estate.Good}
}

// TestSpace: one private JupyterLab space of ana, by every way to be covered.
func TestSpace(t *testing.T) {
	attached := settings.App{Scripts: []string{scriptARN}, Script: scriptARN}
	for _, tt := range []struct {
		name               string
		domain, user, spac settings.App
		beat               *Beat
		policy             Policy
		unread             string
		want               Verdict
		by, why            string
	}{
		{name: "nothing", want: Uncovered, why: "not on"},
		{name: "domain", domain: on(120), want: Covered, by: ByNative},
		{name: "A3: in capitals alone", domain: settings.App{Idle: settings.Idle{Management: "Enabled", Minutes: 120}}, want: Uncovered, why: "not on"},
		{name: "profile over domain", domain: on(120), user: settings.App{Idle: settings.Idle{Management: "DISABLED"}}, want: Uncovered, why: "not on"},
		{name: "space over profile", user: on(120), spac: settings.App{Idle: settings.Idle{Minutes: 600}}, policy: Policy{AtMost: 240}, want: Uncovered, why: "600 minutes"},
		{name: "the bound holds a space", user: settings.App{Idle: settings.Idle{Management: "ENABLED", Minutes: 120, Max: 240}}, spac: settings.App{Idle: settings.Idle{Minutes: 600}}, policy: Policy{AtMost: 240}, want: Covered, by: ByNative},
		{name: "people may raise it", user: settings.App{Idle: settings.Idle{Management: "ENABLED", Minutes: 120, Max: 525600}}, policy: Policy{AtMost: 240}, want: Uncovered, why: "may raise"},
		{name: "no limit told", domain: on(0), policy: Policy{AtMost: 240}, want: Unknown, why: "not told"},
		{name: "below what AWS takes", domain: on(30), want: Unknown, why: "none that AWS takes"},
		{name: "old image", domain: on(120), spac: settings.App{Image: settings.Image{ARN: smd, Version: "1.9.2"}}, want: Uncovered, why: "older than 2.0"},
		{name: "new image", domain: on(120), spac: settings.App{Image: settings.Image{ARN: smd, Version: "2.0.0"}}, want: Covered, by: ByNative},
		{name: "image of one's own", domain: on(120), spac: settings.App{Image: settings.Image{ARN: "arn:aws:sagemaker:eu-west-1:111122223333:image/mine", Version: ""}}, want: Unknown, why: "of somebody's own"},
		{name: "image of one's own, listed", domain: on(120), spac: settings.App{Image: settings.Image{ARN: "arn:aws:sagemaker:eu-west-1:111122223333:image/mine", Version: ""}},
			policy: Policy{Images: []string{"arn:aws:sagemaker:eu-west-1:111122223333:image/mine"}}, want: Covered, by: ByNative},
		{name: "script attached and default", user: attached, policy: Policy{Scripts: []string{scriptARN}}, want: Covered, by: ByScript},
		{name: "script by its digest", user: attached, policy: Policy{Scripts: []string{"sha256:agent"}}, want: Covered, by: ByScript},
		{name: "script of somebody's own", user: attached, want: Uncovered, why: "no approved"},
		{name: "script attached, not default", user: settings.App{Scripts: []string{scriptARN}}, policy: Policy{Scripts: []string{scriptARN}}, want: Uncovered, why: "not the default"},
		{name: "script default, not attached", user: settings.App{Script: scriptARN}, policy: Policy{Scripts: []string{scriptARN}}, want: Uncovered, why: "no approved"},
		{name: "script built in", user: settings.App{BuiltIn: scriptARN, Script: "arn:other"}, policy: Policy{Scripts: []string{scriptARN}}, want: Covered, by: ByScript},
		{name: "script of somebody's own built in", user: settings.App{BuiltIn: "arn:other"}, policy: Policy{Scripts: []string{scriptARN}}, want: Uncovered, why: "no approved"},
		{name: "a script built in that does not run", domain: settings.App{BuiltIn: scriptARN}, policy: Policy{Scripts: []string{scriptARN}}, beat: &Beat{Quality: estate.Absent}, want: Uncovered,
			why: "is built in, and runs before whichever is chosen, which does not say that its agent runs"},
		{name: "K2: a script that is there need not run", user: attached, policy: Policy{Scripts: []string{scriptARN}}, beat: &Beat{Quality: estate.Absent}, want: Uncovered, why: "does not say that its agent runs"},
		{name: "K2: it runs", user: attached, policy: Policy{Scripts: []string{scriptARN}}, beat: new(beat(time.Minute, true)), want: Covered, by: ByAgent},
		{name: "K2: one beat proves nothing", user: attached, policy: Policy{Scripts: []string{scriptARN}}, beat: new(beat(time.Minute, false)), want: Unknown, why: "not yet known whether it advances"},
		{name: "K2: it ran", beat: new(beat(time.Hour, true)), want: Uncovered, why: "the last heartbeat is of 2026-03-02 14:00 UTC"},
		{name: "heartbeat denied", beat: &Beat{Quality: estate.Denied, Note: "no"}, want: Unknown, why: "could not be read: no"},
		{name: "heartbeat denied, native on", domain: on(120), beat: &Beat{Quality: estate.Denied}, want: Covered, by: ByNative},
		{name: "K5: one profile's error", domain: on(120), unread: "sagemaker:DescribeUserProfile failed: no", want: Unknown, why: "DescribeUserProfile"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := Domain{ID: "d-1", Users: settings.Apps{"JupyterLab": tt.domain},
				Profiles: []Profile{{Name: "ana", Own: settings.Apps{"JupyterLab": tt.user}, Unread: tt.unread}, {Name: "ben"}},
				Spaces:   []Space{{ARN: "s", Name: "lab", Owner: "ana", Type: "JupyterLab", Own: settings.Apps{"JupyterLab": tt.spac}}}}
			if tt.beat != nil {
				d.Apps = []App{{Type: "JupyterLab", Name: "default", Space: "lab", Beat: *tt.beat}}
			}
			all := Evaluate(Inventory{Domains: []Domain{d}, Scripts: map[string]Script{scriptARN: {Digest: "sha256:agent"}}}, tt.policy, now)
			f := find(t, all, settings.LevelSpace, "lab", "JupyterLab")
			if f.Verdict != tt.want || f.By != tt.by || !strings.Contains(strings.Join(f.Reasons, "; "), tt.why) {
				t.Errorf("%+v", f)
			}
			if ben := find(t, all, settings.LevelProfile, "ben", "JupyterLab"); tt.unread != "" && ben.Verdict != Covered {
				t.Errorf("another one's error is not ben's: %+v", ben)
			}
		})
	}
}

// TestSharedSpace: a shared space takes the domain's defaults for shared spaces, which have none for Code Editor.
func TestSharedSpace(t *testing.T) {
	d := Domain{ID: "d-1", Users: settings.Apps{"JupyterLab": on(120), "CodeEditor": on(120)}, Shared: settings.Apps{"JupyterLab": on(60)},
		Spaces: []Space{{Name: "lab", Type: "JupyterLab", Shared: true}, {Name: "code", Type: "CodeEditor", Shared: true}}}
	all := Evaluate(Inventory{Domains: []Domain{d}}, Policy{}, now)
	if f := find(t, all, settings.LevelSpace, "lab", "JupyterLab"); f.Verdict != Covered || f.Minutes != 60 {
		t.Errorf("%+v", f)
	}
	if f := find(t, all, settings.LevelSpace, "code", "CodeEditor"); f.Verdict != Uncovered {
		t.Errorf("%+v", f)
	}
}

// TestK12EveryAppType: apps of every type that runs are judged, also those that nothing can stop.
func TestK12EveryAppType(t *testing.T) {
	types := []string{"JupyterServer", "KernelGateway", "TensorBoard", "RStudioServerPro", "RSessionGateway", "Canvas", "DetailedProfiler", "JupyterLab", "CodeEditor"}
	d := Domain{ID: "d-1", Users: settings.Apps{"JupyterLab": on(60)}, Profiles: []Profile{{Name: "ana"}}}
	for _, a := range types {
		d.Apps = append(d.Apps, App{Type: a, Name: "default", User: "ana", Beat: Beat{Quality: estate.Absent}})
	}
	all := Evaluate(Inventory{Domains: []Domain{d}}, Policy{}, now)
	for _, a := range types {
		if !slices.ContainsFunc(all, func(f Finding) bool { return f.Level == settings.LevelProfile && f.AppType == a && f.Running }) {
			t.Errorf("nothing is said of the %s that runs", a)
		}
	}
}

// TestNotebook: a notebook instance has no native idle shutdown.
func TestNotebook(t *testing.T) {
	for _, tt := range []struct {
		n    Notebook
		want Verdict
	}{
		{Notebook{}, Uncovered},
		{Notebook{Script: scriptARN}, Covered},
		{Notebook{Script: scriptARN, Running: true, Beat: Beat{Quality: estate.Absent}}, Uncovered},
		{Notebook{Running: true, Beat: beat(time.Minute, true)}, Covered},
		{Notebook{Script: scriptARN, Running: true, Beat: Beat{Quality: estate.Throttled}}, Unknown},
	} {
		all := Evaluate(Inventory{Notebooks: []Notebook{tt.n}}, Policy{Scripts: []string{scriptARN}}, now)
		if len(all) != 1 || all[0].Verdict != tt.want {
			t.Errorf("%+v: %+v", tt.n, all)
		}
	}
}

// TestUnlisted: a listing that ended early is never taken for all.
func TestUnlisted(t *testing.T) {
	if all := Evaluate(Inventory{Unlisted: "denied"}, Policy{}, now); len(all) != 1 || all[0].Verdict != Unknown {
		t.Errorf("%+v", all)
	}
}

// TestErrorsNeverDecide: whatever could not be read, what has no way to be covered is unknown rather than uncovered.
func TestErrorsNeverDecide(t *testing.T) {
	for _, q := range []estate.Quality{estate.Partial, estate.Denied, estate.Throttled, estate.Failed} {
		d := Domain{ID: "d-1", Profiles: []Profile{{Name: "ana"}}, Spaces: []Space{{Name: "lab", Owner: "ana", Type: "JupyterLab"}},
			Apps: []App{{Type: "JupyterLab", Name: "default", Space: "lab", Beat: Beat{Quality: q}}}}
		if f := find(t, Evaluate(Inventory{Domains: []Domain{d}}, Policy{}, now), settings.LevelSpace, "lab", "JupyterLab"); f.Verdict != Unknown {
			t.Errorf("%s: %+v", q, f)
		}
	}
}

func find(t *testing.T, all []Finding, l settings.Level, name, app string) Finding {
	t.Helper()
	for _, f := range all {
		if f.Level == l && f.Name == name && f.AppType == app {
			return f
		}
	}
	t.Fatalf("no finding on %s %s %s in %+v", l, name, app, all)
	return Finding{}
}
