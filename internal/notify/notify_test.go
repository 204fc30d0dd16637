package notify

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/report"
)

func environment(vars map[string]string) Environment {
	return Environment{Getenv: func(name string) string { return vars[name] }, Now: func() time.Time { return time.Unix(1674087231, 0) }}
}

// TestParts is row K9: what is longer than a channel takes is split, and nothing of it is lost.
func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, limit := rapid.StringN(0, 400, -1).Draw(t, "text"), rapid.IntRange(utf8.UTFMax, 100).Draw(t, "limit")
		all := parts(text, limit)
		if strings.Join(all, "") != text {
			t.Fatalf("%q became %q", text, all)
		}
		for _, p := range all {
			if len(p) > limit || !utf8.ValidString(p) {
				t.Fatalf("part %q of %q, limit %d", p, text, limit)
			}
		}
	})
	if got := parts("one\ntwo\nthree\n", 9); len(got) != 2 || got[0] != "one\ntwo\n" {
		t.Errorf("%q: cut elsewhere than between lines", got)
	}
}

func TestParse(t *testing.T) {
	env := environment(map[string]string{"HOOK": "https://hooks.slack.com/services/T/B/secret", "PLAIN": "http://hooks.example.com/secret", mailPassword: "word"})
	for address, want := range map[string]string{
		"sns:arn:aws-cn:sns:cn-north-1:111122223333:ml":                    "",
		"smtp://mail.example.com?from=a@example.com&to=b@example.com":      "",
		"smtps://ana@mail.example.com?from=a@example.com&to=b@example.com": "",
		"slack:HOOK": "",
		"sns:ml":     "takes the ARN of a topic",
		"sns:arn:aws:sqs:eu-west-1:111122223333:ml":          "takes the ARN of a topic",
		"sns:arn:aws:sns:eu-west-1:111122223333:ml:0a1b":     "takes the ARN of a topic",
		"smtp://u:hush@mail.example.com?from=a@e.com&to=b@e": "a password on the command line",
		"smtp://mail.example.com?from=a@example.com":         "who is to be told?",
		"smtp://mail.example.com?to=a@example.com":           "from:",
		"smtp://?from=a@example.com&to=b@example.com":        "name of the mail server is missing",
		"slack:":      "takes the name of the environment variable",
		"slack:OTHER": "OTHER is not set",
		"slack:PLAIN": "no https address",
		"https://hooks.slack.com/services/T/B/secret": "is a secret",
		"ana@example.com": "is no channel",
		"slack:https://hooks.slack.com/services/T/B/x": "takes the name of the environment variable",
		"HTTPS://hooks.slack.com/services/T/B/x":       "is a secret",
		"hooks.slack.com/services/T/B/x":               "is no channel",
		"SMTP://u:hush@mail.example.com?to=b@e.com":    "a password on the command line",
	} {
		_, err := Parse(address, env)
		if got := errorText(err); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
		if got := errorText(err); strings.Contains(got, "secret,") || strings.Contains(got, "hush") || strings.Contains(got, "/T/B/") {
			t.Errorf("the error tells a secret: %s", got)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestMessage(t *testing.T) {
	c, err := Parse("smtp://localhost:2525?from=Sagewarden%20%3Csw@example.com%3E&to=ana@example.com&to=ben@example.com", environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	text := "größer, =\n.\n" + strings.Repeat("long ", 400)
	m, err := mail.ReadMessage(strings.NewReader(string(c.(mailbox).message(Message{ID: "abc", Subject: report.Line("two\r\nBcc: eve@example.com"), Text: text}))))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != text {
		t.Errorf("%v: %q", err, body)
	}
	if to, err := m.Header.AddressList("To"); err != nil || len(to) != 2 {
		t.Errorf("%v, %v", to, err)
	}
	if id := m.Header.Get("Message-Id"); id != "<abc@sagewarden.invalid>" {
		t.Errorf("the id %s is not the message's", id)
	}
	if m.Header.Get("Bcc") != "" || m.Header.Get("Subject") != "two  Bcc: eve@example.com" {
		t.Errorf("%q", m.Header)
	}
}

// A mail with HTML has the text beside it, for who shows no HTML.
func TestMessageWithHTML(t *testing.T) {
	c, err := Parse("smtp://localhost:2525?from=sw@example.com&to=ana@example.com", environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"--=_sagewarden\n.\n größer\n", "<p>größer =</p>\n--=_sagewarden--\n"}
	m, err := mail.ReadMessage(bytes.NewReader(c.(mailbox).message(Message{ID: "abc", Subject: "s", Text: want[0], HTML: want[1]})))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%v: %s", err, kind)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for n, kind := range []string{"text/plain; charset=utf-8", "text/html; charset=utf-8"} {
		part, err := parts.NextPart() // which undoes quoted-printable
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part)
		if got := strings.ReplaceAll(string(body), "\r\n", "\n"); err != nil || part.Header.Get("Content-Type") != kind || got != want[n] {
			t.Errorf("%v: %s %q", err, part.Header.Get("Content-Type"), got)
		}
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		t.Errorf("%v: there is a third part", err)
	}
}

func TestSubjectForSNS(t *testing.T) {
	if got := asciiLine("größe\n"+strings.Repeat("x", 200), subjectLimit); len(got) != subjectLimit || !strings.HasPrefix(got, "gr??e x") {
		t.Errorf("%q", got)
	}
}

func TestLog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "told.json")
	l, err := OpenLog(file)
	if err != nil || !l.Silent("slack:HOOK") || l.Knows("slack:HOOK", "") {
		t.Fatalf("%v, %+v", err, l)
	}
	if err := l.Add("slack:HOOK", "two uncovered"); err != nil {
		t.Fatal(err)
	}
	again, err := OpenLog(file)
	if err != nil || !again.Knows("slack:HOOK", "two uncovered") || again.Knows("slack:HOOK", "three uncovered") || again.Knows("slack:OTHER", "two uncovered") {
		t.Errorf("%v, %+v", err, again)
	}
	if err := os.WriteFile(file, []byte("[1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLog(file); err == nil || !strings.Contains(err.Error(), "read what was told on "+file) {
		t.Errorf("%v", err)
	}
	if err := again.Add("slack:HOOK", ""); err != nil {
		t.Fatal(err)
	}
	again.file = filepath.Join(file, "below")
	if err := again.Add("slack:HOOK", "four"); err == nil {
		t.Error("what was told was not recorded, and nobody was told so")
	}
}
