package script

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/scenario"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A document is an IAM policy.
type document struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid, Effect      string
	Action, Resource []string
	Condition        json.RawMessage `json:",omitempty"`
}

// printed is the policy that sagewarden iam prints for the purposes.
func printed(t *testing.T, w *world.World, account, purposes string, more ...string) document {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(run(t, w, append([]string{"iam", "--for", purposes, "--account", account}, more...))), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d document) actions() (all []string) {
	for _, s := range d.Statement {
		all = append(all, s.Action...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// without is the text of the policy but for an action.
func (d document) without(t *testing.T, action string) string {
	t.Helper()
	d.Statement = slices.Clone(d.Statement)
	for i := range d.Statement {
		d.Statement[i].Action = slices.DeleteFunc(slices.Clone(d.Statement[i].Action), func(a string) bool { return a == action })
	}
	d.Statement = slices.DeleteFunc(d.Statement, func(s statement) bool { return len(s.Action) == 0 })
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fast keeps no rates, which are not the point here.
var fast = []string{"--rate", "*:*=0"}

// TestPrintedScanPermissions proves that the policy of iam --for scan is enough for all that looks at an organization of every
// family, and that it grants nothing that is never asked: the simulated organization enforces it, and counts. That a scan without
// any one action says what it could not see is proven in internal/scan.
func TestPrintedScanPermissions(t *testing.T) {
	w := organization.Generate(organization.Default(1, time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)))
	var everyone, granted []string
	for _, a := range w.Accounts {
		policy := printed(t, w, a.ID, "scan")
		a.Keys = []world.Key{{AccessKeyID: "AKIAREADER" + a.ID, Policies: []string{policy.without(t, "")}}}
		everyone = append(everyone, "--profile", a.Name)
		granted = policy.actions()
	}
	server := connect(t, w)
	run(t, w, slices.Concat([]string{"targets", "--region", "all"}, everyone, fast))
	run(t, w, slices.Concat([]string{"inventory", "--region", "all"}, everyone, fast))
	run(t, w, slices.Concat([]string{"scan", "--region", "all"}, everyone, fast))
	home := slices.IndexFunc(w.Accounts[0].Regions, func(r *world.Region) bool { return len(r.Domains) > 0 })
	region := w.Accounts[0].Regions[home]
	run(t, w, slices.Concat([]string{"scan", "--domain", region.Domains[0].ID, "--region", region.Name, "--profile", w.Accounts[0].Name}, fast))

	var asked []string
	for operation := range server.Calls() {
		asked = append(asked, operation)
	}
	slices.Sort(asked)
	if diff := cmp.Diff(granted, asked); diff != "" {
		t.Errorf("(- granted, + asked)\n%s", diff)
	}
}

// TestPrintedOrganizationPermissions: under the printed policies every command goes through an organization whole, and without
// any one action of those for the organization and the doctor something is missing.
func TestPrintedOrganizationPermissions(t *testing.T) {
	const management = "111111111111"
	commands := [][]string{
		{"targets", "--organization", "--region", "all"},
		{"scan", "--organization", "--ou", "Workloads", "--account-tag", "stage=prod", "--session-tag", "team=finops", "--region", "all", "--kind", "endpoint"},
		{"doctor", "--organization", "--kind", "endpoint"},
	}
	source, err := os.ReadFile("testdata/hierarchy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	// outcome is how the commands end and what they print when the first account may do all that is printed but the action.
	outcome := func(action string) (statuses []int, text string, asked map[string]int) {
		w, err := scenario.Load("hierarchy.yaml", bytes.NewReader(source))
		if err != nil {
			t.Fatal(err)
		}
		w.Accounts = slices.DeleteFunc(w.Accounts, func(a *world.Account) bool { return a.Name == "sandbox-old" || a.Name == "closed" })
		for _, u := range w.Organization.Root.Units {
			if u.Name == "Sandbox" {
				u.Accounts = nil
			}
		}
		w.Accounts[0].Keys = []world.Key{{AccessKeyID: "AKIAREADER", Principal: "arn:aws:iam::" + management + ":user/reader",
			Policies: []string{printed(t, w, management, "scan,organization,doctor").without(t, action)}}}
		for _, a := range w.Accounts[1:] {
			a.Roles[0].Policies = []string{printed(t, w, a.ID, "scan,doctor").without(t, "")}
		}
		server := connect(t, w)
		for _, c := range commands {
			stdout, stderr, status := session(t, w, slices.Concat(c, fast))
			statuses, text = append(statuses, status), text+stdout+stderr
		}
		return statuses, text, server.Calls()
	}

	statuses, whole, asked := outcome("")
	if !slices.Equal(statuses, []int{0, 0, 0}) {
		t.Fatalf("exit statuses %v under what is printed:\n%s", statuses, whole)
	}
	for _, action := range printed(t, &world.World{}, management, "organization,doctor").actions() {
		// Not an operation: it goes with sts:AssumeRole.
		if asked[action] == 0 && action != "sts:TagSession" {
			t.Errorf("%s is granted and never asked", action)
		}
		statuses, text, _ := outcome(action)
		if text == whole || !strings.Contains(text, action) {
			t.Errorf("without %s nothing is missing: exit statuses %v\n%s", action, statuses, text)
		}
		// Without IAM's word the services are asked themselves: nothing fails for it.
		if action != "iam:SimulatePrincipalPolicy" && slices.Max(statuses) == 0 {
			t.Errorf("without %s the commands end well", action)
		}
	}
}

// TestPrintedStatePermissions: what iam --state prints is enough to keep a ledger in a bucket, with a key of its own too, and nothing of it is granted in vain.
func TestPrintedStatePermissions(t *testing.T) {
	const account, bucket = "111111111111", "s3://team-ledgers/sagewarden/state"
	at := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	key := &world.KMSKey{Life: world.Life{Created: at.Add(-time.Hour)}, ID: "5a9e0000-0000-4000-8000-000000000002", Encrypts: true}
	for name, address := range map[string]string{"the bucket's own encryption": bucket, "a key": bucket + "?kms-key=arn:aws:kms:us-east-1:" + account + ":key/" + key.ID} {
		t.Run(name, func(t *testing.T) {
			granted := printed(t, &world.World{}, account, "doctor", "--state", address)
			// kept says what became of a ledger that is written to again and again, and how many objects were put and deleted.
			kept := func(action string) (string, map[string]int) {
				w := &world.World{At: at, Accounts: []*world.Account{{ID: account, Name: "team", Keys: []world.Key{{AccessKeyID: "AKIALEDGER", Policies: []string{granted.without(t, action)}}},
					Regions: []*world.Region{{Name: "us-east-1", Buckets: []*world.Bucket{{Life: world.Life{Created: at.Add(-time.Hour)}, Name: "team-ledgers"}}, KMSKeys: []*world.KMSKey{key}}}}}}
				server := connectTo(t, wire.Options{World: w, Writable: true})
				settings, err := awsconfig.LoadDefaultConfig(t.Context(), awsconfig.WithRegion("us-east-1"), awsconfig.WithSharedConfigProfile("team"))
				if err != nil {
					t.Fatal(err)
				}
				now := at
				l, err := ledger.Open(t.Context(), address, ledger.Environment{Now: func() time.Time { return now }, S3: func(context.Context, string, string) (ledger.S3, error) {
					return s3.NewFromConfig(settings, func(o *s3.Options) { o.UsePathStyle = true }), nil
				}})
				for n := 0; err == nil && n < 4; n++ {
					now = now.Add(20 * time.Minute)
					if err = l.Halt(t.Context(), "ana", "again"); err == nil {
						_, err = l.Resume(t.Context(), "ana")
					}
				}
				return fmt.Sprintf("%v, %d mutations", err, len(server.Mutations())), server.Calls()
			}
			whole, asked := kept("")
			if !strings.HasPrefix(whole, "<nil>") {
				t.Fatalf("under what is printed: %s", whole)
			}
			for _, action := range granted.actions() {
				switch {
				case strings.HasPrefix(action, "iam:"), strings.HasPrefix(action, "servicequotas:"), name != "a key" && strings.HasPrefix(action, "kms:"):
				case asked[action] == 0 && strings.HasPrefix(action, "s3:") && action != "s3:ListBucket":
					t.Errorf("%s is granted and never asked", action)
				default:
					if less, _ := kept(action); less == whole {
						t.Errorf("without %s nothing is missing", action)
					}
				}
			}
		})
	}
}
