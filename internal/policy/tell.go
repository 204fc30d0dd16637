package policy

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// Explain says in words what the policy does: to which kinds, when, in which order, and within which bounds.
func (p *Policy) Explain(w io.Writer, now time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s:%d)\n", p.Name, p.File, p.Line)
	if p.Summary != "" {
		fmt.Fprintf(&b, "  %s\n", p.Summary)
	}
	fact := func(label, format string, args ...any) {
		text := strings.ReplaceAll(strings.TrimSpace(fmt.Sprintf(format, args...)), "\n", "\n"+strings.Repeat(" ", 12))
		fmt.Fprintf(&b, "  %-9s %s\n", label, text)
	}
	b.WriteString("\n")
	for i, kind := range p.Kinds {
		summary := ""
		if k, err := kinds.Get(kind); err == nil {
			summary = k.Family().Summary
		}
		fact([]string{"about", ""}[min(i, 1)], "%s: %s", kind, summary)
	}
	fact("when", "%s", p.when.text)
	if p.unless != nil {
		fact("unless", "%s", p.unless.text)
	}
	fact("never", "while a tag %s says a day to come (%s), or says no date", strings.Join(keepTags, " or "), p.Zone)
	switch next, ever := p.Next(now); {
	case p.Schedule == "":
		fact("looks", "at every run")
	case ever:
		fact("looks", "by the schedule %s in %s, next on %s", p.Schedule, p.Zone, next.Format("Mon 2006-01-02 15:04"))
	default:
		fact("looks", "by the schedule %s, which never comes", p.Schedule)
	}
	b.WriteString("\n")
	for i, s := range p.Steps {
		p.explainStep(&b, i, s)
	}
	b.WriteString("\n")
	fact("limits", "%s", cmp.Or(p.Limits.String(), "none of its own"))
	if p.Approvals > 0 {
		fact("approval", "by %s, before anything is changed", number(p.Approvals, "person", "people"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// String says the limits in words; empty where there are none.
func (l Limits) String() string {
	var all []string
	if l.MaxActions > 0 {
		all = append(all, number(l.MaxActions, "change", "changes")+" a run")
	}
	if l.MaxPerDay > 0 {
		all = append(all, number(l.MaxPerDay, "change", "changes")+" a day")
	}
	if l.MaxShare > 0 {
		all = append(all, fmt.Sprintf("%.4g%% of what there is of its kinds", l.MaxShare*100))
	}
	if l.MaxHourlySavings.IsPositive() {
		all = append(all, "$"+l.MaxHourlySavings.String()+" an hour")
	}
	if len(all) == 0 {
		return ""
	}
	return "at most " + strings.Join(all, ", ")
}

func number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (p *Policy) explainStep(b *strings.Builder, i int, s Step) {
	fmt.Fprintf(b, "  %d. %s: %s\n", i+1, s.When(), s.Words())
	if !s.Changes() {
		return
	}
	if s.MinConfidence != "" {
		fmt.Fprintf(b, "       only on a verdict of %s\n", map[estate.Confidence]string{estate.High: "high confidence", estate.Medium: "medium or high confidence", estate.Low: "any confidence"}[s.MinConfidence])
	}
	for _, kind := range p.Kinds {
		k, err := kinds.Get(kind)
		if err != nil {
			continue
		}
		for _, a := range k.Family().Actions {
			if a.Name == s.Ask.Action && s.Takes() {
				fmt.Fprintf(b, "       %s: undone by: %s; lost: %s\n", kind, cmp.Or(a.Undo, "nothing"), cmp.Or(a.Loses, "nothing"))
			}
		}
	}
}

// When says how long after the step before it the step comes.
func (s Step) When() string {
	if s.After == 0 {
		return "at once"
	}
	return estate.FormatDuration(s.After) + " later"
}

// Words say what the step does.
func (s Step) Words() string {
	if n := s.Notify; n != nil {
		text := "tell " + strings.Join(append([]string{n.To}, n.CC...), ", ")
		if len(n.Via) > 0 {
			text += " through " + strings.Join(n.Via, " and ")
		}
		return text
	}
	a := s.Ask
	switch {
	case a.Action == "delete" && a.Data:
		return "delete it, with its data"
	case a.Action == "scale" && a.ToZero:
		return "scale " + cmp.Or(a.Part, "it") + " to zero"
	case a.Action == "scale":
		return fmt.Sprintf("scale %s to %d", cmp.Or(a.Part, "it"), a.Count)
	case a.Action == "set-idle-shutdown":
		return "have Studio shut down what is idle for " + estate.FormatDuration(time.Duration(a.IdleMinutes)*time.Minute)
	case a.Action == "tag":
		return "tag it " + tagList(a.Tags)
	case a.Action == "snapshot-config":
		return "save its configuration"
	}
	return a.Action + " it"
}

func tagList(tags map[string]string) string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		all = append(all, key+"="+tags[key])
	}
	return strings.Join(all, ", ")
}
