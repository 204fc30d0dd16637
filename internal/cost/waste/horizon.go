package waste

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
)

// horizons tell how far the compute of accounts is on the bills without a gap.
type horizons struct {
	bills []lake.Month
	// reach is until when each account's compute is on the bill of each month.
	reach map[string]map[string]time.Time
	// payers are those of each account.
	payers map[string][]string
}

// readHorizons asks how far the bills reach. Lines that end after their bill was imported are left out: what is still to come of them nobody knows.
func readHorizons(ctx context.Context, db Engine, bills []lake.Month) (*horizons, error) {
	h := &horizons{bills: bills, reach: map[string]map[string]time.Time{}, payers: map[string][]string{}}
	if len(bills) == 0 {
		return h, nil
	}
	over := make([]string, len(bills))
	for i, b := range bills {
		over[i] = "billing_period = " + dialect.Text(b.Period) + " AND charge_period_end <= TIMESTAMP " + dialect.Text(b.Imported.UTC().Format(time.DateTime))
		if len(b.Payers) > 0 {
			payers := make([]string, len(b.Payers))
			for n, p := range b.Payers {
				payers[n] = dialect.Text(p)
			}
			over[i] += " AND (billing_account_id IS NULL OR billing_account_id IN (" + strings.Join(payers, ", ") + "))"
		}
	}
	rows, err := db.Query(ctx, "SELECT sub_account_id, coalesce(billing_account_id, ''), billing_period, max(charge_period_end) FROM charges WHERE usage_class = 'compute' AND sub_account_id IS NOT NULL AND ("+
		strings.Join(over, " OR ")+") GROUP BY 1, 2, 3")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var account, payer, period string
		var at time.Time
		if err := rows.Scan(&account, &payer, &period, &at); err != nil {
			return nil, err
		}
		if h.reach[account] == nil {
			h.reach[account] = map[string]time.Time{}
		}
		if at.After(h.reach[account][period]) {
			h.reach[account][period] = at
		}
		if payer != "" && !slices.Contains(h.payers[account], payer) {
			h.payers[account] = append(h.payers[account], payer)
		}
	}
	return h, rows.Err()
}

// of are the bills that the account may be on: those of its payers.
func (h *horizons) of(account string) []lake.Month {
	var names []string
	for _, b := range h.bills {
		if slices.ContainsFunc(b.Payers, func(p string) bool { return slices.Contains(h.payers[account], p) }) {
			names = append(names, b.Bill)
		}
	}
	if names == nil {
		return h.bills
	}
	return slices.DeleteFunc(slices.Clone(h.bills), func(b lake.Month) bool { return !slices.Contains(names, b.Bill) })
}

// after is until when the compute of the account is on the bill from a time on, and the month that has no bill where that ends it and there are later ones.
func (h *horizons) after(account string, from time.Time) (until time.Time, missing string) {
	bills := h.of(account)
	from = from.UTC()
	for month := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC); ; month = month.AddDate(0, 1, 0) {
		period, end := month.Format("2006-01"), month.AddDate(0, 1, 0)
		var there, whole, later bool
		for _, b := range bills {
			there = there || b.Period == period
			whole = whole || b.Period == period && !b.Imported.Before(end)
			later = later || b.Period > period
		}
		if !there {
			if until.After(month) {
				until = month
			}
			if later {
				missing = period
			}
			return until, missing
		}
		if at := h.reach[account][period]; at.After(until) {
			until = at
		}
		if !whole {
			return until, ""
		}
	}
}
