package heartbeat_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/heartbeat"
)

const (
	arn   = "arn:aws:sagemaker:eu-west-1:111122223333:app/d-abc/Space-1/jupyterlab/default"
	keyID = "arn:aws:kms:eu-west-1:111122223333:key/1234"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// kms signs as AWS KMS does.
type kms struct {
	key  *ecdsa.PrivateKey
	err  error
	asks int
}

func newKMS(t testing.TB) *kms {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &kms{key: key}
}

func (k *kms) Certify(_ context.Context, certificate []byte) ([]byte, error) {
	k.asks++
	if k.err != nil {
		return nil, k.err
	}
	sum := sha256.Sum256(certificate)
	return ecdsa.SignASN1(rand.Reader, k.key, sum[:])
}

func (k *kms) trust(t testing.TB) heartbeat.Trust {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&k.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	trust, err := heartbeat.NewTrust(keyID, der)
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

func idle(at time.Time) heartbeat.Beat {
	return heartbeat.Beat{At: at, Interval: estate.Duration(time.Minute), Agent: "v1", State: estate.Idle, LastUse: at.Add(-3 * time.Hour), Why: "not used for 3h",
		Evidence: []heartbeat.Evidence{{Name: "kernel a.ipynb", Value: "idle", At: at.Add(-3 * time.Hour)}}}
}

func sealer(t testing.TB, resource string, c heartbeat.Certifier) *heartbeat.Sealer {
	t.Helper()
	s, err := heartbeat.NewSealer(rand.Reader, resource, c, keyID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func seal(t testing.TB, s *heartbeat.Sealer, b heartbeat.Beat) []byte {
	t.Helper()
	body, err := s.Seal(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func reason(err error) heartbeat.Reason {
	if e, ok := errors.AsType[*heartbeat.RefusedError](err); ok {
		return e.Reason
	}
	return ""
}

// edit changes one field of a sealed body, in the envelope or in one of the texts in it.
func edit(t *testing.T, body []byte, part string, change func(map[string]any)) []byte {
	t.Helper()
	var e map[string][]byte
	must(t, json.Unmarshal(body, &e))
	var fields map[string]any
	must(t, json.Unmarshal(e[part], &fields))
	change(fields)
	var err error
	e[part], err = json.Marshal(fields)
	must(t, err)
	return envelope(t, e)
}

func envelope(t *testing.T, e map[string][]byte) []byte {
	t.Helper()
	out, err := json.Marshal(struct {
		Beat                 []byte `json:"beat"`
		Signature            []byte `json:"signature,omitempty"`
		Certificate          []byte `json:"certificate,omitempty"`
		CertificateSignature []byte `json:"certificateSignature,omitempty"`
	}{e["beat"], e["signature"], e["certificate"], e["certificateSignature"]})
	must(t, err)
	return out
}

func parts(t *testing.T, body []byte) map[string][]byte {
	t.Helper()
	var e map[string][]byte
	must(t, json.Unmarshal(body, &e))
	return e
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestRefused holds every way in which a heartbeat is not believed.
func TestRefused(t *testing.T) {
	k := newKMS(t)
	s := sealer(t, arn, k)
	good := seal(t, s, idle(noon))
	second := seal(t, s, idle(noon.Add(time.Minute)))
	third := seal(t, s, idle(noon.Add(6*time.Minute)))
	other := seal(t, sealer(t, strings.Replace(arn, "Space-1", "space-2", 1), k), idle(noon))
	again := seal(t, sealer(t, arn, k), idle(noon))
	stranger := seal(t, sealer(t, arn, newKMS(t)), idle(noon))
	unsigned := seal(t, sealer(t, arn, nil), idle(noon))
	mixed := parts(t, good)
	mixed["certificate"], mixed["certificateSignature"] = parts(t, again)["certificate"], parts(t, again)["certificateSignature"]
	borrowed := parts(t, edit(t, good, "beat", func(b map[string]any) { b["boot"] = bootOf(t, again) }))
	borrowed["certificate"], borrowed["certificateSignature"] = mixed["certificate"], mixed["certificateSignature"]

	for _, c := range []struct {
		name     string
		body     []byte
		modified time.Time
		now      time.Time
		before   heartbeat.Seen
		want     heartbeat.Reason
	}{
		{name: "as it should be", body: good},
		{name: "two minutes on", body: good, now: noon.Add(2 * time.Minute)},
		{name: "no JSON", body: []byte("<html>"), want: heartbeat.Malformed},
		{name: "empty", body: nil, want: heartbeat.Malformed},
		{name: "truncated", body: good[:len(good)-9], want: heartbeat.Malformed},
		{name: "a field more", body: append([]byte(`{"x":1,`), good[1:]...), want: heartbeat.Malformed},
		{name: "too long", body: append([]byte(strings.Repeat(" ", heartbeat.MaxBody)), good...), want: heartbeat.Malformed},
		{name: "of another space", body: other, want: heartbeat.WrongResource},
		{name: "unsigned", body: unsigned, want: heartbeat.Unsigned},
		{name: "signed by another KMS key", body: stranger, want: heartbeat.BadCertificate},
		{name: "evidence edited", body: edit(t, good, "beat", func(b map[string]any) { b["why"] = "trust me" }), want: heartbeat.BadSignature},
		{name: "certificate edited", body: edit(t, good, "certificate", func(c map[string]any) { c["notAfter"] = noon.AddDate(9, 0, 0) }), want: heartbeat.BadCertificate},
		{name: "certificate of another run", body: envelope(t, mixed), want: heartbeat.BadCertificate},
		{name: "beat edited to fit another run's certificate", body: envelope(t, borrowed), want: heartbeat.BadSignature},
		{name: "put again later", body: good, modified: noon.Add(6 * time.Minute), now: noon.Add(6 * time.Minute), want: heartbeat.ClockOff},
		{name: "put before it was made", body: third, want: heartbeat.ClockOff},
		{name: "put again within the skew, and its time is long over", body: good, modified: noon.Add(4 * time.Minute), now: noon.Add(4 * time.Minute), want: heartbeat.Stale},
		{name: "put late, and its time is not over", body: good, modified: noon.Add(2 * time.Minute), now: noon.Add(2 * time.Minute)},
		{name: "taken in the future", body: good, now: noon.Add(-6 * time.Minute), want: heartbeat.ClockOff},
		{name: "stopped", body: good, now: noon.Add(3*time.Minute + time.Second), want: heartbeat.Stale},
		{name: "seen before, the same object", body: good, before: heartbeat.Seen{Boot: bootOf(t, good), Sequence: 1, At: noon}},
		{name: "an older one of the same run put again", body: good, modified: noon.Add(2 * time.Minute), now: noon.Add(2 * time.Minute),
			before: heartbeat.Seen{Boot: bootOf(t, good), Sequence: 2, At: noon.Add(time.Minute)}, want: heartbeat.Replayed},
		{name: "the same one put again", body: second, modified: noon.Add(3 * time.Minute), now: noon.Add(3 * time.Minute),
			before: heartbeat.Seen{Boot: bootOf(t, good), Sequence: 2, At: noon.Add(time.Minute)}, want: heartbeat.Replayed},
		{name: "the next one", body: second, modified: noon.Add(time.Minute), now: noon.Add(time.Minute), before: heartbeat.Seen{Boot: bootOf(t, good), Sequence: 1, At: noon}},
		{name: "another run since", body: again, modified: noon.Add(time.Minute), now: noon.Add(time.Minute), before: heartbeat.Seen{Boot: "earlier", Sequence: 99, At: noon}},
		{name: "of a run before the one that was seen", body: again, modified: noon.Add(2 * time.Minute), now: noon.Add(2 * time.Minute),
			before: heartbeat.Seen{Boot: "later", Sequence: 1, At: noon.Add(time.Minute), Said: noon.Add(2 * time.Minute)}, want: heartbeat.Replayed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.modified.IsZero() {
				c.modified = noon
			}
			if c.now.IsZero() {
				c.now = noon
			}
			_, _, err := k.trust(t).Open(heartbeat.Object{Resource: arn, Body: c.body, Modified: c.modified}, c.now, c.before)
			if got := reason(err); got != c.want || (err == nil) != (c.want == "") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func bootOf(t *testing.T, body []byte) string {
	t.Helper()
	var b heartbeat.Beat
	must(t, json.Unmarshal(parts(t, body)["beat"], &b))
	return b.Boot
}

// TestCertificateInTime holds that a certificate counts for its day alone. The agent's own clock says when it renews, so only one that does
// not renew can show it.
func TestCertificateInTime(t *testing.T) {
	k := newKMS(t)
	s := sealer(t, arn, k)
	seal(t, s, idle(noon))
	for _, c := range []struct {
		at   time.Time
		want heartbeat.Reason
	}{
		{noon.Add(24 * time.Hour), ""},
		{noon.Add(-time.Second), heartbeat.OutsideCertificate},
		{noon.Add(24*time.Hour + time.Second), heartbeat.OutsideCertificate},
		{noon.Add(25 * time.Hour), heartbeat.Expired},
		{noon.Add(-time.Hour), heartbeat.Expired},
	} {
		body, err := heartbeat.SealUncertified(s, idle(c.at))
		must(t, err)
		_, _, err = k.trust(t).Open(heartbeat.Object{Resource: arn, Body: body, Modified: c.at}, c.at, heartbeat.Seen{})
		if got := reason(err); got != c.want {
			t.Errorf("at %s: got %v, want %q", c.at, err, c.want)
		}
	}
}

// TestCertificateOncePerDay holds what the agent asks of KMS, and what it does when KMS does not answer.
func TestCertificateOncePerDay(t *testing.T) {
	k := newKMS(t)
	s := sealer(t, arn, k)
	for minute := range 22 * 60 {
		seal(t, s, idle(noon.Add(time.Duration(minute)*time.Minute)))
	}
	if k.asks != 1 {
		t.Errorf("KMS was asked %d times in 22 hours, want once", k.asks)
	}
	k.err = errors.New("throttled")
	seal(t, s, idle(noon.Add(23*time.Hour+30*time.Minute))) // the old certificate is good for half an hour yet
	if _, err := s.Seal(t.Context(), idle(noon.Add(25*time.Hour))); err == nil {
		t.Error("a beat was sealed that no certificate covers")
	}
	if _, err := s.Seal(t.Context(), idle(noon.Add(-time.Hour))); err == nil {
		t.Error("after the clock was set back, a beat was sealed that no certificate covers")
	}
	k.err = nil
	seal(t, s, idle(noon.Add(25*time.Hour)))
	if k.asks != 5 {
		t.Errorf("KMS was asked %d times, want 5", k.asks)
	}
}

// TestUnsigned holds that beats that nobody signs are taken by whoever trusts no key, as far as they are right.
func TestUnsigned(t *testing.T) {
	body := seal(t, sealer(t, arn, nil), idle(noon))
	var nobody heartbeat.Trust
	b, seen, err := nobody.Open(heartbeat.Object{Resource: arn, Body: body, Modified: noon}, noon, heartbeat.Seen{})
	if err != nil || b.State != estate.Idle || seen.Sequence != 1 || nobody.Signed() {
		t.Errorf("got %+v, %+v, %v", b, seen, err)
	}
	if _, _, err := nobody.Open(heartbeat.Object{Resource: arn, Body: body, Modified: noon}, noon.Add(time.Hour), heartbeat.Seen{}); reason(err) != heartbeat.Stale {
		t.Errorf("got %v, want stale", err)
	}
}

// TestBeatByItself holds which beats make no sense, and are neither sealed nor opened.
func TestBeatByItself(t *testing.T) {
	k := newKMS(t)
	for name, spoil := range map[string]func(*heartbeat.Beat){
		"no interval":             func(b *heartbeat.Beat) { b.Interval = 0 },
		"an interval of a day":    func(b *heartbeat.Beat) { b.Interval = estate.Duration(24 * time.Hour) },
		"a state nobody knows":    func(b *heartbeat.Beat) { b.State = "asleep" },
		"idle since nobody knows": func(b *heartbeat.Beat) { b.LastUse = time.Time{} },
		"used in the future":      func(b *heartbeat.Beat) { b.LastUse = b.At.Add(time.Hour) },
	} {
		b := idle(noon)
		spoil(&b)
		if _, err := sealer(t, arn, k).Seal(t.Context(), b); err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
}

// TestSealOpen holds that what is sealed is what is opened, whatever texts and times are in it, and that a sealed beat stays within bounds.
func TestSealOpen(t *testing.T) {
	k := newKMS(t)
	trust := k.trust(t)
	rapid.Check(t, func(t *rapid.T) {
		at := noon.Add(time.Duration(rapid.Int64Range(0, int64(1000*time.Hour)).Draw(t, "at")))
		b := heartbeat.Beat{At: at, Interval: estate.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "interval")),
			Agent: rapid.String().Draw(t, "agent"), Why: rapid.String().Draw(t, "why"),
			State:   rapid.SampledFrom([]estate.State{estate.Active, estate.Idle, estate.Unknown}).Draw(t, "state"),
			LastUse: at.Add(-time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "age")))}
		for range rapid.IntRange(0, 80).Draw(t, "pieces") {
			b.Evidence = append(b.Evidence, heartbeat.Evidence{Name: rapid.String().Draw(t, "name"), Value: rapid.StringN(0, 600, -1).Draw(t, "value"), At: at})
		}
		s, err := heartbeat.NewSealer(rand.Reader, arn, k, keyID)
		if err != nil {
			t.Fatal(err)
		}
		body, err := s.Seal(context.Background(), b)
		if err != nil {
			t.Fatal(err)
		}
		got, seen, err := trust.Open(heartbeat.Object{Resource: arn, Body: body, Modified: at}, at, heartbeat.Seen{})
		if err != nil {
			t.Fatal(err)
		}
		if seen.Boot != got.Boot || seen.Sequence != 1 {
			t.Fatalf("seen %+v of %+v", seen, got)
		}
		want := heartbeat.Tidy(b)
		want.Version, want.Resource, want.Boot, want.Sequence = got.Version, arn, got.Boot, 1
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		// Whatever bit is turned over, it is refused.
		i := rapid.IntRange(0, len(body)*8-1).Draw(t, "bit")
		body[i/8] ^= 1 << (i % 8)
		if _, _, err := trust.Open(heartbeat.Object{Resource: arn, Body: body, Modified: at}, at, heartbeat.Seen{}); err == nil {
			t.Fatalf("bit %d was turned over, and nobody minds", i)
		}
	})
}

// TestTextsOfStrangers holds that nothing reaches a person's terminal or report but short texts of one line: whoever works in an app writes them.
func TestTextsOfStrangers(t *testing.T) {
	body := seal(t, sealer(t, arn, nil), idle(noon))
	long := strings.Repeat("x", 100_000)
	for name, change := range map[string]func(map[string]any){
		"a long reason":            func(b map[string]any) { b["why"] = long },
		"a reason that blinks":     func(b map[string]any) { b["why"] = "\x1b[5mactive" },
		"a reason of two rows":     func(b map[string]any) { b["why"] = "used\nidle" },
		"a reason that turns back": func(b map[string]any) { b["why"] = "\u202eevitca" },
		"a long run":               func(b map[string]any) { b["boot"] = long },
		"a version that blinks":    func(b map[string]any) { b["agent"] = "\u009b5m" },
		"another long resource":    func(b map[string]any) { b["resource"] = long + "\x1b[5m" },
		"an unknown long state":    func(b map[string]any) { b["state"] = long },
		"a long time":              func(b map[string]any) { b["at"] = long },
		"evidence of two rows":     func(b map[string]any) { b["evidence"] = []any{map[string]any{"name": "a\nb", "value": "c"}} },
		"too much evidence":        func(b map[string]any) { b["evidence"] = make([]map[string]any, heartbeat.MaxEvidence+1) },
	} {
		_, _, err := heartbeat.Trust{}.Open(heartbeat.Object{Resource: arn, Body: edit(t, body, "beat", change), Modified: noon}, noon, heartbeat.Seen{})
		if reason(err) == "" {
			t.Errorf("%s: got %v", name, err)
		} else if text := err.Error(); len(text) > 1000 || strings.ContainsAny(text, "\x1b\n\u009b\u202e") {
			t.Errorf("%s: %.200q", name, text)
		}
	}
}

// What a later agent says beside, an earlier reader passes over: the version is for what would be read wrongly.
func TestWhatALaterAgentSaysBeside(t *testing.T) {
	body := edit(t, seal(t, sealer(t, arn, nil), idle(noon)), "beat", func(b map[string]any) {
		b["accelerator"], b["evidence"] = "busy", []any{map[string]any{"name": "processes", "value": "read and wrote 1.0 kB/s", "device": "nvme0n1"}}
	})
	b, _, err := heartbeat.Trust{}.Open(heartbeat.Object{Resource: arn, Body: body, Modified: noon}, noon, heartbeat.Seen{})
	if err != nil || len(b.Evidence) != 1 || b.Evidence[0].Value != "read and wrote 1.0 kB/s" {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestNewTrust(t *testing.T) {
	if _, err := heartbeat.NewTrust(keyID, []byte("no key")); err == nil {
		t.Error("that is no key")
	}
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(t, err)
	der, err := x509.MarshalPKIXPublicKey(&other.PublicKey)
	must(t, err)
	if _, err := heartbeat.NewTrust(keyID, der); err == nil {
		t.Error("a key of another kind was taken")
	}
}

func FuzzOpen(f *testing.F) {
	k := newKMS(f)
	trust := k.trust(f)
	f.Add(seal(f, sealer(f, arn, k), idle(noon)))
	f.Add([]byte(`{"beat":"e30="}`))
	genuine := k.asks
	f.Fuzz(func(t *testing.T, body []byte) {
		b, _, err := trust.Open(heartbeat.Object{Resource: arn, Body: body, Modified: noon}, noon, heartbeat.Seen{})
		if err == nil && (b.Why != "not used for 3h" || genuine == 0) {
			t.Errorf("believed: %+v", b)
		}
		if err != nil && reason(err) == "" {
			t.Errorf("refused without a reason: %v", err)
		}
	})
}
