package world

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"testing"
	"time"
)

type beat struct {
	Resource, Boot, Interval, State string
	At, LastUse                     time.Time
	Sequence                        uint64
}

// opened is what an object says, after its signatures were found good.
func opened(t *testing.T, body []byte, keyARN string) beat {
	t.Helper()
	var e envelope
	var b beat
	var c struct {
		Resource, Boot      string
		Key                 []byte
		NotBefore, NotAfter time.Time
	}
	decoded(t, body, &e)
	decoded(t, e.Beat, &b)
	decoded(t, e.Certificate, &c)
	sum := sha256.Sum256(e.Certificate)
	switch {
	case !ecdsa.VerifyASN1(&Private(keyARN).PublicKey, sum[:], e.CertificateSignature):
		t.Error("the certificate is not signed by the key")
	case !ed25519.Verify(c.Key, e.Beat, e.Signature):
		t.Error("the beat is not signed by the agent")
	case c.Resource != b.Resource || c.Boot != b.Boot || b.At.Before(c.NotBefore) || b.At.After(c.NotAfter) || c.NotAfter.Sub(c.NotBefore) != 24*time.Hour:
		t.Errorf("the certificate %+v is not for %+v", c, b)
	}
	return b
}

func decoded(t *testing.T, from []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(from, into); err != nil {
		t.Fatal(err)
	}
}

func TestBeats(t *testing.T) {
	start := time.Date(2026, 3, 2, 12, 0, 30, 0, time.UTC)
	const arn, key = "arn:aws:sagemaker:eu-west-1:111111111111:app/d-1/Ana/jupyterlab/default", "arn:aws:kms:eu-west-1:111111111111:key/beats"
	b := Beats{Resource: arn, Use: NewSessions(Interval{From: start.Add(time.Hour), To: start.Add(2 * time.Hour)}), From: start, To: start.Add(30 * time.Hour),
		Every: time.Minute, SigningKey: key}
	if got := b.Key("heartbeats/"); got != "heartbeats/aws/111111111111/eu-west-1/app/d-1/ana/jupyterlab/default.json" {
		t.Errorf("they lie at %s", got)
	}
	if _, put := b.At(start.Add(-1)); !put.IsZero() {
		t.Error("there is one before the agent")
	}
	for _, test := range []struct {
		after    time.Duration
		sequence uint64
		state    string
		lastUse  time.Duration
	}{
		{0, 1, "idle", 0},
		{59 * time.Second, 1, "idle", 0},
		{90 * time.Minute, 91, "active", 90 * time.Minute},
		{5*time.Hour + time.Second, 301, "idle", 2*time.Hour - time.Second},
		{26 * time.Hour, 1561, "idle", 2*time.Hour - time.Second},
		{50 * time.Hour, 1800, "idle", 2*time.Hour - time.Second}, // the agent fell silent
	} {
		body, put := b.At(start.Add(test.after))
		got := opened(t, body, key)
		if got.Sequence != test.sequence || got.State != test.state || !got.At.Equal(put) || got.Resource != arn || got.Interval != "1m0s" ||
			got.LastUse.Sub(start.Add(test.lastUse)).Abs() > time.Second {
			t.Errorf("after %s: %+v", test.after, got)
		}
	}
	b.SigningKey = ""
	body, _ := b.At(start)
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil || e.Beat == nil || e.Signature != nil {
		t.Errorf("unsigned: %s, %v", body, err)
	}
}
