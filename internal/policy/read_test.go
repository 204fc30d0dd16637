package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

func TestEverything(t *testing.T) {
	set, err := Load(t.Context(), "testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	want := []*Policy{
		{Name: "studio-apps-idle-over-2h", Summary: "Apps that idle", File: "testdata/full.yaml", Line: 13, Kinds: []estate.Kind{"studio-app"}, Schedule: "0 19 * * mon-fri", Zone: berlin, Approvals: 2,
			Steps: []Step{
				{Notify: &Notify{To: "owner", CC: []string{"ml-platform"}, Via: []string{"slack", "email"}, Template: "short"}},
				{After: 36 * time.Hour, MinConfidence: estate.Medium, Ask: estate.Ask{Action: "stop"}},
			},
			Limits: Limits{MaxActions: 50, MaxPerDay: 100, MaxShare: 0.2, MaxHourlySavings: decimal.NewFromInt(500)}},
		{Name: "everything-else", File: "testdata/full.yaml", Line: 27, Kinds: []estate.Kind{"endpoint", "inference-component"}, Zone: time.UTC,
			Steps: []Step{
				{Ask: estate.Ask{Action: "tag", Tags: map[string]string{"cleanup": "planned for friday"}}},
				{Ask: estate.Ask{Action: "snapshot-config"}},
				{Notify: &Notify{To: "ml-platform"}},
				{After: 7 * 24 * time.Hour, MinConfidence: estate.High, Ask: estate.Ask{Action: "scale", Part: "blue", Count: 1}},
				{After: 7 * 24 * time.Hour, MinConfidence: estate.High, Ask: estate.Ask{Action: "scale", ToZero: true}},
				{After: 7 * 24 * time.Hour, MinConfidence: estate.High, Ask: estate.Ask{Action: "delete", Data: true}},
			}},
	}
	if set.Policies[0].Name != "notebook-instances-idle" || set.Policies[0].File != "pack:notebooks" {
		t.Errorf("the included pack does not come first: %s", set.Policies[0].Name)
	}
	sameZone := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	unexported := cmp.FilterPath(func(p cmp.Path) bool {
		f, ok := p.Last().(cmp.StructField)
		return ok && strings.ToLower(f.Name()[:1]) == f.Name()[:1]
	}, cmp.Ignore())
	if diff := cmp.Diff(want, set.Policies[1:], sameZone, unexported); diff != "" {
		t.Error(diff)
	}
}

// TestMistakes: the first line of each file says what is wrong with it, where, and what helps.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(b), "\n")
			want := strings.TrimPrefix(first, "# want ")
			_, err = Load(t.Context(), file)
			e, ok := errors.AsType[*estate.Error](err)
			if !ok {
				t.Fatalf("got %v, want %q", err, want)
			}
			said, drawing, _ := strings.Cut(e.Err.Error(), "\n")
			if got := strings.TrimPrefix(e.On, file+":") + ": " + said + ": " + e.Hint; !strings.HasPrefix(got, want) || want == "" {
				t.Errorf("want %s\n got %s", want, got)
			}
			if lines := strings.Split(drawing, "\n"); len(lines) != 2 || !strings.HasSuffix(lines[1], "^") {
				t.Errorf("no line with a caret:\n%v", err)
			}
		})
	}
}

// TestEveryMistakeIsTold: all that is wrong with a file, once and in the order of its lines, and nothing that only follows from it.
func TestEveryMistakeIsTold(t *testing.T) {
	_, err := Load(t.Context(), "testdata/many.yaml", "testdata/bad/no-kind.yaml", "pack:no-such", "testdata/none.yaml")
	all, ok := errors.AsType[strictyaml.ReadErrors](err)
	if !ok {
		t.Fatal(err)
	}
	var got []string
	for _, e := range all {
		said, _, _ := strings.Cut(e.Err.Error(), "\n")
		got = append(got, strings.TrimPrefix(e.On, "testdata/")+": "+said)
	}
	want := []string{
		`many.yaml:1:11: there is no pack "no-such-pack"`,
		`many.yaml:1:36: the pack is there already, included in testdata/many.yaml`,
		`many.yaml:3:3: the calendar has no office hours`,
		`many.yaml:4:15: "Europe/Berln" is no time zone`,
		`many.yaml:6:5: unknown field "officehours"`,
		`many.yaml:12:16: "soon" is not a length of time`,
		`many.yaml:15:5: unknown field "whne"`,
		`many.yaml:18:19: verdict has no "idel"`,
		`many.yaml:18:43: > does not take (duration, string)`,
		`many.yaml:20:9: stop is nothing that can be done to a endpoint`,
		`many.yaml:21:9: a step does one thing, and this one does start and delete`,
		`many.yaml:23:5: the policy does nothing`,
		`many.yaml:23:11: there is a policy of this name already, at testdata/many.yaml:16`,
		`many.yaml:25:33: this is not an expression: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`,
		`many.yaml:28:10: "yesterday" is no instant`,
		`bad/no-kind.yaml:3:5: the policy is about no kind of resource`,
		`pack:no-such: there is no such pack`,
		`none.yaml: no such file or directory`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
