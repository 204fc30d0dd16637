package remediate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
)

// look looks at the resource of a step again. It returns the resource, or nil for one that is gone by this step's own doing; or else why the
// step ends here.
func (w *work) look(ctx context.Context) (*estate.Resource, Outcome, string) {
	s := w.finding.Resource
	w.looked = w.Now()
	snap, err := w.site.Look(ctx, s)
	if err != nil {
		return nil, Failed, "it could not be looked at again, and was left alone: " + cloud.Brief(err)
	}
	i := slices.IndexFunc(snap.Observations, func(o *estate.Observation) bool {
		return o.Resource.Kind == s.Kind && strings.EqualFold(o.Resource.ARN, s.ARN)
	})
	switch {
	case i < 0 && !listed(snap, s):
		return nil, Failed, "it could not be looked at again, and was left alone"
	case i < 0 && len(w.calls) > 0:
		return nil, "", "it is gone"
	case i < 0:
		return nil, Canceled, "it is gone"
	}
	o := snap.Observations[i]
	if why := w.changed(o, snap); why != "" {
		return nil, Canceled, why
	}
	if len(w.calls) > 0 {
		switch exempt, trouble := w.policy.LetsOff(o, snap.At); {
		case exempt != "":
			return nil, Canceled, "it is let off: " + exempt
		case trouble != "":
			return nil, Underway, trouble
		}
	}
	if w.verdict, w.seen = o.Verdict, w.finding.Seen; w.seen.IsZero() {
		w.seen = snap.At
	}
	return &o.Resource, "", ""
}

// changed is why a step must not go on with what it finds, empty where it may. Before its first call everything has to be as the policy wants it;
// from then on the resource is what the step has made of it, and it is enough that nobody has used it since, nor lets it off.
func (w *work) changed(o *estate.Observation, snap *estate.Snapshot) string {
	f, step, v := w.finding, w.policy.Steps[w.item.Step], o.Verdict
	switch {
	case !o.Resource.Created.Equal(f.Resource.Created):
		return "another of the same name has taken its place"
	case v.LastUse.After(f.First):
		return "it was used at " + v.LastUse.UTC().Format("2006-01-02 15:04:05 MST")
	case len(w.calls) > 0 && v.State == estate.Active && step.Takes():
		return "it is in use: " + v.Why
	case len(w.calls) > 0:
		return ""
	}
	m := w.policy.Match(o, snap.At)
	switch {
	case m.Trouble != "":
		return m.Trouble
	case m.Exempt != "":
		return "it is let off: " + m.Exempt
	case !m.Matched:
		return fmt.Sprintf("%s does not match any more: it is %s: %s", w.policy.Name, v.State, v.Why)
	case usedSince(v, f.First):
		return "it was used since it was found"
	}
	return step.Refuses(v)
}

// sent reports whether this step has sent the call already: that it comes next again means that somebody has reversed it.
func (w *work) sent(m kinds.Move) bool {
	return slices.ContainsFunc(w.calls, func(a ledger.Action) bool { return a.Operation == m.Operation && a.On == m.Resource })
}

// actionOf is the action of a family that a step asks for.
func actionOf(kind estate.Kind, name string) (kinds.Action, error) {
	k, err := kinds.Get(kind)
	if err != nil {
		return kinds.Action{}, err
	}
	all := k.Family().Actions
	i := slices.IndexFunc(all, func(a kinds.Action) bool { return a.Name == name })
	if i < 0 || all[i].Next == nil {
		return kinds.Action{}, fmt.Errorf("a %s has no %s", kind, name)
	}
	return all[i], nil
}

// policyOf is the policy of a name; nil where there is none.
func policyOf(set *policy.Set, name string) *policy.Policy {
	for _, p := range set.Policies {
		if p.Name == name {
			return p
		}
	}
	return nil
}
