package policy

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/policies"
)

func noSnapshots(string) (*estate.Snapshot, error) { return nil, errors.New("there is none") }

// TestPacks: every pack is conservative, and does what its tests say, each policy tested both ways.
func TestPacks(t *testing.T) {
	names := policies.Names()
	if want := []string{"endpoints", "nights-and-weekends", "notebooks", "storage-leftovers", "studio-basics", "zombie-states"}; !slices.Equal(names, want) {
		t.Errorf("the packs are %v", names)
	}
	var all []string
	for _, name := range names {
		all = append(all, PackPrefix+name)
		set, err := Load(t.Context(), PackPrefix+name)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, w := range set.Warnings(noon) {
			t.Errorf("%s: %s", w.Policy.Name, w.Text)
		}
		results, err := Test(t.Context(), PackPrefix+name, noSnapshots)
		if err != nil {
			t.Error(err)
		}
		tested := map[string]map[bool]bool{}
		for _, r := range results {
			if r.Failed != "" {
				t.Errorf("%s:%d: %s: %s", r.File, r.Line, r.Case.Name, r.Failed)
			}
			of := r.Case.Policy
			if of == "" {
				of = set.Policies[0].Name
			}
			if tested[of] == nil {
				tested[of] = map[bool]bool{}
			}
			tested[of][r.Case.Want == wantMatched] = true
		}
		for _, p := range set.Policies {
			if len(tested[p.Name]) < 2 {
				t.Errorf("%s: %s is not tested both ways", name, p.Name)
			}
			if p.Summary == "" {
				t.Errorf("%s: %s has no summary", name, p.Name)
			}
			for _, s := range p.Steps {
				if s.Takes() && s.MinConfidence != estate.High || s.Ask.Data || s.Verb() == "delete" && p.Approvals == 0 {
					t.Errorf("%s: %s of %s is not conservative", name, s.Verb(), p.Name)
				}
			}
		}
	}
	// Together they get on.
	if _, err := Load(t.Context(), all...); err != nil {
		t.Error(err)
	}
}

func TestAFileIncludesPacksWithItsOwnCalendars(t *testing.T) {
	set, err := Parse("x.yaml", `
include: [nights-and-weekends, "pack:studio-basics"]
calendars:
  office:
    timeZone: America/New_York
    officeHours:
      - sun-sat 20:00-24:00
`)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range set.Policies {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, " "); got != "idle-outside-office-hours studio-apps-idle" {
		t.Error(got)
	}
	p := set.Policies[0]
	if m := p.Match(app(nil), noon); !m.Matched {
		t.Errorf("at noon: %+v", m)
	}
	if m := p.Match(app(nil), noon.AddDate(0, 0, 1).Add(-9*60*60*1e9)); m.Matched { // 22:00 in New York
		t.Errorf("at 22:00: %+v", m)
	}
}

func TestLoadFindsFiles(t *testing.T) {
	for _, tt := range []struct {
		files []string
		want  string // the names, or the error
	}{
		{[]string{"testdata/load/*.yaml"}, "a b"},
		{[]string{"testdata/load/b.yaml", "testdata/load/a.yaml"}, "b a"},
		{nil, ""},
		{[]string{"testdata/load/a.yaml", "testdata/load/[a].yaml"}, "it is there already"},
		{[]string{"testdata/none/*.yaml"}, "no file has such a name"},
		{[]string{"testdata/none.yaml"}, "no such file or directory"},
		{[]string{"testdata/load"}, "is a directory"},
		{[]string{"testdata/["}, "it is no pattern"},
		{[]string{"pack:studio-basic"}, "there is no such pack"},
		{[]string{"pack:../policies/endpoints"}, "there is no such pack"},
		{[]string{"pack:endpoints", "testdata/twice/pack.yaml"}, "the pack is there already, as a file of its own"},
		{[]string{"testdata/load/a.yaml", "testdata/twice/name.yaml"}, "there is a policy of this name already, at testdata/load/a.yaml:2"},
	} {
		set, err := Load(t.Context(), tt.files...)
		if err != nil {
			e, ok := errors.AsType[*estate.Error](err)
			if !ok || !strings.Contains(err.Error(), tt.want) || tt.want == "" || e.Hint == "" {
				t.Errorf("%v: %v, want %q", tt.files, err, tt.want)
			}
			continue
		}
		var names []string
		for _, p := range set.Policies {
			names = append(names, p.Name)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.files, got, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, "pack:endpoints"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
