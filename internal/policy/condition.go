package policy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

const (
	// maxExpression is the longest condition, and maxCost what evaluating one may cost, in the units of CEL: a condition that looks at all tags
	// with a regular expression costs some thousands.
	maxExpression = 10_000
	maxCost       = 100_000
)

// A condition is an expression that was read.
type condition struct {
	text    string
	program cel.Program
	// reads are the members that it reads, as "verdict.idle" and "calendar.office".
	reads []string
}

// A flaw is what is wrong with an expression: where in it, in bytes, what, and what to write instead.
type flaw struct {
	at         int
	text, hint string
}

// compile reads an expression, or says all that is wrong with it.
func compile(env *cel.Env, text string) (*condition, []*flaw) {
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		errs := slices.SortedFunc(slices.Values(issues.Errors()), func(a, b *common.Error) int {
			return cmp.Or(a.Location.Line()-b.Location.Line(), a.Location.Column()-b.Location.Column())
		})
		if strings.HasPrefix(errs[0].Message, syntaxError) {
			errs = errs[:1] // the others may follow from it
		}
		var flaws []*flaw
		for _, e := range errs {
			flaws = append(flaws, explain(env, text, e))
		}
		return nil, flaws
	}
	if t := checked.OutputType(); !t.IsExactType(types.BoolType) {
		return nil, []*flaw{{text: fmt.Sprintf("this is a %s, and a condition is true or false", t), hint: "compare it with something"}}
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
	if err != nil {
		return nil, []*flaw{{text: err.Error()}}
	}
	c := &condition{text: text, program: program}
	celast.PreOrderVisit(checked.NativeRep().Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		if e.Kind() != celast.SelectKind {
			return
		}
		if s := e.AsSelect(); s.Operand().Kind() == celast.IdentKind {
			if read := s.Operand().AsIdent() + "." + s.FieldName(); !slices.Contains(c.reads, read) {
				c.reads = append(c.reads, read)
			}
		}
	}))
	slices.Sort(c.reads)
	return c, nil
}

// holds reports whether the condition holds; an error says why nobody knows.
func (c *condition) holds(m *moment) (bool, error) {
	out, _, err := c.program.Eval(m)
	if err != nil {
		return false, err
	}
	yes, ok := out.Value().(bool)
	if !ok {
		return false, errors.New("it is neither true nor false")
	}
	return yes, nil
}

var (
	undefinedField = regexp.MustCompile(`^undefined field '(.*)'`)
	undeclared     = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	noOverload     = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '\(?(.*?)\)?'`)
	wordOperator   = regexp.MustCompile(`(?i)\s(and|or|not)\s`)
	lonelyEquals   = regexp.MustCompile(`[^=!<>]=[^=]`)
)

// syntaxError begins what CEL says of what is no expression.
const syntaxError = "Syntax error"

// explain says of CEL's error what a person would.
func explain(env *cel.Env, text string, e *common.Error) *flaw {
	f := &flaw{at: offset(text, e.Location), text: e.Message}
	switch {
	case undefinedField.MatchString(e.Message):
		f.member(env, text, undefinedField.FindStringSubmatch(e.Message)[1])
	case undeclared.MatchString(e.Message):
		f.word(env, undeclared.FindStringSubmatch(e.Message)[1])
	case noOverload.MatchString(e.Message):
		m := noOverload.FindStringSubmatch(e.Message)
		f.overload(m[1], m[2])
	case strings.HasPrefix(e.Message, "invalid duration"):
		f.text, f.hint = "this is not a length of time", `write it as duration("90m"), duration("2h") or duration("7d")`
	case strings.HasPrefix(e.Message, "invalid timestamp"):
		f.text, f.hint = "this is not an instant", `write it as timestamp("2026-12-31T18:00:00Z")`
	case strings.HasPrefix(e.Message, "invalid matches"):
		f.text, f.hint = "this is not a regular expression", "its form is that of Go: https://pkg.go.dev/regexp/syntax"
	case strings.HasPrefix(e.Message, "comprehension exceeds"):
		f.text, f.hint = "all, exists, filter and map stand in each other more than twice", "look at one list at a time"
	case strings.HasPrefix(e.Message, syntaxError):
		f.text = "this is not an expression: " + strings.TrimPrefix(e.Message, syntaxError+": ")
		switch {
		case wordOperator.MatchString(text):
			f.hint = "write && for and, || for or, ! for not"
		case lonelyEquals.MatchString(text):
			f.hint = "compare with =="
		}
	}
	return f
}

// offset is the place in the text, in bytes.
func offset(text string, at common.Location) int {
	lines := strings.SplitAfter(text, "\n")
	if at.Line() < 1 || at.Line() > len(lines) {
		return 0
	}
	before := len(strings.Join(lines[:at.Line()-1], ""))
	line := []rune(lines[at.Line()-1])
	return before + len(string(line[:min(max(at.Column(), 0), len(line))]))
}

// member explains that a word has no such member.
func (f *flaw) member(env *cel.Env, text, name string) {
	f.text = fmt.Sprintf("there is no %q here", name)
	// CEL points at the dot before.
	path := regexp.MustCompile(`(?:(\w+)\s*\.\s*)?(\w+)\s*\.\s*(` + regexp.QuoteMeta(name) + `)\b`)
	for _, m := range path.FindAllStringSubmatchIndex(text, -1) {
		if m[6] < f.at {
			continue
		}
		f.at = m[6]
		of := text[m[4]:m[5]]
		typeName := typeCalendar
		if m[2] < 0 || text[m[2]:m[3]] != wordCalendar {
			t, ok := words[of]
			if !ok {
				return
			}
			typeName = t.TypeName()
		}
		names, _ := env.CELTypeProvider().FindStructFieldNames(typeName)
		switch near, ok := strictyaml.Nearest(name, names); {
		case len(names) == 0:
			f.text, f.hint = fmt.Sprintf("there is no calendar %q", name), "this file has no calendars: add it under calendars"
		case ok:
			f.text, f.hint = fmt.Sprintf("%s has no %q", of, name), "did you mean "+near+"?"
		default:
			f.text, f.hint = fmt.Sprintf("%s has no %q", of, name), "known here: "+strings.Join(names, ", ")
		}
		return
	}
}

// word explains that there is no such word.
func (f *flaw) word(env *cel.Env, name string) {
	f.text = fmt.Sprintf("%q is not a word of conditions", name)
	all := slices.Sorted(maps.Keys(words))
	for _, of := range slices.Sorted(maps.Keys(words)) {
		if _, ok := members[words[of].TypeName()][name]; ok {
			f.hint = "did you mean " + of + "." + name + "?"
			return
		}
	}
	f.hint = "text is written in quotes; known here: " + strings.Join(all, ", ")
	if name == "" || name[0] >= 'A' && name[0] <= 'Z' { // no word begins so
		return
	}
	functions := slices.DeleteFunc(slices.Sorted(maps.Keys(env.Functions())), func(n string) bool { return strings.ContainsAny(n, "_@!-") })
	if near, ok := strictyaml.Nearest(name, append(slices.Clone(all), functions...)); ok {
		f.hint = "did you mean " + near + "?"
	}
}

// overload explains that a function or an operator does not take what it is given.
func (f *flaw) overload(function, given string) {
	function = strings.Trim(strings.ReplaceAll(function, "@", ""), "_")
	f.text = fmt.Sprintf("%s does not take (%s)", function, given)
	switch {
	case strings.Contains(given, "duration") && (strings.Contains(given, "string") || strings.Contains(given, "int")):
		f.hint = `write a length of time as duration("2h")`
	case strings.Contains(given, "timestamp") && strings.Contains(given, "string"):
		f.hint = `write an instant as timestamp("2026-12-31T18:00:00Z"), or compare dates with today`
	case given == "string, bool" || given == "bool, string":
		f.hint = `text is written in quotes: "true"`
	}
}
