package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

const operation = "read policy"

// A reader reads the policies of one file.
type reader struct {
	name     string
	document *strictyaml.Document
	file     *File
	env      *cel.Env
	// calendars are the file's own, and those that stand in for a pack's.
	calendars map[string]*calendar
	// wrong is what is wrong with the file so far. What follows from a mistake is none of its own.
	wrong []error
}

func (r *reader) require(ok bool, at strictyaml.Path, hint, format string, args ...any) bool {
	if !ok {
		r.wrong = append(r.wrong, r.document.Wrong(at, hint, format, args...))
	}
	return ok
}

// open reads the form of the file, and its calendars. Those above take the place of its own. An error says that nothing of it can be read; there may be
// mistakes in what the reader has read without one.
func open(name, text string, above map[string]*calendar) (*reader, error) {
	r := &reader{name: name, file: &File{}, calendars: map[string]*calendar{}}
	var err error
	if r.document, err = strictyaml.Read(operation, name, text, r.file); r.document == nil {
		return nil, err
	} else if err != nil {
		r.wrong = append(r.wrong, err)
	}
	for _, c := range slices.Sorted(maps.Keys(r.file.Calendars)) {
		at := strictyaml.Path{"calendars", c}
		if !r.document.Sound(at) {
			r.calendars[c] = &calendar{} // conditions may name it
			continue
		}
		r.calendars[c] = r.calendar(c, r.file.Calendars[c], at)
	}
	maps.Copy(r.calendars, above)
	if r.env, err = newEnv(r.calendars); err != nil {
		return nil, &estate.Error{Op: operation, On: name, Err: err}
	}
	return r, nil
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (r *reader) calendar(name string, form Calendar, at strictyaml.Path) *calendar {
	r.require(identifier.MatchString(name), at, "use letters, digits and _: conditions say calendar."+strings.Map(func(c rune) rune {
		if identifier.MatchString("_" + string(c)) {
			return c
		}
		return '_'
	}, name), "%q cannot be the name of a calendar", name)
	c := &calendar{form: form, zone: r.zone(form.TimeZone, at), holidays: map[string]bool{}}
	r.require(len(form.OfficeHours) > 0, at.To("officeHours"), "add officeHours: [mon-fri 08:00-18:00]", "the calendar has no office hours")
	for i, text := range form.OfficeHours {
		h, err := parseHours(text)
		r.require(err == nil, at.To("officeHours", i), fmt.Sprint(err), "%q are no hours of work", text)
		c.hours = append(c.hours, h)
	}
	for i, text := range form.Holidays {
		r.require(parseHoliday(text), at.To("holidays", i), "write a date as 2026-12-24, or a day of every year as 12-25", "%q is no day", text)
		c.holidays[text] = true
	}
	if form.Weekend == nil {
		form.Weekend = []string{"sat", "sun"}
	}
	for i, text := range form.Weekend {
		day, ok := parseDay(text)
		r.require(ok, at.To("weekend", i), "the days are "+strings.Join(dayNames[:], ", "), "%q is no day", text)
		c.weekends[day] = true
	}
	return c
}

func (r *reader) zone(name string, at strictyaml.Path) *time.Location {
	zone, err := time.LoadLocation(name)
	if !r.require(err == nil && name != "Local", at.To("timeZone"), "write it as Europe/Berlin, or UTC", "%q is no time zone", name) {
		return time.UTC
	}
	return zone
}

var policyName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

func (r *reader) policy(form Form, at strictyaml.Path) *Policy {
	line, _ := r.document.Position(at)
	p := &Policy{Name: form.Name, Summary: form.Summary, File: r.name, Line: line, Zone: r.zone(form.TimeZone, at), Schedule: form.Schedule, Approvals: form.Approvals, calendars: r.calendars}
	if !r.require(form.Name != "", at, "add name: …", "the policy has no name") {
		return p
	}
	r.require(policyName.MatchString(form.Name), at.To("name"), "up to 100 letters, digits and . _ -, beginning with a letter or digit", "%q cannot be the name of a policy", form.Name)
	p.Kinds = r.kinds(form, at)
	if r.require(form.When != "", at.To("when"), "write when: true for all resources of the kind", "the policy does not say when") {
		p.when = r.condition(form.When, at.To("when"))
	}
	if form.Unless != "" {
		p.unless = r.condition(form.Unless, at.To("unless"))
	}
	if form.Schedule != "" {
		_, err := parseSchedule(form.Schedule)
		r.require(err == nil, at.To("schedule"), "write minute, hour, day of the month, month and day of the week, as 0 19 * * mon-fri", "%q is no schedule: %v", form.Schedule, err)
	}
	r.require(form.Approvals >= 0 && form.Approvals <= 10, at.To("approvals"), "from 0 to 10 people", "%d people cannot approve", form.Approvals)
	r.require(len(form.Steps) > 0, at.To("steps"), "add steps: [notify: {to: owner}]", "the policy does nothing")
	for i, s := range form.Steps {
		p.Steps = append(p.Steps, r.step(s, p.Kinds, at.To("steps", i)))
	}
	p.Limits = r.limits(form.Limits, at.To("limits"))
	return p
}

func (r *reader) kinds(form Form, at strictyaml.Path) []estate.Kind {
	names, where := form.Kinds, func(i int) strictyaml.Path { return at.To("kinds", i) }
	if form.Kind != "" {
		names, where = []string{form.Kind}, func(int) strictyaml.Path { return at.To("kind") }
		r.require(form.Kinds == nil, at.To("kinds"), "put them all into kinds", "there is a kind already")
	}
	r.require(len(names) > 0, at, "add kind: …, as studio-app", "the policy is about no kind of resource")
	var all []estate.Kind
	for i, name := range names {
		_, err := kinds.Get(estate.Kind(name))
		if err != nil {
			text, hint, _ := strings.Cut(err.Error(), ": ")
			r.require(false, where(i), hint, "%s", text)
		}
		r.require(!slices.Contains(all, estate.Kind(name)), where(i), "name it once", "%s is there already", name)
		all = append(all, estate.Kind(name))
	}
	return all
}

func (r *reader) condition(text string, at strictyaml.Path) *condition {
	c, flaws := compile(r.env, text)
	for _, f := range flaws {
		r.wrong = append(r.wrong, r.document.WrongWithin(at, f.at, f.hint, "%s", f.text))
	}
	return c
}

// allowed are the changes that a kind allows.
func allowed(name estate.Kind) []string {
	k, err := kinds.Get(name)
	if err != nil {
		return nil
	}
	var all []string
	for _, a := range k.Family().Actions {
		all = append(all, a.Name)
	}
	return all
}

// verbs are what the step says to do, by their names.
func (s StepForm) verbs() []string {
	var all []string
	for _, v := range []struct {
		name string
		said bool
	}{
		{"notify", s.Notify != nil}, {"stop", s.Stop != nil}, {"start", s.Start != nil}, {"delete", s.Delete != nil}, {"scale", s.Scale != nil},
		{"set-idle-shutdown", s.SetIdleShutdown != nil}, {"tag", s.Tag != nil}, {"snapshot-config", s.SnapshotConfig != nil},
	} {
		if v.said {
			all = append(all, v.name)
		}
	}
	return all
}

func (r *reader) step(form StepForm, of []estate.Kind, at strictyaml.Path) Step {
	s := Step{After: form.After, MinConfidence: form.MinConfidence}
	r.require(form.After >= 0, at.To("after"), "write it as 4h or 7d", "a step cannot come before what it follows")
	r.require(form.MinConfidence == "" || form.MinConfidence.Rank() > 0, at.To("minConfidence"), "the confidences are high, medium and low", "%q is no confidence", form.MinConfidence)
	verbs := form.verbs()
	if !r.require(len(verbs) > 0, at, "add one of notify, stop, start, delete, scale, set-idle-shutdown, tag, snapshot-config", "the step does nothing") ||
		!r.require(len(verbs) == 1, at.To(verbs[len(verbs)-1]), "make a step of each", "a step does one thing, and this one does %s", strings.Join(verbs, " and ")) {
		return s
	}
	verb := verbs[0]
	here := at.To(verb)
	if n := form.Notify; n != nil {
		r.require(form.MinConfidence == "", at.To("minConfidence"), "leave it out, or compare verdict.confidence in when", "a notice asks for no confidence")
		r.require(n.To != "", here, "add to: owner, or the name of a configured person or group", "nobody is told")
		s.Notify = &Notify{To: n.To, CC: n.CC, Via: n.Via, Template: n.Template}
		return s
	}
	for _, k := range of {
		if can := allowed(k); can != nil {
			r.require(slices.Contains(can, verb), here, "what can be done to it: "+strings.Join(can, ", "), "%s is nothing that can be done to a %s", verb, k)
		}
	}
	s.Ask.Action = verb
	if s.Takes() && s.MinConfidence == "" {
		s.MinConfidence = estate.High
	}
	switch {
	case form.Delete != nil:
		s.Ask.Data = form.Delete.Data
	case form.Scale != nil:
		n := form.Scale.Count
		r.require((n != nil) != form.Scale.ToZero, here, "add count: 1, or toZero: true", "scale says either how many are left or that none is")
		r.require(n == nil || *n > 0, here.To("count"), "write toZero: true for none", "what is left is at least 1")
		s.Ask.Part, s.Ask.ToZero = form.Scale.Part, form.Scale.ToZero
		if n != nil {
			s.Ask.Count = *n
		}
	case form.SetIdleShutdown != nil:
		d := form.SetIdleShutdown.IdleFor
		r.require(d >= time.Hour && d <= 365*24*time.Hour && d%time.Minute == 0, here.To("idleFor"), "from 1h to 365d, in whole minutes", "Studio cannot shut down what is idle for %s", estate.FormatDuration(d))
		s.Ask.IdleMinutes = int(d / time.Minute)
	case form.Tag != nil:
		r.require(len(form.Tag) > 0, here, "add the tags: {cleanup: planned}", "no tag is set")
		for _, key := range slices.Sorted(maps.Keys(form.Tag)) {
			wrong, hint := config.CheckTag(key, form.Tag[key])
			r.require(wrong == "", here.To(key), hint, "%s", wrong)
			r.require(!strings.HasPrefix(strings.ToLower(key), "aws:"), here.To(key), "choose another key", "tags that begin with aws: are AWS's own")
		}
		s.Ask.Tags = form.Tag
	}
	return s
}

func (r *reader) limits(form LimitsForm, at strictyaml.Path) Limits {
	bound := func(n *int, field string) int {
		if n == nil {
			return 0
		}
		r.require(*n > 0, at.To(field), "write 1 or more, or leave it out for no bound", "with a bound of %d nothing is ever done", *n)
		return *n
	}
	return Limits{MaxActions: bound(form.MaxActions, "maxActions"), MaxPerDay: bound(form.MaxPerDay, "maxPerDay"),
		MaxShare: float64(form.MaxShare), MaxHourlySavings: form.MaxHourlySavings.Decimal}
}
