package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	// slackLimit keeps a message below the 4,000 characters that Slack advises, and its head below the 150 that a header block takes
	// (https://docs.slack.dev/reference/methods/chat.postMessage#truncating, https://docs.slack.dev/reference/block-kit/blocks/header-block).
	slackLimit = 2500
	slackHead  = 150
)

// A slack is an incoming webhook of Slack, which posts to one chat.
type slack struct{ hook }

func openSlack(ref string, env Environment) (Channel, error) {
	h, err := openHook(ref, env)
	if err != nil {
		return nil, fmt.Errorf("slack: takes the name of the environment variable that holds the webhook's address: %w", err)
	}
	return slack{h}, nil
}

// Send posts the message.
func (s slack) Send(ctx context.Context, m Message) error {
	return each(m, slackLimit, func(part Message) error {
		body, err := json.Marshal(slackMessage(part))
		if err == nil {
			err = s.post(ctx, http.Header{}, body)
		}
		if err != nil {
			return &estate.Error{Op: "post to Slack", On: "the webhook in " + s.name, Err: err}
		}
		return nil
	})
}

// A bit is one element of a text that Slack takes as it stands: rich text knows no markup, so that nothing in it mentions, links or shouts.
type bit struct {
	Type string `json:"type"`
	Text string `json:"text,omitempty"`
	URL  string `json:"url,omitempty"`
	User string `json:"user_id,omitempty"`
}

type slackBlock struct {
	Type string `json:"type"`
	// Text is that of a header, Elements the sections of rich text.
	Text     map[string]any `json:"text,omitempty"`
	Elements []slackSection `json:"elements,omitempty"`
}

type slackSection struct {
	Type     string `json:"type"`
	Elements []bit  `json:"elements"`
}

// slackEscapes is what the text of a notification takes, which is markup.
var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func slackMessage(m Message) any {
	var bits []bit
	if m.To.Slack != "" {
		bits = append(bits, bit{Type: "user", User: m.To.Slack}, bit{Type: "text", Text: "\n"})
	}
	for _, p := range pieces(m.Text, m.Links) {
		if p.link {
			bits = append(bits, bit{Type: "link", URL: p.text})
		} else {
			bits = append(bits, bit{Type: "text", Text: p.text})
		}
	}
	section := slackSection{"rich_text_section", bits}
	if m.Table {
		section.Type = "rich_text_preformatted"
	}
	blocks := []slackBlock{{Type: "header", Text: map[string]any{"type": "plain_text", "text": cut(m.Subject, slackHead), "emoji": false}}}
	if len(bits) > 0 {
		blocks = append(blocks, slackBlock{Type: "rich_text", Elements: []slackSection{section}})
	}
	return struct {
		Text   string       `json:"text"`
		Blocks []slackBlock `json:"blocks"`
	}{slackEscapes.Replace(m.Subject), blocks}
}

// A piece of a text is one of our links, or what stands between them.
type piece struct {
	text string
	link bool
}

// pieces takes a text apart at our links.
func pieces(text string, links []string) (all []piece) {
	for text != "" {
		at, found := len(text), ""
		for _, l := range links {
			if i := strings.Index(text, l); i >= 0 && i < at {
				at, found = i, l
			}
		}
		if at > 0 {
			all = append(all, piece{text: text[:at]})
		}
		if found != "" {
			all = append(all, piece{found, true})
		}
		text = text[at+len(found):]
	}
	return all
}

// cut shortens a line to so many characters.
func cut(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}
