package studio

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var bounds = Bounds{Min: 15, Max: 1440}

// newHome is a room in a home of its own.
func newHome(t *testing.T) Room {
	t.Helper()
	r := FindRoom(t.TempDir(), func(string) string { return "" })
	if err := os.MkdirAll(r.Settings, 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}

// put writes a file that was changed then.
func put(t *testing.T, file, text string, changed time.Time) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, changed, changed); err != nil {
		t.Fatal(err)
	}
}

func TestFindRoom(t *testing.T) {
	const sub = "/@sagewarden/labextension"
	for want, env := range map[string]map[string]string{
		"/home/ana/.jupyter/lab/user-settings" + sub: {},
		"/etc/j/lab/user-settings" + sub:             {"JUPYTER_CONFIG_DIR": "/etc/j"},
		"/set" + sub:                                 {"JUPYTER_CONFIG_DIR": "/etc/j", "JUPYTERLAB_SETTINGS_DIR": "/set"},
	} {
		r := FindRoom("/home/ana", func(name string) string { return env[name] })
		if r.Settings != want || r.Keep != "/home/ana/.sagewarden-keep" {
			t.Errorf("%v: %+v", env, r)
		}
	}
}

func TestWishes(t *testing.T) {
	hour := start.Add(time.Hour)
	for name, c := range map[string]struct {
		panel, keep string
		want        Wishes
	}{
		"JupyterLab's own way of writing": {panel: `{
    // Sagewarden
    /* the panel */
    "idleMinutes": 60, "keepUntil": "", // never
    "shutdownRequest": {"what": "app", "at": "2026-03-02T09:00:00Z", "id": "a//b"},
}`, want: Wishes{IdleMinutes: 60, Request: Request{What: "app", At: "2026-03-02T09:00:00Z", ID: "a//b"}}},
		"the administrator's bounds":            {panel: `{"idleMinutes": 1, "kernelIdleMinutes": 99999, "terminalIdleMinutes": -4}`, want: Wishes{IdleMinutes: 15, KernelIdleMinutes: 1440, TerminalIdleMinutes: 15}},
		"the panel keeps":                       {panel: `{"keepUntil": "2026-03-02T10:00:00Z"}`, want: Wishes{KeepUntil: "2026-03-02T10:00:00Z", keep: hour}},
		"for ever is as long as the bounds":     {panel: `{"keepUntil": "2036-03-02T10:00:00Z"}`, want: Wishes{KeepUntil: "2036-03-02T10:00:00Z", keep: start.Add(24 * time.Hour)}},
		"in another zone":                       {panel: `{"keepUntil": "2026-03-02T19:00:00+09:00"}`, want: Wishes{KeepUntil: "2026-03-02T19:00:00+09:00", keep: hour}},
		"a keep file with a duration":           {keep: "1h\n", want: Wishes{keep: hour}},
		"a keep file with a time":               {keep: "2026-03-02T10:00:00Z", want: Wishes{keep: hour}},
		"an empty keep file":                    {keep: "", want: Wishes{keep: start.Add(24 * time.Hour)}},
		"the later of both":                     {panel: `{"keepUntil": "2026-03-02T10:00:00Z"}`, keep: "30m", want: Wishes{KeepUntil: "2026-03-02T10:00:00Z", keep: hour}},
		"what is not there":                     {panel: "-", keep: "-"},
		"settings of somebody else's extension": {panel: `{"theme": "dark"}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newHome(t)
			if c.panel != "" && c.panel != "-" {
				put(t, r.panel(), c.panel, start)
			}
			if c.keep != "" && c.keep != "-" || name == "an empty keep file" {
				put(t, r.Keep, c.keep, start)
			}
			got, err := r.Wishes(bounds)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got, cmp.AllowUnexported(Wishes{}), cmpopts.EquateApproxTime(0)); d != "" {
				t.Error(d)
			}
		})
	}
}

// L1: a file that is read while it is written says nothing, and never for good. L2: "60" is no 60.
func TestL1_L2_WishesThatCannotBeRead(t *testing.T) {
	for _, text := range []string{"", "{", `{"keepUntil": "2026-03`, `{"keepUntil": "soon"}`, `{"idleMinutes": "60"}`, "null null", "\x00\x00\x00", "[]"} {
		r := newHome(t)
		put(t, r.panel(), text, start)
		if w, err := r.Wishes(bounds); err == nil {
			t.Errorf("%q was taken for %+v", text, w)
		}
	}
	r := newHome(t)
	put(t, r.Keep, "a while", start)
	if w, err := r.Wishes(bounds); err == nil {
		t.Errorf("taken for %+v", w)
	}
	put(t, r.Keep, "1h", start)
	if _, err := r.Wishes(bounds); err != nil {
		t.Errorf("it is not read again: %v", err)
	}
	folder := newHome(t)
	if err := os.Mkdir(folder.Keep, 0o755); err != nil {
		t.Fatal(err)
	}
	if w, err := folder.Wishes(bounds); err == nil {
		t.Errorf("a folder was taken for %+v", w)
	}
}

func TestWatch(t *testing.T) {
	r := newHome(t)
	changed := r.Watch()
	if changed() {
		t.Error("nothing has changed")
	}
	put(t, r.panel(), "{}", start)
	if !changed() || changed() {
		t.Error("a change shows once")
	}
	if err := os.Remove(r.panel()); err != nil {
		t.Fatal(err)
	}
	if !changed() {
		t.Error("a file that is gone is a change")
	}
}

// TestPlain: what is JSON stays as it is.
func TestPlain(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := map[string]string{rapid.String().Draw(rt, "key"): rapid.String().Draw(rt, "value"), "a": `//" /* ,} \`}
		text, err := json.Marshal(want)
		if err != nil {
			rt.Fatal(err)
		}
		if got := string(plain(text)); got != string(text) {
			rt.Errorf("%s became %s", text, got)
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte(`{"a": "\"//", /* x */ "b": [1,], // y` + "\n}"))
	f.Add([]byte(`"\`))
	f.Add([]byte(`/*`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if out := plain(text); len(out) > len(text) {
			t.Errorf("%q became %q", text, out)
		}
	})
}

// TestStatusIsWhole: who reads sees one status or the other, and an agent that starts anew knows what the one before has handled.
func TestStatusIsWhole(t *testing.T) {
	r := FindRoom(filepath.Join(t.TempDir(), "new"), func(string) string { return "" })
	if s := r.ReadStatus(); s.Handled != "" {
		t.Errorf("%+v", s)
	}
	for _, id := range []string{"a", "b"} {
		if err := r.WriteStatus(Status{Handled: id, Kernels: []KernelStatus{}}); err != nil {
			t.Fatal(err)
		}
		if s := r.ReadStatus(); s.Handled != id {
			t.Errorf("%+v", s)
		}
	}
	files, err := os.ReadDir(r.Settings)
	if err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
	put(t, r.status(), "{", start) // a disk that was full
	if s := r.ReadStatus(); s.Handled != "" {
		t.Errorf("%+v", s)
	}
}

func TestReadConfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "agent.json")
	if c, err := ReadConfig(file, false); err != nil || c.Stop.App || c.Stop.Kernels || c.Stop.Terminals {
		t.Errorf("E2: without a file, the limits stand and nothing is shut down: %+v, %v", c, err)
	}
	if _, err := ReadConfig(file, true); err == nil {
		t.Error("a file that was named has to be there")
	}
	put(t, file, `{"heartbeats": "s3://b/heartbeats/", "kmsKeyId": "k", "signingKeyId": "s", "idleMinutes": {"app": 90}, "bounds": {"min": 30, "max": 600},
		"interval": "30s", "graceMinutes": 5, "stop": {"app": true}, "rates": {"ml.t3.medium": "0.05"}}`, start)
	c, err := ReadConfig(file, true)
	if err != nil {
		t.Fatal(err)
	}
	if l := c.limits(); l.Whole != 90*time.Minute || l.Kernels != Default.Kernels || l.Grace != 5*time.Minute || !c.Stop.App || c.Stop.Kernels || c.Rates["ml.t3.medium"] != "0.05" {
		t.Errorf("%+v", c)
	}
	for _, text := range []string{`{"stop": {"app": "false"}}`, `{"idleMinute": {"app": 5}}`, `{"idleMinutes": {"app": 0}}`, `{"bounds": {"min": 9, "max": 3}}`, `{"interval": "1h"}`, `{"graceMinutes": -1}`, "{"} {
		put(t, file, text, start)
		if c, err := ReadConfig(file, false); err == nil {
			t.Errorf("%s was taken for %+v", text, c)
		}
	}
}
