package waste

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

// A Stop is an action that ended a bill, as its receipt tells, with what it was reckoned to save.
type Stop struct {
	Receipt, Resource, Action string
	// From is when the bill ended, To when it began again, zero where nobody says that it did.
	From, To time.Time
	// Forecast is the month that it saves, Reckoned what it has saved so far, both by the price list; lower bounds unless Known.
	Forecast, Reckoned decimal.Decimal
	Known              bool
}

// A Confirmation is what the bill says of a stop.
type Confirmation struct {
	Stop
	Verdict confirmed
	// Saved is what the bill confirms up to Until: what the time would have cost at the rate before, less what was billed.
	Saved, Billed decimal.Decimal
	Until         time.Time
	Currency      string
	// Missing is the month that ends what is known, for it has no bill though a later one has; empty without.
	Missing string
}

// confirmed is how far a bill confirms a stop.
type confirmed string

// The verdicts.
const (
	yes       confirmed = "confirmed"
	billedOn  confirmed = "not confirmed: it was billed on"
	notYet    confirmed = "not yet billed"
	noBefore  confirmed = "not known: the week before has no compute of it on the bill"
	twoBefore confirmed = "not known: it is billed in several currencies"
)

// week is how long before a stop its rate is taken from.
const week = 7 * 24 * time.Hour

// A billed is a line of a resource's compute.
type billed struct {
	currency string
	from, to time.Time
	cost     decimal.Decimal
	hours    decimal.Decimal // consumed, zero where not known
}

// Confirm looks in the charges of the bills for what stops have saved. What a month without a bill would say nobody knows: from there on nothing is confirmed.
func Confirm(ctx context.Context, db Engine, stops []Stop, bills []lake.Month, c showback.Cost) ([]Confirmation, error) {
	if len(stops) == 0 {
		return nil, nil
	}
	arns := make([]string, len(stops))
	first := stops[0].From
	for i, s := range stops {
		arns[i] = dialect.Text(s.Resource)
		if s.From.Before(first) {
			first = s.From
		}
	}
	lines := map[string][]billed{}
	rows, err := db.Query(ctx, `SELECT resource_id, coalesce(billing_currency, ''), charge_period_start, charge_period_end, sum(`+c.Column()+`),
  sum(CASE WHEN lower(consumed_unit) IN ('hrs', 'hours', 'hour') THEN consumed_quantity END)
FROM charges WHERE usage_class = 'compute' AND charge_period_end > TIMESTAMP `+dialect.Text(first.Add(-week).UTC().Format(time.DateTime))+`
  AND resource_id IN (`+strings.Join(arns, ", ")+`) GROUP BY ALL ORDER BY ALL`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var arn string
		var b billed
		if err := rows.Scan(&arn, &b.currency, &b.from, &b.to, duck.Into(&b.cost), duck.Into(&b.hours)); err != nil {
			return nil, err
		}
		lines[arn] = append(lines[arn], b)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	reach, err := readHorizons(ctx, db, bills)
	if err != nil {
		return nil, err
	}
	out := make([]Confirmation, len(stops))
	for i, s := range stops {
		a, _ := estate.ParseARN(s.Resource) // what is no ARN is on no bill
		until, missing := reach.after(a.Account, s.From)
		out[i] = s.confirm(lines[s.Resource], until)
		if s.To.IsZero() || s.To.UTC().Format("2006-01") >= missing {
			out[i].Missing = missing
		}
	}
	slices.SortStableFunc(out, func(a, b Confirmation) int { return cmp.Or(b.Saved.Cmp(a.Saved), b.Reckoned.Cmp(a.Reckoned)) })
	return out, nil
}

// confirm compares what was billed before and after. Lines that the stop, or the end, lies within are left out with their time: nobody knows what of them was before.
func (s Stop) confirm(lines []billed, horizon time.Time) Confirmation {
	c := Confirmation{Stop: s, Verdict: notYet}
	begin, end := s.From, horizon
	if !s.To.IsZero() && s.To.Before(end) {
		end = s.To
	}
	var before decimal.Decimal
	ran := map[[2]time.Time]time.Duration{}
	for _, l := range lines {
		switch {
		case c.Currency == "":
			c.Currency = l.currency
		case c.Currency != l.currency:
			c.Verdict = twoBefore
			return c
		}
		switch {
		case !l.to.After(s.From):
			if l.from.Before(s.From.Add(-week)) {
				continue
			}
			before = before.Add(l.cost)
			span := [2]time.Time{l.from, l.to}
			hours := time.Duration(l.hours.Mul(decimal.NewFromInt(int64(time.Hour))).IntPart())
			if !l.hours.IsPositive() {
				hours = l.to.Sub(l.from)
			}
			ran[span] = min(ran[span]+hours, l.to.Sub(l.from))
		case l.from.Before(s.From):
			begin = l.to
		}
	}
	for _, l := range slices.Backward(lines) {
		if l.to.After(s.From) && l.from.Before(end) && l.to.After(end) {
			end = l.from
		}
	}
	if !begin.Before(end) {
		return c
	}
	c.Until = end
	for _, l := range lines {
		if !l.from.Before(begin) && !l.to.After(end) {
			c.Billed = c.Billed.Add(l.cost)
		}
	}
	var hours time.Duration
	for _, h := range ran {
		hours += h
	}
	if hours == 0 || !before.IsPositive() {
		c.Verdict = noBefore
		return c
	}
	expected := before.Mul(decimal.NewFromInt(int64(end.Sub(begin)))).DivRound(decimal.NewFromInt(int64(hours)), scale)
	c.Saved = expected.Sub(c.Billed)
	c.Verdict = yes
	if !c.Billed.IsZero() && (s.Action != "scale" || !c.Saved.IsPositive()) {
		c.Verdict = billedOn
	}
	if c.Saved.IsNegative() {
		c.Saved = decimal.Zero
	}
	return c
}

// Confirmed is the table of what the bill confirms.
func Confirmed(all []Confirmation) report.Data {
	sum := map[string]decimal.Decimal{}
	counts := map[confirmed]int{}
	for _, c := range all {
		counts[c.Verdict]++
		if c.Verdict == yes {
			sum[c.Currency] = sum[c.Currency].Add(c.Saved)
		}
	}
	var totals []string
	for currency, v := range sum {
		totals = append(totals, report.Money{Value: v, Currency: currency}.String())
	}
	slices.Sort(totals)
	if len(totals) == 0 {
		totals = []string{"nothing"}
	}
	return report.Data{
		Name: "cost.savings", Title: fmt.Sprintf("The bill confirms %s of what actions have saved: %d of %d actions", strings.Join(totals, ", "), counts[yes], len(all)),
		Columns: []report.DataColumn{{Name: "receipt", Head: "RECEIPT"}, {Name: "resource", Head: "RESOURCE"}, {Name: "action", Head: "ACTION"}, {Name: "since", Head: "SINCE", Type: report.Moment},
			{Name: "until", Head: "BILLED UNTIL", Type: report.Moment}, {Name: "currency", Quiet: true}, {Name: "confirmed", Head: "CONFIRMED", Type: report.Amount},
			{Name: "billed_since", Head: "BILLED SINCE", Type: report.Amount}, {Name: "reckoned", Head: "RECKONED", Type: report.Amount}, {Name: "forecast_month", Head: "FORECAST/MONTH", Type: report.Amount},
			{Name: "verdict", Head: "HOW SURE"}},
		Rows: func(yield func([]any, error) bool) {
			for _, c := range all {
				row := []any{c.Receipt, c.Resource, c.Action, c.From, nil, text(c.Currency), nil, nil, report.Money{Value: c.Reckoned}, report.Money{Value: c.Forecast}, string(c.Verdict)}
				if !c.Until.IsZero() {
					row[4], row[7] = c.Until, report.Money{Value: c.Billed, Currency: c.Currency}
				}
				if c.Verdict == yes || c.Verdict == billedOn {
					row[6] = report.Money{Value: c.Saved, Currency: c.Currency}
				}
				if !yield(row, nil) {
					return
				}
			}
		},
		Notes: func() []string {
			notes := []string{"confirmed: the compute of the week before, by the hour, over the time since, less what was billed since; only whole lines of the bill count",
				"reckoned and forecast are by the price list, as sagewarden savings has them"}
			var gaps []string
			for _, c := range all {
				if c.Missing != "" {
					gaps = append(gaps, c.Missing)
				}
			}
			slices.Sort(gaps)
			for _, month := range slices.Compact(gaps) {
				notes = append(notes, "there is no bill of "+month+", though there are later ones: nothing is confirmed from then on until sagewarden cost import brings it")
			}
			return notes
		},
	}
}
