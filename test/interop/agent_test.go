//go:build interop

package interop_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio"
	"github.com/sagewarden/sagewarden/internal/studio/process"
	"github.com/sagewarden/sagewarden/test/absent"
)

// An account is a simulated one, served by a process of its own, in which an agent may act; it keeps what it was asked.
type account struct {
	t   *testing.T
	url string

	mu    sync.Mutex
	calls []string
	// loses is an operation whose next answer is lost on its way.
	loses string
}

// openAccount serves the scenario with more of it at its end.
func openAccount(t *testing.T, more string) *account {
	t.Helper()
	text, err := os.ReadFile("testdata/agent.yaml")
	if err != nil {
		t.Fatal(err)
	}
	scenario := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(scenario, []byte("at: "+time.Now().UTC().Format(time.RFC3339)+"\n"+string(text)+more), 0o600); err != nil {
		t.Fatal(err)
	}
	served, _ := simulate(t, build(t), "--scenario", scenario, "--writable")
	target, err := url.Parse(served)
	if err != nil {
		t.Fatal(err)
	}
	a := &account{t: t}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(r *http.Response) error {
			operation := strings.TrimPrefix(r.Request.Header.Get("X-Amz-Target"), "SageMaker.")
			a.mu.Lock()
			defer a.mu.Unlock()
			outcome := "done"
			if r.StatusCode/100 != 2 {
				outcome = "refused"
			}
			if operation == a.loses {
				a.loses, outcome = "", "lost"
			}
			a.calls = append(a.calls, operation+" "+outcome)
			if outcome == "lost" {
				return http.ErrAbortHandler
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	s := httptest.NewServer(proxy)
	t.Cleanup(s.Close)
	a.url = s.URL
	return a
}

// changes are the calls that change something, and how they ended.
func (a *account) changes() (changes []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, call := range a.calls {
		if !strings.HasPrefix(call, "Describe") {
			changes = append(changes, call)
		}
	}
	return changes
}

// Where an agent runs, as SageMaker says it.
const (
	inSpace    = `{"AppType": "JupyterLab", "DomainId": "d-lab", "SpaceName": "desk", "ResourceName": "default", "ResourceArn": "arn:aws:sagemaker:eu-west-1:111111111111:app/d-lab/desk/jupyterlab/default"}`
	onNotebook = `{"ResourceName": "old", "ResourceArn": "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/old"}`
)

// secret is a key's that no log may hold.
const secret = "nobody-is-to-read-this"

// TestAgentStopsWhatItIsIn: an idle app, an idle notebook instance, by signed calls to a process that speaks AWS's protocol, and what comes of it when those are
// refused, throttled, or answered in vain.
func TestAgentStopsWhatItIsIn(t *testing.T) {
	v := installed(t, "SAGEWARDEN_JUPYTER", "python", "jupyter-lab")
	for name, c := range map[string]struct {
		metadata, key, faults, loses string
		// changes are the calls, each with its outcome; says is what the log says once they have been made.
		changes []string
		says    string
	}{
		"an app":              {metadata: inSpace, key: "AKIAROLE", changes: []string{"DeleteApp done"}},
		"a notebook instance": {metadata: onNotebook, key: "AKIAROLE", changes: []string{"StopNotebookInstance done"}},
		"without permission": {metadata: inSpace, key: "AKIASMALL", changes: []string{"DeleteApp refused", "DeleteApp refused"},
			says: "AccessDeniedException"},
		"throttled": {metadata: onNotebook, key: "AKIAROLE", faults: `faults: [{operation: "sagemaker:StopNotebookInstance", error: ThrottlingException, status: 400, times: 1}]`,
			changes: []string{"StopNotebookInstance refused", "StopNotebookInstance done"}, says: "ThrottlingException"},
		"throttled before": {metadata: inSpace, key: "AKIAROLE", faults: `faults: [{operation: "sagemaker:DescribeApp", after: 1, error: ThrottlingException, status: 400, times: 1}]`,
			changes: []string{"DeleteApp done"}, says: "ThrottlingException"},
		// It was done all the same: the next look at it says so, and it is not done twice.
		"an answer that is lost": {metadata: inSpace, key: "AKIAROLE", loses: "DeleteApp", changes: []string{"DeleteApp lost"}, says: "it is not stopped, since it is Delet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openAccount(t, c.faults)
			a.loses = c.loses
			d := sitApart(t, v, "America/Los_Angeles")
			d.env = append(d.env, "AWS_ENDPOINT_URL="+a.url, "AWS_ACCESS_KEY_ID="+c.key, "AWS_SECRET_ACCESS_KEY="+secret)
			said := d.employ(`{"stop": {"app": true}, `+deaf+`}`, "--app-idle", "3s", "--kernels-idle", "2s", "--terminals-idle", "2s", "--metadata", d.write("metadata.json", c.metadata))
			d.poll("the calls, and what is said of them", func() bool {
				return len(a.changes()) >= len(c.changes) && strings.Contains(said(), c.says)
			})
			if changes := a.changes(); !slices.Equal(changes, c.changes) {
				t.Errorf("%q, want %q", changes, c.changes)
			}
			if strings.Contains(said(), secret) {
				t.Error("the log tells the secret key")
			}
		})
	}
}

// TestAgentAndWhatIsLeftBehind: a job that somebody left behind in a terminal which is closed keeps the app, as long as it computes or moves something. One that
// merely sleeps cannot be told from a service, and keeps nothing.
func TestAgentAndWhatIsLeftBehind(t *testing.T) {
	v := installed(t, "SAGEWARDEN_JUPYTER", "python", "jupyter-lab")
	a := openAccount(t, "")
	d := sitApart(t, v, "Asia/Tokyo")
	d.env = append(d.env, "AWS_ENDPOINT_URL="+a.url, "AWS_ACCESS_KEY_ID=AKIAROLE", "AWS_SECRET_ACCESS_KEY="+secret)
	// leave starts a job that outlives its terminal. It is found by its mark, a word that it carries.
	leave := func(mark, job string) {
		t.Helper()
		terminal := d.terminal()
		script := d.write(mark, job)
		d.work([]cell{}, map[string]string{terminal: "setsid nohup " + d.program("python") + " " + script + " >" + script + ".out 2>&1 & echo typ''ed"})
		d.ask(http.MethodDelete, "api/terminals/"+terminal, "", nil)
	}
	end := func(mark string) {
		t.Helper()
		s, err := process.Read("/proc")
		if err != nil {
			t.Fatal(err)
		}
		for pid, p := range s {
			if slices.ContainsFunc(p.Command, func(word string) bool { return strings.HasSuffix(word, "/"+mark) }) {
				if p, err := os.FindProcess(pid); err != nil || p.Kill() != nil {
					t.Fatal(err)
				}
				return
			}
		}
		t.Fatalf("%s does not run", mark)
	}
	// lasts waits until the app has been in use for this reason for longer than it may be unused.
	lasts := func(why string) {
		t.Helper()
		var since time.Time
		d.poll(why, func() bool {
			s := d.status()
			at, _ := time.Parse(time.RFC3339, s.At)
			switch {
			case s.State != studio.Active || s.Why != why:
				since = time.Time{}
			case since.IsZero():
				since = at
			}
			return !since.IsZero() && at.Sub(since) > 12*time.Second
		})
	}
	leave("burns.py", "while True: pass")
	d.employ(`{"stop": {"app": true}, `+deaf+`}`, "--app-idle", "5s", "--kernels-idle", "2s", "--terminals-idle", "2s", "--metadata", d.write("metadata.json", inSpace))
	lasts("a process in the background computes")
	leave("copies.py", "import time\nwith open('/dev/null', 'wb', buffering=0) as f:\n    while True:\n        f.write(bytes(1 << 20)); time.sleep(.2)")
	end("burns.py")
	lasts("a process in the background reads and writes")
	if changes := a.changes(); len(changes) > 0 {
		t.Fatalf("an app in use was stopped: %q", changes)
	}
	leave("sleeps.py", "import time; time.sleep(36000)")
	end("copies.py")
	d.poll("the app to be stopped", func() bool { return slices.Contains(a.changes(), "DeleteApp done") })
	end("sleeps.py")
}

// TestAgentWhereProcessesAreHidden: where Linux hides the processes of others, an agent that may not see them does not begin, and one that may does.
func TestAgentWhereProcessesAreHidden(t *testing.T) {
	program, err := compiledAgent()
	if err == nil {
		err = os.Chmod(folder, 0o755) // for another person to run it
	}
	if err != nil {
		t.Fatal(err)
	}
	look := program + " --once --no-heartbeat --server http://127.0.0.1:1/"
	for as, says := range map[string]string{"setpriv --reuid 65534 --regid 65534 --clear-groups ": "hidepid=invisible", "": "connection refused"} {
		r := try(t, environment(t), "unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", "mount -o remount,hidepid=invisible /proc && "+as+look)
		if said := string(r.stderr); strings.Contains(said, "unshare failed") {
			absent.Peer(t, "processes cannot be kept apart, run it as root: ", errors.New(said))
		} else if r.status != 1 || !strings.Contains(said, says) {
			t.Errorf("%q: exit status %d\n%s", as, r.status, said)
		}
	}
}
