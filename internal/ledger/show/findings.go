// Package show turns what is in the ledger into tables for people and documents for programs. It is pure.
package show

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/report"
)

// A Status is how a finding stands.
type Status string

// The statuses.
const (
	Open    Status = "open"
	Snoozed Status = "snoozed"
	Closed  Status = "closed"
)

// Statuses are all of them.
var Statuses = []Status{Open, Snoozed, Closed}

// StatusOf is how a finding stands at an instant.
func StatusOf(f ledger.Finding, now time.Time) Status {
	switch {
	case !f.Closed.IsZero():
		return Closed
	case f.Snooze != nil && f.Snooze.Until.After(now):
		return Snoozed
	}
	return Open
}

// Findings is the table of some. People says which of those who have approved are one person.
func Findings(all []ledger.Finding, people ledger.People, now time.Time) report.Sheet {
	s := report.Sheet{Columns: []report.Column{{Head: "ID"}, {Head: "POLICY", Name: true}, {Head: "KIND"}, {Head: "RESOURCE", Name: true}, {Head: "IN"}, {Head: "OWNER", Name: true},
		{Head: "$/HOUR", Right: true}, {Head: "SINCE"}, {Head: "STATUS", Prose: true}}}
	sum, known := decimal.Zero, true
	for _, f := range all {
		r := f.Resource
		s.Rows = append(s.Rows, []string{f.ID, f.Policy, string(r.Kind), r.Name, r.Target.String(), cmp.Or(r.Owner, "-"), report.Rate(f.Hourly, f.Known), report.Instant(f.First), standing(f, people, now)})
		if f.Closed.IsZero() {
			sum, known = sum.Add(f.Hourly), known && f.Known
		}
	}
	s.Title = fmt.Sprintf("%d findings, %s an hour", len(all), report.Rate(sum, known))
	if len(all) == 1 {
		s.Title = "1 finding, " + report.Rate(sum, known) + " an hour"
	}
	s.Document = struct {
		Findings []ledger.Finding `json:"findings"`
	}{append([]ledger.Finding{}, all...)}
	return s
}

// standing is the status of a finding in words.
func standing(f ledger.Finding, people ledger.People, now time.Time) string {
	var words []string
	switch StatusOf(f, now) {
	case Closed:
		return "closed " + report.Instant(f.Closed) + ": " + f.Why
	case Snoozed:
		words = append(words, "put off until "+report.Instant(f.Snooze.Until)+" by "+f.Snooze.By)
	case Open:
		words = append(words, fmt.Sprintf("step %d is next", f.Next+1))
	}
	switch n := f.Approvers(people); n {
	case 0:
	case 1:
		words = append(words, "approved by one")
	default:
		words = append(words, fmt.Sprintf("approved by %d", n))
	}
	if f.Trouble != "" {
		words = append(words, "last attempt: "+f.Trouble)
	}
	return strings.Join(words, "; ")
}

// Finding is all that is known of one, with its history.
func Finding(f ledger.Finding, history []ledger.Entry, people ledger.People, now time.Time) report.Sheet {
	r := f.Resource
	s := report.Sheet{Title: f.Policy + ": " + r.Name, Columns: []report.Column{{Head: "WHAT"}, {Head: "IS", Prose: true}}}
	add := func(what, text string) {
		if text != "" && text != "-" {
			s.Rows = append(s.Rows, []string{what, text})
		}
	}
	add("id", f.ID)
	add("resource", r.ARN)
	add("kind", string(r.Kind))
	add("owner", r.Owner)
	add("verdict", string(f.Verdict.State)+": "+f.Verdict.Why)
	add("an hour", report.Rate(f.Hourly, f.Known))
	add("since", report.Instant(f.First))
	add("last seen", report.Instant(f.Last))
	add("made by", f.By)
	add("status", standing(f, people, now))
	for _, a := range f.Approvals {
		add("approved", report.Instant(a.At)+" by "+a.By)
	}
	if f.Snooze != nil {
		add("put off", "until "+report.Instant(f.Snooze.Until)+" by "+f.Snooze.By+why(f.Snooze.Why))
	}
	add("receipts", strings.Join(f.Done, ", "))
	for _, e := range history {
		s.Notes = append(s.Notes, Entry(e))
	}
	s.Document = struct {
		Finding ledger.Finding `json:"finding"`
		History []ledger.Entry `json:"history"`
	}{f, append([]ledger.Entry{}, history...)}
	return s
}

func why(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

// Entry is one line of the history, for people.
func Entry(e ledger.Entry) string {
	var said struct {
		ID        string    `json:"id"`
		Operation string    `json:"operation"`
		Why       string    `json:"why"`
		Policy    string    `json:"policy"`
		Until     time.Time `json:"until"`
		Undoes    string    `json:"undoes"`
	}
	_ = json.Unmarshal(e.Body, &said) // what is said in another way is left out
	if said.ID == e.Subject {         // a finding's own
		said.ID = ""
	}
	words := []string{fmt.Sprintf("%6d  %s  %-10s  %s", e.Number, e.At.UTC().Format("2006-01-02 15:04:05"), e.Event, e.Subject)}
	for _, part := range []struct{ before, text string }{{"", said.Operation}, {"receipt ", said.ID}, {"undoes ", said.Undoes}, {"policy ", said.Policy}, {"by ", e.By}, {"", said.Why}} {
		if part.text != "" {
			words = append(words, part.before+part.text)
		}
	}
	if !said.Until.IsZero() {
		words = append(words, "until "+report.Instant(said.Until))
	}
	return strings.Join(words, "  ")
}
