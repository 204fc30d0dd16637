package world

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Beats are what an agent puts to S3 of the resource that it runs in, each in the place of the one before. They are written here a second
// time, from the description of the format alone, so that whoever reads them is not measured against its own writing.
type Beats struct {
	// Resource is the ARN, and Use the truth about it.
	Resource string
	Use      Activity
	// From is when the agent started, To when it fell silent; zero for never.
	From, To time.Time
	Every    time.Duration
	// SigningKey is the ARN of the KMS key that certifies the agent; empty for an agent that does not sign.
	SigningKey string
}

// certified is how long a certificate is good for.
const certified = 24 * time.Hour

// Beats are what the agent of an app puts until the instant; zero means as long as the app lives.
func (a *App) Beats(arn string, until time.Time, every time.Duration, signingKey string) Beats {
	if until.IsZero() {
		until = a.Deleted
	}
	return Beats{arn, a.use(), a.Created, until, every, signingKey}
}

// Key is where the beats lie under a prefix.
func (b Beats) Key(prefix string) string {
	arn, err := estate.ParseARN(b.Resource)
	if err != nil {
		panic(err) // the world makes its ARNs itself
	}
	return prefix + strings.ToLower(strings.Join([]string{arn.Partition, arn.Account, arn.Region, arn.Resource}, "/")) + ".json"
}

// At is the newest beat.
func (b Beats) At(t time.Time) (body []byte, put time.Time) {
	if !b.To.IsZero() && !t.Before(b.To) {
		t = b.To.Add(-1)
	}
	if t.Before(b.From) {
		return nil, time.Time{}
	}
	age := t.Sub(b.From).Truncate(b.Every)
	put = b.From.Add(age)
	return b.seal(put, uint64(age/b.Every)+1), put
}

func (b Beats) seal(at time.Time, sequence uint64) []byte {
	seed := sha256.Sum256([]byte("agent of " + b.Resource + " " + b.From.String()))
	boot := hex.EncodeToString(seed[:8])
	last, used := b.Use.Last(at)
	state, why := estate.Idle, "nothing runs"
	switch {
	case !used || last.Before(b.From):
		last, why = b.From, "nothing has run since the agent started"
	case at.Sub(last) < b.Every:
		state, why = estate.Active, "a kernel is busy"
	}
	beat := encoded(map[string]any{
		"version": 1, "resource": b.Resource, "at": at.UTC(), "boot": boot, "sequence": sequence, "interval": estate.Duration(b.Every), "agent": "simulated",
		"state": state, "lastUse": last.UTC(), "why": why,
	})
	if b.SigningKey == "" {
		return encoded(envelope{Beat: beat})
	}
	private := ed25519.NewKeyFromSeed(seed[:])
	since := b.From.Add(at.Sub(b.From).Truncate(certified))
	certificate := encoded(map[string]any{
		"version": 1, "resource": b.Resource, "boot": boot, "key": []byte(private.Public().(ed25519.PublicKey)),
		"notBefore": since.UTC(), "notAfter": since.Add(certified).UTC(), "keyId": b.SigningKey,
	})
	sum := sha256.Sum256(certificate)
	signature, err := Private(b.SigningKey).Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		panic(err) // a P-256 key signs every digest
	}
	return encoded(envelope{beat, ed25519.Sign(private, beat), certificate, signature})
}

// An envelope is the body of the object. Its members stand in this order: whoever reads it takes no other.
type envelope struct {
	Beat                 []byte `json:"beat"`
	Signature            []byte `json:"signature,omitempty"`
	Certificate          []byte `json:"certificate,omitempty"`
	CertificateSignature []byte `json:"certificateSignature,omitempty"`
}

// encoded is JSON of texts, bytes, numbers and instants, which always encode.
func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
