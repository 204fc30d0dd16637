package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func TestParseFormat(t *testing.T) {
	for _, f := range Formats() {
		if got, err := ParseFormat(strings.ToUpper(string(f)), Formats()); got != f || err != nil {
			t.Errorf("ParseFormat(%q) = %q, %v", strings.ToUpper(string(f)), got, err)
		}
	}
	for name, nearest := range map[string]Format{"jsn": JSON, "ndjsonl": NDJSON, "tabel": Table, "mardown": Markdown, "xhtml": HTML, "cvs": CSV} {
		_, err := ParseFormat(name, Formats())
		if err == nil || !strings.Contains(err.Error(), `did you mean "`+string(nearest)+`"`) || !strings.Contains(err.Error(), "table, wide, json, ndjson, csv, markdown, html") {
			t.Errorf("ParseFormat(%q): %v, want %q and the list", name, err, nearest)
		}
	}
}

func TestParseFormatSuggestsOnlyWhatIsClose(t *testing.T) {
	for _, name := range []string{"", "pdf", "sarif", "text", "推荐"} {
		_, err := ParseFormat(name, Formats())
		if err == nil || strings.Contains(err.Error(), "did you mean") || !strings.Contains(err.Error(), "the formats are table, wide, json, ndjson, csv, markdown, html") {
			t.Errorf("ParseFormat(%q): %v, want the list alone", name, err)
		}
	}
}

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		amount             string
		known              bool
		rate, total, exact string
	}{
		{"0", true, "$0.00", "$0.00", "$0.00"},
		{"0", false, "?", "?", "?"},
		{"0.05", true, "$0.05", "$0.05", "$0.05"},
		{"0.0464", true, "$0.0464", "$0.05", "$0.0464"},
		{"0.00004", true, "< $0.0001", "< $0.01", "$0.00004"},
		{"0.00004", false, "> $0.00", "> $0.00", "≥ $0.00004"},
		{"0.99999", true, "$1.00", "$1.00", "$0.99999"},
		{"1.23", false, "≥ $1.23", "≥ $1.23", "≥ $1.23"},
		{"11.608", true, "$11.61", "$11.61", "$11.608"},
		{"999.999", true, "$1,000.00", "$1,000.00", "$999.999"},
		{"1234567.891", true, "$1,234,567.89", "$1,234,567.89", "$1,234,567.891"},
		{"-1234.5", true, "$-1,234.50", "$-1,234.50", "$-1,234.50"},
	} {
		m := cost{amount: usd(c.amount), known: c.known}
		if got := [...]string{m.rate(), m.total(), m.exact()}; got != [...]string{c.rate, c.total, c.exact} {
			t.Errorf("%s, known %v: %q, want %q %q %q", c.amount, c.known, got, c.rate, c.total, c.exact)
		}
	}
}

func TestMoneyForPrograms(t *testing.T) {
	got, err := json.Marshal([]cost{{known: true}, {}, {amount: usd("1.50")}, moot})
	if want := `["0",null,"1.5",null]`; err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

func TestIdleFor(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		open bool
		want string
	}{
		{0, false, "-"},
		{-time.Second, true, "-"},
		{300 * time.Millisecond, false, "0s"},
		{45 * time.Second, false, "45s"},
		{45*time.Minute + 43*time.Second, false, "45m"},
		{90 * time.Minute, false, "1h 30m"},
		{12*day + 4*time.Hour + 59*time.Minute, false, "12d 4h"},
		{2*day + 5*time.Minute, false, "2d"},
		{33*day + 23*time.Hour, true, ">33d"},
	} {
		if got := idleFor(c.d, c.open); got != c.want {
			t.Errorf("idleFor(%v, %v) = %q, want %q", c.d, c.open, got, c.want)
		}
	}
}

func TestAgo(t *testing.T) {
	for _, c := range []struct {
		t    time.Time
		want string
	}{
		{time.Time{}, "-"},
		{before(2*day + 3*time.Hour), "2d 3h ago"},
		{before(59 * time.Second), "just now"},
		{before(-time.Minute), "in 1m"},
	} {
		if got := ago(at, c.t); got != c.want {
			t.Errorf("ago(%v) = %q, want %q", c.t, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                 "plain",
		"\x1b[31mred\x1b[0m":    "␛[31mred␛[0m",
		"a\nb\r\nc\td\u2028e":   "a b  c d e",
		"\u202egnp.exe\u2066":   "�gnp.exe�",
		"\u009b2J\x7f\x00\x07":  "�2J␡␀␇",
		"zero\u200bwidth\ufeff": "zero�width�",
		"bad\xffutf8":           "bad�utf8",
		"👩‍🔬 王小明 می\u200cخواهم": "👩‍🔬 王小明 می\u200cخواهم",
	} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"name":     "name",
		"":         "",
		"a=b":      "a=b",
		"=1+1":     "'=1+1",
		"+1":       "'+1",
		"-1":       "'-1",
		"@SUM(A1)": "'@SUM(A1)",
		"\tx":      "' x",
		"\rx":      "' x",
		"  =1":     "'  =1",
		"＝1":       "'＝1",
	} {
		if got := harmless(in); got != want {
			t.Errorf("harmless(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEscapeMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"a|b":                `a\|b`,
		`a\|b`:               `a\\\|b`,
		"![x](http://y)":     `\!\[x\](http://y)`,
		"<img src=x> &lt;":   `\<img src=x\> \&lt;`,
		"`code` **b** ~s~":   "\\`code\\` \\*\\*b\\*\\* \\~s\\~",
		"snake_case":         "snake_case",
		"_emphasis_ a_ _b":   `\_emphasis\_ a\_ \_b`,
		"line\n# of its own": `line \# of its own`,
	} {
		if got := escapeMarkdown(in); got != want {
			t.Errorf("escapeMarkdown(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDearestFirst(t *testing.T) {
	idle := func(name, hourly, soFar string, known bool) *estate.Observation {
		return &estate.Observation{
			Resource: estate.Resource{ARN: prod.SageMakerARN("endpoint/" + name), Kind: "endpoint", Target: prod, Name: name},
			Verdict:  estate.Verdict{State: estate.Idle},
			Waste:    estate.Waste{Known: known, Hourly: usd(hourly), SoFar: usd(soFar)},
		}
	}
	s := &estate.Snapshot{At: at, Observations: []*estate.Observation{
		idle("free", "0", "0", true),
		idle("no-price", "0", "0", false),
		idle("cheap", "0.01", "900", true),
		idle("two-b", "2", "5", true),
		idle("two-a", "2", "5", true),
		idle("two-longer", "2", "50", true),
		idle("two-at-least", "2", "500", false),
		idle("ten", "10", "1", true),
	}}
	var got []string
	d := newDigest(s, true)
	for _, r := range slices.Concat(d.idle, d.free) {
		got = append(got, r.Name)
	}
	want := []string{"ten", "two-longer", "two-a", "two-b", "two-at-least", "cheap", "no-price", "free"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestIdlePartWithoutFiguresIsNotFree(t *testing.T) {
	s := rich()
	s.Observations = s.Observations[3:4]
	s.Observations[0].Waste.Parts = nil
	rows := newDigest(s, true).idle
	if len(rows) != 1 || rows[0].Hourly.rate() != "?" || rows[0].Label != "search › canary" {
		t.Errorf("rows = %+v, want one of unknown price", rows)
	}
}

func TestSharedInstanceIsCountedOnceAmongTheNotJudged(t *testing.T) {
	app := func(name, share string) *estate.Observation {
		return &estate.Observation{
			Resource: estate.Resource{ARN: name, Target: dev, Name: name, Meters: []estate.Meter{{Component: "Studio-KernelGateway", InstanceType: "ml.t3.medium", Count: 1, Share: share, Rate: listed("0.05")}}},
			Verdict:  estate.Verdict{State: estate.Unknown},
		}
	}
	s := &estate.Snapshot{At: at, Observations: []*estate.Observation{app("a", "one"), app("b", "one"), app("c", "two"), app("d", "")}}
	got := newDigest(s, true).summary.NotJudged
	if got.Resources != 4 || got.Hourly.rate() != "$0.15" || !got.PriceKnown {
		t.Errorf("not judged: %d, %s; want 4, $0.15", got.Resources, got.Hourly.rate())
	}
}

func TestStateOfALaterVersionIsNotJudged(t *testing.T) {
	s := tidy()
	s.Observations[0].Verdict.State = "dormant"
	d := newDigest(s, true)
	if len(d.unknown) != 1 || d.summary.NotJudged.Resources != 1 {
		t.Errorf("%d unknown rows, %d not judged; want 1 and 1", len(d.unknown), d.summary.NotJudged.Resources)
	}
}

func TestUnsupportedFormats(t *testing.T) {
	s := rich()
	for name, err := range map[string]error{
		"scan":    Scan(io.Discard, s, Options{Format: "sarif"}),
		"explain": Explain(io.Discard, s, s.Observations[0], Options{Format: CSV}),
	} {
		if err == nil || !strings.Contains(err.Error(), "use one of table") {
			t.Errorf("%s: %v, want the formats that are possible", name, err)
		}
	}
}

type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestWriteErrorsAreTold(t *testing.T) {
	s := rich()
	for _, f := range Formats() {
		if err := Scan(brokenPipe{}, s, Options{Format: f}); !errors.Is(err, errPipe) {
			t.Errorf("scan as %s: %v", f, err)
		}
	}
	for _, f := range []Format{Table, JSON, Markdown} {
		if err := Explain(brokenPipe{}, s, s.Observations[0], Options{Format: f}); !errors.Is(err, errPipe) {
			t.Errorf("explain as %s: %v", f, err)
		}
	}
}

func TestWrong(t *testing.T) {
	orphan := []estate.Condition{{Type: estate.Orphaned}}
	priced := []estate.Meter{{Part: "main", Count: 1, Rate: listed("1")}}
	unpriced := []estate.Meter{{Part: "main", Count: 1}}
	for name, c := range map[string]struct {
		verdict estate.Verdict
		meters  []estate.Meter
		want    bool
	}{
		"fine":                         {estate.Verdict{State: estate.Idle}, priced, false},
		"orphan that bills nothing":    {estate.Verdict{Conditions: orphan}, nil, false},
		"orphan that bills":            {estate.Verdict{Conditions: orphan}, priced, true},
		"orphan of unknown price":      {estate.Verdict{Conditions: orphan}, unpriced, true},
		"broken, and bills nothing":    {estate.Verdict{Conditions: []estate.Condition{{Type: estate.Broken}}}, nil, true},
		"stuck part of one in use":     {estate.Verdict{State: estate.Active, Parts: []estate.PartVerdict{{Part: "main", Verdict: estate.Verdict{Conditions: []estate.Condition{{Type: estate.Stuck}}}}}}, nil, true},
		"part orphaned, another bills": {estate.Verdict{Parts: []estate.PartVerdict{{Part: "spare", Verdict: estate.Verdict{Conditions: orphan}}}}, priced, false},
	} {
		if got := Wrong(&estate.Observation{Resource: estate.Resource{Meters: c.meters}, Verdict: c.verdict}); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestWrongTellsWhatIsCountedTwice(t *testing.T) {
	known := func(amount string) cost { return cost{amount: usd(amount), known: true} }
	for _, c := range []struct {
		hourly, idle cost
		want         string
	}{
		{known("2"), known("0"), "1 resource, $2.00/h"},
		{known("2"), known("2"), "1 resource, $2.00/h, all of it counted as idle, too"},
		{known("2"), known("0.5"), "1 resource, $2.00/h, of which $0.50/h is counted as idle, too"},
		{cost{amount: usd("2")}, cost{amount: usd("2")}, "1 resource, ≥ $2.00/h, of which ≥ $2.00/h is counted as idle, too"},
		{cost{amount: usd("2")}, cost{}, "1 resource, ≥ $2.00/h, some of it counted as idle, too"},
		{known("0"), known("0"), "1 resource"},
	} {
		if got := (wrong{Resources: 1, Hourly: c.hourly, IdleHourly: c.idle}).String(); got != c.want {
			t.Errorf("%v and %v: %q, want %q", c.hourly, c.idle, got, c.want)
		}
	}
}

func TestHolesAreGroupedByAccountAndOutcome(t *testing.T) {
	at := func(account, region string) estate.Target {
		return estate.Target{Partition: "aws", Account: account, Region: region}
	}
	hole := func(target estate.Target, op string, o estate.Outcome) estate.Coverage {
		return estate.Coverage{Target: target, Operation: op, Outcome: o, Hides: "what " + op + " lists", Hint: "allow " + op}
	}
	cs := []estate.Coverage{
		hole(at("1", "a"), "x", estate.OutcomeDenied), hole(at("1", "a"), "y", estate.OutcomeDenied), hole(at("1", "a"), "z", estate.OutcomeThrottled),
		hole(at("1", "b"), "x", estate.OutcomeDenied), hole(at("1", "b"), "y", estate.OutcomeDenied), {Target: at("1", "b"), Operation: "z", Outcome: estate.OutcomeSeen},
		hole(at("2", "a"), "x", estate.OutcomeDenied), hole(at("2", "a"), "y", estate.OutcomeDenied),
		hole(at("3", "a"), "x", estate.OutcomeDenied), {Target: at("3", "a"), Operation: "y", Outcome: estate.OutcomeSeen},
	}
	want := []string{
		"1/a,b 2 operations denied (x, y), hides what x lists; what y lists",
		"2/a all 2 operations denied, hides everything that was asked for",
		"1/a z throttled, hides what z lists",
		"3/a x denied, hides what x lists",
	}
	var got []string
	holes := 0
	for _, b := range blind(cs) {
		got = append(got, b.String())
		holes += len(b.holes) * len(b.regions)
	}
	if diff := cmp.Diff(want, got); diff != "" || holes != 8 {
		t.Errorf("%d holes of 8 (-want +got):\n%s", holes, diff)
	}
}

func TestHolesStayOnTheirLines(t *testing.T) {
	hole := estate.Coverage{Target: prod, Operation: "sagemaker:ListApps", Outcome: estate.OutcomeFailed, Error: hostile + "\n  hint: no", Hint: hostile}
	var b bytes.Buffer
	if err := Holes(&b, &estate.Snapshot{Coverage: []estate.Coverage{hole}}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "sagewarden: not seen: ") || !strings.HasPrefix(lines[1], "  hint: ") {
		t.Errorf("want one line and its hint:\n%s", b.String())
	}
	for _, line := range lines {
		if line != Line(line) {
			t.Errorf("%q would be obeyed", line)
		}
	}
}

func TestPageAllowsItsOwnStyleAndNothingElse(t *testing.T) {
	var b bytes.Buffer
	if err := Scan(&b, rich(), Options{Format: HTML}); err != nil {
		t.Fatal(err)
	}
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(b.String())
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(b.String())
	if style == nil || policy == nil {
		t.Fatalf("no style or no policy in the page")
	}
	hash := sha256.Sum256([]byte(style[1]))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
	if got := html.UnescapeString(policy[1]); got != want {
		t.Errorf("policy %q, want %q", got, want)
	}
	for _, forbidden := range []string{"<script", "style=", "<b>", "src=", "url("} {
		if strings.Contains(b.String(), forbidden) {
			t.Errorf("the page holds %q", forbidden)
		}
	}
}

func TestCalmPrintsNoColor(t *testing.T) {
	var calm, loud bytes.Buffer
	if err := Scan(&calm, rich(), Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	if err := Scan(&loud, rich(), Options{Width: 100, Color: true}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(calm.String(), "\x1b") {
		t.Error("escape sequences without Color")
	}
	sequence := regexp.MustCompile("\x1b\\[[0-9;]*m")
	if !sequence.MatchString(loud.String()) {
		t.Error("no colour with Color")
	}
	if diff := cmp.Diff(calm.String(), sequence.ReplaceAllString(loud.String(), "")); diff != "" {
		t.Errorf("colour changes more than the colour (-calm +loud):\n%s", diff)
	}
}

func TestStats(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_999: "1.0 MB", 1_234_567_890: "1.2 GB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "0s", 1234567: "1ms", 3512 * time.Millisecond: "3.51s", 83*time.Second + 4*time.Millisecond: "1m23s"} {
		if got := brief(d); got != want {
			t.Errorf("brief(%d) = %q, want %q", d, got, want)
		}
	}
}
