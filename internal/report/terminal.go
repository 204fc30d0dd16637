package report

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A terminal collects what is printed for a person. Everything that it is given is cleaned on the way.
type terminal struct {
	bytes.Buffer
	palette palette
	width   int
}

func newTerminal(o Options) *terminal {
	t := &terminal{palette: newPalette(o.Color)}
	if o.Width > 0 {
		t.width = max(o.Width, narrowest)
	}
	return t
}

func (t *terminal) blank() { t.WriteByte('\n') }

// line prints a paragraph, wrapped to the width; what follows the first line is indented by hang more.
func (t *terminal) line(tone tone, indent, hang int, text string) {
	t.labelled(tone, indent, hang, "", text)
}

// labelled prints a paragraph behind a label, which is never wrapped.
func (t *terminal) labelled(tone tone, indent, hang int, label, text string) {
	text = Line(text)
	lines := []string{text}
	if t.width > 0 {
		lines = wrap(text, t.width-indent-ansi.StringWidth(label), t.width-indent-hang)
	}
	for n, line := range lines {
		lead := strings.Repeat(" ", indent)
		if n == 0 {
			lead += t.palette.paint(faint, label)
		} else {
			lead += strings.Repeat(" ", hang)
		}
		t.WriteString(strings.TrimRight(lead+t.palette.paint(tone, line), " ") + "\n")
	}
}

// wrap breaks the text at blanks. A word that is wider than the line, such as an ARN, stays whole, so that it can be copied.
func wrap(text string, first, rest int) []string {
	lines, room := []string{""}, first
	for word := range strings.FieldsSeq(text) {
		line := &lines[len(lines)-1]
		switch w := ansi.StringWidth(word); {
		case *line == "":
			*line, room = word, room-w
		case 1+w <= room:
			*line, room = *line+" "+word, room-1-w
		default:
			lines, room = append(lines, word), rest-w
		}
	}
	return lines
}

// facts prints labelled texts, the texts aligned.
func (t *terminal) facts(facts []fact) {
	widest := 0
	for _, f := range facts {
		widest = max(widest, ansi.StringWidth(Line(f.label)))
	}
	// A label of a stranger's length, a tag's key, must not push the texts off the screen.
	widest = min(widest, 24)
	for _, f := range facts {
		label := Line(f.label)
		label += strings.Repeat(" ", max(0, widest-ansi.StringWidth(label))+gutter)
		t.labelled(f.tone, 2, widest+gutter, label, f.whole())
	}
}

// whole is the text with its note.
func (f fact) whole() string {
	if f.note == "" {
		return f.text
	}
	return f.text + ", " + f.note
}

// grid prints a table, and says which columns the width cost where no prose has taken them up.
func (t *terminal) grid(g *grid) {
	l := g.layout(t.width)
	t.WriteString(g.line(l, t.palette, func(i int) cell { return cell{g.head(i, l.short), strong} }) + "\n")
	for _, row := range g.rows {
		t.WriteString(g.line(l, t.palette, func(i int) cell { return row[i] }) + "\n")
		t.below(g, l, row)
	}
	if len(l.lost) > 0 && len(l.below) == 0 {
		var heads []string
		for _, i := range l.lost {
			heads = append(heads, g.head(i, l.short))
		}
		t.line(faint, 0, 0, "no room for "+strings.Join(heads, ", ")+" at this width")
	}
}

// below prints the folded cells of a row under it, those that the row had no room for at the head of the first.
func (t *terminal) below(g *grid, l layout, row []cell) {
	const indent = 2
	for n, i := range l.below {
		label := strings.ToLower(g.head(i, false)) + ": "
		if len(l.below) == 1 || n == 0 && !g.prose {
			label = ""
		}
		var said []string
		if n == 0 {
			for _, lost := range l.lost {
				if text := row[lost].text; !empty(text) {
					said = append(said, fmt.Sprintf(cmp.Or(g.columns[lost].said, strings.ToLower(g.head(lost, false))+" %s"), text))
				}
			}
		}
		if !empty(row[i].text) {
			said = append(said, row[i].text)
		}
		if len(said) > 0 {
			t.labelled(faint, indent, gutter, label, strings.Join(said, "; "))
		}
	}
}

func empty(text string) bool { return text == "" || text == "-" }
