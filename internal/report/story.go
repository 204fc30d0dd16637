package report

// A story is what every form for people is printed from: the terminal's, Markdown and HTML.
type story struct {
	title string
	// alert is what must be known before anything below is believed.
	alert string
	// figures are the few numbers that matter most; for the forms that can set them large.
	figures  []fact
	sections []section
}

// A section holds any of a lead, facts, a grid and remarks, in that order.
type section struct {
	title string
	// lead is what the grid says, in a sentence.
	lead string
	// chart is drawn above the grid, and bars beside its rows, by the forms that can.
	chart   *Chart
	bars    []rectView
	facts   []fact
	grid    *grid
	remarks []remark
}

// A fact is a labelled text.
type fact struct {
	label, text string
	tone        tone
	// note is what to know of it.
	note string
}

// A remark is a line of a list, or of the list below a line of level 0.
type remark struct {
	text  string
	tone  tone
	level int
}

func (s *story) add(part section) {
	if len(part.facts) > 0 || part.grid != nil || len(part.remarks) > 0 {
		s.sections = append(s.sections, part)
	}
}

// next ends the story with what to try next.
func (s *story) next(lines func() []string) {
	if lines == nil {
		return
	}
	var remarks []remark
	for _, line := range lines() {
		remarks = append(remarks, remark{text: line, level: 1})
	}
	s.add(section{title: "Next", remarks: remarks})
}

func (s story) terminal(o Options) []byte {
	t := newTerminal(o)
	t.line(strong, 0, 0, s.title)
	if s.alert != "" {
		t.line(bad, 0, 0, s.alert)
	}
	for _, part := range s.sections {
		t.blank()
		if part.title != "" {
			t.line(strong, 0, 0, part.title)
		}
		if part.lead != "" {
			t.line(plain, 0, 0, part.lead)
			t.blank()
		}
		t.facts(part.facts)
		if part.grid != nil {
			t.grid(part.grid)
		}
		for _, r := range part.remarks {
			t.line(r.tone, 2*r.level, 2, r.text)
		}
	}
	return t.Bytes()
}
