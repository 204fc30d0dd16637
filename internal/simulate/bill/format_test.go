package bill

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/parquet-go/parquet-go"
)

// memory is a sink that keeps what it takes.
type memory map[string]*bytes.Buffer

func (m memory) Create(key string) (io.WriteCloser, error) {
	m[key] = &bytes.Buffer{}
	return nopCloser{m[key]}, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// deliver writes the bill and reads its rows back, by the name of their columns. A map is its JSON text.
func deliver(t *testing.T, b *Bill, e Export) (rows []map[string]string, d *Delivered, files memory) {
	t.Helper()
	e.Name = "acme"
	files = memory{}
	d, err := b.Write(files, e)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range d.Files {
		body := files[key].Bytes()
		if e.Encoding == Parquet {
			rows = append(rows, fromParquet(t, body)...)
			continue
		}
		rows = append(rows, fromText(t, body, e.Encoding)...)
	}
	if len(rows) != d.Rows {
		t.Errorf("%s %s: %d rows are said to be written, %d are there", e.Format, e.Encoding, d.Rows, len(rows))
	}
	return rows, d, files
}

func fromText(t *testing.T, body []byte, e Encoding) (rows []map[string]string) {
	t.Helper()
	var in io.Reader
	var err error
	if e == Zip {
		archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatal(err)
		}
		if in, err = archive.File[0].Open(); err != nil {
			t.Fatal(err)
		}
	} else if in, err = gzip.NewReader(bytes.NewReader(body)); err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, fields := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = fields[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// fromParquet reads with the library's own reader of records, which knows nothing of how they were written.
func fromParquet(t *testing.T, body []byte) (rows []map[string]string) {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	r := parquet.NewGenericReader[map[string]any](f, f.Schema())
	defer func() { _ = r.Close() }()
	buffer := make([]map[string]any, 100)
	for {
		for i := range buffer {
			buffer[i] = map[string]any{}
		}
		n, err := r.Read(buffer)
		for _, record := range buffer[:n] {
			row := map[string]string{}
			for name, value := range record {
				switch v := value.(type) {
				case nil:
				case float64:
					row[name] = decimalOf(v)
				case time.Time:
					row[name] = stamp(v)
				case map[string]any:
					text, _ := json.Marshal(v)
					row[name] = string(text)
				default:
					row[name] = fmt.Sprint(v)
				}
			}
			rows = append(rows, row)
		}
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// decimalOf is the shortest decimal that is the double.
func decimalOf(v float64) string {
	text, _ := json.Marshal(v)
	r, _ := new(big.Rat).SetString(string(text))
	return strings.TrimSuffix(strings.TrimRight(r.FloatString(10), "0"), ".")
}

// sum adds up a column by currency, over the rows of which keep is true.
func sum(t *testing.T, rows []map[string]string, column, currency string, keep func(map[string]string) bool) map[string]Amount {
	t.Helper()
	sums := map[string]*big.Rat{}
	for _, r := range rows {
		if keep != nil && !keep(r) || r[column] == "" {
			continue
		}
		n, ok := new(big.Rat).SetString(r[column])
		if !ok {
			t.Fatalf("%s is %q", column, r[column])
		}
		if sums[r[currency]] == nil {
			sums[r[currency]] = &big.Rat{}
		}
		sums[r[currency]].Add(sums[r[currency]], n)
	}
	amounts := map[string]Amount{}
	for c, n := range sums {
		amounts[c] = amountOf2(n.FloatString(10))
	}
	return amounts
}

func amountOf2(text string) Amount {
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		return -amountOf(rest)
	}
	return amountOf(text)
}

// TestFormatsSayTheSame holds that the sums of every format and encoding are those of the lines, with all that bills have on them.
func TestFormatsSayTheSame(t *testing.T) {
	mix := Everyday(march, 2)
	mix.Currencies, mix.Discount, mix.PlanRefund = []string{"USD", "EUR"}, 70, true
	for _, rowsOfDiscount := range []bool{false, true} {
		mix.DiscountRows = rowsOfDiscount
		b := New(small(7), march, false, mix)
		totals := b.Total()
		of := func(f func(*Totals) Amount) map[string]Amount {
			m := map[string]Amount{}
			for c, t := range totals {
				m[c] = f(t)
			}
			return m
		}
		for _, f := range Formats() {
			encodings := Encodings(f)
			if rowsOfDiscount {
				encodings = encodings[:1]
			}
			for _, e := range encodings {
				rows, d, _ := deliver(t, b, Export{Format: f, Encoding: e})
				check := func(column, currency string, want func(*Totals) Amount) {
					t.Helper()
					counts := func(r map[string]string) bool {
						return !strings.Contains(column, "ublic") || r["line_item_line_item_type"]+r["lineItem/LineItemType"] != "SavingsPlanNegation"
					}
					if got := sum(t, rows, column, currency, counts); !maps.Equal(got, of(want)) {
						t.Errorf("%s %s: %s is %v, want %v", f, e, column, got, of(want))
					}
				}
				unblended, net, list := func(t *Totals) Amount { return t.Unblended }, func(t *Totals) Amount { return t.Net }, func(t *Totals) Amount { return t.List }
				flat := f == CUR2 || f == Legacy && e == Parquet
				switch {
				case f == FOCUS10 || f == FOCUS12:
					check("BilledCost", "BillingCurrency", net)
					check("EffectiveCost", "BillingCurrency", func(t *Totals) Amount { return t.NetAmortized })
					check("ListCost", "BillingCurrency", list)
				case flat:
					check("line_item_unblended_cost", "line_item_currency_code", unblended)
					check("pricing_public_on_demand_cost", "line_item_currency_code", list)
					if !rowsOfDiscount {
						check("line_item_net_unblended_cost", "line_item_currency_code", net)
					}
				default:
					check("lineItem/UnblendedCost", "lineItem/CurrencyCode", unblended)
					check("pricing/publicOnDemandCost", "lineItem/CurrencyCode", list)
					if _, has := rows[0]["lineItem/NetUnblendedCost"]; has == rowsOfDiscount {
						t.Errorf("net columns are there: %v", has)
					}
				}
				for c, total := range d.Totals {
					if *total != *totals[c] {
						t.Errorf("%s %s: the delivery's totals are not the bill's", f, e)
					}
				}
			}
		}
	}
}

// TestQueryLibrary works amortized cost, true-up and upfront fees out of CUR 2.0's columns as AWS's query library does, and compares with the lines.
func TestQueryLibrary(t *testing.T) {
	for seed := range uint64(3) {
		mix := Random(march, seed)
		mix.Discount, mix.Currencies, mix.PlanRefund = 0, nil, false
		b := New(small(7), march, false, mix)
		rows, _, _ := deliver(t, b, Export{Format: CUR2, Encoding: Gzip})
		var amortized, trueUp, upfront Amount
		for _, r := range rows {
			n := func(column string) Amount {
				if r[column] == "" {
					return 0
				}
				return amountOf2(r[column])
			}
			unblended := n("line_item_unblended_cost")
			switch r["line_item_line_item_type"] {
			case "SavingsPlanCoveredUsage":
				amortized += n("savings_plan_savings_plan_effective_cost")
			case "SavingsPlanRecurringFee":
				amortized += n("savings_plan_total_commitment_to_date") - n("savings_plan_used_commitment")
				trueUp -= n("savings_plan_amortized_upfront_commitment_for_billing_period")
			case "SavingsPlanNegation":
			case "SavingsPlanUpfrontFee":
				upfront += unblended
			case "DiscountedUsage":
				amortized += n("reservation_effective_cost")
			case "RIFee":
				amortized += n("reservation_unused_amortized_upfront_fee_for_billing_period") + n("reservation_unused_recurring_fee")
				trueUp -= n("reservation_amortized_upfront_fee_for_billing_period")
			default:
				amortized += unblended
			}
		}
		if want := b.Total()["USD"]; amortized != want.Amortized || trueUp != want.TrueUp || upfront != want.UpfrontFee {
			t.Errorf("seed %d: by the columns amortized %s, true-up %s, upfront %s; want %s, %s, %s", seed, amortized, trueUp, upfront, want.Amortized, want.TrueUp, want.UpfrontFee)
		}
	}
}

// TestFOCUSInvariants holds what the specification says of commitments: what is used of one and what is not is what it costs, where nothing was
// paid for before.
func TestFOCUSInvariants(t *testing.T) {
	mix := Mix{Reservations: true, Plans: []Terms{{Hourly: 3 * One, Bought: march.AddDate(0, -2, 0), Years: 1}, {Hourly: 60 * One, Bought: march.AddDate(0, -1, 0), Years: 3, Alone: true}}}
	for _, f := range []Format{FOCUS10, FOCUS12} {
		rows, _, _ := deliver(t, New(small(7), march, false, mix), Export{Format: f, Encoding: Gzip})
		ids := map[string]bool{}
		for _, r := range rows {
			if strings.Contains(r["CommitmentDiscountId"], "savingsplan") {
				ids[r["CommitmentDiscountId"]] = true
			}
			if r["CommitmentDiscountStatus"] == "Used" && r["BilledCost"] != "0" {
				t.Errorf("what a commitment covers is billed: %v", r)
			}
			if r["ChargeCategory"] == "Purchase" && r["CommitmentDiscountId"] != "" && r["EffectiveCost"] != "0" {
				t.Errorf("a purchase has an effective cost: %v", r)
			}
			if (r["CommitmentDiscountStatus"] != "") != (r["PricingCategory"] == "Committed") {
				t.Errorf("status and pricing category disagree: %v", r)
			}
		}
		if len(ids) != 2 {
			t.Fatalf("%d plans, want 2", len(ids))
		}
		for id := range ids {
			of := func(column, category, status string) Amount {
				return sum(t, rows, column, "BillingCurrency", func(r map[string]string) bool {
					return r["CommitmentDiscountId"] == id && r["ChargeCategory"] == category && (status == "" || r["CommitmentDiscountStatus"] == status)
				})["USD"]
			}
			billed, effective := of("BilledCost", "Purchase", ""), of("EffectiveCost", "Usage", "")
			used, unused := of("EffectiveCost", "Usage", "Used"), of("EffectiveCost", "Usage", "Unused")
			if billed != effective || billed != used+unused || used == 0 {
				t.Errorf("%s: billed %s, effective %s, used %s, unused %s", id, billed, effective, used, unused)
			}
		}
	}
}

func TestColumns(t *testing.T) {
	w := small(7)
	header := func(e Export, m Mix) []string {
		rows, _, _ := deliver(t, New(w, march, false, m), e)
		names := map[string]bool{}
		for _, r := range rows { // a Parquet row tells of what is not null
			for name := range r {
				names[name] = true
			}
		}
		return slices.Sorted(maps.Keys(names))
	}
	everything := Everyday(march, 2)
	if got := len(header(Export{Format: CUR2, Encoding: Gzip}, Mix{})); got != 115 {
		t.Errorf("CUR 2.0 has %d columns, want 115", got)
	}
	if got := len(header(Export{Format: CUR2, Encoding: Gzip}, everything)); got != 126 {
		t.Errorf("CUR 2.0 with split costs has %d columns, want 126", got)
	}
	if got := len(header(Export{Format: FOCUS12, Encoding: Gzip}, everything)); got != 60 {
		t.Errorf("FOCUS 1.2 has %d columns, want 60", got)
	}
	legacy := Export{Format: Legacy, Encoding: Gzip}
	plain, all := header(legacy, Mix{}), header(legacy, everything)
	for _, name := range []string{"savingsPlan/SavingsPlanEffectiveCost", "reservation/EffectiveCost", "splitLineItem/SplitCost", "resourceTags/user:CostCenter", "costCategory/Environment"} {
		if slices.Contains(plain, name) || !slices.Contains(all, name) {
			t.Errorf("%s is in a report that has none, or not in one that has", name)
		}
	}
	if slices.Contains(all, "resourceTags/user:Owner") || !slices.Contains(plain, "resourceTags/user:Owner") {
		t.Error("a tag that is not active is shown, or one that is active is not")
	}
	// In Parquet, keys that are spelled alike are one column.
	var both []string
	for _, name := range header(Export{Format: Legacy, Encoding: Parquet}, everything) {
		if strings.HasPrefix(name, "resource_tags_user_cost") {
			both = append(both, name)
		}
	}
	if want := []string{"resource_tags_user_cost_center", "resource_tags_user_cost_centre", "resource_tags_user_costcenter"}; !slices.Equal(both, want) {
		t.Errorf("columns %v, want %v", both, want)
	}
}

func TestSnake(t *testing.T) {
	for name, want := range map[string]string{
		"savingsPlan/SavingsPlanARN": "savings_plan_savings_plan_a_r_n", "lineItem/UnblendedCost": "line_item_unblended_cost", "product/usagetype": "product_usagetype",
		"resourceTags/user:CostCenter": "resource_tags_user_cost_center", "resourceTags/user:cost-center": "resource_tags_user_cost_center",
		"pricing/publicOnDemandCost": "pricing_public_on_demand_cost", "bill/InvoiceId": "bill_invoice_id",
	} {
		if got := snake(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestTagsBeginToBeShownWhenTheyAreActivated(t *testing.T) {
	before, after := 0, 0
	for l := range New(small(7), march, false, Mix{Activated: map[string]int{"team": 15}}).Lines() {
		switch _, shown := l.Tags.User["team"]; {
		case shown && l.Start.Day() < 15:
			before++
		case shown:
			after++
		}
	}
	if before > 0 || after == 0 {
		t.Errorf("the tag is on %d lines before its activation and on %d after", before, after)
	}
}

func TestTheSameBillIsTheSameBytes(t *testing.T) {
	for _, f := range Formats() {
		for _, e := range Encodings(f) {
			_, _, one := deliver(t, New(tiny(), march, false, Everyday(march, 2)), Export{Format: f, Encoding: e, Rows: 500})
			_, _, two := deliver(t, New(tiny(), march, false, Everyday(march, 2)), Export{Format: f, Encoding: e, Rows: 500})
			for key, body := range one {
				if two[key] == nil || !bytes.Equal(body.Bytes(), two[key].Bytes()) {
					t.Errorf("%s is other bytes the second time", key)
				}
			}
			if len(one) < 3 {
				t.Errorf("%s %s: %d files, want several and the manifest", f, e, len(one))
			}
		}
	}
}

func TestLayout(t *testing.T) {
	b := New(tiny(), march, false, Mix{})
	for _, tt := range []struct {
		e        Export
		want     []string
		manifest string
	}{
		{Export{Format: Legacy, Encoding: Gzip}, []string{"p/acme/20260301-20260401/acme-00001.csv.gz"}, "p/acme/20260301-20260401/acme-Manifest.json"},
		{Export{Format: Legacy, Encoding: Zip, Keep: true}, []string{"p/acme/20260301-20260401/<id>/acme-00001.csv.zip", "p/acme/20260301-20260401/<id>/acme-Manifest.json"}, "p/acme/20260301-20260401/acme-Manifest.json"},
		{Export{Format: Legacy, Encoding: Parquet}, []string{"p/acme/acme/year=2026/month=3/acme-00001.snappy.parquet"}, "p/acme/20260301-20260401/acme-Manifest.json"},
		{Export{Format: CUR2, Encoding: Gzip}, []string{"p/acme/data/BILLING_PERIOD=2026-03/acme-00001.csv.gz"}, "p/acme/metadata/BILLING_PERIOD=2026-03/acme-Manifest.json"},
		{Export{Format: FOCUS12, Encoding: Parquet, Keep: true}, []string{"p/acme/data/BILLING_PERIOD=2026-03/2026-04-01T07:00:00.000Z-<id>/acme-00001.snappy.parquet"}, "p/acme/metadata/BILLING_PERIOD=2026-03/acme-Manifest.json"},
	} {
		tt.e.Prefix, tt.e.Bucket = "p", "acme-billing"
		_, d, files := deliver(t, b, tt.e)
		tt.e.Name, tt.e.Delivery = "acme", 1
		id := b.Assembly(tt.e)
		if d.Manifest != tt.manifest {
			t.Errorf("manifest %s, want %s", d.Manifest, tt.manifest)
		}
		for _, key := range tt.want {
			if files[strings.ReplaceAll(key, "<id>", id)] == nil {
				t.Errorf("there is no %s in %v", key, slices.Sorted(maps.Keys(files)))
			}
		}
		var m struct {
			AssemblyID  string   `json:"assemblyId"`
			ExecutionID string   `json:"executionId"`
			Bucket      string   `json:"bucket"`
			ReportKeys  []string `json:"reportKeys"`
			DataFiles   []string `json:"dataFiles"`
		}
		if err := json.Unmarshal(files[d.Manifest].Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		if tt.e.Format == Legacy {
			if m.AssemblyID != id || m.Bucket != "acme-billing" || !slices.Equal(m.ReportKeys, d.Files) {
				t.Errorf("manifest %+v", m)
			}
		} else if m.ExecutionID != id || !slices.Equal(m.DataFiles, []string{"s3://acme-billing/" + d.Files[0]}) {
			t.Errorf("manifest %+v", m)
		}
		next := tt.e
		next.Delivery = 2
		if b.Assembly(next) == id {
			t.Error("the next delivery has the same id")
		}
	}
}
