package bill

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/estate"
)

var (
	csvLine   = regexp.MustCompile(`CSV Error on Line: (\d+)`)
	csvPipe   = regexp.MustCompile(`pipes-(\d+)-(\d+)/pipe-(\d+)\.csv`)
	csvWidth  = regexp.MustCompile(`Expected Number of Columns: (\d+) Found: (\d+)`)
	csvTooBig = regexp.MustCompile(`Maximum line size of (\d+) bytes exceeded`)
)

// explain says of an error of the engine which file, row and column it is about. Where the engine does not know, the files are read once more.
func (s *files) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e, ok := errors.AsType[*estate.Error](err)
	if !ok || e.Op == operation {
		return err
	}
	said := e.Err.Error()
	switch {
	case strings.Contains(said, errMonth):
		return wrongf(s.tables[0].files[0], "import the files by themselves, without their manifest, if they are right", "%w", errStray)
	case csvLine.MatchString(said):
		return s.csvError(said)
	case strings.Contains(said, "Conversion Error"), strings.Contains(said, "Invalid Input Error"):
		if found := s.locate(ctx); found != nil {
			return found
		}
	}
	first, _, _ := strings.Cut(said, "\n\n")
	return wrongf(s.tables[0].files[0], "the lake is as it was", "%s", first)
}

// csvError is what the engine says of a line that is no CSV.
func (s *files) csvError(said string) error {
	file := s.tables[0].files[0]
	if m := csvPipe.FindStringSubmatch(said); m != nil {
		t, _ := strconv.Atoi(m[1])
		first, _ := strconv.Atoi(m[2])
		f, _ := strconv.Atoi(m[3])
		file = s.tables[t].files[first+f]
	}
	row := csvLine.FindStringSubmatch(said)[1]
	const hint = "fetch it again: it was cut short or changed on its way, as by a spreadsheet"
	switch {
	case csvWidth.MatchString(said):
		m := csvWidth.FindStringSubmatch(said)
		return wrongf(file, hint, "row %s: it has %s columns, the header has %s", row, m[2], m[1])
	case strings.Contains(said, "unterminated quote"):
		return wrongf(file, hint, "row %s: a quote is not closed", row)
	case strings.Contains(said, "unicode"):
		return wrongf(file, "save it as UTF-8, as AWS does", "row %s: it is not UTF-8", row)
	case csvTooBig.MatchString(said):
		return wrongf(file, hint, "row %s: it has more than %s bytes, which no line of a bill has", row, csvTooBig.FindStringSubmatch(said)[1])
	}
	lines := strings.Split(said, "\n")
	return wrongf(file, hint, "row %s: %s", row, lines[min(len(lines)-1, 2)])
}

// locate finds the first value that cannot be what its column has to be.
func (s *files) locate(ctx context.Context) error {
	what := map[string]string{asMoney: "an amount", asMoment: "a time", asJSON: "an object of JSON"}
	for i, r := range s.readings {
		t := s.tables[i]
		for f, file := range t.files {
			tests := make([]string, len(r.casts))
			for n, c := range r.casts {
				tests[n] = fmt.Sprintf("WHEN %s IS NOT NULL AND TRY_CAST(%[1]s AS %s) IS NULL THEN %d", c.text(), c.as, n)
				if c.as == asJSON {
					tests[n] = fmt.Sprintf("WHEN %s IS NOT NULL AND COALESCE(json_type(TRY_CAST(%[1]s AS JSON)), '') NOT IN ('OBJECT', 'NULL') THEN %d", c.text(), n)
				}
			}
			values := make([]string, len(r.casts))
			for n, c := range r.casts {
				values[n] = fmt.Sprintf("WHEN %d THEN %s", n, c.text())
			}
			one := &files{importer: s.importer, bytes: s.bytes, tables: []*table{{packed: t.packed, crlf: t.crlf, columns: t.columns, files: []string{file}}}}
			var found error
			err := one.each(ctx, "looking for the mistake", "", func(_ int, from string) error {
				number := "row_number() OVER () + 1"
				if !t.packed {
					number = "file_row_number + 1"
					from = strings.Replace(from, "hive_partitioning", "file_row_number = true, hive_partitioning", 1)
				} else {
					from = strings.Replace(from, "auto_detect", "parallel = false, auto_detect", 1)
				}
				rows, err := s.importer.db.Query(ctx, "SELECT row, wrong, CASE wrong "+strings.Join(values, " ")+" END AS value FROM (SELECT *, "+number+" AS row, CASE "+strings.Join(tests, " ")+
					" END AS wrong FROM "+from+") WHERE wrong IS NOT NULL ORDER BY row LIMIT 1")
				if err != nil {
					return err
				}
				for row, err := range duck.Values(rows) {
					if err != nil {
						return err
					}
					c := r.casts[row[1].(int32)]
					value := fmt.Sprint(row[2])
					if len(value) > 60 {
						value = value[:60] + "…"
					}
					found = wrongf(s.tables[i].files[f], "correct it at its source and fetch it again; the lake is as it was", "row %d, column %s: %q is not %s", row[0], c.name, value, what[c.as])
				}
				return nil
			})
			if found != nil || err != nil {
				return found
			}
		}
	}
	return nil
}

// errStray is a line of another month where one month was expected.
var errStray = errors.New("there are lines of another month in the bill of one month")
