package report

import (
	"cmp"
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
		{head: "EACH", right: true, shed: 3}, hourlyColumn, {head: "LISTED AS", fold: true},
		{head: "SKU", fold: true}, {head: "SOURCE", fold: true}, {head: "UNKNOWN BECAUSE", fold: true}, {head: "FREE BECAUSE", fold: true}, {head: "NOT BY THE HOUR", fold: true},
		{head: "SHARED AS", fold: true},
	}}
	for _, m := range r.Meters {
		each, count, month := cost{amount: m.Rate.Hourly, known: m.Rate.Known}, strconv.Itoa(m.Count), ""
		why, free, elsewhere := m.Rate.Why, m.Free, ""
		if m.Rate.Known || m.Free != "" {
			why = ""
		}
		switch {
		case m.Elsewhere:
			each, free, elsewhere = moot, "", m.Free
		case m.Free != "":
			each = cost{known: true}
		}
		if m.GB > 0 {
			count, month = gigabytes(m.GB), each.perMonth()+" per GB-month"
		}
		g.rows = append(g.rows, []cell{
			{m.Component, strong}, {cmp.Or(m.Part, "-"), plain}, {cmp.Or(m.InstanceType, "-"), plain}, {count, plain},
			money(each.exact()), money(hourly(m).exact()),
			{month, plain}, {m.Rate.SKU, plain}, {m.Rate.Source, plain}, {why, plain}, {free, plain}, {elsewhere, plain}, {m.Share, plain},
		})
	}
	return g
}

// gigabytes prints a size to the tenth, and none as nothing.
func gigabytes(gb float64) string {
	if gb == 0 {
		return ""
	}
	whole, tenth, _ := strings.Cut(strconv.FormatFloat(gb, 'f', 1, 64), ".")
	if tenth == "0" {
		return thousands(whole) + " GB"
	}
	return thousands(whole) + "." + tenth + " GB"
}

func waste(s *estate.Snapshot, ob *estate.Observation) []fact {
	r := rowOf(ob, s.At)
	hourly, month := r.Hourly.rate(), projected(ob.Resource, r.Hourly).total()
	if ob.Verdict.State != estate.Idle {
		text := "none: it is in use"
		switch {
		case ob.Verdict.State != estate.Active:
			text = "not known: it was not judged"
		case slices.ContainsFunc(ob.Verdict.Parts, func(v estate.PartVerdict) bool { return v.State == estate.Idle }):
			text = "only that of its idle parts, below"
		}
		bills := hourly + "/h, " + month + "/month"
		switch {
		case r.Hourly.moot:
			bills = "nothing by the hour"
		case r.Ends:
			bills = hourly + "/h until it ends by itself"
		}
		return stated(
			fact{label: "waste", text: text},
			fact{label: "it bills", text: bills},
			fact{label: "note", text: r.Note},
		)
	}
	if r.Ends {
		month = "none: it ends by itself"
	}
	soFar := r.wasted().total()
	return stated(
		fact{label: "per hour", text: hourly, tone: money(hourly).tone},
		fact{label: "per month", text: month, tone: money(hourly).tone},
		fact{label: "so far", text: soFar, tone: money(soFar).tone},
		fact{label: "note", text: r.Note},
	)
}

// parts are the pieces that are judged on their own, those that only the verdict knows of included.
func parts(s *estate.Snapshot, ob *estate.Observation) *grid {
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

// bill is what the meters of one part cost per hour, or those of the whole resource.
func bill(r estate.Resource, part string) cost {
	sum := cost{known: true}
	for _, m := range r.Meters {
		if part == "" || m.Part == part {
			sum = sum.plus(hourly(m))
		}
	}
	return orElsewhere(sum, r, part)
}

func hourly(m estate.Meter) cost {
	if m.Elsewhere {
		return moot
	}
	amount, known := m.Hourly()
	return cost{amount: amount, known: known}
}

// elsewhere says how the resource or its part is paid for other than by the hour, empty where it is not.
func elsewhere(r estate.Resource, part string) string {
	for _, m := range r.Meters {
		if m.Elsewhere && (part == "" || m.Part == part) {
			return m.Free
		}
	}
	return ""
}

// orElsewhere keeps nothing by the hour from looking like nothing at all.
func orElsewhere(hourly cost, r estate.Resource, part string) cost {
	if hourly.isZero() && elsewhere(r, part) != "" {
		return moot
	}
	return hourly
}

// shares reports whether the resource has part of its bill in common with others.
func shares(r estate.Resource) bool {
	return slices.ContainsFunc(r.Meters, func(m estate.Meter) bool { return m.Share != "" })
}

// A tally bills each instance that several resources share once: to the first of them that it is shown.
type tally map[string]string

// bill is what of the resource's bill no resource before it was charged with, and the name of the one that was charged with the rest.
func (t tally) bill(r estate.Resource) (sum cost, with string) {
	sum = cost{known: true}
	for _, m := range r.Meters {
		if name, charged := t[m.Share]; charged && m.Share != "" {
			with = name
			continue
		}
		if m.Share != "" {
			t[m.Share] = r.Name
		}
		sum = sum.plus(hourly(m))
	}
	return orElsewhere(sum, r, ""), with
}
