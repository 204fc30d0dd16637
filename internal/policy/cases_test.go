package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const tested = `
policies:
  - name: apps
    kind: studio-app
    when: verdict.idle && (!rate.known || rate.hourly > 0.1) && resource.type != "RStudio"
    unless: resource.tags["stage"] == "prod"
    steps:
      - notify: {to: owner}
      - stop: {}
  - name: notebooks
    kind: notebook-instance
    when: "true"
    steps: [{notify: {to: owner}}]
`

// testIn runs a case against the policies above, from a file beside them.
func testIn(t *testing.T, text string, open func(string) (*estate.Snapshot, error)) ([]Result, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"x.yaml": tested, "x_test.yaml": "tests:\n  - " + strings.ReplaceAll(text, "\n", "\n    ")} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Test(t.Context(), filepath.Join(dir, "x.yaml"), open)
}

func TestCases(t *testing.T) {
	for text, failed := range map[string]string{
		"verdict: {idleFor: 3h}\nwant: matched":                                                           "",
		"verdict: {idleFor: 3h}\nwant: matched\nsteps: [notify, stop]":                                    "",
		"verdict: {idleFor: 3h, confidence: low}\nwant: matched\nsteps: [notify]":                         "",
		"verdict: {idleFor: 3h}\nresource: {hourly: 0.05}\nwant: nothing":                                 "",
		"verdict: {idleFor: 3h}\nresource: {kind: notebook-instance}\nwant: nothing":                      "",
		"verdict: {idleFor: 3h}\nresource: {tags: {stage: prod}}\nwant: exempt\nbecause: stage":           "",
		"verdict: {idleFor: 3h}\nresource: {tagsUnread: true}\nwant: trouble\nbecause: could not be read": "",
		"want: nothing": "",

		"verdict: {idleFor: 3h}\nwant: nothing":                                                       "want nothing, got matched",
		"verdict: {idleFor: 3h}\nresource: {type: RStudio}\nwant: matched":                            "want matched, got nothing",
		"verdict: {idleFor: 3h}\nresource: {tags: {stage: prod}}\nwant: matched":                      `want matched, got exempt: the policy leaves it alone: unless resource.tags["stage"] == "prod"`,
		"verdict: {idleFor: 3h}\nresource: {tags: {stage: prod}}\nwant: exempt\nbecause: keep-until":  "want it to say: keep-until",
		"verdict: {idleFor: 3h, confidence: medium}\nwant: matched\nsteps: [notify, stop]":            "want the steps notify, stop, got notify; stop: the verdict's confidence is medium, and the step asks for high",
		"verdict: {idleFor: 3h}\nnow: 2026-03-02T12:00:00Z\nwant: matched\nsteps: [stop]":             "want the steps stop, got notify, stop",
		"verdict: {state: unknown, why: nobody said}\nwant: matched":                                  "want matched, got nothing",
		"verdict: {idleFor: 3h}\nresource: {age: 1h, changed: 1h, instanceType: ml.t3}\nwant: exempt": "want exempt, got matched",
	} {
		results, err := testIn(t, "name: x\npolicy: apps\n"+text, noSnapshots)
		if err != nil || len(results) != 1 || results[0].Line != 2 || !strings.HasSuffix(results[0].File, "x_test.yaml") || results[0].Case.Name != "x" {
			t.Errorf("%s: %+v, %v", text, results, err)
			continue
		}
		if got := results[0].Failed; got != failed && (failed == "" || !strings.HasSuffix(got, failed)) {
			t.Errorf("%s: %q, want %q", text, got, failed)
		}
	}
}

func TestCasesOnSnapshots(t *testing.T) {
	open := func(path string) (*estate.Snapshot, error) {
		if filepath.Base(path) != "friday.json" || !filepath.IsAbs(path) {
			return nil, errors.New("no such snapshot")
		}
		named := func(name string, change func(*estate.Observation)) *estate.Observation {
			o := app(change)
			o.Resource.Name, o.Resource.ARN = name, "arn:"+name
			return o
		}
		return &estate.Snapshot{At: noon, Observations: []*estate.Observation{
			named("idle", nil),
			named("prod", func(o *estate.Observation) { o.Resource.Tags = map[string]string{"stage": "prod"} }),
			named("unread", func(o *estate.Observation) { o.Resource.Tags = nil }),
			named("busy", func(o *estate.Observation) { o.Verdict = estate.Verdict{State: estate.Active} }),
		}}, nil
	}
	for text, failed := range map[string]string{
		"matched: [idle]\nexempt: [prod]\ntrouble: [unread]":                            "",
		"matched: ['arn:idle']\nexempt: [prod]\ntrouble: [unread]":                      "",
		"matched: [idle]\nexempt: [prod]":                                               "unread is trouble: its tags could not be read, and one of them may keep it",
		"matched: [idle, busy]\nexempt: [prod]\ntrouble: [unread]":                      "busy is not matched",
		"exempt: [prod]\ntrouble: [unread]":                                             "idle is matched",
		"matched: [prod]\nexempt: [idle]\ntrouble: [unread]":                            "idle is matched; prod is exempt: the policy leaves it alone: unless resource.tags[\"stage\"] == \"prod\"; prod is not matched; idle is not exempt",
		"now: 2030-01-01T00:00:00Z\nmatched: [idle]\nexempt: [prod]\ntrouble: [unread]": "",
	} {
		results, err := testIn(t, "name: x\npolicy: apps\nsnapshot: friday.json\n"+text, open)
		if err != nil || len(results) != 1 || results[0].Failed != failed {
			t.Errorf("%s: %+v, %v, want %q", text, results, err, failed)
		}
	}
	if _, err := testIn(t, "name: x\npolicy: apps\nsnapshot: none.json", open); err == nil {
		t.Error("a snapshot that cannot be read is passed over")
	}
}

func TestMistakesInCases(t *testing.T) {
	for text, want := range map[string]string{
		"policy: apps\nwant: matched":                                                 "2:5: the case has no name: add name: what holds",
		"name: x\nwant: matched":                                                      "2:5: the case does not say which policy it tests: the policies are apps, notebooks",
		"name: x\npolicy: app\nwant: matched":                                         `3:13: there is no policy "app": did you mean apps?`,
		"name: x\npolicy: apps":                                                       `2:5: "" is nothing that a policy says: write matched, exempt, trouble or nothing`,
		"name: x\npolicy: apps\nwant: match":                                          `4:11: "match" is nothing that a policy says: `,
		"name: x\npolicy: apps\nmatched: [a]":                                         "2:5: lists of names are expected of a snapshot: ",
		"name: x\npolicy: apps\nsnapshot: a\nwant: matched":                           "5:11: a snapshot has many resources: ",
		"name: x\npolicy: apps\nwant: matched\nverdict: {confidence: sure}":           `5:27: "sure" is no confidence: `,
		"name: x\npolicy: apps\nwant: matched\nverdict: {state: lazy}":                `5:22: "lazy" is no state: `,
		"name: x\npolicy: apps\nwant: matched\nverdict: {state: active, idleFor: 2h}": "5:39: what is active is not idle: ",
		"name: x\npolicy: apps\nwant: matched\nresource: {kind: apps}":                `5:22: unknown kind "apps"`,
		"name: x\npolicy: apps\nwant: matched\nnow: today":                            `5:10: "today" is no instant: `,
	} {
		_, err := testIn(t, text, noSnapshots)
		e, ok := errors.AsType[*estate.Error](err)
		if !ok {
			t.Errorf("%q is accepted: %v", text, err)
			continue
		}
		said, _, _ := strings.Cut(e.Err.Error(), "\n")
		_, at, _ := strings.Cut(e.On, "_test.yaml:")
		if got := at + ": " + said + ": " + e.Hint; !strings.HasPrefix(got, want) {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}
