package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/cost/bill"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/cost/waste"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
	simulated "github.com/sagewarden/sagewarden/internal/simulate/bill"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// demoRules charge the teams of the simulated organization, as a sagewarden.yaml would say it.
var demoRules = config.Allocation{
	Rules: []config.AllocationRule{
		{Name: "team tag", Tag: "team"},
		{Name: "team in the estate", Estate: &config.EstateRule{Tag: "team"}},
		{Name: "platform", When: &config.Charges{Component: []string{"Cluster", "PartnerApp", "MLflow"}}, Team: "platform"},
		{Name: "shared fees", When: &config.Charges{Class: []string{"tax", "support", "commitment"}}, Pool: "shared"},
		{Name: "credits", When: &config.Charges{Category: []string{"Credit"}}, Pool: "shared"},
	},
	Pools: map[string]config.Pool{"shared": {Split: config.SplitProportional}},
}

// demoTeams are as many as the demo shows one by one.
const demoTeams = 6

// demoBill prints what the teams of the simulated organization pay, and how much of that the snapshot knows to be idle. It is of the month at hand, or in
// its first week of the one before: a bill of a day tells little.
func demoBill(ctx context.Context, env Env, w *world.World, snap *estate.Snapshot, o report.Options) error {
	dir, err := os.MkdirTemp("", "sagewarden-")
	if err != nil {
		return fmt.Errorf("make a folder for the bill: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	first := w.At.UTC().AddDate(0, 0, -7)
	files, lake, month := filepath.Join(dir, "bill"), filepath.Join(dir, "lake"), first.Format("2006-01")
	of := simulated.New(w, first, false, simulated.Everyday(first, 1))
	if _, err := of.Write(simulated.Folder(files), simulated.Export{Format: simulated.CUR2, Encoding: simulated.Gzip, Bucket: simulated.BucketName(w), Name: simulated.ReportName, Delivery: 1, Rows: 1_000_000}); err != nil {
		return &estate.Error{Op: "write bill", On: files, Err: err}
	}
	deliveries, err := bill.Local(files)
	if err != nil {
		return err
	}
	if err := bill.Import(ctx, bill.Options{Lake: lake, Bill: "bill", Now: func() time.Time { return w.At }}, deliveries, func(bill.Result) {}); err != nil {
		return err
	}
	flags := lakeFlags{configFlags: configFlags{file: config.Default()}, lake: lake}
	a, err := flags.open(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	found, err := allocate.Run(ctx, a.DB, demoRules, snap, month)
	if err != nil {
		return err
	}
	q := waste.Question{By: waste.Team}
	if q.Period, err = showback.Months(month, month); err != nil {
		return err
	}
	if q.Cost, err = showback.ParseCost(wasteCost); err != nil {
		return err
	}
	statements, err := found.Statements(ctx, a.DB, month, q.Cost.Column())
	if err != nil {
		return err
	}
	evidence := waste.NewEvidence()
	evidence.Add(snap)
	parted, err := waste.Of(ctx, a, evidence, q)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(env.Stdout); err != nil {
		return err
	}
	return demoDocument(month, statements, parted).Print(env.Stdout, o)
}

// demoDocument is a table of teams, the dearest first, those that are not shown as one.
func demoDocument(month string, statements []allocate.Statement, parted *waste.Bill) report.Document {
	type team struct {
		name       string
		paid, idle decimal.Decimal
	}
	slices.SortFunc(statements, func(a, b allocate.Statement) int {
		return cmp.Or(b.Total.Cmp(a.Total), strings.Compare(a.Team, b.Team))
	})
	var teams []team
	var total team
	for i, s := range statements {
		t := team{s.Team, s.Total, parted.Least(s.Team, s.Currency)}
		total.paid, total.idle = total.paid.Add(t.paid), total.idle.Add(t.idle)
		if i <= demoTeams {
			teams = append(teams, t)
			continue
		}
		rest := &teams[demoTeams]
		rest.name, rest.paid, rest.idle = fmt.Sprintf("(%d others)", i-demoTeams+1), rest.paid.Add(t.paid), rest.idle.Add(t.idle)
	}
	row := func(t team) []any {
		share := any(nil)
		if t.paid.IsPositive() {
			share = t.idle.Shift(2).DivRound(t.paid, 1)
		}
		return []any{t.name, report.Money{Value: t.paid}, report.Money{Value: t.idle}, share}
	}
	total.name = "total"
	return report.Document{Title: "The bill of " + month + ", and who pays it", Parts: []report.Part{{Lead: parted.Title() + ".", Data: report.Data{
		Columns: []report.DataColumn{{Name: "team", Head: "TEAM"}, {Name: "paid", Head: "PAYS", Type: report.Amount}, {Name: "idle", Head: "OF IT FOR NO USE, AT LEAST", Type: report.Amount},
			{Name: "share", Head: "%", Type: report.Share}},
		Rows: func(yield func([]any, error) bool) {
			for _, t := range teams {
				if !yield(row(t), nil) {
					return
				}
			}
		},
		Total: func() []any { return row(total) },
	}}}}
}
