//go:build cgo

package allocate_test

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

var (
	someTeams   = rapid.SampledFrom([]string{"a", "B", "c c", "vision"})
	someTags    = rapid.SampledFrom([]string{"a", "A", "b", "C-C", " vision", "", "stranger", "p0", "--", "Unallocated"})
	someKeys    = rapid.SampledFrom([]string{"team", "Team", "te_am", "other"})
	someClasses = rapid.SampledFrom([]string{"compute", "storage", "data", "tax"})
	someDomains = rapid.SampledFrom([]string{"d-1", "d-2"})
	somePools   = []string{"p0", "p1", "p2", "p3"}
)

func maybe(t *rapid.T, name string) bool { return rapid.Bool().Draw(t, name) }

func drawMoney(t *rapid.T, name string) any {
	if rapid.IntRange(0, 9).Draw(t, name+" is not known") == 0 {
		return nil
	}
	units := new(big.Int).Mul(big.NewInt(rapid.Int64().Draw(t, name)), big.NewInt(rapid.Int64Range(0, 1_000_000).Draw(t, name+" times")))
	sign := ""
	if units.Sign() < 0 {
		sign = "-"
		units.Neg(units)
	}
	digits := fmt.Sprintf("%019s", units)
	return sign + digits[:len(digits)-18] + "." + digits[len(digits)-18:]
}

func drawCharges(t *rapid.T) []charge {
	charges := make([]charge, rapid.IntRange(1, 12).Draw(t, "charges"))
	for i := range charges {
		c := charge{"billing_period": rapid.SampledFrom([]string{"2026-09", "2026-10"}).Draw(t, "month"), "billing_currency": rapid.SampledFrom([]string{"USD", "EUR", "JPY"}).Draw(t, "currency"),
			"usage_class": someClasses.Draw(t, "class"), "tags": map[string]string{someKeys.Draw(t, "key"): someTags.Draw(t, "value"), "stage": "x"}}
		for _, column := range append(allocate.Costs(), "consumed_quantity") {
			c[column] = drawMoney(t, column)
		}
		if maybe(t, "domain is known") {
			c["domain_id"] = someDomains.Draw(t, "domain")
		}
		if maybe(t, "region is known") {
			c["region_id"] = rapid.SampledFrom([]string{"eu-west-1", "us-east-1"}).Draw(t, "region")
		}
		if maybe(t, "account is known") {
			c["sub_account_id"] = rapid.SampledFrom([]string{account, other}).Draw(t, "account")
		}
		charges[i] = c
	}
	return charges
}

// drawConfig draws rules and pools that the file would take. Pools hand on to later ones alone, so that there is no circle.
func drawConfig(t *rapid.T) config.Allocation {
	a := config.Allocation{Pools: map[string]config.Pool{}}
	if maybe(t, "teams are listed") {
		a.Teams = map[string]config.Team{"a": {Aliases: []string{"stranger"}}, "B": {}, "c c": {}, "vision": {}}
	}
	drawCondition := func() *config.Charges {
		if maybe(t, "any") {
			return nil
		}
		return &config.Charges{Class: []string{someClasses.Draw(t, "of class")}}
	}
	for i, pool := range slices.Backward(somePools) {
		payer := rapid.OneOf(someTeams, rapid.SampledFrom(append([]string{"a"}, somePools[i+1:]...)))
		p := config.Pool{Split: rapid.SampledFrom([]string{"even", "fixed", "proportional"}).Draw(t, "split"), Otherwise: payer.Draw(t, "otherwise")}
		switch {
		case p.Split == "fixed":
			first := payer.Draw(t, "first")
			p.Shares = map[string]strictyaml.Share{first: share("100")}
			if second := payer.Draw(t, "second"); second != first {
				p.Shares = map[string]strictyaml.Share{first: share("33.3"), second: share("66.7")}
			}
		case maybe(t, "to some"):
			p.To = rapid.SliceOfNDistinct(payer, 1, 3, rapid.ID[string]).Draw(t, "to")
		}
		if p.Split != "fixed" {
			p.Within = rapid.SampledFrom([]string{"", "domain", "account", "region"}).Draw(t, "within")
		}
		if p.Split == "proportional" {
			p.By, p.Of = rapid.SampledFrom([]string{"", "list_cost", "unblended_cost"}).Draw(t, "by"), drawCondition()
		}
		a.Pools[pool] = p
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "rules") {
		r := config.AllocationRule{Name: fmt.Sprint("rule ", i), When: drawCondition(), Unless: drawCondition()}
		switch rapid.IntRange(0, 4).Draw(t, "assigns") {
		case 0:
			r.Team = someTeams.Draw(t, "team")
		case 1:
			r.Tag = "team"
		case 2:
			r.Accounts = map[string]string{account: someTeams.Draw(t, "team of the account")}
		default:
			r.Pool = rapid.SampledFrom(somePools).Draw(t, "pool")
		}
		a.Rules = append(a.Rules, r)
	}
	a.Default = rapid.SampledFrom([]string{"", "a", "p0"}).Draw(t, "default")
	return a
}

// The law: whatever the rules, the allocations are the bill to the last digit, in each month, currency and column of cost; so are the quantities.
func TestNothingIsLost(t *testing.T) {
	db := engine(context.Background(), t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		charges := drawCharges(rt)
		fill(context.Background(), t, db, charges)
		a := drawConfig(rt)
		found, err := allocate.Run(context.Background(), db, a, estateOfTests)
		if err != nil {
			rt.Fatal(err)
		}
		sums, err := found.Sums(context.Background(), db)
		if err != nil {
			rt.Fatal(err)
		}
		if len(sums) == 0 {
			rt.Fatal("nothing was compared")
		}
		for _, s := range sums {
			if !s.Exact() {
				rt.Errorf("%+v: charges %s, allocations %s", a, s.Charges, s.Allocations)
			}
		}
		for what, query := range map[string]string{
			"a month and currency": "SELECT billing_period, billing_currency, SUM(CASE WHEN bill THEN 1 ELSE -1 END * consumed_quantity) AS rest FROM (" +
				"SELECT billing_period, billing_currency, consumed_quantity, true AS bill FROM charges UNION ALL SELECT billing_period, billing_currency, consumed_quantity, false FROM allocations) AS b GROUP BY 1, 2 HAVING rest <> 0",
			"a charge without a team":      "SELECT * FROM allocations WHERE team IS NULL OR team = '' OR rule IS NULL OR reason IS NULL",
			"a share that a pool was left": "SELECT * FROM allocations WHERE team LIKE 'p_' AND pool IS NOT NULL",
		} {
			if wrong := lines(rt, db, query); wrong > 0 {
				rt.Errorf("%s: %d", what, wrong)
			}
		}
		// Who gets the last unit does not depend on the order of the lines.
		const parts = "SELECT billing_period, billing_currency, team, rule, reason, pool, SUM(unblended_cost), SUM(list_cost) FROM allocations GROUP BY ALL ORDER BY ALL"
		first := rows(t, db, parts)
		slices.Reverse(charges)
		fill(context.Background(), t, db, charges)
		if _, err := allocate.Run(context.Background(), db, a, estateOfTests); err != nil {
			rt.Fatal(err)
		}
		if again := rows(t, db, parts); !slices.Equal(first, again) {
			rt.Errorf("%+v: %q, and in another order %q", a, first, again)
		}
	})
}

func lines(rt *rapid.T, db *duck.DB, query string) (n int) {
	answer, err := db.Query(context.Background(), query)
	if err != nil {
		rt.Fatal(err)
	}
	for _, err := range duck.Values(answer) {
		if err != nil {
			rt.Fatal(err)
		}
		n++
	}
	return n
}
