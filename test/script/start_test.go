package script

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// A program runs beside its script.
type program struct {
	*exec.Cmd
	stdout announcement
	stderr bytes.Buffer
	exited chan struct{}
}

// programKey finds the program among a script's values.
type programKey struct{}

// start COMMAND… runs sim, or demo --keep, beside the script. It returns when the program has said that it listens, and
// takes over the variables that it tells its user to export.
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: start COMMAND [ARGUMENT…]")
	}
	p := ts.Value(programKey{}).(*program)
	*p = program{Cmd: exec.Command(args[0], args[1:]...), exited: make(chan struct{}), stdout: announcement{made: make(chan struct{})}}
	p.Dir = ts.MkAbs(".")
	for _, key := range []string{"HOME", "TMPDIR"} {
		p.Env = append(p.Env, key+"="+ts.Getenv(key))
	}
	p.Stdout, p.Stderr = &p.stdout, &p.stderr
	ts.Check(p.Start())
	go func() {
		_ = p.Wait() // stop looks at the status
		close(p.exited)
	}()
	ts.Defer(func() {
		_ = p.Process.Kill() // in vain where it was stopped
		<-p.exited
	})
	select {
	case <-p.stdout.made:
	case <-p.exited:
		ts.Fatalf("%s: %s before it listened\n%s%s", args[0], p.ProcessState, p.stdout.text.String(), p.stderr.String())
	}
	ts.Setenv("AWS_CONFIG_FILE", p.stdout.config)
	ts.Setenv("AWS_ENDPOINT_URL", p.stdout.url)
}

// stop ends the started program as Ctrl-C does, demands that it exits well, and leaves its output to stdout and stderr.
func stop(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: stop")
	}
	p := ts.Value(programKey{}).(*program)
	ts.Check(p.Process.Signal(os.Interrupt))
	<-p.exited
	_, err := p.stdout.text.WriteTo(ts.Stdout())
	ts.Check(err)
	_, err = p.stderr.WriteTo(ts.Stderr())
	ts.Check(err)
	if !p.ProcessState.Success() {
		ts.Fatalf("stopped program: %s", p.ProcessState)
	}
}

// An announcement is the output of a program, watched for the line that comes when it listens.
type announcement struct {
	text        bytes.Buffer
	config, url string
	once        sync.Once
	made        chan struct{} // closed when config and url are set
}

var exportLine = regexp.MustCompile(`(?m)^ *export AWS_CONFIG_FILE=(\S+) AWS_ENDPOINT_URL=(\S+)$`)

func (a *announcement) Write(b []byte) (int, error) {
	a.text.Write(b)
	if m := exportLine.FindSubmatch(a.text.Bytes()); m != nil {
		a.once.Do(func() {
			a.config, a.url = string(m[1]), string(m[2])
			close(a.made)
		})
	}
	return len(b), nil
}
