package bill

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	charges "github.com/sagewarden/sagewarden/internal/cost/bill"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/cost/waste"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/simulate/bill"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/test/absent"
)

// TestWhatWentToNoUseWasNotUsed holds the bill that a scan has parted against the truth: of no resource more is said to have surely gone to no use
// than its hours without any use have cost.
func TestWhatWentToNoUseWasNotUsed(t *testing.T) {
	if !duck.Available {
		absent.Peer(t, "bills are read by DuckDB, which needs cgo")
	}
	w := organization.Generate(organization.Default(5, noon))
	b, lives := bill.New(w, noon, true, bill.Mix{}), w.Truth()
	dir := t.TempDir()
	if _, err := b.Write(bill.Folder(dir+"/bill"), bill.Export{Format: bill.CUR2, Encoding: bill.Gzip, Bucket: "bills", Name: "org", Rows: 1_000_000}); err != nil {
		t.Fatal(err)
	}
	deliveries, err := charges.Local(dir + "/bill")
	if err != nil {
		t.Fatal(err)
	}
	if err := charges.Import(t.Context(), charges.Options{Lake: dir + "/lake", Now: func() time.Time { return noon }}, deliveries, func(charges.Result) {}); err != nil {
		t.Fatal(err)
	}
	l, err := lake.Open(dir + "/lake")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	db, err := duck.Open(t.Context(), duck.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := l.Attach(t.Context(), db); err != nil {
		t.Fatal(err)
	}

	e, idle := waste.NewEvidence(), map[string]bool{}
	snap := watch(t, w)
	e.Add(snap)
	for _, o := range snap.Observations {
		idle[o.Resource.ARN] = o.Verdict.State == estate.Idle
	}
	q := waste.Question{By: waste.Groups()[0]}
	if q.Period, err = showback.Months("2026-04", "2026-04"); err != nil {
		t.Fatal(err)
	}
	if q.Cost, err = showback.ParseCost("unblended"); err != nil {
		t.Fatal(err)
	}
	parted, err := waste.Of(t.Context(), db, e, q)
	if err != nil {
		t.Fatal(err)
	}
	unused, dearest := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	for line := range b.Lines() {
		cost := decimal.RequireFromString(line.Unblended.String())
		dearest[line.Subject.ID] = decimal.Max(dearest[line.Subject.ID], cost)
		life, known := lives[line.Subject.ID]
		if !known || life.Use != nil && life.Use.Count(line.Start, line.End) > 0 {
			continue
		}
		unused[line.Subject.ID] = unused[line.Subject.ID].Add(cost)
	}
	held := 0
	for row, err := range parted.Data().Rows {
		if err != nil {
			t.Fatal(err)
		}
		arn, _ := row[0].(string)
		least := row[5].(report.Money).Value
		if _, known := lives[arn]; !known || !idle[arn] || !least.IsPositive() {
			continue // a part of it is idle, of which the truth about the whole says nothing
		}
		held++
		// The hour in which idleness begins is used at its begin, and idle in part.
		if least.Sub(dearest[arn]).GreaterThan(unused[arn]) {
			t.Errorf("%s: %s went to no use by the evidence, and its hours without use cost %s", arn, least, unused[arn])
		}
	}
	if held < 50 {
		t.Errorf("%d resources were compared", held)
	}
}
