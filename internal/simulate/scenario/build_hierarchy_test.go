package scenario

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// outline is a unit with what is in it, a line each.
func outline(u *world.Unit, depth int) (lines []string) {
	lines = append(lines, fmt.Sprintf("%*s%s %s %v %v", depth, "", u.ID, u.Name, u.Accounts, u.Tags))
	for _, below := range u.Units {
		lines = append(lines, outline(below, depth+1)...)
	}
	return lines
}

func TestHierarchy(t *testing.T) {
	w := load(t, "testdata/hierarchy.yaml")
	o := w.Organization
	want := `r-ugfm Root [111111111111] map[]
 ou-ugfm-g3tyvfki Workloads [] map[]
  ou-ab12-production Production [333333333333] map[stage:prod]
  ou-ugfm-rp3us5mx Research [222222222222] map[]
 ou-ugfm-7nk7xo3w Empty [] map[]`
	if diff := cmp.Diff(want, strings.Join(outline(o.Root, 0), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if o.ID != "o-exampleorgid" || o.Management != "111111111111" || len(o.Administrators) != 1 {
		t.Errorf("%+v", o)
	}
	management, research := w.Accounts[0], w.Accounts[1]
	if management.Email != "root@example.com" || research.Email != "aws+222222222222@example.com" || w.Accounts[2].State != "SUSPENDED" || research.Tags["team"] != "vision" {
		t.Errorf("memberships: %+v, %+v", management, research)
	}
	role := &world.Role{Name: "SagewardenReader", Path: "/audit/", TrustedPrincipals: []string{"111111111111", "arn:aws:iam::222222222222:user/ana"}, ExternalID: "4711",
		RequireSessionTags: map[string]string{"team": "finops"}, MaxDuration: 4 * time.Hour, Policies: research.Roles[0].Policies}
	if diff := cmp.Diff(role, research.Roles[0]); diff != "" || !strings.Contains(role.Policies[0], "sagemaker:List*") {
		t.Errorf("role (-want +got):\n%s", diff)
	}
	app := research.Regions[0].Domains[0].Apps[0]
	if app.Creator != "arn:aws:sts::222222222222:assumed-role/DataScientist/ana.silva@example.com" || len(app.Relaunches) != 2 || !app.Relaunches[1].Equal(noon.Add(-24*time.Hour)) {
		t.Errorf("app %+v", app)
	}
	if _, err := wire.New(wire.Options{World: w}); err != nil {
		t.Errorf("it cannot be served: %v", err)
	}
}

func TestOwnAccountJoinsGeneratedOrganization(t *testing.T) {
	w, err := Load("x.yaml", strings.NewReader(`
at: 2026-03-02T12:00:00Z
organization: {seed: 7, accounts: 2, domains: 1, people: 2, apps: 2, endpoints: 1}
accounts: [{id: 999900001111, unit: Sandbox/Mine}, {id: 999900002222, outside: true}]
`))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(outline(w.Organization.Root, 0), "\n")
	if !strings.Contains(all, "Mine [999900001111]") || strings.Contains(all, "999900002222") || strings.Count(all, " Sandbox ") != 1 {
		t.Errorf("got\n%s", all)
	}
	if _, err := wire.New(wire.Options{World: w}); err != nil {
		t.Errorf("it cannot be served: %v", err)
	}
}
