package access

import (
	"fmt"
	"strings"
)

// A Bundle is the policies that together allow what is asked for.
type Bundle struct {
	Purposes []Purpose
	// Policies are each within the size that IAM allows.
	Policies [][]Statement
}

// New is what the options ask for, in as few policies as it takes.
func New(o Options) *Bundle { return &Bundle{Purposes: o.Purposes, Policies: Split(Statements(o))} }

// words are what the bundle is for.
func (b *Bundle) words() []string {
	if len(b.Purposes) == len(Purposes()) {
		return []string{All}
	}
	var words []string
	for _, p := range b.Purposes {
		words = append(words, string(p))
	}
	return words
}

// name is that of a policy: its number where there are several.
func (b *Bundle) name(i int) string {
	name := "sagewarden-" + strings.Join(b.words(), "-")
	if len(b.Policies) > 1 {
		name += fmt.Sprintf("-%d", i+1)
	}
	return name
}

// about is what the bundle is for, in a sentence.
func (b *Bundle) about() string {
	return "What Sagewarden needs for: " + strings.Join(b.words(), ", ") + "."
}

// printedBy is the comment at the head of a template: how to print it anew.
func (b *Bundle) printedBy(as, format string) string {
	return "# Printed by: sagewarden iam --for " + strings.Join(b.words(), ",") + " --as " + as + " --format " + format
}

// A page is a text in the making whose lines are indented by two blanks a level.
type page struct{ strings.Builder }

func (p *page) line(level int, format string, args ...any) {
	p.WriteString(strings.Repeat("  ", level) + fmt.Sprintf(format, args...) + "\n")
}
