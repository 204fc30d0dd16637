// Package link makes the links of notices, and does what a click on one asks for: put off, keep, approve. A link is signed, ends, and works once.
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// An Act is what a link does.
type Act string

// The acts.
const (
	// Snooze puts every change of a finding off.
	Snooze Act = "snooze"
	// Keep keeps the resource out of the finding's policy.
	Keep Act = "keep"
	// Approve says yes to what the finding's policy would do.
	Approve Act = "approve"
)

// A Grant is what a link allows whoever has it.
type Grant struct {
	Finding string `json:"f"`
	Act     Act    `json:"a"`
	// To is who was sent the link, and whose act it is.
	To string `json:"t"`
	// Until is when the link ends, to the second.
	Until time.Time `json:"u"`
	// For is how long what it does lasts.
	For time.Duration `json:"d,omitempty"`
	// Nonce is the same for the same link of the same notice, however often that is sent, and spent with the first use.
	Nonce string `json:"n"`
}

// Keys sign links and check them.
type Keys struct {
	// current signs. Previous still opens what it has signed; it is nil where there is none.
	current, previous []byte
}

// minKey is the least of a key that nobody guesses, and what HMAC-SHA256 makes full use of.
const minKey = 32

// ParseKeys reads keys in base64. The previous one may be empty.
func ParseKeys(current, previous string) (k Keys, err error) {
	if k.current, err = parseKey(current); err != nil {
		return Keys{}, err
	}
	if previous != "" {
		if k.previous, err = parseKey(previous); err != nil {
			return Keys{}, fmt.Errorf("the previous key: %w", err)
		}
	}
	return k, nil
}

func parseKey(text string) ([]byte, error) {
	text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimSpace(text)), "=")
	key, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("it is not base64") // the cause would quote it
	}
	if len(key) < minKey {
		return nil, fmt.Errorf("it has %d bytes, and must have %d", len(key), minKey)
	}
	return key, nil
}

// coding takes one spelling of a text only, so that a link cannot be changed into another one that works.
var coding = base64.RawURLEncoding.Strict()

// domain keeps a signature of ours from being one of something else.
const domain = "sagewarden link 1\n"

func seal(key, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(domain))
	mac.Write(body)
	return mac.Sum(nil)
}

// Sign is the token of a grant: the same for the same grant.
func (k Keys) Sign(g Grant) string {
	g.Until = g.Until.UTC().Truncate(time.Second)
	body, _ := json.Marshal(g) // it holds nothing that JSON cannot
	return coding.EncodeToString(body) + "." + coding.EncodeToString(seal(k.current, body))
}

// The reasons for which a token is refused.
var (
	ErrForged  = errors.New("this is no link of ours")
	ErrExpired = errors.New("this link has ended")
)

// Open is the grant of a token. Nothing of a token is believed before its signature is.
func (k Keys) Open(token string, now time.Time) (Grant, error) {
	text, signature, _ := strings.Cut(token, ".")
	body, err := coding.DecodeString(text)
	if err != nil {
		return Grant{}, ErrForged
	}
	mac, err := coding.DecodeString(signature)
	if err != nil || !k.signed(body, mac) {
		return Grant{}, ErrForged
	}
	var g Grant
	if err := json.Unmarshal(body, &g); err != nil {
		return Grant{}, ErrForged
	}
	if !now.Before(g.Until) {
		return Grant{}, ErrExpired
	}
	return g, nil
}

func (k Keys) signed(body, mac []byte) bool {
	ok := len(k.current) >= minKey && hmac.Equal(mac, seal(k.current, body))
	return ok || len(k.previous) >= minKey && hmac.Equal(mac, seal(k.previous, body))
}
