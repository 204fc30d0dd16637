package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func prices(r estate.Resource) *grid {
	if len(r.Meters) == 0 {
		return nil
	}
	g := &grid{prose: true, columns: []column{
		{head: "COMPONENT", least: 12}, {head: "PART", least: 6, shed: 1}, {head: "INSTANCE", least: 8}, {head: "COUNT", right: true, shed: 2},
		{head: "EACH", right: true, shed: 3}, hourlyColumn,
		{head: "SKU", fold: true}, {head: "SOURCE", fold: true}, {head: "UNKNOWN BECAUSE", fold: true}, {head: "FREE BECAUSE", fold: true}, {head: "SHARED AS", fold: true},
	}}
	for _, m := range r.Meters {
		amount, known := m.Hourly()
		each := cost{m.Rate.Hourly, m.Rate.Known}
		why := m.Rate.Why
		if m.Rate.Known || m.Free != "" {
			why = ""
		}
		if m.Free != "" {
			each = cost{known: true}
		}
		g.rows = append(g.rows, []cell{
			{m.Component, strong}, {cmp.Or(m.Part, "-"), plain}, {cmp.Or(m.InstanceType, "-"), plain}, {strconv.Itoa(m.Count), plain},
			money(each.exact()), money(cost{amount, known}.exact()),
			{m.Rate.SKU, plain}, {m.Rate.Source, plain}, {why, plain}, {m.Free, plain}, {m.Share, plain},
		})
	}
	return g
}

func waste(ob estate.Observation) []fact {
	w := ob.Waste
	if ob.Verdict.State != estate.Idle {
		amount, known := ob.Resource.Hourly()
		bills := cost{amount, known}
		text := "none: it is in use"
		switch {
		case ob.Verdict.State != estate.Active:
			text = "not known: it was not judged"
		case slices.ContainsFunc(ob.Verdict.Parts, func(v estate.PartVerdict) bool { return v.State == estate.Idle }):
			text = "only that of its idle parts, below"
		}
		return stated(
			fact{label: "waste", text: text},
			fact{label: "it bills", text: fmt.Sprintf("%s/h, %s/month", bills.rate(), bills.monthly().total())},
			fact{label: "note", text: w.Note},
		)
	}
	hourly, soFar := cost{w.Hourly, w.Known}, cost{w.SoFar, w.Known}
	return stated(
		fact{label: "per hour", text: hourly.rate(), tone: money(hourly.rate()).tone},
		fact{label: "per month", text: hourly.monthly().total(), tone: money(hourly.rate()).tone},
		fact{label: "so far", text: soFar.total(), tone: money(soFar.total()).tone},
		fact{label: "note", text: w.Note},
	)
}

// parts are the pieces that are judged on their own, those that only the verdict knows of included.
func parts(s *estate.Snapshot, ob estate.Observation) *grid {
	all := slices.Clone(ob.Resource.Parts)
	for _, v := range ob.Verdict.Parts {
		if !slices.ContainsFunc(all, func(p estate.Part) bool { return p.Name == v.Part }) {
			all = append(all, estate.Part{Name: v.Part})
		}
	}
	if len(all) == 0 {
		return nil
	}
	g := &grid{prose: true, columns: []column{
		{head: "PART", least: 12, middle: true}, {head: "ROLE", shed: 3}, {head: "MODE", shed: 2}, {head: "COUNT", right: true, shed: 4}, {head: "STATE"},
		confidenceColumn, idleForColumn, hourlyColumn, wastedColumn,
		{head: "WHY", fold: true}, {head: "LAST USE", fold: true}, {head: "MEMBERS", fold: true},
	}}
	idle := partRows(ob, s.At)
	for _, p := range all {
		var v estate.PartVerdict
		if i := slices.IndexFunc(ob.Verdict.Parts, func(v estate.PartVerdict) bool { return v.Part == p.Name }); i >= 0 {
			v = ob.Verdict.Parts[i]
		}
		idleTime, wasted := "-", cell{"-", plain}
		if v.State == estate.Idle {
			idleTime = idleFor(s.At.Sub(v.Since), v.Open)
		}
		if i := slices.IndexFunc(idle, func(r row) bool { return r.Part == p.Name }); i >= 0 {
			wasted = money(idle[i].wasted().total())
		}
		g.rows = append(g.rows, []cell{
			{p.Name, strong}, {cmp.Or(p.Role, "-"), plain}, {cmp.Or(p.Mode, "-"), plain}, {strconv.Itoa(p.Count), plain}, {cmp.Or(string(v.State), "-"), plain},
			confidence(v.Confidence), {idleTime, plain}, money(bill(ob.Resource, p.Name).rate()), wasted,
			{v.Why, plain}, {when(s.At, v.LastUse), plain}, {strings.Join(p.Members, ", "), plain},
		})
	}
	return g
}

// bill is what the meters of one part cost per hour.
func bill(r estate.Resource, part string) cost {
	sum := cost{known: true}
	for _, m := range r.Meters {
		if m.Part == part {
			amount, known := m.Hourly()
			sum = sum.plus(cost{amount, known})
		}
	}
	return sum
}
