package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	// teamsLimit is how much text fits into a card, where its lines are as long as usual.
	teamsLimit = 5000
	// cardLimit is a card as a whole, below the 28 KB that Teams takes
	// (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using).
	cardLimit = 26_000
)

// A teams is a webhook of Microsoft Teams' Workflows, which posts cards to one chat.
type teams struct{ hook }

func openTeams(ref string, env Environment) (Channel, error) {
	h, err := openHook(ref, env)
	if err != nil {
		return nil, fmt.Errorf("teams: %w", err)
	}
	return teams{h}, nil
}

// Send posts the message.
func (t teams) Send(ctx context.Context, m Message) error {
	return each(m, fitting(m), func(part Message) error {
		body, err := encodeCard(part)
		if err == nil {
			err = t.post(ctx, http.Header{}, body)
		}
		if err != nil {
			return &estate.Error{Op: "post to Teams", On: "the webhook in " + t.name, Err: err}
		}
		return nil
	})
}

// fitting is how much text goes into each card of a message. A line becomes a block of its own, so that short lines take the most.
func fitting(m Message) int {
	limit := teamsLimit
	for fits := false; !fits && limit > cardLimit/500; {
		fits = true
		_ = each(m, limit, func(part Message) error { // it only looks
			body, err := encodeCard(part)
			fits = fits && len(body) <= cardLimit
			return err
		})
		if !fits {
			limit /= 2
		}
	}
	return limit
}

func encodeCard(m Message) ([]byte, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false) // six bytes for each < may be too many
	err := e.Encode(teamsMessage(m))
	return body.Bytes(), err
}

type card = map[string]any

// teamsMessage is an Adaptive Card. Its text is rich text, which knows no markup; a mention alone takes a block that does.
func teamsMessage(m Message) card {
	body := []card{{"type": "RichTextBlock", "inlines": []card{{"type": "TextRun", "text": m.Subject, "weight": "Bolder", "size": "Large"}}}}
	content := card{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4"}
	settings := card{"width": "Full"}
	if m.To.Teams != "" {
		const at = "<at>you</at>"
		body = append(body, card{"type": "TextBlock", "text": at, "wrap": true})
		settings["entities"] = []card{{"type": "mention", "text": at, "mentioned": card{"id": m.To.Teams, "name": m.To.Name}}}
	}
	spacing := "Default"
	for l := range strings.SplitSeq(m.Text, "\n") {
		if strings.TrimSpace(l) == "" {
			spacing = "Default"
			continue
		}
		var runs []card
		for _, p := range pieces(l, m.Links) {
			run := card{"type": "TextRun", "text": p.text}
			if p.link {
				run["selectAction"] = card{"type": "Action.OpenUrl", "url": p.text}
			}
			if m.Table {
				run["fontType"] = "Monospace"
			}
			runs = append(runs, run)
		}
		body = append(body, card{"type": "RichTextBlock", "spacing": spacing, "inlines": runs})
		spacing = "None"
	}
	content["body"], content["msteams"] = body, settings
	return card{"type": "message", "attachments": []card{{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": content}}}
}
