package scan

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/packing"
)

var packer = packing.New[estate.Observation]()

// A pack is the observations of a target that is through, in a tenth of their memory: those of all targets are wanted together only to be
// printed and saved, one by one.
type pack struct {
	bytes []byte
	// first and last are the ARNs between which all of them lie.
	first, last string
}

// pack packs what was seen, and lets go of all else.
func (t *target) pack(ctx context.Context) {
	for _, o := range t.seen {
		t.prices.want(ctx, &o.Resource) // some bills are known only by what others are found to be
	}
	if n := len(t.seen); n > 0 {
		slices.SortFunc(t.seen, byARN)
		t.packed = pack{packer.Pack(t.seen), strings.Clone(t.seen[0].Resource.ARN), strings.Clone(t.seen[n-1].Resource.ARN)}
	}
	t.seen = nil
	t.Forget()
}

// park packs observations that nobody looks at until unpark, which gives them to the series that are wanted for them, too.
func (t *target) park(obs []*estate.Observation, wanted []kinds.Want) (unpark func()) {
	at := make(map[*estate.Observation]int, len(obs))
	for i, o := range obs {
		at[o] = i
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = slices.DeleteFunc(t.seen, func(o *estate.Observation) bool {
		_, parked := at[o]
		return parked
	})
	of := make([]int, len(wanted))
	for i := range wanted {
		of[i], wanted[i].For = at[wanted[i].For], nil
	}
	packed := packer.Pack(obs)
	return func() {
		again := packer.Unpack(packed)
		t.seen = append(t.seen, again...)
		for i := range wanted {
			wanted[i].For = again[of[i]]
		}
	}
}

func byARN(a, b *estate.Observation) int { return strings.Compare(a.Resource.ARN, b.Resource.ARN) }

// packs are those of several targets.
type packs []pack

// with adds a pack, unless nothing is in it.
func (ps packs) with(p pack) packs {
	if p.bytes == nil {
		return ps
	}
	return append(ps, p)
}

// all yields the observations by ARN, those of each target completed together.
func (ps packs) all(complete func([]*estate.Observation)) iter.Seq[*estate.Observation] {
	slices.SortFunc(ps, func(a, b pack) int { return strings.Compare(a.first, b.first) })
	return func(yield func(*estate.Observation) bool) {
		for rest := ps; len(rest) > 0; {
			n := rest.mingled()
			var obs []*estate.Observation
			for _, p := range rest[:n] {
				of := packer.Unpack(p.bytes)
				complete(of)
				obs = append(obs, of...)
			}
			if n > 1 {
				slices.SortFunc(obs, byARN)
			}
			for _, o := range obs {
				if !yield(o) {
					return
				}
			}
			rest = rest[n:]
		}
	}
}

// mingled is how many packs, from the first on, have to be unpacked together, because their ARNs lie between each other's. The ARNs of a
// target nearly always have their beginning to themselves.
func (ps packs) mingled() int {
	n, last := 1, ps[0].last
	for ; n < len(ps) && ps[n].first <= last; n++ {
		last = max(last, ps[n].last)
	}
	return n
}
