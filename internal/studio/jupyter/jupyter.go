// Package jupyter asks one Jupyter Server what runs in it, and shuts kernels and terminals down.
//
// Asking leaves no trace: the server counts most requests as activity of its user, unless they carry no_track_activity
// (jupyter_server, services/…/handlers.py).
package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The states of a kernel that Jupyter writes. There may be others, which say nothing.
const (
	Idle       = "idle"
	Busy       = "busy"
	Starting   = "starting"
	Restarting = "restarting"
	Dead       = "dead"
)

// maxAnswer bounds an answer. Thousands of kernels would not fill it.
const maxAnswer = 4 << 20

// A Client asks one server.
type Client struct {
	// Base is where the server is: http://127.0.0.1:8888/jupyterlab/default/.
	Base *url.URL
	// Token signs in, empty where the server asks for none, as those of Studio do.
	Token string
	// HTTP carries the requests. Its Timeout bounds each.
	HTTP *http.Client
}

// A Kernel is one that the server knows, with a session or without.
type Kernel struct {
	ID, Name string
	// State is one of those above, or another word.
	State string
	// LastActivity is when it last said something. While it is busy that may be long ago: a cell may compute in silence.
	LastActivity time.Time
	// Documents are those that have a session with it: none, or several that share it.
	Documents []Document
}

// A Document is one that somebody works on. Saved is when it was saved last, zero where it is no file. JupyterLab saves by itself what was changed.
type Document struct {
	Path  string
	Saved time.Time
}

// A Terminal is one that the server keeps.
type Terminal struct {
	Name string
	// LastActivity is when something was last typed or printed, zero where the server does not say: older ones do not.
	LastActivity time.Time
}

// Kernels are all kernels, those without a session too. Their states are asked for last, since they change the fastest.
func (c *Client) Kernels(ctx context.Context) ([]Kernel, error) {
	var sessions []struct {
		Path   string `json:"path"`
		Kernel struct {
			ID string `json:"id"`
		} `json:"kernel"`
	}
	if err := c.get(ctx, "api/sessions", &sessions); err != nil {
		return nil, err
	}
	documents := map[string][]Document{}
	for _, s := range sessions {
		if s.Path == "" {
			continue
		}
		at, err := c.saved(ctx, s.Path)
		if err != nil {
			return nil, err
		}
		documents[s.Kernel.ID] = append(documents[s.Kernel.ID], Document{s.Path, at})
	}
	var listed []kernel
	if err := c.get(ctx, "api/kernels", &listed); err != nil {
		return nil, err
	}
	kernels := make([]Kernel, len(listed))
	for i, k := range listed {
		var err error
		if kernels[i], err = k.read(); err != nil {
			return nil, err
		}
		kernels[i].Documents = documents[k.ID]
	}
	return kernels, nil
}

// saved is when a document was saved last, zero for what is no file, as a console.
func (c *Client) saved(ctx context.Context, path string) (time.Time, error) {
	var document struct {
		Modified string `json:"last_modified"`
	}
	err := c.get(ctx, contents(path), &document)
	if errors.Is(err, ErrGone) || err == nil && document.Modified == "" {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	at, err := instant(document.Modified)
	if err != nil {
		return time.Time{}, fmt.Errorf("document %s: last_modified: %w", path, err)
	}
	return at, nil
}

func contents(path string) string { return "api/contents/" + (&url.URL{Path: path}).EscapedPath() }

// Terminals are all terminals. A server that has none to offer has none.
func (c *Client) Terminals(ctx context.Context) ([]Terminal, error) {
	var listed []terminal
	err := c.get(ctx, "api/terminals", &listed)
	if errors.Is(err, ErrGone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	terminals := make([]Terminal, len(listed))
	for i, t := range listed {
		if terminals[i], err = t.read(); err != nil {
			return nil, err
		}
	}
	return terminals, nil
}

// ShutDownKernel ends a kernel. One that is gone already is no error.
func (c *Client) ShutDownKernel(ctx context.Context, id string) error {
	return c.remove(ctx, "api/kernels/"+url.PathEscape(id))
}

// ShutDownTerminal ends a terminal with what runs in it. One that is gone already is no error.
func (c *Client) ShutDownTerminal(ctx context.Context, name string) error {
	return c.remove(ctx, "api/terminals/"+url.PathEscape(name))
}

// Checkpoint has the server keep the document as it was last saved, beside it.
func (c *Client) Checkpoint(ctx context.Context, path string) error {
	_, err := c.do(ctx, http.MethodPost, contents(path)+"/checkpoints")
	return err
}

// ErrGone is the answer of a server that does not know what was asked for.
var ErrGone = errors.New("there is no such thing")

type kernel struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	State        string `json:"execution_state"`
	LastActivity string `json:"last_activity"`
}

func (k kernel) read() (Kernel, error) {
	at, err := instant(k.LastActivity)
	switch {
	case k.ID == "" || k.State == "":
		return Kernel{}, fmt.Errorf("kernel %q: its id or state is missing", k.ID)
	case err != nil:
		return Kernel{}, fmt.Errorf("kernel %s: last_activity: %w", k.ID, err)
	}
	return Kernel{ID: k.ID, Name: k.Name, State: k.State, LastActivity: at}, nil
}

type terminal struct {
	Name         string `json:"name"`
	LastActivity string `json:"last_activity"`
}

func (t terminal) read() (Terminal, error) {
	if t.Name == "" {
		return Terminal{}, errors.New("a terminal has no name")
	}
	if t.LastActivity == "" {
		return Terminal{Name: t.Name}, nil
	}
	at, err := instant(t.LastActivity)
	if err != nil {
		return Terminal{}, fmt.Errorf("terminal %s: last_activity: %w", t.Name, err)
	}
	return Terminal{Name: t.Name, LastActivity: at}, nil
}

// instant reads a time of Jupyter's, which has a fraction of a second or none. One without a zone could be any.
func instant(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, text)
	return at.UTC(), err
}

func (c *Client) get(ctx context.Context, path string, into any) error {
	body, err := c.do(ctx, http.MethodGet, path)
	if err != nil {
		return err
	}
	// null is no list: a server that is starting may say so.
	if text := strings.TrimSpace(string(body)); text == "null" || text == "" {
		return fmt.Errorf("GET %s: the answer holds nothing", path)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return nil
}

func (c *Client) remove(ctx context.Context, path string) error {
	if _, err := c.do(ctx, http.MethodDelete, path); err != nil && !errors.Is(err, ErrGone) {
		return err
	}
	return nil
}

// xsrf is what the server compares a cookie and a header by (Tornado's check_xsrf_cookie): it proves that no page of another site made the
// request, which no page did.
const xsrf = "5a6757617264656e"

func (c *Client) do(ctx context.Context, method, path string) ([]byte, error) {
	u := c.Base.JoinPath(path)
	u.RawQuery = "content=0&no_track_activity=1" // of a document, only what is about it
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "token "+c.Token)
	}
	req.Header.Set("Cookie", "_xsrf="+xsrf)
	req.Header.Set("X-Xsrftoken", xsrf)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	case resp.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%s %s: %w", method, path, ErrGone)
	case resp.StatusCode/100 != 2:
		return nil, fmt.Errorf("%s %s: %s", method, path, resp.Status)
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("%s %s: the answer has more than %d bytes", method, path, maxAnswer)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); method == http.MethodGet && kind != "application/json" {
		return nil, fmt.Errorf("%s %s: the answer is %q, not JSON: a page that signs in, or a server that starts", method, path, kind)
	}
	return body, nil
}
