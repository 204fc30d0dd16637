package bill

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// A Format is a form in which AWS delivers a bill.
type Format string

// The formats.
const (
	Legacy  Format = "cur"
	CUR2    Format = "cur2"
	FOCUS10 Format = "focus-1.0"
	FOCUS12 Format = "focus-1.2"
)

// Formats are all formats.
func Formats() []Format { return []Format{Legacy, CUR2, FOCUS10, FOCUS12} }

// An Encoding is how the files of a format are written.
type Encoding string

// The encodings. Zip is the legacy report's alone.
const (
	Gzip    Encoding = "gz"
	Zip     Encoding = "zip"
	Parquet Encoding = "parquet"
)

// columns are those of the format, and rows what it makes of the lines.
func (b *Bill) columns(f Format) ([]column, func(iter.Seq[*Line]) iter.Seq[*Line], error) {
	all := func(lines iter.Seq[*Line]) iter.Seq[*Line] { return lines }
	switch f {
	case Legacy:
		return b.legacyColumns(), all, nil
	case CUR2:
		list := b.curColumns()
		if !b.Splits {
			list = slices.DeleteFunc(list, func(c column) bool { return c.only == withSplits })
		}
		for i := range list {
			list[i].name = list[i].flat
		}
		return sorted(list), all, nil
	case FOCUS10, FOCUS12:
		list := b.focusColumns(f)
		for i := range list {
			list[i].flat = list[i].name
		}
		return sorted(list), rows, nil
	}
	return nil, nil, fmt.Errorf("bill: there is no format %q", f)
}

// Encodings are those of the format.
func Encodings(f Format) []Encoding {
	if f == Legacy {
		return []Encoding{Gzip, Zip, Parquet}
	}
	return []Encoding{Gzip, Parquet}
}

// sorted puts columns in the order of their names, as the table dictionary has them.
func sorted(list []column) []column {
	slices.SortFunc(list, func(a, b column) int { return cmp.Compare(a.name, b.name) })
	return list
}
