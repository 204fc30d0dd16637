package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestWarnings(t *testing.T) {
	const form = "policies: [{name: x, kind: endpoint, when: '%s', steps: [%s]%s}]"
	const bounded = ", limits: {maxActions: 5}"
	for _, tt := range []struct{ when, steps, more, want string }{
		{"verdict.idle", "{notify: {to: owner}}, {after: 4h, delete: {}}", bounded, ""},
		{"verdict.idle", "{notify: {to: owner}}, {after: 4h, snapshot-config: {}}, {delete: {}}", bounded, ""},
		{"verdict.idle", "{notify: {to: owner}}", "", ""},
		{"true", "{tag: {a: b}}", "", ""},
		{"verdict.idle", "{delete: {}}", bounded, "step 1, delete, comes unannounced"},
		{"verdict.idle", "{tag: {a: b}}, {delete: {}}, {notify: {to: owner}}", bounded, "step 2, delete, comes unannounced"},
		{"verdict.idle", "{notify: {to: owner}}, {delete: {}}", bounded, "step 2, delete, comes right after its notice: nobody has time to answer"},
		{`resource.tags["stage"] == "pilot"`, "{notify: {to: owner}}, {after: 4h, delete: {}}", bounded, "when holds for what is in use as well, from which nothing is ever taken away: those would wait for good"},
		{`"Stuck" in verdict.conditions`, "{notify: {to: owner}}, {after: 4h, delete: {}}", bounded, "when holds for what is in use as well, from which nothing is ever taken away: those would wait for good"},
		{"verdict.idle", "{notify: {to: owner}}, {after: 4h, scale: {count: 1}}", "", "nothing bounds how much the policy takes away in a run"},
		{"verdict.idle", "{notify: {to: owner}}", ", approvals: 1", "it asks for approval, and changes nothing"},
		{"verdict.idle", "{notify: {to: owner}}", ", schedule: 0 0 30 2 *", `its schedule "0 0 30 2 *" never comes`},
	} {
		set, err := Parse("x.yaml", fmt.Sprintf(form, strings.ReplaceAll(tt.when, "'", "''"), tt.steps, tt.more))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, w := range set.Warnings(noon) {
			if w.Hint == "" || w.Policy != set.Policies[0] {
				t.Errorf("%+v", w)
			}
			got = append(got, w.Text)
		}
		if want := slices.DeleteFunc([]string{tt.want}, func(s string) bool { return s == "" }); !slices.Equal(got, want) {
			t.Errorf("when %s: %s%s:\n got %q\nwant %q", tt.when, tt.steps, tt.more, got, want)
		}
	}
}
