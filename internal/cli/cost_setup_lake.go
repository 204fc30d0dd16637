package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/cost/setup"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// price says of the domains that do not hand tags on what the newest whole month in the lake has billed for them without any of the tags. A lake that is not named
// need not be there.
func (f *setupFlags) price(ctx context.Context, env Env, plan *setup.Plan, rules config.Allocation) error {
	domains := plan.Domains()
	if len(domains) == 0 || len(f.wish.Keys) == 0 {
		return nil
	}
	at := lakeFlags{configFlags: f.configFlags, lake: f.lake}
	month, err := at.newest(env)
	switch {
	case err != nil:
	case month == "":
		err = &estate.Error{Op: "read the lake", On: f.lake, Err: errors.New("it has no month of any bill"), Hint: "sagewarden cost import puts one into it"}
	default:
		err = at.bare(ctx, env, plan, month, domains, f.wish.Keys, rules)
	}
	if f.lake == "" { // it was looked at as a service
		return nil
	}
	return err
}

// newest is the newest month of the lake that is over, or else the newest; empty where there is none.
func (f *lakeFlags) newest(env Env) (month string, err error) {
	dir, err := f.dir(env)
	if err != nil {
		return "", err
	}
	l, err := lake.Open(dir)
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	this, over := env.Now().UTC().Format("2006-01"), false
	for _, m := range l.Months() {
		if past := m.Period < this; past == over && m.Period > month || past && !over {
			month, over = m.Period, past
		}
	}
	return month, nil
}

// bare asks the lake.
func (f *lakeFlags) bare(ctx context.Context, env Env, plan *setup.Plan, month string, domains, keys []string, rules config.Allocation) error {
	a, err := f.open(ctx, env)
	if err != nil {
		return err
	}
	defer a.Close()
	here := "billing_period = " + dialect.Text(month) + " AND domain_id IN (" + dialect.Texts(domains...) + ")"
	seen, err := a.words(ctx, "SELECT DISTINCT unnest(map_keys(tags)) FROM charges WHERE "+here)
	if err != nil {
		return err
	}
	untagged := []string{here}
	for _, key := range keys {
		for _, spelling := range allocate.Spellings(rules, key, seen) {
			untagged = append(untagged, dialect.DuckDB.Value("tags", spelling)+" IS NULL")
		}
	}
	rows, err := a.Query(ctx, "SELECT domain_id, COALESCE(billing_currency, ''), SUM(amortized_cost) FROM charges WHERE "+strings.Join(untagged, " AND ")+" GROUP BY 1, 2 ORDER BY 1, 2")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var domain string
		b := setup.Bare{Month: month}
		if err := rows.Scan(&domain, &b.Currency, duck.Into(&b.Cost)); err != nil {
			return err
		}
		if !b.Cost.Equal(decimal.Zero) {
			plan.Bill(domain, b)
		}
	}
	return rows.Err()
}

// words are the texts that a query of one column gives.
func (a *attached) words(ctx context.Context, query string) (all []string, err error) {
	rows, err := a.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var word string
		if err := rows.Scan(&word); err != nil {
			return nil, err
		}
		all = append(all, word)
	}
	return all, rows.Err()
}
