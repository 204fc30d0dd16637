//go:build cgo

package bill

import (
	"encoding/csv"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/lake"
	simulated "github.com/sagewarden/sagewarden/internal/simulate/bill"
)

// delivered writes the bill as a delivery, and returns the folder.
func delivered(t *testing.T, b *simulated.Bill, f simulated.Format, e simulated.Encoding) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := b.Write(simulated.Folder(dir), simulated.Export{Format: f, Encoding: e, Bucket: "bills", Prefix: "exports", Name: "org", Rows: 3000}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestFormatsAgree: the same month in every form is the same charges. What a form cannot say is left out of the comparison here, and is in docs/cost-import.md.
func TestFormatsAgree(t *testing.T) {
	b := simulated.New(small(), march, false, simulated.Everyday(march, 2))
	const money = ", net_unblended_cost, amortized_cost, net_amortized_cost, list_cost, trueup_cost, upfront_cost"
	const same = "charge_period_start, charge_period_end, billing_account_id, sub_account_id, billing_entity, service_code, charge_category, charge_description, operation, usage_type, region_id, " +
		"availability_zone, resource_id, consumed_quantity, consumed_unit, billing_currency, sku, rate_code, component, usage_class, app_type, resource_kind, resource_name, domain_id, space_name, user_profile_name"
	lines := func(f simulated.Format, e simulated.Encoding, query string) []string {
		to := t.TempDir()
		must(t, Options{Lake: to, All: true}, delivered(t, b, f, e))
		return ask(t, to, query)
	}
	// Reports: the same to the last column. Legacy Parquet has keys in small letters, and legacy reports have no tags and no names of accounts.
	const report = "SELECT " + same + ", line_id, invoice_id, line_item_type, purchase_option, commitment_id, commitment_type, instance_type, unblended_cost" + money + ", list_sort(map_values(tags)), map_values(cost_categories) FROM charges ORDER BY line_id"
	want := lines(simulated.CUR2, simulated.Gzip, report)
	if len(want) < 1000 {
		t.Fatalf("%d lines are no bill", len(want))
	}
	for _, form := range []struct {
		f simulated.Format
		e simulated.Encoding
	}{{simulated.CUR2, simulated.Parquet}, {simulated.Legacy, simulated.Gzip}, {simulated.Legacy, simulated.Zip}, {simulated.Legacy, simulated.Parquet}} {
		if diff := cmp.Diff(want, lines(form.f, form.e, report)); diff != "" {
			t.Errorf("%s as %s is not what CUR 2.0 as gzip is:\n%.3000s", form.f, form.e, diff)
		}
	}
	// FOCUS has no negations, bills nothing for what a commitment covers, and splits a fee in what is bought and what is unused.
	const usage = "SELECT " + same + ", purchase_option, commitment_id, net_amortized_cost, tags FROM charges WHERE charge_category = 'Usage' AND service_code <> 'MachineLearningSavingsPlans' AND " +
		"(commitment_id IS NULL OR charge_description NOT ILIKE '%fee%') AND line_item_type IS DISTINCT FROM 'SavingsPlanNegation' AND line_item_type IS DISTINCT FROM 'RIFee' ORDER BY ALL"
	want = lines(simulated.CUR2, simulated.Parquet, usage)
	for _, form := range []struct {
		f simulated.Format
		e simulated.Encoding
	}{{simulated.FOCUS10, simulated.Gzip}, {simulated.FOCUS10, simulated.Parquet}, {simulated.FOCUS12, simulated.Gzip}, {simulated.FOCUS12, simulated.Parquet}} {
		if diff := cmp.Diff(want, lines(form.f, form.e, usage)); diff != "" {
			t.Errorf("%s as %s is not what CUR 2.0 is:\n%.3000s", form.f, form.e, diff)
		}
	}
}

// TestSumsAreTheBills: of any bill, in any form, what is kept and what is left out add up to the bill, in each currency and each cost, and the
// identity of amortization holds for the whole of it.
func TestSumsAreTheBills(t *testing.T) {
	w := small()
	forms := []struct {
		f simulated.Format
		e simulated.Encoding
	}{{simulated.CUR2, simulated.Gzip}, {simulated.Legacy, simulated.Zip}, {simulated.FOCUS10, simulated.Parquet}, {simulated.FOCUS12, simulated.Gzip}, {simulated.Legacy, simulated.Parquet}, {simulated.CUR2, simulated.Parquet}}
	seeds := uint64(18)
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		b := simulated.New(w, march, false, simulated.Random(march, seed))
		form := forms[seed%uint64(len(forms))]
		r := must(t, Options{Lake: t.TempDir()}, delivered(t, b, form.f, form.e))[0]
		totals := b.Total()
		for currency, want := range totals {
			sum := added(r.Kept, r.Skipped, currency)
			figures := map[string][2]string{
				"net unblended": {sum.NetUnblended.String(), want.Net.String()}, "net amortized": {sum.NetAmortized.String(), want.NetAmortized.String()},
			}
			if form.f == simulated.Legacy || form.f == simulated.CUR2 {
				figures["unblended"], figures["amortized"] = [2]string{sum.Unblended.String(), want.Unblended.String()}, [2]string{sum.Amortized.String(), want.Amortized.String()}
				figures["true-up"], figures["upfront"] = [2]string{sum.Trueup.String(), want.TrueUp.String()}, [2]string{sum.Upfront.String(), want.UpfrontFee.String()}
				if sum.Lines != int64(want.Lines) {
					t.Errorf("seed %d, %s, %s: %d lines, want %d", seed, form.f, currency, sum.Lines, want.Lines)
				}
			}
			for name, f := range figures {
				if f[0] != f[1] {
					t.Errorf("seed %d, %s as %s: %s is %s %s, want %s", seed, form.f, form.e, name, f[0], currency, f[1])
				}
			}
			if gap := sum.Unblended.Sub(sum.Amortized).Sub(sum.Trueup).Sub(sum.Upfront); !gap.IsZero() {
				t.Errorf("seed %d, %s, %s: the identity is off by %s", seed, form.f, currency, gap)
			}
		}
	}
}

func added(kept, skipped []lake.Sum, currency string) lake.Sum {
	var all lake.Sum
	for _, s := range slices.Concat(kept, skipped) {
		if s.Currency != currency {
			continue
		}
		all.Lines += s.Lines
		all.Unblended, all.NetUnblended = all.Unblended.Add(s.Unblended), all.NetUnblended.Add(s.NetUnblended)
		all.Amortized, all.NetAmortized = all.Amortized.Add(s.Amortized), all.NetAmortized.Add(s.NetAmortized)
		all.List, all.Trueup, all.Upfront = all.List.Add(s.List), all.Trueup.Add(s.Trueup), all.Upfront.Add(s.Upfront)
	}
	return all
}

// TestFOCUSSample imports the real sample whole: its sums are those that plain Go reads, NULL is nothing, and ids of thirteen digits stay as they are.
func TestFOCUSSample(t *testing.T) {
	dir := t.TempDir()
	results := must(t, Options{Lake: dir, All: true}, "testdata/focus_sample.csv")
	f, err := os.Open("testdata/focus_sample.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range records[0] {
		at[name] = i
	}
	type sums struct {
		lines                   int64
		billed, effective, list decimal.Decimal
	}
	want := map[string]sums{}
	for _, r := range records[1:] {
		d := func(name string) decimal.Decimal { return decimal.RequireFromString(r[at[name]]) }
		month := r[at["BillingPeriodStart"]][:7]
		s := want[month]
		want[month] = sums{s.lines + 1, s.billed.Add(d("BilledCost")), s.effective.Add(d("EffectiveCost")), s.list.Add(d("ListCost"))}
	}
	if len(results) != len(want) {
		t.Fatalf("%d months, want %d", len(results), len(want))
	}
	for _, r := range results {
		k, w := r.Kept[0], want[r.Period]
		if len(r.Kept) != 1 || k.Lines != w.lines || !k.Unblended.Equal(w.billed) || !k.Amortized.Equal(w.effective) || !k.List.Equal(w.list) {
			t.Errorf("%s: %+v, want %+v", r.Period, r.Kept, w)
		}
	}
	for query, answer := range map[string]string{
		"SELECT count(*) FROM charges WHERE 'NULL' IN (availability_zone, resource_id, commitment_id, sub_account_name)":                             "[0]",
		"SELECT DISTINCT billing_account_id FROM charges WHERE length(billing_account_id) = 13 AND billing_account_id LIKE '1234567%'":               `["1234567890123"]`,
		"SELECT count(*) FROM charges WHERE resource_id LIKE 'arn:ats:%' AND resource_kind IS NULL AND billing_entity = 'AWS' HAVING count(*) > 300": "",
		"SELECT count(DISTINCT tags['business_unit']) > 3 FROM charges":                                                                              "[true]",
	} {
		got := ask(t, dir, query)
		if len(got) != 1 || answer != "" && got[0] != answer {
			t.Errorf("%s: %v, want %s", query, got, answer)
		}
	}
}
