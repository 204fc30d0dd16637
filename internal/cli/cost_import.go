package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cost/bill"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/report"
)

// allProducts keeps the lines of every service.
const allProducts = "all"

type importFlags struct {
	lakeFlags
	sheetFlag
	name, profile, region string
	products, months      []string
	force                 bool
}

func newCostImport(env Env) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import SOURCE",
		Short: "Read an AWS bill into the lake of charges",
		Long: "Import reads legacy CUR, CUR 2.0, FOCUS 1.0 and FOCUS 1.2, as CSV (plain, gzip or zip) or Parquet. SOURCE is a file, a folder, a Manifest.json, or a place in S3:\n" +
			"s3://bucket/prefix/name of the export, or of one manifest. Where there is a manifest, the files that it names are read, and nothing is listed.\n" +
			"A month is replaced whole when AWS has delivered a new version of it; what is in the lake already is left alone. What fails leaves the lake as it was.\n" +
			"Exit status: 0 fine, 1 failed, 2 usage, 4 a month of --month was not there or could not be read.",
		Example: "  sagewarden cost import s3://acme-billing/exports/sagemaker --month 2026-03\n" +
			"  sagewarden cost import ./bills --product AmazonSageMaker --product AmazonEFS\n  sagewarden cost import focus.csv --product all",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), env, args[0]) },
	}
	f.lakeFlags.add(cmd)
	f.sheetFlag.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.name, "bill", "bill", "name of the bill, for those who have several payers: a month is replaced within its bill")
	fl.StringArrayVar(&f.products, "product", nil, "service whose lines are kept, by its code; repeatable; all keeps everything\n(default: "+strings.Join(bill.Needed, ", ")+", and what bears SageMaker's own tags)")
	fl.StringArrayVar(&f.months, "month", nil, "month to read from S3, as 2026-03; repeatable (default: this one and the one before)")
	fl.BoolVar(&f.force, "force", false, "import again what the lake has already, and replace another payer's month")
	fl.StringVar(&f.profile, "profile", "", "AWS profile whose credentials read from S3")
	fl.StringVar(&f.region, "region", "", "AWS region of the bucket (default: the configured one)")
	return cmd
}

func (f *importFlags) run(ctx context.Context, env Env, source string) error {
	easeCollector(env)
	print, err := f.options(env)
	if err != nil {
		return err
	}
	dir, err := f.dir(env)
	if err != nil {
		return err
	}
	asked := len(f.months) > 0
	deliveries, passed, err := f.deliveries(ctx, env, source)
	if err != nil {
		return err
	}
	o := bill.Options{Lake: dir, Bill: f.name, Products: f.products, Force: f.force, Now: env.Now}
	if slices.Contains(f.products, allProducts) {
		o.Products, o.All = nil, true
	}
	tell, done := importProgress(env)
	o.Progress = tell
	var results []bill.Result
	err = bill.Import(ctx, o, deliveries, func(r bill.Result) { results = append(results, r) })
	done()
	if err != nil {
		for _, r := range results { // these are in the lake whatever failed after them
			_, _ = fmt.Fprintf(env.Stderr, "in the lake: %s of %s, %d lines\n", r.Period, r.Bill, r.Lines())
		}
		return err
	}
	var notes []string
	for _, d := range deliveries {
		notes = append(notes, d.Notes...)
	}
	for _, p := range passed {
		notes = append(notes, p.String())
	}
	if err := imported(results, dir, notes).Print(env.Stdout, print); err != nil {
		return err
	}
	if asked && len(passed) > 0 {
		return status(exitHoles)
	}
	return nil
}

func (f *importFlags) deliveries(ctx context.Context, env Env, source string) ([]bill.Delivery, []bill.Passed, error) {
	if !strings.HasPrefix(source, "s3://") {
		if len(f.months) > 0 {
			return nil, nil, usagef("--month: it says what to read from S3; files are read whole")
		}
		ds, err := bill.Local(source)
		return ds, nil, err
	}
	if len(f.months) == 0 {
		now := env.Now().UTC()
		first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
		f.months = []string{first.AddDate(0, -1, 0).Format("2006-01"), first.Format("2006-01")}
	}
	s, err := signIn(ctx, f.profile, f.region)
	if err != nil {
		return nil, nil, err
	}
	return bill.Remote(ctx, s.S3(), source, f.months)
}

// importProgress shows how far a month is on a terminal's stderr, and nothing anywhere else.
func importProgress(env Env) (tell func(bill.Progress), done func()) {
	if env.Width(env.Stderr) == 0 {
		return nil, func() {}
	}
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(env.Stderr), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(24),
		progressbar.OptionShowBytes(true), progressbar.OptionSetPredictTime(true), progressbar.OptionUseANSICodes(true))
	stage, began := "", env.Now()
	return func(p bill.Progress) {
		if now := p.Period + " " + p.Stage; now != stage {
			stage, began = now, env.Now()
			bar.Reset()
			bar.ChangeMax64(max(p.All, 1))
		}
		words := stage
		if took := env.Now().Sub(began).Seconds(); took > 0 && p.Lines > 0 {
			words += fmt.Sprintf(", %.0f rows/s", float64(p.Lines)/took)
		}
		bar.Describe(words)
		_ = bar.Set64(min(p.Done, p.All))
	}, func() { _ = bar.Finish() }
}

// importedSchema is the form of the document.
const importedSchema = "sagewarden.cost.import/1"

type importDocument struct {
	Schema string        `json:"schema"`
	Lake   string        `json:"lake"`
	Months []importMonth `json:"months"`
	Notes  []string      `json:"notes,omitempty"`
}

type importMonth struct {
	lake.Month
	Unchanged    bool     `json:"unchanged,omitempty"`
	AddedColumns []string `json:"addedColumns,omitempty"`
	GoneColumns  []string `json:"goneColumns,omitempty"`
	Seconds      float64  `json:"seconds,omitempty"`
}

// imported are the results for people and for programs.
func imported(results []bill.Result, dir string, notes []string) report.Sheet {
	doc := importDocument{Schema: importedSchema, Lake: dir, Months: []importMonth{}}
	sheet := report.Sheet{Columns: []report.Column{{Head: "MONTH"}, {Head: "FORMAT"}, {Head: "CURRENCY"}, {Head: "LINES", Right: true}, {Head: "UNBLENDED", Right: true}, {Head: "AMORTIZED", Right: true},
		{Head: "LEFT OUT", Right: true}, {Head: "UNBLENDED", Right: true}, {Head: "WHOLE BILL", Right: true}, {Head: "STATE"}}}
	for _, r := range results {
		doc.Months = append(doc.Months, importMonth{Month: r.Month, Unchanged: r.Unchanged, AddedColumns: r.Added, GoneColumns: r.Gone, Seconds: r.Took.Seconds()})
		state := "imported"
		if r.Unchanged {
			state = "nothing to do"
		}
		for _, currency := range currencies(r.Kept, r.Skipped) {
			kept, skipped := of(r.Kept, currency), of(r.Skipped, currency)
			sheet.Rows = append(sheet.Rows, []string{r.Period, r.Format, currency, strconv.FormatInt(kept.Lines, 10), kept.Unblended.String(), kept.Amortized.String(),
				strconv.FormatInt(skipped.Lines, 10), skipped.Unblended.String(), kept.Unblended.Add(skipped.Unblended).String(), state})
			if gap := kept.Unblended.Sub(kept.Amortized).Sub(kept.Trueup).Sub(kept.Upfront); !gap.IsZero() {
				notes = append(notes, fmt.Sprintf("%s: unblended is not amortized + true-up + upfront: %s %s are not explained by the bill's own columns of commitments", r.Period, gap, currency))
			}
		}
		if r.Before != "" && len(r.Added) > 0 {
			notes = append(notes, fmt.Sprintf("%s has columns that %s had not: %s", r.Period, r.Before, strings.Join(r.Added, ", ")))
		}
		if r.Before != "" && len(r.Gone) > 0 {
			notes = append(notes, fmt.Sprintf("%s lacks columns that %s had: %s", r.Period, r.Before, strings.Join(r.Gone, ", ")))
		}
		if r.Rounded > 0 {
			notes = append(notes, fmt.Sprintf("%s: %d amounts have more than 18 digits behind the point; rounding them changed the sum by %s", r.Period, r.Rounded, r.Residue))
		}
		if s := r.Took.Seconds(); s > 0 && !r.Unchanged {
			n := r.Lines()
			for _, skipped := range r.Skipped {
				n += skipped.Lines
			}
			notes = append(notes, fmt.Sprintf("%s: %d lines in %.1fs, %.0f a second", r.Period, n, s, float64(n)/s))
		}
	}
	sheet.Title = fmt.Sprintf("%s in %s", counted(len(results), "month", "months"), dir)
	doc.Notes, sheet.Notes, sheet.Document = notes, notes, &doc
	return sheet
}

// currencies are those of all sums, in their order.
func currencies(sums ...[]lake.Sum) []string {
	var all []string
	for _, list := range sums {
		for _, s := range list {
			all = append(all, s.Currency)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func of(sums []lake.Sum, currency string) lake.Sum {
	i := slices.IndexFunc(sums, func(s lake.Sum) bool { return s.Currency == currency })
	if i < 0 {
		return lake.Sum{Currency: currency, Unblended: decimal.Zero}
	}
	return sums[i]
}
