package notify

import (
	_ "embed"
	"errors"
	htmltemplate "html/template"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

// builtIn is the template of notices that name none.
const builtIn = "notice"

var (
	//go:embed templates/notice.tmpl
	noticeText string
	//go:embed templates/notice.html.tmpl
	noticeHTML string
)

// longestText bounds what a template makes, and longestHTML what it makes for mail programs that show HTML.
const (
	longestText = 256 << 10
	longestHTML = 512 << 10
)

// Templates make letters into a subject and a text, by name.
type Templates map[string]Template

// A Template makes letters into a subject and a text and, where it has one, the same as HTML.
type Template struct {
	text *template.Template
	html *htmltemplate.Template
}

// The endings of templates.
const (
	ending     = ".tmpl"
	endingHTML = ".html.tmpl"
)

// ReadTemplates reads the built-in template and those of a folder, each NAME.tmpl, which may take its place, and NAME.html.tmpl beside it. One without the latter has no HTML:
// it would be in other words. Each is tried on letters of every sort, so that none fails when something is to be told. No folder at all is an empty one.
func ReadTemplates(dir string) (Templates, error) {
	ts := Templates{}
	err := ts.add(builtIn, "the built-in template", noticeText)
	if err == nil {
		err = ts.addHTML(builtIn, "the built-in template", noticeHTML)
	}
	if err != nil || dir == "" {
		return ts, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &estate.Error{Op: "read templates", On: dir, Err: withoutPath(err), Hint: "templates: names a folder with NAME.tmpl in it"}
	}
	for _, form := range []struct {
		ending string
		add    func(name, file, text string) error
	}{{ending, ts.add}, {endingHTML, ts.addHTML}} {
		for _, e := range entries {
			name, ok := strings.CutSuffix(e.Name(), form.ending)
			if !ok || form.ending == ending && strings.HasSuffix(e.Name(), endingHTML) {
				continue
			}
			file := filepath.Join(dir, e.Name())
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, &estate.Error{Op: "read template", On: file, Err: withoutPath(err)}
			}
			if err := form.add(name, file, string(text)); err != nil {
				return nil, err
			}
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
		ts[name] = Template{text: t}
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

func (ts Templates) addHTML(name, file, text string) error {
	t, err := htmltemplate.New(name).Option("missingkey=error").Parse(text)
	of, known := ts[name]
	switch {
	case !known:
		err = errors.New("there is no " + name + ending + " for mail programs that show text")
	case err == nil:
		of.html = t
		ts[name] = of
		for _, l := range sampleLetters() {
			if _, err = ts.html(name, l); err != nil {
				break
			}
		}
	}
	if err != nil {
		return &estate.Error{Op: "read template", On: file, Err: err, Hint: `a template of HTML defines "html", by the fields of the letter`}
	}
	return nil
}

// html is a letter as HTML, empty where there is none. The links in it are places still.
func (ts Templates) html(name string, l Letter) (string, error) {
	t := ts[name].html
	if t == nil {
		return "", nil
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, "html", l); err != nil {
		return "", err
	}
	if b.Len() > longestHTML {
		return "", nil // the text says it all
	}
	return b.String(), nil
}

// write is the subject and the text of a letter. The links in them are places still.
func (ts Templates) write(name string, l Letter) (subject, text string, err error) {
	t := ts[name].text
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
