package policy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
	"github.com/sagewarden/sagewarden/policies"
)

// A Case is a test of a policy: one resource with what is expected of it, or a saved snapshot with all that is.
type Case struct {
	// Name says what holds.
	Name string `yaml:"name"`
	// Policy is the policy that is tested; may be left out where the file has one only.
	Policy string `yaml:"policy"`
	// Now is the instant; 2026-03-02T12:00:00Z, a Monday, or the snapshot's own when left out.
	Now Instant `yaml:"now"`
	// Resource is the resource, as far as it matters.
	Resource CaseResource `yaml:"resource"`
	// Verdict is what is known of its use; nothing when left out.
	Verdict CaseVerdict `yaml:"verdict"`
	// Want is what the policy is to say: matched, exempt, trouble or nothing.
	Want string `yaml:"want"`
	// Because is a part of the reason, of exempt and trouble.
	Because string `yaml:"because"`
	// Steps are those that the verdict allows, by their verbs.
	Steps []string `yaml:"steps"`
	// Snapshot is a file that scan --save wrote, beside this one. Everything in it is tested.
	Snapshot string `yaml:"snapshot"`
	// Matched are the names or ARNs of what the policy is to match in the snapshot, all of them.
	Matched []string `yaml:"matched"`
	// Exempt are those that are let off, all of them.
	Exempt []string `yaml:"exempt"`
	// Trouble are those of which nobody knows, all of them.
	Trouble []string `yaml:"trouble"`
}

// CaseResource is a resource written short.
type CaseResource struct {
	// Kind is its family; that of the policy when left out.
	Kind       estate.Kind       `yaml:"kind"`
	Name       string            `yaml:"name"`
	Type       string            `yaml:"type"`
	Status     string            `yaml:"status"`
	Account    string            `yaml:"account"`
	Region     string            `yaml:"region"`
	Domain     string            `yaml:"domain"`
	User       string            `yaml:"user"`
	Space      string            `yaml:"space"`
	Owner      string            `yaml:"owner"`
	Tags       map[string]string `yaml:"tags"`
	Attributes map[string]string `yaml:"attributes"`
	// InstanceType is the type of its instance.
	InstanceType string `yaml:"instanceType"`
	// TagsUnread says that its tags could not be read.
	TagsUnread bool `yaml:"tagsUnread"`
	// Age is the time since it was created; not known when left out.
	Age time.Duration `yaml:"age"`
	// Changed is the time since it was last changed; not known when left out.
	Changed time.Duration `yaml:"changed"`
	// Hourly is what it costs, in dollars; not known when left out.
	Hourly Dollars `yaml:"hourly"`
}

// CaseVerdict is a verdict written short.
type CaseVerdict struct {
	// State is idle, active or unknown; idle where idleFor is given.
	State estate.State `yaml:"state"`
	// IdleFor is the time without use.
	IdleFor time.Duration `yaml:"idleFor"`
	// LastUse is the time since the last use that is known of.
	LastUse time.Duration `yaml:"lastUse"`
	// Confidence is high, medium or low; high when left out.
	Confidence estate.Confidence `yaml:"confidence"`
	// Conditions are what is wrong with it: Stuck, Broken, Relaunching, Overlong, Orphaned.
	Conditions []estate.ConditionType `yaml:"conditions"`
	Rule       string                 `yaml:"rule"`
	Why        string                 `yaml:"why"`
}

// An Instant is written as 2026-03-02T12:00:00Z.
type Instant struct{ time.Time }

// UnmarshalYAML reads it.
func (i *Instant) UnmarshalYAML(node ast.Node) error {
	written, _ := strictyaml.Scalar(node)
	at, err := time.Parse(time.RFC3339, written)
	if err != nil {
		return strictyaml.Wrong(node, "write it as 2026-03-02T12:00:00Z or 2026-03-02T12:00:00+01:00", "%q is no instant", written)
	}
	i.Time = at
	return nil
}

// A Result is how a case went.
type Result struct {
	Case *Case
	// File and Line are where the case stands.
	File string
	Line int
	// Failed is what is not as expected; empty where all is.
	Failed string
}

// The answers that a case may expect.
const (
	wantMatched = "matched"
	wantExempt  = "exempt"
	wantTrouble = "trouble"
	wantNothing = "nothing"
)

// usual is the instant of cases that name none: a Monday at noon.
var usual = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Test runs the cases that belong to a policy file, or to a pack: those in the file, and those of the file beside it that ends in _test.yaml. Snapshots
// are read by open. An error says that the policies or the cases cannot be read.
func Test(ctx context.Context, name string, open func(path string) (*estate.Snapshot, error)) ([]Result, error) {
	set, err := Load(ctx, name)
	if err != nil {
		return nil, err
	}
	var results []Result
	for _, source := range sources(name) {
		text, err := source.read()
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		some, err := set.test(ctx, source.name, text, open)
		if err != nil {
			return nil, err
		}
		results = append(results, some...)
	}
	return results, nil
}

// A source is a text that may hold cases.
type source struct {
	name string
	read func() (string, error)
}

// sources are where the cases of a policy file stand.
func sources(name string) []source {
	if pack, ok := strings.CutPrefix(name, PackPrefix); ok {
		return []source{{name, func() (string, error) { return policies.Read(pack) }}, {name + policies.TestEnding, func() (string, error) { return policies.Tests(pack) }}}
	}
	beside := strings.TrimSuffix(name, filepath.Ext(name)) + policies.TestEnding
	return []source{{name, func() (string, error) { return contents(name) }}, {beside, func() (string, error) { return contents(beside) }}}
}

// test runs the cases of one text.
func (s *Set) test(ctx context.Context, name, text string, open func(path string) (*estate.Snapshot, error)) ([]Result, error) {
	var file File
	document, err := strictyaml.Read("read tests", name, text, &file)
	if err != nil {
		return nil, err
	}
	var results []Result
	var wrong []error
	for i := range file.Tests {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, at := &file.Tests[i], strictyaml.Path{"tests", i}
		p, err := s.meant(c, document, at)
		if err == nil {
			err = c.check(document, at)
		}
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		line, _ := document.Position(at)
		result := Result{Case: c, File: name, Line: line}
		if c.Snapshot == "" {
			result.Failed = c.run(p)
		} else {
			snap, err := open(filepath.Join(filepath.Dir(name), c.Snapshot))
			if err != nil {
				return nil, err
			}
			result.Failed = c.runOn(p, snap)
		}
		results = append(results, result)
	}
	return results, strictyaml.All(wrong...)
}

// meant is the policy that the case tests.
func (s *Set) meant(c *Case, d *strictyaml.Document, at strictyaml.Path) (*Policy, error) {
	if c.Policy == "" && len(s.Policies) == 1 {
		return s.Policies[0], nil
	}
	var names []string
	for _, p := range s.Policies {
		if p.Name == c.Policy {
			return p, nil
		}
		names = append(names, p.Name)
	}
	hint := "the policies are " + strings.Join(names, ", ")
	if near, ok := strictyaml.Nearest(c.Policy, names); ok {
		hint = "did you mean " + near + "?"
	}
	if c.Policy == "" {
		return nil, d.Wrong(at, hint, "the case does not say which policy it tests")
	}
	return nil, d.Wrong(at.To("policy"), hint, "there is no policy %q", c.Policy)
}

func (c *Case) check(d *strictyaml.Document, at strictyaml.Path) error {
	onSnapshot := c.Matched != nil || c.Exempt != nil || c.Trouble != nil
	v := c.Verdict
	switch {
	case c.Name == "":
		return d.Wrong(at, "add name: what holds", "the case has no name")
	case c.Snapshot == "" && onSnapshot:
		return d.Wrong(at, "add snapshot: FILE, or write want: matched", "lists of names are expected of a snapshot")
	case c.Snapshot != "" && c.Want != "":
		return d.Wrong(at.To("want"), "list names under matched, exempt and trouble", "a snapshot has many resources")
	case c.Snapshot == "" && !slices.Contains([]string{wantMatched, wantExempt, wantTrouble, wantNothing}, c.Want):
		return d.Wrong(at.To("want"), "write matched, exempt, trouble or nothing", "%q is nothing that a policy says", c.Want)
	case v.Confidence != "" && v.Confidence.Rank() == 0:
		return d.Wrong(at.To("verdict", "confidence"), "the confidences are high, medium and low", "%q is no confidence", v.Confidence)
	case !slices.Contains([]estate.State{"", estate.Idle, estate.Active, estate.Unknown}, v.State):
		return d.Wrong(at.To("verdict", "state"), "write idle, active or unknown", "%q is no state", v.State)
	case v.IdleFor != 0 && v.State != "" && v.State != estate.Idle:
		return d.Wrong(at.To("verdict", "idleFor"), "leave one of them out", "what is %s is not idle", v.State)
	}
	if c.Resource.Kind != "" {
		if _, err := kinds.Get(c.Resource.Kind); err != nil {
			text, hint, _ := strings.Cut(err.Error(), ": ")
			return d.Wrong(at.To("resource", "kind"), hint, "%s", text)
		}
	}
	return nil
}

// observation is the case's resource as a scan would have it.
func (c *Case) observation(p *Policy, now time.Time) *estate.Observation {
	r, v := c.Resource, c.Verdict
	before := func(d time.Duration) time.Time {
		if d == 0 {
			return time.Time{}
		}
		return now.Add(-d)
	}
	o := &estate.Observation{
		Resource: estate.Resource{Kind: r.Kind, Name: r.Name, Type: r.Type, Status: r.Status, Target: estate.Target{Partition: estate.PartitionOf(r.Region), Account: r.Account, Region: r.Region},
			Domain: r.Domain, User: r.User, Space: r.Space, Owner: r.Owner, Tags: r.Tags, Attributes: r.Attributes, Created: before(r.Age), Modified: before(r.Changed)},
		Verdict: estate.Verdict{State: v.State, Confidence: v.Confidence, LastUse: before(v.LastUse), Since: before(v.IdleFor), Rule: v.Rule, Why: v.Why},
	}
	if o.Resource.Kind == "" {
		o.Resource.Kind = p.Kinds[0]
	}
	switch {
	case r.TagsUnread:
		o.Resource.Tags = nil
	case r.Tags == nil:
		o.Resource.Tags = map[string]string{}
	}
	meter := estate.Meter{InstanceType: r.InstanceType, Count: 1}
	if !r.Hourly.IsZero() {
		meter.Rate = estate.Rate{Known: true, Hourly: r.Hourly.Decimal}
	}
	o.Resource.Meters = []estate.Meter{meter}
	switch {
	case o.Verdict.State == "" && v.IdleFor > 0:
		o.Verdict.State = estate.Idle
	case o.Verdict.State == "":
		o.Verdict.State = estate.Unknown
	}
	if o.Verdict.Confidence == "" && o.Verdict.State != estate.Unknown {
		o.Verdict.Confidence = estate.High
	}
	for _, t := range v.Conditions {
		o.Verdict.Conditions = append(o.Verdict.Conditions, estate.Condition{Type: t})
	}
	return o
}

// run says what is not as expected of one resource.
func (c *Case) run(p *Policy) string {
	now := c.Now.Time
	if now.IsZero() {
		now = usual
	}
	o := c.observation(p, now)
	got, why := p.Match(o, now).Says()
	switch {
	case got != c.Want && why != "":
		return fmt.Sprintf("want %s, got %s: %s", c.Want, got, why)
	case got != c.Want:
		return fmt.Sprintf("want %s, got %s", c.Want, got)
	case !strings.Contains(why, c.Because):
		return fmt.Sprintf("it is %s because: %s; want it to say: %s", got, why, c.Because)
	case c.Steps == nil:
		return ""
	}
	steps := []string{}
	var refused []string
	for _, s := range p.Steps {
		if why := s.Refuses(o.Verdict); why != "" {
			refused = append(refused, s.Verb()+": "+why)
			continue
		}
		steps = append(steps, s.Verb())
	}
	if slices.Equal(steps, c.Steps) {
		return ""
	}
	return strings.Join(append([]string{fmt.Sprintf("want the steps %s, got %s", strings.Join(c.Steps, ", "), strings.Join(steps, ", "))}, refused...), "; ")
}

// runOn says what is not as expected of a snapshot.
func (c *Case) runOn(p *Policy, snap *estate.Snapshot) string {
	now := c.Now.Time
	if now.IsZero() {
		now = snap.At
	}
	want := map[string][]string{wantMatched: c.Matched, wantExempt: c.Exempt, wantTrouble: c.Trouble}
	met := map[string]bool{}
	var wrong []string
	for _, o := range snap.Observations {
		got, why := p.Match(o, now).Says()
		named := wantNothing
		for word, names := range want {
			for _, name := range names {
				if name == o.Resource.Name || name == o.Resource.ARN {
					named, met[word+" "+name] = word, met[word+" "+name] || word == got
				}
			}
		}
		if got == wantNothing || got == named {
			continue
		}
		if why != "" {
			why = ": " + why
		}
		wrong = append(wrong, fmt.Sprintf("%s is %s%s", o.Resource.Name, got, why))
	}
	for _, word := range []string{wantMatched, wantExempt, wantTrouble} {
		for _, name := range want[word] {
			if !met[word+" "+name] {
				wrong = append(wrong, fmt.Sprintf("%s is not %s", name, word))
			}
		}
	}
	return strings.Join(wrong, "; ")
}
