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
	"github.com/sagewarden/sagewarden/test/absent"
)

// A desk is a real Jupyter Server with real kernels, in a time zone.
type desk struct {
	venv
	t                        *testing.T
	env, flags               []string
	port, url                string
	home, runtime, documents string
	server                   *exec.Cmd
	// apart says that nothing runs beside the server, as far as an agent can see.
	apart bool
}

// sitDown starts a server as Studio does: on loopback, without a token.
func sitDown(t *testing.T, v venv, zone string, flags ...string) *desk {
	t.Helper()
	d := newDesk(t, v, zone, flags...)
	d.begin()
	return d
}

// sitApart starts a server in a room of its own, where all that runs was started there: an agent that looks around sees no other test at work.
func sitApart(t *testing.T, v venv, zone string) *desk {
	t.Helper()
	if err := exec.Command("unshare", "--pid", "--fork", "--mount-proc", "true").Run(); err != nil {
		absent.Peer(t, "processes cannot be kept apart, run it as root: ", err)
	}
	d := newDesk(t, v, zone)
	d.apart = true
	d.begin()
	return d
}

func newDesk(t *testing.T, v venv, zone string, flags ...string) *desk {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	d := &desk{venv: v, t: t, home: t.TempDir(), runtime: t.TempDir(), documents: t.TempDir(), port: port, url: "http://127.0.0.1:" + port + "/jupyterlab/default/", flags: flags}
	// A kernel that never comes so far as to say anything.
	d.write("share/kernels/stuck/kernel.json", `{"argv": ["sh", "-c", "sleep 36000; :", "{connection_file}"], "display_name": "stuck", "language": "sh"}`)
	d.env = environment(t, "TZ="+zone, "JUPYTER_PATH="+filepath.Join(d.home, "share"), "JUPYTER_RUNTIME_DIR="+d.runtime, "IPYTHONDIR="+t.TempDir(), "SHELL=/bin/sh")
	return d
}

// write writes a file below the desk's home.
func (d *desk) write(name, text string) string {
	d.t.Helper()
	file := filepath.Join(d.home, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return file
}

func (d *desk) begin() {
	d.t.Helper()
	command := append([]string{d.program("jupyter-lab"), "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=" + d.port,
		"--ServerApp.port_retries=0", "--ServerApp.base_url=/jupyterlab/default/", "--IdentityProvider.token=", "--ServerApp.password=", "--LabApp.news_url=", "--ServerApp.root_dir=" + d.documents}, d.flags...)
	if d.apart { // the shell buries what outlives who started it, as a container's first process does
		command = append([]string{"unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", `"$@"; exit`, "sh"}, command...)
	}
	d.server = exec.CommandContext(d.t.Context(), command[0], command[1:]...)
	d.server.Env = d.env
	serve(d.t, d.server, regexp.MustCompile(`is running at:()`))
	d.wait(true) // it says so a moment before it listens
}

// deaf is an administrator's setting by which no network is busy: that of the machine which runs the tests carries what others do.
const deaf = `"quiet": {"networkBytesPerSecond": 1000000000000}`

// employ starts the real agent, and returns what it has said so far. It looks every second, and waits for nothing besides the limits.
func (d *desk) employ(config string, flags ...string) (said func() string) {
	d.t.Helper()
	program, err := compiledAgent()
	if err != nil {
		d.t.Fatal(err)
	}
	log := d.write("agent.log", "")
	command := append([]string{program, "--config", d.write("agent.json", config), "--server", d.url, "--no-heartbeat", "--home", d.home, "--log", log, "--lock", filepath.Join(d.home, "lock"),
		"--interval", "1s", "--grace", "0s"}, flags...)
	if d.apart {
		room := "/proc/" + strconv.Itoa(d.server.Process.Pid) + "/ns/"
		command = append([]string{"nsenter", "--pid=" + room + "pid_for_children", "--mount=" + room + "mnt"}, command...)
	}
	said = func() string {
		text, err := os.ReadFile(log)
		if err != nil {
			d.t.Fatal(err)
		}
		return string(text)
	}
	var complaints strings.Builder
	agent := exec.Command(command[0], command[1:]...)
	agent.Env, agent.Stdout, agent.Stderr = d.env, &complaints, &complaints
	if err := agent.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		_ = agent.Process.Signal(os.Interrupt)
		_ = agent.Wait()
		if d.t.Failed() {
			d.t.Logf("the agent said:\n%s%s", said(), &complaints)
		}
	})
	return said
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

// ask sends a request to the server, and reads what it answers.
func (d *desk) ask(method, path, body string, out any) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path+"?no_track_activity=1", strings.NewReader(body))
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
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		d.t.Fatalf("%s %s: %s %v\n%s", method, path, resp.Status, err, answer)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			d.t.Fatalf("%s %s: %v\n%s", method, path, err, answer)
		}
	}
}

// kernel begins a kernel that has no session.
func (d *desk) kernel() string {
	d.t.Helper()
	return d.kernelOf("python3")
}

func (d *desk) kernelOf(spec string) string {
	d.t.Helper()
	var k struct{ ID string }
	d.ask(http.MethodPost, "api/kernels", `{"name": "`+spec+`"}`, &k)
	return k.ID
}

// notebook opens a notebook with a kernel.
func (d *desk) notebook(name string) string {
	d.t.Helper()
	if err := os.WriteFile(filepath.Join(d.documents, name), []byte(`{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`), 0o600); err != nil {
		d.t.Fatal(err)
	}
	var s struct{ Kernel struct{ ID string } }
	d.ask(http.MethodPost, "api/sessions", `{"path": "`+name+`", "name": "", "type": "notebook", "kernel": {"name": "python3"}}`, &s)
	return s.Kernel.ID
}

// process is a kernel's, 0 for none.
func (d *desk) process(kernel string) int {
	d.t.Helper()
	s, err := process.Read("/proc")
	if err != nil {
		d.t.Fatal(err)
	}
	for pid, p := range s {
		if !p.Zombie && slices.ContainsFunc(p.Command, func(word string) bool { return strings.HasSuffix(word, kernel+".json") }) {
			return pid
		}
	}
	return 0
}

// kill ends a kernel as the kernel of Linux does that has no memory left.
func (d *desk) kill(kernel string) {
	d.t.Helper()
	pid := d.process(kernel)
	if pid == 0 {
		d.t.Fatalf("kernel %s has no process", kernel)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		d.t.Fatal(err)
	}
}

// A cell is code that a kernel runs; the test goes on when it has ended, or when it has begun.
type cell struct {
	Kernel string `json:"kernel"`
	Code   string `json:"code"`
	Wait   bool   `json:"wait"`
}

// work runs cells, and types lines into terminals.
func (d *desk) work(cells []cell, lines map[string]string) {
	d.t.Helper()
	d.script(d.t, d.env, "jupyter_desk.py", map[string]any{"runtime": d.runtime, "server": d.url, "run": cells, "type": lines}, &struct{}{})
}

// terminal opens a terminal.
func (d *desk) terminal() string {
	var t struct{ Name string }
	d.ask(http.MethodPost, "api/terminals", "", &t)
	return t.Name
}

// there are the kernels and terminals that there are, with their state.
func (d *desk) there() map[string]string {
	var kernels []struct {
		ID    string
		State string `json:"execution_state"`
	}
	d.ask(http.MethodGet, "api/kernels", "", &kernels)
	var terminals []struct{ Name string }
	d.ask(http.MethodGet, "api/terminals", "", &terminals)
	there := map[string]string{}
	for _, k := range kernels {
		there[k.ID] = k.State
	}
	for _, t := range terminals {
		there[t.Name] = "open"
	}
	return there
}

// poll waits for something to be so.
func (d *desk) poll(what string, so func() bool) {
	d.t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if so() {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("waited in vain for %s; there is %v", what, d.there())
		}
	}
}

// until waits for the things to be gone.
func (d *desk) until(gone ...string) {
	d.t.Helper()
	d.poll(strings.Join(gone, ", ")+" to be gone", func() bool {
		there := d.there()
		return !slices.ContainsFunc(gone, func(id string) bool { return there[id] != "" })
	})
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
	for _, zone := range []string{"Asia/Tokyo", "America/Los_Angeles"} {
		t.Run(zone, func(t *testing.T) {
			d := sitDown(t, v, zone)
			silent, thread, left := d.kernel(), d.kernel(), d.notebook("left.ipynb")
			done, noted, bare, stuck, killed := d.kernel(), d.notebook("risk.ipynb"), d.kernel(), d.kernelOf("stuck"), d.kernel()
			asleep, quiet := d.terminal(), d.terminal()
			mark := strconv.Itoa(os.Getpid()) + "00"
			d.work([]cell{
				{silent, "import time; time.sleep(3600)", false},
				{thread, "import threading\ndef burn():\n    while True: pass\nthreading.Thread(target=burn, daemon=True).start()", true},
				// The shell ends at once: what it left behind has no parent but the first process, and is killed with the kernel. It ends with the server at the latest.
				{left, "import os, subprocess; subprocess.Popen(f'while kill -0 {os.getppid()}; do :; done &', shell=True).wait()", true},
				{done, "6 * 7", true}, {noted, "6 * 7", true},
				{killed, "import time; time.sleep(3600)", false},
			}, map[string]string{asleep: "echo typ''ed; sleep " + mark})
			d.kill(killed) // the server starts it anew, and nobody runs anything in it

			said := d.employ("{"+deaf+"}", "--kernels-idle", "4s", "--terminals-idle", "4s", "--stop", "kernels", "--stop", "terminals")
			d.until(done, noted, bare, stuck, killed)
			// Who came later has waited out the limit once more when it is gone.
			later := d.kernel()
			d.until(later)
			d.still(silent, thread, left, asleep, quiet)

			// What slept in the terminal ends: now both terminals are idle, and the kernels are busy still.
			endSleep(t, mark)
			d.until(asleep, quiet)
			d.still(silent, thread, left)
			if strings.Contains(said(), "level=ERROR") {
				t.Error("the agent complained")
			}

			// E1: the agent outlives its server.
			d.restart()
			d.until(d.kernel())
		})
	}
}

// A server that starts nothing anew calls a kernel that died in the midst of a cell busy for good.
func TestADeadKernelThatIsSaidToBeBusy(t *testing.T) {
	v := installed(t, "SAGEWARDEN_JUPYTER", "python", "jupyter-lab")
	d := sitDown(t, v, "Asia/Tokyo", "--KernelManager.autorestart=False")
	alive, dead := d.kernel(), d.kernel()
	d.work([]cell{{alive, "import time; time.sleep(3600)", false}, {dead, "import time; time.sleep(3600)", false}}, map[string]string{})
	said := d.employ("{"+deaf+"}", "--kernels-idle", "4s", "--stop", "kernels")
	d.poll("the agent to look", func() bool { return strings.Contains(said(), "is busy") })
	d.kill(dead)
	if state := d.there()[dead]; state != "busy" {
		t.Fatalf("the server says that it is %q: this test is of no use any more", state)
	}
	d.until(dead)
	d.still(alive)
}

// status is what the agent last wrote for the panel.
func (d *desk) status() (s studio.Status) {
	d.t.Helper()
	if text, err := os.ReadFile(filepath.Join(d.home, ".jupyter/lab/user-settings/@sagewarden/labextension/status.jupyterlab-settings")); err == nil {
		if err := json.Unmarshal(text, &s); err != nil {
			d.t.Fatalf("half a status: %s", text)
		}
	}
	return s
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
	metadata := d.write("metadata.json", `{"AppType":"JupyterLab","DomainId":"d-1","SpaceName":"risk","ResourceName":"default","ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:app/d-1/risk/jupyterlab/default"}`)
	d.write(".sagewarden-keep", "1h")
	const settings = ".jupyter/lab/user-settings/@sagewarden/labextension/"
	d.write(settings+"panel.jupyterlab-settings", "{\n  // as JupyterLab writes it\n  \"idleMinutes\": 60,\n}")
	d.env = append(d.env, "AWS_ENDPOINT_URL="+aws.URL, "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b")
	d.employ(`{"stop": {"app": true}, "rates": {"ml.t3.medium": "0.05"}, `+deaf+`}`, "--app-idle", "3s", "--kernels-idle", "3s", "--metadata", metadata)
	status := func(met func(studio.Status) bool) {
		t.Helper()
		d.poll("the status", func() bool { s := d.status(); return s.At != "" && met(s) })
	}
	status(func(s studio.Status) bool {
		return s.KeepUntil != "" && s.ShutdownAt == "" && s.Hourly == "0.05" && s.StartedAt == "2026-03-02T09:00:00Z" && s.IdleMinutes == 60
	})
	// A kernel is shut down on request, kept or not.
	k := d.kernel()
	d.write(settings+"panel.jupyterlab-settings", `{"shutdownRequest": {"what": "kernels", "id": "r-1", "at": "`+time.Now().UTC().Format(time.RFC3339)+`"}}`)
	d.until(k)
	status(func(s studio.Status) bool { return s.Handled == "r-1" && s.HandledResult == "1 shut down" })
	select {
	case call := <-calls:
		t.Fatalf("%s, and it was to be kept", call)
	default:
	}
	// What computes elsewhere on this machine is use of the app, as the agent sees it: so it is asked for, and not waited for.
	d.write(settings+"panel.jupyterlab-settings", `{"shutdownRequest": {"what": "everything", "id": "r-2", "at": "`+time.Now().UTC().Format(time.RFC3339)+`"}}`)
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
