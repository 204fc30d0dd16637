package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/cost/waste"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// wasteCost is what waste is told in unless another cost is asked for: a plan's fee is spread over what it covers.
const wasteCost = "amortized"

type wasteFlags struct {
	costFlags
	estateFlag
	state, by, cost string
	from            []string
	top             int
	saved           bool
}

func newCostWaste(env Env) *cobra.Command {
	var f wasteFlags
	cmd := &cobra.Command{
		Use:   "waste",
		Short: "Of what was paid, say how much went to no use, and what actions have saved",
		Long: "Waste joins the bill with what the watch has seen: the idle times of snapshots (--from), and of the ledger's findings. A line of the bill that lies in an idle time was\n" +
			"paid for nothing. Where an idle time begins or ends within a line there are two bounds, and what nobody looked at is not known: nothing is guessed.\n\n" +
			"With --saved it tells, for each action that ended a bill, what the bill says since: confirmed, not confirmed, or not yet billed.",
		Example: "  sagewarden cost waste --month 2026-03 --from monday.json --from tuesday.json\n" +
			"  sagewarden cost evidence --region all --save march.json && sagewarden cost waste --month 2026-03 --from march.json\n" +
			"  sagewarden cost waste --by owner --from monday.json -o csv\n" +
			"  sagewarden cost waste --saved",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), env) },
	}
	f.add(cmd, report.DataFormats())
	f.addEstate(cmd)
	stateFlag(cmd, &f.state)
	fl := cmd.Flags()
	fl.StringArrayVar(&f.from, "from", nil, "snapshot that scan --save wrote, or what cost evidence saved; repeat it: each tells of the time before it")
	fl.StringVar(&f.by, "by", waste.Groups()[0], "tell it by one of "+strings.Join(waste.Groups(), ", ")+"; team runs the rules of cost.allocation first")
	fl.StringVar(&f.cost, "cost", wasteCost, "cost to add up: one of "+strings.Join(showback.CostNames(), ", "))
	fl.IntVar(&f.top, "top", 0, "keep to so many of the most wasteful, and add up the others as one line; 0 is all")
	fl.BoolVar(&f.saved, "saved", false, "tell what the bill confirms of what actions have saved")
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(waste.Groups(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("cost", cobra.FixedCompletions(showback.CostNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (f *wasteFlags) run(ctx context.Context, env Env) error {
	options, err := f.options(env, report.DataFormats())
	if err != nil {
		return err
	}
	q := waste.Question{By: f.by, Top: f.top}
	switch {
	case !slices.Contains(waste.Groups(), f.by):
		return usagef("--by: %q is not possible: it is one of %s", f.by, strings.Join(waste.Groups(), ", "))
	case f.top < 0:
		return usagef("--top: %d makes no sense", f.top)
	}
	if q.Cost, err = showback.ParseCost(f.cost); err != nil {
		return usagef("--cost: %w", err)
	}
	if q.Where, err = f.filters(); err != nil {
		return err
	}
	if slices.ContainsFunc(q.Where, func(f showback.Filter) bool { return f.Dimension.Allocated() }) {
		return usagef("--where: waste is of resources, whoever is charged for them: choose by what charges have")
	}
	a, err := f.open(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	if q.Period, err = f.lastMonth(env, a.lake); err != nil {
		return err
	}
	evidence, err := loadEvidence(f.from)
	if err != nil {
		return err
	}
	file, err := f.configuration(env)
	if err != nil {
		return err
	}
	l, err := openLedger(ctx, env, file, f.state)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	if f.by == waste.Team && !f.saved {
		if _, err := f.allocate(ctx, file, a, billsOf(q.Period, a.months)...); err != nil {
			return err
		}
	}
	var data report.Data
	if f.saved {
		data, err = confirmSavings(ctx, a, l, q.Cost)
	} else {
		data, err = wasted(ctx, a, l, evidence, q)
	}
	if err != nil {
		return err
	}
	return f.print(env, "write report", func(w io.Writer) error { return data.Print(w, options) })
}

// billsOf are the months whose bills may have charges of the period, none for all: what begins on a day may be on a bill beside that of its month.
func billsOf(p showback.Period, held []string) []string {
	first, last := p.Bills()
	if first == "" {
		return nil
	}
	months := []string{first} // which there is no bill of, perhaps
	for _, m := range held {
		if m > first && m <= last {
			months = append(months, m)
		}
	}
	return months
}

// loadEvidence reads what snapshots say.
func loadEvidence(files []string) (*waste.Evidence, error) {
	e := waste.NewEvidence()
	for _, name := range files {
		if err := addEvidence(e, name); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// addEvidence takes in a snapshot, or what cost evidence has saved, which begins with its schema.
func addEvidence(e *waste.Evidence, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return &estate.Error{Op: "read evidence", On: name, Err: cause(err), Hint: "name a file that `sagewarden scan --save` or `sagewarden cost evidence --save` wrote"}
	}
	defer func() { _ = f.Close() }()
	r := bufio.NewReader(f)
	if head, _ := r.Peek(64); bytes.Contains(head, []byte(waste.Schema)) {
		if err := e.Load(r); err != nil {
			return &estate.Error{Op: "read evidence", On: name, Err: err, Hint: "have it written again by sagewarden cost evidence"}
		}
		return nil
	}
	snap, err := scan.Load(name)
	if err != nil {
		return err
	}
	e.Add(snap)
	return nil
}

// wasted parts the bill by what snapshots and the ledger's findings say.
func wasted(ctx context.Context, a *attached, l *ledger.Ledger, e *waste.Evidence, q waste.Question) (report.Data, error) {
	for f, err := range ledger.All[ledger.Finding](ctx, l, ledger.SortFinding, "") {
		if err != nil {
			return report.Data{}, err
		}
		if f.Verdict.State == "idle" {
			e.Finding(f.Resource.ARN, f.Resource.Owner, f.Verdict.Since, f.Last)
		}
	}
	bill, err := waste.Of(ctx, a, e, q)
	if err != nil {
		return report.Data{}, err
	}
	return bill.Data(), nil
}

// confirmSavings looks in the bill for what receipts have saved.
func confirmSavings(ctx context.Context, a *attached, l *ledger.Ledger, c showback.Cost) (report.Data, error) {
	now := l.Now()
	saved, err := ledger.Saved(now, l.Receipts(ctx, time.Time{}, now), ledger.All[ledger.Finding](ctx, l, ledger.SortFinding, ""), nil)
	if err != nil {
		return report.Data{}, err
	}
	var stops []waste.Stop
	for _, s := range saved.Actual {
		stops = append(stops, waste.Stop{Receipt: s.Receipt, Resource: s.Resource, Action: s.Action, From: s.From, To: s.To, Forecast: s.Forecast, Reckoned: s.Realised, Known: s.Known})
	}
	all, err := waste.Confirm(ctx, a, stops, a.lake.Months(), c)
	return waste.Confirmed(all), err
}
