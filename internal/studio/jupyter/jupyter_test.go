package jupyter

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// serve is a client of a server that answers by path, as JSON.
func serve(t *testing.T, answers map[string]string) *Client {
	t.Helper()
	return serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		text, ok := answers[r.Method+" "+strings.TrimPrefix(r.URL.Path, "/lab/")]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		_, _ = w.Write([]byte(text))
	})
}

func serveFunc(t *testing.T, f http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL + "/lab/")
	if err != nil {
		t.Fatal(err)
	}
	return &Client{Base: u, HTTP: s.Client()}
}

func TestKernels(t *testing.T) {
	c := serve(t, map[string]string{
		"GET api/kernels": `[{"id":"a","name":"python3","last_activity":"2026-03-02T09:00:00.123456Z","execution_state":"idle","connections":1},
			{"id":"b","name":"python3","last_activity":"2026-03-02T09:00:00Z","execution_state":"busy","connections":0}]`,
		"GET api/sessions":                `[{"path":"a b/risk.ipynb","kernel":{"id":"a"}},{"path":"console-1","kernel":{"id":"b"}},{"path":"notes.ipynb","kernel":{"id":"b"}}]`,
		"GET api/contents/notes.ipynb":    `{"last_modified":"2026-03-02T09:00:00Z"}`,
		"GET api/contents/a b/risk.ipynb": `{"last_modified":"2026-03-02T09:00:00Z","content":null}`,
		"GET api/terminals":               `[{"name":"1","last_activity":"2026-03-02T09:00:00+00:00"},{"name":"2"}]`,
	})
	nine := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	got, err := c.Kernels(t.Context())
	want := []Kernel{{"a", "python3", Idle, nine.Add(123456 * time.Microsecond), []Document{{"a b/risk.ipynb", nine}}}, {"b", "python3", Busy, nine, []Document{{"console-1", time.Time{}}, {"notes.ipynb", nine}}}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	terminals, err := c.Terminals(t.Context())
	if d := cmp.Diff([]Terminal{{"1", nine}, {"2", time.Time{}}}, terminals); d != "" || err != nil {
		t.Error(d, err)
	}
}

// TestStatesAreAskedLast: a cell that begins while documents are looked at is seen.
func TestStatesAreAskedLast(t *testing.T) {
	state := Idle
	c := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch strings.TrimPrefix(r.URL.Path, "/lab/") {
		case "api/sessions":
			_, _ = w.Write([]byte(`[{"path":"a.ipynb","kernel":{"id":"a"}}]`))
		case "api/kernels":
			_, _ = w.Write([]byte(`[{"id":"a","last_activity":"2026-03-02T09:00:00Z","execution_state":"` + state + `"}]`))
		default:
			state = Busy
			_, _ = w.Write([]byte("{}"))
		}
	})
	if got, err := c.Kernels(t.Context()); err != nil || len(got) != 1 || got[0].State != Busy {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestAskingLeavesNoTrace: otherwise the agent would keep the server busy by itself.
func TestAskingLeavesNoTrace(t *testing.T) {
	c := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("no_track_activity") == "" {
			t.Errorf("%s counts as activity", r.URL)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("[]"))
	})
	if _, err := c.Kernels(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := c.Terminals(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestWhatIsNoAnswer: L5 and its kin. None of these is an empty list.
func TestWhatIsNoAnswer(t *testing.T) {
	for name, text := range map[string]string{
		"null": "null", "nothing": "", "cut off": `[{"id":"a","na`, "a page": "<html>sign in</html>", "an object": `{"message":"no"}`,
		"no state":         `[{"id":"a","last_activity":"2026-03-02T09:00:00Z"}]`,
		"no id":            `[{"execution_state":"idle","last_activity":"2026-03-02T09:00:00Z"}]`,
		"no stamp":         `[{"id":"a","execution_state":"idle"}]`,
		"stamp of no zone": `[{"id":"a","execution_state":"idle","last_activity":"2026-03-02T09:00:00"}]`,
		"too much":         `["` + strings.Repeat("x", maxAnswer) + `"]`,
	} {
		t.Run(name, func(t *testing.T) {
			c := serve(t, map[string]string{"GET api/kernels": text, "GET api/sessions": "[]"})
			if got, err := c.Kernels(t.Context()); err == nil {
				t.Errorf("taken for %v", got)
			}
		})
	}
	for name, f := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte("[]"))
		},
		"a page that signs in": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("[]"))
		},
		"an end": func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := serveFunc(t, f).Kernels(t.Context()); err == nil {
				t.Errorf("taken for %v", got)
			}
		})
	}
	// No kernels are none; a document that is not there is gone.
	c := serve(t, map[string]string{"GET api/kernels": "[]", "GET api/sessions": "[]"})
	if got, err := c.Kernels(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if err := c.Checkpoint(t.Context(), "a.flow"); !errors.Is(err, ErrGone) {
		t.Error(err)
	}
	if got, err := c.Terminals(t.Context()); err != nil || got != nil {
		t.Errorf("a server without terminals has %v, %v", got, err)
	}
	if err := c.ShutDownKernel(t.Context(), "a"); err != nil {
		t.Error(err)
	}
}

// TestASlowServer: an answer that drips is given up.
func TestASlowServer(t *testing.T) {
	hold := make(chan struct{})
	c := serveFunc(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("["))
		w.(http.Flusher).Flush()
		<-hold
	})
	defer close(hold)
	c.HTTP.Timeout = 50 * time.Millisecond
	if got, err := c.Kernels(t.Context()); err == nil {
		t.Errorf("taken for %v", got)
	}
}

// TestADocumentThatCannotBeAskedFor may have been saved just now.
func TestADocumentThatCannotBeAskedFor(t *testing.T) {
	for _, text := range []string{"<html>", `{"last_modified":"yesterday"}`, "null"} {
		c := serve(t, map[string]string{"GET api/kernels": `[{"id":"a","execution_state":"idle","last_activity":"2026-03-02T09:00:00Z"}]`,
			"GET api/sessions": `[{"path":"risk.ipynb","kernel":{"id":"a"}}]`, "GET api/contents/risk.ipynb": text})
		if got, err := c.Kernels(t.Context()); err == nil {
			t.Errorf("%s: taken for %v", text, got)
		}
	}
}

func FuzzKernels(f *testing.F) {
	f.Add(`[{"id":"a","execution_state":"idle","last_activity":"2026-03-02T09:00:00Z"}]`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, text string) {
		c := serve(t, map[string]string{"GET api/kernels": text, "GET api/sessions": "[]"})
		got, err := c.Kernels(t.Context())
		for _, k := range got {
			if err == nil && (k.ID == "" || k.State == "" || k.LastActivity.IsZero() && !strings.Contains(text, "0001")) {
				t.Errorf("%q gave %+v", text, k)
			}
		}
	})
}
