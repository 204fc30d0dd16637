// Package script runs the program as a user does, from the command line, against simulated organizations on loopback.
//
// The scripts are testdata/*.txtar, one for each behaviour. organization.yaml, which most of them serve,
// hierarchy.yaml and billing.yaml stand beside them and are laid into every script's folder.
package script

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sagewarden/sagewarden/internal/cli"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

var update = flag.Bool("update", false, "write the expected output into the scripts")

// clockVariable is the instant that the program takes for the present, in scripts that tell what happened over weeks.
const clockVariable = "SCRIPT_NOW"

func TestMain(m *testing.M) {
	// A script waits for the rates that a scan keeps, and computes little.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"sagewarden": func() {
			env := cli.OS()
			env.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() } // the organization's time does not pass by waiting
			if at, err := time.Parse(time.RFC3339, os.Getenv(clockVariable)); err == nil {
				env.Now = func() time.Time { return at }
			}
			os.Exit(cli.Run(context.Background(), env))
		},
	})
}

func TestScripts(t *testing.T) {
	organization, err := os.ReadFile("testdata/organization.yaml")
	if err != nil {
		t.Fatal(err)
	}
	hierarchy, err := os.ReadFile("testdata/hierarchy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	billing, err := os.ReadFile("testdata/billing.yaml")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                "testdata",
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			// testscript passes nothing of the caller's environment on but PATH. The metadata service is a network
			// that a test must not ask for credentials.
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			e.Values[programKey{}] = new(program)
			e.Values[servedKey{}] = new(served)
			return errors.Join(os.WriteFile(filepath.Join(e.WorkDir, "organization.yaml"), organization, 0o600),
				os.WriteFile(filepath.Join(e.WorkDir, "hierarchy.yaml"), hierarchy, 0o600), os.WriteFile(filepath.Join(e.WorkDir, "billing.yaml"), billing, 0o600))
		},
		Condition: func(name string) (bool, error) {
			if name == "bills" { // this build can read them
				return duck.Available, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"binary": binary,
			"serve":  serve,
			"bill":   bill,
			"exits":  exits,
			"start":  start,
			"stop":   stop,
			"keep":   keep,
		},
	})
}

// binary FILE HEX writes a file that no script could hold, from hexadecimal digits.
func binary(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: binary FILE HEX")
	}
	content, err := hex.DecodeString(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o600))
}

// exits STATUS COMMAND… runs a command and demands its exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND [ARGUMENT…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("run %s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}
