package remediate

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
)

// How a finding ends.
const (
	// Acted: the last of its steps was done.
	Acted = "acted"
	// Cleared: its policy does not match any more.
	Cleared = "cleared"
	// Gone: the resource is not there any more.
	Gone = "gone"
	// Exempt: the resource was let off.
	Exempt = "exempt"
)

// What happens to findings, as the history has it.
const (
	EventOpened = "finding opened"
	EventAgain  = "finding began anew"
	EventClosed = "finding closed"
)

// A Standing is a finding as the ledger has it.
type Standing struct {
	ledger.Finding
	// Version is the record's, 0 for a finding that is not in the ledger yet.
	Version int64
	// Event is what a reconciliation made of it; empty where it only goes on, or nothing was said of it.
	Event string
	// Touched says that a reconciliation has looked at it.
	Touched bool
}

// idOf names a finding: of one policy, about one resource, as long as the same one bears the name.
func idOf(p string, r estate.Resource) string {
	sum := sha256.Sum256([]byte(p + "\x00" + r.ARN + "\x00" + r.Created.UTC().Format(time.RFC3339Nano)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:12]
}

// Reconcile works out from a scan what the findings are now: new ones, those that go on, those that begin anew, and those that end. It is pure.
//
// What could not be seen changes nothing: a finding whose resource is missing from a listing with a hole, or of which its policy cannot be
// judged, stays as it was. The findings of policies that are not in the set are left alone.
func Reconcile(snap *estate.Snapshot, set *policy.Set, standing []Standing, exemptions []ledger.Exemption) []Standing {
	byID := map[string]Standing{}
	for _, s := range standing {
		byID[s.ID] = s
	}
	met := map[string]bool{}
	for _, p := range set.Policies {
		digest := p.Digest()
		for _, o := range snap.Observations {
			if !slices.Contains(p.Kinds, o.Resource.Kind) {
				continue
			}
			id := idOf(p.Name, o.Resource)
			before, known := byID[id]
			met[id] = true
			if known && before.Underway != "" { // the resource is what the step has made of it
				before.Touched = true
				byID[id] = before
				continue
			}
			m := p.Match(o, snap.At)
			if m.Exempt == "" {
				m.Exempt = exempted(exemptions, p.Name, o.Resource.ARN, snap.At)
			}
			switch {
			case m.Trouble != "":
				if known {
					before.Touched, before.Trouble = true, m.Trouble
					byID[id] = before
				}
			case m.Matched && m.Exempt == "":
				byID[id] = merged(before, known, p, digest, o, snap.At)
			case known:
				why := Cleared
				if m.Matched {
					why = Exempt
				}
				byID[id] = closed(before, why, m.Exempt, snap.At)
			}
		}
	}
	for id, s := range byID {
		if s.Closed.IsZero() && s.Underway == "" && !met[id] && slices.ContainsFunc(set.Policies, func(p *policy.Policy) bool { return p.Name == s.Policy }) && listed(snap, s.Resource) {
			byID[id] = closed(s, Gone, "", snap.At)
		}
	}
	all := make([]Standing, 0, len(byID))
	for _, s := range byID {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Standing) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// merged is the finding of a policy that matches. It begins anew where the policy has changed, and where the resource was used since it began: who
// came back is told again before anything happens.
func merged(before Standing, known bool, p *policy.Policy, digest string, o *estate.Observation, now time.Time) Standing {
	s, r := before, o.Resource
	switch {
	case !known:
		s = begun(p, digest, r, now)
		s.Event = EventOpened
	case s.Asks != digest, usedSince(o.Verdict, s.First):
		s = begun(p, digest, r, now)
		s.Event, s.Version, s.Snooze = EventAgain, before.Version, before.Snooze
	}
	s.Last, s.Verdict, s.Trouble, s.Touched = now, o.Verdict, "", true
	s.Resource.Owner = r.Owner
	s.Hourly, s.Known = r.Hourly()
	if w := o.Waste; !w.Hourly.IsZero() || w.Known {
		s.Hourly, s.Known = w.Hourly, w.Known
	}
	return s
}

// usedSince reports whether a verdict tells of use after an instant, or of something else that idleness counts from. Where the evidence begins is
// none: it moves along with the time of the scan.
func usedSince(v estate.Verdict, at time.Time) bool {
	return v.LastUse.After(at) || v.Since.After(at) && !v.Open
}

func begun(p *policy.Policy, digest string, r estate.Resource, now time.Time) Standing {
	return Standing{Finding: ledger.Finding{
		ID: idOf(p.Name, r), Policy: p.Name, Asks: digest, First: now, Since: now,
		Resource: ledger.Subject{ARN: r.ARN, Kind: r.Kind, Target: r.Target, Name: r.Name, Owner: r.Owner, Created: r.Created},
	}}
}

func closed(s Standing, how, why string, now time.Time) Standing {
	s.Event, s.Touched, s.Closed, s.Why = EventClosed, true, now, how
	if why != "" {
		s.Why += ": " + why
	}
	return s
}

// exempted is why a resource is let off by somebody's word, empty where it is not.
func exempted(all []ledger.Exemption, policy, arn string, now time.Time) string {
	for _, e := range all {
		if strings.EqualFold(e.ARN, arn) && (e.Policy == "" || e.Policy == policy) && (e.Until.IsZero() || now.Before(e.Until)) {
			return "by " + e.By + ": " + e.Why
		}
	}
	return ""
}

// listed reports whether the scan has seen every resource of the subject's family in its target, so that one that is missing is gone.
func listed(snap *estate.Snapshot, s ledger.Subject) bool {
	k, err := kinds.Get(s.Kind)
	if err != nil || snap.Interrupted {
		return false
	}
	whole := false
	for _, c := range snap.Coverage {
		if c.Target.Key() != s.Target.Key() {
			continue
		}
		for _, read := range k.Family().Reads {
			if c.Operation == read.Action && c.Hole() {
				return false
			}
		}
		whole = whole || c.Operation == k.Family().Reads[0].Action && c.Outcome == estate.OutcomeSeen
	}
	return whole
}
