package allocate

import (
	"context"
	"slices"

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
	sums := make([]string, len(columns))
	for i, c := range columns {
		sums[i] = "SUM(" + c + ")"
	}
	side := "SELECT COALESCE(billing_period, '') AS month, COALESCE(billing_currency, '') AS currency, " + list(sums) + ", "
	rows, err := db.Query(ctx, side+"true AS bill FROM charges WHERE "+a.condition+" GROUP BY 1, 2 UNION ALL "+side+"false FROM allocations GROUP BY 1, 2 ORDER BY month, currency, bill DESC")
	if err != nil {
		return nil, err
	}
	var all []Sum
	for row, err := range duck.Values(rows) {
		if err != nil {
			return nil, err
		}
		month, currency, bill := row[0].(string), row[1].(string), row[2+len(columns)].(bool)
		for i, c := range columns {
			sum, _ := row[2+i].(decimal.Decimal)
			at := slices.IndexFunc(all, func(s Sum) bool { return s.Month == month && s.Currency == currency && s.Column == c })
			if at < 0 {
				at, all = len(all), append(all, Sum{Month: month, Currency: currency, Column: c})
			}
			if bill {
				all[at].Charges = sum
			} else {
				all[at].Allocations = sum
			}
		}
	}
	return all, nil
}
