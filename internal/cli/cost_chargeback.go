package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

type chargebackFlags struct {
	costFlags
	estateFlag
	engineFlags
	cost, team, folder string
}

// chargebackFormats are the forms of statements: a document for people, and rows for programs.
var chargebackFormats = []report.Format{report.Table, report.JSON, report.CSV, report.NDJSON, report.Parquet, report.XLSX, report.Markdown, report.HTML}

func newCostChargeback(env Env) *cobra.Command {
	var f chargebackFlags
	cmd := &cobra.Command{
		Use:   "chargeback",
		Short: "Print a statement for each team of what a month costs it",
		Long: "Chargeback prints for each team its own costs by component, class and the rule that charges them, its parts of shared costs with how they were split, and the total. The statements of a month add up\n" +
			"to its bill to the last digit, and say so with the figures. With --folder each statement is also a file for people and two for programs.",
		Example: "  sagewarden cost chargeback --month 2026-10\n  sagewarden cost chargeback --month 2026-10 --team vision -o markdown\n  sagewarden cost chargeback --month 2026-10 --folder statements",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), env) },
	}
	f.costFlags.add(cmd, chargebackFormats)
	f.addEstate(cmd)
	f.engineFlags.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.cost, "cost", "amortized", "cost that is charged: "+strings.Join(showback.CostNames(), ", "))
	fl.StringVar(&f.team, "team", "", "only the statement of this team")
	fl.StringVar(&f.folder, "folder", "", "write each statement to this folder: NAME.md, NAME.csv and NAME.json, and all to statements.json")
	_ = cmd.MarkFlagRequired("month")
	_ = cmd.RegisterFlagCompletionFunc("cost", cobra.FixedCompletions(showback.CostNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// A chargeback is the statements of a month, and the bill that they add up to.
type chargeback struct {
	Schema     string               `json:"schema"`
	Month      string               `json:"month"`
	Cost       string               `json:"cost"`
	Statements []allocate.Statement `json:"statements"`
	// Bill is what was charged in the month, by currency, and what the statements make.
	Bill []allocate.Sum `json:"bill"`
	// only is the team that was asked for.
	only string
}

func (f *chargebackFlags) run(ctx context.Context, env Env) error {
	options, err := f.options(env, chargebackFormats)
	if err != nil {
		return err
	}
	cost, err := showback.ParseCost(f.cost)
	if err != nil {
		return usagef("--cost: %w", err)
	}
	if f.since != "" || f.until != "" || len(f.where) > 0 || strings.Contains(f.month, "..") {
		return usagef("a statement is of one month, whole: leave out --since, --until and --where")
	}
	if err := f.check(); err != nil {
		return err
	}
	a, err := f.charges(ctx, env, &f.costFlags, &f.estateFlag, &showback.Query{})
	if err != nil {
		return err
	}
	defer a.Close()
	found, err := f.allocate(ctx, f.file, a, f.months(a)...)
	if err != nil {
		return err
	}
	all, err := newChargeback(ctx, a, found, f.month, cost)
	if err != nil {
		return err
	}
	if all.only = f.team; f.team != "" && len(all.chosen()) == 0 {
		return &estate.Error{Op: "chargeback", On: f.team, Err: errors.New("the month has nothing of this team"), Hint: "sagewarden cost allocate --by team lists those that there are"}
	}
	if f.folder != "" {
		if err := all.write(f.folder); err != nil {
			return err
		}
	}
	return f.print(env, "write statements", func(w io.Writer) error { return all.print(w, options) })
}

// newChargeback reads the statements, and refuses them unless they are the bill.
func newChargeback(ctx context.Context, a *attached, found *allocate.Allocation, month string, cost showback.Cost) (*chargeback, error) {
	sums, err := found.Sums(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	if len(sums) == 0 {
		return nil, &estate.Error{Op: "chargeback", On: month, Err: errors.New("the lake has no charge of this month"), Hint: "sagewarden cost import brings it in"}
	}
	c := &chargeback{Schema: "sagewarden.cost.chargeback/1", Month: month, Cost: cost.String()}
	if c.Statements, err = found.Statements(ctx, a.DB, month, cost.Column()); err != nil {
		return nil, err
	}
	for _, s := range sums {
		if s.Column != cost.Column() {
			continue
		}
		s.Allocations = decimal.Zero
		for _, st := range c.Statements {
			if st.Currency == s.Currency {
				s.Allocations = s.Allocations.Add(st.Total)
			}
		}
		c.Bill = append(c.Bill, s)
	}
	return c, lost(append(sums, c.Bill...))
}

// chosen are the statements that were asked for.
func (c *chargeback) chosen() []allocate.Statement {
	if c.only == "" {
		return c.Statements
	}
	var all []allocate.Statement
	for _, s := range c.Statements {
		if s.Team == c.only {
			all = append(all, s)
		}
	}
	return all
}

func (c *chargeback) print(w io.Writer, o report.Options) error {
	switch o.Format {
	case report.JSON:
		shown := *c
		shown.Statements = c.chosen()
		text, err := json.MarshalIndent(shown, "", "  ")
		if err != nil {
			return err
		}
		_, err = w.Write(append(text, '\n'))
		return err
	case report.CSV, report.NDJSON, report.Parquet:
		return statementRows(c.chosen()).Print(w, o)
	}
	return c.document(c.chosen()).Print(w, o)
}

// document are statements for people.
func (c *chargeback) document(statements []allocate.Statement) report.Document {
	d := report.Document{Name: "cost.chargeback", Title: fmt.Sprintf("Chargeback, %s, %s", c.Month, c.Cost)}
	for _, s := range statements {
		data := statementRows([]allocate.Statement{s})
		data.Columns[0].Quiet, data.Columns[1].Quiet = true, true
		lead := fmt.Sprintf("%s. Lines of its own: %d; parts of shared costs: %d.", report.Money{Value: s.Total, Currency: s.Currency}, s.Charges, s.Shared)
		if s.Unknown > 0 {
			lead += fmt.Sprintf(" Lines whose cost is not known: %d.", s.Unknown)
		}
		title := s.Team
		if len(c.Bill) > 1 {
			title += ", " + s.Currency
		}
		d.Parts = append(d.Parts, report.Part{Title: title, Lead: lead, Data: data})
	}
	for _, b := range c.Bill {
		n := 0
		for _, s := range c.Statements {
			if s.Currency == b.Currency {
				n++
			}
		}
		d.Notes = append(d.Notes, fmt.Sprintf("%d statements make %s, and the bill of %s is %s: the same to the last digit.", n, report.Money{Value: b.Allocations, Currency: b.Currency}.Exact(), c.Month,
			report.Money{Value: b.Charges, Currency: b.Currency}.Exact()))
	}
	return d
}

// statementRows are the items of statements.
func statementRows(statements []allocate.Statement) report.Data {
	d := report.Data{Name: "cost.chargeback", Columns: []report.DataColumn{{Name: "team", Head: "TEAM"}, {Name: "month", Head: "MONTH", Type: report.Date}, {Name: "component", Head: "COMPONENT"}, {Name: "class", Head: "CLASS"},
		{Name: "rule", Head: "RULE"}, {Name: "pool", Head: "SHARED COST"}, {Name: "reason", Head: "HOW IT IS SPLIT"}, {Name: "lines", Head: "LINES", Type: report.Count}, {Name: "currency", Quiet: true}, {Name: "cost", Head: "COST", Type: report.Amount}},
		Rows: func(yield func([]any, error) bool) {
			for _, s := range statements {
				for _, items := range [][]allocate.Item{s.Own, s.Pools} {
					for _, i := range items {
						if !yield([]any{s.Team, s.Month, orNil(i.Component), orNil(i.Class), orNil(i.Rule), orNil(i.Pool), orNil(i.Reason), i.Lines, s.Currency, report.Money{Value: i.Cost, Currency: s.Currency}}, nil) {
							return
						}
					}
				}
			}
		}}
	if len(statements) == 1 {
		s := statements[0]
		d.Total = func() []any {
			return []any{s.Team, s.Month, nil, nil, nil, nil, nil, s.Charges + s.Shared, s.Currency, report.Money{Value: s.Total, Currency: s.Currency}}
		}
	}
	return d
}

// write puts the statements into a folder.
func (c *chargeback) write(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return &estate.Error{Op: "write statements", On: folder, Err: err, Hint: "name a folder that you may write to"}
	}
	write := func(name string, c *chargeback, format report.Format) error {
		out, err := createOut("write statements", filepath.Join(folder, name))
		if err != nil {
			return err
		}
		defer out.discard()
		return out.commit(c.print(out, report.Options{Format: format}))
	}
	taken := map[string]bool{"statements": true}
	for i := 0; i < len(c.Statements); {
		one := *c
		one.only = c.Statements[i].Team
		for i < len(c.Statements) && c.Statements[i].Team == one.only {
			i++
		}
		if c.only != "" && c.only != one.only {
			continue
		}
		name := fileName(one.only, taken)
		for ending, format := range map[string]report.Format{".md": report.Markdown, ".csv": report.CSV, ".json": report.JSON} {
			if err := write(name+ending, &one, format); err != nil {
				return err
			}
		}
	}
	return write("statements.json", c, report.JSON)
}

// fileName is a name of a file that is no path and that no other team has, in any case.
func fileName(team string, taken map[string]bool) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-_.", r) {
			return r
		}
		return '-'
	}, strings.ToLower(team)), ".-")
	if name == "" {
		name = "team"
	}
	unique := name
	for n := 2; taken[unique]; n++ {
		unique = fmt.Sprintf("%s-%d", name, n)
	}
	taken[unique] = true
	return unique
}
