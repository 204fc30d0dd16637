// Package backtest answers what policies would have done: it puts snapshots of the past through the functions that plan, and looks what came after.
package backtest

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// A Frame is what was seen at one instant.
type Frame struct {
	*estate.Snapshot
	// Hindsight judges a resource at an instant by all that is known of it today; nil where the snapshots are all that is known.
	Hindsight func(arn string, at time.Time) estate.Verdict
}

// Options say what is tried out.
type Options struct {
	Set *policy.Set
	// Guard bounds what all policies do together. Whether and where it allows changes is not asked: a backtest is for before that.
	Guard remediate.Guard
	// NoticeDelay is how long a notice takes to arrive.
	NoticeDelay time.Duration
	// Within is how soon after a stop use must come back for the stop to be called an interruption.
	Within time.Duration
}

// A Report is what would have been done.
type Report struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Frames int       `json:"frames"`
	// Within is Options.Within.
	Within   estate.Duration `json:"within"`
	Policies []*Tally        `json:"policies"`
	// Stops are dearest first.
	Stops []*Stop `json:"stops"`
	// Notes say what the past could not show.
	Notes []string `json:"notes,omitempty"`
}

// A Tally is what one policy would have done.
type Tally struct {
	Policy string `json:"policy"`
	// Findings were made, Told were the notices, Changes the changes that take nothing away, Cleared the findings that ended because the policy
	// did not match any more, before anything was stopped.
	Findings int `json:"findings"`
	Told     int `json:"told"`
	Changes  int `json:"changes"`
	Cleared  int `json:"cleared"`
	Stops    int `json:"stops"`
	// Interrupted are the stops after which use came back soon, UnderWay those of them that met work under way.
	Interrupted int `json:"interrupted"`
	UnderWay    int `json:"underWay"`
	// Saved is dollars, a lower bound unless Known; Monthly is that by the month.
	Saved   decimal.Decimal `json:"saved"`
	Monthly decimal.Decimal `json:"monthly"`
	Known   bool            `json:"known"`
	// Looks counts the resources of the policy's kinds that bill something over all frames, Unjudged those of which nobody can say whether the policy matched.
	Looks    int `json:"looks"`
	Unjudged int `json:"unjudged"`
	// Held counts the findings that something held back when they were due, by what it was.
	Held map[string]int `json:"held,omitempty"`
}

// A Stop is a step that would have taken something away.
type Stop struct {
	Policy   string         `json:"policy"`
	Resource ledger.Subject `json:"resource"`
	Action   string         `json:"action"`
	At       time.Time      `json:"at"`
	// Verdict is what it would have rested on.
	Verdict estate.Verdict `json:"verdict"`
	// Back is the first use after it that is known of, zero for none. Until is when saving ended: then, when the resource went, or at the end.
	Back        time.Time `json:"back,omitzero"`
	Until       time.Time `json:"until"`
	Interrupted bool      `json:"interrupted"`
	// UnderWay says that it was in use at the instant of the stop, as is known today, to the five minutes of the metrics.
	UnderWay bool `json:"underWay"`
	// Hourly is what it billed; a lower bound unless Known, and so is Saved.
	Hourly decimal.Decimal `json:"hourly"`
	Saved  decimal.Decimal `json:"saved"`
	Known  bool            `json:"known"`
}

// Interrupted are the stops that would have interrupted somebody, the soonest after first.
func (r *Report) Interrupted() []*Stop {
	all := slices.DeleteFunc(slices.Clone(r.Stops), func(s *Stop) bool { return !s.Interrupted })
	slices.SortStableFunc(all, func(a, b *Stop) int { return cmp.Compare(a.Back.Sub(a.At), b.Back.Sub(b.At)) })
	return all
}

// grain is how finely hindsight looks for the instant at which use came back: that of the metrics.
const grain = 5 * time.Minute

// hoursAMonth is a month's hours, as AWS's own calculator has them.
const hoursAMonth = 730

// A run is a backtest under way. Its memory is what stands at the present frame, not the past.
type run struct {
	Options
	report   *Report
	tallies  map[string]*Tally
	standing []remediate.Standing
	// stopped is what is not running since a stop, by ARN; nothing of it is seen until use comes back.
	stopped map[string]*Stop
	// held are the findings that a reason has held back.
	held map[[2]string]bool
	// day is that of today's spending.
	day   string
	today map[string]remediate.Spending
	last  time.Time
}

// Run puts frames, oldest first, through what the policies say. It is pure: the same frames and options give the same report.
//
// Notices are taken for delivered, approvals for given, and a stop for done: what is stopped is not seen again until use comes back, with which it
// is taken to run again. What a policy would do after a stop is not followed.
func Run(frames iter.Seq2[Frame, error], o Options) (*Report, error) {
	r := &run{Options: o, report: &Report{Within: estate.Duration(o.Within), Stops: []*Stop{}}, tallies: map[string]*Tally{}, stopped: map[string]*Stop{}, held: map[[2]string]bool{}}
	for _, p := range o.Set.Policies {
		t := &Tally{Policy: p.Name, Known: true, Held: map[string]int{}}
		r.tallies[p.Name], r.report.Policies = t, append(r.report.Policies, t)
	}
	for f, err := range frames {
		if err != nil {
			return nil, err
		}
		if !f.At.After(r.last) {
			return nil, fmt.Errorf("the snapshot of %s does not come after that of %s", f.At.UTC().Format(time.RFC3339), r.last.UTC().Format(time.RFC3339))
		}
		r.frame(f)
	}
	if r.report.Frames == 0 {
		return nil, errors.New("there is no snapshot to look at")
	}
	r.end()
	return r.report, nil
}

// frame goes on by one snapshot.
func (r *run) frame(f Frame) {
	if r.report.Frames == 0 {
		r.report.From = f.At
	}
	r.report.Frames++
	r.report.To = f.At
	if day := f.At.UTC().Format(time.DateOnly); day != r.day {
		r.day, r.today = day, map[string]remediate.Spending{}
	}
	snap := r.running(f)
	r.last = f.At
	r.look(snap)
	guard := r.Guard
	guard.Enforce, guard.Accounts = true, nil
	for _, t := range snap.Targets {
		guard.Accounts = append(guard.Accounts, t.Account)
	}
	var live []remediate.Standing
	for _, s := range remediate.Reconcile(snap, r.Set, r.standing, nil) {
		t := r.tallies[s.Policy]
		switch {
		case s.Event == remediate.EventOpened:
			t.Findings++
		case s.Event == remediate.EventAgain: // it was used between two looks
			t.Findings, t.Cleared = t.Findings+1, t.Cleared+1
		case s.Event == remediate.EventClosed && s.Why == remediate.Cleared && s.Next < r.steps(s.Policy):
			t.Cleared++
		}
		if s.Closed.IsZero() {
			live = append(live, r.approved(s))
		}
	}
	plan := remediate.NewPlan(snap, r.Set, live, remediate.Past{Today: r.today}, guard)
	r.carryOut(plan, f)
}

// steps is how many steps a policy has.
func (r *run) steps(name string) int {
	return len(r.Set.Policies[slices.IndexFunc(r.Set.Policies, func(p *policy.Policy) bool { return p.Name == name })].Steps)
}

// approved is the finding with every approval that its policy asks for.
func (r *run) approved(s remediate.Standing) remediate.Standing {
	p := r.Set.Policies[slices.IndexFunc(r.Set.Policies, func(p *policy.Policy) bool { return p.Name == s.Policy })]
	s.Approvals = nil
	for n := range p.Approvals {
		s.Approvals = append(s.Approvals, ledger.Approval{By: fmt.Sprintf("arn:taken-for-given:%d", n+1), At: s.First})
	}
	return s
}

// running is the snapshot without what is stopped. What was used since is not stopped any more.
func (r *run) running(f Frame) *estate.Snapshot {
	seen := map[string]bool{}
	snap := *f.Snapshot
	snap.Observations = nil
	for o := range f.All() {
		arn := o.Resource.ARN
		seen[arn] = true
		if s := r.stopped[arn]; s != nil {
			switch {
			case !o.Resource.Created.Equal(s.Resource.Created): // another bears its name
				r.over(s, f.At)
			case r.back(s, o, f):
				r.over(s, s.Back)
			default:
				continue
			}
		}
		snap.Observations = append(snap.Observations, o)
	}
	for arn, s := range r.stopped {
		if !seen[arn] { // somebody has stopped it, or nobody could see: no more is claimed
			r.over(s, f.At)
		}
	}
	return &snap
}

// back finds out whether use has come back since a stop, and when.
func (r *run) back(s *Stop, o *estate.Observation, f Frame) bool {
	if f.Hindsight != nil {
		for at := later(s.At, r.last).Add(grain); at.Before(f.At); at = at.Add(grain) {
			if v := f.Hindsight(s.Resource.ARN, at); v.LastUse.After(s.At) {
				s.Back = v.LastUse
				return true
			}
		}
	}
	if o.Verdict.LastUse.After(s.At) {
		s.Back = o.Verdict.LastUse
		return true
	}
	return false
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// over ends a stop and reckons it up.
func (r *run) over(s *Stop, until time.Time) {
	delete(r.stopped, s.Resource.ARN)
	s.Until = until
	s.Saved = s.Hourly.Mul(decimal.NewFromFloat(until.Sub(s.At).Hours()).Round(4)).Round(4)
	s.Interrupted = s.UnderWay || !s.Back.IsZero() && s.Back.Sub(s.At) <= r.Within
	t := r.tallies[s.Policy]
	t.Saved, t.Known = t.Saved.Add(s.Saved), t.Known && s.Known
	if s.Interrupted {
		t.Interrupted++
	}
	if s.UnderWay {
		t.UnderWay++
	}
}

// look counts what the policies can and cannot say.
func (r *run) look(snap *estate.Snapshot) {
	for _, p := range r.Set.Policies {
		t := r.tallies[p.Name]
		for _, o := range snap.Observations {
			if hourly, known := o.Resource.Hourly(); !slices.Contains(p.Kinds, o.Resource.Kind) || known && hourly.IsZero() {
				continue
			}
			t.Looks++
			if o.Verdict.State == estate.Unknown || p.Match(o, snap.At).Trouble != "" {
				t.Unjudged++
			}
		}
	}
}

// carryOut does what is due, and keeps the findings for the next frame.
func (r *run) carryOut(plan *remediate.Plan, f Frame) {
	r.standing = nil
	for _, i := range plan.Items {
		s := i.Finding
		s.Touched, s.Event, s.Version = false, "", 1
		t := r.tallies[s.Policy]
		arn := s.Resource.ARN
		switch {
		case r.stopped[arn] != nil: // another policy has just stopped it
			continue
		case i.Status == remediate.Held:
			reason, _, _ := strings.Cut(i.Why, ":")
			if key := [2]string{s.ID, reason}; !r.held[key] {
				r.held[key] = true
				t.Held[reason]++
			}
		case i.Status != remediate.Due:
		case !i.Changes():
			t.Told++
			s.Next, s.Since = s.Next+1, f.At.Add(r.NoticeDelay)
		default:
			r.spend(s)
			if (policy.Step{Ask: *i.Ask}).Takes() {
				r.stop(i, f)
				continue
			}
			t.Changes++
			if s.Next, s.Since = s.Next+1, f.At; s.Next == r.steps(s.Policy) {
				continue // acted
			}
		}
		r.standing = append(r.standing, s)
	}
}

// spend counts an action against the caps of the day.
func (r *run) spend(s remediate.Standing) {
	for _, name := range []string{s.Policy, ""} { // under no name stands what all of them did
		t := r.today[name]
		r.today[name] = remediate.Spending{Actions: t.Actions + 1, Hourly: t.Hourly.Add(s.Hourly)}
	}
}

// stop notes a stop.
func (r *run) stop(i remediate.Item, f Frame) {
	s := &Stop{Policy: i.Finding.Policy, Resource: i.Finding.Resource, Action: i.Verb, At: f.At, Verdict: i.Finding.Verdict, Hourly: i.Finding.Hourly, Known: i.Finding.Known}
	if f.Hindsight != nil {
		v := f.Hindsight(s.Resource.ARN, f.At)
		if s.UnderWay = v.LastUse.After(s.Verdict.LastUse) && f.At.Sub(v.LastUse) < grain; s.UnderWay {
			s.Back = f.At
		}
	}
	r.stopped[s.Resource.ARN] = s
	r.tallies[s.Policy].Stops++
	r.report.Stops = append(r.report.Stops, s)
}

// end reckons up what is stopped to the end.
func (r *run) end() {
	for _, s := range r.stopped {
		r.over(s, r.report.To)
	}
	if hours := r.report.To.Sub(r.report.From).Hours(); hours > 0 {
		for _, t := range r.report.Policies {
			t.Monthly = t.Saved.Mul(decimal.NewFromInt(hoursAMonth)).Div(decimal.NewFromFloat(hours)).Round(2)
		}
	}
	slices.SortStableFunc(r.report.Stops, func(a, b *Stop) int {
		return cmp.Or(b.Saved.Cmp(a.Saved), a.At.Compare(b.At), cmp.Compare(a.Resource.ARN, b.Resource.ARN))
	})
}
