package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

// untaggedLines is how much a table holds unless more is asked for.
const untaggedLines = 30

type untaggedFlags struct {
	costFlags
	estateFlag
	tag, cost string
	top       int
}

func newCostUntagged(env Env) *cobra.Command {
	var f untaggedFlags
	formats := []report.Format{report.Table, report.JSON, report.NDJSON, report.CSV, report.Parquet, report.XLSX, report.Markdown, report.HTML}
	cmd := &cobra.Command{
		Use:   "untagged",
		Short: "Print what has no tag, in dollars, with why and what mends it",
		Long: "Untagged lists the resources whose charges lack a tag, dearest first, with the cause and a command that mends it. Which it is takes a snapshot of the estate (--estate):\n" +
			"a tag that is on the resource and not on the bill, a domain that does not hand its tags on, something charged before it was tagged, or no tag at all.\n" +
			"It also says how much of the bill no rule allocates. Nothing is changed.\n\nCauses:\n" + twoColumns(describeCauses()),
		Example: "  sagewarden scan --save estate.json && sagewarden cost untagged --estate estate.json --month 2026-10\n  sagewarden cost untagged --tag cost-center -o csv",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), env, formats) },
	}
	f.add(cmd, formats)
	f.addEstate(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.tag, "tag", "", "key of the tag, whatever its spelling (default: that of the first rule that goes by a tag)")
	fl.StringVar(&f.cost, "cost", showback.CostNames()[0], "cost to add up: "+strings.Join(showback.CostNames(), ", "))
	fl.IntVar(&f.top, "top", -1, fmt.Sprintf("print so many of the dearest, 0 for all (default: %d in a table, all in other forms)", untaggedLines))
	_ = cmd.RegisterFlagCompletionFunc("cost", cobra.FixedCompletions(showback.CostNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func describeCauses() [][2]string {
	var lines [][2]string
	for _, c := range allocate.Causes() {
		lines = append(lines, [2]string{string(c), c.Describe()})
	}
	return lines
}

// key is the tag that is looked for.
func (f *untaggedFlags) key(rules config.Allocation) (string, error) {
	if f.tag != "" {
		return f.tag, nil
	}
	if key, tagged := ruleTag(rules); tagged {
		return key, nil
	}
	return "", usagef("no rule goes by a tag: name one with --tag")
}

// ruleTag is the tag of the first rule that goes by one.
func ruleTag(rules config.Allocation) (key string, tagged bool) {
	for _, r := range rules.Rules {
		if r.Tag != "" {
			return r.Tag, true
		}
	}
	return "", false
}

func (f *untaggedFlags) run(ctx context.Context, env Env, formats []report.Format) error {
	options, err := f.options(env, formats)
	if err != nil {
		return err
	}
	cost, err := showback.ParseCost(f.cost)
	if err != nil {
		return usagef("--cost: %w", err)
	}
	if f.since != "" || f.until != "" || len(f.where) > 0 {
		return usagef("untagged is of billing periods: leave out --since, --until and --where")
	}
	a, err := f.open(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	key, err := f.key(f.file.Cost.Allocation)
	if err != nil {
		return err
	}
	snap, err := f.snapshot(f.file)
	if err != nil {
		return err
	}
	period, err := f.period(env, a.lake)
	if err != nil {
		return err
	}
	found, err := allocate.Run(ctx, a.DB, f.file.Cost.Allocation, snap, f.months(a)...)
	if err != nil {
		return err
	}
	all, coverage, err := found.Untagged(ctx, a.DB, snap, key, cost.Column())
	if err != nil {
		return err
	}
	if f.top < 0 && (options.Format == report.Table || options.Format == report.Markdown) {
		f.top = untaggedLines
	}
	data := untaggedData(all, f.top, key, period, cost)
	data.Notes = func() []string { return untaggedNotes(all, f.top, coverage, snap) }
	return f.print(env, "write untagged", func(w io.Writer) error { return data.Print(w, options) })
}

func untaggedData(all []allocate.Untagged, top int, key string, period showback.Period, cost showback.Cost) report.Data {
	return report.Data{
		Name: "cost.untagged", Title: fmt.Sprintf("Charges without the tag %s, %s, %s", key, period, cost), About: map[string]any{"tag": key, "period": period.String(), "cost": cost.String()},
		Columns: []report.DataColumn{{Name: "cause", Head: "CAUSE"}, {Name: "service", Head: "SERVICE", Quiet: true}, {Name: "component", Head: "COMPONENT"}, {Name: "class", Head: "CLASS"},
			{Name: "resource", Head: "RESOURCE", None: "(no resource)"}, {Name: "charges", Head: "CHARGES", Type: report.Count}, {Name: "currency", Quiet: true}, {Name: "cost", Head: "COST", Type: report.Amount},
			{Name: "unallocated", Head: "UNALLOCATED", Type: report.Amount}, {Name: "fix", Head: "FIX", Quiet: true}},
		Rows: func(yield func([]any, error) bool) {
			for i, u := range all {
				if top > 0 && i == top {
					return
				}
				if !yield([]any{string(u.Cause), orNil(u.Service), orNil(u.Component), orNil(u.Class), orNil(u.Resource), u.Charges, orNil(u.Currency), report.Money{Value: u.Cost, Currency: u.Currency},
					report.Money{Value: u.Unallocated, Currency: u.Currency}, orNil(u.Fix)}, nil) {
					return
				}
			}
		},
	}
}

// orNil is a text, or nil where it is empty.
func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// untaggedNotes say how much it is, what of it by which cause, and what mends that.
func untaggedNotes(all []allocate.Untagged, top int, coverage []allocate.Coverage, snap *estate.Snapshot) []string {
	var notes []string
	if top > 0 && len(all) > top {
		notes = append(notes, fmt.Sprintf("%d more: --top 0 prints all.", len(all)-top))
	}
	for _, c := range coverage {
		if c.Billed.IsPositive() {
			notes = append(notes, covered(c))
		}
	}
	for _, cause := range byCause(all) {
		for _, c := range coverage {
			if sum, has := cause.sums[c.Currency]; has {
				notes = append(notes, fmt.Sprintf("%s %s: %s.", report.Money{Value: sum, Currency: c.Currency}, cause.Cause, cause.Describe()))
			}
		}
		if cause.fix != "" {
			notes = append(notes, "  "+cause.fix)
		}
	}
	if snap == nil {
		notes = append(notes, "Without a snapshot of the estate nothing says why: sagewarden scan --save estate.json, and --estate estate.json.")
	}
	return notes
}

// covered says how much of a bill has the tag.
func covered(c allocate.Coverage) string {
	money := func(d decimal.Decimal) report.Money { return report.Money{Value: d, Currency: c.Currency} }
	return fmt.Sprintf("%s of %s has the tag (%s), %s has not; %s is allocated to nobody by any rule.", money(c.Tagged), money(c.Billed), part(c.Tagged, c.Billed), money(c.Billed.Sub(c.Tagged)), money(c.Unallocated))
}

// A summed cause has what is untagged by it, by currency, and what mends the dearest of that.
type summed struct {
	allocate.Cause
	sums map[string]decimal.Decimal
	fix  string
}

// byCause are the causes that there are.
func byCause(all []allocate.Untagged) (causes []summed) {
	for _, cause := range allocate.Causes() {
		s := summed{Cause: cause, sums: map[string]decimal.Decimal{}}
		for _, u := range all {
			if u.Cause == cause {
				s.sums[u.Currency] = s.sums[u.Currency].Add(u.Cost)
				s.fix = cmp.Or(s.fix, u.Fix)
			}
		}
		if len(s.sums) > 0 {
			causes = append(causes, s)
		}
	}
	return causes
}

// untaggedPart tells in the whole story, which is of one currency, why charges have no tag.
func untaggedPart(all []allocate.Untagged, coverage []allocate.Coverage, key string, snap *estate.Snapshot) report.Part {
	p := report.Part{Title: "Why: untagged by cause", Bars: "cost", Data: report.Data{Name: "untagged by cause", Title: "Charges without the tag " + key + ", by cause",
		Columns: []report.DataColumn{{Name: "cause", Head: "CAUSE"}, {Name: "cost", Head: "COST", Type: report.Amount}, {Name: "means", Head: "MEANS"}, {Name: "fix", Head: "WHAT MENDS THE DEAREST"}},
		Rows: func(yield func([]any, error) bool) {
			for _, cause := range byCause(all) {
				for currency, sum := range cause.sums {
					if !yield([]any{string(cause.Cause), report.Money{Value: sum, Currency: currency}, cause.Describe(), orNil(cause.fix)}, nil) {
						return
					}
				}
			}
		}}}
	for _, c := range coverage {
		p.Lead = "Of the tag " + key + ": " + covered(c)
	}
	if snap == nil {
		p.Lead += " Without a snapshot of the estate (--estate) nothing says why."
	}
	return p
}
