package notify

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// noon is a Thursday's, in UTC.
var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func office(t testing.TB, c config.Notify) *Office {
	t.Helper()
	ts, err := ReadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewOffice(c, ts)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// tell is the first step of a finding of the owner's, whose resource is stopped in four hours.
func tell(id, owner, hourly string) Tell {
	return Tell{To: []string{Owner}, Due: noon, Next: estate.Ask{Action: "stop"}, At: noon.Add(4 * time.Hour), Finding: ledger.Finding{ID: id, Policy: "idle-apps", First: noon,
		Hourly: decimal.RequireFromString(hourly), Known: true, Verdict: estate.Verdict{State: estate.Idle, Since: noon.Add(-3 * time.Hour), Why: "no kernel has run anything"},
		Resource: ledger.Subject{ARN: "arn:" + id, Kind: "studio-app", Name: "app-" + id, Owner: owner, Target: estate.Target{Account: "111122223333", Region: "eu-west-1"}}}}
}

// brief is what notices say, to compare.
func brief(notices []ledger.Notice) (all []string) {
	for _, n := range notices {
		var ids []string
		for _, f := range n.Findings {
			ids = append(ids, fmt.Sprintf("%s/%d", f.Finding, f.Step))
		}
		all = append(all, n.To+" "+n.Channel+": "+strings.Join(ids, " "))
	}
	return all
}

func compose(t *testing.T, o *Office, now time.Time, tells []Tell, before ...ledger.Notice) []ledger.Notice {
	t.Helper()
	notices, gaps := o.Compose(now, tells, before)
	if len(gaps) > 0 {
		t.Fatalf("%+v", gaps)
	}
	return notices
}

// Each person has one notice a channel, with the dearest first.
func TestComposeGroups(t *testing.T) {
	o := office(t, staff())
	team := tell("d", "", "9")
	team.To = []string{"ml", "ana", Owner}
	got := compose(t, o, noon, []Tell{tell("a", "ana", "0.5"), tell("b", "ana", "2"), tell("c", "ben", "1"), team})
	want := []string{"ana chat: d/0 b/0 a/0", "ana mail: d/0 b/0 a/0", "ben mail: d/0 c/0", "ops chat: d/0"}
	if diff := cmp.Diff(want, brief(got)); diff != "" {
		t.Error(diff)
	}
	via := tell("e", "ana", "1")
	via.Via = []string{"mail"}
	if diff := cmp.Diff([]string{"ana mail: e/0"}, brief(compose(t, o, noon, []Tell{via}))); diff != "" {
		t.Error(diff)
	}
}

// The text says what, why, since when, what it costs, what is done when, and how to keep it, in the recipient's time.
func TestText(t *testing.T) {
	c := staff()
	c.Links = &config.Links{BaseURL: "https://sw/act"}
	approval := tell("a", "ana", "1.408")
	approval.Approval = true
	n := compose(t, office(t, c), noon, []Tell{approval})[0]
	if n.Subject != "app-a has been idle for 3h, and is to be stopped on Thu 26 Nov, 17:00 CET" {
		t.Error(n.Subject)
	}
	want := `Hello ana,

a SageMaker resource seems to cost money for nothing.

1. app-a (studio-app, 111122223333 eu-west-1)
   Idle for 3h, since Thu 26 Nov 2026, 10:00 CET: no kernel has run anything
   Costs $1.41 an hour, $1,027.84 a month.
   To be stopped, not before Thu 26 Nov, 17:00 CET (in 4h), once it is approved. If it is used until then, it is left alone.
   Keep it for 14d: [keep a]
   Put it off for 1d: [snooze a]
   Approve: [approve a]
   By hand: sagewarden findings exempt a keeps it, sagewarden findings snooze a puts it off
   Policy: idle-apps; owner: ana

Everything is looked at again right before anything is done to it.
`
	if diff := cmp.Diff(want, strings.NewReplacer(placeBegin, "[", placeEnd, "]").Replace(n.Text)); diff != "" {
		t.Error(diff)
	}
	unknown := tell("b", "ana", "0")
	unknown.Finding.Known, unknown.Next, unknown.Finding.Verdict = false, estate.Ask{}, estate.Verdict{State: estate.Unknown, Why: "it failed"}
	if n := compose(t, office(t, staff()), noon, []Tell{unknown})[0]; n.Subject != "app-b needs a look" || !strings.Contains(n.Text, "\n   it failed\n   Costs an amount that is not known.\n   By hand:") || strings.Contains(n.Text, "$") {
		t.Errorf("%s\n%s", n.Subject, n.Text)
	}
}

// What is done is named in the words of people.
func TestDone(t *testing.T) {
	for want, a := range map[string]estate.Ask{
		"":                            {},
		"stopped":                     {Action: "stop"},
		"started":                     {Action: "start"},
		"deleted":                     {Action: "delete"},
		"deleted with all its data":   {Action: "delete", Data: true},
		"scaled to zero in part blue": {Action: "scale", ToZero: true, Part: "blue"},
		"scaled to 2":                 {Action: "scale", Count: 2},
		"set to shut down by itself after 90 idle minutes": {Action: "set-idle-shutdown", IdleMinutes: 90},
		"tagged":                    {Action: "tag"},
		"saved as it is configured": {Action: "snapshot-config"},
		"changed (other)":           {Action: "other"},
	} {
		if got := done(a); got != want {
			t.Errorf("%+v: %q", a, got)
		}
	}
}

// Nothing that a stranger can write becomes a line, a link, a command to a terminal, or text that runs backwards.
func TestStrangersWords(t *testing.T) {
	c := staff()
	c.Links = &config.Links{BaseURL: "https://sw/act"}
	o := office(t, c)
	rapid.Check(t, func(t *rapid.T) {
		evil := rapid.OneOf(rapid.SampledFrom([]string{"x\nHello ana,\nall is well", placeBegin + "approve a" + placeEnd, hostile, "{{.To}}", strings.Repeat("long ", 500)}), rapid.String()).Draw(t, "text")
		a, plain := tell("a", "ana", "1"), tell("a", "ana", "1")
		a.Finding.Resource.Name, a.Finding.Resource.Owner, a.Finding.Verdict.Why, a.Finding.Policy, a.Next.Part = "n"+evil, "ana/"+evil+"/ana", evil, evil, ""
		got, gaps := o.Compose(noon, []Tell{a}, nil)
		sober, _ := o.Compose(noon, []Tell{plain}, nil)
		if len(gaps) > 0 || len(got) != 2 {
			t.Fatalf("%+v, %d notices", gaps, len(got))
		}
		n := got[0]
		if strings.Count(n.Text, "\n") != strings.Count(sober[0].Text, "\n") || strings.ContainsAny(n.Subject, "\r\n\x1b\u202e") || strings.ContainsAny(n.Text, "\r\x1b\u202e") {
			t.Fatalf("%q\n%s", n.Subject, n.Text)
		}
		if strings.Count(n.Text, placeBegin) != 2 || strings.Contains(n.Text, placeBegin+"approve") {
			t.Fatalf("a stranger made a link:\n%s", n.Text)
		}
	})
}

// The same is not told twice; it is told again where its quiet time is over, where the step came due anew, and where it has not been told that way.
func TestNothingIsToldTwice(t *testing.T) {
	quiet := staff()
	quiet.Quiet = 24 * time.Hour
	one := tell("a", "ben", "1")
	first := compose(t, office(t, quiet), noon, []Tell{one})
	undelivered := first[0]
	delivered := first[0]
	delivered.Delivered = noon.Add(time.Minute)
	again := one
	again.Due = noon.Add(time.Hour)
	elsewhere := one
	elsewhere.Via = []string{"chat"}
	next := one
	next.Step = 1
	for _, tt := range []struct {
		name   string
		c      config.Notify
		after  time.Duration
		tell   Tell
		before ledger.Notice
		want   int
	}{
		{"in the outbox", quiet, time.Hour, one, undelivered, 0},
		{"in the outbox for long", quiet, 48 * time.Hour, one, undelivered, 0},
		{"told", quiet, 23 * time.Hour, one, delivered, 0},
		{"told a day ago", quiet, 24 * time.Hour, one, delivered, 1},
		{"told for ever", staff(), 1000 * time.Hour, one, delivered, 0},
		{"due anew", staff(), 2 * time.Hour, again, delivered, 1},
		{"told elsewhere", staff(), time.Hour, elsewhere, delivered, 1},
		{"another step", staff(), time.Hour, next, delivered, 1},
	} {
		got := compose(t, office(t, tt.c), noon.Add(tt.after), []Tell{tt.tell}, tt.before)
		if len(got) != tt.want {
			t.Errorf("%s: %d notices", tt.name, len(got))
		}
		if len(got) == 1 && got[0].ID == tt.before.ID {
			t.Errorf("%s: it has the id of the one before", tt.name)
		}
	}
	if a, b := compose(t, office(t, quiet), noon, []Tell{one}), first; a[0].ID != b[0].ID || len(a[0].ID) != idLength {
		t.Errorf("%s and %s for the same", a[0].ID, b[0].ID)
	}
}

// A reminder comes once, in the time before the change, and not where the change was announced no earlier.
func TestReminders(t *testing.T) {
	announced := compose(t, office(t, staff()), noon, []Tell{tell("a", "ben", "1")})
	late := compose(t, office(t, staff()), noon.Add(3*time.Hour+10*time.Minute), []Tell{tell("a", "ben", "1")})
	reminder := tell("a", "ben", "1")
	reminder.Step, reminder.Reminder = 1, true
	never := staff()
	never.Remind = 0
	night := staff()
	night.Hours = &config.Hours{From: "01:00", To: "02:00"}
	reminded := compose(t, office(t, staff()), noon.Add(3*time.Hour), []Tell{reminder}, announced...)
	if len(reminded) != 1 || !strings.HasPrefix(reminded[0].Subject, "Reminder: ") {
		t.Fatalf("%+v", reminded)
	}
	for _, tt := range []struct {
		name   string
		c      config.Notify
		after  time.Duration
		before []ledger.Notice
		want   int
	}{
		{"too early", staff(), 3*time.Hour - time.Second, announced, 0},
		{"in time", staff(), 3 * time.Hour, announced, 1},
		{"outside their hours", night, 3 * time.Hour, announced, 1},
		{"never", never, 3 * time.Hour, announced, 0},
		{"too late", staff(), 4 * time.Hour, announced, 0},
		{"just announced", staff(), 3*time.Hour + 20*time.Minute, late, 0},
		{"reminded", staff(), 3*time.Hour + time.Minute, append(announced, reminded...), 0},
	} {
		if got := compose(t, office(t, tt.c), noon.Add(tt.after), []Tell{reminder}, tt.before...); len(got) != tt.want {
			t.Errorf("%s: %d notices", tt.name, len(got))
		}
	}
}

// What announces nothing waits for the digest; what announces something waits for the recipient's hours at most.
func TestWhatCanWaitWaits(t *testing.T) {
	digest := staff()
	digest.Digest = "09:00"
	office9to5 := staff()
	office9to5.Hours = &config.Hours{From: "09:00", To: "17:00"}
	info := tell("a", "ben", "1")
	info.Next = estate.Ask{}
	for _, tt := range []struct {
		name  string
		c     config.Notify
		tell  Tell
		after time.Duration
		want  int
	}{
		{"before the digest", digest, info, 20 * time.Hour, 0},
		{"with the digest", digest, info, 21 * time.Hour, 1},
		{"an announcement", digest, tell("a", "ben", "1"), 0, 1},
		{"within hours", office9to5, tell("a", "ben", "1"), 0, 1},
		{"after hours", office9to5, tell("a", "ben", "1"), 5 * time.Hour, 0},
		{"the next day", office9to5, tell("a", "ben", "1"), 21 * time.Hour, 1},
	} {
		if got := compose(t, office(t, tt.c), noon.Add(tt.after), []Tell{tt.tell}); len(got) != tt.want {
			t.Errorf("%s: %d notices", tt.name, len(got))
		}
	}
}

// Many findings make a text of bounded length, in which all that something is done to is named.
func TestManyFindings(t *testing.T) {
	var infos, stops []Tell
	for i := range 137 {
		info := tell(fmt.Sprintf("info%03d", i), "ben", "1")
		info.Next = estate.Ask{}
		infos, stops = append(infos, info), append(stops, tell(fmt.Sprintf("stop%03d", i), "ben", "1"))
	}
	got := compose(t, office(t, staff()), noon, slices.Concat(infos, stops))
	if len(got) != 3 || len(got[0].Findings) != 100 || len(got[1].Findings) != 37 || len(got[2].Findings) != 137 {
		t.Fatalf("%d notices", len(got))
	}
	if !strings.Contains(got[2].Text, "And 37 more: sagewarden findings list") || !strings.Contains(got[2].Text, "$137.00 an hour") || len(got[2].Text) > 20_000 {
		t.Errorf("%d bytes:\n%s", len(got[2].Text), got[2].Text[:200])
	}
	for _, s := range stops {
		if !strings.Contains(got[0].Text+got[1].Text, s.Finding.ID) {
			t.Errorf("%s is to be stopped, and nobody was told its name", s.Finding.ID)
		}
	}
}

// Who cannot be told is a gap, and nothing counts as told before everybody was.
func TestGapsAndTold(t *testing.T) {
	lonely := staff()
	lonely.Fallback = ""
	mute := staff()
	mute.Default = nil
	with := func(edit func(*Tell)) Tell {
		w := tell("a", "ben", "1")
		edit(&w)
		return w
	}
	for _, tt := range []struct {
		name string
		c    config.Notify
		tell Tell
		gap  string
	}{
		{"nobody", lonely, tell("a", "who", "1"), "nobody is known"},
		{"an unknown group", staff(), with(func(t *Tell) { t.To = []string{"ben", "gone"} }), "nobody is known"},
		{"no channel", mute, tell("a", "ben", "1"), "no channel reaches them"},
		{"an unknown channel", staff(), with(func(t *Tell) { t.Via = []string{"mail", "gone"} }), "there is no such channel"},
		{"no address", staff(), with(func(t *Tell) { t.To, t.Via = []string{"cem"}, []string{"mail"} }), "mail address is not known"},
		{"an unknown template", staff(), with(func(t *Tell) { t.Template = "gone" }), "there is no template gone"},
	} {
		o := office(t, tt.c)
		notices, gaps := o.Compose(noon, []Tell{tt.tell}, nil)
		if len(gaps) != 1 || !strings.Contains(gaps[0].Why, tt.gap) {
			t.Errorf("%s: %+v", tt.name, gaps)
		}
		for i := range notices {
			notices[i].Delivered = noon
		}
		if _, ok := o.Told(tt.tell, notices); ok {
			t.Errorf("%s counts as told", tt.name)
		}
	}
	o, all := office(t, staff()), with(func(t *Tell) { t.To = []string{"ml"} })
	notices := compose(t, o, noon, []Tell{all})
	for i := range notices {
		if _, ok := o.Told(all, notices); ok {
			t.Errorf("told with %d of %d delivered", i, len(notices))
		}
		notices[i].Delivered = noon.Add(time.Duration(i) * time.Minute)
	}
	if at, ok := o.Told(all, notices); !ok || !at.Equal(noon.Add(2*time.Minute)) {
		t.Errorf("%t at %s", ok, at)
	}
	anew := all
	anew.Due = noon.Add(time.Hour)
	if _, ok := o.Told(anew, notices); ok {
		t.Error("what was told of an earlier time counts")
	}
	if _, ok := o.Told(with(func(t *Tell) { t.To = nil }), notices); ok {
		t.Error("nobody is to be told, and that counts as told")
	}
}

// A template that could fail when something is to be told is refused when it is read.
func TestTemplates(t *testing.T) {
	define := func(subject, text string) string {
		return `{{define "subject"}}` + subject + `{{end}}{{define "text"}}` + text + `{{end}}`
	}
	for _, tt := range []struct{ text, says string }{
		{define("{{.Count}} for {{.To}}", "{{range .Items}}{{.Name}}\n{{.Keep}}\n{{end}}"), ""},
		{define("{{.Cuont}}", "x"), "can't evaluate field Cuont"},
		{define("s", "{{.Soonest.Name}}"), "nil pointer"}, // of what nothing is done to
		{define("s", "{{range .Items}}"), "unexpected EOF"},
		{`{{define "text"}}x{{end}}`, `no template "subject"`},
		{define(" ", "x"), "says nothing"},
		{define("s", " \n"), "says nothing"},
		{define("a\nb", "x"), "a subject is one line"},
		{define("{{(index .Items 0).Keep}}", "x"), "does not belong into a subject"},
		{define("s", "{{range .Items}}{{printf \"%100000d\" 1}}{{end}}"), "too long"},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "mine.tmpl")
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		ts, err := ReadTemplates(dir)
		e, ok := errors.AsType[*estate.Error](err)
		if tt.says == "" && (err != nil || ts["mine"].text == nil || ts[builtIn].html == nil) || tt.says != "" && (!ok || !strings.Contains(err.Error(), tt.says) || e.On != file) {
			t.Errorf("%s: %v", tt.text, err)
		}
	}
	if _, err := ReadTemplates("/nowhere"); err == nil {
		t.Error("a folder that is not there is taken")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "notice.tmpl"), []byte(define("ours", "ours")), 0o600); err != nil {
		t.Fatal(err)
	}
	ts, err := ReadTemplates(dir)
	if err != nil {
		t.Fatal(err)
	}
	if subject, _, err := ts.write(builtIn, sampleLetters()[0]); err != nil || subject != "ours" {
		t.Errorf("%v: %q: the built-in template is not replaced", err, subject)
	}
}

// TestHTMLOfMail: what mail programs show says the same as the text, obeys nothing that strangers wrote, loads nothing, and leads nowhere but to our links. What is told
// otherwise has none.
func TestHTMLOfMail(t *testing.T) {
	c := staff()
	c.Links = &config.Links{BaseURL: "https://sw.example.com/act", Key: "KEY"}
	c.Channels = map[string]config.Channel{"mail": {SMTP: &config.SMTP{}}, "chat": {Slack: "HOOK"}}
	o := office(t, c)
	links, err := OpenLinks(c.Links, environment(map[string]string{"KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}))
	if err != nil {
		t.Fatal(err)
	}
	a := tell("a", "ana", "1")
	forged := `href="` + strings.ToLower(url.PathEscape(placeBegin)) + "approve%20a" + strings.ToLower(url.PathEscape(placeEnd)) + `"`
	a.Finding.Resource.Name, a.Finding.Verdict.Why = hostile+`<script>x</script><img src="https://evil.example">`, forged
	n, err := o.notice(noon, Recipient{Name: "ana", Zone: time.UTC}, "mail", builtIn, []Tell{a}, nil)
	if err != nil {
		t.Fatal(err)
	}
	html := MessageOf(n, Recipient{}, links).HTML
	for _, bad := range []string{"<script", "<img", " src", "<link", "<style", "\u202e", placeBegin} {
		if strings.Contains(strings.ReplaceAll(html, "&lt;img src", ""), bad) {
			t.Errorf("it has %q:\n%s", bad, html)
		}
	}
	if n := strings.Count(html, "href=\"https://sw.example.com/act/"); n != 2 || strings.Count(html, `href="`) != 2 || strings.Count(html, "<a ") != 2 {
		t.Errorf("%d links:\n%s", n, html)
	}
	for _, l := range MessageOf(n, Recipient{}, links).Links {
		if !strings.Contains(html, l) {
			t.Errorf("the link %s of the text is not in\n%s", l, html)
		}
	}
	if html := MessageOf(n, Recipient{}, nil).HTML; html != "" {
		t.Errorf("without links there is no other text:\n%s", html)
	}
	if n, err := o.notice(noon, Recipient{Name: "ana", Zone: time.UTC}, "chat", builtIn, []Tell{a}, nil); err != nil || n.HTML != "" {
		t.Errorf("%v: a chat is told %s", err, n.HTML)
	}
}

func TestTemplatesOfHTML(t *testing.T) {
	const text = `{{define "subject"}}ours{{end}}{{define "text"}}ours{{end}}`
	for name, tt := range map[string]struct {
		files      map[string]string
		html, says string
	}{
		"text alone has no HTML in other words":    {map[string]string{"notice.tmpl": text}, "", ""},
		"HTML alone goes with the built-in text":   {map[string]string{"notice.html.tmpl": `{{define "html"}}<b>{{.To}}</b>{{end}}`}, "<b>ana</b>", ""},
		"both":                                     {map[string]string{"notice.tmpl": text, "notice.html.tmpl": `{{define "html"}}<i>ours</i>{{end}}`}, "<i>ours</i>", ""},
		"HTML of no text":                          {map[string]string{"mine.html.tmpl": `{{define "html"}}x{{end}}`}, "", "there is no mine.tmpl"},
		"a field that is none":                     {map[string]string{"notice.html.tmpl": `{{define "html"}}{{.Cuont}}{{end}}`}, "", "can't evaluate field Cuont"},
		"no HTML in it":                            {map[string]string{"notice.html.tmpl": `x`}, "", `"html" is undefined`},
		"too much is left out: the text is enough": {map[string]string{"notice.html.tmpl": `{{define "html"}}{{printf "%600000d" 1}}{{end}}`}, "", ""},
	} {
		dir := t.TempDir()
		for file, text := range tt.files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		ts, err := ReadTemplates(dir)
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			if got, err := ts.html(builtIn, sampleLetters()[0]); err != nil || got != tt.html {
				t.Errorf("%s: %v, %q", name, err, got)
			}
		}
	}
}
