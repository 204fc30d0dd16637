// Package scan turns targets into a snapshot: resources, signals, verdicts, rates, and what could not be seen.
package scan

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/pulse"
)

// Options say what to look at and how to judge it.
type Options struct {
	// Kinds to look for; empty means all.
	Kinds []kinds.Kind
	// Limits say how to judge.
	Limits Limits
	// Inventory asks what there is and what it bills, and nothing about use: there are no verdicts.
	Inventory bool
	// Domain keeps to one Studio domain; empty means everything.
	Domain string
	// Only keeps to one resource, by ARN or name; empty means everything.
	Only string
	// Prices answers rates; nil leaves every rate unknown.
	Prices *pricing.Book
	// Owners say how owners are found.
	Owners Owners
	// Heartbeats are where agents say from inside what is used; none asks nobody.
	Heartbeats []*pulse.Reader
	// Packed keeps the observations in few bytes: the snapshot's All yields them, and its Observations are none.
	Packed bool
	// Holes are the lines of coverage of accounts that could not be opened.
	Holes []estate.Coverage
	// Progress is told of every step, from several goroutines; nil is silent.
	Progress func(Progress)
	// asked hears of the series that were asked for, from several goroutines; nil does not.
	asked func(*target, []kinds.Want)
}

// Progress is one step of a scan.
type Progress struct {
	Target estate.Target
	// Stage is what begins now: "listing", "metrics", "evidence", "done".
	Stage string
	// Resources is how many of the target are known by now.
	Resources int
}

// targetsAtOnce bounds the targets under scan together. Each has its own token buckets, so they do not slow each other.
const targetsAtOnce = 256

// restsAtOnce bounds the targets in which all that is no app is looked at together, however long the apps take. Those with the fewest apps
// in doubt go first: they get through, and can be packed, while the others wait for their apps all the same.
const restsAtOnce = 64

// listingsAtOnce is about how many families are listed together over the targets that are past their apps: calls in flight take memory. They are dealt out
// evenly, so that a slow target keeps no other waiting.
const listingsAtOnce = 640

// seriesAtOnce bounds the metric series read together over all targets: four full answers.
const seriesAtOnce = 2000

// Run scans the sessions. What could not be seen is in the coverage, and a cancelled scan returns what is known by then,
// marked as interrupted. The one error is to ask for a domain that no target has.
//
// The snapshot speaks of one instant: AWS's, when the scan begins. A wrong clock on this machine judges nothing.
func Run(ctx context.Context, sessions []*cloud.Session, o Options) (*estate.Snapshot, error) {
	if len(o.Kinds) == 0 {
		o.Kinds = kinds.All()
	}
	if o.Only != "" && len(o.Kinds) > 1 && !o.Inventory {
		listed, err := Run(ctx, sessions, Options{Kinds: o.Kinds, Only: o.Only, Inventory: true, Holes: o.Holes})
		if err != nil {
			return nil, err
		}
		if o.Kinds = kindsOf(listed, o.Only); len(o.Kinds) == 0 {
			return listed, nil
		}
	}
	if o.Domain != "" {
		o.Kinds = slices.DeleteFunc(slices.Clone(o.Kinds), func(k kinds.Kind) bool { return !k.Family().InDomain })
	}
	var whole []estate.Kind
	if !o.Inventory {
		for _, k := range o.Kinds {
			whole = append(whole, k.Family().Needs...)
		}
		o.Kinds = kinds.WithNeeds(o.Kinds)
	}
	snap := &estate.Snapshot{Version: estate.SnapshotVersion, At: clock(sessions),
		IdleFor: o.Limits.table(o.Kinds), MinDailyInvocations: o.Limits.MinDailyInvocations}
	results := make([]*target, len(sessions))
	prices := newTariff(o.Prices)
	shared := &shared{reading: semaphore.NewWeighted(seriesAtOnce), rests: newQueue(restsAtOnce), listings: max(2, listingsAtOnce/min(max(1, len(sessions)), restsAtOnce))}
	var g errgroup.Group
	g.SetLimit(targetsAtOnce)
	for i, s := range sessions {
		results[i] = newTarget(s, &o, snap, prices, shared, whole, func() bool { return ctx.Err() != nil })
		g.Go(func() error {
			results[i].scan(ctx)
			results[i].pack(ctx)
			return nil
		})
	}
	_ = g.Wait() // what fails is in the coverage
	found := o.Domain == ""
	var packs packs
	for _, t := range results {
		found = found || t.domain
		snap.Targets = append(snap.Targets, t.Target())
		packs = packs.with(t.packed)
		snap.Coverage = append(snap.Coverage, t.coverage()...)
	}
	snap.Coverage = append(snap.Coverage, o.Holes...)
	for _, r := range o.Heartbeats {
		snap.Coverage = append(snap.Coverage, r.Coverage()...)
	}
	snap.Interrupted = ctx.Err() != nil
	if !found && !snap.Interrupted && len(snap.Holes()) == 0 {
		return nil, &estate.Error{Op: "scan", On: "domain " + o.Domain, Err: fmt.Errorf("no such Studio domain in %s", places(sessions)),
			Hint: "list the domains with `aws sagemaker list-domains`, and name its region with --region"}
	}
	load(ctx, snap, prices)
	estate.SortCoverage(snap.Coverage)
	snap.Packed = packs.all(func(obs []*estate.Observation) {
		price(obs, prices)
		assess(snap, obs)
	})
	if !o.Packed {
		snap.Observations, snap.Packed = slices.AppendSeq([]*estate.Observation{}, snap.Packed), nil
	}
	return snap, nil
}

// kindsOf are the families of the resources that have the ARN or name: what others are judged by need not be read for a family
// in which nothing has it.
func kindsOf(snap *estate.Snapshot, only string) (ks []kinds.Kind) {
	for _, o := range snap.Observations {
		if r := o.Resource; r.Name != only && !strings.EqualFold(r.ARN, only) {
			continue
		}
		if k, err := kinds.Get(o.Resource.Kind); err == nil && !slices.Contains(ks, k) {
			ks = append(ks, k)
		}
	}
	return ks
}

// places names the targets, or says how many they are.
func places(sessions []*cloud.Session) string {
	if len(sessions) == 1 {
		return sessions[0].Target().String()
	}
	return fmt.Sprintf("any of the %d targets", len(sessions))
}

// clock is the present instant by AWS's clock.
func clock(sessions []*cloud.Session) time.Time {
	if len(sessions) == 0 {
		return time.Now().UTC().Truncate(time.Second)
	}
	return sessions[0].Now().UTC().Truncate(time.Second)
}

// shared is what the targets under scan have in common.
type shared struct {
	// reading bounds the series under way.
	reading *semaphore.Weighted
	// rests bounds the targets that are past their apps.
	rests *queue
	// listings is how many families each lane of a target lists at once.
	listings int
	// tagSets are the sets of tags that were met, by their sum.
	tagSets sync.Map
}

// target is one target under scan.
type target struct {
	*kinds.Scope
	options *Options
	snap    *estate.Snapshot
	prices  *tariff
	*shared
	seen   []*estate.Observation
	packed pack
	// known is how many resources are known by now.
	known int
	// domain says that the domain asked for was found here.
	domain bool
	// stopped reports whether the scan was cancelled.
	stopped func() bool

	mu      sync.Mutex
	reports map[string]answer
}

// An answer is the worst that was heard of an operation. Why is nil unless something is to be said of it.
type answer struct {
	outcome estate.Outcome
	why     *estate.Coverage
}

func newTarget(s *cloud.Session, o *Options, snap *estate.Snapshot, prices *tariff, shared *shared, whole []estate.Kind, stopped func() bool) *target {
	t := &target{options: o, snap: snap, prices: prices, shared: shared, stopped: stopped, reports: map[string]answer{}}
	t.Scope = &kinds.Scope{Session: s, Domain: o.Domain, Only: o.Only, Whole: whole, Reading: shared.reading, Past: o.asked != nil, Report: t.report}
	return t
}

var errFickle = errors.New("it was answered at one time, and not known to the region at another")

// outcomeRank orders outcomes from good to bad. Of many calls of an operation the worst is kept.
var outcomeRank = map[estate.Outcome]int{estate.OutcomeNotOffered: 1, estate.OutcomeSeen: 1, estate.OutcomePartial: 2, estate.OutcomeThrottled: 3, estate.OutcomeDenied: 4, estate.OutcomeFailed: 5}

func (t *target) report(op string, out estate.Outcome, err error) {
	interrupted := err != nil && t.stopped() && cloud.Classify(err) == cloud.Canceled
	if interrupted {
		out = estate.OutcomePartial
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.reports[op].outcome
	if before == estate.OutcomeSeen && out == estate.OutcomeNotOffered || before == estate.OutcomeNotOffered && out == estate.OutcomeSeen {
		out, err = estate.OutcomeFailed, errFickle
	}
	if outcomeRank[before] >= outcomeRank[out] {
		return
	}
	a := answer{outcome: out}
	switch {
	case interrupted:
		a.why = &estate.Coverage{Error: "interrupted", Hides: kinds.Hides(op)}
	case err != nil:
		e := cloud.Fail(op, t.Target(), err)
		a.why = &estate.Coverage{Error: e.Err.Error(), Hint: e.Hint, Hides: kinds.Hides(op)}
	}
	t.reports[op] = a
}

func (t *target) coverage() []estate.Coverage {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]estate.Coverage, 0, len(t.reports))
	for op, a := range t.reports {
		var c estate.Coverage
		if a.why != nil {
			c = *a.why
		}
		c.Target, c.Operation, c.Outcome = t.Target(), op, a.outcome
		out = append(out, c)
	}
	estate.SortCoverage(out)
	return out
}

func (t *target) progress(stage string) {
	if t.options.Progress != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.options.Progress(Progress{Target: t.Target(), Stage: stage, Resources: t.known})
	}
}

func (t *target) scan(ctx context.Context) {
	if t.options.Domain != "" && !t.domainExists(ctx) {
		t.progress("done")
		return
	}
	t.progress("listing")
	labels := newLabels(ctx, t)
	apps, rest := lanes(t.options.Kinds)
	appsMeasured, done := make(chan struct{}), make(chan struct{})
	var others []byte                   // the apps, as far as they are known by their listing, packed
	var idle, later map[person][]listed // whose apps are idle by their metrics, and by all that was read of them
	var doubtful int
	var doubts []kinds.Want
	go func() {
		defer close(done)
		found := t.list(ctx, apps, labels)
		others = packer.Pack(found.all())
		t.hear(ctx, found)
		t.measure(ctx, apps, found)
		t.judge(found.all())
		idle, doubtful = owners(found.all()), unsure(found.all())
		close(appsMeasured)
		doubts = t.inspect(ctx, apps, found)
		t.judge(found.all())
		later = owners(found.all())
	}()
	<-appsMeasured // first what takes longest: apps are described at five a second
	leave := t.rests.enter(ctx, doubtful)
	found := t.list(ctx, rest, labels)
	t.hear(ctx, found)
	var names sync.WaitGroup
	sso := signingIn(found.all())
	names.Go(func() { t.askNames(ctx, labels.unclaimed(idle), sso) })
	t.measure(ctx, rest, found)
	// What there is to inspect depends on what others there are, not on how those are used: a space in which there is an app is judged by that.
	t.judge(append(found.all(), packer.Unpack(others)...))
	others = nil
	more := t.inspect(ctx, rest, found)
	leave()
	for _, o := range found.all() {
		t.prices.want(ctx, &o.Resource) // some bills are known only by what was measured
	}
	unpark := t.park(found.all(), more)
	<-done
	unpark()
	names.Go(func() { t.askNames(ctx, labels.unclaimed(later), sso) })
	t.ask(ctx, append(doubts, more...))
	labels.join()
	t.seen = slices.DeleteFunc(t.seen, func(o *estate.Observation) bool { return kinds.Gone(o.Signals) })
	t.judge(t.seen)
	names.Wait()
	t.signIn(ctx)
	t.progress("done")
}

// unsure is of how many nothing is known for sure yet.
func unsure(obs []*estate.Observation) (n int) {
	for _, o := range obs {
		if o.Verdict.Confidence != estate.High {
			n++
		}
	}
	return n
}

// domainExists asks for the domain; a target that lacks it has nothing to scan.
func (t *target) domainExists(ctx context.Context) bool {
	_, gone, err := kinds.Describe(ctx, t.Scope, "sagemaker:DescribeDomain", func(ctx context.Context) (*sagemaker.DescribeDomainOutput, error) {
		return t.SageMaker().DescribeDomain(ctx, &sagemaker.DescribeDomainInput{DomainId: &t.options.Domain})
	}, func(o *sagemaker.DescribeDomainOutput) bool { return o.DomainId != nil })
	t.domain = !gone && err == nil
	return !gone // when it cannot be asked, the listing will show
}

// lanes are the families that are looked at side by side: Studio apps, whose evidence takes the slowest calls, and all else.
// Nothing that they need is in the other lane.
func lanes(all []kinds.Kind) (apps, rest []kinds.Kind) {
	for _, k := range all {
		if f := k.Family(); f.InDomain && len(f.Needs) == 0 {
			apps = append(apps, k)
		} else {
			rest = append(rest, k)
		}
	}
	// What has to be described resource by resource takes longest.
	slices.SortStableFunc(rest, func(a, b kinds.Kind) int { return describes(b) - describes(a) })
	return apps, rest
}

// describes is 1 for a family that describes what it lists, else 0.
func describes(k kinds.Kind) int {
	if slices.ContainsFunc(k.Family().Reads, func(op kinds.Operation) bool { return strings.HasPrefix(op.Action, "sagemaker:Describe") }) {
		return 1
	}
	return 0
}

// found are observations by family.
type found map[estate.Kind][]*estate.Observation

func (f found) all() []*estate.Observation { return slices.Concat(slices.Collect(maps.Values(f))...) }

// list lists the families side by side.
func (t *target) list(ctx context.Context, ks []kinds.Kind, labels *labels) found {
	found := found{}
	byARN := map[*kinds.Family][]listed{}
	var g errgroup.Group
	g.SetLimit(t.listings)
	for _, k := range ks {
		g.Go(func() error {
			f := k.Family()
			err := k.List(ctx, t.Scope, func(o estate.Observation) {
				t.mu.Lock()
				defer t.mu.Unlock()
				t.seen = append(t.seen, &o)
				t.known++
				found[f.Name] = append(found[f.Name], &o)
				t.prices.want(ctx, &o.Resource) // at once: the price list answers slowly
			})
			t.mu.Lock()
			defer t.mu.Unlock()
			some := make([]listed, len(found[f.Name]))
			for i, o := range found[f.Name] {
				some[i] = listedOf(o)
			}
			if f.TagsByARN {
				byARN[f] = some
			} else {
				labels.read(ctx, f, some)
			}
			return err
		})
	}
	_ = g.Wait() // recorded in the coverage, operation by operation
	labels.readByARN(ctx, byARN)
	return found
}

func (t *target) criteria(k kinds.Kind) estate.Criteria {
	return t.options.Limits.Criteria(k, t.snap.At)
}

func (t *target) judge(obs []*estate.Observation) {
	if t.options.Inventory {
		return
	}
	judge(obs, t.coverage(), t.criteria)
}

// measure fetches the series of the families in one go. An inventory wants those alone that say what is billed.
func (t *target) measure(ctx context.Context, ks []kinds.Kind, all found) {
	t.progress("metrics")
	var wanted []kinds.Want
	for _, k := range ks {
		m, ok := k.(kinds.Measured)
		if !ok || t.options.Inventory && !k.Family().MetersMeasured {
			continue
		}
		for _, o := range all[k.Family().Name] {
			for _, s := range m.Series(o.Resource, t.criteria(k)) {
				wanted = append(wanted, kinds.Want{For: o, Series: s})
			}
		}
	}
	t.ask(ctx, wanted)
}

// ask fetches series.
func (t *target) ask(ctx context.Context, wanted []kinds.Want) {
	if t.options.asked != nil {
		t.options.asked(t, wanted)
	}
	t.Measure(ctx, wanted)
}

// inspect looks at what the metrics leave in doubt, and returns the series that the doubt asks for.
func (t *target) inspect(ctx context.Context, ks []kinds.Kind, all found) (doubts []kinds.Want) {
	t.progress("evidence")
	for _, k := range ks {
		if in, ok := k.(kinds.Inspected); ok && (!t.options.Inventory || k.Family().MetersMeasured) {
			doubts = append(doubts, in.Inspect(ctx, t.Scope, all[k.Family().Name], t.criteria(k))...)
		}
	}
	return doubts
}
