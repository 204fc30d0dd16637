package allocate

import (
	"fmt"
	"iter"
	"math/big"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/config"
)

// A place is where and when a shared charge belongs. Domain, account and region are empty where they are not known.
type place struct{ month, currency, domain, account, region string }

// within leaves of the place what a pool is split within.
func (p place) within(what string) place {
	q := place{month: p.month, currency: p.currency}
	switch what {
	case "domain":
		q.domain = p.domain
	case "account":
		q.account = p.account
	case "region":
		q.region = p.region
	}
	return q
}

// known reports whether the place has what a pool is split within.
func (p place) known(what string) bool {
	switch what {
	case "domain":
		return p.domain != ""
	case "account":
		return p.account != ""
	case "region":
		return p.region != ""
	}
	return true
}

// A base is what each team and pool of a place has itself, before anything is split: its cost by the pool's measure.
type base map[place]map[string]decimal.Decimal

// A splitter works out who has which part of a pool, by the rules and by what teams have themselves.
type splitter struct {
	config config.Allocation
	// bases are by pool.
	bases map[string]base
	known map[poolAt][]portion
	// divisions are those that were asked for, in their order, and at where each is among them.
	divisions []*division
	at        map[poolAt]*division
}

func newSplitter(c config.Allocation, bases map[string]base) *splitter {
	return &splitter{config: c, bases: bases, known: map[poolAt][]portion{}, at: map[poolAt]*division{}}
}

// division is how a pool is divided at a place.
func (s *splitter) division(pool string, at place) *division {
	key := s.key(pool, at)
	d := s.at[key]
	if d == nil {
		d = newDivision(s.portions(pool, at))
		if n := len(s.divisions); n > 0 {
			last := s.divisions[n-1]
			d.first = last.first + int32(len(last.portions)) //nolint:gosec // as above: far fewer
		}
		s.divisions, s.at[key] = append(s.divisions, d), d
	}
	return d
}

// named are the portions of all divisions with their numbers, in the order of the table allocation_portions.
func (s *splitter) named() iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for _, d := range s.divisions {
			for i, p := range d.portions {
				if !yield([]any{d.first + int32(i), p.team, p.reason, strings.Join(p.path, " → ")}) { //nolint:gosec // here too
					return
				}
			}
		}
	}
}

// key is where a pool's portions are kept: they are the same wherever it is split within the same.
func (s *splitter) key(pool string, at place) poolAt {
	if s.deep(pool) {
		return poolAt{pool, at}
	}
	return poolAt{pool, at.within(s.config.Pools[pool].Within)}
}

type poolAt struct {
	pool string
	at   place
}

// A portion of a pool goes to a team.
type portion struct {
	team     string
	fraction *big.Rat
	// path are the pools on the way, the charge's own first.
	path   []string
	reason string
}

// portions are the parts of a pool at a place. They make one together.
func (s *splitter) portions(pool string, at place) []portion {
	p, key := s.config.Pools[pool], s.key(pool, at)
	if known, ok := s.known[key]; ok {
		return known
	}
	var all []portion
	for _, part := range s.split(pool, p, at) {
		if _, isPool := s.config.Pools[part.team]; !isPool {
			part.path = []string{pool}
			all = append(all, part)
			continue
		}
		for _, next := range s.portions(part.team, at) {
			all = append(all, portion{team: next.team, fraction: new(big.Rat).Mul(part.fraction, next.fraction), path: append([]string{pool}, next.path...),
				reason: part.reason + ", then " + next.reason})
		}
	}
	s.known[key] = all
	return all
}

// deep reports whether a pool may hand on to another, which may be split within something else.
func (s *splitter) deep(pool string) bool {
	next := slices.Clone(s.config.Pools[pool].Payers())
	return slices.ContainsFunc(append(next, s.config.Fallback(pool)), func(n string) bool { _, is := s.config.Pools[n]; return is })
}

// split are the parts of a pool among teams and pools.
func (s *splitter) split(name string, p config.Pool, at place) []portion {
	payers := p.Payers()
	if p.Split == config.SplitFixed {
		parts := make([]portion, len(payers))
		for i, who := range payers {
			parts[i] = portion{team: who, fraction: p.Shares[who].Rat(), reason: fmt.Sprintf("%s%% of %s, fixed", p.Shares[who].Shift(2), name)}
		}
		return parts
	}
	here := s.bases[name][at.within(p.Within)]
	if !at.known(p.Within) {
		here = nil
	}
	if len(payers) == 0 {
		for who := range here {
			if _, isPool := s.config.Pools[who]; !isPool && s.shares(who) {
				payers = append(payers, who)
			}
		}
		slices.Sort(payers)
		if len(s.config.Teams) > 0 && p.Split == config.SplitEven && p.Within == "" {
			payers = s.listed()
		}
	} else if p.Split == config.SplitEven && p.Within != "" {
		payers = slices.DeleteFunc(slices.Clone(payers), func(who string) bool { _, has := here[who]; return !has })
	}
	where := ""
	if p.Within != "" {
		where = " in the same " + p.Within
	}
	if p.Split == config.SplitEven {
		if len(payers) == 0 {
			return s.fallback(name, "nobody shares it"+where)
		}
		parts := make([]portion, len(payers))
		for i, who := range payers {
			parts[i] = portion{team: who, fraction: big.NewRat(1, int64(len(payers))), reason: fmt.Sprintf("1 of %d even parts of %s%s", len(payers), name, where)}
		}
		return parts
	}
	sum := decimal.Zero
	payers = slices.DeleteFunc(slices.Clone(payers), func(who string) bool { return !here[who].IsPositive() })
	for _, who := range payers {
		sum = sum.Add(here[who])
	}
	if sum.IsZero() {
		return s.fallback(name, "there is nothing to go by"+where)
	}
	parts := make([]portion, len(payers))
	for i, who := range payers {
		f := new(big.Rat).Quo(here[who].Rat(), sum.Rat())
		parts[i] = portion{team: who, fraction: f, reason: fmt.Sprintf("%s of %s, by %s%s%s", percent(f), name, by(p), described(" of ", p.Of), where)}
	}
	return parts
}

func (s *splitter) fallback(name, why string) []portion {
	return []portion{{team: s.config.Fallback(name), fraction: big.NewRat(1, 1), reason: "all of " + name + ", since " + why}}
}

// shares reports whether a team shares what all teams do: one that stands for nobody does not.
func (s *splitter) shares(team string) bool {
	if _, listed := s.config.Teams[team]; len(s.config.Teams) > 0 {
		return listed
	}
	return team != config.Unallocated
}

func (s *splitter) listed() []string {
	var all []string
	for team := range s.config.Teams {
		all = append(all, team)
	}
	slices.Sort(all)
	return all
}

// by is the cost that a proportional split goes by.
func by(p config.Pool) string {
	if p.By == "" {
		return "amortized_cost"
	}
	return p.By
}

// percent prints a fraction to the hundredth of a percent.
func percent(f *big.Rat) string {
	return strings.TrimSuffix(strings.TrimRight(new(big.Rat).Mul(f, big.NewRat(100, 1)).FloatString(2), "0"), ".") + "%"
}
