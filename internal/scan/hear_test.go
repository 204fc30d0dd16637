package scan_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	signed "github.com/sagewarden/sagewarden/internal/heartbeat"
	"github.com/sagewarden/sagewarden/internal/pulse"
	"github.com/sagewarden/sagewarden/internal/simulate/shelf"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
	agent "github.com/sagewarden/sagewarden/internal/studio"
	"github.com/sagewarden/sagewarden/internal/studio/remote"
)

const desk = "arn:aws:sagemaker:us-east-1:111111111111:app/d-one/ana/kernelgateway/app"

// A reported is an app in the lab whose log is silent, so that it is idle at medium confidence but for what its agent says.
type reported struct {
	*lab
	t   *testing.T
	app *world.App
	d   *world.Domain
	// clock is S3's.
	clock time.Time
	url   string
}

func newReported(t *testing.T) *reported {
	t.Helper()
	r := &reported{lab: newLab(), t: t, clock: at}
	r.kinds = named("studio-app")
	r.d = studio(r.east, "d-one")
	person(r.d, "ana")
	r.app = kernel(r.east, r.d, "ana", "app", 9*day)
	var err error
	if r.shelf, err = shelf.New("beats", func() time.Time { return r.clock }); err != nil {
		t.Fatal(err)
	}
	if r.source, err = pulse.ParseSource("s3://beats/hb", shelf.KeyID); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(r.shelf.In(http.NotFoundHandler()))
	t.Cleanup(s.Close)
	r.url = s.URL
	return r
}

func (r *reported) getenv(name string) string {
	return map[string]string{"AWS_ENDPOINT_URL": r.url, "AWS_ACCESS_KEY_ID": "AKIASIM111111111111", "AWS_SECRET_ACCESS_KEY": "simulated"}[name]
}

func (r *reported) caller() *remote.Caller {
	return &remote.Caller{Partition: "aws", Region: east, Credentials: remote.Credentials(r.getenv), HTTP: http.DefaultClient, Getenv: r.getenv, Now: func() time.Time { return r.clock }}
}

// sealer is an agent's in the resource; unsigned it has no key.
func (r *reported) sealer(arn string, certified bool) *signed.Sealer {
	r.t.Helper()
	var c signed.Certifier
	if certified {
		key, err := estate.ParseARN(shelf.KeyID)
		if err != nil {
			r.t.Fatal(err)
		}
		c = certifier{r.caller(), key}
	}
	s, err := signed.NewSealer(rand.Reader, arn, c, shelf.KeyID)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// seal is a beat of the clock's instant.
func (r *reported) seal(s *signed.Sealer, state estate.State, used time.Duration) []byte {
	r.t.Helper()
	body, err := s.Seal(r.t.Context(), signed.Beat{At: r.clock, Interval: estate.Duration(time.Minute), Agent: "v1", State: state, LastUse: r.clock.Add(-used), Why: "as seen from inside",
		Evidence: []signed.Evidence{{Name: "kernel risk.ipynb", Value: "busy"}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return body
}

// put writes a body where the heartbeat of a resource lies, as the agent does.
func (r *reported) put(arn string, body []byte) {
	r.t.Helper()
	key, err := signed.Key("hb/", arn)
	if err == nil {
		err = r.caller().PutObject(r.t.Context(), "beats", key, "", body)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

type certifier struct {
	caller *remote.Caller
	key    estate.ARN
}

func (c certifier) Certify(ctx context.Context, certificate []byte) ([]byte, error) {
	return c.caller.Sign(ctx, c.key, certificate)
}

// TestAgentSays holds what a scan makes of a heartbeat that it can believe.
func TestAgentSays(t *testing.T) {
	for _, tc := range []struct {
		name       string
		certified  bool
		state      estate.State
		used       time.Duration
		want       estate.State
		confidence estate.Confidence
		rule       string
	}{
		{"busy", true, estate.Active, 0, estate.Active, estate.High, "app/agent-used"},
		{"used of late", true, estate.Idle, time.Hour, estate.Active, estate.High, "app/agent-used"},
		{"idle", true, estate.Idle, 3 * time.Hour, estate.Idle, estate.High, "app/agent-idle"},
		{"unknown", true, estate.Unknown, 3 * time.Hour, estate.Unknown, "", "app/agent-refused"},
		{"unsigned, idle", false, estate.Idle, 3 * time.Hour, estate.Idle, estate.Medium, "app/agent-unsigned-idle"},
		{"unsigned, busy", false, estate.Active, 0, estate.Active, estate.Medium, "app/agent-unsigned-used"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newReported(t)
			if !tc.certified {
				r.source.SigningKey = ""
			}
			r.put(desk, r.seal(r.sealer(desk, tc.certified), tc.state, tc.used))
			s := r.scan(t)
			expectWhole(t, s)
			o := expect(t, s, "ana/app", tc.want, tc.rule)
			if o.Verdict.Confidence != tc.confidence {
				t.Errorf("confidence %q, want %q", o.Verdict.Confidence, tc.confidence)
			}
			if i := slices.IndexFunc(o.Signals, func(s estate.Signal) bool { return strings.HasPrefix(s.Source, "s3://beats/hb/aws/") }); i < 0 || !strings.Contains(o.Signals[i].Note, "kernel risk.ipynb: busy") {
				t.Errorf("the evidence from inside is missing: %+v", o.Signals)
			}
		})
	}
}

// TestAgentRefused holds that a heartbeat which is not believed makes nothing idle, whatever else seems so, and says why.
func TestAgentRefused(t *testing.T) {
	other := strings.Replace(desk, "/ana/", "/bob/", 1)
	for name, tc := range map[string]struct {
		forge func(*reported)
		says  string
	}{
		"another's copied here": {func(r *reported) { r.put(desk, r.seal(r.sealer(other, true), estate.Idle, 9*time.Hour)) }, "of another resource"},
		"unsigned":              {func(r *reported) { r.put(desk, r.seal(r.sealer(desk, false), estate.Idle, 9*time.Hour)) }, "unsigned"},
		"signed by another key": {func(r *reported) {
			mine := r.shelf
			r.shelf, _ = shelf.New("beats", func() time.Time { return r.clock })
			s := httptest.NewServer(r.shelf.In(http.NotFoundHandler()))
			defer s.Close()
			url := r.url
			r.url = s.URL
			body := r.seal(r.sealer(desk, true), estate.Idle, 9*time.Hour)
			r.shelf, r.url = mine, url
			r.put(desk, body)
		}, "certificate does not match"},
		"edited": {func(r *reported) {
			var e struct {
				Beat                 []byte `json:"beat"`
				Signature            []byte `json:"signature"`
				Certificate          []byte `json:"certificate"`
				CertificateSignature []byte `json:"certificateSignature"`
			}
			if err := json.Unmarshal(r.seal(r.sealer(desk, true), estate.Active, 0), &e); err != nil {
				r.t.Fatal(err)
			}
			e.Beat = []byte(strings.Replace(string(e.Beat), `"active"`, `"idle"`, 1))
			body, err := json.Marshal(e)
			if err != nil {
				r.t.Fatal(err)
			}
			r.put(desk, body)
		}, "signature does not match"},
		"an old one put again": {func(r *reported) {
			r.clock = ago(2 * time.Hour)
			body := r.seal(r.sealer(desk, true), estate.Idle, 9*time.Hour)
			r.clock = at
			r.put(desk, body)
		}, "clock off"},
		"stopped": {func(r *reported) {
			r.clock = ago(10 * time.Minute)
			r.put(desk, r.seal(r.sealer(desk, true), estate.Idle, 9*time.Hour))
			r.clock = at
		}, "stale"},
		"stopped long ago": {func(r *reported) {
			r.clock = ago(9 * day)
			r.put(desk, r.seal(r.sealer(desk, true), estate.Idle, 9*time.Hour))
			r.clock = at
		}, "it stopped at"},
		"no heartbeat at all":         {func(r *reported) { r.put(desk, []byte("<html>sign in</html>")) }, "malformed"},
		"the bucket cannot be listed": {func(r *reported) { r.shelf.Deny("s3:ListBucket") }, "AccessDenied"},
		"it cannot be read": {func(r *reported) {
			r.put(desk, r.seal(r.sealer(desk, true), estate.Idle, 9*time.Hour))
			r.shelf.Deny("s3:GetObject")
		}, "AccessDenied"},
		"the key cannot be fetched": {func(r *reported) {
			r.put(desk, r.seal(r.sealer(desk, true), estate.Idle, 9*time.Hour))
			r.shelf.Deny("kms:GetPublicKey")
		}, "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReported(t)
			metricIdle(r)
			tc.forge(r)
			s := r.scan(t)
			o := expect(t, s, "ana/app", estate.Unknown, "app/agent-refused")
			if !strings.Contains(o.Verdict.Why, tc.says) {
				t.Errorf("why is %q, want it to say %q", o.Verdict.Why, tc.says)
			}
			denied := strings.Contains(tc.says, "AccessDenied")
			if holes := s.Holes(); denied != (len(holes) == 1) || denied && (holes[0].Hides == "" || !strings.Contains(holes[0].Error, "s3://beats/hb/")) {
				t.Errorf("holes %+v", holes)
			}
		})
	}
}

// metricIdle has the metric say idle too: what it says must not stand in for what is refused.
func metricIdle(r *reported) { heartbeat(r.east, r.d, r.app, 30*time.Hour, 0) }

// TestAgentAndMetric holds that of two that say different things, the one that says used counts.
func TestAgentAndMetric(t *testing.T) {
	r := newReported(t)
	heartbeat(r.east, r.d, r.app, time.Minute, 0)
	r.put(desk, r.seal(r.sealer(desk, true), estate.Idle, 9*time.Hour))
	expect(t, r.scan(t), "ana/app", estate.Active, "app/heartbeat-used")

	r = newReported(t)
	metricIdle(r)
	r.put(desk, r.seal(r.sealer(desk, true), estate.Active, 0))
	expect(t, r.scan(t), "ana/app", estate.Active, "app/agent-used")

	r = newReported(t)
	metricIdle(r)
	r.put(desk, r.seal(r.sealer(desk, true), estate.Idle, 9*time.Hour))
	if o := expect(t, r.scan(t), "ana/app", estate.Idle, ""); o.Verdict.Since.Before(ago(10 * time.Hour)) {
		t.Errorf("idle since %s, but it was used after that", o.Verdict.Since)
	}
}

// TestHeartbeatsOfTheDeadCostNothing: a bucket full of heartbeats of what is gone costs a page, and not a call each.
func TestHeartbeatsOfTheDeadCostNothing(t *testing.T) {
	r := newReported(t)
	body := r.seal(r.sealer(desk, true), estate.Idle, 9*time.Hour)
	for i := range 40 {
		r.put(strings.Replace(desk, "/ana/", "/"+name("gone", i)+"/", 1), body)
	}
	r.put(desk, body)
	expect(t, r.scan(t), "ana/app", estate.Idle, "app/agent-idle")
	for operation, want := range map[string]int{"s3:ListBucket": 1, "s3:GetObject": 1, "kms:GetPublicKey": 1} {
		if got := r.shelf.Calls(operation); got != want {
			t.Errorf("%s was called %d times, want %d", operation, got, want)
		}
	}
}

// TestAgentToScan runs the agent's own command beside a Jupyter Server with a busy kernel, and scans.
func TestAgentToScan(t *testing.T) {
	r := newReported(t)
	r.clock = time.Now() // the agent's
	r.At = r.clock
	jupyter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch q.URL.Path {
		case "/lab/api/kernels":
			_, _ = io.WriteString(w, `[{"id":"k-1","name":"python3","execution_state":"busy","last_activity":"2026-03-02T09:00:00Z"}]`)
		case "/lab/api/sessions":
			_, _ = io.WriteString(w, `[{"path":"risk.ipynb","kernel":{"id":"k-1"}}]`)
		case "/lab/api/terminals":
			_, _ = io.WriteString(w, `[]`)
		default:
			_, _ = io.WriteString(w, `{"last_modified":"2026-03-02T09:00:00Z"}`)
		}
	}))
	defer jupyter.Close()
	metadata := filepath.Join(t.TempDir(), "resource-metadata.json")
	text := `{"AppType":"KernelGateway","DomainId":"d-one","UserProfileName":"ana","ResourceArn":"` + desk + `","ResourceName":"app"}`
	if err := os.WriteFile(metadata, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	status := agent.Run(t.Context(), []string{"--once", "--server", jupyter.URL + "/lab/", "--metadata", metadata, "--home", t.TempDir(),
		"--heartbeats", "s3://beats/hb", "--signing-key", shelf.KeyID}, r.getenv, &out, &out)
	if status != 0 {
		t.Fatalf("the agent ended with %d: %s", status, &out)
	}
	o := expect(t, r.scan(t), "ana/app", estate.Active, "app/agent-used")
	if o.Verdict.Confidence != estate.High {
		t.Errorf("confidence %q\n%s", o.Verdict.Confidence, &out)
	}
}

// TestGoneSinceItWasListed: an object that a lifecycle rule took in the midst of a scan is none, and no hole.
func TestGoneSinceItWasListed(t *testing.T) {
	r := newReported(t)
	r.put(desk, r.seal(r.sealer(desk, true), estate.Idle, 9*time.Hour))
	reader := pulse.Open(t.Context(), r.sessions(t)[0], r.source, pulse.NewMemory())
	key, err := signed.Key("hb/", desk)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, r.url+"/beats/"+key, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode/100 != 2 {
		t.Fatalf("%v, %v", resp, err)
	}
	_ = resp.Body.Close()
	if h := reader.Look(t.Context(), desk); h.Quality != estate.Absent {
		t.Errorf("%s %s", h.Quality, h.Note)
	}
	for _, c := range reader.Coverage() {
		if c.Hole() {
			t.Errorf("%+v", c)
		}
	}
}

// TestSecondLook holds that a heartbeat which has not moved on since an earlier look is none, so that nobody keeps one alive by copying it.
func TestSecondLook(t *testing.T) {
	r := newReported(t)
	agent := r.sealer(desk, true)
	first := r.seal(agent, estate.Idle, 9*time.Hour)
	r.put(desk, first)
	reader := pulse.Open(t.Context(), r.sessions(t)[0], r.source, pulse.NewMemory())
	before := reader.Look(t.Context(), desk)
	if before.Quality != estate.Good || before.Seen.Sequence != 1 {
		t.Fatalf("%+v", before)
	}
	r.clock = at.Add(time.Second)
	r.put(desk, first)
	if h := reader.Look(t.Context(), desk); h.Quality != estate.Stale || !strings.Contains(h.Note, "did not advance") {
		t.Errorf("copied: %s %s", h.Quality, h.Note)
	}
	r.put(desk, r.seal(agent, estate.Idle, 9*time.Hour))
	if h := reader.Look(t.Context(), desk); h.Quality != estate.Good || !h.Seen.Advanced(before.Seen) {
		t.Errorf("the next one: %s %s", h.Quality, h.Note)
	}
	if h := reader.Look(t.Context(), strings.Replace(desk, "/ana/", "/bob/", 1)); h.Quality != estate.Absent {
		t.Errorf("of somebody without an agent: %s %s", h.Quality, h.Note)
	}
}

// TestReplay holds that a heartbeat which is put again over a later one is not believed by a scan that remembers the later one, however fresh it is, and that
// whatever becomes of the file, the true one is.
func TestReplay(t *testing.T) {
	type story struct {
		*reported
		agent *signed.Sealer
	}
	// next lets a minute pass.
	next := func(s *story) { s.clock = s.clock.Add(time.Minute); s.At = s.clock }
	beat := func(s *story, state estate.State) []byte {
		body := s.seal(s.agent, state, 9*time.Hour)
		s.put(desk, body)
		return body
	}
	believed := func(s *story, state estate.State) {
		t.Helper()
		expect(t, s.scan(t), "ana/app", state, "")
	}
	refused := func(s *story) {
		t.Helper()
		if o := expect(t, s.scan(t), "ana/app", estate.Unknown, "app/agent-refused"); !strings.Contains(o.Verdict.Why, "did not advance") {
			t.Errorf("%s", o.Verdict.Why)
		}
	}
	for name, tell := range map[string]func(*story){
		"an older one": func(s *story) {
			old := beat(s, estate.Idle)
			next(s)
			beat(s, estate.Active)
			believed(s, estate.Active)
			next(s)
			s.put(desk, old)
			refused(s)
			next(s)
			beat(s, estate.Active)
			believed(s, estate.Active)
		},
		"the same one": func(s *story) {
			old := beat(s, estate.Idle)
			believed(s, estate.Idle)
			believed(s, estate.Idle) // looked at twice
			next(s)
			s.put(desk, old)
			refused(s)
		},
		"one of a run before": func(s *story) {
			old := beat(s, estate.Idle)
			next(s)
			s.agent = s.sealer(desk, true)
			beat(s, estate.Active)
			believed(s, estate.Active)
			next(s)
			s.put(desk, old)
			refused(s)
		},
		"the file of before": func(s *story) {
			beat(s, estate.Idle)
			believed(s, estate.Idle)
			before, err := os.ReadFile(s.seen)
			if err != nil {
				t.Fatal(err)
			}
			next(s)
			second := beat(s, estate.Active)
			believed(s, estate.Active)
			if err := os.WriteFile(s.seen, before, 0o600); err != nil {
				t.Fatal(err)
			}
			believed(s, estate.Active) // of which the file knows nothing any more
			next(s)
			s.put(desk, second)
			refused(s)
		},
		"no file any more": func(s *story) {
			beat(s, estate.Active)
			believed(s, estate.Active)
			if err := os.Remove(s.seen); err != nil {
				t.Fatal(err)
			}
			next(s)
			beat(s, estate.Active)
			believed(s, estate.Active)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &story{reported: newReported(t)}
			s.seen = filepath.Join(t.TempDir(), "seen.json")
			s.agent = s.sealer(desk, true)
			tell(s)
		})
	}
}
