package scenario

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// maxHistory keeps the numbers of a history's jobs within their eight digits.
const maxHistory = 100_000_000

func (b *regionBuilder) records(r Region, p path) {
	known, twice := map[world.Family]roster{}, roster{}
	for _, record := range r.Records {
		if known[record.Family] == nil {
			known[record.Family] = roster{}
		}
		known[record.Family][string(record.Name)] = true
	}
	for i, record := range r.Records {
		rp := p.to("records", i)
		b.require(rp, "name", string(record.Name))
		if !b.family(record.Family, rp) {
			continue
		}
		if key := string(record.Family) + " " + record.Parent + " " + string(record.Name); twice[key] {
			b.wrong(rp.to("name"), "rename one of them", "there are two of %s %q", record.Family, record.Name)
		} else {
			twice[key] = true
		}
		switch parent := record.Family.Parent(); {
		case parent == "" && record.Parent != "":
			b.wrong(rp.to("parent"), "remove it", "nothing of family %s belongs to anything", record.Family)
		case parent == world.ModelPackageGroup && record.Parent == "":
		case parent != "":
			b.require(rp, "parent", record.Parent)
			b.known(known[parent], rp, "parent", string(parent), record.Parent)
		}
		if _, err := strconv.ParseUint(string(record.Name), 10, 31); err != nil && record.Family == world.ModelPackage && record.Parent != "" {
			b.wrong(rp.to("name"), "write the version, such as 3", "a model package of a group is named by its version")
		}
		b.statuses(record.Family, rp, "status", record.Status)
		b.statuses(record.Family, rp, "endStatus", record.EndStatus)
		rec := &world.Record{Life: b.life(record.Life, record.Use, rp), Family: record.Family, Name: string(record.Name), Parent: record.Parent,
			Ended: record.Ended.from(b.at, time.Time{}), Status: record.Status, EndStatus: record.EndStatus, Output: b.output(record.Family, record.Describe)}
		if record.Ended.given && rec.Ended.Before(rec.Created) {
			b.wrong(rp.to("ended"), "created is 30 days before at when left out", "ended before it is created")
		}
		b.tag(rec.Resource(), record.Tags)
		b.region.Records = append(b.region.Records, rec)
	}
	for i, h := range r.History {
		b.history(h, p.to("history", i))
	}
}

func (b *regionBuilder) history(h History, p path) {
	if !b.family(h.Family, p) {
		return
	}
	if h.Count < 1 || h.Count > maxHistory {
		b.wrong(p.to("count"), "write a number from 1 to 100000000", "count is %d", h.Count)
	}
	b.statuses(h.Family, p, "endStatus", h.EndStatus)
	if h.Family.Parent() != "" {
		b.wrong(p.to("family"), "write them as records", "a history of %s is not simulated", h.Family)
	}
	history := &world.History{Family: h.Family, Prefix: h.Name, Count: h.Count, From: h.From.from(b.at, b.at), To: h.To.from(b.at, b.at.Add(-time.Hour)),
		Took: h.Took.or(10 * time.Minute), EndStatus: h.EndStatus, Output: b.output(h.Family, h.Describe)}
	if !h.From.given || history.To.Before(history.From) {
		b.wrong(p.to("from"), "write from: -365d", "a history begins before it ends")
	}
	b.region.Histories = append(b.region.Histories, history)
}

func (b *builder) family(f world.Family, p path) bool {
	b.require(p, "family", string(f))
	if f != "" && !f.Known() {
		var names []string
		for _, known := range world.Families() {
			names = append(names, string(known))
		}
		b.wrong(p.to("family"), perhaps(string(f), names), "%s is not a known family", f)
	}
	return f.Known()
}

func (b *builder) statuses(f world.Family, p path, field, status string) {
	if known := f.Statuses(); status != "" && !slices.Contains(known, status) {
		hint := "one of: " + strings.Join(known, ", ")
		if len(known) == 0 {
			hint = "remove it: the family has no status"
		}
		b.wrong(p.to(field), hint, "%s is not a status of family %s", status, f)
	}
}
