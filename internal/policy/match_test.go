package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// noon is a Monday.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// one is the policy of a file that has one.
func one(t testing.TB, text string) *Policy {
	t.Helper()
	set, err := Parse("x.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return set.Policies[0]
}

// about is a policy of Studio apps with these conditions, which stops them.
func about(t testing.TB, when, unless string) *Policy {
	t.Helper()
	return one(t, fmt.Sprintf(`
calendars:
  berlin: {timeZone: Europe/Berlin, officeHours: ['mon-fri 08:00-18:00'], holidays: [2026-04-06, 12-25]}
policies:
  - name: x
    kind: studio-app
    timeZone: Asia/Tokyo
    when: |-
      %s
    unless: |-
      %s
    steps:
      - notify: {to: owner}
      - after: 4h
        stop: {}
`, when, unless))
}

// app is an app that was idle for three hours at noon.
func app(change func(*estate.Observation)) *estate.Observation {
	o := &estate.Observation{
		Resource: estate.Resource{ARN: "arn:aws:sagemaker:eu-west-1:111122223333:app/d-1/ana/jupyterlab/default", Kind: "studio-app", Name: "ana/default", Type: "JupyterLab", Status: "InService",
			Target: estate.Target{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}, Created: noon.Add(-72 * time.Hour), Modified: noon.Add(-48 * time.Hour),
			Domain: "d-1", User: "ana", Owner: "ana@example.com", Tags: map[string]string{"stage": "pilot", "empty": ""}, Attributes: map[string]string{"appType": "JupyterLab"},
			Meters: []estate.Meter{{InstanceType: "ml.g5.xlarge", Count: 2, Rate: estate.Rate{Known: true, Hourly: decimal.RequireFromString("1.5")}}}},
		Verdict: estate.Verdict{State: estate.Idle, Confidence: estate.High, Since: noon.Add(-3 * time.Hour), LastUse: noon.Add(-3 * time.Hour), Rule: "app/heartbeat-idle", Why: "idle for 3h",
			Conditions: []estate.Condition{{Type: estate.Relaunching}}},
	}
	if change != nil {
		change(o)
	}
	return o
}

func TestConditionsSpeakOfTheResource(t *testing.T) {
	for _, when := range []string{
		`resource.arn.startsWith("arn:aws:") && resource.kind == "studio-app" && resource.name == "ana/default" && resource.type == "JupyterLab"`,
		`resource.status == "InService" && resource.account == "111122223333" && resource.region == "eu-west-1"`,
		`resource.domain == "d-1" && resource.user == "ana" && resource.space == "" && resource.owner == owner && owner == "ana@example.com"`,
		`resource.created < resource.modified && resource.age == duration("3d") && now - resource.created == resource.age`,
		`resource.attributes["appType"] == "JupyterLab" && resource.attributes.appType == "JupyterLab" && !("x" in resource.attributes) && !has(resource.attributes.x)`,
		`resource.instanceTypes == ["ml.g5.xlarge"] && resource.instanceTypes.exists(t, t.startsWith("ml.g"))`,
		`resource.tags["stage"] == "pilot" && resource.tags.stage == "pilot" && "stage" in resource.tags && has(resource.tags.stage) && size(resource.tags) == 2`,
		`resource.tags == {"stage": "pilot", "empty": ""} && resource.tags.exists(k, k == "stage") && resource.tags.all(k, resource.tags[k] != "x")`,
		`has(resource.tags) && has(resource.tags.empty) && "empty" in resource.tags && resource.tags["empty"] == ""`,
		// A tag that is not there reads as the empty text, and is told apart by has and in.
		`resource.tags["none"] == "" && resource.tags.none == "" && !("none" in resource.tags) && !has(resource.tags.none) && !(resource.tags["keep-until"] > today)`,
		`verdict.state == "idle" && verdict.idle && !verdict.active && !verdict.unknown && verdict.idleFor == duration("3h") && verdict.idleFor > duration("1h30m")`,
		`verdict.since == now - duration("3h") && verdict.lastUse == verdict.since && verdict.confidence == "high" && verdict.rule == "app/heartbeat-idle" && verdict.why == "idle for 3h"`,
		`"Relaunching" in verdict.conditions && !("Stuck" in verdict.conditions)`,
		`rate.known && rate.hourly == 3.0 && rate.hourly > 2 && rate.monthly == 2190.0`,
		`today == "2026-03-02" && now == timestamp("2026-03-02T12:00:00Z") && now.getDayOfWeek("Asia/Tokyo") == 1`,
		`calendar.berlin.officeHours && !calendar.berlin.holiday && !calendar.berlin.weekend`,
		`verdict.idleFor > duration(string("0") + "d1h")`,
	} {
		if m := about(t, when, "false").Match(app(nil), noon); m != (Match{Matched: true}) {
			t.Errorf("%s: %+v", when, m)
		}
	}
}

func TestTodayIsThePolicysZones(t *testing.T) {
	late := noon.Add(4 * time.Hour) // past midnight in Tokyo
	if m := about(t, `today == "2026-03-03"`, "false").Match(app(nil), late); !m.Matched {
		t.Errorf("%+v", m)
	}
}

func TestWhatIsNotKnownIsTrouble(t *testing.T) {
	blank := func(o *estate.Observation) {
		o.Resource.Created, o.Resource.Modified, o.Resource.Tags, o.Resource.Attributes = time.Time{}, time.Time{}, nil, nil
		o.Resource.Meters[0].Rate.Known, o.Resource.Ends = false, true
		o.Verdict.Since, o.Verdict.LastUse = time.Time{}, time.Time{}
	}
	for when, why := range map[string]string{
		`now - resource.created > duration("1h")`:  "when it was created is not known",
		`resource.age > duration("1h")`:            "when it was created is not known",
		`now - resource.modified > duration("1h")`: "when it was last changed is not known",
		`now - verdict.lastUse > duration("1h")`:   "when it was last used is not known",
		`now - verdict.since > duration("1h")`:     "since when it is idle is not known",
		`rate.hourly > 0.1 || rate.hourly <= 0.1`:  "what it costs is not known",
		`rate.monthly < 1000000`:                   "it ends by itself",
		`resource.tags["a"] != "b"`:                "its tags could not be read",
		`!("a" in resource.tags)`:                  "its tags could not be read",
		`!has(resource.tags.a)`:                    "its tags could not be read",
		`resource.attributes["appType"] != "x"`:    "no such key: appType",
		`duration(resource.name) > duration("1h")`: "is not a duration",
		`true`:                 "its tags could not be read", // one of them may keep it
		`resource == resource`: "compare members",
		`[1, 2, 3].all(x, [1, 2].all(y, x / (x - x) == 1))`:  "division by zero",
		`verdict.idle || resource.tags["a"] == "b"`:          "its tags could not be read",
		`resource.name.matches(resource.name + "(")`:         "missing closing",
		`timestamp(resource.name) > now`:                     "invalid RFC 3339",
		`"` + strings.Repeat("a", 9000) + `".matches("a+$")`: "its tags could not be read",
	} {
		if m := about(t, when, "false").Match(app(blank), noon); m.Matched || m.Exempt != "" || !strings.Contains(m.Trouble, why) {
			t.Errorf("%.80s: %+v, want trouble: %s", when, m, why)
		}
	}
	// has() asks without trouble.
	when := `!has(resource.created) && !has(verdict.lastUse) && !has(rate.hourly) && !has(resource.tags) && !rate.known`
	if m := about(t, when, "false").Match(app(blank), noon); !strings.Contains(m.Trouble, "one of them may keep it") {
		t.Errorf("%+v", m)
	}
}

func TestAnExpensiveConditionIsTrouble(t *testing.T) {
	many := app(func(o *estate.Observation) {
		for i := range 2000 {
			o.Resource.Tags[fmt.Sprint("k", i)] = strings.Repeat("v", 200)
		}
	})
	if m := about(t, `resource.tags.all(a, resource.tags.all(b, resource.tags[a].matches("^v*" + b + "?$") || true))`, "false").Match(many, noon); !strings.Contains(m.Trouble, "cost") {
		t.Errorf("%+v", m)
	}
}

func TestUnlessLetsOff(t *testing.T) {
	for _, tt := range []struct {
		unless string
		tags   map[string]string
		want   string
	}{
		// The example of the design: for who has the tag, and for who has not.
		{`resource.tags["until"] > today`, map[string]string{"until": "2026-03-03"}, wantExempt},
		{`resource.tags["until"] > today`, map[string]string{"until": "2026-03-02"}, wantMatched},
		{`resource.tags["until"] > today`, map[string]string{}, wantMatched},
		{`resource.tags["until"] > today`, nil, wantTrouble},
		{`resource.tags["stage"] != "sandbox"`, map[string]string{}, wantExempt},
		{`int(resource.tags["days"]) > 3`, map[string]string{"days": "many"}, wantTrouble},
		{`false`, map[string]string{}, wantMatched},
	} {
		got, why := about(t, "verdict.idle", tt.unless).Match(app(func(o *estate.Observation) { o.Resource.Tags = tt.tags }), noon).Says()
		if got != tt.want || got == wantExempt && !strings.Contains(why, tt.unless) {
			t.Errorf("unless %s with %v: %s %s, want %s", tt.unless, tt.tags, got, why, tt.want)
		}
	}
}

func TestKeepUntilKeepsOutOfEveryPolicy(t *testing.T) {
	for _, tt := range []struct{ key, value, want, why string }{
		{"keep-until", "2026-03-03", wantExempt, "its tag keep-until says 2026-03-03"},
		{"sagewarden:keep-until", "2026-03-03", wantExempt, "sagewarden:keep-until"},
		{"Keep-Until", "2026-03-03", wantExempt, ""},
		{"keep-until", "2026-03-02", wantExempt, ""}, // to the end of the day
		{"keep-until", "2026-03-01", wantMatched, ""},
		{"keep-until", "2026-03-02T12:00:01Z", wantExempt, ""},
		{"keep-until", "2026-03-02T12:00:00Z", wantMatched, ""},
		{"keep-until", "2026-03-02T21:00:01+09:00", wantExempt, ""},
		{"keep-until", "Friday", wantExempt, `"Friday", which is no date`},
		{"keep-until", "", wantExempt, "which is no date"},
		{"keep-until", "2026-02-30", wantExempt, "which is no date"},
		{"keep", "2026-03-03", wantMatched, ""},
	} {
		got, why := about(t, "true", "false").Match(app(func(o *estate.Observation) { o.Resource.Tags = map[string]string{tt.key: tt.value} }), noon).Says()
		if got != tt.want || !strings.Contains(why, tt.why) {
			t.Errorf("%s=%s: %s %s, want %s", tt.key, tt.value, got, why, tt.want)
		}
	}
	// The day ends where the policy is: in Tokyo, at 15:00 UTC.
	keep := app(func(o *estate.Observation) { o.Resource.Tags = map[string]string{"keep-until": "2026-03-02"} })
	if m := about(t, "true", "false").Match(keep, noon.Add(3*time.Hour)); !m.Matched {
		t.Errorf("%+v", m)
	}
}

func TestOnlyKindsOfThePolicyMatch(t *testing.T) {
	if m := about(t, "true", "false").Match(app(func(o *estate.Observation) { o.Resource.Kind = "endpoint" }), noon); m != (Match{}) {
		t.Errorf("%+v", m)
	}
}

// TestWhatIsUnknownIsNeverActedOn: whatever the condition says, what takes something away needs a verdict.
func TestWhatIsUnknownIsNeverActedOn(t *testing.T) {
	const form = "policies: [{name: x, kind: notebook-instance, when: '!verdict.active', steps: [{notify: {to: owner}}%s]}]"
	for steps, want := range map[string]string{
		"":                                 wantMatched,
		", {tag: {idle: perhaps}}":         wantMatched,
		", {snapshot-config: {}}":          wantMatched,
		", {stop: {}}":                     wantTrouble,
		", {stop: {}, minConfidence: low}": wantTrouble,
		", {tag: {a: b}}, {delete: {}}":    wantTrouble,
	} {
		for _, state := range []estate.State{estate.Unknown, "", "new"} {
			o := app(func(o *estate.Observation) {
				o.Resource.Kind, o.Verdict = "notebook-instance", estate.Verdict{State: state, Confidence: estate.High, Why: "nobody knows"}
			})
			p := one(t, fmt.Sprintf(form, steps))
			if got, why := p.Match(o, noon).Says(); got != want {
				t.Errorf("%q of %q: %s %s, want %s", steps, state, got, why, want)
			}
			for _, s := range p.Steps {
				if s.Takes() && s.Refuses(estate.Verdict{State: estate.Active, Confidence: estate.High}) == "" {
					t.Errorf("%s of what is in use", s.Verb())
				}
				if s.Takes() != (s.Refuses(o.Verdict) != "") {
					t.Errorf("%s of %q: %s", s.Verb(), state, s.Refuses(o.Verdict))
				}
			}
		}
	}
}

func TestStepsAskForConfidence(t *testing.T) {
	p := one(t, `policies: [{name: x, kind: notebook-instance, when: "true", steps: [{notify: {to: owner}}, {stop: {}}, {stop: {}, minConfidence: medium}, {tag: {a: b}}, {tag: {a: b}, minConfidence: high}]}]`)
	for confidence, want := range map[estate.Confidence]string{
		estate.High: "notify stop stop tag tag", estate.Medium: "notify stop tag", estate.Low: "notify tag", "": "notify tag",
	} {
		var done []string
		for _, s := range p.Steps {
			if s.Refuses(estate.Verdict{State: estate.Idle, Confidence: confidence}) == "" {
				done = append(done, s.Verb())
			}
		}
		if got := strings.Join(done, " "); got != want {
			t.Errorf("%q: %s, want %s", confidence, got, want)
		}
	}
}

func TestAPolicyThatWasNotReadMatchesNothing(t *testing.T) {
	if m := (&Policy{Kinds: []estate.Kind{"studio-app"}, Zone: time.UTC}).Match(app(nil), noon); m.Matched || m.Trouble == "" {
		t.Errorf("%+v", m)
	}
}

func BenchmarkMatch(b *testing.B) {
	p := about(b, `verdict.idle && verdict.idleFor > duration("2h") && !calendar.berlin.holiday`, `resource.tags["until"] > today`)
	o := app(nil)
	b.ReportAllocs()
	for b.Loop() {
		if m := p.Match(o, noon); !m.Matched {
			b.Fatal(m)
		}
	}
}
