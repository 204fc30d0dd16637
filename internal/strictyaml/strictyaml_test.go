package strictyaml

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

type sample struct {
	Name   string            `yaml:"name"`
	Share  float64           `yaml:"share"`
	Small  int8              `yaml:"small"`
	On     *bool             `yaml:"on"`
	Wait   time.Duration     `yaml:"wait"`
	Tags   map[string]string `yaml:"tags"`
	Lists  [][]string        `yaml:"lists"`
	Below  *sample           `yaml:"below"`
	Upper  upper             `yaml:"upper"`
	Hidden string            `yaml:"-"`
	Inner  `yaml:",inline"`
}

type Inner struct {
	Depth int `yaml:"depth"`
}

// upper reads itself.
type upper string

func (u *upper) UnmarshalYAML(node ast.Node) error {
	text, ok := Scalar(node)
	if !ok {
		return Wrong(node, "write a word", "want a word")
	}
	*u = upper(strings.ToUpper(text))
	return nil
}

func TestRead(t *testing.T) {
	got := sample{Name: "kept", Inner: Inner{Depth: 1}}
	_, err := Read("read", "x.yaml", `
share: 0.25
small: -7
on: true
wait: 1h30m
tags:
  a: 007
  b: |
    two
    lines
lists: [[a, 'b'], []]
below:
  name: ~
  depth: 2
upper: shout
`, &got)
	if err != nil {
		t.Fatal(err)
	}
	want := sample{Name: "kept", Share: 0.25, Small: -7, On: new(true), Wait: 90 * time.Minute, Tags: map[string]string{"a": "007", "b": "two\nlines\n"},
		Lists: [][]string{{"a", "b"}, {}}, Below: &sample{Inner: Inner{Depth: 2}}, Upper: "SHOUT", Inner: Inner{Depth: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ text, on, want, hint string }{
		{"small: 300", "1:8", `"300" is not a whole number`, ""},
		{"small: 1.5", "1:8", `"1.5" is not a whole number`, ""},
		{"share: half", "1:8", `"half" is not a number`, ""},
		{"wait: [1h]", "1:7", "want a length of time", ""},
		{"tags: a", "1:7", "want keys with their values", ""},
		{"below:\n  below:\n    detph: 1", "3:5", `unknown field "detph"`, "did you mean depth?"},
		{"NAME: x", "1:1", `unknown field "NAME"`, "did you mean name?"},
		{"Hidden: x", "1:1", `unknown field "Hidden"`, "known here: name, share, small, on, wait, tags, lists, below, upper, depth"},
		{"below:\nname: x", "1:7", "nothing is said here", "write {} to take every default, or leave it out"},
		{"name: {a: b}", "1:7", "want text", "put text that has a colon in it into quotes"},
		{"upper: [a]", "1:8", "want a word", "write a word"},
		{"name: !!str x", "1:7", "tags and directives are not part of the format", "remove it, or put text that begins with ! or % into quotes"},
		{`name: "a" in b`, "1:11", "value is not allowed in this context. map key-value is pre-defined", "text that begins with a quote ends with it: write >- and the text below it, or put all of it into quotes"},
		{"lists: " + strings.Repeat("[", 60), "1:58", "nested more than 50 deep", ""},
	} {
		_, err := Read("read", "x.yaml", tt.text, new(sample))
		e, ok := errors.AsType[*estate.Error](err)
		if !ok {
			t.Errorf("%q is accepted", tt.text)
			continue
		}
		said, _, _ := strings.Cut(e.Err.Error(), "\n")
		if e.On != "x.yaml:"+tt.on || said != tt.want || e.Hint != tt.hint {
			t.Errorf("%q: %s, %s; %s", tt.text, e.On, said, e.Hint)
		}
	}
}

func TestEveryMistakeOfTheFormIsTold(t *testing.T) {
	s := sample{}
	d, err := Read("read", "x.yaml", "below:\n  small: 300\n  title: x\nlists: [[a], b]\nname: kept\n", &s)
	if err == nil || d == nil || s.Name != "kept" {
		t.Fatalf("%v, %v, read %q", err, d, s.Name)
	}
	var got []string
	for _, e := range err.(ReadErrors) { //nolint:errorlint // what Read says that it returns
		got = append(got, e.On)
	}
	if diff := cmp.Diff([]string{"x.yaml:2:10", "x.yaml:3:3", "x.yaml:4:14"}, got); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct {
		at   Path
		want bool
	}{{nil, false}, {Path{"below"}, false}, {Path{"below", "share"}, true}, {Path{"lists", 0}, true}, {Path{"lists", 1}, false}, {Path{"name"}, true}} {
		if got := d.Sound(tt.at); got != tt.want {
			t.Errorf("%v is sound: %v", tt.at, got)
		}
	}
	a, b := d.Wrong(Path{"name"}, "", "b"), d.Wrong(Path{"below", "small"}, "", "a")
	if all := All(a, b, nil, a, err); len(all.(ReadErrors)) != 5 { //nolint:errorlint // what All says that it returns
		t.Errorf("not each once: %v", all)
	}
}

func TestWrongPointsAtTheValueOrWhatShouldHoldIt(t *testing.T) {
	d, err := Read("read", "x.yaml", "name: x\nlists:\n  - [a, b]\n  - [c]\nbelow:\n  name: y\n", new(sample))
	if err != nil {
		t.Fatal(err)
	}
	for on, at := range map[string]Path{
		"1:7": {"name"},
		"3:9": {"lists", 0, 1},
		"4:5": {"lists", 1, 5},
		"6:9": {"below", "name"},
		"5:1": {"below"},
		"1:1": {"absent", "name"},
	} {
		if e, ok := errors.AsType[*estate.Error](d.Wrong(at, "", "bad")); !ok || e.On != "x.yaml:"+on {
			t.Errorf("%v is at %v, want %s", at, e.On, on)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("name: x\nbelow: {tags: {a: b}}")
	f.Add("lists: [[a], - b]\nwait: 1h")
	f.Add("a: &b\n- *b")
	f.Add("? x\n: y")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Read("read", "x.yaml", text, new(sample)); err != nil {
			if _, ok := errors.AsType[*estate.Error](err); !ok || err.Error() == "" {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}

func TestWrongWithinPointsIntoTheText(t *testing.T) {
	for _, tt := range []struct{ text, of, want string }{
		{"name: a && §b", "§", "1:12"},
		{"name: é && §b", "§", "1:12"},
		{"name: 'it''s || §b'", "§", "1:17"},
		{`name: "a == \"x\" || §b"`, "§", "1:22"},
		{`name: "\ta || §b"`, "§", "1:15"},
		{"name: |\n  a &&\n  b || §c\n", "§", "3:8"},
		{"name: >- # folded\n  a &&\n  §c\n", "§", "3:3"},
		{"name: a &&\n  b || §c\n", "§", "2:8"},
		{"below:\n  name: \"a &&\n    §c\"\n", "§", "3:5"},
		{"name: a && b", "a", "1:7"},
		{"name: a &&\nsmall: 1\n", "", "1:11"},
		{"name: >\n  a &&\n  b\nsmall: 1\n", "", "3:4"},
	} {
		var s sample
		d, err := Read("read", "x.yaml", tt.text, &s)
		if err != nil {
			t.Fatal(err)
		}
		text, at := s.Name, Path{"name"}
		if s.Below != nil {
			text, at = s.Below.Name, Path{"below", "name"}
		}
		if e, ok := errors.AsType[*estate.Error](d.WrongWithin(at, strings.LastIndex(text, tt.of), "", "bad")); !ok || e.On != "x.yaml:"+tt.want {
			t.Errorf("%q is at %v, want %s", tt.text, e.On, tt.want)
		}
	}
}
