package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// tell is the whole story of one resource.
func tell(s *estate.Snapshot, ob *estate.Observation, o Options) story {
	r, v := ob.Resource, ob.Verdict
	out := story{title: fmt.Sprintf("%s, %s", r.Name, kindOf(r.Kind, r.Type))}
	if s.Interrupted {
		out.alert = interrupted
	}
	out.add(section{facts: about(s, r)})
	out.add(section{title: "Verdict", facts: verdict(s, v)})
	out.add(section{title: "What is wrong", grid: wrongGrid(s, v)})
	out.add(section{title: "Signals", grid: signals(s, ob.Signals), remarks: noneIf(len(ob.Signals) == 0, "nothing was observed")})
	out.add(section{title: "Price", grid: prices(r), remarks: noneIf(len(r.Meters) == 0, "it bills nothing by the hour that is known of")})
	out.add(section{title: "Waste", facts: waste(s, ob)})
	out.add(section{title: "Parts", grid: parts(s, ob)})
	out.add(section{title: "Policies", remarks: said(o.Policies)})
	var unknown []remark
	for _, g := range gaps(s, ob) {
		unknown = append(unknown, remark{text: g.What, level: 1})
		if g.Hint != "" {
			unknown = append(unknown, remark{text: "to know it: " + g.Hint, tone: faint, level: 2})
		}
	}
	if len(unknown) == 0 {
		unknown = noneIf(true, "nothing: every question that was asked was answered")
	}
	out.add(section{title: "What was not known", remarks: unknown})
	out.add(section{title: "Attributes", facts: pairs(r.Attributes)})
	out.add(section{title: "Tags", facts: pairs(r.Tags), remarks: noneIf(r.Tags != nil && len(r.Tags) == 0, "none")})
	out.next(o.Next)
	return out
}

// said is what the policies say, with the steps below each.
func said(policies []Said) []remark {
	var out []remark
	for _, p := range policies {
		text := p.Policy + ": " + p.Says
		if p.Why != "" {
			text += ": " + p.Why
		}
		out = append(out, remark{text: text, level: 1})
		for _, step := range p.Steps {
			out = append(out, remark{text: step, tone: faint, level: 2})
		}
	}
	return append(out, noneIf(policies != nil && len(policies) == 0, "none of those that are configured")...)
}

func noneIf(none bool, text string) []remark {
	if !none {
		return nil
	}
	return []remark{{text: text, level: 1}}
}

func pairs(m map[string]string) []fact {
	var out []fact
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fact{label: k, text: m[k]})
	}
	return out
}

// stated leaves out the facts that say nothing.
func stated(facts ...fact) []fact {
	return slices.DeleteFunc(facts, func(f fact) bool { return f.text == "" })
}

func about(s *estate.Snapshot, r estate.Resource) []fact {
	owner := cmp.Or(r.Owner, "not known")
	if r.OwnerFrom != "" {
		owner += ", known from: " + r.OwnerFrom
	}
	account := r.Target.Account
	if r.Target.AccountName != "" {
		account += ", " + r.Target.AccountName
	}
	modified := ""
	if !r.Modified.IsZero() {
		modified = when(s.At, r.Modified)
	}
	return stated(
		fact{label: "ARN", text: r.ARN},
		fact{label: "account", text: account},
		fact{label: "region", text: r.Target.Region},
		fact{label: "domain", text: r.Domain},
		fact{label: "user", text: r.User},
		fact{label: "space", text: r.Space},
		fact{label: "owner", text: owner},
		fact{label: "status", text: r.Status},
		fact{label: "created", text: when(s.At, r.Created)},
		fact{label: "modified", text: modified},
		fact{label: "looked at", text: instant(s.At)},
	)
}

func verdict(s *estate.Snapshot, v estate.Verdict) []fact {
	tones := map[estate.State]tone{estate.Active: good, estate.Idle: bad, estate.Unknown: doubtful}
	var since, idle string
	lastUse := "none known"
	if !v.LastUse.IsZero() {
		lastUse = when(s.At, v.LastUse)
	}
	if v.State == estate.Idle {
		since, idle = instant(v.Since), idleFor(v.IdleFor(s.At), v.Open)
		if v.Open {
			since += ", or earlier: the evidence begins there"
		}
	}
	return stated(
		fact{label: "state", text: string(v.State), tone: tones[v.State]},
		fact{label: "confidence", text: string(v.Confidence), tone: confidence(v.Confidence).tone},
		fact{label: "why", text: v.Why},
		fact{label: "since", text: since},
		fact{label: "idle for", text: idle},
		fact{label: "last use", text: lastUse},
		fact{label: "rule", text: v.Rule},
		fact{label: "remedy", text: v.Remedy},
	)
}

// wrongGrid are the conditions of the whole and of its parts.
func wrongGrid(s *estate.Snapshot, v estate.Verdict) *grid {
	g := &grid{prose: true, columns: []column{
		{head: "CONDITION"}, {head: "PART", least: 6, shed: 1}, {head: "SINCE", shed: 2}, {head: "AGE", right: true},
		{head: "WHY", fold: true}, {head: "REMEDY", fold: true},
	}}
	add := func(part string, cs []estate.Condition) {
		for _, c := range cs {
			g.rows = append(g.rows, []cell{{strings.ToLower(string(c.Type)), bad}, {cmp.Or(part, "-"), plain}, {instant(c.Since), plain}, {ago(s.At, c.Since), plain},
				{c.Why, plain}, {c.Remedy, plain}})
		}
	}
	add("", v.Conditions)
	for _, p := range v.Parts {
		add(p.Part, p.Conditions)
	}
	if len(g.rows) == 0 {
		return nil
	}
	return g
}
