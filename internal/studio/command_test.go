package studio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/studio/remote"
)

func metadata(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "resource-metadata.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const (
	inSpace  = `{"AppType":"JupyterLab","DomainId":"d-1","SpaceName":"risk","ResourceArn":"arn:aws-cn:sagemaker:cn-north-1:111122223333:app/d-1/risk/jupyterlab/default","ResourceName":"default"}`
	classic  = `{"AppType":"JupyterServer","DomainId":"d-1","UserProfileName":"ana","ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:app/d-1/ana/jupyterserver/default","ResourceName":"default"}`
	notebook = `{"ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/old-desk","ResourceName":"old-desk"}`
)

func TestFind(t *testing.T) {
	for text, want := range map[string]struct {
		server string
		dims   []Dimension
	}{
		inSpace:  {"http://localhost:8888/jupyterlab/default/", []Dimension{{"DomainId", "d-1"}, {"SpaceName", "risk"}, {"AppType", "JupyterLab"}, {"AppName", "default"}}},
		classic:  {"http://localhost:8888/jupyter/default/", []Dimension{{"DomainId", "d-1"}, {"UserProfileName", "ana"}, {"AppType", "JupyterServer"}, {"AppName", "default"}}},
		notebook: {"https://localhost:8443/", []Dimension{{"NotebookInstanceName", "old-desk"}}},
	} {
		p, err := Find(metadata(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.dims, p.Dimensions()); d != "" || p.Server() != want.server {
			t.Errorf("%s: %s%s", text, p.Server(), d)
		}
	}
	for _, text := range []string{"", "{}", `{"ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:endpoint/x"}`, `{"ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:app/d-1/ana/jupyterlab/default"}`} {
		if p, err := Find(metadata(t, text)); err == nil {
			t.Errorf("%q was taken for %+v", text, p)
		}
	}
}

func run(t *testing.T, env map[string]string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = Run(context.Background(), args, func(name string) string { return env[name] }, &out, &errs)
	return status, out.String(), errs.String()
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"--help"}, 0, "--stop"},
		{[]string{"--version"}, 0, ""},
		{[]string{"--stop", "apps"}, 2, "write kernels, terminals or app"},
		{[]string{"--interval", "10ms"}, 2, "a second at least"},
		{[]string{"--kernels-idle", "10s"}, 2, "no shorter than --interval"},
		{[]string{"now"}, 2, `"now" is not expected`},
		{[]string{"--metadata", "/nowhere.json"}, 1, "hint: the agent runs in a Studio app"},
		{[]string{"--no-heartbeat", "--server", "http://example.com/"}, 1, "it is not on this machine"},
		{[]string{"--no-heartbeat", "--server", "localhost:8888"}, 1, "it is not an address"},
		{[]string{"--no-heartbeat", "--once", "--server", "http://127.0.0.1:1/lab/"}, 1, "connection refused"},
	} {
		status, out, errs := run(t, nil, c.args...)
		if status != c.status || !strings.Contains(strings.ReplaceAll(out+errs, "  -", "  --"), c.says) {
			t.Errorf("%v: status %d, want %d and %q:\n%s%s", c.args, status, c.status, c.says, out, errs)
		}
	}
}

func TestOneAgentIsEnough(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(file)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, errs := run(t, nil, "--no-heartbeat", "--server", "http://127.0.0.1:1/", "--lock", file, "--home", t.TempDir()); status != 1 || !strings.Contains(errs, "another agent runs already") {
		t.Errorf("status %d: %s", status, errs)
	}
	unlock()
	again, err := lock(file)
	if err != nil {
		t.Fatal(err)
	}
	again()
}

// TestOnce looks at a server that answers, and publishes what it saw.
func TestOnce(t *testing.T) {
	var published string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/lab/api/kernels":
			_, _ = w.Write([]byte(`[{"id":"k-1","name":"python3","execution_state":"busy","last_activity":"2026-03-02T09:00:00Z"}]`))
		case "/lab/api/sessions":
			_, _ = w.Write([]byte(`[{"path":"risk.ipynb","kernel":{"id":"k-1"}}]`))
		case "/lab/api/terminals":
			_, _ = w.Write([]byte(`[]`))
		case "/":
			_ = r.ParseForm()
			published = r.Form.Get("MetricData.member.1.Value") + " " + r.Form.Get("MetricData.member.1.Dimensions.member.2.Value")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer s.Close()
	env := map[string]string{"AWS_ENDPOINT_URL_CLOUDWATCH": s.URL, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
	status, _, errs := run(t, env, "--once", "--server", s.URL+"/lab/", "--metadata", metadata(t, inSpace))
	if status != 0 || !strings.Contains(errs, "active: kernel of risk.ipynb is busy") || published != "0 risk" {
		t.Errorf("status %d, published %q:\n%s", status, published, errs)
	}
}

// A cloud is SageMaker's API, which says this of whatever it is asked about.
type cloud struct {
	says  string
	calls []string
}

// in is a place in the cloud.
func (c *cloud) in(t *testing.T, text string) *here {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.calls = append(c.calls, r.Header.Get("X-Amz-Target")+" "+string(body))
		_, _ = io.WriteString(w, c.says)
	}))
	t.Cleanup(s.Close)
	env := map[string]string{"AWS_ENDPOINT_URL": s.URL, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
	getenv := func(name string) string { return env[name] }
	place, err := Find(metadata(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return &here{place: place, caller: &remote.Caller{Region: "eu-west-1", Credentials: remote.Credentials(getenv), HTTP: s.Client(), Getenv: getenv, Now: time.Now}}
}

// TestThePlaceIsStopped: an app is deleted, a notebook instance is stopped, each by its own name.
func TestThePlaceIsStopped(t *testing.T) {
	for text, want := range map[string]string{
		inSpace:  `SageMaker.DeleteApp {"AppName":"default","AppType":"JupyterLab","DomainId":"d-1","SpaceName":"risk"}`,
		classic:  `SageMaker.DeleteApp {"AppName":"default","AppType":"JupyterServer","DomainId":"d-1","UserProfileName":"ana"}`,
		notebook: `SageMaker.StopNotebookInstance {"NotebookInstanceName":"old-desk"}`,
	} {
		c := cloud{says: `{"Status": "InService", "NotebookInstanceStatus": "InService", "CreationTime": 1772442000.123}`}
		h := c.in(t, text)
		if err := errors.Join(h.Check(t.Context()), h.Stop(t.Context())); err != nil || len(c.calls) != 2 || c.calls[1] != want {
			t.Errorf("%q, %v; want %s", c.calls, err, want)
		}
	}
}

// TestAnotherOfTheSameNameIsNotStopped: nor one that is on its way, nor one of which nobody knows which it is.
func TestAnotherOfTheSameNameIsNotStopped(t *testing.T) {
	for _, text := range []string{inSpace, notebook} {
		for _, later := range []string{
			`{"Status": "InService", "NotebookInstanceStatus": "InService", "CreationTime": 1772442001.123}`,
			`{"Status": "Deleting", "NotebookInstanceStatus": "Updating", "CreationTime": 1772442000.123}`,
			`{"Status": "InService", "NotebookInstanceStatus": "InService"}`,
			`{"CreationTime": 1772442000.123}`,
			`<html>`,
		} {
			c := cloud{says: `{"Status": "InService", "NotebookInstanceStatus": "InService", "CreationTime": 1772442000.123, "InstanceType": "ml.t3.medium", "ResourceSpec": {"InstanceType": "ml.t3.medium"}}`}
			h := c.in(t, text)
			if kind, began, err := h.Describe(t.Context()); err != nil || kind != "ml.t3.medium" || began.IsZero() != (text == notebook) {
				t.Errorf("%s, %s, %v", kind, began, err)
			}
			c.says, c.calls = later, nil
			if err := h.Check(t.Context()); err == nil || len(c.calls) != 1 {
				t.Errorf("%s: %v, %q", later, err, c.calls)
			}
		}
	}
}

// L2: what the administrator wrote is what is done, and what is written wrong is said at the start.
func TestL2_Configuration(t *testing.T) {
	config := filepath.Join(t.TempDir(), "agent.json")
	for text, says := range map[string]string{
		`{"stop": {"app": "false"}}`:              "read the agent's configuration",
		`{"interval": "2h"}`:                      "not between a second and ten minutes",
		`{"quiet": {"networkBytesPerSecond": 0}}`: "a byte a second is the least",
		`{"stop": {"app": true}}`:                 "read the resource metadata", // the app's own name is needed
	} {
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, _, errs := run(t, nil, "--config", config, "--no-heartbeat", "--once", "--server", "http://127.0.0.1:1/lab/"); status != 1 || !strings.Contains(errs, says) {
			t.Errorf("%s: status %d: %s", text, status, errs)
		}
	}
	if err := os.WriteFile(config, []byte(`{"idleMinutes": {"app": 90, "kernel": 80}, "stop": {"kernels": true}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := parse([]string{"--kernels-idle", "3h"}, func(name string) string { return map[string]string{"SAGEWARDEN_AGENT_CONFIG": config}[name] }, io.Discard)
	if err != nil || o.limits.Kernels != 3*time.Hour || o.limits.Whole != 90*time.Minute || o.limits.Terminals != Default.Terminals || len(o.stop) != 1 || o.limits.Gap != Default.Gap {
		t.Errorf("%+v, %v", o, err)
	}
}
