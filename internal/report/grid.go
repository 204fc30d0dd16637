package report

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const (
	gutter = 2
	// narrowest is the least width that is laid out for; a terminal below it wraps.
	narrowest = 40
)

// A grid is a table for a terminal. It fits a width by four means, mildest first: it folds the columns of prose below
// their row, shortens the headings, sheds whole columns, and cuts the text of the others with an ellipsis. No row is lost, and nothing
// that was shed where there is prose: it goes to the prose's head.
type grid struct {
	columns []column
	rows    [][]cell
	// prose folds the columns in any case; a column that is shed becomes one of them.
	prose bool
}

// A column of a grid.
type column struct {
	head string
	// short is the heading where room is scarce.
	short string
	// said is the format of its text at the head of prose, where the text says by itself what it is; else the heading goes before it.
	said  string
	right bool
	// least is the width down to which it may be cut; zero: never cut.
	least int
	// shed is its turn to leave a narrow terminal, first 1; zero: it stays.
	shed int
	// fold: it goes below the row where it does not fit.
	fold bool
	// middle: it is cut in the middle, because the end of a name tells as much as its beginning.
	middle bool
}

// A cell is a stranger's text and how it is to look.
type cell struct {
	text string
	tone tone
}

// A layout is how a grid fits a width.
type layout struct {
	// shown, below and lost are column numbers: in the row, below it, left out.
	shown, below, lost []int
	widths             []int
	short              bool
}

func (g *grid) head(i int, short bool) string {
	if c := g.columns[i]; short && c.short != "" {
		return c.short
	}
	return g.columns[i].head
}

// natural are the widths that cut nothing.
func (g *grid) natural(short bool) []int {
	widths := make([]int, len(g.columns))
	for i := range g.columns {
		widths[i] = ansi.StringWidth(g.head(i, short))
		for _, r := range g.rows {
			widths[i] = max(widths[i], ansi.StringWidth(Line(r[i].text)))
		}
	}
	return widths
}

func (g *grid) layout(width int) layout {
	l := layout{widths: g.natural(false)}
	floor := func(i int) int {
		if c := g.columns[i]; c.least > 0 {
			return min(c.least, l.widths[i])
		}
		return l.widths[i]
	}
	natural := func(i int) int { return l.widths[i] }

	var folds []int
	for i, c := range g.columns {
		l.shown = append(l.shown, i)
		if c.fold {
			folds = append(folds, i)
		}
	}
	if width > 0 {
		width = max(width, narrowest)
	}
	fits := func(size func(int) int) bool { return width == 0 || across(l.shown, size) <= width }

	if g.prose || !fits(natural) {
		l.shown, l.below = without(l.shown, folds...), folds
	}
	if !fits(natural) {
		l.short, l.widths = true, g.natural(true)
	}
	for turn := 1; turn <= len(g.columns) && !fits(floor); turn++ {
		for _, i := range l.shown {
			if g.columns[i].shed == turn {
				l.shown, l.lost = without(l.shown, i), append(l.lost, i)
				break
			}
		}
	}
	if g.prose {
		l.below, l.lost = append(l.lost, l.below...), nil
	}
	for !fits(natural) {
		// The column that has the most to spare gives first.
		spare := func(i int) int { return l.widths[i] - floor(i) }
		ample := slices.MaxFunc(l.shown, func(a, b int) int { return spare(a) - spare(b) })
		if spare(ample) == 0 {
			// Even the least does not fit: the first column, the name, gives way.
			first := l.shown[0]
			l.widths[first] = max(1, l.widths[first]-(across(l.shown, natural)-width))
			break
		}
		l.widths[ample]--
	}
	return l
}

// across is the width of a line of the columns.
func across(columns []int, size func(int) int) int {
	sum := gutter * (len(columns) - 1)
	for _, i := range columns {
		sum += size(i)
	}
	return sum
}

func without(columns []int, leave ...int) []int {
	return slices.DeleteFunc(slices.Clone(columns), func(i int) bool { return slices.Contains(leave, i) })
}

// line sets cells, already cut, into the columns of the layout.
func (g *grid) line(l layout, p palette, cells func(i int) cell) string {
	var b strings.Builder
	for n, i := range l.shown {
		c := cells(i)
		text := cut(Line(c.text), l.widths[i], g.columns[i].middle)
		pad := strings.Repeat(" ", l.widths[i]-ansi.StringWidth(text))
		if n > 0 {
			b.WriteString(strings.Repeat(" ", gutter))
		}
		if g.columns[i].right {
			b.WriteString(pad + p.paint(c.tone, text))
		} else {
			b.WriteString(p.paint(c.tone, text) + pad)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// cut shortens the text to the width.
func cut(s string, width int, middle bool) string {
	whole := ansi.StringWidth(s)
	switch {
	case whole <= width:
		return s
	case !middle || width < 8:
		return ansi.Truncate(s, width, "…")
	}
	side := (width - 1) / 2
	head, tail := ansi.Truncate(s, width-1-side, ""), ansi.TruncateLeft(s, whole-side, "")
	if ansi.StringWidth(tail) > side {
		// A wide character lies across the edge.
		tail = ansi.TruncateLeft(s, whole-side+1, "")
	}
	return ansi.Truncate(head+"…"+tail, width, "")
}
