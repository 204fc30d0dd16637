package link

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func key(b byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, minKey)) }

func keys(t testing.TB, current, previous string) Keys {
	t.Helper()
	k, err := ParseKeys(current, previous)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func grants() *rapid.Generator[Grant] {
	return rapid.Custom(func(t *rapid.T) Grant {
		return Grant{Finding: rapid.String().Draw(t, "finding"), Act: rapid.SampledFrom([]Act{Snooze, Keep, Approve}).Draw(t, "act"), To: rapid.String().Draw(t, "to"),
			Until: noon.Add(time.Duration(rapid.IntRange(1, 1e6).Draw(t, "seconds")) * time.Second), For: time.Duration(rapid.IntRange(0, 1e6).Draw(t, "for")) * time.Second,
			Nonce: rapid.StringN(1, 20, -1).Draw(t, "nonce")}
	})
}

// What was signed opens, with the key that signed it or its successor, until it ends; and the same grant is the same link.
func TestSignedLinksOpen(t *testing.T) {
	old := keys(t, key('a'), "")
	both := keys(t, key('b'), key('a'))
	rapid.Check(t, func(t *rapid.T) {
		g := grants().Draw(t, "grant")
		token := old.Sign(g)
		for name, k := range map[string]Keys{"the key": old, "its successor": both} {
			if got, err := k.Open(token, noon); err != nil || got != g {
				t.Fatalf("with %s: %+v, %v", name, got, err)
			}
		}
		if token != old.Sign(g) {
			t.Fatal("the same grant has two links")
		}
		if _, err := old.Open(token, g.Until); !errors.Is(err, ErrExpired) {
			t.Fatalf("after its end: %v", err)
		}
		if _, err := old.Open(both.Sign(g), noon); !errors.Is(err, ErrForged) {
			t.Fatalf("with another key: %v", err)
		}
		if strings.ContainsAny(token, "/?#&+= ") {
			t.Fatalf("%q is no part of a path", token)
		}
	})
}

// No change of a link leaves it a link.
func TestChangedLinksAreForged(t *testing.T) {
	k := keys(t, key('a'), key('b'))
	rapid.Check(t, func(t *rapid.T) {
		token := []byte(k.Sign(grants().Draw(t, "grant")))
		at := rapid.IntRange(0, len(token)-1).Draw(t, "at")
		b := rapid.Byte().Draw(t, "byte")
		if token[at] == b {
			b ^= 1
		}
		token[at] = b
		if g, err := k.Open(string(token), noon); !errors.Is(err, ErrForged) {
			t.Fatalf("%+v, %v", g, err)
		}
	})
}

// Without a key, nothing is ours.
func TestNoKeyOpensNothing(t *testing.T) {
	var none Keys
	if _, err := none.Open(none.Sign(Grant{Finding: "f", Act: Keep, Until: noon.Add(time.Hour)}), noon); !errors.Is(err, ErrForged) {
		t.Errorf("%v", err)
	}
}

func TestParseKeys(t *testing.T) {
	for _, tt := range []struct{ current, previous, says string }{
		{key('a'), "", ""},
		{strings.TrimRight(key('\xff'), "=") + "\n", key('b'), ""},
		{base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, minKey)), "", ""},
		{"", "", "0 bytes"},
		{base64.StdEncoding.EncodeToString(make([]byte, minKey-1)), "", "31 bytes"},
		{"hush hush", "", "not base64"},
		{key('a'), "aHVzaA==", "the previous key: it has 4 bytes"},
	} {
		_, err := ParseKeys(tt.current, tt.previous)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if (got == "") != (tt.says == "") || !strings.Contains(got, tt.says) || strings.Contains(got, "hush") || strings.Contains(got, "aHVzaA") {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	k := keys(f, key('a'), "")
	good := k.Sign(Grant{Finding: "f", Act: Keep, To: "ana", Until: noon.Add(time.Hour), Nonce: "n"})
	for _, seed := range []string{"", ".", good, good + ".", good + "=", "." + good, strings.ToUpper(good)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if g, err := k.Open(token, noon); (err == nil) != (token == good) {
			t.Errorf("%q opens as %+v, %v", token, g, err)
		}
	})
}
