package heartbeat

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// A Certifier has KMS sign a certificate: ECDSA over P-256 and SHA-256, the signature in DER.
type Certifier interface {
	Certify(ctx context.Context, certificate []byte) (signature []byte, err error)
}

// A Sealer seals the beats of one run of an agent. It is not for several goroutines at once.
type Sealer struct {
	resource, boot string
	private        ed25519.PrivateKey
	sequence       uint64

	certifier            Certifier
	keyID                string
	certificate          []byte
	certificateSignature []byte
	notBefore            time.Time
}

// NewSealer begins a run. Certifier has the KMS key keyID sign; nil leaves the beats unsigned, and whoever reads them trusts them less.
func NewSealer(random io.Reader, resource string, certifier Certifier, keyID string) (*Sealer, error) {
	if _, err := Key("", resource); err != nil {
		return nil, err
	}
	_, private, err := ed25519.GenerateKey(random)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	boot := make([]byte, 16)
	if _, err := io.ReadFull(random, boot); err != nil {
		return nil, fmt.Errorf("name the run: %w", err)
	}
	return &Sealer{resource: resource, boot: hex.EncodeToString(boot), private: private, certifier: certifier, keyID: keyID}, nil
}

// Seal is the body of the object that says b. It fills in the version, the resource, the run and the sequence, and cuts what is too long. The
// certificate is asked for at first and once a day; a beat that none covers is not sealed, since an unsigned one in its place would be forgery's cover.
func (s *Sealer) Seal(ctx context.Context, b Beat) ([]byte, error) {
	b = tidy(b)
	b.Version, b.Resource, b.Boot = Version, s.resource, s.boot
	b.Sequence = s.sequence + 1
	if wrong := b.wrong(); wrong != "" {
		return nil, errors.New(wrong)
	}
	if s.certifier != nil {
		if err := s.certify(ctx, b.At); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	e := envelope{Beat: text}
	if s.certifier != nil {
		e.Signature, e.Certificate, e.CertificateSignature = ed25519.Sign(s.private, text), s.certificate, s.certificateSignature
	}
	body, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	if len(body) > MaxBody {
		return nil, fmt.Errorf("the beat is %d bytes long, more than anybody reads", len(body))
	}
	s.sequence++
	return body, nil
}

// certify sees to it that a certificate covers the instant. An old one serves on while KMS does not answer, as long as it is good.
func (s *Sealer) certify(ctx context.Context, at time.Time) error {
	covers := s.certificate != nil && !at.Before(s.notBefore) && !at.After(s.notBefore.Add(validity))
	if covers && at.Before(s.notBefore.Add(validity-renewal)) {
		return nil
	}
	text, err := json.Marshal(Certificate{Version: Version, Resource: s.resource, Boot: s.boot, Key: s.private.Public().(ed25519.PublicKey), KeyID: s.keyID,
		NotBefore: at, NotAfter: at.Add(validity)})
	if err != nil {
		return err
	}
	signature, err := s.certifier.Certify(ctx, text)
	if err == nil {
		s.certificate, s.certificateSignature, s.notBefore = text, signature, at
	} else if !covers {
		return fmt.Errorf("have the key of this run certified: %w", err)
	}
	return nil
}

// renewal is how long before its end a certificate is renewed: for so long, KMS may be out of reach.
const renewal = time.Hour

// tidy brings a beat within its bounds. Times are whole in JSON, and in UTC.
func tidy(b Beat) Beat {
	b.At, b.LastUse, b.ShutdownAt, b.KeepUntil = utc(b.At), utc(b.LastUse), utc(b.ShutdownAt), utc(b.KeepUntil)
	b.Agent, b.Why = cut(b.Agent), cut(b.Why)
	kept := make([]Evidence, 0, min(len(b.Evidence), MaxEvidence))
	for _, e := range b.Evidence[:min(len(b.Evidence), MaxEvidence)] {
		kept = append(kept, Evidence{cut(e.Name), cut(e.Value), utc(e.At)})
	}
	if b.Evidence = kept; len(kept) == 0 {
		b.Evidence = nil
	}
	return b
}

// utc drops the monotonic reading and what a year beyond 9999 could break.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Round(0)
}

// cut shortens a text between two characters, and leaves it on one line, without what a terminal would obey.
func cut(text string) string {
	if len(text) > maxText {
		text = text[:maxText]
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return -1
	}, strings.ToValidUTF8(text, ""))
}
