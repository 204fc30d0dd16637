package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/report"
)

// tableRows is how much a table holds unless more is asked for: its rows are in memory until its widths are known.
const tableRows = 1000

// queryFormats are the forms of an answer.
func queryFormats() []report.Format { return append(report.StreamFormats(), report.Parquet) }

type queryFlags struct {
	lakeFlags
	engineFlags
	month       string
	format, out string
	limit       int
}

func newCostQuery(env Env) *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:   "query SQL",
		Short: "Ask the lake of charges in SQL",
		Long: "Query runs one SELECT, in the SQL of DuckDB, over the table charges. It can read nothing else and change nothing: no other file, no network, no setting.\n" +
			"Sums are decimals and exact; a sum over several currencies is a mistake, so group by billing_currency. A - in place of the statement reads it from standard input.\n" +
			"With --engine athena it is the SQL of Athena, over charges of the months that you name, which are the organization's own bill where it lies.",
		Example: "  sagewarden cost query 'SELECT billing_period, billing_currency, sum(amortized_cost) FROM charges GROUP BY ALL ORDER BY ALL'\n" +
			"  sagewarden cost query \"SELECT tags['team'] AS team, sum(unblended_cost) AS cost FROM charges GROUP BY team\" -o csv\n" +
			"  sagewarden cost query --engine athena --database billing --table cur2 --month 2026-03 'SELECT region_id, sum(amortized_cost) AS cost FROM charges GROUP BY 1'",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), env, args[0]) },
	}
	f.lakeFlags.add(cmd)
	f.engineFlags.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.month, "month", "", "billing period like 2026-03, or several like 2026-01..2026-03, that Athena may read; the lake is asked whole")
	fl.StringVarP(&f.format, "output", "o", string(report.Table), "form of the output: "+strings.Join(names(queryFormats()), ", "))
	fl.StringVar(&f.out, "out", "", "write to this file, whole or not at all (default: standard output)")
	fl.IntVar(&f.limit, "limit", -1, fmt.Sprintf("print so many rows at most, 0 for all (default: %d in a table, all in other forms)", tableRows))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(names(queryFormats()), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (f *queryFlags) run(ctx context.Context, env Env, query string) error {
	format, err := report.ParseFormat(f.format, queryFormats())
	switch {
	case err != nil:
		return usagef("--output: %w", err)
	case format == report.Parquet && f.out == "" && env.Width(env.Stdout) > 0:
		return usagef("--output: parquet is not for a terminal: name a file with --out, or send standard output to one")
	case f.limit < 0 && format == report.Table:
		f.limit = tableRows
	}
	if query == "-" {
		text, err := io.ReadAll(env.Stdin)
		if err != nil {
			return fmt.Errorf("read the statement: %w", err)
		}
		query = string(text)
	}
	query = strings.TrimRight(strings.TrimSpace(query), "; \n\t")
	if err := f.check(); err != nil {
		return err
	}
	var answer func(w io.Writer, o report.Options) error
	if f.engine == engineAthena {
		done, ask, err := f.askAthena(ctx, env, query)
		if err != nil {
			return err
		}
		defer done()
		answer = ask
	} else {
		if f.month != "" {
			return usagef("--month bounds what Athena reads: write WHERE billing_period = … for the lake")
		}
		a, err := f.open(ctx, env)
		if err != nil {
			return err
		}
		defer a.Close()
		answer = func(w io.Writer, o report.Options) error {
			if o.Format == report.Parquet {
				return f.parquet(ctx, a, query, w)
			}
			return f.stream(ctx, a, query, w, o)
		}
	}
	to := env.Stdout
	o := report.Options{Format: format, Color: env.color(env.Stdout), Width: env.Width(env.Stdout)}
	var out *outFile
	if f.out != "" {
		if out, err = createOut("write answer", f.out); err != nil {
			return err
		}
		defer out.discard()
		to, o.Color, o.Width = out, false, 0
	}
	err = answer(to, o)
	if out != nil {
		return out.commit(err)
	}
	return err
}

func (f *queryFlags) stream(ctx context.Context, a *attached, query string, w io.Writer, o report.Options) error {
	if err := a.Seal(ctx, a.lake.Files()...); err != nil {
		return err
	}
	if err := a.OnlySelect(ctx, query); err != nil {
		return err
	}
	return f.rows(ctx, a, query, w, o)
}

// askAthena is the answer of the organization's own bill.
func (f *queryFlags) askAthena(ctx context.Context, env Env, query string) (done func(), answer func(io.Writer, report.Options) error, err error) {
	if f.format == string(report.Parquet) {
		return nil, nil, usagef("--output: what Athena answers is written in any form but parquet")
	}
	months := costFlags{month: f.month}
	if f.month == "" && !f.allMonths {
		return nil, nil, usagef("without a month Athena would read the whole bill, which costs money: name it with --month, or say --all-months")
	}
	period, err := months.bounded(env, f.allMonths)
	if err != nil {
		return nil, nil, err
	}
	file, err := f.configuration(env)
	if err != nil {
		return nil, nil, err
	}
	a, err := f.ask(ctx, env, file.Cost.Athena)
	if err != nil {
		return nil, nil, err
	}
	first, last := period.Bills()
	db, err := a.Over(a.table, first, last)
	if err != nil {
		return nil, nil, err
	}
	return func() { _ = db.Close(); a.tell() }, func(w io.Writer, o report.Options) error { return f.rows(ctx, db, query, w, o) }, nil
}

// rows prints an answer as it comes.
func (f *queryFlags) rows(ctx context.Context, db showback.Engine, query string, w io.Writer, o report.Options) error {
	rows, err := db.Query(ctx, query)
	if err != nil {
		return err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return errors.Join(err, rows.Close())
	}
	columns := make([]report.Column, len(types))
	for i, t := range types {
		columns[i] = report.Column{Head: t.Name(), Right: numeric(t.DatabaseTypeName()), Name: t.DatabaseTypeName() == "VARCHAR"}
	}
	s, err := report.NewStream(w, o, columns)
	if err != nil {
		return errors.Join(err, rows.Close())
	}
	n, more := 0, false
	for row, err := range duck.Values(rows) {
		if err != nil {
			return err
		}
		if more = f.limit > 0 && n == f.limit; more {
			break
		}
		if err := s.Write(row); err != nil {
			return errors.Join(err, rows.Close())
		}
		n++
	}
	title := fmt.Sprintf("%d rows", n)
	if n == 1 {
		title = "1 row"
	}
	if more {
		title = fmt.Sprintf("the first %d rows; --limit 0 prints all", n)
	}
	return s.Close(title)
}

func numeric(t string) bool {
	return strings.HasPrefix(t, "DECIMAL") || strings.HasSuffix(t, "INT") || strings.HasSuffix(t, "INTEGER") || t == "DOUBLE" || t == "FLOAT"
}

// parquet has the engine write a file of its own, since nobody else knows its types.
func (f *queryFlags) parquet(ctx context.Context, a *attached, query string, w io.Writer) error {
	file := filepath.Join(a.temp, "answer.parquet")
	if err := a.Seal(ctx, append(a.lake.Files(), file)...); err != nil {
		return err
	}
	if err := a.OnlySelect(ctx, query); err != nil {
		return err
	}
	limit := ""
	if f.limit > 0 {
		limit = fmt.Sprintf(" LIMIT %d", f.limit)
	}
	if err := a.Exec(ctx, "COPY (SELECT * FROM (\n"+query+"\n)"+limit+") TO "+dialect.Text(file)+" (FORMAT parquet, COMPRESSION zstd)"); err != nil {
		return err
	}
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	_, err = io.Copy(w, from)
	return err
}
