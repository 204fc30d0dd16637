package ledger

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Saving is what ending one resource's bill has saved, from when it ended until it began again, or until now. It is reckoned by the price list: the
// bill may have discounts that nobody told us of.
type Saving struct {
	Receipt  string `json:"receipt"`
	Finding  string `json:"finding,omitempty"`
	Policy   string `json:"policy,omitempty"`
	Resource string `json:"resource"`
	Action   string `json:"action"`
	// From is when the bill ended, and To when it began again, zero where nothing says that it did; Again says how that is known.
	From  time.Time `json:"from"`
	To    time.Time `json:"to,omitzero"`
	Again string    `json:"again,omitempty"`
	// Confirmed is when a scan has last seen that it bills nothing, zero for never.
	Confirmed time.Time `json:"confirmed,omitzero"`
	// Hourly is what it billed, a lower bound unless Known.
	Hourly decimal.Decimal `json:"hourly"`
	Known  bool            `json:"known"`
	// Forecast is the month at that rate, Realised what was saved so far.
	Forecast decimal.Decimal `json:"forecast"`
	Realised decimal.Decimal `json:"realised"`
}

// A Month is what was saved in one, as 2026-03.
type Month struct {
	Month    string          `json:"month"`
	Realised decimal.Decimal `json:"realised"`
}

// Savings are what was saved, and what could be.
type Savings struct {
	At     time.Time `json:"at"`
	Actual []Saving  `json:"actual"`
	// Open are the findings that nothing was done about yet, with the month that each would save.
	Open   []Potential `json:"open"`
	Months []Month     `json:"months"`
	// Forecast is the month of all that is stopped now, Realised the sum so far, Potential the month of what is open. They are lower bounds unless Known.
	Forecast  decimal.Decimal `json:"forecast"`
	Realised  decimal.Decimal `json:"realised"`
	Potential decimal.Decimal `json:"potential"`
	Known     bool            `json:"known"`
}

// A Potential is what an open finding would save in a month.
type Potential struct {
	Finding  string          `json:"finding"`
	Policy   string          `json:"policy"`
	Resource string          `json:"resource"`
	Hourly   decimal.Decimal `json:"hourly"`
	Known    bool            `json:"known"`
	Forecast decimal.Decimal `json:"forecast"`
}

// hoursPerMonth is the month that AWS's own price pages reckon with.
var hoursPerMonth = decimal.NewFromInt(730)

const scaled = "scale"

// ends are the actions that end a bill, or a part of it.
var ends = []string{"stop", "delete", scaled}

// Saved reckons what receipts, oldest first, have saved up to an instant. A resource that bills again ends its saving: because the action was undone, because
// a finding or the scan sees one of its name that was made later, or because the scan sees it billing. The scan may be nil.
func Saved(now time.Time, receipts iter.Seq2[Receipt, error], findings iter.Seq2[Finding, error], scan *estate.Snapshot) (*Savings, error) {
	s := &Savings{At: now, Actual: []Saving{}, Open: []Potential{}, Months: []Month{}, Known: true}
	at := map[string]int{} // the newest saving of a resource
	of := map[string]int{} // that of a receipt
	for r, err := range receipts {
		if err != nil {
			return nil, err
		}
		i, saved := at[r.Resource]
		switch {
		case r.Outcome != Done:
		case r.Undoes != "":
			if j, ours := of[r.Undoes]; ours {
				s.Actual[j].again(r.At, "undone by "+r.ID)
			}
		case !slices.Contains(ends, r.Ask.Action):
		case saved && s.Actual[i].To.IsZero(): // a further step of the same end
			of[r.ID] = i
		default:
			at[r.Resource], of[r.ID] = len(s.Actual), len(s.Actual)
			s.Actual = append(s.Actual, Saving{Receipt: r.ID, Finding: r.Finding, Policy: r.Policy, Resource: r.Resource, Action: r.Ask.Action, From: r.At, Hourly: r.Hourly, Known: r.Known})
		}
	}
	for f, err := range findings {
		if err != nil {
			return nil, err
		}
		if i, ok := at[f.Resource.ARN]; ok && f.Resource.Created.After(s.Actual[i].From) {
			s.Actual[i].again(f.Resource.Created, "made anew")
		}
		if f.Closed.IsZero() && len(f.Done) == 0 && f.Underway == "" {
			s.Open = append(s.Open, Potential{f.ID, f.Policy, f.Resource.ARN, f.Hourly, f.Known, f.Hourly.Mul(hoursPerMonth)})
		}
	}
	if scan != nil {
		s.confirm(at, scan)
	}
	s.sum()
	return s, nil
}

// again ends a saving, at the earliest instant that is said.
func (s *Saving) again(at time.Time, why string) {
	if s.To.IsZero() || at.Before(s.To) {
		s.To, s.Again = at, why
	}
}

// confirm looks in a scan whether what was ended bills nothing. That something is not in it proves so only where all of its target was seen.
func (s *Savings) confirm(at map[string]int, scan *estate.Snapshot) {
	seen := map[string]*estate.Observation{}
	for _, o := range scan.Observations {
		seen[o.Resource.ARN] = o
	}
	whole := map[string]bool{}
	for _, t := range scan.Targets {
		whole[t.Account+" "+t.Region] = !scan.Interrupted
	}
	for _, h := range scan.Holes() {
		whole[h.Target.Account+" "+h.Target.Region] = false
	}
	for arn, i := range at {
		saving := &s.Actual[i]
		if scan.At.Before(saving.From) || !saving.To.IsZero() {
			continue
		}
		o, there := seen[arn]
		if !there {
			if a, err := estate.ParseARN(arn); err == nil && whole[a.Account+" "+a.Region] {
				saving.Confirmed = scan.At
			}
			continue
		}
		r := o.Resource
		switch hourly, known := r.Hourly(); {
		case known && hourly.IsZero(), known && saving.Action != scaled && hourly.LessThan(saving.Hourly): // what is stopped may bill its storage
			saving.Confirmed = scan.At
		case saving.Action == scaled: // what is left of it bills, and nothing says how much that should be
		case r.Created.After(saving.From):
			saving.again(r.Created, "made anew")
		case r.Modified.After(saving.From):
			saving.again(r.Modified, "billing again")
		default: // nobody knows since when
			saving.again(saving.From, "billing again, nobody knows since when")
		}
	}
}

// sum reckons the figures.
func (s *Savings) sum() {
	months := map[string]decimal.Decimal{}
	for i := range s.Actual {
		a := &s.Actual[i]
		a.Forecast = a.Hourly.Mul(hoursPerMonth)
		end := a.To
		if end.IsZero() {
			end, s.Forecast = s.At, s.Forecast.Add(a.Forecast)
		}
		for from := a.From; from.Before(end); {
			next := time.Date(from.Year(), from.Month()+1, 1, 0, 0, 0, 0, time.UTC)
			if end.Before(next) {
				next = end
			}
			part := a.Hourly.Mul(decimal.NewFromInt(int64(next.Sub(from)))).Div(decimal.NewFromInt(int64(time.Hour)))
			month := from.Format("2006-01")
			months[month], a.Realised, from = months[month].Add(part), a.Realised.Add(part), next
		}
		s.Realised, s.Known = s.Realised.Add(a.Realised), s.Known && a.Known
	}
	for _, p := range s.Open {
		s.Potential, s.Known = s.Potential.Add(p.Forecast), s.Known && p.Known
	}
	for m, sum := range months {
		s.Months = append(s.Months, Month{m, sum})
	}
	slices.SortFunc(s.Months, func(a, b Month) int { return strings.Compare(a.Month, b.Month) })
	slices.SortStableFunc(s.Actual, func(a, b Saving) int { return b.Realised.Cmp(a.Realised) })
	slices.SortStableFunc(s.Open, func(a, b Potential) int { return b.Forecast.Cmp(a.Forecast) })
}
