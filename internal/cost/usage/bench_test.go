//go:build cgo

package usage_test

import (
	"fmt"
	"testing"

	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/usage"
)

func BenchmarkSQL(b *testing.B) {
	db, err := duck.Open(b.Context(), duck.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Exec(b.Context(), "CREATE TABLE forms (n INTEGER, usage_type VARCHAR)"); err != nil {
		b.Fatal(err)
	}
	for i, u := range written {
		if err := db.Exec(b.Context(), "INSERT INTO forms VALUES (?, ?)", i, u.Raw); err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Exec(b.Context(), fmt.Sprintf("CREATE TABLE lines AS SELECT usage_type, 'RunInstance' AS operation, 'ml.m5.xlarge-Hosting' AS product_instance_type FROM range(1000000) AS r(i) JOIN forms ON n = i %% %d", len(written))); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := db.Exec(b.Context(), "CREATE OR REPLACE TABLE said AS SELECT usage_region, component, usage_class, app_type, instance_type, usage_unit, usage_meter FROM ("+usage.SQL("lines")+") AS s"); err != nil {
			b.Fatal(err)
		}
	}
}
