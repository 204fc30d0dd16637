package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/simulate/scenario"
)

// acme is an organization of three accounts; the second trusts the first, the third nobody.
const acme = `
at: 2026-03-02T12:00:00Z
hierarchy: {management: 111111111111}
accounts:
  - {id: 111111111111, name: management, enabledRegions: [us-east-1], regions: [{name: us-east-1}]}
  - {id: 222222222222, name: research, unit: Workloads, roles: [{name: SagewardenReader, trusts: [111111111111]}], regions: [{name: us-east-1}]}
  - {id: 333333333333, name: sandbox-old, unit: Sandbox, regions: [{name: us-east-1}]}
`

// connect makes acme the AWS of this process.
func connect(t *testing.T) {
	t.Helper()
	w, err := scenario.Load("acme.yaml", strings.NewReader(acme))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // restored by the test; empty counts as absent
		}
	}
	s, err := simulate(w, "127.0.0.1:0", filepath.Join(t.TempDir(), "config"), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	t.Setenv("AWS_CONFIG_FILE", s.config)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Chdir(t.TempDir())
}

func TestReach(t *testing.T) {
	connect(t)
	const (
		vain     = "sagewarden: the exclusion sandbx-* leaves nobody out: "
		stranger = "arn:aws:iam::111111111111:user/simulated is not authorized"
		unused   = "sagewarden.yml is not read: name it sagewarden.yaml\n"
	)
	for _, c := range []struct {
		line           string
		short          bool // a sagewarden.yml lies there
		status         int
		stdout, stderr string
	}{
		{line: "targets", status: exitOK, stdout: "1 target in 1 account, 1 ready\n"},
		{line: "targets --organization", status: exitHoles, stdout: "sts:AssumeRole denied: " + stranger + ", hides everything in the account"},
		{line: "targets --organization --duration 2h --ou Workloads", status: exitFailed,
			stdout: "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role, hides everything in the account\n  hint: lower --duration: ",
			stderr: "(no account could be opened)\n  hint: lower --duration: "},
		{line: "targets --region us-east-1 --region ap-south-1", status: exitHoles, stdout: "2 targets in 1 account, 1 ready\n"},
		{line: "targets --region ap-south-1", status: exitFailed, stdout: "1 target in 1 account, 0 ready\n", stderr: "(nothing could be seen in 111111111111/ap-south-1)\n  hint: "},
		{line: "targets --profile research --profile nobody", status: exitHoles, stdout: "profile nobody does not exist"},
		{line: "targets --profile nobody", status: exitFailed, stdout: "0 ready\n", stderr: "sagewarden: sts:GetCallerIdentity on nobody/all: profile nobody does not exist (no account could be opened)\n"},
		{line: "targets --organization --ou Finance", status: exitFailed, stderr: "there is no \"Finance\", but Workloads, Sandbox\n  hint: write --ou "},
		{line: "targets --organization --exclude-account sandbx-* --exclude-account sandbox-*", status: exitOK, stdout: "2 ready\n", stderr: vain},
		{line: "targets --organization --exclude-account sandbox-*", status: exitOK, stdout: "2 ready\n"},
		{line: "scan --kind workteam --organization --exclude-account sandbx-*", status: exitHoles, stderr: vain,
			stdout: "sandbox-old/all sts:AssumeRole denied, hides everything in the account\n    error: " + stranger + "\n    hint: see that "},
		{line: "doctor --kind workteam --profile research --profile nobody", status: exitFailed, stdout: "fail  accounts       nobody: sts:GetCallerIdentity failed: profile nobody does not exist\n"},
		{line: "doctor --kind workteam --organization", status: exitHoles, stdout: "warn  accounts       sandbox-old: sts:AssumeRole denied: " + stranger + "\n"},
		{line: "targets", short: true, status: exitOK, stdout: "1 ready", stderr: unused},
		{line: "scan --kind workteam", short: true, status: exitOK, stdout: "nothing idle", stderr: unused},
		{line: "doctor --kind workteam", short: true, status: exitOK, stdout: unused},
	} {
		t.Run(c.line, func(t *testing.T) {
			if c.short {
				t.Chdir(t.TempDir())
				if err := os.WriteFile("sagewarden.yml", nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			status, stdout, stderr := try(t, 0, strings.Fields(c.line)...)
			if status != c.status || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || c.stderr == "" && stderr != "" {
				t.Errorf("status %d, want %d\n%s%s", status, c.status, stdout, stderr)
			}
		})
	}
}
