package allocate

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

// A Statement is what a team is charged for a month in a currency.
type Statement struct {
	Team     string `json:"team"`
	Month    string `json:"month"`
	Currency string `json:"currency"`
	// Charges counts the lines of the bill that are the team's own, and Shared its parts of lines that are shared.
	Charges int64 `json:"charges"`
	Shared  int64 `json:"sharedLines"`
	// Own are its own costs by component, class and rule, and Pools its parts of shared costs by pool and reason, dearest first.
	Own   []Item          `json:"own"`
	Pools []Item          `json:"shared"`
	Total decimal.Decimal `json:"total"`
	// Unknown counts lines whose cost is not known.
	Unknown int64 `json:"unknown,omitempty"`
}

// An Item is a line of a statement.
type Item struct {
	Component string          `json:"component,omitempty"`
	Class     string          `json:"class,omitempty"`
	Rule      string          `json:"rule,omitempty"`
	Pool      string          `json:"pool,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	Lines     int64           `json:"lines"`
	Cost      decimal.Decimal `json:"cost"`
}

// Statements are those of a month, by team and currency.
func (f *Allocation) Statements(ctx context.Context, db *duck.DB, month, cost string) ([]Statement, error) {
	rows, err := db.Query(ctx, "SELECT team, billing_currency, pool, rule, CASE WHEN pool IS NOT NULL THEN reason END AS because, "+
		"CASE WHEN pool IS NULL THEN component END AS own_component, CASE WHEN pool IS NULL THEN usage_class END AS own_class, COUNT(*), SUM("+cost+"), COUNT(*) - COUNT("+cost+
		") FROM allocations WHERE billing_period = "+dialect.Text(month)+" GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, SUM("+cost+") DESC, 6, 7, 3, 4, 5")
	if err != nil {
		return nil, err
	}
	var all []Statement
	for row, err := range duck.Values(rows) {
		if err != nil {
			return nil, err
		}
		team, currency := words(row[0]), words(row[1])
		if n := len(all); n == 0 || all[n-1].Team != team || all[n-1].Currency != currency {
			all = append(all, Statement{Team: team, Month: month, Currency: currency})
		}
		s := &all[len(all)-1]
		item := Item{Pool: words(row[2]), Rule: words(row[3]), Reason: words(row[4]), Component: words(row[5]), Class: words(row[6])}
		item.Lines, _ = row[7].(int64)
		item.Cost, _ = row[8].(decimal.Decimal)
		unknown, _ := row[9].(int64)
		s.Unknown += unknown
		s.Total = s.Total.Add(item.Cost)
		if item.Pool == "" {
			s.Charges += item.Lines
			s.Own = append(s.Own, item)
		} else {
			s.Shared += item.Lines
			s.Pools = append(s.Pools, item)
		}
	}
	return all, nil
}
