package kinds

import (
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// SourceRelation is the source of the signals that one resource is for another.
const SourceRelation = "estate"

// Peers are the resources of one target, as the families that are judged by others see them.
type Peers struct {
	byKind   map[estate.Kind][]*estate.Observation
	coverage []estate.Coverage
	indexes  map[string]map[string][]*estate.Observation
}

// NewPeers are the observations of one target, with its coverage.
func NewPeers(obs []*estate.Observation, coverage []estate.Coverage) *Peers {
	p := &Peers{byKind: map[estate.Kind][]*estate.Observation{}, coverage: coverage, indexes: map[string]map[string][]*estate.Observation{}}
	for _, o := range obs {
		p.byKind[o.Resource.Kind] = append(p.byKind[o.Resource.Kind], o)
	}
	return p
}

// Of are the resources of a kind that have the key, by a function that is named: an index of that name is made once.
func (p *Peers) Of(kind estate.Kind, index, key string, keys func(estate.Resource) []string) []*estate.Observation {
	name := string(kind) + " " + index
	if p.indexes[name] == nil {
		by := map[string][]*estate.Observation{}
		for _, o := range p.byKind[kind] {
			for _, k := range keys(o.Resource) {
				by[k] = append(by[k], o)
			}
		}
		p.indexes[name] = by
	}
	return p.indexes[name][key]
}

// hole is the first thing that was not seen in what the kind's resources were read with, and whether there is one: then that no peer was
// found proves nothing.
func (p *Peers) hole(kind estate.Kind) (estate.Coverage, bool) {
	reads := registry[kind].Family().Reads
	if !slices.ContainsFunc(p.coverage, func(c estate.Coverage) bool { return c.Operation == reads[0].Action }) {
		return estate.Coverage{Operation: reads[0].Action, Outcome: estate.OutcomePartial, Error: "none was looked for"}, true
	}
	i := slices.IndexFunc(p.coverage, func(c estate.Coverage) bool {
		return c.Outcome != estate.OutcomeSeen && slices.ContainsFunc(reads, func(op Operation) bool { return op.Action == c.Operation })
	})
	if i < 0 {
		return estate.Coverage{}, false
	}
	return p.coverage[i], true
}

// unseen is the signal of peers that could not all be seen, and whether that is so.
func (p *Peers) unseen(signal string, kinds ...estate.Kind) (estate.Signal, bool) {
	for _, k := range kinds {
		if c, ok := p.hole(k); ok {
			return estate.Signal{Name: signal, Source: SourceRelation, Quality: qualityOfOutcome(c.Outcome), Note: c.Operation + ": " + c.Error}, true
		}
	}
	return estate.Signal{}, false
}

// qualityOfOutcome is the quality of a signal whose source was read with the outcome.
func qualityOfOutcome(o estate.Outcome) estate.Quality {
	switch o {
	case estate.OutcomePartial:
		return estate.Partial
	case estate.OutcomeThrottled:
		return estate.Throttled
	case estate.OutcomeDenied:
		return estate.Denied
	default:
		return estate.Failed
	}
}

// Signals that one resource is for another. Value is the rank of the verdict's confidence.
const (
	signalPeerActive  = "peer-active"  // At is its last use
	signalPeerIdle    = "peer-idle"    // At is since when
	signalPeerUnknown = "peer-unknown" // Note is why
	signalPeerUnseen  = "peer-unseen"
)

// uses are what the verdicts on the peers, all of one kind, say of the use of the resource that they belong to: of each state the
// newest, however many they are.
func uses(peers []*estate.Observation) estate.Signals {
	newest := map[string]estate.Signal{}
	surest := float64(estate.High.Rank())
	for _, o := range peers {
		v := o.Verdict
		s := estate.Signal{Name: signalPeerUnknown, Part: string(o.Resource.Kind) + " " + o.Resource.Name, Source: SourceRelation, Quality: estate.Good,
			Value: float64(v.Confidence.Rank()), At: v.LastUse, Note: v.Why}
		switch v.State {
		case estate.Active:
			s.Name = signalPeerActive
		case estate.Idle:
			s.Name, s.At = signalPeerIdle, v.Since
			surest = min(surest, s.Value)
		}
		if old, ok := newest[s.Name]; !ok || s.At.After(old.At) || s.At.Equal(old.At) && s.Part < old.Part {
			newest[s.Name] = s
		}
	}
	var sigs estate.Signals
	for _, name := range []string{signalPeerActive, signalPeerUnknown, signalPeerIdle} {
		if s, ok := newest[name]; ok {
			if name == signalPeerIdle {
				s.Value = surest // together they are idle as surely as the least sure of them
			}
			sigs = append(sigs, s)
		}
	}
	return sigs
}

// judgePeers judges a resource by those that it is used through: in use if one of them is, unknown if one of them may be. It does
// not answer where there are none; that there are none proves something only where all of them could be seen.
func judgePeers(family string, sigs estate.Signals, c estate.Criteria) (estate.Verdict, bool) {
	var vs []estate.Verdict
	for _, s := range sigs {
		v := estate.Verdict{Rule: family + "/" + s.Name, Confidence: confidenceOfRank(s.Value)}
		switch s.Name {
		case signalPeerUnseen:
			v = unreadable(family+"/"+signalPeerUnseen, s)
		case signalPeerActive:
			v.State, v.LastUse, v.Why = estate.Active, s.At, "its "+s.Part+" is in use"
		case signalPeerUnknown:
			v.State, v.LastUse, v.Confidence, v.Why = estate.Unknown, s.At, "", "its "+s.Part+" may be in use: "+s.Note
		case signalPeerIdle:
			v.State, v.Since, v.LastUse, v.Why = estate.Idle, s.At, s.At, "its "+s.Part+" has been idle for "+ago(c.Now, s.At)
			if c.Now.Sub(s.At) < c.IdleFor {
				v.State, v.Since, v.Why = estate.Active, time.Time{}, "its "+s.Part+" was used until "+ago(c.Now, s.At)+" ago"
			}
		default:
			continue
		}
		vs = append(vs, v)
	}
	if len(vs) == 0 {
		return estate.Verdict{}, false
	}
	return combine(vs), true
}

func confidenceOfRank(rank float64) estate.Confidence {
	for _, c := range []estate.Confidence{estate.High, estate.Medium, estate.Low} {
		if float64(c.Rank()) == rank {
			return c
		}
	}
	return ""
}
