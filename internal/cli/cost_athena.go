package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/athena"
	"github.com/sagewarden/sagewarden/internal/cost/bill"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

// The engines of --engine.
const (
	engineLake   = "lake"
	engineAthena = "athena"
)

// tableFlags say which table the organization's bill is.
type tableFlags struct {
	database, table string
	products        []string
	// given reports whether the user gave a flag.
	given func(name string) bool
}

func (f *tableFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	f.given = fl.Changed
	fl.StringVar(&f.database, "database", "", "database of the Glue catalog in which the bill's table is (default: cost.athena.database in the configuration file)")
	fl.StringVar(&f.table, "table", "", "table of the bill, in the form of CUR 2.0 (default: cost.athena.table)")
	fl.StringArrayVar(&f.products, "product", nil, "service whose lines are charges, by its code; repeatable; all is every line\n(default: cost.athena.products, else "+strings.Join(bill.Needed, ", ")+", and what bears SageMaker's own tags)")
}

// of is the table that the flags and the file name.
func (f *tableFlags) of(c config.Athena) (athena.Table, error) {
	t := athena.Table{Database: cmp.Or(f.database, c.Database), Name: cmp.Or(f.table, c.Table), Products: f.products}
	if !f.given("product") {
		t.Products = c.Products
	}
	switch {
	case slices.Contains(t.Products, allProducts):
		t.Products = nil
	case len(t.Products) == 0:
		t.Products = bill.Needed
	}
	for _, n := range []struct{ flag, name string }{{"database", t.Database}, {"table", t.Name}} {
		if n.name == "" {
			return t, usagef("nothing says which table the bill is: name it with --database and --table, or under cost.athena in %s", config.FileName)
		}
		if err := athena.CheckName(n.flag, n.name); err != nil {
			return t, usagef("--%s: %w", n.flag, err)
		}
	}
	return t, nil
}

// athenaFlags say where statements are run in Athena.
type athenaFlags struct {
	tableFlags
	workgroup, results, profile, region string
}

func (f *athenaFlags) add(cmd *cobra.Command) {
	f.tableFlags.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.workgroup, "workgroup", "", "workgroup in which queries run (default: cost.athena.workgroup, then primary)")
	fl.StringVar(&f.results, "results", "", "place where Athena writes answers, as s3://bucket/prefix/ (default: cost.athena.results, then the workgroup's)")
	fl.StringVar(&f.profile, "profile", "", "AWS profile whose credentials ask Athena (default: cost.athena.profile, then the SDK's chain)")
	fl.StringVar(&f.region, "region", "", "AWS region of the catalog (default: cost.athena.region, then the configured one)")
}

// fromAthena is what the flags say, with the file behind them.
type fromAthena struct {
	*athena.Engine
	table athena.Table
	price decimal.Decimal
	// scan is how much a query may read, zero for any.
	scan strictyaml.Size
	env  Env
}

// connect opens the workgroup, and reads the columns of the table.
func (f *athenaFlags) connect(ctx context.Context, env Env, c config.Athena, o athena.Options) (*fromAthena, error) {
	t, err := f.of(c)
	if err != nil {
		return nil, err
	}
	results := cmp.Or(f.results, c.Results)
	if results != "" && !strings.HasPrefix(results, "s3://") {
		return nil, usagef("--results: %q is no place in S3: write it as s3://bucket/prefix/", results)
	}
	s, err := signIn(ctx, cmp.Or(f.profile, c.Profile), cmp.Or(f.region, c.Region))
	if err != nil {
		return nil, err
	}
	o.Workgroup, o.Results, o.Wait, o.Target = cmp.Or(f.workgroup, c.Workgroup), results, env.Wait, s.Target()
	e, err := athena.Open(ctx, s.Athena(), o)
	if err != nil {
		return nil, err
	}
	if t, err = e.Describe(ctx, t); err != nil {
		return nil, err
	}
	return &fromAthena{e, t, c.PricePerTB.Decimal, strictyaml.Size(o.MaxScan), env}, nil
}

// tell says what queries have read, whatever became of them, and what bounds the next.
func (a *fromAthena) tell() {
	spent := a.Spent()
	if spent.Scanned == 0 && spent.Billed == 0 && spent.Reused == 0 {
		return
	}
	text, g := spent.String(a.price), a.Workgroup()
	switch {
	case g.Limit > 0:
		text += fmt.Sprintf("; workgroup %s stops a query at %s", g.Name, strictyaml.Size(g.Limit))
	case a.scan > 0:
		text += fmt.Sprintf("; workgroup %s sets no limit, and sagewarden stops a query once it has read %s", g.Name, a.scan)
	default:
		text += "; nothing bounds what a query in workgroup " + g.Name + " reads"
	}
	note(a.env, text)
}

// engineFlags choose the engine of a command that can ask either.
type engineFlags struct {
	athenaFlags
	engine, maxScan, price string
	reuse                  duration
	allMonths              bool
}

func (f *engineFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.engine, "engine", engineLake, "who is asked: "+engineLake+", on this machine, or "+engineAthena+", which asks the organization's own bill where it lies")
	fl.BoolVar(&f.allMonths, "all-months", false, "let "+engineAthena+" read every month of the bill")
	f.athenaFlags.add(cmd)
	fl.StringVar(&f.maxScan, "max-scan", "", "how much a query may read, like 20GB; it is stopped once it is seen to have read more; 0 is no bound\n(default: cost.athena.maxScan, then "+strictyaml.Size(athena.DefaultMaxScan).String()+")")
	fl.Var(&f.reuse, "reuse", "take the answer to the same query that Athena has given before and that is no older, up to 7d; it reads nothing")
	fl.StringVar(&f.price, "price-per-tb", "", "what you pay for each terabyte that is read, in dollars, to be told what a query cost (default: cost.athena.pricePerTB)")
	_ = cmd.RegisterFlagCompletionFunc("engine", cobra.FixedCompletions([]string{engineLake, engineAthena}, cobra.ShellCompDirectiveNoFileComp))
}

// ask connects to Athena, within the bounds that the flags and the file set to questions.
func (f *engineFlags) ask(ctx context.Context, env Env, c config.Athena) (*fromAthena, error) {
	scan := cmp.Or(c.MaxScan, athena.DefaultMaxScan)
	if f.maxScan != "" {
		var err error
		if scan, err = strictyaml.ParseSize(f.maxScan); err != nil {
			return nil, usagef("--max-scan: %w: write it as 500MB, 20GB or 1.5TB; 0 is no bound", err)
		}
	}
	if f.price != "" {
		price, err := decimal.NewFromString(f.price)
		if err != nil || !price.IsPositive() {
			return nil, usagef("--price-per-tb: %q is no amount of dollars above zero", f.price)
		}
		c.PricePerTB.Decimal = price
	}
	reuse := time.Duration(f.reuse)
	if reuse != 0 && (reuse < time.Minute || reuse > athena.MaxReuse) {
		return nil, usagef("--reuse: Athena gives answers again that are a minute to seven days old: write it as 60m or 2d")
	}
	return f.connect(ctx, env, c, athena.Options{MaxScan: int64(scan), Reuse: reuse})
}

// check refuses an engine that there is not, and flags that say nothing to the one that is asked.
func (f *engineFlags) check() error {
	of := map[string][]string{
		engineLake:   {"database", "table", "product", "workgroup", "results", "profile", "region", "max-scan", "reuse", "price-per-tb", "all-months"},
		engineAthena: {"lake", "from"},
	}
	others, ok := of[f.engine]
	if !ok {
		return usagef("--engine: %q is none: write %s or %s", f.engine, engineLake, engineAthena)
	}
	for _, name := range others {
		if f.given(name) {
			return usagef("--%s has no effect with --engine %s: leave out one of them", name, f.engine)
		}
	}
	return nil
}

// charges are those of a query's period, which the flags name, for who works on them on this machine: those of the lake, or those of Athena, which are fetched for the rules of the file.
func (f *engineFlags) charges(ctx context.Context, env Env, c *costFlags, e *estateFlag, q *showback.Query) (a *attached, err error) {
	if f.engine == engineLake {
		if a, err = c.open(ctx, env); err != nil {
			return nil, err
		}
		if q.Period, err = c.period(env, a.lake); err != nil {
			a.Close()
			return nil, err
		}
		return a, nil
	}
	if q.Period, err = c.bounded(env, f.allMonths); err != nil {
		return nil, err
	}
	file, err := c.configuration(env)
	if err != nil {
		return nil, err
	}
	// What can be wrong here is known before money is spent.
	if len(q.Costs) > 0 {
		if err := q.Check(); err != nil {
			return nil, usageError{err}
		}
	}
	if _, err := e.ready(file); err != nil {
		return nil, err
	}
	a = &attached{}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	if a.temp, err = os.MkdirTemp("", "sagewarden-"); err != nil {
		return nil, err
	}
	if a.DB, err = duck.Open(ctx, duck.Options{Temp: a.temp}); err != nil {
		return nil, err
	}
	from, err := f.ask(ctx, env, file.Cost.Athena)
	if err != nil {
		return nil, err
	}
	defer from.tell()
	first, last := q.Bills()
	db, err := from.Over(from.table, first, last)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	a.months, err = db.Fetch(ctx, a.DB)
	return a, err
}

// bounded is the period that is asked for, which has to be said: what no month bounds reads the whole bill.
func (f *costFlags) bounded(env Env, all bool) (showback.Period, error) {
	switch {
	case all && (f.month != "" || f.since != "" || f.until != ""):
		return showback.Period{}, usagef("--all-months: it is the opposite of --month and --since: leave out one of them")
	case all:
		return showback.Period{}, nil
	case f.month == "" && f.since == "":
		return showback.Period{}, usagef("without a month Athena would read the whole bill, which costs money: name it with --month, days with --since, or say --all-months")
	}
	return f.period(env, nil)
}
