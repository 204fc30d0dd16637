//go:build interop

package interop_test

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
)

// A toll is a way to a server, on which the calls that pass are counted by operation.
type toll struct {
	URL string

	mu    sync.Mutex
	calls map[string]int
}

func newToll(t *testing.T, server string) *toll {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	c := &toll{calls: map[string]int{}}
	way := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		c.count(r.Out)
		r.SetURL(to)
	}})
	t.Cleanup(way.Close)
	c.URL = way.URL
	return c
}

func (c *toll) count(r *http.Request) {
	name := operation(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[name]++
}

// operation is where each protocol keeps it: a header of JSON's, the form of query, the path of CBOR and REST.
func operation(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:]
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if form, wrong := url.ParseQuery(string(body)); err == nil && wrong == nil {
			return form.Get("Action")
		}
	}
	return path.Base(r.URL.Path)
}

// take returns the counts, and begins anew.
func (c *toll) take() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := maps.Clone(c.calls)
	clear(c.calls)
	return taken
}
