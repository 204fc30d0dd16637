package heartbeat

import (
	"crypto/ed25519"
	"encoding/json"
)

// Tidy is what sealing leaves of a beat.
var Tidy = tidy

// SealUncertified seals with the certificate that there is, whether it covers the beat or not.
func SealUncertified(s *Sealer, b Beat) ([]byte, error) {
	b = tidy(b)
	b.Version, b.Resource, b.Boot, b.Sequence = Version, s.resource, s.boot, s.sequence+1
	text, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{text, ed25519.Sign(s.private, text), s.certificate, s.certificateSignature})
}
