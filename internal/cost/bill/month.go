package bill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/cost/usage"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// files are those of a delivery, sorted by their columns.
type files struct {
	importer *importer
	tables   []*table
	columns  []*columns
	readings []reading
	format   Format
	bytes    int64
}

func (im *importer) inspect(ctx context.Context, names []string) (*files, error) {
	s := &files{importer: im}
	var err error
	if s.tables, err = tables(ctx, im.db, names); err != nil {
		return nil, err
	}
	for i, t := range s.tables {
		c, err := newColumns(t)
		if err != nil {
			return nil, err
		}
		f, err := formatOf(t, c)
		if err != nil {
			return nil, err
		}
		if i > 0 && f != s.format {
			return nil, wrongf(t.files[0], "import the files of each format by themselves", "this is %s, and %s is %s", f, s.tables[0].files[0], s.format)
		}
		s.format = f
		s.columns = append(s.columns, c)
		s.readings = append(s.readings, read(f, c))
	}
	for _, n := range names {
		at, err := os.Stat(n)
		if err != nil {
			return nil, wrongf(n, "", "%w", err)
		}
		s.bytes += at.Size()
	}
	return s, nil
}

// names are the source's columns.
func (s *files) names() []string {
	var all []string
	for _, t := range s.tables {
		for _, c := range t.columns {
			all = append(all, c.name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// relation is files of a table for the engine, or the pipes through which they come.
func (t *table) relation(names []string) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = duck.File(n)
	}
	if !t.packed {
		return "read_parquet([" + strings.Join(list, ", ") + "], hive_partitioning = false)"
	}
	types := make([]string, len(t.columns))
	for i := range t.columns {
		types[i] = dialect.Text(position(i)) + ": 'VARCHAR'"
	}
	end := `\n`
	if t.crlf {
		end = `\r\n`
	}
	return "read_csv([" + strings.Join(list, ", ") + "], auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', new_line = " + dialect.Text(end) +
		", nullstr = ['', 'NULL'], max_line_size = " + strconv.Itoa(maxLine) + ", buffer_size = " + strconv.Itoa(2*maxLine) + ", columns = {" + strings.Join(types, ", ") + "})"
}

// maxLine bounds a line of a bill.
const maxLine = 8 << 20

// atOnce is how many files of CSV a statement reads at most, by the engine's threads. Of more it gives each thread one of its own and keeps all that it
// has read of it, gigabytes of what comes through a pipe.
func (s *files) atOnce() int { return 2 * s.importer.db.Threads() }

// each has statements run over the files of all tables, one after the other: of each table over a few of its files at a time. What the files themselves
// have wrong goes before what the engine says.
func (s *files) each(ctx context.Context, stage string, period string, run func(i int, from string) error) error {
	var read, lines atomic.Int64
	finished := make(chan struct{})
	told := make(chan struct{})
	go func() {
		defer close(told)
		s.tell(finished, stage, period, &read, &lines)
	}()
	defer func() { close(finished); <-told }()
	for i, t := range s.tables {
		if !t.packed {
			if err := run(i, t.relation(t.files)); err != nil {
				return err
			}
			continue
		}
		for first := 0; first < len(t.files); first += s.atOnce() {
			last := min(first+s.atOnce(), len(t.files))
			if err := s.piped(ctx, i, first, last, &read, &lines, run); err != nil {
				return err
			}
		}
	}
	return nil
}

// piped has a statement run over some files of a table, which come through pipes.
func (s *files) piped(ctx context.Context, i, first, last int, read, lines *atomic.Int64, run func(i int, from string) error) error {
	t := s.tables[i]
	dir := filepath.Join(s.importer.stage.Dir, fmt.Sprintf("pipes-%d-%d", i, first))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return wrongf(t.files[first], "", "%w", err)
	}
	f, err := newFeed(ctx, dir, t.files[first:last], read, lines)
	if err != nil {
		return err
	}
	err = run(i, t.relation(f.pipes()))
	return cmp.Or(f.end(), err)
}

// tick is how often progress is told.
const tick = 200 * time.Millisecond

func (s *files) tell(finished <-chan struct{}, stage, period string, read, lines *atomic.Int64) {
	every := time.NewTicker(tick)
	defer every.Stop()
	for {
		s.importer.Progress(Progress{Period: period, Stage: stage, Done: min(read.Load(), s.bytes), All: s.bytes, Lines: lines.Load()})
		select {
		case <-finished:
			return
		case <-every.C:
		}
	}
}

// first is the month of the first lines of all files, empty where they differ.
func (s *files) first(ctx context.Context) (string, error) {
	found := map[string]bool{}
	for i, t := range s.tables {
		for _, file := range t.files {
			if !t.packed {
				rows, err := s.importer.db.Query(ctx, "SELECT DISTINCT "+s.readings[i].period+" FROM read_parquet("+duck.File(file)+", hive_partitioning = false)")
				if err != nil {
					return "", s.explain(ctx, err)
				}
				for row, err := range duck.Values(rows) {
					if err != nil {
						return "", s.explain(ctx, err)
					}
					found[fmt.Sprint(row[0])] = true
				}
				continue
			}
			at := slices.IndexFunc(t.columns, func(c column) bool { return slices.Contains(periodColumns, canonical(c.name)) })
			p, err := firstPeriod(file, at)
			if err != nil {
				return "", err
			}
			if p != "" {
				found[p] = true
			}
		}
	}
	for p := range found {
		if len(found) == 1 && monthText.MatchString(p) {
			return p, nil
		}
	}
	return "", nil
}

// periods are the months of the lines.
func (s *files) periods(ctx context.Context) (periods []string, err error) {
	err = s.each(ctx, "looking", "", func(i int, from string) error {
		rows, err := s.importer.db.Query(ctx, "SELECT DISTINCT "+s.readings[i].period+" FROM "+from)
		if err != nil {
			return err
		}
		for row, err := range duck.Values(rows) {
			if err != nil {
				return err
			}
			p, ok := row[0].(string)
			if !ok {
				return wrongf(s.tables[i].files[0], "", "there are lines that do not say which month's bill they are on")
			}
			periods = append(periods, p)
		}
		return nil
	})
	slices.Sort(periods)
	periods = slices.Compact(periods)
	if err != nil {
		return nil, s.explain(ctx, err)
	}
	if len(periods) == 0 {
		return nil, wrongf(s.tables[0].files[0], "fetch it again", "it has no lines")
	}
	return periods, nil
}

// costs are the columns of which sums are kept, in the order of lake.Sum.
var costs = []string{"unblended_cost", "net_unblended_cost", "amortized_cost", "net_amortized_cost", "list_cost", "trueup_cost", "upfront_cost"}

// errMonth is what the engine is made to say of a line of another month.
const errMonth = "sagewarden: a line of another month"

// where takes the lines of one month: of files with several months the others are passed over, in others they are a mistake.
func (r reading) where(period string, several bool) string {
	same := "COALESCE(" + r.period + " = " + dialect.Text(period) + ", false)"
	if several {
		return same
	}
	return "CASE WHEN " + same + " THEN true ELSE error(" + dialect.Text(errMonth) + ") END"
}

// month puts one month into the lake.
func (im *importer) month(ctx context.Context, d Delivery, s *files, period string, several bool) error {
	began := im.Now()
	files, err := s.copy(ctx, period, several)
	if err != nil {
		return s.explain(ctx, err)
	}
	m := lake.Month{Period: period, Bill: im.Bill, Format: string(s.format), Assembly: d.Assembly, Shared: several, Source: d.Name, Imported: began.UTC(), Products: im.Products, Columns: s.names()}
	if err := im.sumUp(ctx, &m, files); err != nil {
		return err
	}
	if err := s.reconcile(ctx, &m, several); err != nil {
		return s.explain(ctx, err)
	}
	before, err := im.compare(m)
	if err != nil {
		return err
	}
	if err := im.stage.Replace(m, files...); err != nil {
		return err
	}
	r := Result{Month: m, Took: im.Now().Sub(began)}
	if before != nil {
		r.Before = before.Period
		r.Added, r.Gone = minus(m.Columns, before.Columns), minus(before.Columns, m.Columns)
	}
	im.yield(r)
	return nil
}

// copy writes the lines that are kept, into a file for each statement.
func (s *files) copy(ctx context.Context, period string, several bool) (files []string, err error) {
	err = s.each(ctx, "importing", period, func(i int, from string) error {
		r := s.readings[i]
		var b strings.Builder
		b.WriteString("SELECT " + r.instance + " AS product_instance_type")
		for _, c := range lake.Schema {
			if v, ok := r.values[c.Name]; ok {
				b.WriteString(",\n  " + v + " AS " + c.Name)
			}
		}
		b.WriteString("\nFROM " + from + "\nWHERE " + r.where(period, several) + " AND " + r.kept(s.columns[i], s.importer.Products))
		file := filepath.Join(s.importer.stage.Dir, fmt.Sprintf("charges-%s-%d.parquet", period, len(files)))
		files = append(files, file)
		list := charges(dialect.DuckDB, grammarSQL, func(column string) bool { return r.values[column] != "" })
		return s.importer.db.Exec(ctx, "COPY (SELECT "+strings.Join(list, ",\n  ")+"\nFROM (SELECT *, "+grammarFunction+"(usage_type, operation, product_instance_type) AS read FROM (\n"+b.String()+"\n))) TO "+
			dialect.Text(file)+" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE "+strconv.Itoa(rowGroup)+", ROW_GROUP_SIZE_BYTES "+strconv.Itoa(rowGroupBytes)+")")
	})
	return files, err
}

// rowGroup is how many lines the files have in a group at most, and rowGroupBytes how much of them the engine gathers for one: each of its threads
// holds a group, and what it becomes when it is packed, in memory.
const (
	rowGroup      = 60 << 10
	rowGroupBytes = 16 << 20
)

// grammarFunction reads a usage type for the engine: the grammar in Go, asked once for each of the few spellings of a bill, is a quarter
// of the time that usage.SQL takes on every line.
const grammarFunction = "sagewarden_usage"

// grammarGap parts what the function answers.
const grammarGap = "\x1f"

// grammar are the columns that it tells, in the order of its answer.
var grammar = []string{"component", "usage_class", "app_type", "instance_type"}

func readUsage(from []string) (string, error) {
	u := usage.Parse(from[0], from[1], from[2])
	return strings.Join([]string{u.Component, string(u.Class), u.App, u.InstanceType}, grammarGap), nil
}

// grammarSQL is one of the function's answers.
func grammarSQL(column string) string {
	return fmt.Sprintf("NULLIF(split_part(read, %s, %d), '')", dialect.Text(grammarGap), slices.Index(grammar, column)+1)
}

// sumUp sums what was written.
func (im *importer) sumUp(ctx context.Context, m *lake.Month, files []string) error {
	from := (&table{}).relation(files)
	sums, _, err := im.sums(ctx, "SELECT billing_currency, count(*), "+sumList(costs)+" FROM "+from+" GROUP BY billing_currency ORDER BY billing_currency")
	if err != nil {
		return err
	}
	m.Kept = together(nil, sums[""])
	rows, err := im.db.Query(ctx, "SELECT DISTINCT billing_account_id FROM "+from+" WHERE billing_account_id IS NOT NULL ORDER BY billing_account_id")
	if err != nil {
		return err
	}
	for row, err := range duck.Values(rows) {
		if err != nil {
			return err
		}
		m.Payers = append(m.Payers, row[0].(string))
	}
	return nil
}

func sumList(columns []string) string {
	sums := make([]string, len(columns))
	for i, c := range columns {
		sums[i] = "sum(" + c + ")"
	}
	return strings.Join(sums, ", ")
}

// sums reads rows of a currency, a count and the costs. Behind them may be a class, and what is the same in all rows.
func (im *importer) sums(ctx context.Context, query string) (byClass map[string][]lake.Sum, rest []any, err error) {
	rows, err := im.db.Query(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	byClass = map[string][]lake.Sum{}
	for row, err := range duck.Values(rows) {
		if err != nil {
			return nil, nil, err
		}
		var s lake.Sum
		s.Currency, _ = row[0].(string)
		s.Lines = row[1].(int64)
		row = row[2:]
		for i, to := range []*decimal.Decimal{&s.Unblended, &s.NetUnblended, &s.Amortized, &s.NetAmortized, &s.List, &s.Trueup, &s.Upfront} {
			*to, _ = row[i].(decimal.Decimal)
		}
		class := ""
		if row = row[len(costs):]; len(row) > 0 {
			class, rest = fmt.Sprint(row[0]), slices.Clone(row[1:])
		}
		byClass[class] = append(byClass[class], s)
	}
	return byClass, rest, nil
}

// reconcile reads the source once more: what it sums to has to be what the lake has and what was left out, or the month is not taken.
func (s *files) reconcile(ctx context.Context, m *lake.Month, several bool) error {
	found := map[string][]lake.Sum{}
	err := s.each(ctx, "reconciling", m.Period, func(i int, from string) error {
		r := s.readings[i]
		rounded, residue := r.rounding()
		list := []string{r.of("billing_currency") + " AS billing_currency", r.kept(s.columns[i], s.importer.Products) + " AS kept", rounded + " AS rounded", residue + " AS residue"}
		for _, c := range costs {
			list = append(list, r.of(c)+" AS "+c)
		}
		sums, rest, err := s.importer.sums(ctx, "SELECT billing_currency, count(*), "+sumList(costs)+", kept, CAST(sum(sum(rounded)) OVER () AS BIGINT), sum(sum(residue)) OVER () FROM (SELECT "+
			strings.Join(list, ", ")+" FROM "+from+" WHERE "+r.where(m.Period, several)+") GROUP BY billing_currency, kept ORDER BY billing_currency")
		if err != nil {
			return err
		}
		for class, of := range sums {
			found[class] = together(found[class], of)
		}
		if len(rest) > 0 {
			count, _ := rest[0].(int64)
			lost, _ := rest[1].(decimal.Decimal)
			m.Rounded, m.Residue = m.Rounded+count, m.Residue.Add(lost)
		}
		return nil
	})
	if err != nil {
		return err
	}
	m.Skipped = found["false"]
	if !slices.EqualFunc(found["true"], m.Kept, lake.Sum.Equal) {
		return wrongf(s.tables[0].files[0], "nothing was replaced; did the files change meanwhile? Try again", "what was written does not add up to what was read: %v, not %v", m.Kept, found["true"])
	}
	return nil
}

// together are the sums of each currency in both, in the order of the currencies.
func together(a, b []lake.Sum) []lake.Sum {
	all := slices.Clone(a)
	for _, s := range b {
		i, known := slices.BinarySearchFunc(all, s, func(x, y lake.Sum) int { return strings.Compare(x.Currency, y.Currency) })
		if known {
			all[i] = all[i].Add(s)
		} else {
			all = slices.Insert(all, i, s)
		}
	}
	return all
}

// compare finds the month before, and refuses to put one payer's month in the place of another's.
func (im *importer) compare(m lake.Month) (before *lake.Month, err error) {
	months, err := im.known()
	if err != nil {
		return nil, err
	}
	for i, o := range months {
		if o.Period == m.Period && len(o.Payers) > 0 && len(m.Payers) > 0 && !slices.Equal(o.Payers, m.Payers) && !im.Force {
			return nil, &estate.Error{Op: operation, On: m.Source,
				Err:  fmt.Errorf("the lake has %s of the bill %q as paid by %s, and this one is paid by %s", m.Period, m.Bill, strings.Join(o.Payers, ", "), strings.Join(m.Payers, ", ")),
				Hint: "give each payer's bill a name of its own with --bill, or replace it with --force"}
		}
		if o.Period < m.Period {
			before = &months[i]
		}
	}
	return before, nil
}

// minus are the words that the others lack.
func minus(words, others []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(others, w) })
}

// cause is the error without what was tried.
func cause(err error) error {
	if e, ok := errors.AsType[*estate.Error](err); ok {
		return e.Err
	}
	return err
}
