package notify

import (
	_ "embed"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

// builtIn is the template of notices that name none.
const builtIn = "notice"

//go:embed templates/notice.tmpl
var noticeText string

// longestText bounds what a template makes.
const longestText = 256 << 10

// Templates make letters into a subject and a text, by name.
type Templates map[string]*template.Template

// ReadTemplates reads the built-in template and those of a folder, each NAME.tmpl, which may take its place. Each is tried on letters of every sort, so
// that none fails when something is to be told. No folder at all is an empty one.
func ReadTemplates(dir string) (Templates, error) {
	ts := Templates{}
	if err := ts.add(builtIn, "the built-in template", noticeText); err != nil || dir == "" {
		return ts, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &estate.Error{Op: "read templates", On: dir, Err: withoutPath(err), Hint: "templates: names a folder with NAME.tmpl in it"}
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".tmpl")
		if !ok {
			continue
		}
		file := filepath.Join(dir, e.Name())
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, &estate.Error{Op: "read template", On: file, Err: withoutPath(err)}
		}
		if err := ts.add(name, file, string(text)); err != nil {
			return nil, err
		}
	}
	return ts, nil
}

func withoutPath(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

func (ts Templates) add(name, file, text string) error {
	t, err := template.New(name).Option("missingkey=error").Parse(text)
	if err == nil {
		ts[name] = t
		for _, l := range sampleLetters() {
			if _, _, err = ts.write(name, l); err != nil {
				break
			}
		}
	}
	if err != nil {
		return &estate.Error{Op: "read template", On: file, Err: err, Hint: `a template defines "subject" and "text", by the fields of the letter`}
	}
	return nil
}

// write is the subject and the text of a letter. The links in them are places still.
func (ts Templates) write(name string, l Letter) (subject, text string, err error) {
	t := ts[name]
	if t == nil {
		return "", "", errors.New("there is no template " + report.Line(name))
	}
	var s, b strings.Builder
	if err := errors.Join(t.ExecuteTemplate(&s, "subject", l), t.ExecuteTemplate(&b, "text", l)); err != nil {
		return "", "", err
	}
	subject, text = strings.TrimSpace(s.String()), strings.TrimSpace(b.String())+"\n"
	switch {
	case subject == "" || text == "\n":
		err = errors.New("it says nothing")
	case strings.Contains(subject, "\n"):
		err = errors.New("a subject is one line")
	case strings.Contains(subject, placeBegin):
		err = errors.New("a link does not belong into a subject, which many can read")
	case len(text) > longestText:
		err = errors.New("its text is too long")
	}
	return subject, text, err
}
