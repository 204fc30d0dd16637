//go:build interop

package interop_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio"
	"github.com/sagewarden/sagewarden/internal/studio/process"
)

// A desk is a real Jupyter Server with real kernels, in a time zone.
type desk struct {
	venv
	t                  *testing.T
	env                []string
	port, url          string
	runtime, documents string
	server             *exec.Cmd
}

// sitDown starts a server as Studio does: on loopback, without a token.
func sitDown(t *testing.T, v venv, zone string) *desk {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	d := &desk{venv: v, t: t, runtime: t.TempDir(), documents: t.TempDir(), port: port, url: "http://127.0.0.1:" + port + "/jupyterlab/default/"}
	d.env = environment(t, "TZ="+zone, "JUPYTER_RUNTIME_DIR="+d.runtime, "IPYTHONDIR="+t.TempDir(), "SHELL=/bin/sh")
	d.begin()
	return d
}

func (d *desk) begin() {
	d.t.Helper()
	d.server = exec.CommandContext(d.t.Context(), d.program("jupyter-lab"), "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port="+d.port,
		"--ServerApp.port_retries=0", "--ServerApp.base_url=/jupyterlab/default/", "--IdentityProvider.token=", "--ServerApp.password=", "--LabApp.news_url=", "--ServerApp.root_dir="+d.documents)
	d.server.Env = d.env
	serve(d.t, d.server, regexp.MustCompile(`is running at:()`))
	d.wait(true) // it says so a moment before it listens
}

// restart ends the server with all its kernels, and starts it anew.
func (d *desk) restart() {
	d.t.Helper()
	if err := d.server.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	d.wait(false)
	d.begin()
}

// wait waits until the server answers, or until it does not.
func (d *desk) wait(answers bool) {
	d.t.Helper()
	deadline := time.Now().Add(time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		resp, err := http.Get(d.url + "api/status?no_track_activity=1")
		if err == nil {
			_ = resp.Body.Close()
		}
		if (err == nil) == answers {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("the server answers: %v, want %v", !answers, answers)
		}
	}
}

// ask sends a request to the server, and returns what it answers.
func (d *desk) ask(method, path string, out any) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path+"?no_track_activity=1", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Cookie", "_xsrf=5a67")
	req.Header.Set("X-Xsrftoken", "5a67")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		d.t.Fatalf("%s %s: %s %v\n%s", method, path, resp.Status, err, body)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			d.t.Fatalf("%s %s: %v\n%s", method, path, err, body)
		}
	}
}

// kernel begins a kernel.
func (d *desk) kernel() string {
	var k struct{ ID string }
	d.ask(http.MethodPost, "api/kernels", &k)
	return k.ID
}

// terminal opens a terminal.
func (d *desk) terminal() string {
	var t struct{ Name string }
	d.ask(http.MethodPost, "api/terminals", &t)
	return t.Name
}

// there are the kernels and terminals that there are, with their state.
func (d *desk) there() map[string]string {
	var kernels []struct {
		ID    string
		State string `json:"execution_state"`
	}
	d.ask(http.MethodGet, "api/kernels", &kernels)
	var terminals []struct{ Name string }
	d.ask(http.MethodGet, "api/terminals", &terminals)
	there := map[string]string{}
	for _, k := range kernels {
		there[k.ID] = k.State
	}
	for _, t := range terminals {
		there[t.Name] = "open"
	}
	return there
}

// until waits for the things to be gone.
func (d *desk) until(gone ...string) {
	d.t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		there := d.there()
		left := 0
		for _, id := range gone {
			if there[id] != "" {
				left++
			}
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("of %v, there is still %v", gone, there)
		}
	}
}

func (d *desk) still(ids ...string) {
	d.t.Helper()
	there := d.there()
	for _, id := range ids {
		if there[id] == "" {
			d.t.Errorf("%s was shut down; there is %v", id, there)
		}
	}
}

// TestAgentAtAJupyterServer: nothing busy is ever stopped, everything idle is, in whatever time zone.
func TestAgentAtAJupyterServer(t *testing.T) {
	v := installed(t, "SAGEWARDEN_JUPYTER", "python", "jupyter-lab")
	program := filepath.Join(t.TempDir(), "sagewarden-agent")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/sagewarden-agent").CombinedOutput(); err != nil {
		t.Fatalf("build the agent: %v\n%s", err, out)
	}
	for _, zone := range []string{"Asia/Tokyo", "America/Los_Angeles"} {
		t.Run(zone, func(t *testing.T) {
			d := sitDown(t, v, zone)
			silent, done, thread, bare := d.kernel(), d.kernel(), d.kernel(), d.kernel()
			asleep, quiet := d.terminal(), d.terminal()
			type run struct {
				Kernel string `json:"kernel"`
				Code   string `json:"code"`
				Wait   bool   `json:"wait"`
			}
			mark := strconv.Itoa(os.Getpid()) + "00"
			v.script(t, d.env, "jupyter_desk.py", map[string]any{"runtime": d.runtime, "server": d.url, "run": []run{
				{silent, "import time; time.sleep(3600)", false},
				{done, "6 * 7", true},
				{thread, "import threading\ndef burn():\n    while True: pass\nthreading.Thread(target=burn, daemon=True).start()", true},
			}, "type": map[string]string{asleep: "echo typ''ed; sleep " + mark}}, &struct{}{})

			agent := exec.CommandContext(t.Context(), program, "--server", d.url, "--no-heartbeat", "--lock", filepath.Join(t.TempDir(), "lock"),
				"--interval", "1s", "--grace", "0s", "--kernels-idle", "4s", "--terminals-idle", "4s", "--stop", "kernels", "--stop", "terminals")
			log, err := os.Create(filepath.Join(t.TempDir(), "log"))
			if err != nil {
				t.Fatal(err)
			}
			said := func() string {
				text, err := os.ReadFile(log.Name())
				if err != nil {
					t.Fatal(err)
				}
				return string(text)
			}
			agent.Stdout, agent.Stderr, agent.Env = log, log, d.env
			if err := agent.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				_ = agent.Process.Signal(os.Interrupt)
				_ = agent.Wait()
				if t.Failed() {
					t.Logf("the agent said:\n%s", said())
				}
				_ = log.Close()
			})

			d.until(done, bare)
			// Who came later has waited out the limit once more when it is gone.
			later := d.kernel()
			d.until(later)
			d.still(silent, thread, asleep, quiet)

			// What slept in the terminal ends: now both terminals are idle, and the kernels are busy still.
			endSleep(t, mark)
			d.until(asleep, quiet)
			d.still(silent, thread)
			if strings.Contains(said(), "level=ERROR") {
				t.Error("the agent complained")
			}

			// E1: the agent outlives its server.
			d.restart()
			d.until(d.kernel())
		})
	}
}

// endSleep ends the one process that sleeps for so long.
func endSleep(t *testing.T, seconds string) {
	t.Helper()
	s, err := process.Read("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for pid, p := range s {
		if slices.Equal(p.Command, []string{"sleep", seconds}) {
			if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("nothing sleeps for %s seconds", seconds)
}

// TestAgentStopsItsApp: with the person's settings, a keep file and requests, as the panel leaves them, until the app itself is deleted.
func TestAgentStopsItsApp(t *testing.T) {
	v := installed(t, "SAGEWARDEN_JUPYTER", "python", "jupyter-lab")
	d := sitDown(t, v, "Asia/Tokyo")
	calls := make(chan string, 100)
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "SageMaker."); operation == "DescribeApp" {
			_, _ = io.WriteString(w, `{"Status": "InService", "CreationTime": 1772442000.5, "ResourceSpec": {"InstanceType": "ml.t3.medium"}}`)
		} else {
			calls <- operation + " " + string(body)
		}
	}))
	defer aws.Close()
	home := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(home, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	metadata := write("metadata.json", `{"AppType":"JupyterLab","DomainId":"d-1","SpaceName":"risk","ResourceName":"default","ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:app/d-1/risk/jupyterlab/default"}`)
	config := write("agent.json", `{"interval": "1s", "graceMinutes": 0, "stop": {"app": true}, "rates": {"ml.t3.medium": "0.05"}}`)
	write(".sagewarden-keep", "1h")
	const settings = ".jupyter/lab/user-settings/@sagewarden/labextension/"
	write(settings+"panel.jupyterlab-settings", "{\n  // as JupyterLab writes it\n  \"idleMinutes\": 60,\n}")
	program := filepath.Join(t.TempDir(), "sagewarden-agent")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/sagewarden-agent").CombinedOutput(); err != nil {
		t.Fatalf("build the agent: %v\n%s", err, out)
	}
	agent := exec.CommandContext(t.Context(), program, "--config", config, "--app-idle", "3s", "--kernels-idle", "3s", "--no-heartbeat", "--server", d.url, "--metadata", metadata,
		"--home", home, "--log", filepath.Join(home, "log"), "--lock", filepath.Join(home, "lock"))
	agent.Env = append(slices.Clone(d.env), "AWS_ENDPOINT_URL="+aws.URL, "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b")
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = agent.Process.Signal(os.Interrupt)
		_ = agent.Wait()
		if text, err := os.ReadFile(filepath.Join(home, "log")); err == nil && t.Failed() {
			t.Logf("the agent said:\n%s", text)
		}
	})
	status := func(met func(studio.Status) bool) {
		t.Helper()
		deadline := time.Now().Add(time.Minute)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		var s studio.Status
		for range tick.C {
			if text, err := os.ReadFile(filepath.Join(home, filepath.FromSlash(settings), "status.jupyterlab-settings")); err == nil {
				if err := json.Unmarshal(text, &s); err != nil {
					t.Fatalf("half a status: %s", text)
				}
			}
			if s.At != "" && met(s) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%+v", s)
			}
		}
	}
	status(func(s studio.Status) bool {
		return s.KeepUntil != "" && s.ShutdownAt == "" && s.Hourly == "0.05" && s.StartedAt == "2026-03-02T09:00:00Z" && s.IdleMinutes == 60
	})
	// A kernel is shut down on request, kept or not.
	k := d.kernel()
	write(settings+"panel.jupyterlab-settings", `{"shutdownRequest": {"what": "kernels", "id": "r-1", "at": "`+time.Now().UTC().Format(time.RFC3339)+`"}}`)
	d.until(k)
	status(func(s studio.Status) bool { return s.Handled == "r-1" && s.HandledResult == "1 shut down" })
	select {
	case call := <-calls:
		t.Fatalf("%s, and it was to be kept", call)
	default:
	}
	// What computes elsewhere on this machine is use of the app, as the agent sees it: so it is asked for, and not waited for.
	write(settings+"panel.jupyterlab-settings", `{"shutdownRequest": {"what": "everything", "id": "r-2", "at": "`+time.Now().UTC().Format(time.RFC3339)+`"}}`)
	select {
	case call := <-calls:
		if call != `DeleteApp {"AppName":"default","AppType":"JupyterLab","DomainId":"d-1","SpaceName":"risk"}` {
			t.Error(call)
		}
	case <-time.After(time.Minute):
		t.Error("the app was not stopped")
	}
}

// TestAgentHeartbeatInCloudWatch: what the agent publishes is there under the dimensions that a scan asks for.
func TestAgentHeartbeatInCloudWatch(t *testing.T) {
	v, jupyter := peer(t), installed(t, "SAGEWARDEN_JUPYTER", "python", "jupyter-lab")
	d := sitDown(t, jupyter, "UTC")
	metadata := filepath.Join(t.TempDir(), "resource-metadata.json")
	if err := os.WriteFile(metadata, []byte(`{"AppType":"JupyterLab","DomainId":"d-abcdefghijkl","SpaceName":"risk","ResourceName":"default",
		"ResourceArn":"arn:aws:sagemaker:eu-west-1:123456789012:app/d-abcdefghijkl/risk/jupyterlab/default"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	env := motoEnvironment(t, serveMoto(t, v))
	agent := exec.CommandContext(t.Context(), "go", "run", "../../cmd/sagewarden-agent", "--once", "--server", d.url, "--metadata", metadata)
	agent.Env = append(env, "GOCACHE="+goenv(t, "GOCACHE"), "GOMODCACHE="+goenv(t, "GOMODCACHE"))
	if r := run(t, agent); r.status != 0 || !strings.Contains(string(r.stderr), "idle: nothing has been used") {
		t.Fatalf("exit status %d\n%s", r.status, r.stderr)
	}
	now := time.Now().UTC()
	asked := exec.CommandContext(t.Context(), v.program("aws"), "cloudwatch", "get-metric-statistics", "--namespace", "Sagewarden/Studio", "--metric-name", "SecondsSinceLastUse",
		"--dimensions", "Name=DomainId,Value=d-abcdefghijkl", "Name=SpaceName,Value=risk", "Name=AppType,Value=JupyterLab", "Name=AppName,Value=default",
		"--start-time", now.Add(-time.Hour).Format(time.RFC3339), "--end-time", now.Add(time.Hour).Format(time.RFC3339), "--period", "60", "--statistics", "Minimum", "SampleCount", "--output", "json")
	asked.Env = env
	r := run(t, asked)
	var got struct {
		Datapoints []struct{ Minimum, SampleCount float64 }
	}
	if err := json.Unmarshal(r.stdout, &got); err != nil || len(got.Datapoints) != 1 || got.Datapoints[0].Minimum != 0 || got.Datapoints[0].SampleCount != 1 {
		t.Errorf("exit status %d, %v: %s\n%s", r.status, err, r.stdout, r.stderr)
	}
}

func goenv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
