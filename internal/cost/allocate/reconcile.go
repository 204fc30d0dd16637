package allocate

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

// A Sum is one column of cost, over all charges and over all allocations of a month in a currency.
type Sum struct {
	Month       string          `json:"month"`
	Currency    string          `json:"currency"`
	Column      string          `json:"column"`
	Charges     decimal.Decimal `json:"charges"`
	Allocations decimal.Decimal `json:"allocations"`
}

// Exact reports whether the two are the same to the last digit.
func (s Sum) Exact() bool { return s.Charges.Equal(s.Allocations) }

// Sums compares the bill with its allocation.
func (a *Allocation) Sums(ctx context.Context, db *duck.DB) ([]Sum, error) {
	columns := Costs()
	query := "SELECT COALESCE(billing_period, ''), COALESCE(billing_currency, '')"
	for _, c := range columns {
		query += ", SUM(CASE WHEN bill THEN " + c + " END), SUM(CASE WHEN NOT bill THEN " + c + " END)"
	}
	side := "SELECT billing_period, billing_currency, " + list(columns) + ", "
	rows, err := db.Query(ctx, query+" FROM ("+side+"true AS bill FROM charges WHERE "+a.condition+" UNION ALL "+side+"false FROM allocations) AS both_sides GROUP BY 1, 2 ORDER BY 1, 2")
	if err != nil {
		return nil, err
	}
	var all []Sum
	for row, err := range duck.Values(rows) {
		if err != nil {
			return nil, err
		}
		for i, c := range columns {
			charges, _ := row[2+2*i].(decimal.Decimal)
			allocations, _ := row[3+2*i].(decimal.Decimal)
			all = append(all, Sum{row[0].(string), row[1].(string), c, charges, allocations})
		}
	}
	return all, nil
}
