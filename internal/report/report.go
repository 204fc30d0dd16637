package report

import (
	"fmt"
	"io"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Options say how to print.
type Options struct {
	// Format is the form; empty means Table.
	Format Format
	// All also prints the active, the unknown, and what is idle but bills nothing.
	All bool
	// Top keeps to that many of the dearest rows that are idle, and as many with something wrong, in the forms that people read; the totals still count every row. Zero is all.
	Top int
	// Color paints for a terminal; Table and Wide only.
	Color bool
	// Width is the terminal's columns; zero is not a terminal: one line per row, and nothing is cut.
	Width int
	// Next are lines that say what to try next, for the forms that people read: it is asked when all else has been read. Nil says nothing.
	Next func() []string
	// Policies are what policies say of the resource that is explained; nil where none are configured.
	Policies []Said
}

// Said is what a policy says of a resource.
type Said struct {
	Policy string `json:"policy"`
	// Says is matched, exempt or trouble, and Why the reason of the latter two.
	Says string `json:"says"`
	Why  string `json:"why,omitempty"`
	// Steps are what it would do, in order, each with why it would not.
	Steps []string `json:"steps,omitempty"`
}

// roomy reports whether the form has room for all that is known.
func (o Options) roomy() bool { return o.Format == Wide || o.Format == HTML }

// Scan prints what is idle, dearest first, with the totals and the coverage. An unknown price stands by the part of it
// that is known; with nothing known it follows everything that is known to cost.
func Scan(w io.Writer, s *estate.Snapshot, o Options) error {
	d := newDigest(s, o.All)
	switch o.Format {
	case Table, Wide, "":
		return write(w, d.story(o).terminal(o))
	case JSON:
		return d.json(w, o)
	case NDJSON:
		return ndjson(w, d.rows(o.All))
	case CSV:
		return d.csv(w, o)
	case Markdown:
		return write(w, d.story(o).markdown())
	case HTML:
		return d.story(o).html(w)
	}
	return unsupported(o.Format, Formats())
}

// Explain prints the whole story of one resource of the snapshot, in the form Table (or Wide, which is the same), JSON or Markdown.
func Explain(w io.Writer, s *estate.Snapshot, ob *estate.Observation, o Options) error {
	switch o.Format {
	case Table, Wide, "":
		return write(w, tell(s, ob, o).terminal(o))
	case JSON:
		return explainJSON(w, s, ob, o)
	case Markdown:
		return write(w, tell(s, ob, o).markdown())
	}
	return unsupported(o.Format, []Format{Table, JSON, Markdown})
}

func unsupported(f Format, formats []Format) error {
	return fmt.Errorf("format %q is not possible here: use one of %s", f, list(formats))
}

func write(w io.Writer, text []byte) error {
	_, err := w.Write(text)
	return err
}
