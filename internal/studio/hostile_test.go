package studio

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	signed "github.com/sagewarden/sagewarden/internal/heartbeat"
	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
	"github.com/sagewarden/sagewarden/internal/studio/process"
	"github.com/sagewarden/sagewarden/internal/studio/remote"
)

// A look that only says what it sees carries out no request: the agent beside it may have done so already.
func TestOnceCarriesOutNothing(t *testing.T) {
	deleted := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			deleted = r.URL.Path
		}
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/lab/api/kernels":
			_, _ = w.Write([]byte(`[{"id":"k-1","name":"python3","execution_state":"busy","last_activity":"2026-03-02T09:00:00Z"}]`))
		default:
			_, _ = w.Write([]byte("[]"))
		}
	}))
	defer s.Close()
	home := t.TempDir()
	r := FindRoom(home, func(string) string { return "" })
	text, err := json.Marshal(Wishes{Request: Request{What: "kernels", At: stamp(time.Now()), ID: "id"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(r.Settings, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, r.panel(), string(text), time.Now())
	if status, _, errs := run(t, nil, "--once", "--no-heartbeat", "--server", s.URL+"/lab/", "--home", home); status != 0 || deleted != "" {
		t.Errorf("status %d, deleted %q: %s", status, deleted, errs)
	}
}

// Numbers of minutes beyond what a duration holds would come out as any limit, and as a keep that is over.
func TestMinutesBeyondAYear(t *testing.T) {
	file := filepath.Join(t.TempDir(), "agent.json")
	for _, text := range []string{`{"bounds": {"min": 15, "max": 200000000}}`, `{"idleMinutes": {"app": 307445735}}`, `{"graceMinutes": 307445735}`} {
		put(t, file, text, start)
		if c, err := ReadConfig(file, true); err == nil {
			t.Errorf("%s: %+v, kept for %s", text, c.limits(), minutes(c.Bounds.Max))
		}
	}
}

// A configuration with something behind it was written over by half: which half holds, nobody knows.
func TestConfigurationWithATail(t *testing.T) {
	file := filepath.Join(t.TempDir(), "agent.json")
	put(t, file, `{"stop": {"app": true}} {"stop": {"app": false}}`, start)
	if c, err := ReadConfig(file, true); err == nil {
		t.Errorf("taken for %+v", c.Stop)
	}
}

// Whose keep file counts has to be known.
func TestAHomeIsNeeded(t *testing.T) {
	for _, home := range []string{"", filepath.Join(t.TempDir(), "not mounted")} {
		ctx, end := context.WithCancel(t.Context())
		end() // an agent that begins anyway ends at once
		var errs strings.Builder
		status := Run(ctx, []string{"--no-heartbeat", "--server", "http://127.0.0.1:1/", "--home", home, "--lock", filepath.Join(t.TempDir(), "lock"), "--log", filepath.Join(t.TempDir(), "log")},
			func(string) string { return "" }, &errs, &errs)
		if status != 1 || !strings.Contains(errs.String(), "--home") {
			t.Errorf("%q: status %d: %s", home, status, errs.String())
		}
	}
}

// A token in the server's address would be in a log that many read.
func TestNoTokenInTheLog(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	for _, server := range []string{"http://127.0.0.1:1/lab/?token=the-secret", "http://example.com/?token=the-secret", "the-secret", "http://ana:the-secret@127.0.0.1:1/"} {
		ctx, end := context.WithCancel(t.Context())
		end()
		var errs strings.Builder
		Run(ctx, []string{"--no-heartbeat", "--server", server, "--home", t.TempDir(), "--lock", filepath.Join(t.TempDir(), "lock"), "--log", log}, func(string) string { return "" }, &errs, &errs)
		text, _ := os.ReadFile(log)
		if strings.Contains(errs.String()+string(text), "the-secret") {
			t.Errorf("%s%s", errs.String(), text)
		}
	}
}

// slow is a room whose documents take so long to look at.
type slow struct {
	*room
	took time.Duration
}

func (s slow) Kernels(ctx context.Context) ([]jupyter.Kernel, error) {
	kernels, err := s.room.Kernels(ctx)
	select {
	case <-time.After(s.took):
		return kernels, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// What took minutes to see is old by the time it is acted on.
func TestASlowLookIsNoEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, a := newRoom()
		a.Now = time.Now
		a.Server = slow{r, 5 * time.Minute}
		began := time.Now()
		if _, err := a.Look(t.Context()); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > time.Minute {
			t.Errorf("%v, after %s", err, time.Since(began))
		}
	})
}

// Saving takes time: what is used meanwhile is seen by the last look.
func TestTheLastLookIsAfterSaving(t *testing.T) {
	for _, what := range []string{"kernel", "app"} {
		r, a, whole, _ := inApp()
		a.StopWhole, a.StopKernels = what == "app", what == "kernel"
		a.Limits.Grace = 0
		r.kernel.Documents = flows
		r.saving = func() { r.kernel.State = jupyter.Busy }
		r.minutes(t, a, 122)
		if len(whole.stopped) > 0 || r.kernel == nil || !strings.HasPrefix(strings.Join(r.stopped, " "), "save a/b.flow") {
			t.Errorf("%s: %v", what, r.stopped)
		}
	}
}

// Also who asks for the end of a kernel does not ask for the loss of its flow.
func TestARequestSavesFirst(t *testing.T) {
	r, a, _, status := inApp()
	r.kernel.Documents, r.unsaved = flows, errors.New("507 Insufficient Storage")
	a.Wishes = func(Bounds) (Wishes, error) {
		return Wishes{Request: Request{What: "kernels", At: stamp(start), ID: "id"}}, nil
	}
	r.minutes(t, a, 1)
	if r.kernel == nil || !strings.Contains(status.HandledResult, "507") {
		t.Errorf("%v: %s", r.stopped, status.HandledResult)
	}
}

// A server that does not answer has not shut down anything.
func TestARequestOfAServerThatHangs(t *testing.T) {
	r, a, _, status := inApp()
	r.fail = errors.New("timeout")
	a.Wishes = func(Bounds) (Wishes, error) {
		return Wishes{Request: Request{What: "kernels", At: stamp(start), ID: "id"}}, nil
	}
	_, _ = r.after(t, a, time.Minute)
	_, _ = r.after(t, a, time.Minute)
	if !strings.Contains(status.HandledResult, "timeout") {
		t.Errorf("%q", status.HandledResult)
	}
}

// What cannot be noted as handled would be done again by the agent of the next app: on a full disk, nothing is done.
func TestARequestOnAFullDisk(t *testing.T) {
	r, a, whole, _ := inApp()
	a.Show = func(Status) error { return errors.New("no space left on device") }
	a.Wishes = func(Bounds) (Wishes, error) {
		return Wishes{Request: Request{What: "app", At: stamp(start), ID: "id"}}, nil
	}
	r.minutes(t, a, 1)
	if len(whole.stopped) > 0 {
		t.Error("the app was stopped, and its next one would be too")
	}
	a.Show = func(Status) error { return nil }
	if _, err := r.after(t, a, time.Second); err != nil || len(whole.stopped) != 1 {
		t.Errorf("stopped %d times", len(whole.stopped))
	}
}

// Two windows may write the settings in turns: the request of one comes back after that of the other.
func TestARequestThatComesBack(t *testing.T) {
	r, a, _, _ := inApp()
	var id string
	a.Wishes = func(Bounds) (Wishes, error) {
		return Wishes{Request: Request{What: "kernels", At: stamp(start), ID: id}}, nil
	}
	for _, id = range []string{"one", "two", "one"} {
		r.stopped, r.kernel = nil, &jupyter.Kernel{ID: "k-" + id, State: jupyter.Idle, LastActivity: start}
		if _, err := r.after(t, a, time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.stopped) > 0 {
		t.Errorf("%v", r.stopped)
	}
}

// A clock that is set forward would end a keep, and what was kept with it: nothing that was seen before counts any more.
func TestAClockSetForwardBeginsAnew(t *testing.T) {
	for jump, anew := range map[time.Duration]bool{0: false, time.Second: false, 5 * time.Hour: true, -5 * time.Hour: true} {
		now := time.Now()
		last := now.Add(-jump - time.Minute)
		*(*time.Duration)(unsafe.Add(unsafe.Pointer(&last), 8)) += jump // its monotonic reading, which is the second word of it
		if now.Sub(last) != time.Minute || now.Round(0).Sub(last.Round(0)) != time.Minute+jump {
			t.Fatal("an instant is not made like this any more")
		}
		processes := process.Sample{1: {PID: 1}}
		_, memory := Judge(Look{At: last, Processes: processes}, Memory{}, Default)
		j, _ := Judge(Look{At: now, Processes: processes}, memory, Default)
		if j.LastUse.Equal(now) != anew {
			t.Errorf("%s: %+v", jump, j)
		}
	}
}

// In a container, the server may be the first process.
func TestTheServerIsTheFirstProcess(t *testing.T) {
	s := process.Sample{
		1:  {PID: 1, Command: []string{"python", "/opt/bin/jupyter-lab"}},
		10: {PID: 10, Parent: 1, Session: 10, Terminal: true, Command: []string{"bash"}},
		11: {PID: 11, Parent: 10, Session: 10, Terminal: true, Command: []string{"sleep", "9999"}},
	}
	if shells, commands := inTerminals(s, 0); len(shells) != 1 || len(commands) != 1 {
		t.Errorf("%v, %v", shells, commands)
	}
	s[1] = process.Process{PID: 1, Command: []string{"init"}}
	if shells, commands := inTerminals(s, 0); len(shells) != 0 || len(commands) != 0 {
		t.Errorf("of somebody else: %v, %v", shells, commands)
	}
}

// A kernel that is started by way of another program is all of it, at every look.
func TestAKernelWithAWrapper(t *testing.T) {
	s := process.Sample{
		9: {PID: 9, Parent: 1, Command: []string{"conda", "run", "python", "-f", "kernel-k-1.json"}},
		8: {PID: 8, Parent: 9, Command: []string{"python", "-f", "kernel-k-1.json"}},
		7: {PID: 7, Parent: 8, Command: []string{"python", "-f", "kernel-k-1.json"}},
	}
	for range 100 {
		if pid := kernelProcess(s, "k-1"); pid != 9 {
			t.Fatalf("it is taken for %d", pid)
		}
	}
}

// What the names of a person's files lead to may be anything: nothing is waited for, and nothing read for good.
func TestFilesThatAreNone(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	huge := filepath.Join(t.TempDir(), "huge")
	put(t, huge, "", start)
	if err := os.Truncate(huge, 1<<40); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{pipe, huge, "/dev/zero", "/dev/tty", "/proc/self/mem", t.TempDir()} {
		r := newHome(t)
		if err := os.Symlink(target, r.Keep); err != nil {
			t.Fatal(err)
		}
		if w, err := r.Wishes(bounds); err == nil {
			t.Errorf("%s was taken for %+v", target, w)
		}
	}
	loop := newHome(t)
	if err := os.Symlink(loop.Keep, loop.Keep); err != nil {
		t.Fatal(err)
	}
	if w, err := loop.Wishes(bounds); err == nil {
		t.Errorf("a loop was taken for %+v", w)
	}
}

// The status takes the place of a link, and leaves alone what that leads to.
func TestAStatusThatIsALink(t *testing.T) {
	r := newHome(t)
	other := filepath.Join(t.TempDir(), "other")
	put(t, other, "precious", start)
	if err := os.Symlink(other, r.status()); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteStatus(Status{Handled: "a"}); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(other); string(text) != "precious" || r.ReadStatus().Handled != "a" {
		t.Errorf("%q, %v", text, err)
	}
}

// A beat says until when everything is kept, and what was measured.
func TestABeatSaysWhatIsKept(t *testing.T) {
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { body, _ = io.ReadAll(r.Body) }))
	defer s.Close()
	env := map[string]string{"AWS_ENDPOINT_URL": s.URL, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
	getenv := func(name string) string { return env[name] }
	place, err := Find(metadata(t, inSpace))
	if err != nil {
		t.Fatal(err)
	}
	caller := &remote.Caller{Partition: "aws-cn", Region: "cn-north-1", Credentials: remote.Credentials(getenv), HTTP: s.Client(), Getenv: getenv, Now: time.Now}
	b, err := newBeats(Config{Heartbeats: "s3://beats/hb"}, place, caller, time.Minute, true)
	if err != nil {
		t.Fatal(err)
	}
	r, a, _, _ := inApp()
	a.Report = b.publish
	until := start.Add(time.Hour)
	a.Wishes = func(Bounds) (Wishes, error) { return Wishes{keep: until}, nil }
	r.minutes(t, a, 2)
	got, _, err := signed.Trust{}.Open(signed.Object{Resource: place.ARN.String(), Body: body, Modified: r.now}, r.now, signed.Seen{})
	if err != nil || !got.KeepUntil.Equal(until) || !slices.ContainsFunc(got.Evidence, func(e signed.Evidence) bool {
		return e.Name == "processes" && strings.HasPrefix(e.Value, "computed 0.0% of a core, read and wrote 0.0 kB/s")
	}) {
		t.Errorf("%+v, %v", got, err)
	}
	r.minutes(t, a, 60)
	if got, _, err = (signed.Trust{}).Open(signed.Object{Resource: place.ARN.String(), Body: body, Modified: r.now}, r.now, signed.Seen{}); err != nil || !got.KeepUntil.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}

// A look takes its time: what is kept meanwhile is kept.
func TestAKeepDuringTheLastLook(t *testing.T) {
	r, a, _, _ := inApp()
	a.StopKernels, a.StopTerminals = true, true
	var until time.Time
	a.Wishes = func(Bounds) (Wishes, error) { return Wishes{keep: until}, nil }
	r.within = func() { until = start.Add(9 * time.Hour) }
	r.minutes(t, a, 130)
	if len(r.stopped) > 0 || until.IsZero() {
		t.Errorf("%v", r.stopped)
	}
}
