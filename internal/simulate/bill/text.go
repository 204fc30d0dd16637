package bill

import (
	"encoding/json"
	"io"
)

// A sheet takes the rows of a file.
type sheet interface {
	write(l *Line) error
	// close writes what is left.
	close() error
}

// A table is a file of text, as CSV.
type table struct {
	out     io.Writer
	columns []column
	buffer  []byte
}

func newTable(out io.Writer, columns []column) *table {
	t := &table{out: out, columns: columns}
	for i, c := range columns {
		t.field(i, []byte(c.name))
	}
	t.buffer = append(t.buffer, '\n')
	return t
}

// enough is how much is written at once.
const enough = 1 << 16

func (t *table) write(l *Line) error {
	for i, c := range t.columns {
		switch c.sort {
		case text:
			t.field(i, []byte(c.text(l)))
		case number:
			t.separate(i)
			if n, known := c.number(l); known {
				t.buffer = n.append(t.buffer)
			}
		case moment:
			t.separate(i)
			t.buffer = append(t.buffer, stamp(c.moment(l))...)
		default:
			t.field(i, object(c.pairs(l), c.sort))
		}
	}
	t.buffer = append(t.buffer, '\n')
	if len(t.buffer) < enough {
		return nil
	}
	return t.close()
}

func (t *table) close() error {
	_, err := t.out.Write(t.buffer)
	t.buffer = t.buffer[:0]
	return err
}

func (t *table) separate(i int) {
	if i > 0 {
		t.buffer = append(t.buffer, ',')
	}
}

// field writes a field, in quotes where it has to be.
func (t *table) field(i int, value []byte) {
	t.separate(i)
	plain := true
	for _, c := range value {
		plain = plain && c != ',' && c != '"' && c != '\n' && c != '\r'
	}
	if plain {
		t.buffer = append(t.buffer, value...)
		return
	}
	t.buffer = append(t.buffer, '"')
	for _, c := range value {
		if c == '"' {
			t.buffer = append(t.buffer, '"')
		}
		t.buffer = append(t.buffer, c)
	}
	t.buffer = append(t.buffer, '"')
}

// object is a map as JSON, which is how files of text have maps.
func object(list []pair, s sort) []byte {
	b := []byte{'{'}
	for i, p := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, quoted(p.key)...), ':')
		if s == shares {
			b = p.number.append(b)
		} else {
			b = append(b, quoted(p.text)...)
		}
	}
	return append(b, '}')
}

func quoted(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic("bill: a string does not marshal: " + err.Error())
	}
	return text
}
