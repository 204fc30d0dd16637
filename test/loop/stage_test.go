package loop_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cli"
	"github.com/sagewarden/sagewarden/internal/simulate/scenario"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
)

const organization = `
at: 2026-03-02T12:00:00Z
accounts:
  - id: 111111111111
    name: research
    regions:
      - name: us-east-1
        buckets: [{name: sagewarden-state}]
        domains:
          - id: d-lab
            name: lab
            users: [{name: ana}, {name: ben}]
            apps:
              - {user: ana, type: JupyterLab, instanceType: ml.t3.medium, heartbeat: true, created: -20d, use: {sessions: [[-4h, +9h]]}}
              - {user: ben, type: CodeEditor, instanceType: ml.t3.medium, heartbeat: true, created: -20d, use: {sessions: [[-9h, -8h]]}}
        endpoints:
          - {name: big, created: -1d, use: never, variants: [{instanceType: ml.p4d.24xlarge}]}
`

const policies = `policies:
  - name: apps
    kind: studio-app
    when: verdict.idle
    steps:
      - notify: {to: ops}
      - after: 1h
        stop: {}
  - name: no-big-ones
    kind: endpoint
    when: resource.instanceTypes.exists(t, t.startsWith("ml.p4d"))
    steps:
      - notify: {to: ops}
`

const configuration = `
enforce: %t
guard: {accounts: ["111111111111"], maxShare: 100%%}
policies: [%s]
state: %s
notify:
  channels: {screen: {console: {}}}
  groups: {ops: {via: [screen]}}
  fallback: ops
owners: {cloudtrail: {lookup: false}}
`

// A stage is a simulated organization whose clock the test turns, and a folder with a configuration for it.
type stage struct {
	*testing.T
	dir, config, state string
	server             *wire.Server

	mu sync.Mutex
	at time.Time
}

func newStage(t *testing.T, enforce bool) *stage {
	t.Helper()
	w, err := scenario.Load("organization.yaml", strings.NewReader(organization))
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{T: t, dir: t.TempDir(), at: w.At}
	if s.server, err = wire.New(wire.Options{World: w, Now: s.now, Writable: true}); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.server)
	t.Cleanup(srv.Close)
	aws := s.write("aws", "[default]\nregion = us-east-1\naws_access_key_id = AKIASIM111111111111\naws_secret_access_key = simulated\n")
	for name, value := range map[string]string{"AWS_CONFIG_FILE": aws, "AWS_SHARED_CREDENTIALS_FILE": aws, "AWS_ENDPOINT_URL": srv.URL, "AWS_EC2_METADATA_DISABLED": "true", "HOME": s.dir} {
		t.Setenv(name, value)
	}
	s.state = filepath.Join(s.dir, "state.db")
	s.config = s.write("sagewarden.yaml", fmt.Sprintf(configuration, enforce, s.write("policies.yaml", policies), s.state))
	return s
}

func (s *stage) write(name, text string) string {
	s.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	return path
}

func (s *stage) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// pass lets time go by.
func (s *stage) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

func (s *stage) env(stdout, stderr io.Writer, args ...string) cli.Env {
	return cli.Env{Args: args, Stdin: strings.NewReader(""), Stdout: stdout, Stderr: stderr, Getenv: os.Getenv, Now: s.now, Wait: cli.OS().Wait, Width: func(io.Writer) int { return 0 }}
}

// run runs the program, and demands that it exits well.
func (s *stage) run(args ...string) (stdout, stderr string) {
	s.Helper()
	var out, log bytes.Buffer
	if status := cli.Run(s.Context(), s.env(&out, &log, append(args, "--config", s.config)...)); status != 0 {
		s.Fatalf("%v: exit status %d\n%s", args, status, &log)
	}
	return out.String(), log.String()
}

// mutations are the calls that changed something.
func (s *stage) mutations() string {
	var all []string
	for _, m := range s.server.Mutations() {
		if !strings.HasPrefix(m.Operation, "s3:") {
			all = append(all, m.Operation+" "+m.Resource)
		}
		if m.InUse {
			s.Errorf("%s stopped %s, which was in use", m.Operation, m.Resource)
		}
	}
	return strings.Join(all, ", ")
}

const stopped = "sagemaker:DeleteApp arn:aws:sagemaker:us-east-1:111111111111:app/d-lab/ben/codeeditor/default"

// A log is read line by line as it is written.
type log struct {
	*testing.T
	*bufio.Scanner
	lines []string
}

func newLog(t *testing.T) (*log, io.WriteCloser) {
	r, w := io.Pipe()
	return &log{T: t, Scanner: bufio.NewScanner(r)}, w
}

// until reads on to a line with those words.
func (l *log) until(words string) string {
	l.Helper()
	for l.Scan() {
		l.lines = append(l.lines, l.Text())
		if strings.Contains(l.Text(), words) {
			return l.Text()
		}
	}
	l.Fatalf("no line has %q:\n%s", words, strings.Join(l.lines, "\n"))
	return ""
}
