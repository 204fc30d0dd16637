package setup

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

// String is the plan for a person.
func (p *Plan) String() string {
	var b strings.Builder
	line := func(format string, args ...any) {
		_, _ = fmt.Fprintln(&b, report.Line(fmt.Sprintf(format, args...)))
	}
	for _, s := range p.Seen {
		line("ok: %s", s)
	}
	if len(p.Steps) == 0 {
		line("Nothing is to be changed.")
	}
	for _, s := range p.Steps {
		line("%s", s.String())
		s.show(line)
		if s.Change != nil {
			s.Change.Show(&b)
		}
		for _, bare := range s.Bare {
			line("    billed without any of the tags in %s: %s, amortized", bare.Month, report.Money{Value: bare.Cost, Currency: bare.Currency})
		}
	}
	for _, n := range p.Notes {
		line("note: %s", n)
	}
	if p.Statement != nil {
		text, _ := json.MarshalIndent(p.Statement, "", "  ") // texts alone always encode
		fmt.Fprintln(&b, string(text))
	}
	return b.String()
}

// show says what a step of billing changes.
func (s Step) show(line func(format string, args ...any)) {
	switch s.Action {
	case actPolicy:
		line("    + a statement: %s may put objects and read the policy, for account %s alone", strings.Join(deliverers, " and "), s.Target.Account)
	case actCreate, actUpdate:
		set := s.Export.DataQuery.TableConfigurations[table]
		split := ""
		if set[splits] == yes {
			split = ", split cost allocation data"
		}
		asked := strings.Count(aws.ToString(s.Export.DataQuery.QueryStatement), ",") + 1
		line("    %s: hourly lines, resources%s, %s", table, split, count(asked, "column", "columns"))
		line("    to %s, as Parquet, each delivery in the place of the one before", address(s.Export))
		if s.Action == actUpdate && address(s.Was) != address(s.Export) {
			line("    and no longer to %s, where what was delivered stays", address(s.Was))
		}
		if len(s.Lacks) > 0 {
			line("    it lacks %s", strings.Join(s.Lacks, ", "))
		}
	case actActivate:
		for _, key := range s.Keys {
			line("    + %s", key)
		}
	}
}

// String is a line for a person.
func (s Step) String() string {
	switch s.Action {
	case actPolicy:
		return s.Action + " s3://" + s.Bucket.Name
	case actCreate, actUpdate:
		return s.Action + " the export " + aws.ToString(s.Export.Name) + " of " + s.Target.Account
	case actActivate:
		return s.Action + " " + count(len(s.Keys), "tag", "tags") + " on the bill of " + s.Target.Account
	case actBackfill:
		return "show the tags on the bills of " + s.Target.Account + " from " + instant(&s.From).Format(month) + " on"
	}
	return s.Action + " " + s.Change.String()
}

// String is a line for a person.
func (r Result) String() string {
	text := string(r.Outcome) + ": " + r.Step.String()
	if r.Why != "" {
		text += ": " + r.Why
	}
	return text
}

// Targets are where something is to be changed, each once.
func (p *Plan) Targets() (all []estate.Target) {
	seen := map[string]bool{}
	for _, s := range p.Steps {
		if key := s.Target.Key(); !seen[key] {
			seen[key] = true
			all = append(all, s.Target)
		}
	}
	return all
}

// Holes is how much could not be seen.
func (p *Plan) Holes() (n int) {
	for _, c := range p.Coverage {
		if c.Hole() {
			n++
		}
	}
	return n
}
