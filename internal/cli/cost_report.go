package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/cost/waste"
	"github.com/sagewarden/sagewarden/internal/report"
)

// costFlags choose charges, and how they are printed.
type costFlags struct {
	lakeFlags
	month, since, until string
	where               []string
	format, out         string
}

func (f *costFlags) add(cmd *cobra.Command, formats []report.Format) {
	f.lakeFlags.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.month, "month", "", "billing period like 2026-03, or several like 2026-01..2026-03 (default: all)")
	fl.StringVar(&f.since, "since", "", "only charges that begin from then on: a day like 2026-03-01, or how long ago, like 30d")
	fl.StringVar(&f.until, "until", "", "only charges that begin before that day (default: tomorrow)")
	fl.StringArrayVar(&f.where, "where", nil, "only charges with dimension=value or dimension!=value; * is any text, nothing is none; repeat it")
	fl.StringVarP(&f.format, "output", "o", string(report.Table), "form of the output: "+strings.Join(names(formats), ", "))
	fl.StringVar(&f.out, "out", "", "write to this file, whole or not at all (default: standard output)")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(names(formats), cobra.ShellCompDirectiveNoFileComp))
}

// options are those of printing.
func (f *costFlags) options(env Env, formats []report.Format) (report.Options, error) {
	format, err := report.ParseFormat(f.format, formats)
	switch {
	case err != nil:
		return report.Options{}, usagef("--output: %w", err)
	case (format == report.Parquet || format == report.XLSX) && f.out == "" && env.Width(env.Stdout) > 0:
		return report.Options{}, usagef("--output: %s is not for a terminal: name a file with --out, or send standard output to one", format)
	case f.out != "":
		return report.Options{Format: format}, nil
	}
	return report.Options{Format: format, Color: env.color(env.Stdout), Width: env.Width(env.Stdout)}, nil
}

// period is the time that the flags name. Without any it is all months of the lake.
func (f *costFlags) period(env Env, l *lake.Lake) (showback.Period, error) {
	switch {
	case f.month != "" && (f.since != "" || f.until != ""):
		return showback.Period{}, usagef("--month is of billing periods, --since and --until of days: give one or the other")
	case f.month != "":
		from, to, several := strings.Cut(f.month, "..")
		if !several {
			to = from
		}
		p, err := showback.Months(from, to)
		if err != nil {
			return p, usagef("--month: %w", err)
		}
		return p, nil
	case f.since == "" && f.until == "":
		months := l.Months()
		return showback.Months(months[0].Period, months[len(months)-1].Period)
	}
	begin, err := parseSince(f.since, env.Now())
	if err != nil {
		return showback.Period{}, err
	}
	end := env.Now().UTC().AddDate(0, 0, 1)
	if f.until != "" {
		if end, err = time.Parse(time.DateOnly, f.until); err != nil {
			return showback.Period{}, usagef("--until: %q is no day: write it as 2026-03-31", f.until)
		}
	}
	if begin.IsZero() {
		begin, _ = time.Parse("2006-01", l.Months()[0].Period)
	}
	p, err := showback.Days(begin, end)
	if err != nil {
		return p, usagef("--since, --until: %w", err)
	}
	return p, nil
}

// lastMonth is the period that the flags name, or else the last month of the lake.
func (f *costFlags) lastMonth(env Env, l *lake.Lake) (showback.Period, error) {
	if f.month == "" && f.since == "" && f.until == "" {
		months := l.Months()
		last := months[len(months)-1].Period
		return showback.Months(last, last)
	}
	return f.period(env, l)
}

// filters are those of --where.
func (f *costFlags) filters() ([]showback.Filter, error) {
	var all []showback.Filter
	for _, w := range f.where {
		filter, err := showback.ParseFilter(w)
		if err != nil {
			return nil, usagef("--where %q: %w", w, err)
		}
		all = append(all, filter)
	}
	return all, nil
}

// print has something printed to where the flags say, a file whole or not at all.
func (f *costFlags) print(env Env, op string, printer func(io.Writer) error) error {
	if f.out == "" {
		return printer(env.Stdout)
	}
	out, err := createOut(op, f.out)
	if err != nil {
		return err
	}
	defer out.discard()
	return out.commit(printer(out))
}

type reportFlags struct {
	costFlags
	estateFlag
	engineFlags
	by, costs, from []string
	top             int
	apart           bool
	compare         string
}

func newCostReport(env Env) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Add up the charges, by whatever they are known by",
		Long: "Report adds up the charges of the lake by day, team, tag, component or anything else that a bill knows, in as many of its costs as you name. Sums are exact:\n" +
			"the total is that of the lake to the last digit, and currencies are never added up. With --engine athena the organization's own bill is asked where it lies, and\n" +
			"nothing has to be imported; what that reads is bounded and told.\n\nDimensions for --by and --where:\n" + twoColumns(showback.DescribeDimensions()) +
			"\nCosts for --cost:\n" + twoColumns(showback.DescribeCosts()),
		Example: "  sagewarden cost report --by month,component --apart\n" +
			"  sagewarden cost report --by tag:cost-center --month 2026-03 --compare previous\n" +
			"  sagewarden cost report --by resource --top 20 --cost amortized,list --where component=Studio\n" +
			"  sagewarden cost report --by day,account -o parquet --out march.parquet --month 2026-03\n" +
			"  sagewarden cost report --by tag:project,resource --month 2026-03 --engine athena --database billing --table cur2",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), env) },
	}
	f.costFlags.add(cmd, report.DataFormats())
	f.addEstate(cmd)
	f.engineFlags.add(cmd)
	fl := cmd.Flags()
	fl.StringSliceVar(&f.by, "by", nil, "dimensions to group by\n(default: month,component; html, xlsx and markdown tell the whole story of the last month)")
	fl.StringSliceVar(&f.costs, "cost", []string{showback.CostNames()[0]}, "costs to add up, each a column; the dearest by the first stand first")
	fl.IntVar(&f.top, "top", 0, "keep to so many of the dearest over the whole period, and add up the others as one line; 0 is all")
	fl.BoolVar(&f.apart, "apart", false, "also add up compute, storage, data, requests, commitments, tax and all else apart")
	fl.StringArrayVar(&f.from, "from", nil, "snapshot that scan --save wrote, or what cost evidence saved, from which the whole story tells what went to no use; repeat it")
	fl.StringVar(&f.compare, "compare", "", "previous: beside the day, week or month before, or else beside the period before")
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(showback.DimensionNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("cost", cobra.FixedCompletions(showback.CostNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("compare", cobra.FixedCompletions([]string{"previous"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (f *reportFlags) run(ctx context.Context, env Env) error {
	options, err := f.options(env, report.DataFormats())
	if err != nil {
		return err
	}
	if len(f.from) > 0 && !f.story(options.Format) {
		return usagef("--from: only the whole story tells of waste: -o html without --by; or use sagewarden cost waste")
	}
	if err := f.check(); err != nil {
		return err
	}
	q, err := f.query()
	if err != nil {
		return err
	}
	switch {
	case f.engine == engineAthena && q.Allocated() && f.story(options.Format):
		return usagef("--where: the whole story of a team is told of the lake: name with --by what to group by")
	case f.engine == engineAthena && !q.Allocated():
		return f.askAthena(ctx, env, q, options)
	}
	a, err := f.charges(ctx, env, &f.costFlags, &f.estateFlag, &q)
	if err != nil {
		return err
	}
	defer a.Close()
	q.Held = a.months
	if err := q.Check(); err != nil {
		return usageError{err}
	}
	if q.Allocated() {
		months := f.months(a)
		if q.Previous {
			months = nil // what was before is allocated, too
		}
		if _, err := f.allocate(ctx, f.file, a, months...); err != nil {
			return err
		}
	}
	var printed printer
	if f.story(options.Format) {
		printed, err = f.overview(ctx, env, a, q)
	} else {
		printed, err = q.Data(ctx, a)
	}
	if err != nil {
		return err
	}
	return f.print(env, "write report", func(w io.Writer) error { return printed.Print(w, options) })
}

// A printer is what a report comes to.
type printer interface {
	Print(w io.Writer, o report.Options) error
}

// askAthena reports on the organization's own bill.
func (f *reportFlags) askAthena(ctx context.Context, env Env, q showback.Query, options report.Options) (err error) {
	if q.Period, err = f.bounded(env, f.allMonths); err != nil {
		return err
	}
	if err := q.Check(); err != nil {
		return usageError{err}
	}
	first, last := q.Bills()
	o := showback.Overview{Cost: q.Costs[0], Where: q.Where, Period: q.Period}
	story := f.story(options.Format)
	if story {
		if q.Period.IsZero() {
			return usagef("--all-months: the whole story is of a month or of days: name them with --month or --since")
		}
		o.History = q.Period.Year("")
		first, last = o.Bills()
	}
	file, err := f.configuration(env)
	if err != nil {
		return err
	}
	a, err := f.ask(ctx, env, file.Cost.Athena)
	if err != nil {
		return err
	}
	defer a.tell()
	db, err := a.Over(a.table, first, last)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if q.Previous || story { // which say nothing of what there is no bill of
		if q.Held, err = db.Held(ctx); err != nil {
			return err
		}
		o.Held = q.Held
	}
	if story && len(o.Held) > 0 {
		o.History = q.Period.Year(o.Held[0])
	}
	var printed printer
	if story {
		printed, err = o.Document(ctx, db)
	} else {
		printed, err = q.Data(ctx, db)
	}
	if err != nil {
		return err
	}
	return f.print(env, "write report", func(w io.Writer) error { return printed.Print(w, options) })
}

// story reports whether the whole story is told: nothing says what to group by, and the form is for people who read more than a table.
func (f *reportFlags) story(format report.Format) bool {
	return f.by == nil && slices.Contains([]report.Format{report.HTML, report.XLSX, report.Markdown}, format)
}

// overview is the whole story of the period, or of the last month where none is named, with the year before it.
func (f *reportFlags) overview(ctx context.Context, env Env, a *attached, q showback.Query) (doc report.Document, err error) {
	o := showback.Overview{Cost: q.Costs[0], Where: q.Where, Held: q.Held}
	if o.Period, err = f.lastMonth(env, a.lake); err != nil {
		return doc, err
	}
	o.History = o.Period.Year(a.lake.Months()[0].Period)
	if rules := f.file.Cost.Allocation; len(rules.Rules) > 0 || rules.Default != "" {
		found, err := f.allocate(ctx, f.file, a)
		if err != nil {
			return doc, err
		}
		o.Teams = true
		if err := f.causes(ctx, a, found, &o); err != nil {
			return doc, err
		}
	}
	if len(f.from) > 0 {
		evidence, err := loadEvidence(f.from)
		if err != nil {
			return doc, err
		}
		bill, err := waste.Of(ctx, a, evidence, waste.Question{Period: o.Period, Cost: o.Cost, Where: o.Where, By: waste.Groups()[0], Top: wasteRows})
		if err != nil {
			return doc, err
		}
		if figure, ok := bill.Figure(); ok {
			o.Figures = append(o.Figures, figure)
		}
		o.Parts = append(o.Parts, report.Part{Title: "Paid for nothing", Lead: bill.Title() + ".", Data: bill.Data(), Bars: "idle_least"})
	}
	return o.Document(ctx, a)
}

// causes adds why charges have no tag, where rules go by one, to the story of whole billing periods.
func (f *reportFlags) causes(ctx context.Context, a *attached, found *allocate.Allocation, o *showback.Overview) error {
	key, tagged := ruleTag(f.file.Cost.Allocation)
	if !tagged || len(o.Where) > 0 || f.since != "" || f.until != "" {
		return nil
	}
	snap, err := f.snapshot(f.file)
	if err != nil {
		return err
	}
	all, coverage, err := found.Untagged(ctx, a.DB, snap, key, o.Cost.Column(), o.Period.Billed()...)
	if err != nil {
		return err
	}
	o.Parts = append(o.Parts, untaggedPart(all, coverage, key, snap))
	return nil
}

// wasteRows are as many as the whole story tells of what was paid for nothing.
const wasteRows = 12

// query is what the flags ask for, but for its period.
func (f *reportFlags) query() (q showback.Query, err error) {
	by := f.by
	if by == nil {
		by = []string{"month", "component"}
	}
	if q.By, err = showback.ParseDimensions(by...); err != nil {
		return q, usagef("--by: %w", err)
	}
	for _, name := range f.costs {
		c, err := showback.ParseCost(name)
		switch {
		case err != nil:
			return q, usagef("--cost: %w", err)
		case slices.Contains(q.Costs, c):
			return q, usagef("--cost: %s is named twice", name)
		}
		q.Costs = append(q.Costs, c)
	}
	if q.Where, err = f.filters(); err != nil {
		return q, err
	}
	if f.compare != "" && f.compare != "previous" {
		return q, usagef("--compare: %q is not possible: write previous", f.compare)
	}
	q.Top, q.Apart, q.Previous = f.top, f.apart, f.compare != ""
	return q, nil
}

// twoColumns are lines of a name and what it is.
func twoColumns(lines [][2]string) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "  %-17s %s\n", l[0], l[1])
	}
	return b.String()
}
