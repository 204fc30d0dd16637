package install

import (
	"fmt"
	"strings"

	"github.com/sagewarden/sagewarden/internal/report"
)

// String is the plan for a person.
func (p *Plan) String() string {
	var b strings.Builder
	if len(p.Steps) == 0 {
		b.WriteString("Nothing is to be changed.\n")
	}
	for _, s := range p.Steps {
		fmt.Fprintln(&b, report.Line(s.String()))
		if s.Change != nil {
			s.Change.Show(&b)
		}
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "note: %s\n", report.Line(n))
	}
	return b.String()
}

// String is a line for a person.
func (s Step) String() string {
	switch {
	case s.Change != nil:
		return s.Action + " " + s.Change.String()
	case s.Upload != nil:
		return fmt.Sprintf("%s %s to s3://%s/%s", s.Action, s.Upload.File, s.Upload.Bucket, s.Upload.Key)
	}
	return s.Action + " " + s.Resource
}

// String is a line for a person.
func (r Result) String() string {
	text := string(r.Outcome) + ": " + r.Step.String()
	if r.Why != "" {
		text += ": " + r.Why
	}
	return text
}
