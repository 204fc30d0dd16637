package scenario

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A builder turns a file into a world and keeps the first mistake that it meets.
type builder struct {
	root  ast.Node
	at    time.Time
	first *mistake
	// buckets are the names that are taken, agents those that run in apps, and beaten where they put their heartbeats.
	buckets roster
	agents  []agent
	beaten  []beaten
}

func (b *builder) wrong(p path, hint, format string, args ...any) {
	if b.first == nil {
		b.first = wrongAt(p.find(b.root), format, args...).withHint(hint)
	}
}

// require reports a field that is empty.
func (b *builder) require(p path, field, value string) {
	if value == "" {
		b.wrong(p.to(field), "add "+field+": …", "%s is missing", field)
	}
}

// oneOf reports a value that is neither empty nor one of the allowed.
func (b *builder) oneOf(p path, field, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		b.wrong(p.to(field), "one of: "+strings.Join(allowed, ", "), "%s is not a known %s", value, field)
	}
}

// A roster holds names that must be there once.
type roster map[string]bool

func (b *builder) enlist(r roster, p path, field, what, name string) {
	b.require(p, field, name)
	if r[name] {
		b.wrong(p.to(field), "rename one of them", "there are two of %s %q", what, name)
	}
	r[name] = true
}

func build(f *File, root ast.Node) (*world.World, error) {
	if !f.At.given || f.At.absolute.IsZero() {
		return nil, wrongAt(path{"at"}.find(root), "at must be an absolute time").withHint("begin with at: 2026-03-02T12:00:00Z")
	}
	b := &builder{root: root, at: f.At.absolute, buckets: roster{}}
	w := &world.World{At: b.at}
	if f.Organization != nil {
		w = b.organization(f.Organization, path{"organization"})
	}
	w.MetricLag, w.LogLag = time.Duration(f.MetricLag), time.Duration(f.LogLag)
	ids, keys := roster{}, roster{}
	for _, a := range w.Accounts {
		ids[a.ID] = true
	}
	for i, a := range f.Accounts {
		w.Accounts = append(w.Accounts, b.account(a, ids, keys, path{"accounts", i}))
	}
	b.beat()
	b.hierarchy(f, w)
	for i, fault := range f.Faults {
		w.Faults = append(w.Faults, b.fault(fault, w, path{"faults", i}))
	}
	w.Prices = b.prices(f.Prices, w.Regions())
	if b.first != nil {
		return nil, b.first
	}
	return w, nil
}

var twelveDigits = regexp.MustCompile(`^[0-9]{12}$`)

func (b *builder) account(a Account, ids, keys roster, p path) *world.Account {
	b.enlist(ids, p, "id", "account", string(a.ID))
	if !twelveDigits.MatchString(string(a.ID)) {
		b.wrong(p.to("id"), `write it like id: "111111111111"`, "an account id has twelve digits")
	}
	acc := &world.Account{ID: string(a.ID), Name: a.Name, Partition: a.Partition, EnabledRegions: a.EnabledRegions}
	for i, k := range a.Keys {
		b.enlist(keys, p.to("keys", i), "id", "access key", k.ID)
		key := world.Key{AccessKeyID: k.ID, SecretAccessKey: k.Secret, SessionToken: k.Token, Principal: k.Principal, Expired: k.Expired}
		for _, document := range k.Policies {
			key.Policies = append(key.Policies, string(document))
		}
		acc.Keys = append(acc.Keys, key)
	}
	b.join(acc, a.Membership, p)
	names := roster{}
	for i, r := range a.Roles {
		acc.Roles = append(acc.Roles, b.role(r, names, p.to("roles", i)))
	}
	regions := roster{}
	for i, r := range a.Regions {
		rp := p.to("regions", i)
		b.enlist(regions, rp, "name", "region", r.Name)
		partition := estate.PartitionOf(r.Name)
		if acc.Partition == "" {
			acc.Partition = partition
		}
		if partition != acc.Partition {
			b.wrong(rp.to("name"), "an account lives in one partition", "region %s is in partition %s, the account in %s", r.Name, partition, acc.Partition)
		}
		if len(a.EnabledRegions) > 0 && !slices.Contains(a.EnabledRegions, r.Name) {
			b.wrong(rp.to("name"), "add it to enabledRegions", "region %s holds resources but is not enabled", r.Name)
		}
		acc.Regions = append(acc.Regions, b.region(r, acc, rp))
	}
	return acc
}

func (b *builder) region(r Region, acc *world.Account, p path) *world.Region {
	rb := &regionBuilder{builder: b, account: acc, series: roster{}, streams: roster{},
		region: &world.Region{Name: r.Name, Tags: map[string]map[string]string{}}}
	for _, arn := range slices.Sorted(maps.Keys(r.Tags)) {
		if _, err := estate.ParseARN(arn); err != nil {
			b.wrong(p.to("tags", arn), "tags are by ARN", "%v", err)
		}
		rb.region.Tags[arn] = r.Tags[arn]
	}
	for i, m := range r.Metrics {
		mp := p.to("metrics", i)
		metric := b.metric(m, mp)
		if rb.series[series(metric)] {
			b.wrong(mp, "two patterns cannot publish the same series", "there are two of metric %s %v", m.Name, m.Dimensions)
		}
		rb.publish(metric)
	}
	for i, s := range r.Streams {
		sp := p.to("streams", i)
		stream := b.stream(s, sp)
		if rb.streams[stream.Group+":"+stream.Name] {
			b.wrong(sp.to("name"), "rename one of them", "there are two of log stream %q", stream.Name)
		}
		rb.write(stream)
	}
	domains := roster{}
	for i, d := range r.Domains {
		b.enlist(domains, p.to("domains", i), "id", "domain", d.ID)
		rb.domain(d, p.to("domains", i))
	}
	rb.hosting(r, p)
	rb.records(r, p)
	rb.store(r, p)
	return rb.region
}

// A regionBuilder adds to one region what is derived from its resources, unless it is written by hand.
type regionBuilder struct {
	*builder
	account *world.Account
	region  *world.Region
	// series and streams are those that there are.
	series, streams roster
}

func (b *regionBuilder) publish(metrics ...*world.Metric) {
	for _, m := range metrics {
		if key := series(m); !b.series[key] {
			b.series[key] = true
			b.region.Metrics = append(b.region.Metrics, m)
		}
	}
}

// series identifies a metric. Maps are printed in order of their keys.
func series(m *world.Metric) string {
	return fmt.Sprint(m.Namespace, "\x00", m.Name, "\x00", m.Dimensions)
}

func (b *regionBuilder) write(s *world.Stream) {
	if key := s.Group + ":" + s.Name; !b.streams[key] {
		b.streams[key] = true
		b.region.Streams = append(b.region.Streams, s)
	}
}

func (b *regionBuilder) tag(resource string, tags map[string]string) {
	if len(tags) > 0 {
		b.region.Tags[b.account.ARN(b.region.Name, resource)] = tags
	}
}

// life resolves when a resource exists, and its use.
func (b *builder) life(l Life, use *Activity, p path) world.Life {
	created := l.Created.from(b.at, b.at.Add(-defaultAge))
	life := world.Life{
		Created:  created,
		Modified: l.Modified.from(b.at, time.Time{}),
		Deleted:  l.Deleted.from(b.at, time.Time{}),
		Vanishes: l.Vanishes,
		Creator:  b.creator(l.Creator, p),
	}
	if !life.Deleted.IsZero() && !created.Before(life.Deleted) {
		b.wrong(p.to("deleted"), "created is 30 days before at when left out", "deleted before it is created")
	}
	if use != nil {
		life.Use = b.activity(use, p.to("use"))
	}
	return life
}

const defaultAge = 30 * 24 * time.Hour

func (b *builder) fault(f Fault, w *world.World, p path) *world.Fault {
	id := string(f.Account)
	if id != "" {
		i := slices.IndexFunc(w.Accounts, func(a *world.Account) bool { return a.ID == id || a.Name == id })
		if i < 0 {
			b.wrong(p.to("account"), "write the id or the name of an account of this file", "there is no account %q", id)
		} else {
			id = w.Accounts[i].ID
		}
	}
	b.oneOf(p, "statusCode", f.StatusCode, "Complete", "PartialData", "InternalError", "Forbidden")
	if f.Error == "" && f.Latency == 0 && f.StatusCode == "" && f.Lag == 0 && f.Body == "" {
		b.wrong(p, "add one of error, latency, statusCode, lag, body", "the fault does nothing")
	}
	if f.Every < 0 || f.After < 0 || f.Times < 0 {
		b.wrong(p, "count from zero", "every, after and times cannot be negative")
	}
	return &world.Fault{Account: id, Region: f.Region, Operation: f.Operation, Error: f.Error, Status: f.Status, Message: f.Message,
		Every: f.Every, After: f.After, Times: f.Times, Latency: time.Duration(f.Latency), StatusCode: f.StatusCode, Metric: f.Metric,
		Lag: time.Duration(f.Lag), Body: f.Body}
}
