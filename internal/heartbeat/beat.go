// Package heartbeat is what an agent says of the one resource that it runs in, signed, as an object in S3: how it is written, where it lies, and
// when it is to be believed.
//
// It is pure: it knows no clock, no network and no AWS client. An agent seals beats and puts them; a scan gets objects and opens them. Whatever
// cannot be believed is refused with a reason, and a refused heartbeat says nothing: neither use nor idleness.
package heartbeat

import (
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Version is of the format that this package writes and reads.
const Version = 1

// A Beat is what the agent knew at one instant.
type Beat struct {
	Version int `json:"version"`
	// Resource is the ARN of the app or notebook instance.
	Resource string `json:"resource"`
	// At is by the agent's clock.
	At time.Time `json:"at"`
	// Boot names one run of an agent, Sequence counts its beats from 1, Interval is how often it puts one.
	Boot     string          `json:"boot"`
	Sequence uint64          `json:"sequence"`
	Interval estate.Duration `json:"interval"`
	// Agent is the version of the agent.
	Agent string       `json:"agent"`
	State estate.State `json:"state"`
	// LastUse is the newest use that the agent knows of; Why is one line for a person.
	LastUse time.Time `json:"lastUse,omitzero"`
	Why     string    `json:"why"`
	// Evidence is what the state rests on, the weightiest first.
	Evidence []Evidence `json:"evidence,omitempty"`
	// ShutdownAt is when the agent will stop the resource, zero when no stop is due. KeepUntil is until when a person asked to keep it.
	ShutdownAt time.Time `json:"shutdownAt,omitzero"`
	KeepUntil  time.Time `json:"keepUntil,omitzero"`
}

// Evidence is one fact from inside.
type Evidence struct {
	Name  string    `json:"name"`
	Value string    `json:"value"`
	At    time.Time `json:"at,omitzero"`
}

// A Certificate says that a key signs for a resource during one run of its agent. KMS signs it, so that nobody without that permission speaks.
type Certificate struct {
	Version  int    `json:"version"`
	Resource string `json:"resource"`
	Boot     string `json:"boot"`
	// Key is the Ed25519 public key of the run.
	Key       []byte    `json:"key"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	// KeyID is the ARN of the KMS key that signs this certificate.
	KeyID string `json:"keyId"`
}

// The bounds of what a heartbeat may be. An interval beyond MaxInterval would make a dead agent look alive for too long.
const (
	MaxInterval = time.Hour
	// MaxBody is how long the body of an object may be: read no more of one.
	MaxBody = 256 << 10
	// MaxEvidence is how many pieces a beat carries, and maxText how long a text in it may be, in bytes.
	MaxEvidence = 64
	maxText     = 512
)

const (
	// validity is how long a certificate may be good for.
	validity = 24 * time.Hour
	// skew is how far two clocks may be apart.
	skew = 5 * time.Minute
)

// envelope is the body of the object. The signatures are over the bytes of the texts, so that nothing depends on how JSON is written.
type envelope struct {
	Beat                 []byte `json:"beat"`
	Signature            []byte `json:"signature,omitempty"`
	Certificate          []byte `json:"certificate,omitempty"`
	CertificateSignature []byte `json:"certificateSignature,omitempty"`
}
