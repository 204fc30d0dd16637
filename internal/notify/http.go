package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/report"
)

const (
	// hookTakes is how long the other side may take: Standard Webhooks advises 15 to 30 seconds.
	hookTakes = 30 * time.Second
	// longestAfter bounds what the other side may ask for, so that a mistake there does not silence us for a year.
	longestAfter = 24 * time.Hour
)

// A hook is an address that takes POST. It is a secret, and in no error; name says where it stands.
type hook struct {
	url  *url.URL
	name string
	now  func() time.Time
}

func openHook(ref string, env Environment) (hook, error) {
	text, err := env.secret(ref)
	if err != nil {
		return hook{}, err
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return hook{}, fmt.Errorf("what is in %s is no https address", ref)
	}
	return hook{u, ref, env.Now}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// post sends a body. It follows no redirection, which would carry the message to who knows whom.
func (h hook) post(ctx context.Context, header http.Header, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, hookTakes)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url.String(), bytes.NewReader(body))
	if err != nil {
		return &SendError{Err: withoutAddress(err), Permanent: true}
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "sagewarden")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return &SendError{Err: withoutAddress(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode/100 == 2 {
		return nil
	}
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, 200)) // says why, at best
	said := resp.Status
	if text := report.Line(strings.TrimSpace(string(answer))); text != "" && !h.repeats(text) {
		said += ": " + text
	}
	return &SendError{Err: errors.New(said), Permanent: !temporary(resp.StatusCode), After: after(resp.Header.Get("Retry-After"), h.now)}
}

// repeats reports whether a text has a part of the address in it.
func (h hook) repeats(text string) bool {
	return len(h.url.Path) > 1 && strings.Contains(text, h.url.Path) || h.url.RawQuery != "" && strings.Contains(text, h.url.RawQuery)
}

func temporary(code int) bool {
	return code >= 500 || code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code == http.StatusTooEarly
}

// after reads Retry-After, which is seconds or a date.
func after(text string, now func() time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestAfter) //nolint:gosec // 31 bits are no overflow
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now()), 0), longestAfter)
	}
	return 0
}

// withoutAddress is the cause alone: net/http puts the address before it.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
