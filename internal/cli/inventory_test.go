package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// saved is the file of a snapshot that holds one endpoint, of the status.
func saved(t *testing.T, status string) string {
	t.Helper()
	target := estate.Target{Partition: "aws", Account: "111111111111", Region: "us-east-1"}
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	s := &estate.Snapshot{Version: estate.SnapshotVersion, At: at, Targets: []estate.Target{target}, Observations: []*estate.Observation{{Resource: estate.Resource{
		ARN: target.SageMakerARN("endpoint/churn"), Kind: "endpoint", Target: target, Name: "churn", Type: "real-time", Status: status, Created: at.Add(-90 * 24 * time.Hour), Tags: map[string]string{}}}}}
	file := filepath.Join(t.TempDir(), "snapshot.json")
	if err := saveTo(file, s); err != nil {
		t.Fatal(err)
	}
	return file
}

// try runs the command line on a terminal of so many columns, 0 for none.
func try(t *testing.T, columns int, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = Run(t.Context(), Env{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" },
		Now: time.Now, Width: func(io.Writer) int { return columns }})
	return status, out.String(), errs.String()
}

func TestInventoryToAFile(t *testing.T) {
	from := saved(t, "InService")
	file := filepath.Join(t.TempDir(), "estate.parquet")
	if status, stdout, stderr := try(t, 80, "inventory", "--from", from, "-o", "parquet", "--out", file); status != exitOK || stdout != "" {
		t.Errorf("status %d, %q\n%s", status, stdout, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(text, []byte("PAR1")) || !bytes.HasSuffix(text, []byte("PAR1")) {
		t.Errorf("%v, no Parquet: %q", err, text)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) > 0 {
		t.Errorf("it leaves %v", left)
	}
	status, _, stderr := try(t, 80, "inventory", "--from", from, "--out", filepath.Join(file, "not-a-folder"))
	if status != exitFailed || !strings.Contains(stderr, "write inventory on ") || !strings.Contains(stderr, "hint: ") {
		t.Errorf("status %d\n%s", status, stderr)
	}
}

func TestInventoryRefuses(t *testing.T) {
	from := saved(t, "InService")
	for want, args := range map[string][]string{
		"parquet is not for a terminal":                                {"--from", from, "-o", "parquet"},
		`did you mean "parquet"`:                                       {"--from", from, "-o", "parqet"},
		`--group-by: unknown dimension "colour"`:                       {"--from", from, "--group-by", "colour"},
		`--tag: "team" is not key=value`:                               {"--from", from, "--tag", "team"},
		"--idle-for has no effect without --from":                      {"--idle-for", "3h"},
		"--min-invocations has no effect without --from":               {"--min-invocations", "3"},
		"--region has no effect with --from, which judges what was sa": {"--from", from, "--region", "all"},
	} {
		status, stdout, stderr := try(t, 80, append([]string{"inventory"}, args...)...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, want %q in\n%s%s", args, status, want, stdout, stderr)
		}
	}
}

func TestFailOn(t *testing.T) {
	for _, c := range []struct {
		status, failOn string
		want           int
	}{
		{"Failed", "conditions", exitFindings},
		{"Failed", "idle", exitOK},
		{"InService", "conditions", exitOK},
		{"Failed", "broken", exitUsage},
		{"Failed", "", exitUsage},
	} {
		if got, stdout, stderr := try(t, 0, "scan", "--from", saved(t, c.status), "--fail-on", c.failOn); got != c.want {
			t.Errorf("a %s endpoint, --fail-on %s: status %d, want %d\n%s%s", c.status, c.failOn, got, c.want, stdout, stderr)
		}
	}
	for _, both := range [][]string{{"--fail-on", "idle", "--fail-on", "conditions"}, {"--fail-on", "idle,conditions"}} {
		if got, _, stderr := try(t, 0, append([]string{"scan", "--from", saved(t, "Failed")}, both...)...); got != exitFindings {
			t.Errorf("%q: status %d, want %d\n%s", both, got, exitFindings, stderr)
		}
	}
}
