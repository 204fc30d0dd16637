package bill

import (
	"io"

	"github.com/parquet-go/parquet-go"
)

// A lattice is a Parquet file.
type lattice struct {
	columns []column
	out     *parquet.GenericWriter[any]
	row     parquet.Row
	batch   [1]parquet.Row
}

// rowsOfGroup bounds what a file keeps in memory before it is written.
const rowsOfGroup = 100_000

// newLattice is a file of the columns in their order. Legacy reports may have two tags of one name there: the first of them that is on a line counts.
func newLattice(out io.Writer, columns []column) *lattice {
	schema := record{Group: parquet.Group{}}
	l := &lattice{}
	for _, c := range columns {
		if _, twice := schema.Group[c.flat]; twice {
			first := &l.columns[indexOf(l.columns, c.flat)]
			one, other := first.text, c.text
			first.text = func(line *Line) string {
				if text := one(line); text != "" {
					return text
				}
				return other(line)
			}
			continue
		}
		l.columns = append(l.columns, c)
		schema.names = append(schema.names, c.flat)
		schema.Group[c.flat] = node(c)
	}
	l.out = parquet.NewGenericWriter[any](out, parquet.NewSchema("bill", schema), parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(rowsOfGroup))
	return l
}

func indexOf(columns []column, flat string) int {
	for i, c := range columns {
		if c.flat == flat {
			return i
		}
	}
	return -1
}

// A record is a group that keeps the order of its columns.
type record struct {
	parquet.Group
	names []string
}

// Fields returns the columns in their order.
func (r record) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range r.Group.Fields() {
		byName[f.Name()] = f
	}
	fields := make([]parquet.Field, len(r.names))
	for i, name := range r.names {
		fields[i] = byName[name]
	}
	return fields
}

// node is the type of the column. AWS's files hold amounts as doubles.
func node(c column) parquet.Node {
	switch c.sort {
	case number:
		return parquet.Optional(parquet.Leaf(parquet.DoubleType))
	case moment:
		return parquet.Optional(parquet.Timestamp(parquet.Millisecond))
	case pairs:
		return parquet.Optional(parquet.Map(parquet.String(), repeated()))
	case shares:
		return parquet.Optional(parquet.Map(parquet.String(), parquet.Leaf(parquet.DoubleType)))
	}
	return parquet.Optional(repeated())
}

// repeated is text of which few values are many.
func repeated() parquet.Node { return parquet.Encoded(parquet.String(), &parquet.RLEDictionary) }

// The definition levels: of a value, and of an entry of a map.
const (
	defined = 1
	entered = 2
)

func (l *lattice) write(line *Line) error {
	row, at := l.row[:0], 0
	null := parquet.NullValue()
	for _, c := range l.columns {
		switch c.sort {
		case text:
			if s := c.text(line); s != "" {
				row = append(row, parquet.ByteArrayValue([]byte(s)).Level(0, defined, at))
			} else {
				row = append(row, null.Level(0, 0, at))
			}
		case number:
			if n, known := c.number(line); known {
				row = append(row, parquet.DoubleValue(n.Float()).Level(0, defined, at))
			} else {
				row = append(row, null.Level(0, 0, at))
			}
		case moment:
			row = append(row, parquet.Int64Value(c.moment(line).UnixMilli()).Level(0, defined, at))
		default:
			row = entriesOf(row, c, c.pairs(line), at)
			at++
		}
		at++
	}
	l.row, l.batch[0] = row, row
	_, err := l.out.WriteRows(l.batch[:])
	return err
}

// entriesOf adds the two columns of a map: all keys, and then all values.
func entriesOf(row parquet.Row, c column, list []pair, at int) parquet.Row {
	if len(list) == 0 {
		return append(row, parquet.NullValue().Level(0, defined, at), parquet.NullValue().Level(0, defined, at+1))
	}
	for i, p := range list {
		row = append(row, parquet.ByteArrayValue([]byte(p.key)).Level(min(i, 1), entered, at))
	}
	for i, p := range list {
		value := parquet.ByteArrayValue([]byte(p.text))
		if c.sort == shares {
			value = parquet.DoubleValue(p.number.Float())
		}
		row = append(row, value.Level(min(i, 1), entered, at+1))
	}
	return row
}

func (l *lattice) close() error { return l.out.Close() }
