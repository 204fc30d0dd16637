package chaos_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/simulate/resend"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
	"github.com/sagewarden/sagewarden/test/portrait"
	"github.com/sagewarden/sagewarden/test/postgresql"
)

const configuration = `
enforce: true
guard: {accounts: ["111111111111"], maxShare: 100%%}
policies: [policies.yaml]
state: %s
notify:
  channels:
    hook: {webhook: {url: CHAOS_HOOK, secret: CHAOS_SECRET}}
    mail: {smtp: {host: 127.0.0.1, port: %d, from: sagewarden@example.com}}
  people:
    ana: {email: ana@example.com}
    ben: {email: ben@example.com}
  remind: 0s
owners: {cloudtrail: {lookup: false}}
`

// A stage is a simulated organization that can be changed, a clock that the test turns, and whoever is told.
type stage struct {
	*testing.T
	mailroom
	dir string
	// state is the ledger's address as the program has it, and direct as the test has it.
	state, direct string
	server        *wire.Server
	handler       http.Handler
	session       *cloud.Session
	cable         *cable

	clockMu sync.Mutex
	clock   *os.File
	ahead   time.Duration
	draw    *rand.Rand

	// calls are the attempts to change something, whatever came of them.
	callsMu sync.Mutex
	calls   []string

	// tip is the end of the history at the last look at it, opened and closed the findings that it tells of.
	tip            ledger.Tip
	opened, closed map[string]bool
}

// A store is a sort of place that a ledger can be in.
type store string

const (
	sqlite     store = "SQLite"
	postgreSQL store = "PostgreSQL"
	inS3       store = "S3"
)

func newStage(t *testing.T, w *world.World, kept store, draw *rand.Rand) *stage {
	t.Helper()
	s := &stage{T: t, dir: t.TempDir(), draw: draw, opened: map[string]bool{}, closed: map[string]bool{}}
	s.mailroom.now = s.now
	var err error
	if s.clock, err = os.Create(filepath.Join(s.dir, "clock")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.clock.Close() })
	s.pass(time.Until(w.At))
	s.server, err = wire.New(wire.Options{World: w, Now: s.now, Writable: true, OnCall: s.noted})
	if err != nil {
		t.Fatal(err)
	}
	s.handler = resend.Lost(s.server)
	switch kept {
	case sqlite:
		s.state = filepath.Join(s.dir, "state.db")
		s.direct = s.state
	case postgreSQL:
		s.direct = postgresql.Empty(t)
		s.cable, s.state = newCable(t, s.direct)
	case inS3:
		s.state = "s3://" + bucket + "/ledger"
		s.direct = s.state
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go s.serve(l)
	s.write("policies.yaml", policies)
	s.write("sagewarden.yaml", fmt.Sprintf(configuration, s.state, l.Addr().(*net.TCPAddr).Port))
	s.write("aws", "[default]\nregion = "+region+"\naws_access_key_id = AKIASIM"+account+"\naws_secret_access_key = simulated\n")
	s.session = s.signIn()
	return s
}

func (s *stage) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

// signIn is a session of the test's own, at which nobody dies.
func (s *stage) signIn() *cloud.Session {
	s.Helper()
	server := httptest.NewServer(s.handler)
	s.Cleanup(server.Close)
	c := cloud.New(cloud.Options{Limits: cloud.NoLimits(), Load: func(context.Context, ...func(*awsconfig.LoadOptions) error) (aws.Config, error) {
		return aws.Config{Region: region, BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+account, "simulated", "")}, nil
	}})
	sessions, err := c.Open(s.Context(), "", []string{region})
	if err != nil {
		s.Fatal(err)
	}
	return sessions[0]
}

func (s *stage) now() time.Time {
	s.clockMu.Lock()
	defer s.clockMu.Unlock()
	return time.Now().Add(s.ahead).Round(0)
}

// pass lets time go by, for every process.
func (s *stage) pass(d time.Duration) {
	s.clockMu.Lock()
	defer s.clockMu.Unlock()
	s.ahead += d
	if _, err := s.clock.WriteAt(binary.BigEndian.AppendUint64(nil, uint64(s.ahead)), 0); err != nil { //nolint:gosec // and back
		s.Error(err)
	}
}

// drawn is a number below n.
func (s *stage) drawn(n int) int {
	s.clockMu.Lock()
	defer s.clockMu.Unlock()
	return s.draw.IntN(n)
}

func (s *stage) noted(c wire.Call) {
	if wire.Mutating(c.Operation) && !strings.HasPrefix(c.Operation, "s3:") {
		s.callsMu.Lock()
		defer s.callsMu.Unlock()
		s.calls = append(s.calls, strings.TrimSpace(c.Operation+" "+c.Error))
	}
}

// A process is one of the program, and what stands around it.
type process struct {
	*exec.Cmd
	*reaper
	out   bytes.Buffer
	front *httptest.Server
}

// patience is how many times one process may wait before it is killed where it does.
const patience = 6

// start starts the program.
func (s *stage) start(r *reaper, args ...string) *process {
	s.Helper()
	self, err := os.Executable()
	if err != nil {
		s.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /hook", r.over(&s.mailroom, func(*http.Request) []place { return []place{webhook} }))
	mux.HandleFunc("POST /wait", func(w http.ResponseWriter, q *http.Request) { s.idle(r, q) })
	mux.Handle("/", r.over(s.handler, places))
	for _, service := range []string{"sagemaker", "cloudwatch", "tag", "sts", "pricing", "application-autoscaling"} {
		args = append(args, "--rate", service+":*=1000") // AWS's limits would be most of the time
	}
	p := &process{Cmd: exec.CommandContext(s.Context(), self, args...), reaper: r, front: httptest.NewServer(mux)}
	p.Dir, p.Stdout, p.Stderr = s.dir, &p.out, &p.out
	aws := filepath.Join(s.dir, "aws")
	p.Env = []string{clockVariable + "=" + s.clock.Name(), waitVariable + "=" + p.front.URL + "/wait", "HOME=" + s.dir, "TMPDIR=" + os.TempDir(), "PATH=" + os.Getenv("PATH"),
		"AWS_CONFIG_FILE=" + aws, "AWS_SHARED_CREDENTIALS_FILE=" + aws, "AWS_ENDPOINT_URL=" + p.front.URL, "AWS_EC2_METADATA_DISABLED=true",
		"CHAOS_HOOK=" + p.front.URL + "/hook", "CHAOS_SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
	r.mu.Lock() // until there is somebody to kill
	defer r.mu.Unlock()
	if err := p.Start(); err != nil {
		s.Fatal(err)
	}
	r.victim = p.Process
	go func() {
		_ = p.Wait() // end looks at the status
		close(r.gone)
	}()
	return p
}

// end waits for the end of a process and of all that it has asked for, and returns its exit status: -1 where it was killed.
func (p *process) end() int {
	<-p.gone
	p.front.Close()
	return p.ProcessState.ExitCode()
}

// places are what a request to AWS is about.
func places(r *http.Request) []place {
	target := r.Header.Get("X-Amz-Target")
	if service, operation, ok := strings.Cut(target, "."); ok {
		if strings.HasPrefix(service, "SageMaker") && wire.Mutating("sagemaker:"+operation) {
			return []place{call, change}
		}
		return []place{call}
	}
	if r.Method == http.MethodPut || r.Method == http.MethodDelete {
		return []place{call, object}
	}
	return []place{call}
}

// renewal is how often a node says that it is still at work.
const renewal = time.Minute

// idle answers a process that waits. What it waits for comes at once, and later than it has asked for. That it is to say that it is still at work never
// comes, since no run takes a minute; what serve waits for is reckoned from the clock, and no whole one.
func (s *stage) idle(r *reaper, q *http.Request) {
	d, err := time.ParseDuration(q.URL.Query().Get("for"))
	if err != nil {
		s.Error(err)
	}
	if d == renewal {
		<-q.Context().Done()
		return
	}
	if m := r.at(waiting); m != "" || r.count(waiting) > patience {
		r.kill()
		return
	}
	s.pass(d + time.Duration(s.drawn(600))*time.Second)
}

// run runs the program to its end, or to its death.
func (s *stage) run(d death, args ...string) *process {
	s.Helper()
	r := newReaper(d)
	s.attend(r)
	if s.cable != nil {
		s.cable.reaper.Store(r)
	}
	p := s.start(r, args...)
	if d.place == instant {
		t := time.AfterFunc(d.after, r.kill)
		defer t.Stop()
	}
	p.end()
	return p
}

// must runs the program, and demands that it exits well.
func (s *stage) must(args ...string) string {
	s.Helper()
	p := s.run(death{}, args...)
	if !p.ProcessState.Success() {
		s.Fatalf("%v: %s\n%s", args, p.ProcessState, &p.out)
	}
	return p.out.String()
}

// ledger opens the ledger for as long as it is looked at: who has it open must not be what keeps it whole.
func (s *stage) ledger(look func(l *ledger.Ledger)) {
	s.Helper()
	l, err := ledger.Open(s.Context(), s.direct, ledger.Environment{Now: s.now, S3: func(context.Context, string, string) (ledger.S3, error) { return s.session.S3(), nil }})
	if err != nil {
		s.Fatal(err)
	}
	look(l)
	if err := l.Close(); err != nil {
		s.Error(err)
	}
}

// remains are what a ledger has that is not at its end yet.
type remains struct{ findings, intents, notices int }

// inspect looks whether the ledger has kept all that it had: the chain is whole and goes on from where it was, and every finding is there or has ended.
func (s *stage) inspect() (left remains) {
	s.Helper()
	s.ledger(func(l *ledger.Ledger) {
		ctx := s.Context()
		var known []ledger.Tip
		if s.tip.Number > 0 {
			known = append(known, s.tip)
		}
		tip, err := l.Verify(ctx, known...)
		if err != nil {
			s.Fatalf("the history: %v", err)
		}
		if err := l.Entries(ctx, s.tip.Number, func(e ledger.Entry) error {
			switch e.Event {
			case "finding opened":
				if s.opened[e.Subject] {
					s.Errorf("the finding %s was opened twice", e.Subject)
				}
				s.opened[e.Subject] = true
			case "finding closed":
				s.closed[e.Subject] = true
			}
			return nil
		}); err != nil {
			s.Fatal(err)
		}
		s.tip = tip
		there := map[string]bool{}
		for f, err := range ledger.All[ledger.Finding](ctx, l, ledger.SortFinding, "") {
			if err != nil {
				s.Fatal(err)
			}
			there[f.ID] = true
		}
		for id := range s.opened {
			if there[id] == s.closed[id] {
				s.Errorf("the finding %s is there: %v, and has ended: %v", id, there[id], s.closed[id])
			}
		}
		open, err := l.Unsettled(ctx)
		if err != nil {
			s.Fatal(err)
		}
		left.findings, left.intents = len(there), len(open)
		for n, err := range ledger.All[ledger.Notice](ctx, l, ledger.SortNotice, "") {
			if err != nil {
				s.Fatal(err)
			}
			if n.Delivered.IsZero() {
				left.notices++
			}
		}
	})
	return left
}

// An end is what a story comes to.
type end struct {
	// Changes are those of the world, with how often each was made, and Calls the attempts at any.
	Changes, Calls map[string]int
	World          map[string]any
	// Told are whom of what, and Findings those that there were.
	Told     []string
	Findings []string
}

func counted(all []string) map[string]int {
	n := map[string]int{}
	for _, a := range all {
		n[a]++
	}
	return n
}

// ending is what the story has come to by now.
func (s *stage) ending() end {
	s.Helper()
	e := end{World: portrait.Of(s, s.session), Findings: slices.Sorted(maps.Keys(s.opened))}
	var changes []string
	for _, m := range s.changes() {
		changes = append(changes, m.Operation+" "+m.Resource)
	}
	e.Changes = counted(changes)
	s.callsMu.Lock()
	e.Calls = counted(s.calls)
	s.callsMu.Unlock()
	s.ledger(func(l *ledger.Ledger) {
		for n, err := range ledger.All[ledger.Notice](s.Context(), l, ledger.SortNotice, "") {
			if err != nil {
				s.Fatal(err)
			}
			for _, f := range n.Findings {
				e.Told = append(e.Told, fmt.Sprintf("%s through %s of step %d of %s", n.To, n.Channel, f.Step, f.Finding))
			}
		}
	})
	slices.Sort(e.Told)
	return e
}

// changes are those of the organization. Nothing in use may be among what they stop.
func (s *stage) changes() (all []wire.Mutation) {
	for _, m := range s.server.Mutations() {
		if strings.HasPrefix(m.Operation, "s3:") {
			continue
		}
		if m.InUse {
			s.Errorf("%s stopped %s, which was in use", m.Operation, m.Resource)
		}
		all = append(all, m)
	}
	return all
}

// heeded checks that no notice was lost, that those which came twice were the same, and that each change came after whom it was to be told to had
// been told, and after their time.
func (s *stage) heeded(deaths int) {
	s.Helper()
	taken := s.all()
	first := map[string]delivery{}
	for _, d := range taken {
		was, again := first[d.id]
		switch {
		case !again:
			first[d.id] = d
		case was.channel != d.channel || was.to != d.to || was.subject != d.subject || was.text != d.text:
			s.Errorf("two notices are called %s:\n%+v\n%+v", d.id, was, d)
		}
	}
	if len(taken)-len(first) > deaths {
		s.Errorf("%d deliveries of %d notices, after %d deaths", len(taken), len(first), deaths)
	}
	s.ledger(func(l *ledger.Ledger) {
		ctx := s.Context()
		told := map[string]time.Time{} // by channel and finding: when somebody heard of its first step
		for n, err := range ledger.All[ledger.Notice](ctx, l, ledger.SortNotice, "") {
			if err != nil {
				s.Fatal(err)
			}
			d, taken := first[n.ID]
			if !taken || d.channel != n.Channel || d.to != n.To {
				s.Errorf("%s is said to have been told %s through %s: %+v", n.To, n.ID, n.Channel, d)
			}
			for _, f := range n.Findings {
				if at, ok := told[n.Channel+f.Finding]; f.Step == 0 && (!ok || d.at.After(at)) {
					told[n.Channel+f.Finding] = d.at
				}
			}
		}
		made := map[string]ledger.Receipt{}
		for r, err := range l.Receipts(ctx, opening, s.now().Add(day)) {
			if err != nil {
				s.Fatal(err)
			}
			if r.Undoes == "" && r.Outcome == ledger.Done {
				if made[r.Operation+r.On].ID != "" {
					s.Errorf("%s of %s has two receipts", r.Operation, r.On)
				}
				made[r.Operation+r.On] = r
			}
		}
		for _, m := range s.changes() {
			r := made[m.Operation+m.Resource]
			if r.ID == "" {
				s.Errorf("%s of %s has no receipt", m.Operation, m.Resource)
				continue
			}
			for _, c := range channels[r.Policy] {
				if at, ok := told[c+r.Finding]; !ok || m.At.Sub(at) < grace[r.Ask.Action] {
					s.Errorf("%s of %s came at %s, and was told through %s at %s", m.Operation, m.Resource, m.At, c, at)
				}
			}
		}
	})
}

// steps are the first receipts of the steps that have done something, newest first.
func (s *stage) steps() (all []ledger.Receipt) {
	s.Helper()
	done := map[string]bool{}
	s.ledger(func(l *ledger.Ledger) {
		for r, err := range l.Receipts(s.Context(), opening, s.now().Add(day)) {
			if err != nil {
				s.Fatal(err)
			}
			if r.Undoes != "" {
				continue
			}
			if r.Of == "" {
				all = append(all, r)
			}
			if r.Outcome == ledger.Done {
				done[r.ID], done[r.Of] = true, true
			}
		}
	})
	all = slices.DeleteFunc(all, func(r ledger.Receipt) bool { return !done[r.ID] })
	slices.SortFunc(all, func(a, b ledger.Receipt) int { return b.Began.Compare(a.Began) })
	return all
}
