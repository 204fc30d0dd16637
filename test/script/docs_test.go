package script

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/cli"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/scenario"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
	"github.com/sagewarden/sagewarden/test/absent"
)

// console is a block of documentation that shows a command and all that it prints.
var console = regexp.MustCompile("(?s)```console\n\\$ sagewarden ([^\n]*)\n(.*?)```")

// documented are the pages that show sessions, by the organization of testdata that they look at (demo brings its own).
var documented = map[string][]string{
	"organization.yaml": {"README.md", "docs/scan.md", "docs/explain.md", "docs/outputs.md", "docs/inventory.md", "docs/iam.md", "docs/policies.md", "docs/cost-athena.md"},
	"hierarchy.yaml":    {"docs/targets.md", "docs/doctor.md"},
	"billing.yaml":      {"docs/cost-setup.md"},
}

// waiting are the commands that keep to rates, which change nothing of what they print.
var waiting = []string{"scan", "explain", "inventory", "targets", "doctor"}

// TestDocumentedSessions runs what the pages show, on a terminal of 120 columns. A line of … stands for lines that are left out.
func TestDocumentedSessions(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for file, pages := range documented {
		t.Run(file, func(t *testing.T) {
			source, err := os.ReadFile(filepath.Join(root, "test/script/testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			w, err := scenario.Load(file, bytes.NewReader(source))
			if err != nil {
				t.Fatal(err)
			}
			connect(t, w)
			t.Chdir(t.TempDir())
			for _, name := range pages {
				if name == "README.md" && !duck.Available {
					continue // the demo shows a bill there
				}
				t.Run(name, func(t *testing.T) { replay(t, w, filepath.Join(root, name)) })
			}
		})
	}
}

// billed are the pages that show sessions over the bills of the generated organization, of this month and the one before, beside a scan of it. Its configuration is the
// first that docs/allocation.md shows.
var billed = []string{"docs/allocation.md", "docs/cost-report.md", "docs/cost-waste.md"}

// TestDocumentedBills imports the bills, and runs what the pages show.
func TestDocumentedBills(t *testing.T) {
	if !duck.Available {
		absent.Peer(t, "bills are read by DuckDB, which needs cgo")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	const at = "2026-11-25T14:00:00Z"
	instant, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	w := organization.Generate(organization.Default(1, instant))
	connect(t, w)
	t.Chdir(t.TempDir())
	for _, month := range []string{"2026-10", "2026-11"} {
		run(t, w, []string{"sim", "bill", "--at", at, "--month", month, "-o", "bills"})
	}
	run(t, w, []string{"cost", "import", "bills"})
	look := append([]string{"scan", "--region", "all", "--save", "estate.json"}, fast...)
	for _, a := range w.Accounts {
		look = append(look, "--profile", a.Name)
	}
	run(t, w, look)
	page, err := os.ReadFile(filepath.Join(root, billed[0]))
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(page)
	if err := os.WriteFile("sagewarden.yaml", shown[1], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range billed {
		t.Run(name, func(t *testing.T) { replay(t, w, filepath.Join(root, name)) })
	}
}

// replay runs the sessions of a page.
func replay(t *testing.T, w *world.World, page string) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	blocks := console.FindAllSubmatchIndex(text, -1)
	if len(blocks) == 0 {
		t.Fatal("the page shows no session")
	}
	for _, b := range slices.Backward(blocks) {
		command, shown := string(text[b[2]:b[3]]), string(text[b[4]:b[5]])
		// A page may show what a hole looks like, which status 4 goes with.
		args := strings.Fields(command)
		if slices.Contains(waiting, args[0]) {
			args = append(args, fast...)
		}
		got, stderr, status := session(t, w, args)
		if status != 0 && status != 4 || stderr != "" {
			t.Fatalf("sagewarden %s: exit status %d\n%s%s", command, status, got, stderr)
		}
		switch {
		case like(shown, got):
		case *update && !strings.Contains(shown, "…\n"):
			text = slices.Replace(text, b[4], b[5], []byte(got)...)
		default:
			t.Errorf("sagewarden %s (- page, + output)\n%s", command, cmp.Diff(shown, got))
		}
	}
	if *update {
		if err := os.WriteFile(page, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// like reports whether the text is as shown, where a line of … stands for any lines.
func like(shown, text string) bool {
	parts := strings.Split(regexp.QuoteMeta(shown), "…\n")
	return regexp.MustCompile(`^(?s:` + strings.Join(parts, ".*") + `)$`).MatchString(text)
}

// connect serves the world and makes it the AWS of this process.
func connect(t *testing.T, w *world.World) *wire.Server {
	t.Helper()
	return connectTo(t, wire.Options{World: w})
}

func connectTo(t *testing.T, o wire.Options) *wire.Server {
	t.Helper()
	handler, err := wire.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // restored by the test; empty counts as absent
		}
	}
	config := filepath.Join(t.TempDir(), "aws-config")
	if err := os.WriteFile(config, []byte(profiles(o.World)), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_CONFIG_FILE", config)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return handler
}

// run is what a command line prints that ends well.
func run(t *testing.T, w *world.World, args []string) string {
	t.Helper()
	stdout, stderr, status := session(t, w, args)
	if status != 0 || stderr != "" {
		t.Fatalf("sagewarden %s: exit status %d\n%s%s", strings.Join(args, " "), status, stdout, stderr)
	}
	return stdout
}

// session is what a command line prints on a terminal without colours, at the world's instant.
func session(t *testing.T, w *world.World, args []string) (printed, errors string, status int) {
	t.Helper()
	return sessionUntil(t.Context(), w, args)
}

// sessionUntil is session, which the end of the context interrupts as Ctrl-C does.
func sessionUntil(ctx context.Context, w *world.World, args []string) (printed, errors string, status int) {
	var stdout, stderr bytes.Buffer
	status = cli.Run(ctx, cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: func() time.Time { return w.At },
		Getenv: func(name string) string {
			if name == "NO_COLOR" {
				return "1"
			}
			return os.Getenv(name)
		},
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Width: func(to io.Writer) int {
			if to == &stdout {
				return 120
			}
			return 0
		},
	})
	return stdout.String(), stderr.String(), status
}
