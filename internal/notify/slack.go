package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	// slackLimit keeps a message, escaped, below the 4,000 characters that Slack advises
	// (https://docs.slack.dev/reference/methods/chat.postMessage#truncating).
	slackLimit = 2500
	slackTakes = 30 * time.Second
)

// A webhook is an incoming webhook of Slack. Its address is a secret, and in no error.
type webhook struct{ variable, url string }

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func parseSlack(variable string, env Environment) (Channel, error) {
	if !variableName.MatchString(variable) {
		return nil, errors.New("slack: takes the name of the environment variable that holds the webhook's address")
	}
	u, err := url.Parse(env.Getenv(variable))
	switch {
	case env.Getenv(variable) == "":
		return nil, fmt.Errorf("slack: the environment variable %s is not set: it holds the address of an incoming webhook", variable)
	case err != nil || u.Host == "", u.Scheme != "https" && !loopback(u.Hostname()), u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("slack: what is in %s is no https address", variable)
	}
	return webhook{variable, u.String()}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send posts the notice.
func (w webhook) Send(ctx context.Context, n Notice) error {
	return each(n, slackLimit, func(part Notice) error {
		if err := w.post(ctx, part); err != nil {
			return &estate.Error{Op: "post to Slack", On: "the webhook in " + w.variable, Err: err}
		}
		return nil
	})
}

var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "```", "'''")

func (w webhook) post(ctx context.Context, n Notice) error {
	ctx, cancel := context.WithTimeout(ctx, slackTakes)
	defer cancel()
	body, err := json.Marshal(map[string]string{"text": "*" + slackEscapes.Replace(line(n.Subject)) + "*\n```\n" + slackEscapes.Replace(n.Text) + "\n```"})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return withoutAddress(err)
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return withoutAddress(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, 200)) // says why, at best
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", resp.Status, line(string(answer)))
	}
	return nil
}

// withoutAddress is the cause alone: net/http puts the address before it.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
