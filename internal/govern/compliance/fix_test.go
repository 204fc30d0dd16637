package compliance

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

var target = estate.Target{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

// studio is an inventory of one domain with two people, a space of ana's and a shared one.
func studio(change func(*Inventory, *Domain)) Inventory {
	d := Domain{ARN: "domain", ID: "d-1", Profiles: []Profile{{ARN: "ana", Name: "ana"}, {ARN: "ben", Name: "ben"}},
		Spaces: []Space{{ARN: "lab", Name: "lab", Owner: "ana", Type: "JupyterLab"}, {ARN: "team", Name: "team", Type: "JupyterLab", Shared: true}}}
	inv := Inventory{Target: target, Scripts: map[string]Script{scriptARN: {Type: "JupyterLab", Digest: "sha256:agent"}, otherARN: {Type: "JupyterLab"}}}
	if change != nil {
		change(&inv, &d)
	}
	inv.Domains = []Domain{d}
	return inv
}

const otherARN = "arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/other"

// TestFix: each is covered by the narrowest place that covers it, once; nothing else is changed; and what nothing covers is said.
func TestFix(t *testing.T) {
	both := settings.Apps{"JupyterLab": on(120), "CodeEditor": on(120)}
	native := Remedy{Way: FixNative, Minutes: 120}
	agent := Remedy{Way: FixAgent, Policy: Policy{Scripts: []string{scriptARN}}}
	labOf := func(a settings.App) settings.Apps { return settings.Apps{"JupyterLab": a} }
	taken := settings.App{Scripts: []string{otherARN}, Script: otherARN}
	for _, tt := range []struct {
		name   string
		studio func(*Inventory, *Domain)
		remedy Remedy
		// want are the places that change, with what each is to say of JupyterLab.
		want map[settings.Place]settings.App
		left string
		note string
	}{
		{name: "nobody is covered: the domain and the defaults of shared spaces are enough", remedy: native,
			want: map[settings.Place]settings.App{{Level: "domain", Domain: "d-1"}: on(120), {Level: "shared-spaces", Domain: "d-1"}: on(120)}},
		{name: "all are covered", studio: func(_ *Inventory, d *Domain) { d.Users, d.Shared = both, both }, remedy: native, want: map[settings.Place]settings.App{}},
		{name: "one person is not", studio: func(_ *Inventory, d *Domain) {
			d.Users, d.Shared = both, both
			d.Profiles[1].Own = labOf(settings.App{Idle: settings.Idle{Management: "DISABLED"}})
		}, remedy: native, want: map[settings.Place]settings.App{{Level: "user-profile", Domain: "d-1", Name: "ben"}: on(120)}},
		{name: "one space is not", studio: func(_ *Inventory, d *Domain) {
			d.Users, d.Shared = both, both
			d.Spaces[0].Own = labOf(settings.App{Idle: settings.Idle{Minutes: 600}})
		}, remedy: Remedy{Way: FixNative, Minutes: 120, Policy: Policy{AtMost: 240}},
			want: map[settings.Place]settings.App{{Level: "space", Domain: "d-1", Name: "lab"}: {Idle: settings.Idle{Minutes: 120}}}},
		{name: "a shared space and its defaults together", studio: func(_ *Inventory, d *Domain) {
			d.Users = both
			d.Spaces[1].Own = labOf(settings.App{Idle: settings.Idle{Minutes: 600}})
		}, remedy: Remedy{Way: FixNative, Minutes: 120, Policy: Policy{AtMost: 240}},
			want: map[settings.Place]settings.App{{Level: "shared-spaces", Domain: "d-1"}: on(120), {Level: "space", Domain: "d-1", Name: "team"}: {Idle: settings.Idle{Minutes: 120}}}},
		{name: "within the bounds", studio: func(_ *Inventory, d *Domain) {
			d.Shared = both
			d.Users = settings.Apps{"CodeEditor": on(120), "JupyterLab": {Idle: settings.Idle{Management: "DISABLED", Min: 180, Max: 300}}}
		}, remedy: native, want: map[settings.Place]settings.App{{Level: "domain", Domain: "d-1"}: {Idle: settings.Idle{Management: "ENABLED", Minutes: 180, Min: 180, Max: 300}}}, note: "180 minutes"},
		{name: "people may no longer choose longer", studio: func(_ *Inventory, d *Domain) {
			d.Shared = both
			d.Users = settings.Apps{"CodeEditor": on(120), "JupyterLab": {Idle: settings.Idle{Management: "ENABLED", Minutes: 120, Max: 600}}}
		}, remedy: Remedy{Way: FixNative, Minutes: 120, Policy: Policy{AtMost: 240}},
			want: map[settings.Place]settings.App{{Level: "domain", Domain: "d-1"}: {Idle: settings.Idle{Management: "ENABLED", Minutes: 120, Max: 240}}}},
		{name: "an image in which it does not work", studio: func(_ *Inventory, d *Domain) {
			d.Users, d.Shared = both, both
			d.Profiles[1].Own = labOf(settings.App{Image: settings.Image{ARN: smd, Version: "1.9.2"}})
		}, remedy: native, want: map[settings.Place]settings.App{}, left: "older than 2.0"},
		{name: "what could not be read is left alone", studio: func(_ *Inventory, d *Domain) {
			d.Users, d.Shared = both, both
			d.Profiles[1].Unread = "sagemaker:DescribeUserProfile failed: no"
		}, remedy: native, want: map[settings.Place]settings.App{}, left: "left alone: "},
		{name: "classic has no native idle shutdown", studio: func(_ *Inventory, d *Domain) {
			d.Users, d.Shared = both, both
			d.Apps = []App{{Type: "KernelGateway", Name: "k", User: "ben"}}
		}, remedy: native, want: map[settings.Place]settings.App{}, left: "--fix agent"},
		{name: "a heartbeat covers: nothing is attached", studio: func(_ *Inventory, d *Domain) {
			d.Users, d.Shared = both, both
			d.Profiles[0].Own = labOf(settings.App{Idle: settings.Idle{Management: "DISABLED"}})
			d.Apps = []App{{Type: "JupyterLab", Name: "default", Space: "lab", Beat: beat(0, true)}, {Type: "JupyterLab", Name: "old", User: "ana", Beat: beat(0, true)}}
		}, remedy: native, want: map[settings.Place]settings.App{}},
		{name: "an agent for all", remedy: agent, want: map[settings.Place]settings.App{
			{Level: "domain", Domain: "d-1"}:        {Scripts: []string{scriptARN}, Script: scriptARN},
			{Level: "shared-spaces", Domain: "d-1"}: {Scripts: []string{scriptARN}, Script: scriptARN},
		}, left: "no lifecycle configuration for CodeEditor is approved here"},
		{name: "an agent by its digest", remedy: Remedy{Way: FixAgent, Policy: Policy{Scripts: []string{"sha256:agent"}}}, want: map[settings.Place]settings.App{
			{Level: "domain", Domain: "d-1"}:        {Scripts: []string{scriptARN}, Script: scriptARN},
			{Level: "shared-spaces", Domain: "d-1"}: {Scripts: []string{scriptARN}, Script: scriptARN},
		}},
		{name: "another default stays", studio: func(_ *Inventory, d *Domain) { d.Users, d.Shared = labOf(taken), both }, remedy: agent, want: map[settings.Place]settings.App{}, left: "--default puts"},
		{name: "unless it is to be replaced", studio: func(_ *Inventory, d *Domain) { d.Users, d.Shared = labOf(taken), both }, remedy: Remedy{Way: FixAgent, Replace: true, Policy: agent.Policy},
			want: map[settings.Place]settings.App{{Level: "domain", Domain: "d-1"}: {Scripts: []string{otherARN, scriptARN}, Script: scriptARN}}},
		{name: "built in covers", studio: func(_ *Inventory, d *Domain) {
			taken.BuiltIn = scriptARN
			d.Users, d.Shared = labOf(taken), both
			taken.BuiltIn = ""
		}, remedy: agent, want: map[settings.Place]settings.App{}},
		{name: "a space that chose another", studio: func(_ *Inventory, d *Domain) {
			d.Users, d.Shared = labOf(settings.App{Scripts: []string{otherARN, scriptARN}, Script: scriptARN}), both
			d.Spaces[0].Own = labOf(settings.App{Script: otherARN})
		}, remedy: Remedy{Way: FixAgent, Replace: true, Policy: agent.Policy}, want: map[settings.Place]settings.App{{Level: "space", Domain: "d-1", Name: "lab"}: {Script: scriptARN}}},
		{name: "what is attached and does not run needs a new start, not a change", studio: func(_ *Inventory, d *Domain) {
			d.Users, d.Shared = labOf(settings.App{Scripts: []string{scriptARN}, Script: scriptARN}), both
			d.Apps = []App{{Type: "JupyterLab", Name: "default", Space: "lab", Beat: Beat{Quality: estate.Absent}}}
		}, remedy: agent, want: map[settings.Place]settings.App{}, note: "started anew"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := studio(tt.studio)
			plan := Fix(inv, Evaluate(inv, tt.remedy.Policy, now), tt.remedy)
			got := map[settings.Place]settings.App{}
			for _, c := range plan.Changes {
				got[c.Place] = c.After["JupyterLab"]
				if c.Resource == "" || c.Target != target {
					t.Errorf("%+v", c)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			var left strings.Builder
			for _, f := range plan.Left {
				left.WriteString(strings.Join(f.Reasons, "; ") + "\n")
			}
			if !strings.Contains(left.String(), tt.left) || !strings.Contains(strings.Join(plan.Notes, "\n"), tt.note) {
				t.Errorf("left %q, notes %q", left.String(), plan.Notes)
			}
		})
	}
}

// TestFixNotebook: a notebook instance takes an approved lifecycle configuration while it is stopped, and keeps one of somebody's own.
func TestFixNotebook(t *testing.T) {
	const approved = "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance-lifecycle-config/agent"
	inv := Inventory{Target: target, Notebooks: []Notebook{{ARN: "a", Name: "stopped", Stopped: true}, {ARN: "b", Name: "runs", Running: true},
		{ARN: "c", Name: "taken", Stopped: true, Config: "Own", Script: "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance-lifecycle-config/own"}}}
	r := Remedy{Way: FixAgent, Policy: Policy{Scripts: []string{approved}}}
	for _, replace := range []bool{false, true} {
		r.Replace = replace
		plan := Fix(inv, Evaluate(inv, r.Policy, now), r)
		want := []string{"a"}
		if replace {
			want = append(want, "c")
		}
		var got []string
		for _, c := range plan.Changes {
			got = append(got, c.Resource)
			if c.After[settings.Notebook].Script != "agent" || c.Resource == "c" && c.Before[settings.Notebook].Script != "Own" {
				t.Errorf("%+v", c)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || len(plan.Left)+len(plan.Changes) != 3 {
			t.Errorf("replace %v: %s %+v", replace, diff, plan.Left)
		}
	}
}
