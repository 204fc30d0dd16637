package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// estateFlag names the snapshot that tells whose a resource is.
type estateFlag struct{ estate string }

func (f *estateFlag) addEstate(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.estate, "estate", "", "snapshot that scan --save wrote, which tells whose a resource is (default: cost.estate in the configuration file)")
}

// snapshot is the one that is named, or nil.
func (f *estateFlag) snapshot(file *config.File) (*estate.Snapshot, error) {
	name := f.estate
	if configured := file.Cost.Estate; name == "" && configured != "" {
		if name = configured; !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(file.Path), name)
		}
	}
	if name == "" {
		return nil, nil
	}
	return scan.Load(name)
}

// ready is the snapshot that the rules of the file ask, nil where they ask none, or what they lack.
func (f *estateFlag) ready(file *config.File) (*estate.Snapshot, error) {
	rules := file.Cost.Allocation
	if len(rules.Rules) == 0 && rules.Default == "" {
		return nil, &estate.Error{Op: "allocate", On: cmp.Or(file.Path, config.FileName), Err: errors.New("nothing says who is charged"),
			Hint: "write rules under cost.allocation; docs/allocation.md begins with some"}
	}
	snap, err := f.snapshot(file)
	if err != nil {
		return nil, err
	}
	for _, r := range rules.Rules {
		if r.Estate != nil && snap == nil {
			return nil, &estate.Error{Op: "allocate", On: file.Path, Err: fmt.Errorf("the rule %q asks the estate, and no snapshot is named", r.Name),
				Hint: "sagewarden scan --save estate.json writes one; name it with --estate, or as cost.estate in the file"}
		}
	}
	return snap, nil
}

// allocate runs the rules of the file over the charges of the period.
func (f *estateFlag) allocate(ctx context.Context, file *config.File, a *attached, months ...string) (*allocate.Allocation, error) {
	snap, err := f.ready(file)
	if err != nil {
		return nil, err
	}
	return allocate.Run(ctx, a.DB, file.Cost.Allocation, snap, months...)
}

// months are those of the lake that --month names, none for all.
func (f *costFlags) months(a *attached) []string {
	if f.month == "" {
		return nil
	}
	from, to, several := strings.Cut(f.month, "..")
	if !several {
		to = from
	}
	months := []string{from} // which are none of the lake's, perhaps
	for _, m := range a.months {
		if m > from && m <= to {
			months = append(months, m)
		}
	}
	return months
}

type allocateFlags struct {
	costFlags
	estateFlag
	engineFlags
	by, costs []string
	explain   string
}

func newCostAllocate(env Env) *cobra.Command {
	var f allocateFlags
	cmd := &cobra.Command{
		Use:   "allocate",
		Short: "Charge every cent to a team, by the rules of sagewarden.yaml",
		Long: "Allocate runs the rules of cost.allocation over the charges of the lake: the first rule that says something of a charge decides, and shared costs are split among teams.\n" +
			"The allocations add up to the bill to the last digit, in each month, currency and cost; the command proves it each time, and fails if they do not.\n" +
			"--explain tells of one line or resource which rules say what of it.\n\nDimensions for --by and --where are those of sagewarden cost report, such as team, rule, reason and pool.",
		Example: "  sagewarden cost allocate --month 2026-10\n" +
			"  sagewarden cost allocate --month 2026-10 --by team,component --cost amortized,list -o csv\n" +
			"  sagewarden cost allocate --by month,team --estate estate.json\n" +
			"  sagewarden cost allocate --explain arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn\n" +
			"  sagewarden cost allocate --month 2026-10 --engine athena --database billing --table cur2",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), env) },
	}
	f.costFlags.add(cmd, report.DataFormats())
	f.addEstate(cmd)
	f.engineFlags.add(cmd)
	fl := cmd.Flags()
	fl.StringSliceVar(&f.by, "by", []string{"team", "rule"}, "dimensions to group by")
	fl.StringSliceVar(&f.costs, "cost", []string{showback.CostNames()[0]}, "costs to add up, each a column: "+strings.Join(showback.CostNames(), ", "))
	fl.StringVar(&f.explain, "explain", "", "tell of this line of the bill or this resource, by its id or ARN, why it is whose it is")
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(showback.DimensionNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("cost", cobra.FixedCompletions(showback.CostNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (f *allocateFlags) run(ctx context.Context, env Env) error {
	options, err := f.options(env, report.DataFormats())
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	if f.since != "" || f.until != "" {
		return usagef("costs are shared by billing periods: name them with --month in place of --since and --until")
	}
	q, err := (&reportFlags{costFlags: f.costFlags, by: f.by, costs: f.costs}).query()
	if err != nil {
		return err
	}
	a, err := f.charges(ctx, env, &f.costFlags, &f.estateFlag, &q)
	if err != nil {
		return err
	}
	defer a.Close()
	found, err := f.allocate(ctx, f.file, a, f.months(a)...)
	if err != nil {
		return err
	}
	if f.explain != "" {
		return f.tell(ctx, env, a, found, q.Costs[0], options)
	}
	sums, err := found.Sums(ctx, a.DB)
	if err != nil {
		return err
	}
	if err := lost(sums); err != nil {
		return err
	}
	coverage, err := unallocated(ctx, a, q.Costs[0])
	if err != nil {
		return err
	}
	data, err := q.Data(ctx, a)
	if err != nil {
		return err
	}
	remarks := slices.Concat(data.Notes(), coverage, proof(sums, q.Costs[0]), drift(found))
	data.Name, data.Notes = "cost.allocation", func() []string { return remarks }
	return f.print(env, "write allocation", func(w io.Writer) error { return data.Print(w, options) })
}

// lost is the error of sums that are not the same, which no rule can bring about.
func lost(sums []allocate.Sum) error {
	for _, s := range sums {
		if !s.Exact() {
			return &estate.Error{Op: "allocate", On: s.Month, Err: fmt.Errorf("%s in %s is %s on the bill and %s in the allocations", s.Column, s.Currency, s.Charges, s.Allocations),
				Hint: "this is a mistake of sagewarden's: nothing was printed"}
		}
	}
	return nil
}

// proof says of the sums of a cost that they are the bill's.
func proof(sums []allocate.Sum, cost showback.Cost) []string {
	var lines []string
	for _, s := range sums {
		if s.Column == cost.Column() {
			lines = append(lines, fmt.Sprintf("%s: charges %s, allocations %s, to the last digit; so are the other %d costs.", s.Month,
				report.Money{Value: s.Charges, Currency: s.Currency}.Exact(), report.Money{Value: s.Allocations, Currency: s.Currency}.Exact(), len(allocate.Costs())-1))
		}
	}
	return lines
}

// unallocated says how much is charged to somebody.
func unallocated(ctx context.Context, a *attached, cost showback.Cost) ([]string, error) {
	rows, err := a.Query(ctx, "SELECT COALESCE(billing_currency, ''), COALESCE(SUM("+cost.Column()+"), 0), COALESCE(SUM(CASE WHEN team = '"+config.Unallocated+"' THEN "+cost.Column()+" END), 0) FROM allocations GROUP BY 1 ORDER BY 1")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var lines []string
	for rows.Next() {
		var currency string
		var all, nobody decimal.Decimal
		if err := rows.Scan(&currency, duck.Into(&all), duck.Into(&nobody)); err != nil {
			return nil, err
		}
		if all.IsPositive() {
			lines = append(lines, fmt.Sprintf("%s of %s is charged to teams (%s); %s is unallocated.", report.Money{Value: all.Sub(nobody), Currency: currency}, report.Money{Value: all, Currency: currency},
				part(all.Sub(nobody), all), report.Money{Value: nobody, Currency: currency}))
		}
	}
	return lines, rows.Err()
}

// part is a share of a sum above zero, to a tenth of a percent; all is 100% only where nothing is left.
func part(of, all decimal.Decimal) string {
	return of.Shift(2).DivRound(all, 8).RoundFloor(1).String() + "%"
}

// drift says in how many ways keys and teams are written.
func drift(found *allocate.Allocation) []string {
	var lines []string
	for _, k := range found.Keys {
		line := fmt.Sprintf("The tag %s is spelled %s on the bill: taken for one.", k.Name, strings.Join(k.Spellings, ", "))
		if k.Conflicts > 0 {
			line = strings.TrimSuffix(line, ".") + fmt.Sprintf("; on %d charges two of them differ, and the first counts.", k.Conflicts)
		}
		lines = append(lines, line)
	}
	for _, n := range found.Names {
		lines = append(lines, fmt.Sprintf("The team %s is called %s on the bill.", n.Name, strings.Join(n.Spellings, ", ")))
	}
	return lines
}

// tell explains one line or resource.
func (f *allocateFlags) tell(ctx context.Context, env Env, a *attached, found *allocate.Allocation, cost showback.Cost, options report.Options) error {
	formats := []report.Format{report.Table, report.JSON}
	if _, err := report.ParseFormat(f.format, formats); err != nil {
		return usagef("--output: an explanation is a table or json")
	}
	all, err := found.Explain(ctx, a.DB, cost.Column(), f.explain)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return &estate.Error{Op: "explain", On: f.explain, Err: errors.New("the lake has no charge of it in this period"), Hint: "name the id of a line, or the ARN or id of a resource as the bill has it"}
	}
	sheet := report.Sheet{Title: f.explain, Document: all,
		Columns: []report.Column{{Head: "MONTH"}, {Head: "USAGE", Name: true}, {Head: "CHARGES", Right: true}, {Head: strings.ToUpper(cost.String()), Right: true}, {Head: "RULE"}, {Head: "SAYS"}, {Head: "WHY", Prose: true}}}
	for _, e := range all {
		head := []string{e.Month, e.What, strconv.FormatInt(e.Charges, 10), report.Money{Value: e.Cost, Currency: e.Currency}.String()}
		for _, t := range e.Tries {
			says := cmp.Or(t.Who, "-")
			if t.Decides {
				says = "→ " + says
			}
			sheet.Rows = append(sheet.Rows, append(head, t.Rule, says, t.Why))
			head = make([]string, len(head))
		}
		for _, p := range e.Portions {
			sheet.Rows = append(sheet.Rows, []string{"", "", "", report.Money{Value: p.Cost, Currency: e.Currency}.String(), "", "→ " + p.Team, p.Reason})
		}
	}
	sheet.Notes = []string{"The first rule that says something decides (→); a pool's parts stand below."}
	return f.print(env, "write explanation", func(w io.Writer) error { return sheet.Print(w, options) })
}
