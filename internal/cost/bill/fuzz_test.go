//go:build cgo

package bill

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// FuzzHeader: whatever the first line is, the file is refused with its name, or every column of a known format is found in it once, and SQL is made of it.
func FuzzHeader(f *testing.F) {
	for _, h := range []string{
		header, "\ufeff" + strings.ReplaceAll(header, "\n", "\r\n"), strings.Join(curColumns, ",") + ",resource_tags,product\n", strings.Join(focusColumns, ",") + ",Tags\n", strings.Join(focusColumns, ",") + ",InvoiceId\n",
		strings.Replace(header, "user:team", `user:it's "x"`, 1), strings.Replace(header, "resourceTags/user:team", `"resourceTags/user:a,b\n'); DROP TABLE x; --"`, 1), strings.Replace(header, "lineItem/Operation", "lineItem/UsageType", 1), "\n", ",,,\n", `"`,
	} {
		f.Add(h)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		file := write(t, filepath.Join(dir, "a.csv"), []byte(text))
		refused := func(err error) {
			e, ok := errors.AsType[*estate.Error](err)
			if !ok || e.On != file {
				t.Errorf("%q: %v", text, err)
			}
		}
		names, crlf, err := readHeader(file)
		if err != nil {
			refused(err)
			return
		}
		table := &table{packed: true, crlf: crlf, files: []string{file}}
		for _, n := range names {
			table.columns = append(table.columns, column{n, "VARCHAR"})
		}
		c, err := newColumns(table)
		if err != nil {
			refused(err)
			return
		}
		if n := len(c.byName) + len(c.tags) + len(c.categories); n != len(names) {
			t.Errorf("%q: %d columns of %d", text, n, len(names))
		}
		format, err := formatOf(table, c)
		if err != nil {
			refused(err)
			return
		}
		r := read(format, c)
		if r.period == "" || r.of("unblended_cost") == "" || r.of("service_code") == "" {
			t.Errorf("%q as %s lacks what every bill has", text, format)
		}
	})
}

// FuzzRows: whatever stands below a good header, the bill is refused with the file, and the lake is as it was, or every line is in the lake or left out, with
// the sum that another reader of CSV finds.
func FuzzRows(f *testing.F) {
	for _, rows := range []string{
		line, line + line, strings.TrimSuffix(line, "\n"), strings.Replace(line, "red", `"a ""b"",`+"\n"+`c"`, 1), strings.Replace(line, "1.5", "NaN", 1), strings.Replace(line, "1.5", "-0", 1), strings.Replace(line, "1.5", "1e-7", 1),
		strings.Replace(line, "2026-03-01T", "2026-04-01T", 1) + line, strings.Replace(line, "AmazonSageMaker", "AmazonEC2", 1), strings.Replace(line, "AmazonSageMaker", "", 1), strings.Replace(line, "red", `"red`, 1), "a,b\n", "\n" + line, line + "\n\n", line + "\x00",
		strings.Replace(line, "USD", "EUR", 1) + line, strings.Replace(line, "2026-03-02T00", "1000000-01-01T00", 1), strings.Replace(line, "red", "NULL", 1), "# " + line, strings.Replace(line, "1.5", " 1.5 ", 1), strings.Replace(line, "1.5", "1_0", 1), strings.Replace(line, "red", "r\ved", 1), line + "\r\n",
	} {
		f.Add(rows)
	}
	dir := f.TempDir()
	lakeDir := filepath.Join(dir, "lake")
	f.Fuzz(func(t *testing.T, rows string) {
		if err := os.RemoveAll(lakeDir); err != nil {
			t.Fatal(err)
		}
		before := state(t, dir)
		file := write(t, filepath.Join(t.TempDir(), "a.csv"), []byte(header+rows))
		results, err := try(t, Options{Lake: lakeDir}, file)
		if err != nil {
			e, ok := errors.AsType[*estate.Error](err)
			if !ok || e.On != file {
				t.Errorf("%q: %v", rows, err)
			}
			if len(results) == 0 {
				if diff := cmp.Diff(before, state(t, dir)); diff != "" {
					t.Errorf("%q: the lake is not as it was:\n%s", rows, diff)
				}
			}
			return
		}
		var lines int64
		sum := decimal.Zero
		for _, r := range results {
			for _, s := range append(r.Kept, r.Skipped...) {
				lines += s.Lines
				sum = sum.Add(s.Unblended)
			}
		}
		if strings.ContainsRune(rows, '\r') || !utf8.ValidString(rows) {
			return // which the other reader takes otherwise
		}
		records, err := csv.NewReader(strings.NewReader(header + rows)).ReadAll()
		if errors.Is(err, csv.ErrBareQuote) {
			return // a quote within a cell that does not begin with one stands for itself
		}
		if err != nil {
			t.Errorf("%q is taken, and is no CSV: %v", rows, err)
			return
		}
		want := decimal.Zero
		for _, r := range records[1:] {
			if r[5] == "" || r[5] == "NULL" {
				continue
			}
			d, err := decimal.NewFromString(strings.ReplaceAll(strings.TrimSpace(r[5]), "_", "")) // by which the engine lets digits be grouped
			if err != nil {
				t.Errorf("%q is taken, and %q is no amount", rows, r[5])
				return
			}
			want = want.Add(d.Round(18))
		}
		if lines != int64(len(records)-1) || !sum.Equal(want) {
			t.Errorf("%q: %d lines and %s, want %d and %s", rows, lines, sum, len(records)-1, want)
		}
	})
}
