//go:build interop

package interop_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/test/absent"
)

// accepted are findings of checkov on what iam prints, each with the reason why it stays.
var accepted = map[string]string{
	"CKV_AWS_109 main.tf": keyPolicy, "CKV_AWS_111 main.tf": keyPolicy, "CKV_AWS_356 main.tf": keyPolicy,
	"CKV_AWS_117 function.cloudformation.yaml": noVPC, "CKV_AWS_117 main.tf": noVPC,
	"CKV_AWS_144 main.tf":                     "a ledger that is replicated has two heads: what is lost with a region is found again by looking",
	"CKV_AWS_18 function.cloudformation.yaml": noAccessLog, "CKV_AWS_18 main.tf": noAccessLog,
	"CKV_AWS_272 main.tf": "whoever signs code has a signing profile of their own: a module cannot know it",
	"CKV2_AWS_62 main.tf": "nobody waits for what the ledger's bucket says: its readers ask",
	"CKV_AWS_356 iam.tf":  "AWS Organizations can restrict some of its lists to units, whose ARNs hold the ids of an organization that is not known when the policy is printed",
}

const (
	keyPolicy   = "in a key's own policy * is that key"
	noVPC       = "the function talks to AWS's own addresses alone, and a VPC has no way to them unless its owner makes one"
	noAccessLog = "the bucket for access logs is the account's own: the ledger has a history that cannot be altered unseen"
)

// TestTemplates has others read the templates of deploy/, and what iam prints for everything.
func TestTemplates(t *testing.T) {
	l := linters(t)
	program := build(t)
	printed := t.TempDir()
	for name, form := range map[string]string{"iam.yaml": "cloudformation", "iam.tf": "terraform"} {
		cmd := exec.CommandContext(t.Context(), program, "iam", "--for", "all", "--format", form)
		cmd.Env = environment(t)
		r := run(t, cmd)
		if r.status != 0 {
			t.Fatalf("iam: exit status %d\n%s", r.status, r.stderr)
		}
		if err := os.WriteFile(filepath.Join(printed, name), r.stdout, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	t.Run("cfn-lint", func(t *testing.T) {
		files, err := filepath.Glob("../../deploy/*.yaml")
		if err != nil || len(files) == 0 {
			t.Fatal("no templates: ", err)
		}
		cmd := exec.CommandContext(t.Context(), l.program("cfn-lint"), append(files, filepath.Join(printed, "iam.yaml"))...)
		cmd.Env = environment(t)
		if r := run(t, cmd); r.status != 0 {
			t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
		}
	})

	t.Run("terraform fmt", func(t *testing.T) {
		terraform, err := exec.LookPath("terraform")
		if err != nil {
			absent.Peer(t, "there is no terraform: checkov alone reads the modules", err)
		}
		cmd := exec.CommandContext(t.Context(), terraform, "fmt", "-check", "-diff", "-recursive", "../../deploy")
		cmd.Env = environment(t)
		if r := run(t, cmd); r.status != 0 {
			t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
		}
	})

	t.Run("checkov", func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), l.program("checkov"), "-d", "../../deploy", "-d", printed, "--skip-download", "--quiet", "-o", "json")
		cmd.Env = environment(t)
		r := run(t, cmd)
		type results struct {
			Check   string `json:"check_type"`
			Results struct {
				Failed []struct {
					ID   string `json:"check_id"`
					File string `json:"file_path"`
				} `json:"failed_checks"`
			} `json:"results"`
			Summary struct {
				Passed int `json:"passed"`
				Errors int `json:"parsing_errors"`
			} `json:"summary"`
		}
		var all []results
		// One framework in one folder is an object, more are a list; each folder has its own.
		for d := json.NewDecoder(strings.NewReader(string(r.stdout))); d.More(); {
			var raw json.RawMessage
			if err := d.Decode(&raw); err != nil {
				t.Fatalf("%v in %s%s", err, r.stdout, r.stderr)
			}
			var some []results
			if json.Unmarshal(raw, &some) != nil {
				some = make([]results, 1)
				if err := json.Unmarshal(raw, &some[0]); err != nil {
					t.Fatalf("%v in %s", err, raw)
				}
			}
			all = append(all, some...)
		}
		var found, frameworks []string
		for _, f := range all {
			frameworks = append(frameworks, f.Check)
			if f.Summary.Errors > 0 || f.Summary.Passed == 0 {
				t.Errorf("%s: %+v", f.Check, f.Summary)
			}
			for _, c := range f.Results.Failed {
				found = append(found, c.ID+" "+filepath.Base(c.File))
			}
		}
		slices.Sort(found)
		found = slices.Compact(found)
		slices.Sort(frameworks)
		if diff := cmp.Diff([]string{"cloudformation", "cloudformation", "terraform", "terraform"}, frameworks); diff != "" {
			t.Errorf("(- want, + read)\n%s", diff)
		}
		var want []string
		for id := range accepted {
			want = append(want, id)
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("(- accepted, + found)\n%s", diff)
		}
	})
}
