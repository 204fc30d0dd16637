package cli

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/bill"
)

func newSimBill(env Env) *cobra.Command {
	var file, at, month, format, encoding, granularity, mix, dir string
	var seed int64
	var keep bool
	var delivery, rows int
	cmd := &cobra.Command{
		Use:   "bill",
		Short: "Write the simulated organization's bill of a month, as AWS delivers it",
		Long: "Bill charges what the simulated organization used in a month, at the rates of its price list, and writes the files and the manifest that AWS would\n" +
			"put into a bucket: the legacy Cost and Usage Report, CUR 2.0, or FOCUS. The same organization has the same bill, byte for byte.",
		Example: "  sagewarden sim bill --month 2026-10 -o bill\n  sagewarden sim bill --month 2026-10 --format focus-1.2 --encoding parquet --granularity hourly -o bill",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := loadWorld(env, file, seed, at)
			if err != nil {
				return err
			}
			first := w.At.AddDate(0, 0, -w.At.Day())
			if month != "" {
				if first, err = time.Parse("2006-01", month); err != nil {
					return usagef("--month: %q is not a month like 2026-10", month)
				}
			}
			e := bill.Export{Format: bill.Format(format), Encoding: bill.Encoding(encoding), Bucket: bill.BucketName(w), Name: bill.ReportName, Keep: keep, Delivery: delivery, Rows: rows}
			switch {
			case !slices.Contains(bill.Formats(), e.Format):
				return usagef("--format: %q is none of %s", format, strings.Join(names(bill.Formats()), ", "))
			case !slices.Contains(bill.Encodings(e.Format), e.Encoding):
				return usagef("--encoding: %q is none of %s, which %s has", encoding, strings.Join(names(bill.Encodings(e.Format)), ", "), format)
			case granularity != "hourly" && granularity != "daily":
				return usagef("--granularity: %q is neither hourly nor daily", granularity)
			case mix != "everyday" && mix != "plain":
				return usagef("--mix: %q is neither everyday nor plain", mix)
			case delivery < 1 || rows < 1:
				return usagef("--delivery and --rows count from one on")
			}
			m := bill.Mix{}
			if mix == "everyday" {
				m = bill.Everyday(first, delivery)
			}
			b := bill.New(w, first, granularity == "hourly", m)
			d, err := b.Write(bill.Folder(dir), e)
			if err != nil {
				return &estate.Error{Op: "write bill", On: dir, Err: err}
			}
			for _, key := range append(d.Files, d.Manifest) {
				_, _ = fmt.Fprintln(env.Stdout, filepath.Join(dir, filepath.FromSlash(key)))
			}
			for _, currency := range slices.Sorted(maps.Keys(d.Totals)) {
				t := d.Totals[currency]
				_, _ = fmt.Fprintf(env.Stdout, "%d lines, %s %s unblended, %s amortized\n", t.Lines, t.Unblended, currency, t.Amortized)
			}
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&file, "scenario", "", "scenario file; - reads standard input")
	fl.Int64Var(&seed, "seed", 1, "seed of the organization, where no scenario is given")
	fl.StringVar(&at, "at", "", "the instant until which the organization is looked at, like 2026-03-02T15:00:00Z (default: the scenario's, else the last Wednesday)")
	fl.StringVar(&month, "month", "", "month of the bill, like 2026-10 (default: the one before)")
	fl.StringVar(&format, "format", string(bill.CUR2), "form of the bill: "+strings.Join(names(bill.Formats()), ", "))
	fl.StringVar(&encoding, "encoding", string(bill.Gzip), "encoding of its files: gz, parquet, and zip for cur")
	fl.StringVar(&granularity, "granularity", "daily", "what a line is of: hourly or daily")
	fl.StringVar(&mix, "mix", "everyday", "what is on it beside usage: everyday (savings plans, credits, tax and the like) or plain (nothing)")
	fl.BoolVar(&keep, "keep", false, "a folder for each delivery, as of reports that are not overwritten")
	fl.IntVar(&delivery, "delivery", 1, "which delivery of the month it is: from the second on, there are refunds")
	fl.IntVar(&rows, "rows", 1_000_000, "lines that a file has at most")
	fl.StringVarP(&dir, "output", "o", "bill", "folder to write to")
	return cmd
}
