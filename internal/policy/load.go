package policy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
	"github.com/sagewarden/sagewarden/policies"
)

// PackPrefix begins the name of a pack where a file could be named as well.
const PackPrefix = "pack:"

// maxSize is the largest policy file.
const maxSize = 1 << 20

// Load reads policy files, in their order: paths, patterns as policies/*.yaml, and packs as pack:studio-basics. A pattern passes over the
// files of tests. An error says all that is wrong with the files, and where: it is strictyaml.ReadErrors.
func Load(ctx context.Context, files ...string) (*Set, error) {
	l := newLoader()
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l.add(name)
	}
	return l.read()
}

// Parse reads the text of one policy file, with the packs that it includes. Name is what errors call it.
func Parse(name, text string) (*Set, error) {
	l := newLoader()
	l.text(name, text, nil)
	return l.read()
}

// A loader gathers the policies of several files.
type loader struct {
	set *Set
	// by is where a policy or a pack came in first.
	by map[string]string
	// wrong is what is wrong with the files, in their order.
	wrong strictyaml.ReadErrors
}

func newLoader() *loader { return &loader{set: &Set{}, by: map[string]string{}} }

// read is what was read, unless something is wrong.
func (l *loader) read() (*Set, error) {
	if len(l.wrong) > 0 {
		return nil, l.wrong
	}
	return l.set, nil
}

// reject keeps what is wrong with one file.
func (l *loader) reject(err error) {
	if all, ok := errors.AsType[strictyaml.ReadErrors](strictyaml.All(err)); ok {
		l.wrong = append(l.wrong, all...)
	}
}

func (l *loader) add(name string) {
	if pack, ok := strings.CutPrefix(name, PackPrefix); ok {
		text, err := policies.Read(pack)
		if err != nil {
			l.reject(&estate.Error{Op: operation, On: name, Err: errors.New("there is no such pack"), Hint: packHint(pack)})
			return
		}
		l.text(name, text, nil)
		return
	}
	paths, err := Expand(name)
	if err != nil {
		l.reject(err)
	}
	for _, path := range paths {
		text, err := contents(path)
		if err != nil {
			l.reject(err)
			continue
		}
		l.text(path, text, nil)
	}
}

// text adds the policies of a file, and before them those of the packs that it includes. There is no reader of what cannot be read at all.
func (l *loader) text(name, text string, above *reader) *reader {
	if first, twice := l.by[name]; twice {
		l.reject(&estate.Error{Op: operation, On: name, Err: errors.New("it is there already, " + first), Hint: "name it once"})
		return nil
	}
	l.by[name] = "as a file of its own"
	var stand map[string]*calendar
	if above != nil {
		stand = above.calendars
		l.by[name] = "included in " + above.name
	}
	r, err := open(name, text, stand)
	if err != nil {
		l.reject(err)
		return nil
	}
	for i, include := range r.file.Include {
		at := strictyaml.Path{"include", i}
		pack := strings.TrimPrefix(include, PackPrefix)
		inner, err := policies.Read(pack)
		first, twice := l.by[PackPrefix+pack]
		if r.require(err == nil, at, packHint(pack), "there is no pack %q", pack) &&
			r.require(!twice, at, "name it once", "the pack is there already, %s", first) {
			l.text(PackPrefix+pack, inner, r)
		}
	}
	for i, form := range r.file.Policies {
		at := strictyaml.Path{"policies", i}
		if !r.document.Sound(at) {
			continue
		}
		p := r.policy(form, at)
		first, twice := l.by["policy "+p.Name]
		r.require(p.Name == "" || !twice, at.To("name"), "give it another name", "there is a policy of this name already, at %s", first)
		l.by["policy "+p.Name] = fmt.Sprintf("%s:%d", p.File, p.Line)
		l.set.Policies = append(l.set.Policies, p)
	}
	l.reject(strictyaml.All(r.wrong...))
	return r
}

// Expand is the files that a pattern stands for, without those of tests. What is no pattern stands for itself.
func Expand(name string) ([]string, error) {
	if !strings.ContainsAny(name, "*?[") {
		return []string{name}, nil
	}
	paths, err := filepath.Glob(name)
	if err != nil {
		return nil, &estate.Error{Op: operation, On: name, Err: errors.New("it is no pattern"), Hint: "use * for any characters, ? for one, [a-z] for one of several"}
	}
	paths = slices.DeleteFunc(paths, func(p string) bool { return strings.HasSuffix(p, policies.TestEnding) })
	if len(paths) == 0 {
		return nil, &estate.Error{Op: operation, On: name, Err: errors.New("no file has such a name"), Hint: "policies are read from files; ready ones are named " + PackPrefix + "NAME, see sagewarden policy list"}
	}
	return paths, nil
}

// A Pack is a ready pack.
type Pack struct {
	Name, Summary string
	Policies      []*Policy
}

// Packs are all ready packs, by name.
func Packs() ([]Pack, error) {
	var all []Pack
	for _, name := range policies.Names() {
		text, err := policies.Read(name)
		if err != nil {
			return nil, err
		}
		l := newLoader()
		r := l.text(PackPrefix+name, text, nil)
		set, err := l.read()
		if err != nil {
			return nil, err
		}
		all = append(all, Pack{name, r.file.Summary, set.Policies})
	}
	return all, nil
}

func packHint(name string) string {
	if near, ok := strictyaml.Nearest(name, policies.Names()); ok {
		return "did you mean " + near + "?"
	}
	return "the packs are " + strings.Join(policies.Names(), ", ")
}

// contents reads a file.
func contents(path string) (string, error) {
	fail := func(err error) (string, error) {
		if p, ok := errors.AsType[*os.PathError](err); ok {
			err = p.Err
		}
		return "", &estate.Error{Op: operation, On: path, Err: err, Hint: "name a policy file, or a ready pack as " + PackPrefix + "NAME: see sagewarden policy list"}
	}
	file, err := os.Open(path)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = file.Close() }()
	b, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err == nil && len(b) > maxSize {
		err = fmt.Errorf("more than %d bytes", maxSize)
	}
	if err != nil {
		return fail(err)
	}
	return string(b), nil
}
