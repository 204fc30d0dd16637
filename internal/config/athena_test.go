package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

func TestAthena(t *testing.T) {
	read := func(text string) (*File, error) {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return load(path)
	}
	f, err := read("cost:\n  athena: {database: billing, table: cur2, viewsDatabase: fin-ops, workgroup: Fin.ops_1, results: s3://acme-answers/finops/, bill: s3://acme-billing/, region: eu-west-1, maxScan: 20GB, pricePerTB: 4.50, products: [all]}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := Athena{Database: "billing", Table: "cur2", ViewsDatabase: "fin-ops", Workgroup: "Fin.ops_1", Results: "s3://acme-answers/finops/", Bill: "s3://acme-billing/", Region: "eu-west-1",
		MaxScan: 20 << 30, PricePerTB: strictyaml.Dollars{Decimal: decimal.RequireFromString("4.50")}, Products: []string{"all"}}
	if diff := cmp.Diff(want, f.Cost.Athena); diff != "" {
		t.Error(diff)
	}
	for text, wrong := range map[string]string{
		"database: Billing": "no name of a database", "table: 'a.b'": "no name of a database", "viewsDatabase: 'a\"b'": "no name of a database",
		"results: answers": "no place in S3", "bill: 'https://x'": "no place in S3", "region: all": "no region", "region: here": "no region", "workgroup: 'a b'": "no name of a workgroup",
		"maxScan: 0": "no size above zero", "maxScan: lots": "no size above zero", "maxScan: [1]": "no size above zero", "pricePerTB: -1": "no amount of dollars", "tables: x": "tables",
	} {
		if _, err := read("cost:\n  athena: {" + text + "}\n"); err == nil || !strings.Contains(err.Error(), wrong) || !strings.Contains(err.Error(), "2:") {
			t.Errorf("%s: %v, want %s", text, err, wrong)
		}
	}
}
