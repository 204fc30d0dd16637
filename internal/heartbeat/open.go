package heartbeat

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Reason says why a heartbeat is not believed.
type Reason string

// The reasons.
const (
	Malformed          Reason = "malformed"
	WrongResource      Reason = "of another resource"
	Unsigned           Reason = "unsigned"
	BadSignature       Reason = "signature does not match"
	BadCertificate     Reason = "certificate does not match"
	Expired            Reason = "certificate not valid"
	OutsideCertificate Reason = "outside its certificate"
	ClockOff           Reason = "clock off"
	Stale              Reason = "stale"
	Replayed           Reason = "did not advance"
)

// A RefusedError says that a heartbeat is not believed. What it is about is then unknown.
type RefusedError struct {
	Reason Reason
	// Detail is one line for a person.
	Detail string
}

// Error is one line.
func (e *RefusedError) Error() string { return string(e.Reason) + ": " + e.Detail }

func refuse(reason Reason, format string, values ...any) error {
	return &RefusedError{reason, cut(fmt.Sprintf(format, values...))}
}

// An Object is a heartbeat as S3 gives it. Who writes an object chooses its body, and never Modified.
type Object struct {
	// Resource is the ARN whose heartbeat it should be, as the object's key says.
	Resource string
	Body     []byte
	Modified time.Time
}

// Seen is what was known of a resource's heartbeat at an earlier look. The zero Seen knows nothing.
type Seen struct {
	Boot     string `json:"boot"`
	Sequence uint64 `json:"sequence"`
	// At is when S3 took that object, Said the beat's own time.
	At   time.Time `json:"at"`
	Said time.Time `json:"said"`
}

// Advanced reports whether the heartbeat has moved on since an earlier look. The beats of one run are numbered; those of another are later by the agent's
// clock, or they are of a run before.
func (s Seen) Advanced(since Seen) bool {
	if s.Boot != since.Boot {
		return s.At.After(since.At) && s.Said.After(since.Said)
	}
	return s.At.After(since.At) && s.Sequence > since.Sequence
}

// Outlived reports whether every heartbeat that could be put in the place of this one is stale by then: nothing of it need be remembered any more.
func (s Seen) Outlived(then time.Time) bool { return then.Sub(s.At) > 3*MaxInterval+2*skew }

// again reports whether both are one and the same object, looked at twice.
func (s Seen) again(before Seen) bool {
	return s.Boot == before.Boot && s.Sequence == before.Sequence && s.At.Equal(before.At)
}

// Trust says whose signatures count. The zero Trust knows no key: it takes beats that nobody has signed, as far as everything else is right,
// and what it opens should count for less.
type Trust struct {
	keyID string
	key   *ecdsa.PublicKey
}

// NewTrust trusts the KMS key keyID, an ARN, whose public half is publicKey, as kms:GetPublicKey gives it (DER, SubjectPublicKeyInfo).
func NewTrust(keyID string, publicKey []byte) (Trust, error) {
	public, err := x509.ParsePKIXPublicKey(publicKey)
	if err != nil {
		return Trust{}, fmt.Errorf("read the public key of %s: %w", keyID, err)
	}
	key, ok := public.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return Trust{}, fmt.Errorf("%s is not a key of the kind ECC_NIST_P256", keyID)
	}
	return Trust{keyID, key}, nil
}

// Signed reports whether what this trust opens is signed.
func (t Trust) Signed() bool { return t.key != nil }

// Open is the beat in an object that was got at now, by S3's clock, and what to remember of it. Every error is a *RefusedError.
func (t Trust) Open(o Object, now time.Time, before Seen) (Beat, Seen, error) {
	var e envelope
	if err := strict(o.Body, &e); err != nil {
		return Beat{}, Seen{}, refuse(Malformed, "%s", err)
	}
	var b Beat
	if err := json.Unmarshal(e.Beat, &b); err != nil {
		return Beat{}, Seen{}, refuse(Malformed, "the beat: %s", err)
	}
	if wrong := b.wrong(); wrong != "" {
		return Beat{}, Seen{}, refuse(Malformed, "%s", wrong)
	}
	if !same(b.Resource, o.Resource) {
		return Beat{}, Seen{}, refuse(WrongResource, "it is of %s", b.Resource)
	}
	if t.Signed() {
		if err := t.verify(e, b, o.Modified); err != nil {
			return Beat{}, Seen{}, err
		}
	}
	if off := b.At.Sub(o.Modified).Abs(); off > skew {
		return Beat{}, Seen{}, refuse(ClockOff, "it is of %s, and S3 took it at %s", b.At.Format(time.RFC3339), o.Modified.UTC().Format(time.RFC3339))
	}
	if ahead := o.Modified.Sub(now); ahead > skew {
		return Beat{}, Seen{}, refuse(ClockOff, "S3 took it %s after it was read", ahead)
	}
	// By the earlier of its two times, so that to put an old one again makes nothing younger.
	age := max(now.Sub(o.Modified), now.Sub(b.At))
	if age > 3*time.Duration(b.Interval) {
		return Beat{}, Seen{}, refuse(Stale, "it is %s old, and was to come every %s", age.Round(time.Second), b.Interval)
	}
	seen := Seen{b.Boot, b.Sequence, o.Modified, b.At}
	if before != (Seen{}) && !seen.again(before) && !seen.Advanced(before) {
		return Beat{}, Seen{}, refuse(Replayed, "number %d of run %s, after number %d of run %s", seen.Sequence, seen.Boot, before.Sequence, before.Boot)
	}
	return b, seen, nil
}

// verify checks both signatures, and that the certificate is for this beat.
func (t Trust) verify(e envelope, b Beat, modified time.Time) error {
	if len(e.Signature) == 0 || len(e.Certificate) == 0 || len(e.CertificateSignature) == 0 {
		return refuse(Unsigned, "beats here are to be signed by means of %s", t.keyID)
	}
	sum := sha256.Sum256(e.Certificate)
	if !ecdsa.VerifyASN1(t.key, sum[:], e.CertificateSignature) {
		return refuse(BadCertificate, "it is not signed by %s", t.keyID)
	}
	var c Certificate
	if err := json.Unmarshal(e.Certificate, &c); err != nil {
		return refuse(Malformed, "the certificate: %s", err)
	}
	switch {
	case c.Version != Version || len(c.Key) != ed25519.PublicKeySize:
		return refuse(Malformed, "the certificate is of version %d, its key %d bytes long", c.Version, len(c.Key))
	case c.KeyID != t.keyID:
		return refuse(BadCertificate, "it names the key %s, not %s", c.KeyID, t.keyID)
	case !same(c.Resource, b.Resource):
		return refuse(BadCertificate, "it is for %s", c.Resource)
	case c.Boot != b.Boot:
		return refuse(BadCertificate, "it is for another run of the agent")
	case c.NotAfter.Sub(c.NotBefore) > validity:
		return refuse(BadCertificate, "it is good for longer than %s", validity)
	case !ed25519.Verify(c.Key, e.Beat, e.Signature):
		return refuse(BadSignature, "the beat was changed, or another key has signed it")
	case modified.Before(c.NotBefore.Add(-skew)) || modified.After(c.NotAfter.Add(skew)):
		return refuse(Expired, "it is good from %s until %s", c.NotBefore.Format(time.RFC3339), c.NotAfter.Format(time.RFC3339))
	case b.At.Before(c.NotBefore) || b.At.After(c.NotAfter):
		return refuse(OutsideCertificate, "it is of %s", b.At.Format(time.RFC3339))
	}
	return nil
}

// strict reads a body, and takes none that this package would have written otherwise: what two readers could read differently is no heartbeat.
func strict(body []byte, e *envelope) error {
	if len(body) > MaxBody {
		return fmt.Errorf("it is longer than %d bytes", MaxBody)
	}
	if err := json.Unmarshal(body, e); err != nil {
		return err
	}
	again, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, body) {
		return errors.New("it is not written as an agent writes it")
	}
	return nil
}

// wrong says what is wrong with a beat by itself, empty for nothing.
func (b Beat) wrong() string {
	texts := []string{b.Resource, b.Boot, b.Agent, string(b.State), b.Why}
	for _, e := range b.Evidence {
		texts = append(texts, e.Name, e.Value)
	}
	switch {
	case len(b.Evidence) > MaxEvidence || slices.ContainsFunc(texts, func(text string) bool { return cut(text) != text }):
		return "its texts are too many, too long, or not of one line"
	case b.Version != Version:
		return fmt.Sprintf("version %d is not known: want %d", b.Version, Version)
	case b.Boot == "" || b.Sequence == 0:
		return "the run of the agent or the number of the beat is missing"
	case b.Interval <= 0 || time.Duration(b.Interval) > MaxInterval:
		return fmt.Sprintf("the interval %s is not between nothing and %s", b.Interval, MaxInterval)
	case b.State != estate.Active && b.State != estate.Idle && b.State != estate.Unknown:
		return fmt.Sprintf("the state %q is not known", b.State)
	case b.State == estate.Idle && b.LastUse.IsZero():
		return "idle, and nobody says since when"
	case b.LastUse.After(b.At):
		return "the last use is yet to come"
	}
	return ""
}
