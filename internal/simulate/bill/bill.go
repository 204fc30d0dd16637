package bill

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// sageMaker is SageMaker's product code.
const sageMaker = "AmazonSageMaker"

// A Bill is what an organization is charged for a month.
type Bill struct {
	// Month is its first instant, UTC.
	Month time.Time
	// Hourly lines are of an hour, others of a day.
	Hourly bool
	Mix
	// Payer is the account that pays for all.
	Payer *world.Account

	world   *world.World
	catalog catalog
	// end is the first instant of the next month, until how far the bill goes: an open month's ends before.
	end, until time.Time
	plans      []*Plan
}

// New is the bill of the month of the instant. That of an open month reaches as far as the world has got, in whole days or hours.
func New(w *world.World, month time.Time, hourly bool, mix Mix) *Bill {
	b := &Bill{Month: monthOf(month), Hourly: hourly, Mix: mix, Payer: payer(w), world: w, catalog: newCatalog(w.Prices)}
	b.end = b.Month.AddDate(0, 1, 0)
	b.until = world.Earlier(b.end, w.At.UTC().Truncate(b.grain()))
	b.plans = b.sign()
	return b
}

// End is the first instant of the next month.
func (b *Bill) End() time.Time { return b.end }

// Open reports whether the month is not over yet, so that it has no invoice.
func (b *Bill) Open() bool { return b.until.Before(b.end) }

// payer is the account that leads the organization, else the first.
func payer(w *world.World) *world.Account {
	for _, a := range w.Accounts {
		if w.Organization != nil && a.ID == w.Organization.Management {
			return a
		}
	}
	if len(w.Accounts) == 0 {
		return &world.Account{ID: "000000000000", Name: "nobody"}
	}
	return w.Accounts[0]
}

func (b *Bill) grain() time.Duration {
	if b.Hourly {
		return time.Hour
	}
	return 24 * time.Hour
}

// currencyOf is that of the account.
func (b *Bill) currencyOf(a *world.Account) string {
	if len(b.Currencies) == 0 {
		return "USD"
	}
	return b.Currencies[max(slices.Index(b.world.Accounts, a), 0)%len(b.Currencies)]
}

// Lines are the bill's lines, account by account; those of the payer alone come last.
func (b *Bill) Lines() iter.Seq[*Line] {
	return func(yield func(*Line) bool) {
		w := &writer{Bill: b, yield: yield, left: map[*Plan][]Amount{}, charged: map[string]Amount{}}
		for _, a := range b.world.Accounts {
			w.open(a, b.currencyOf(a))
			for _, r := range a.Regions {
				for _, s := range b.spends(a, r) {
					w.spend(s)
					if w.done {
						return
					}
				}
			}
			w.close()
		}
		if !w.done {
			w.fees()
		}
	}
}

// Total sums the bill up, by currency.
func (b *Bill) Total() map[string]*Totals {
	totals := map[string]*Totals{}
	for l := range b.Lines() {
		if totals[l.Currency] == nil {
			totals[l.Currency] = &Totals{}
		}
		totals[l.Currency].add(l)
	}
	return totals
}

// spends are what costs money in the region of the account.
func (b *Bill) spends(a *world.Account, r *world.Region) []spend {
	p := &purse{Bill: b, account: a, region: r, called: callers(r)}
	for _, d := range r.Domains {
		p.studio(d)
	}
	for _, e := range r.Endpoints {
		p.endpoint(e)
	}
	for _, rec := range r.Records {
		p.record(rec)
	}
	for _, h := range r.Histories {
		p.history(h)
	}
	if b.Neighbors {
		p.neighbors()
	}
	return p.spends
}

// unlisted is a product of SageMaker that the price list lacks, at an assumed rate.
func (p *purse) unlisted(usage, operation, unit string, rate Amount) *Product {
	prefix := p.catalog.prefix(p.region.Name)
	if prefix == "" {
		return nil
	}
	return &Product{Service: sageMaker, ServiceName: "Amazon SageMaker", Usage: prefix + "-" + usage, Operation: operation, Unit: unit, Family: "ML Instance",
		SKU: strings.ToUpper(digest("sku", prefix, usage)[:16]), Region: p.region.Name, Rate: rate, Description: "$" + rate.String() + " per " + unit + " of " + prefix + "-" + usage}
}

// digest is a name made up of others: lower-case letters and digits, always the same.
func digest(of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))
}

// uuid is a name of that form, made up of others.
func uuid(of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// ID is the bill's id of the line: unlike that of any other line of the month.
func (l *Line) ID() string {
	var pod, plan string
	if l.Split != nil {
		pod = l.Split.Parent
	}
	if l.Plan != nil {
		plan = l.Plan.ID
	}
	return digest(string(l.Type), l.Subject.Account.ID, l.Subject.Region, l.Subject.ID, l.Product.Service, l.Product.Usage, l.Product.Operation, plan, pod, l.Description,
		l.Start.Format(time.RFC3339))
}

// Invoice is the number of the line's invoice, empty while the month is open.
func (b *Bill) Invoice(l *Line) string {
	if b.Open() {
		return ""
	}
	sum := sha256.Sum256([]byte(b.Payer.ID + b.Month.Format("2006-01") + l.Seller + l.kind()))
	return strconv.FormatUint(1_000_000_000+binary.BigEndian.Uint64(sum[:])%9_000_000_000, 10)
}

// kind is the bill type: what was bought at once, and what was given back, has invoices of its own.
func (l *Line) kind() string {
	switch {
	case l.Type == Refund:
		return "Refund"
	case l.Type == PlanUpfront || l.Type == Fee && l.Reservation != nil:
		return "Purchase"
	}
	return "Anniversary"
}

// text is the line's description.
func (l *Line) text() string { return cmp.Or(l.Description, l.Product.Description) }
