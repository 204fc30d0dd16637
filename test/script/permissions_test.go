package script

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// TestDocumentedPermissions proves that the policy of the README is enough for everything that the program asks, and
// that it grants nothing that is never asked: the simulated organization enforces it, and counts.
func TestDocumentedPermissions(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(readme)
	if block == nil {
		t.Fatal("the README shows no policy")
	}
	var policy struct{ Statement []struct{ Action []string } }
	if err := json.Unmarshal(block[1], &policy); err != nil {
		t.Fatal(err)
	}
	var granted []string
	for _, s := range policy.Statement {
		granted = append(granted, s.Action...)
	}

	w := organization.Generate(organization.Default(1, time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)))
	var everyone []string
	for _, a := range w.Accounts {
		a.Keys = []world.Key{{AccessKeyID: "AKIAREADER" + a.ID, Policies: []string{string(block[1])}}}
		everyone = append(everyone, "--profile", a.Name)
	}
	server := connect(t, w)
	fast := []string{"--rate", "sagemaker:List*=0", "--rate", "sagemaker:Describe*=0"}
	run(t, w, slices.Concat([]string{"scan", "--region", "all"}, everyone, fast))
	home := slices.IndexFunc(w.Accounts[0].Regions, func(r *world.Region) bool { return len(r.Domains) > 0 })
	region := w.Accounts[0].Regions[home]
	run(t, w, slices.Concat([]string{"scan", "--domain", region.Domains[0].ID, "--region", region.Name, "--profile", w.Accounts[0].Name}, fast))

	var asked []string
	for operation := range server.Calls() {
		asked = append(asked, operation)
	}
	slices.Sort(asked)
	slices.Sort(granted)
	if diff := cmp.Diff(granted, asked); diff != "" {
		t.Errorf("(- granted, + asked)\n%s", diff)
	}
}
