package report

import (
	"strings"
	"unicode"
)

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// Line makes a stranger's text safe to print on one line: white space becomes a blank, and what a terminal or a
// browser would obey rather than show becomes a visible stand-in. Nothing is dropped, so that nothing can be hidden.
func Line(s string) string {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return strings.Map(visible, s)
		}
	}
	return s // as most texts are: letter by letter they take a tenth of a long report's time
}

// Lines is Line for a text of several lines, such as an error.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = Line(l)
	}
	return strings.Join(lines, "\n")
}

func visible(r rune) rune {
	switch {
	case r == zeroWidthNonJoiner, r == zeroWidthJoiner:
		// Persian words and composed emoji need them.
		return r
	case unicode.IsSpace(r):
		return ' '
	case r < ' ':
		return '␀' + r
	case r == '\x7f':
		return '␡'
	case !unicode.IsPrint(r):
		return unicode.ReplacementChar
	}
	return r
}
