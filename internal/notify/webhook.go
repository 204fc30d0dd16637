package notify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// webhookLimit is more than a notice has, and what a receiver can be expected to take.
const webhookLimit = 1 << 20

// A webhook is a receiver that checks signatures as Standard Webhooks has them
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
type webhook struct {
	hook
	// keys sign, the newest first: while receivers change over, either signature will do.
	keys [][]byte
}

func openWebhook(c config.Webhook, env Environment) (Channel, error) {
	h, err := openHook(c.URL, env)
	if err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	w := webhook{hook: h}
	for _, ref := range []string{c.Secret, c.Previous} {
		if ref == "" {
			continue
		}
		text, err := env.secret(ref)
		if err != nil {
			return nil, fmt.Errorf("webhook: %w", err)
		}
		key, err := parseSecret(text)
		if err != nil {
			return nil, fmt.Errorf("webhook: what is in %s is no secret: %w", ref, err)
		}
		w.keys = append(w.keys, key)
	}
	return w, nil
}

func parseSecret(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
	if err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New("it is whsec_ and 24 to 64 bytes in base64") // the cause would quote it
	}
	return key, nil
}

// A payload is what the receiver reads.
type payload struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"`
	Data      payloadData `json:"data"`
}

type payloadData struct {
	ID       string        `json:"id"`
	To       string        `json:"to"`
	Email    string        `json:"email,omitempty"`
	Subject  string        `json:"subject"`
	Text     string        `json:"text"`
	Findings []ledger.Told `json:"findings"`
}

// Send posts the message.
func (w webhook) Send(ctx context.Context, m Message) error {
	if m.ID == "" {
		m.ID = rand.Text()
	}
	return each(m, webhookLimit, func(part Message) error {
		body, err := json.Marshal(payload{"sagewarden.notice", part.Made.UTC(), payloadData{part.ID, part.To.Name, part.To.Email, part.Subject, part.Text, append([]ledger.Told{}, part.Findings...)}})
		if err == nil {
			err = w.post(ctx, w.sign(part.ID, w.now(), body), body)
		}
		if err != nil {
			return &estate.Error{Op: "post to the webhook", On: "in " + w.name, Err: err}
		}
		return nil
	})
}

func (w webhook) sign(id string, now time.Time, body []byte) http.Header {
	at := strconv.FormatInt(now.Unix(), 10)
	var signatures []string
	for _, key := range w.keys {
		mac := hmac.New(sha256.New, key)
		_, _ = mac.Write([]byte(id + "." + at + "."))
		_, _ = mac.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	h := http.Header{}
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", at)
	h.Set("Webhook-Signature", strings.Join(signatures, " "))
	return h
}
