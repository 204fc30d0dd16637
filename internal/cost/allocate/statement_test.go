//go:build cgo

package allocate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/allocate"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestStatementsAreTheMonth(t *testing.T) {
	db := engine(t.Context(), t, []charge{
		tax("1"), team("a", "2", "component", "Hosting"), team("a", "3", "component", "Hosting"), team("a", "0.5", "component", "Hosting", "usage_class", "storage"), team("b", "5.5", "component", "Training"),
		team("b", "7", "billing_currency", "EUR"), team("a", "100", "billing_period", "2026-11"), {"unblended_cost": nil},
	})
	found := run(t, db, withPool(map[string]config.Pool{"overhead": {Split: "proportional"}}), nil)
	got, err := found.Statements(t.Context(), db, "2026-10", "unblended_cost")
	if err != nil {
		t.Fatal(err)
	}
	half := "50% of overhead, by amortized_cost"
	want := []allocate.Statement{
		{Team: "a", Month: "2026-10", Currency: "USD", Charges: 3, Shared: 1, Total: dec("6"),
			Own:   []allocate.Item{{Component: "Hosting", Class: "compute", Rule: "tag", Lines: 2, Cost: dec("5")}, {Component: "Hosting", Class: "storage", Rule: "tag", Lines: 1, Cost: dec("0.5")}},
			Pools: []allocate.Item{{Rule: "tax", Pool: "overhead", Reason: half, Lines: 1, Cost: dec("0.5")}}},
		{Team: "b", Month: "2026-10", Currency: "EUR", Charges: 1, Total: dec("7"), Own: []allocate.Item{{Class: "compute", Rule: "tag", Lines: 1, Cost: dec("7")}}},
		{Team: "b", Month: "2026-10", Currency: "USD", Charges: 1, Shared: 1, Total: dec("6"), Own: []allocate.Item{{Component: "Training", Class: "compute", Rule: "tag", Lines: 1, Cost: dec("5.5")}},
			Pools: []allocate.Item{{Rule: "tax", Pool: "overhead", Reason: half, Lines: 1, Cost: dec("0.5")}}},
		{Team: "unallocated", Month: "2026-10", Currency: "USD", Charges: 1, Unknown: 1, Own: []allocate.Item{{Rule: "default", Lines: 1}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestExplain(t *testing.T) {
	db := engine(t.Context(), t, []charge{
		team("a", "1"), team("b", "3"), team("a", "5", "resource_id", "r", "usage_type", "USE1-Host:ml.m5.large", "sub_account_id", account),
		{"cost": "4", "line_id": "L", "usage_class": "tax", "usage_type": "tax"},
	})
	found := run(t, db, withPool(map[string]config.Pool{"overhead": {Split: "even", To: []string{"a", "b"}}}, config.AllocationRule{Name: "account", Accounts: map[string]string{account: "z"}}), nil)
	for id, want := range map[string][]allocate.Explained{
		"r": {{Month: "2026-10", Currency: "USD", Charges: 1, Cost: dec("5"), What: "USE1-Host:ml.m5.large", Payer: "a", Reason: "tag team is a",
			Tries: []allocate.Try{{Rule: "tax"}, {Rule: "tag", Who: "a", Why: "tag team is a", Decides: true}, {Rule: "account", Who: "z", Why: "account 111122223333"}, {Rule: "default", Who: "unallocated"}}}},
		"L": {{Month: "2026-10", Currency: "USD", Charges: 1, Cost: dec("4"), What: "tax", Payer: "overhead", Reason: "class tax: put into overhead",
			Tries:    []allocate.Try{{Rule: "tax", Who: "overhead", Why: "class tax: put into overhead", Decides: true}, {Rule: "tag"}, {Rule: "account"}, {Rule: "default", Who: "unallocated"}},
			Portions: []allocate.Portion{{"a", "overhead", "1 of 2 even parts of overhead", dec("2")}, {"b", "overhead", "1 of 2 even parts of overhead", dec("2")}}}},
		"nothing": nil,
	} {
		got, err := found.Explain(t.Context(), db, "unblended_cost", id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", id, diff)
		}
	}
}
