package allocate

import (
	"context"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

// An Explained is why charges are somebody's: those of one line or resource of which all rules say the same.
type Explained struct {
	Month    string          `json:"month"`
	Currency string          `json:"currency"`
	Charges  int64           `json:"charges"`
	Cost     decimal.Decimal `json:"cost"`
	// What is what was used, as far as the charges have it in common.
	What string `json:"what,omitempty"`
	// Tries are what the rules say, in order.
	Tries []Try `json:"tries"`
	// Payer is the team or the pool that they come to.
	Payer  string `json:"payer"`
	Reason string `json:"reason"`
	// Portions are who shares them, where they are in a pool.
	Portions []Portion `json:"portions,omitempty"`
}

// A Try is what a rule says of a charge.
type Try struct {
	Rule string `json:"rule"`
	// Who is empty where the rule says nothing.
	Who string `json:"who,omitempty"`
	Why string `json:"why,omitempty"`
	// Decides marks the first that says something.
	Decides bool `json:"decides,omitempty"`
}

// A Portion is a team's part of a pool.
type Portion struct {
	Team   string          `json:"team"`
	Pool   string          `json:"pool"`
	Reason string          `json:"reason"`
	Cost   decimal.Decimal `json:"cost"`
}

// Explain tells of the charges of a line, or of a resource, why they are whose they are, dearest first. Cost is the column that is added up.
func (f *Allocation) Explain(ctx context.Context, db *duck.DB, cost, lineOrResource string) ([]Explained, error) {
	a := f.rules
	id := dialect.Text(lineOrResource)
	said := make([]string, 0, 2*len(a.Rules))
	for i := range a.Rules {
		said = append(said, fmt.Sprintf("said_%d", i+1), fmt.Sprintf("why_%d", i+1))
	}
	group := append([]string{"billing_period", "billing_currency", "payer", "pooled", "reason", "usage_type"}, said...)
	rows, err := db.Query(ctx, "SELECT "+list(group)+", allocation_domain, sub_account_id, region_id, COUNT(*), SUM("+cost+") FROM allocation_paid WHERE line_id = "+id+
		" OR resource_id = "+id+" GROUP BY "+list(group)+", allocation_domain, sub_account_id, region_id ORDER BY SUM("+cost+") DESC, billing_period, usage_type, reason")
	if err != nil {
		return nil, err
	}
	var all []Explained
	for row, err := range duck.Values(rows) {
		if err != nil {
			return nil, err
		}
		e := Explained{Month: words(row[0]), Currency: words(row[1]), Payer: words(row[2]), Reason: words(row[4]), What: words(row[5])}
		decided := false
		for i, r := range a.Rules {
			t := Try{Rule: r.Name, Who: words(row[6+2*i]), Why: words(row[7+2*i])}
			if t.Who == "" {
				t.Why = ""
			}
			t.Decides = t.Who != "" && !decided
			decided = decided || t.Decides
			e.Tries = append(e.Tries, t)
		}
		e.Tries = append(e.Tries, Try{Rule: config.DefaultRule, Who: orUnallocated(a.Default), Decides: !decided})
		rest := row[len(group):]
		e.Charges, _ = rest[3].(int64)
		e.Cost, _ = rest[4].(decimal.Decimal)
		if pooled, _ := row[3].(bool); pooled {
			e.Portions = f.parts(e, place{e.Month, e.Currency, words(rest[0]), words(rest[1]), words(rest[2])})
		}
		all = append(all, e)
	}
	return all, nil
}

// parts are who shares what is explained.
func (f *Allocation) parts(e Explained, at place) []Portion {
	division := newDivision(f.splitter.portions(e.Payer, at))
	all := make([]Portion, len(division.portions))
	for i, part := range division.hand(e.Cost) {
		p := division.portions[i]
		all[i] = Portion{p.team, strings.Join(p.path, " → "), p.reason, part}
	}
	return all
}

// words are the text of a value, empty where it is not known.
func words(value any) string {
	s, _ := value.(string)
	return s
}
