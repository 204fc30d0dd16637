package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// load reads the file and nothing else.
func load(path string) (*File, error) {
	return Load(Options{Path: path, Env: func(string) string { return "" }})
}

func TestEverything(t *testing.T) {
	const path = "testdata/full.yaml"
	got, err := load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := &File{
		Path: path,
		Targets: Targets{
			Organization: &Organization{
				Assumption: Assumption{Role: "ops/SagewardenReader", ExternalID: "sagewarden-7f3a", SessionName: "sagewarden",
					SessionTags: map[string]string{"team": "finops"}, Duration: 90 * time.Minute},
				Units:       []string{"ou-ab12-cdefgh34", "Production/EU"},
				AccountTags: map[string]string{"stage": "prod", "cost": "0042"},
				Exclude:     []string{"012345670123", "sandbox-*"},
				Regions:     []string{"all"},
				AssumeOwn:   true,
			},
			Accounts: []Account{
				{ID: "012345670124", Name: "payments", Assumption: Assumption{Role: "SagewardenReader"}, Regions: []string{"eu-west-1", "us-gov-west-1"}},
				{Profile: "research", Regions: []string{"all"}},
			},
		},
		Owners:   Owners{Tags: []string{"owner"}, CloudTrail: CloudTrail{Lookup: true, Pages: 5}},
		Policies: []string{"policies/*.yaml", "pack:studio-basics"},
		Notify:   Notify{Remind: time.Hour},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Account ids look like numbers, some like octal ones.
func TestTextIsKeptAsItIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(path, []byte("targets: {organization: {exclude: [012345670123, 111122223333], accountTags: {cost: 0042, on: 1.10, off: true}}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := &Organization{Exclude: []string{"012345670123", "111122223333"}, AccountTags: map[string]string{"cost": "0042", "on": "1.10", "off": "true"}}
	if diff := cmp.Diff(want, got.Targets.Organization); diff != "" {
		t.Error(diff)
	}
}

// Each bad file says in its first line where and how reading it fails, and what helps.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(b), "\n")
			position, text, _ := strings.Cut(strings.TrimPrefix(first, "# want "), ": ")
			_, err = load(file)
			e, ok := errors.AsType[*estate.Error](err)
			if !ok {
				t.Fatalf("got %v, want %q", err, text)
			}
			said, drawing, _ := strings.Cut(e.Err.Error(), "\n")
			if e.On != file+":"+position || !strings.HasPrefix(said+": "+e.Hint, text) {
				t.Errorf("want %s: %s, got\n%v\nhint: %s", position, text, err, e.Hint)
			}
			if lines := strings.Split(drawing, "\n"); len(lines) != 2 || !strings.HasSuffix(lines[1], "^") {
				t.Errorf("no line with a caret:\n%v", err)
			}
		})
	}
}

func TestWhereTheFileIs(t *testing.T) {
	root := t.TempDir()
	write := func(name, owner string) string {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("owners: {tags: ["+owner+"]}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	project := write("work/project/sagewarden.yaml", "project")
	xdg := write("xdg/sagewarden/sagewarden.yaml", "xdg")
	home := write("home/.config/sagewarden/sagewarden.yaml", "home")
	named, variable := write("named.yaml", "named"), write("variable.yaml", "variable")
	deep := filepath.Join(root, "work/project/a/b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	xdgHome, userHome := filepath.Join(root, "xdg"), filepath.Join(root, "home")
	for _, tt := range []struct {
		name, dir, path string
		env             map[string]string
		want            string
	}{
		{"named", deep, named, map[string]string{Variable: variable}, named},
		{"named by the environment", deep, "", map[string]string{Variable: variable}, variable},
		{"upward", deep, "", map[string]string{"XDG_CONFIG_HOME": xdgHome}, project},
		{"in the user's directory", filepath.Join(root, "work"), "", map[string]string{"XDG_CONFIG_HOME": xdgHome, "HOME": userHome}, xdg},
		{"in the usual place of it", filepath.Join(root, "work"), "", map[string]string{"HOME": userHome}, home},
		{"nowhere", filepath.Join(root, "work"), "", map[string]string{"HOME": root}, ""},
		{"no home", filepath.Join(root, "work"), "", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Load(Options{Dir: tt.dir, Path: tt.path, Env: func(name string) string { return tt.env[name] }})
			if err != nil || got.Path != tt.want {
				t.Errorf("got %+v, %v; want %q", got, err, tt.want)
			}
		})
	}
}

// A file with the other ending is not read, which is told where nothing else is.
func TestEnding(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name string) string {
		path := filepath.Join(root, name)
		if err := os.WriteFile(path, []byte("owners: {tags: [payer]}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	find := func() *File {
		f, err := Load(Options{Dir: deep, Env: func(string) string { return "" }})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	short := write("a/sagewarden.yml")
	want := Default()
	want.Unread = short
	if diff := cmp.Diff(want, find()); diff != "" {
		t.Error(diff)
	}
	long := write("sagewarden.yaml")
	if f := find(); f.Path != long || f.Unread != "" {
		t.Errorf("%+v, want %s alone", f, long)
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, []byte(strings.Repeat("# \n", maxSize/2)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "no such file or directory",
		dir:                             "is a directory",
		large:                           "more than 1048576 bytes",
	} {
		_, err := load(path)
		if e, ok := errors.AsType[*estate.Error](err); !ok || e.On != path || e.Err.Error() != want || !strings.Contains(e.Hint, "--config") {
			t.Errorf("%s: %v", path, err)
		}
	}
	// A directory in the way of the search is not passed over.
	if err := os.Mkdir(filepath.Join(dir, FileName), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(Options{Dir: dir, Env: func(string) string { return "" }}); err == nil {
		t.Error("a directory is taken for no file")
	}
}

func TestNothingSaid(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "targets:\nowners:\n", "---\n"} {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		want := Default()
		want.Path = path
		if got, err := load(path); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}
