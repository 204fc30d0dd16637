package allocate

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Cause is why charges have no tag.
type Cause string

// The causes, in the order in which they are looked for.
const (
	// Untaggable lines are of no resource that could have a tag.
	Untaggable Cause = "untaggable"
	// NotActivated tags are on the resource, and on no line of the bill.
	NotActivated Cause = "not-activated"
	// TaggedLater is what was charged before the tag was there, or was active.
	TaggedLater Cause = "tagged-later"
	// PropagationOff is what runs in a domain that does not hand its tags on.
	PropagationOff Cause = "propagation-off"
	// NotRestarted apps run in a domain that hands its tags on, and have none: they were started before.
	NotRestarted Cause = "not-restarted"
	// NoTag is a resource without it.
	NoTag Cause = "no-tag"
	// Gone resources are in no snapshot.
	Gone Cause = "not-in-estate"
)

// causes are what they mean, for people.
var causes = map[Cause]string{
	Untaggable:     "no resource stands behind the line, or it is a tax, a fee or a credit: only rules and pools allocate it",
	NotActivated:   "the resource has the tag, and no line of the bill does: the payer has not activated it",
	TaggedLater:    "the resource has the tag now, and the bill knows the tag: it was charged before it was tagged",
	PropagationOff: "its domain, profile or space has the tag, and the domain does not hand tags on",
	NotRestarted:   "its domain hands tags on, and its domain, profile or space has the tag: what runs was started before",
	NoTag:          "the resource has no such tag",
	Gone:           "no snapshot has the resource with its tags, so that nothing says why",
}

// Causes are all of them, in the order in which they are looked for.
func Causes() []Cause {
	return []Cause{Untaggable, NotActivated, TaggedLater, PropagationOff, NotRestarted, NoTag, Gone}
}

// Describe says what the cause means.
func (c Cause) Describe() string { return causes[c] }

// Untagged are charges without a tag, of one resource.
type Untagged struct {
	Cause     Cause           `json:"cause"`
	Currency  string          `json:"currency"`
	Service   string          `json:"service,omitempty"`
	Class     string          `json:"class,omitempty"`
	Component string          `json:"component,omitempty"`
	Resource  string          `json:"resource,omitempty"`
	Domain    string          `json:"domain,omitempty"`
	Charges   int64           `json:"charges"`
	Cost      decimal.Decimal `json:"cost"`
	// Unallocated is what of it no rule allocates.
	Unallocated decimal.Decimal `json:"unallocated"`
	// Fix is a command that mends the cause, empty where there is none.
	Fix string `json:"fix,omitempty"`

	category, space, profile string
}

// Coverage is how much of the bill has a tag, in a currency.
type Coverage struct {
	Currency string `json:"currency"`
	// Billed is all that was charged.
	Billed decimal.Decimal `json:"billed"`
	// Tagged is what of it has the tag.
	Tagged decimal.Decimal `json:"tagged"`
	// Unallocated is what of it no rule allocates.
	Unallocated decimal.Decimal `json:"unallocated"`
}

// Untagged are the charges without the tag in these months, all that were allocated where none is named, dearest first, with why; and how much of the bill that is.
func (f *Allocation) Untagged(ctx context.Context, db *duck.DB, snap *estate.Snapshot, key, cost string, months ...string) ([]Untagged, []Coverage, error) {
	seen, err := texts(ctx, db, "SELECT DISTINCT unnest(map_keys(tags)) FROM charges")
	if err != nil {
		return nil, nil, err
	}
	listed := f.rules.TagKeys[key]
	c := compiler{Dialect: dialect.DuckDB, keys: map[tagKey][]string{{"tags", key}: spellings(key, listed, seen)}}
	of := "true"
	if len(months) > 0 {
		of = oneOf("billing_period", months)
	}
	nobody := "CASE WHEN rule_n = 0 AND NOT pooled AND payer = " + dialect.Text(config.Unallocated) + " THEN " + cost + " END"
	rows, err := db.Query(ctx, "SELECT billing_currency, service_code, usage_class, component, resource_id, allocation_domain, charge_category, space_name, user_profile_name, "+
		c.tag(tagKey{"tags", key})+" IS NOT NULL, COUNT(*), SUM("+cost+"), SUM("+nobody+") FROM allocation_paid WHERE "+of+" GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10")
	if err != nil {
		return nil, nil, err
	}
	e := newEvidence(snap, key, listed, len(c.keys[tagKey{"tags", key}]) > 0)
	by := map[string]*Coverage{}
	var all []Untagged
	for row, err := range duck.Values(rows) {
		if err != nil {
			return nil, nil, err
		}
		u := Untagged{Currency: words(row[0]), Service: words(row[1]), Class: words(row[2]), Component: words(row[3]), Resource: words(row[4]), Domain: words(row[5]),
			category: words(row[6]), space: words(row[7]), profile: words(row[8])}
		u.Charges, _ = row[10].(int64)
		u.Cost, _ = row[11].(decimal.Decimal)
		u.Unallocated, _ = row[12].(decimal.Decimal)
		total := by[u.Currency]
		if total == nil {
			total = &Coverage{Currency: u.Currency}
			by[u.Currency] = total
		}
		total.Billed, total.Unallocated = total.Billed.Add(u.Cost), total.Unallocated.Add(u.Unallocated)
		if tagged, _ := row[9].(bool); tagged {
			total.Tagged = total.Tagged.Add(u.Cost)
			continue
		}
		u.Cause, u.Fix = e.cause(u)
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b Untagged) int {
		return cmp.Or(b.Cost.Cmp(a.Cost), strings.Compare(a.Resource, b.Resource), strings.Compare(a.Component+a.Class+a.Service, b.Component+b.Class+b.Service), strings.Compare(a.Currency, b.Currency))
	})
	var coverage []Coverage
	for _, currency := range slices.Sorted(maps.Keys(by)) {
		coverage = append(coverage, *by[currency])
	}
	return all, coverage, nil
}

// evidence is what a snapshot says of a tag.
type evidence struct {
	key string
	// onBill says that some line of the bill has the tag.
	onBill bool
	// known says that there is a snapshot at all.
	known bool
	// tagged are what has the tag, and whether: by ARN, and by domain, profile and space as rules look them up.
	tagged map[string]bool
	// propagates are the domains, and whether they hand tags on.
	propagates map[string]bool
	// unread are the ARNs of those whose tags could not be read.
	unread map[string]bool
}

func newEvidence(snap *estate.Snapshot, key string, listed []string, onBill bool) evidence {
	e := evidence{key: key, onBill: onBill, known: snap != nil, tagged: map[string]bool{}, propagates: map[string]bool{}, unread: map[string]bool{}}
	if snap == nil {
		return e
	}
	for o := range snap.All() {
		r := o.Resource
		value, _ := ownerOf(r, config.EstateRule{Tag: key}, listed)
		has := value != ""
		e.tagged[r.ARN] = has
		e.unread[r.ARN] = r.Tags == nil
		switch r.Kind {
		case kindDomain:
			e.tagged["domain "+r.Domain] = has
			e.propagates[r.Domain] = strings.EqualFold(r.Attributes[attributePropagation], "ENABLED")
		case kindProfile:
			e.tagged["profile "+r.Domain+"/"+r.Name] = has
		case kindSpace:
			e.tagged["space "+r.Domain+"/"+r.Name] = has
		}
	}
	return e
}

// attributePropagation is where a domain has its TagPropagation.
const attributePropagation = "tagPropagation"

// fileSystemService is EFS's code, where the homes of domains are.
const fileSystemService = "AmazonEFS"

// untaggable are the classes of lines behind which there is no resource.
var untaggable = []string{"tax", "support", "commitment"}

// taggable reports whether a resource that could have the tag stands behind it: of what is bought, a training plan of SageMaker is one.
func (u Untagged) taggable() bool {
	if a, err := estate.ParseARN(u.Resource); err == nil && a.Service == "sagemaker" && u.category == "Purchase" {
		return true
	}
	return !slices.Contains(untaggable, u.Class) && (u.category == "" || u.category == "Usage") && (u.Resource != "" || u.Domain != "")
}

// cause is why a charge has no tag, and what mends it.
func (e evidence) cause(u Untagged) (Cause, string) {
	has, inEstate := e.tagged[u.Resource]
	above := e.tagged["space "+u.Domain+"/"+u.space] || e.tagged["profile "+u.Domain+"/"+u.profile] || e.tagged["domain "+u.Domain]
	propagates, inDomain := e.propagates[u.Domain]
	switch {
	case !u.taggable():
		return Untaggable, ""
	case u.Service == fileSystemService: // no domain hands its tags on to its home
		return NoTag, fmt.Sprintf("aws efs tag-resource --resource-id %s --tags Key=%s,Value=TEAM", u.Resource[strings.LastIndex(u.Resource, "/")+1:], quoted(e.key))
	case has && !e.onBill:
		return NotActivated, fmt.Sprintf("aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey=%s,Status=Active", quoted(e.key))
	case has:
		return TaggedLater, "aws ce start-cost-allocation-tag-backfill --backfill-from YYYY-MM-01T00:00:00Z"
	case e.known && above && inDomain && !propagates:
		return PropagationOff, fmt.Sprintf("aws sagemaker update-domain --domain-id %s --tag-propagation ENABLED --region %s", u.Domain, regionOf(u.Resource))
	case e.known && above && inDomain:
		return NotRestarted, "sagewarden studio shutdown --domain " + u.Domain
	case inEstate && !e.unread[u.Resource]:
		return NoTag, fmt.Sprintf("aws sagemaker add-tags --resource-arn %s --tags Key=%s,Value=TEAM", u.Resource, quoted(e.key))
	}
	return Gone, ""
}

// quoted is a word of a shell: one that has blanks or marks is quoted.
func quoted(s string) string {
	if strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/+-@", r)
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// regionOf is the region of an ARN.
func regionOf(arn string) string {
	a, err := estate.ParseARN(arn)
	if err != nil {
		return "REGION"
	}
	return a.Region
}
