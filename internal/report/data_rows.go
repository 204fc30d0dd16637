package report

import (
	"bufio"
	"encoding/csv"
	"io"
)

// csv prints RFC 4180. Numbers stand as they are; a stranger's text is kept from being a formula.
func (d Data) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	record := make([]string, len(d.Columns))
	for i, c := range d.Columns {
		record[i] = c.Name
	}
	// The writer keeps its first error for Flush to tell.
	_ = out.Write(record)
	for row, err := range d.Rows {
		if err != nil {
			return err
		}
		for i, value := range row {
			record[i] = bare(value)
			if d.Columns[i].Type == Text {
				record[i] = harmless(record[i])
			}
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}

// ndjson prints a row per line. Money and numbers are decimal strings.
func (d Data) ndjson(w io.Writer) error {
	out := bufio.NewWriter(w)
	for row, err := range d.Rows {
		if err != nil {
			return err
		}
		text, err := d.object(row)
		if err != nil {
			return err
		}
		if _, err := out.Write(append(text, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

// json prints a document with a row per line: as much as it is, it is never held whole.
func (d Data) json(w io.Writer) error {
	out := bufio.NewWriter(w)
	member := func(lead, key string, value any) error {
		text, err := compact(value)
		if err == nil {
			_, err = out.WriteString(lead + `"` + key + `": ` + string(text))
		}
		return err
	}
	if err := member("{\n  ", "schema", "sagewarden."+d.Name+"/1"); err != nil {
		return err
	}
	if d.About != nil {
		if err := member(",\n  ", "about", d.About); err != nil {
			return err
		}
	}
	_, _ = out.WriteString(",\n  \"rows\": [") // the writer keeps its first error for Flush to tell
	lead := "\n    "
	for row, err := range d.Rows {
		if err != nil {
			return err
		}
		text, err := d.object(row)
		if err != nil {
			return err
		}
		_, _ = out.WriteString(lead + string(text))
		lead = ",\n    "
	}
	_, _ = out.WriteString("\n  ]")
	if total := d.total(); total != nil {
		text, err := d.object(total)
		if err != nil {
			return err
		}
		_, _ = out.WriteString(",\n  \"total\": " + string(text))
	}
	if err := member(",\n  ", "notes", orEmpty(d.notes())); err != nil {
		return err
	}
	_, _ = out.WriteString("\n}\n")
	return out.Flush()
}

// object is a row as a JSON object, its members in the order of the columns.
func (d Data) object(row []any) ([]byte, error) {
	text := []byte{'{'}
	for i, value := range row {
		if i > 0 {
			text = append(text, ", "...)
		}
		key, err := compact(d.Columns[i].Name)
		if err != nil {
			return nil, err
		}
		switch value.(type) {
		case nil, int64:
		default:
			value = bare(value)
		}
		member, err := compact(value)
		if err != nil {
			return nil, err
		}
		text = append(append(append(text, key...), ": "...), member...)
	}
	return append(text, '}'), nil
}

// compact encodes without the line's end.
func compact(value any) ([]byte, error) {
	text, err := encode(value, "")
	if err != nil {
		return nil, err
	}
	return text[:len(text)-1], nil
}
