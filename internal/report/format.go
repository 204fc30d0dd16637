package report

import (
	"fmt"
	"slices"
	"strings"
)

// A Format is a form of output.
type Format string

// The formats. Table is for a terminal, Wide is Table with everything that is known, Markdown and HTML are for sharing;
// JSON, NDJSON, CSV and Parquet are for programs, XLSX is for
// whoever goes on in a spreadsheet.
const (
	Table    Format = "table"
	Wide     Format = "wide"
	JSON     Format = "json"
	NDJSON   Format = "ndjson"
	CSV      Format = "csv"
	Markdown Format = "markdown"
	HTML     Format = "html"
	Parquet  Format = "parquet"
	XLSX     Format = "xlsx"
)

// Formats returns the formats of a scan, the default first.
func Formats() []Format {
	return []Format{Table, Wide, JSON, NDJSON, CSV, Markdown, HTML}
}

// InventoryFormats returns the formats of an inventory, the default first.
func InventoryFormats() []Format { return append(Formats(), Parquet) }

// Rows reports whether the form is nothing but rows: it has no room for what could not be seen.
func (f Format) Rows() bool { return f == NDJSON || f == CSV || f == Parquet }

// ParseFormat reads the name of one of the formats. Its error lists them all, and names the nearest one if about half of the name is right.
func ParseFormat(name string, formats []Format) (Format, error) {
	if f := Format(strings.ToLower(name)); slices.Contains(formats, f) {
		return f, nil
	}
	nearest := slices.MinFunc(formats, func(a, b Format) int {
		return distance(name, string(a)) - distance(name, string(b))
	})
	if 2*distance(name, string(nearest)) > len(name)+1 {
		return "", fmt.Errorf("unknown format %q: the formats are %s", name, list(formats))
	}
	return "", fmt.Errorf("unknown format %q: did you mean %q? The formats are %s", name, nearest, list(formats))
}

func list(formats []Format) string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

// distance is the number of bytes to insert, delete or replace to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
