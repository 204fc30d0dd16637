package notify

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// hostile is what a stranger may call a resource.
const hostile = "<!channel> <@U012AB3CD> @here *b* `c` ```x``` [click](https://evil.example) <at>all</at> & \u202egnp.exe\x1b[2J"

// A receiver is the other side of a webhook.
type receiver struct {
	*httptest.Server
	bodies  [][]byte
	headers []http.Header
	status  int
	after   string
	says    string
}

func receive(t *testing.T) *receiver {
	r := &receiver{status: http.StatusOK}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil || req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%v, %s %s", err, req.Method, req.Header.Get("Content-Type"))
		}
		r.bodies, r.headers = append(r.bodies, body), append(r.headers, req.Header)
		if r.after != "" {
			w.Header().Set("Retry-After", r.after)
		}
		if r.status/100 == 3 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.says)
	}))
	t.Cleanup(r.Close)
	return r
}

// hooks are the channels that post to the address in HOOK.
func hooks(t *testing.T, address string) map[string]Channel {
	t.Helper()
	env := environment(map[string]string{"HOOK": address, "SECRET": "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), 32))})
	all, err := OpenChannels(map[string]config.Channel{"slack": {Slack: "HOOK"}, "teams": {Teams: "HOOK"}, "webhook": {Webhook: &config.Webhook{URL: "HOOK", Secret: "SECRET"}}}, env)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What the other side answers decides whether and when the message goes out again, and no error has the address in it, which is a secret.
func TestAnswersOfWebhooks(t *testing.T) {
	for _, tt := range []struct {
		status      int
		after, says string
		want        string
	}{
		{status: 200},
		{status: 202, says: "1"},
		{status: 301, want: "301 Moved Permanently, permanent true, after 0s"},
		{status: 307, want: "307 Temporary Redirect, permanent true, after 0s"},
		{status: 400, says: "no_text", want: "400 Bad Request: no_text, permanent true, after 0s"},
		{status: 404, says: "no /hush/hush here", want: "404 Not Found, permanent true, after 0s"},
		{status: 410, says: "sig=hushhush", want: "410 Gone, permanent true, after 0s"},
		{status: 408, want: "408 Request Timeout, permanent false, after 0s"},
		{status: 429, after: "30", want: "429 Too Many Requests, permanent false, after 30s"},
		{status: 429, after: "99999999", want: "429 Too Many Requests, permanent false, after 24h0m0s"},
		{status: 429, after: "Thu, 19 Jan 2023 01:21:11 GMT", want: "429 Too Many Requests, permanent false, after 1h7m20s"},
		{status: 503, after: "soon", says: "a\x1b[2Jb", want: "503 Service Unavailable: a␛[2Jb, permanent false, after 0s"},
	} {
		r := receive(t)
		r.status, r.after, r.says = tt.status, tt.after, tt.says
		for name, c := range hooks(t, r.URL+"/hush/hush?sig=hushhush") {
			err := c.Send(t.Context(), Message{Subject: "s", Text: "t"})
			e, failed := errors.AsType[*SendError](err)
			got := ""
			if failed {
				got = fmt.Sprintf("%s, permanent %t, after %s", e, e.Permanent, e.After)
			}
			if got != tt.want {
				t.Errorf("%d by %s: %q, want %q", tt.status, name, got, tt.want)
			}
			if strings.Contains(errorText(err), "hush") {
				t.Errorf("%s shows the address: %v", name, err)
			}
		}
		if len(r.bodies) != 3 {
			t.Errorf("%d: %d calls: a redirection was followed, or something was tried again", tt.status, len(r.bodies))
		}
	}
	r := receive(t)
	all := hooks(t, r.URL+"/hush")
	r.Close()
	for name, c := range all {
		err := c.Send(t.Context(), Message{Subject: "s", Text: "t"})
		if e, ok := errors.AsType[*SendError](err); !ok || e.Permanent || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: nobody there is %v", name, err)
		}
	}
}

// A message in Slack is blocks of rich text, in which nothing is markup: who can name a resource can neither shout, nor mention, nor link.
func TestSlack(t *testing.T) {
	r := receive(t)
	c := hooks(t, r.URL)["slack"]
	if err := c.Send(t.Context(), Message{To: Recipient{Slack: "U012AB3CD"}, Subject: "a " + hostile, Text: "Keep: https://sw/act/x.y\n" + hostile, Links: []string{"https://sw/act/x.y"}}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Text   string
		Blocks []struct {
			Type     string
			Text     struct{ Type, Text string }
			Elements []struct {
				Type     string
				Elements []bit
			}
		}
	}
	if err := json.Unmarshal(r.bodies[0], &got); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(got.Text, "<>") || strings.Contains(string(r.bodies[0]), `\u202e`) {
		t.Errorf("the text of the notification is obeyed: %q", got.Text)
	}
	if len(got.Blocks) != 2 || got.Blocks[0].Text.Type != "plain_text" || len([]rune(got.Blocks[0].Text.Text)) > slackHead || got.Blocks[1].Elements[0].Type != "rich_text_section" {
		t.Fatalf("%+v", got.Blocks)
	}
	want := []bit{{Type: "user", User: "U012AB3CD"}, {Type: "text", Text: "\nKeep: "}, {Type: "link", URL: "https://sw/act/x.y"}, {Type: "text", Text: "\n<!channel> <@U012AB3CD> @here *b* `c` ```x``` [click](https://evil.example) <at>all</at> & \ufffdgnp.exe␛[2J"}}
	bits := got.Blocks[1].Elements[0].Elements
	bits = append([]bit{bits[0], {Type: "text", Text: bits[1].Text + bits[2].Text}}, bits[3:]...)
	if diff := cmp.Diff(want, bits); diff != "" {
		t.Error(diff)
	}
	if err := c.Send(t.Context(), Message{Subject: "long", Text: strings.Repeat("a line of a table\n", 400), Table: true}); err != nil || len(r.bodies) != 4 {
		t.Errorf("%v: %d messages", err, len(r.bodies))
	}
	if !bytes.Contains(r.bodies[1], []byte("long (1 of 3)")) || !bytes.Contains(r.bodies[1], []byte("rich_text_preformatted")) {
		t.Errorf("%s", r.bodies[1])
	}
}

// A card in Teams is blocks of rich text as well, within the 28 KB that Teams takes.
func TestTeams(t *testing.T) {
	r := receive(t)
	c := hooks(t, r.URL)["teams"]
	m := Message{To: Recipient{Name: "ana", Teams: "ana@example.com"}, Subject: "s", Text: "Keep: https://sw/act/x.y\n\n" + hostile, Links: []string{"https://sw/act/x.y"}}
	if err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":{
		"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4",
		"msteams":{"width":"Full","entities":[{"type":"mention","text":"<at>you</at>","mentioned":{"id":"ana@example.com","name":"ana"}}]},
		"body":[
			{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"s","weight":"Bolder","size":"Large"}]},
			{"type":"TextBlock","text":"<at>you</at>","wrap":true},
			{"type":"RichTextBlock","spacing":"Default","inlines":[{"type":"TextRun","text":"Keep: "},{"type":"TextRun","text":"https://sw/act/x.y","selectAction":{"type":"Action.OpenUrl","url":"https://sw/act/x.y"}}]},
			{"type":"RichTextBlock","spacing":"Default","inlines":[{"type":"TextRun","text":` + "\"<!channel> <@U012AB3CD> @here *b* `c` ```x``` [click](https://evil.example) <at>all</at> & \ufffdgnp.exe␛[2J\"" + `}]}]}}]}`
	var a, b any
	if err := errors.Join(json.Unmarshal([]byte(want), &a), json.Unmarshal(r.bodies[0], &b)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	for _, line := range []string{"a\n", "<\"\\>\n", strings.Repeat("word ", 20) + "\n"} {
		r.bodies = nil
		if err := c.Send(t.Context(), Message{Subject: strings.Repeat("s", 300), Text: strings.Repeat(line, 9000/len(line)), Table: true}); err != nil {
			t.Fatal(err)
		}
		for _, body := range r.bodies {
			if len(body) > 28_000 {
				t.Errorf("a card of lines like %q has %d bytes", line, len(body))
			}
		}
	}
}

// TestWebhookSignature is the example of Standard Webhooks' own libraries.
func TestWebhookSignature(t *testing.T) {
	key, err := parseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	h := webhook{keys: [][]byte{key, key}}.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	const v1 = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := h.Get("webhook-signature"); got != v1+" "+v1 {
		t.Errorf("%s", got)
	}
	if h.Get("webhook-id") != "msg_p5jXN8AQM9LWM0D4loKWxJek" || h.Get("webhook-timestamp") != "1614265330" {
		t.Errorf("%v", h)
	}
	for _, bad := range []string{"", "whsec_", "whsec_aHVzaA==", "whsec_!", base64.StdEncoding.EncodeToString(make([]byte, 65))} {
		if _, err := parseSecret(bad); err == nil || strings.Contains(err.Error(), "aHVz") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A receiver reads what it is about without reading prose, and knows one that comes twice.
func TestWebhookBody(t *testing.T) {
	r := receive(t)
	c := hooks(t, r.URL)["webhook"]
	m := Message{ID: "abc", To: Recipient{Name: "ana"}, Subject: "s", Text: hostile, Findings: []ledger.Told{{Finding: "f", Step: 1}}, Made: time.Unix(1674087000, 0)}
	for range 2 {
		if err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := r.headers[0].Get("Webhook-Id"), r.headers[1].Get("Webhook-Id"); a != "abc" || b != a || !bytes.Equal(r.bodies[0], r.bodies[1]) {
		t.Errorf("%q, %q", a, b)
	}
	var got payload
	if err := json.Unmarshal(r.bodies[0], &got); err != nil || got.Type != "sagewarden.notice" || got.Data.To != "ana" || len(got.Data.Findings) != 1 || strings.Contains(got.Data.Text, "\u202e") {
		t.Errorf("%v: %s", err, r.bodies[0])
	}
}

// A secret may stand in a file, as orchestrators mount them.
func TestSecretInAFile(t *testing.T) {
	r := receive(t)
	file := filepath.Join(t.TempDir(), "hook")
	if err := os.WriteFile(file, []byte(r.URL+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := OpenChannel(config.Channel{Slack: "file:" + file}, environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Send(t.Context(), Message{Subject: "s", Text: "t"}); err != nil || len(r.bodies) != 1 {
		t.Errorf("%v: %d messages", err, len(r.bodies))
	}
}

// What cannot work is said before anything is to be told.
func TestOpenChannels(t *testing.T) {
	env := environment(map[string]string{"PLAIN": "http://hooks.example.com/hush", "WORD": "hush"})
	for says, c := range map[string]config.Channel{
		"HOOK is not set":             {Slack: "HOOK"},
		"PLAIN is no https address":   {Teams: "PLAIN"},
		"in WORD is no https address": {Webhook: &config.Webhook{URL: "WORD", Secret: "WORD"}},
		"no such file":                {Slack: "file:/nowhere"},
		"the password of ana":         {SMTP: &config.SMTP{Host: "m", From: "a@example.com", User: "ana", Password: "HOOK"}},
		"from:":                       {SES: &config.SES{Region: "eu-west-1"}},
		"takes the ARN of a topic":    {SNS: "ml"},
	} {
		_, err := OpenChannels(map[string]config.Channel{"it": c}, env)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "open the channel on it") || strings.Contains(err.Error(), "hush") {
			t.Errorf("want %q, got %v", says, err)
		}
	}
}

func TestConsole(t *testing.T) {
	var out bytes.Buffer
	c, err := OpenChannel(config.Channel{Console: &struct{}{}}, Environment{Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Send(t.Context(), Message{To: Recipient{Name: "ana"}, Subject: "s", Text: "a\x1b[2Jb\nc"}); err != nil || out.String() != "to: ana\nsubject: s\n\na␛[2Jb\nc\n" {
		t.Errorf("%v: %q", err, &out)
	}
}

// Who has no mail address is told nothing by mail, and nobody takes it for told.
func TestMailNeedsAnAddress(t *testing.T) {
	for _, c := range []config.Channel{{SMTP: &config.SMTP{Host: "localhost", Port: 1, From: "a@example.com"}}, {SES: &config.SES{Region: "eu-west-1", From: "a@example.com"}}} {
		open, err := OpenChannel(c, environment(nil))
		if err != nil {
			t.Fatal(err)
		}
		err = open.Send(t.Context(), Message{To: Recipient{Name: "ana"}, Subject: "s", Text: "t"})
		if e, ok := errors.AsType[*SendError](err); !ok || !e.Permanent {
			t.Errorf("%v", err)
		}
	}
}
