//go:build interop

package interop_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/test/absent"
)

// A venv is the folder of the peers' programs.
type venv string

// peer finds the peers.
func peer(t *testing.T) venv {
	t.Helper()
	return installed(t, "SAGEWARDEN_VENV", "python", "aws", "moto_server")
}

// linters finds the linters of templates.
func linters(t *testing.T) venv {
	t.Helper()
	return installed(t, "SAGEWARDEN_LINTERS", "cfn-lint", "checkov")
}

// installed finds programs in the folder that a variable names.
func installed(t *testing.T, variable string, programs ...string) venv {
	t.Helper()
	bin, err := filepath.Abs(filepath.Join(os.Getenv(variable), "bin"))
	for _, name := range programs {
		if err == nil {
			_, err = os.Stat(filepath.Join(bin, name))
		}
	}
	if err != nil {
		absent.Peer(t, "the programs of "+variable+" are not installed, run make interop: ", err)
	}
	return venv(bin)
}

func (v venv) program(name string) string { return filepath.Join(string(v), name) }

// script runs one of this folder's Python files with in as JSON on its standard input, and reads its answer into out.
func (v venv) script(t *testing.T, env []string, file string, in, out any) {
	t.Helper()
	asked, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), v.program("python"), file)
	cmd.Env, cmd.Stdin = env, bytes.NewReader(asked)
	r := run(t, cmd)
	if r.status != 0 {
		t.Fatalf("%s: exit status %d\n%s", file, r.status, r.stderr)
	}
	if err := json.Unmarshal(r.stdout, out); err != nil {
		t.Fatalf("%s: %v in %s", file, err, r.stdout)
	}
}

// build compiles the program, once for all tests.
func build(t *testing.T) string {
	t.Helper()
	program, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

var (
	// folder holds what all tests share.
	folder        string
	compiled      = compile("sagewarden")
	compiledAgent = compile("sagewarden-agent")
)

// compile builds a program when it is asked for first.
func compile(name string) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		program := filepath.Join(folder, name)
		if out, err := exec.Command("go", "build", "-o", program, "../../cmd/"+name).CombinedOutput(); err != nil {
			return "", fmt.Errorf("build %s: %w\n%s", name, err, out)
		}
		return program, nil
	})
}

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "interop"); err != nil {
		panic(err)
	}
	status := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		panic(err)
	}
	os.Exit(status)
}

// environment is what a child process is given: nothing of the developer's own AWS configuration, proxies or caches.
func environment(t *testing.T, more ...string) []string {
	t.Helper()
	return append([]string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + t.TempDir(),
		"AWS_EC2_METADATA_DISABLED=true",
		"PYTHONDONTWRITEBYTECODE=1",
	}, more...)
}

// A result is how a process ended.
type result struct {
	status         int
	stdout, stderr []byte
}

func run(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.Bytes(), stderr.Bytes()}
}

// try runs the program.
func try(t *testing.T, env []string, program string, arguments ...string) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, arguments...)
	cmd.Env = env
	return run(t, cmd)
}

// serve starts a server, waits until it says something that matches, and returns the first group of the match. The server
// ends with the test.
func serve(t *testing.T, cmd *exec.Cmd, says *regexp.Regexp) string {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	t.Cleanup(func() {
		// The server may have ended on its own, which a test has then seen by other means.
		_ = cmd.Process.Signal(syscall.SIGTERM)
		deadline := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		deadline.Stop()
		_ = out.Close()
	})
	var said []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		said = append(said, lines.Text())
		if m := says.FindStringSubmatch(lines.Text()); m != nil {
			go func() { // so that the server never waits for a reader
				for lines.Scan() {
				}
			}()
			return m[1]
		}
	}
	t.Fatalf("%s ended before it listened:\n%s", cmd.Path, strings.Join(said, "\n"))
	return ""
}
