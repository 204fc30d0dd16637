//go:build cgo

package usage_test

import (
	"database/sql"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/usage"
)

// A line is what the bill says of usage.
type line struct{ usageType, operation, product string }

// lines are all forms, and texts that are put together from their pieces: what is nearly a form, twice one, or none.
func lines() []line {
	operations := []string{"", "RunInstance", "CreateVolume-Gp3", "CreateVolume-", "Invoke-Endpoint", "runinstance"}
	products := []string{"", "NA", "ml.m5.xlarge-Hosting", "ML.p6-b200.48xlarge-hosting", "ml..x", "ml.m5.-x", "sc.a.b.c", "ml.é.İ", "ml.a"}
	pieces := []string{"USE1-", "EU-", "eu-", "EUC1", "-", ":", ".", "ml.m5.large", "ml.p6-b200.48xlarge", "-ml.", "-sc.m5.large", "ml.", "VolumeUsage", ".gp3", "Mem-4GB", "Data-Bytes-In", "SP:",
		"AWS-Out-Bytes", "é", "K", "İ", "'", " ", "%", "_", "\x00", "App"}
	var all []line
	for _, u := range written {
		for _, o := range operations {
			all = append(all, line{u.Raw, o, products[len(all)%len(products)]})
		}
		pieces = append(pieces, u.Raw)
		for i, c := range u.Raw {
			if c == ':' || c == '-' {
				pieces = append(pieces, u.Raw[:i+1], u.Raw[i+1:])
			}
		}
	}
	slices.Sort(pieces)
	r := rand.New(rand.NewPCG(1, 2))
	for range 30_000 {
		var l line
		for range 1 + r.IntN(4) {
			l.usageType += pieces[r.IntN(len(pieces))]
		}
		l.operation, l.product = operations[r.IntN(len(operations))], products[r.IntN(len(products))]
		all = append(all, l)
	}
	return all
}

func TestSQLSaysWhatGoSays(t *testing.T) {
	db, err := duck.Open(t.Context(), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	all := lines()
	if err := db.Exec(t.Context(), "CREATE TABLE lines (n INTEGER, usage_type VARCHAR, operation VARCHAR, product_instance_type VARCHAR)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Append(t.Context(), "lines", func(yield func([]any) bool) {
		for i, l := range all {
			if !yield([]any{int32(i), l.usageType, l.operation, l.product}) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(t.Context(), "SELECT n, usage_region, component, usage_class, app_type, instance_type, usage_unit, usage_meter FROM ("+usage.SQL("lines")+") AS said ORDER BY n")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	compared, known := 0, 0
	for rows.Next() {
		var n int
		var got usage.Usage
		var region, app, instance, unit, meter sql.NullString
		if err := rows.Scan(&n, &region, &got.Component, &got.Class, &app, &instance, &unit, &meter); err != nil {
			t.Fatal(err)
		}
		l := all[n]
		got.Raw, got.Region, got.App, got.InstanceType, got.Unit, got.Meter = l.usageType, region.String, app.String, instance.String, usage.Unit(unit.String), meter.String
		want := usage.Parse(l.usageType, l.operation, l.product)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-Go +SQL)\n%s", l, diff)
		}
		compared++
		if want.Component != usage.Unknown {
			known++
		}
	}
	if err := rows.Err(); err != nil || compared != len(all) || known < compared/4 {
		t.Fatalf("%d of %d compared, %d known: %v", compared, len(all), known, err)
	}
}
