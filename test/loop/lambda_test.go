package loop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagewarden/sagewarden/test/postgresql"
)

// An answer is what a function has made of an event.
type answer struct {
	// Status is "response" or "error", as the last part of the address that it was put to.
	Status, Body string
}

// A runtime is Lambda's runtime API, version 2018-06-01: it hands out one event after the other and takes what became of them.
type runtime struct {
	*httptest.Server
	events  chan string
	answers chan answer
	// left is the time that an event may take.
	left time.Duration
	id   atomic.Int64
}

const api = "/2018-06-01/runtime/"

func newRuntime(t *testing.T, left time.Duration) *runtime {
	r := &runtime{events: make(chan string), answers: make(chan answer, 1), left: left}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+api+"invocation/next", func(w http.ResponseWriter, q *http.Request) {
		select {
		case e := <-r.events:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "request-"+strconv.FormatInt(r.id.Add(1), 10))
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(r.left).UnixMilli(), 10))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:111111111111:function:sagewarden")
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, e)
		case <-q.Context().Done():
		}
	})
	take := func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.answers <- answer{filepath.Base(q.URL.Path), string(body)}
		w.WriteHeader(http.StatusAccepted)
	}
	mux.HandleFunc("POST "+api+"invocation/{id}/response", take)
	mux.HandleFunc("POST "+api+"invocation/{id}/error", take)
	mux.HandleFunc("POST "+api+"init/error", take)
	r.Server = httptest.NewServer(mux)
	t.Cleanup(r.Close)
	return r
}

// send hands an event out and waits for what becomes of it.
func (r *runtime) send(t *testing.T, event string) answer {
	t.Helper()
	select {
	case r.events <- event:
	case <-t.Context().Done():
		t.Fatal("nobody asked for the event")
	}
	return <-r.answers
}

// shelf is the folder that the program is built into.
var shelf string

// bootstrap is the program, built once. It comes before a stage, whose home has no cache of Go's.
var bootstrap = sync.OnceValues(func() (string, error) {
	var err error
	if shelf, err = os.MkdirTemp("", "sagewarden-"); err != nil {
		return "", err
	}
	path := filepath.Join(shelf, "bootstrap")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-o", path, "../../cmd/sagewarden").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return path, err
})

func TestMain(m *testing.M) {
	status := m.Run()
	_ = os.RemoveAll(shelf)
	postgresql.Stop()
	os.Exit(status)
}

// built is the program.
func built(t *testing.T) string {
	t.Helper()
	path, err := bootstrap()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// function starts the program as Lambda does: without a word.
func (s *stage) function(program string, r *runtime, env ...string) *os.File {
	s.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600) // several share it
	if err != nil {
		s.Fatal(err)
	}
	ctx, stop := context.WithCancel(s.Context())
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(r.URL, "http://"), "AWS_LAMBDA_FUNCTION_NAME=sagewarden"), env...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		stop()
		_ = cmd.Wait() // it was killed
		_ = log.Close()
	})
	return log
}

func (s *stage) logged() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		s.Fatal(err)
	}
	return string(text)
}

func cloudTrail(name, member, arn string) string {
	return fmt.Sprintf(`{"version":"0","source":"aws.sagemaker","detail-type":"AWS API Call via CloudTrail","account":"111111111111","region":"us-east-1",
		"detail":{"eventSource":"sagemaker.amazonaws.com","eventName":%q,"responseElements":{%q:%q}}}`, name, member, arn)
}

const big = "arn:aws:sagemaker:us-east-1:111111111111:endpoint/big"

// TestFunction runs the real program under the runtime API, with its configuration in the environment and its ledger in S3.
func TestFunction(t *testing.T) {
	program := built(t)
	s := newStage(t, true)
	s.state = "s3://sagewarden-state/ledger"
	inline := fmt.Sprintf(configuration, true, filepath.Join(s.dir, "policies.yaml"), s.state)
	s.config = s.write("sagewarden.yaml", inline)
	r := newRuntime(t, 10*time.Minute)
	s.function(program, r, "SAGEWARDEN_CONFIG="+inline)

	if got := r.send(t, cloudTrail("CreateEndpoint", "endpointArn", big)); got.Status != "response" {
		t.Fatalf("%+v\n%s", got, s.logged())
	}
	out, _ := s.run("findings", "list")
	if !strings.Contains(out, "no-big-ones") || strings.Contains(out, "apps") {
		t.Errorf("of one endpoint that was made:\n%s", out)
	}
	if got := r.send(t, `{"source":"aws.scheduler","detail-type":"Scheduled Event","detail":{}}`); got.Status != "response" {
		t.Fatalf("%+v\n%s", got, s.logged())
	}
	if out, _ := s.run("findings", "list"); !strings.Contains(out, "no-big-ones") || !strings.Contains(out, "apps") {
		t.Errorf("after a run:\n%s", out)
	}
	for _, refused := range []string{`{"Records":[{"body":"{}"}]}`, `{"source":"aws.ec2","detail-type":"x","detail":{}}`, cloudTrail("CreateEndpoint", "endpointArn", "nonsense")} {
		if got := r.send(t, refused); got.Status != "error" || !strings.Contains(got.Body, "take the event") {
			t.Errorf("%s: %+v", refused, got)
		}
	}
	if got := r.send(t, `{"detail-type":"Scheduled Event","detail":{"policies":["apps"]}}`); got.Status != "response" {
		t.Errorf("%+v", got)
	}
	for line := range strings.Lines(s.logged()) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "{") && !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
}

// TestALookAtOneResourceEndsNoOtherFinding: that it looked for no other is no sign that there is none.
func TestALookAtOneResourceEndsNoOtherFinding(t *testing.T) {
	program := built(t)
	s := newStage(t, true)
	s.run("serve", "--once")
	r := newRuntime(t, 10*time.Minute)
	s.function(program, r, "SAGEWARDEN_CONFIG="+s.config)
	other := cloudTrail("CreateApp", "appArn", "arn:aws:sagemaker:us-east-1:111111111111:app/d-lab/ana/jupyterlab/default")
	if got := r.send(t, other); got.Status != "response" {
		t.Fatalf("%+v\n%s", got, s.logged())
	}
	if out, _ := s.run("findings", "list"); !strings.Contains(out, "apps") {
		t.Errorf("the finding about another app is gone:\n%s", out)
	}
}

// TestFunctionStopsInTime: nothing begins in the last thirty seconds that a function has.
func TestFunctionStopsInTime(t *testing.T) {
	program := built(t)
	s := newStage(t, true)
	s.put("sagewarden.yaml", fmt.Sprintf(configuration, true, filepath.Join(s.dir, "policies.yaml"), "s3://sagewarden-state/ledger"))
	r := newRuntime(t, 29*time.Second)
	s.function(program, r, "SAGEWARDEN_CONFIG=s3://sagewarden-state/sagewarden.yaml")
	if got := r.send(t, `{"detail-type":"Scheduled Event"}`); got.Status != "error" {
		t.Errorf("%+v\n%s", got, s.logged())
	}
	if got := s.mutations(); got != "" {
		t.Error(got)
	}
}

// TestTwoFunctionsRace: of two functions that run at once on one ledger in S3 one has its turn, the other one fails so that its event comes again, and
// between them each step happens once.
func TestTwoFunctionsRace(t *testing.T) {
	program := built(t)
	s := newStage(t, true)
	s.state = "s3://sagewarden-state/ledger"
	s.config = s.write("sagewarden.yaml", fmt.Sprintf(configuration, true, filepath.Join(s.dir, "policies.yaml"), s.state))
	functions := []*runtime{newRuntime(t, 10*time.Minute), newRuntime(t, 10*time.Minute)}
	for _, r := range functions {
		s.function(program, r, "SAGEWARDEN_CONFIG="+s.config)
	}
	// A schedule's event, and one of CloudTrail, which waits for no turn.
	scheduled := `{"detail-type":"Scheduled Event","detail":{"policies":["apps"]}}`
	created := cloudTrail("CreateApp", "appArn", "arn:aws:sagemaker:us-east-1:111111111111:app/d-lab/ben/codeeditor/default")
	for round, events := range [][]string{{scheduled, scheduled}, {scheduled, created}, {scheduled, scheduled}, {created, scheduled}, {scheduled, scheduled}} {
		answers := make([]answer, len(functions))
		var wg sync.WaitGroup
		for i, r := range functions {
			wg.Go(func() { answers[i] = r.send(t, events[i]) })
		}
		wg.Wait()
		ran := 0
		for _, a := range answers {
			switch {
			case a.Status == "response":
				ran++
			case !strings.Contains(a.Body, "another node is at work"):
				t.Errorf("round %d: %+v", round, a)
			}
		}
		if ran == 0 {
			t.Errorf("round %d: nobody had the turn", round)
		}
		s.pass(31 * time.Minute)
	}
	if got := s.mutations(); got != stopped {
		t.Errorf("%q\n%s", got, s.logged())
	}
	if out, _ := s.run("history", "verify"); !strings.HasPrefix(out, "whole and unaltered\n") {
		t.Error(out)
	}
	for subject, most := range map[string]int{"subject: ben/default": 1, "subject: Reminder: ben/default": 1} {
		if n := strings.Count(s.logged(), subject); n > most {
			t.Errorf("%s: told %d times", subject, n)
		}
	}
}

// put puts an object into the bucket of the organization.
func (s *stage) put(key, text string) {
	s.Helper()
	cfg, err := awsconfig.LoadDefaultConfig(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	c := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := c.PutObject(s.Context(), &s3.PutObjectInput{Bucket: aws.String("sagewarden-state"), Key: aws.String(key), Body: strings.NewReader(text)}); err != nil {
		s.Fatal(err)
	}
}
