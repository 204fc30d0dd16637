package notify

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/notify/link"
	"github.com/sagewarden/sagewarden/internal/report"
)

const (
	// detailed is how many items a letter tells all about, and page how many it names.
	detailed = 10
	page     = 100
	// longestWhy keeps one item from filling a letter.
	longestWhy = 300
)

// A Letter is what a template makes a notice of. Its texts are clean: one line each, with nothing that a terminal, a browser or a chat obeys.
type Letter struct {
	// To is the name of whom it is to.
	To string
	// Reminder says that all of it was told before, and is at hand.
	Reminder bool
	// Count is how many items there are, Items are the dearest of them, Brief are others by name, and More how many are not named.
	// Only what nothing is done to is ever not named.
	Count int
	Items []Item
	Brief []Item
	More  int
	// Hourly and Monthly are what all cost that have a known price, empty where none has.
	Hourly, Monthly string
	// Soonest is the item to which something is done first, nil where nothing is done.
	Soonest *Item
	// KeepFor and SnoozeFor are what a click on a link gives.
	KeepFor, SnoozeFor string
}

// An Item is one finding in a letter.
type Item struct {
	Number                                                   int
	Finding, Policy, Name, Kind, ARN, Account, Region, Owner string
	// Why is the verdict's; Since is when the idleness began, and IdleFor how long ago, both empty for what is not idle.
	Why, Since, IdleFor string
	// Hourly and Monthly are empty where no price is known.
	Hourly, Monthly string
	// Next is what is to be done, as in "to be stopped", and empty for nothing; At is before when it is not, and In how far off that is.
	Next, At, In string
	// Approval says that it waits for somebody's approval.
	Approval bool
	// Keep, Snooze and Approve are links, empty where there are none.
	Keep, Snooze, Approve string
	at                    time.Time
}

// The forms of an instant: one that is near, and any.
const (
	soon  = "Mon 2 Jan, 15:04 MST"
	dated = "Mon 2 Jan 2006, 15:04 MST"
)

// letter is what the recipient is told of the tells, which are in order. Named are as many as fit.
func (o *Office) letter(now time.Time, r Recipient, tells []Tell) Letter {
	l := Letter{To: report.Line(r.Name), Reminder: tells[0].Reminder, Count: len(tells), More: max(len(tells)-page, 0), KeepFor: report.Span(o.keep), SnoozeFor: report.Span(o.snooze)}
	sum, known := decimal.Zero, true
	for i, t := range tells {
		sum, known = sum.Add(t.Finding.Hourly), known && t.Finding.Known
		if i >= page {
			continue
		}
		it := o.item(now, r, t)
		it.Number = i + 1
		if i < detailed {
			l.Items = append(l.Items, it)
		} else {
			l.Brief = append(l.Brief, it)
		}
		if it.Next != "" && (l.Soonest == nil || it.at.Before(l.Soonest.at)) {
			l.Soonest = &it
		}
	}
	l.Hourly, l.Monthly = report.Hourly(sum, known), report.Monthly(sum, known)
	return l
}

func (o *Office) item(now time.Time, r Recipient, t Tell) Item {
	f, s := t.Finding, t.Finding.Resource
	it := Item{Finding: report.Line(f.ID), Policy: report.Line(f.Policy), Name: report.Line(cmp.Or(s.Name, s.ARN)), Kind: report.Line(string(s.Kind)), ARN: report.Line(s.ARN),
		Account: report.Line(s.Target.Label()), Region: report.Line(s.Target.Region), Owner: report.Line(s.Owner), Why: cut(report.Line(f.Verdict.Why), longestWhy),
		Hourly: report.Hourly(f.Hourly, f.Known), Monthly: report.Monthly(f.Hourly, f.Known), at: t.At, Approval: t.Approval}
	if d := f.Verdict.IdleFor(now); d > 0 {
		it.IdleFor, it.Since = report.Span(d), f.Verdict.Since.In(r.Zone).Format(dated)
	}
	if it.Next = done(t.Next); it.Next != "" {
		it.At, it.In = t.At.In(r.Zone).Format(soon), report.Span(max(t.At.Sub(now), 0))
	}
	if o.linked {
		it.Keep, it.Snooze = place(link.Keep, f.ID), place(link.Snooze, f.ID)
		if t.Approval {
			it.Approve = place(link.Approve, f.ID)
		}
	}
	return it
}

// done is what is to be done, as it is said of the resource: "stopped".
func done(a estate.Ask) string {
	part := ""
	if a.Part != "" {
		part = " in part " + report.Line(a.Part)
	}
	switch a.Action {
	case "":
		return ""
	case "stop":
		return "stopped" + part
	case "start":
		return "started" + part
	case "delete":
		if a.Data {
			return "deleted with all its data" + part
		}
		return "deleted" + part
	case "scale":
		if a.ToZero {
			return "scaled to zero" + part
		}
		return fmt.Sprintf("scaled to %d%s", a.Count, part)
	case "set-idle-shutdown":
		return fmt.Sprintf("set to shut down by itself after %d idle minutes", a.IdleMinutes)
	case "tag":
		return "tagged"
	case "snapshot-config":
		return "saved as it is configured"
	}
	return "changed (" + report.Line(a.Action) + ")"
}

// dearest orders tells: the dearest first, then by name, so that the same tells always make the same letter.
func dearest(tells []Tell) {
	slices.SortFunc(tells, func(a, b Tell) int {
		return cmp.Or(b.Finding.Hourly.Cmp(a.Finding.Hourly), cmp.Compare(a.Finding.Resource.Name, b.Finding.Resource.Name), cmp.Compare(a.Finding.ID, b.Finding.ID),
			cmp.Compare(a.Step, b.Step))
	})
}
