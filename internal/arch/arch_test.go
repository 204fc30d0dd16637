package arch

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sagewarden/sagewarden/"

// floors are the rooms of the project, ground first. A room may import rooms on floors below its own.
// Circles are impossible in Go; a room that is missing here is an error, so that the plan is drawn before the wall.
var floors = [][]string{
	{"internal/estate"},
	{"internal/strictyaml", "internal/packing", "internal/heartbeat", "internal/report", "policies", "schemas"},
	{"internal/cloud", "internal/config", "internal/ledger", "internal/pricing", "internal/studio/jupyter", "internal/studio/process", "internal/studio/remote"},
	{"internal/pulse", "internal/notify/link", "internal/ledger/show", "internal/cost/duck", "internal/cost/usage", "internal/cost/dialect"},
	{"internal/cost/lake"},
	{"internal/cost/bill", "internal/cost/allocate"},
	{"internal/cost/showback", "internal/cost/quicksight"},
	{"internal/cost/waste"},
	{"internal/cost/athena"},
	{"internal/kinds", "internal/notify", "internal/studio"},
	{"internal/govern/settings"},
	{"internal/govern/compliance", "internal/govern/install", "internal/govern/shutdown", "internal/cost/setup"},
	{"internal/access", "internal/policy", "internal/scan"},
	{"internal/remediate"},
	{"internal/backtest", "internal/doctor", "internal/server"},
	{"internal/cli"},
	{"cmd/sagewarden", "cmd/sagewarden-agent"},
}

// simulated are the rooms of the simulated organization. They know the words of the estate at most, and only doors and tests know them.
const simulated = "internal/simulate/"

// doors may be imported by main packages alone.
var doors = []string{"internal/cli"}

func TestFloors(t *testing.T) {
	floor := map[string]int{}
	for i, rooms := range floors {
		for _, r := range rooms {
			floor[r] = i
		}
	}
	for room, imports := range graph(t) {
		if room == "internal/arch" || strings.HasPrefix(room, "test/") {
			continue
		}
		for _, imp := range imports {
			switch {
			case strings.HasPrefix(room, simulated):
				if imp != "internal/estate" && !strings.HasPrefix(imp, simulated) {
					t.Errorf("%s imports %s: the simulated organization may know estate at most", room, imp)
				}
			case strings.HasPrefix(imp, simulated):
				if !slices.Contains(doors, room) {
					t.Errorf("%s imports %s: only the doors and tests may know the simulated organization", room, imp)
				}
			case slices.Contains(doors, imp) && !strings.HasPrefix(room, "cmd/"):
				t.Errorf("%s imports the door %s", room, imp)
			case floor[imp] >= floor[room]:
				t.Errorf("%s (floor %d) imports %s (floor %d): imports go down", room, floor[room], imp, floor[imp])
			}
		}
		if _, known := floor[room]; !known && !strings.HasPrefix(room, simulated) {
			t.Errorf("%s is on no floor: add it to the plan above and to docs/architecture.md", room)
		}
	}
}

// TestReportKnowsNoCloud keeps rendering pure: whatever a page or table shows has to be in the snapshot.
func TestReportKnowsNoCloud(t *testing.T) {
	for _, imp := range graph(t)["internal/report"] {
		if imp != "internal/estate" {
			t.Errorf("internal/report imports %s: it renders a snapshot and knows nothing else", imp)
		}
	}
}

// graph is every package of the module with its imports of the module, test files aside.
func graph(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	g := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		room := strings.TrimPrefix(p.ImportPath, module)
		g[room] = []string{}
		for _, imp := range p.Imports {
			if short, ours := strings.CutPrefix(imp, module); ours {
				g[room] = append(g[room], short)
			}
		}
	}
	if len(g) < 5 {
		t.Fatalf("go list found %d packages only", len(g))
	}
	return g
}
