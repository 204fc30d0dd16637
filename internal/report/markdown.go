package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
)

// markdown prints GitHub's dialect.
func (s story) markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n", escapeMarkdown(s.title))
	if s.alert != "" {
		fmt.Fprintf(&b, "\n**%s**\n", escapeMarkdown(s.alert))
	}
	for _, part := range s.sections {
		b.WriteByte('\n')
		if part.title != "" {
			fmt.Fprintf(&b, "## %s\n\n", escapeMarkdown(part.title))
		}
		if part.lead != "" {
			fmt.Fprintf(&b, "%s\n\n", escapeMarkdown(part.lead))
		}
		for _, f := range part.facts {
			fmt.Fprintf(&b, "- **%s**: %s\n", escapeMarkdown(f.label), escapeMarkdown(f.whole()))
		}
		if part.grid != nil {
			if len(part.facts) > 0 {
				b.WriteByte('\n')
			}
			part.grid.markdown(&b)
		}
		top := 0
		if len(part.remarks) > 0 {
			top = part.remarks[0].level
		}
		for _, r := range part.remarks {
			fmt.Fprintf(&b, "%s- %s\n", strings.Repeat("  ", max(0, r.level-top)), escapeMarkdown(r.text))
		}
	}
	return b.Bytes()
}

func (g *grid) markdown(b *bytes.Buffer) {
	for i := range g.columns {
		b.WriteString("| " + escapeMarkdown(g.head(i, false)) + " ")
	}
	b.WriteString("|\n")
	for _, c := range g.columns {
		if c.right {
			b.WriteString("|---:")
		} else {
			b.WriteString("|---")
		}
	}
	b.WriteString("|\n")
	for _, row := range g.rows {
		for _, c := range row {
			b.WriteString("| " + escapeMarkdown(c.text) + " ")
		}
		b.WriteString("|\n")
	}
}

// escapeMarkdown keeps a stranger's text from becoming a cell, a link, an image or HTML.
func escapeMarkdown(s string) string {
	var b strings.Builder
	runes := []rune(Line(s))
	for i, r := range runes {
		inWord := i > 0 && i+1 < len(runes) && word(runes[i-1]) && word(runes[i+1])
		if strings.ContainsRune("\\`*{}[]<>#|~&!$", r) || r == '_' && !inWord {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
