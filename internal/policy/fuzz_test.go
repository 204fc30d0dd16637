package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// FuzzParse: no text brings the reader down. What it refuses it explains, and what it takes it can tell, judge and number.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/bad/*.yaml", "../../policies/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := Parse("x.yaml", text)
		if err != nil {
			if _, ok := errors.AsType[*estate.Error](err); !ok || err.Error() == "" {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		set.Warnings(noon)
		for _, p := range set.Policies {
			var b strings.Builder
			if err := p.Explain(&b, noon); err != nil || p.Digest() == "" {
				t.Errorf("%q: %v", text, err)
			}
			o := app(func(o *estate.Observation) { o.Resource.Kind = p.Kinds[0] })
			if m := p.Match(o, noon); m.Matched && m.Trouble != "" {
				t.Errorf("%q: %+v", text, m)
			}
		}
	})
}

// FuzzCondition: whatever a condition says, and of whatever it speaks, it ends; and of what is unknown or unread nothing that takes away is matched.
func FuzzCondition(f *testing.F) {
	for _, seed := range []string{
		`verdict.idle && verdict.idleFor > duration("2h")`, `resource.tags["a"] < today || has(resource.tags.b)`, `resource.tags.all(k, k.matches("^a+$"))`,
		`rate.hourly * 2.0 > 1.5 && now - verdict.lastUse > duration("7d")`, `resource.attributes["x"] == owner`, `verdict.conditions.exists(c, c in ["Stuck"])`,
		`!verdict.active`, `calendar.berlin.officeHours ? resource.age > duration("1d") : true`,
	} {
		f.Add(seed, "a", "b", int64(3600), uint8(0))
	}
	calendars := map[string]*calendar{"berlin": {zone: time.UTC}}
	env, err := newEnv(calendars)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, key, value string, seconds int64, what uint8) {
		c, flaws := compile(env, text)
		for _, flaw := range flaws {
			if flaw.text == "" || flaw.at < 0 || flaw.at > len(text) {
				t.Errorf("%q: %+v", text, flaw)
			}
		}
		if flaws != nil {
			return
		}
		o := app(func(o *estate.Observation) {
			o.Resource.Tags = map[string]string{key: value}
			o.Resource.Attributes = map[string]string{value: key}
			o.Verdict.Since = noon.Add(time.Duration(seconds) * time.Second)
			if what&1 != 0 {
				o.Resource.Tags = nil
			}
			if what&2 != 0 {
				o.Verdict = estate.Verdict{State: estate.Unknown}
			}
			if what&4 != 0 {
				o.Resource.Created, o.Resource.Meters[0].Rate.Known = time.Time{}, false
			}
		})
		p := &Policy{Kinds: []estate.Kind{o.Resource.Kind}, Zone: time.UTC, when: c, calendars: calendars, Steps: []Step{{Ask: estate.Ask{Action: "stop"}}}}
		m := p.Match(o, noon)
		if m.Matched && (what&3 != 0 || m.Trouble != "") {
			t.Errorf("%q of %v: %+v", text, o.Resource.Tags, m)
		}
	})
}
