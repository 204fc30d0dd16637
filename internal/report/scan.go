package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const interrupted = "interrupted: the scan ended before it was through, and what it had not reached is missing here"

// story tells the scan to people.
func (d digest) story(o Options) story {
	s := story{title: d.headline()}
	if d.snapshot.Interrupted {
		s.alert = interrupted
	}
	if len(d.idle) > 0 {
		s.figures = d.figures()
	}
	s.add(d.idleSection(o))
	s.add(d.wrongSection(o))
	if o.All {
		s.add(d.freeSection(o))
		s.add(d.others("In use", d.active, o))
		s.add(d.others("Not judged", d.unknown, o))
	}
	if len(d.idle) > 0 {
		s.add(section{grid: d.totalsGrid(), remarks: leftOut(d.summary.Total.Ends)})
	}
	s.add(section{remarks: slices.Concat(d.notJudged(o.All), unpricedRemarks(d.summary.UnknownPrices), coverage(d.snapshot))})
	s.next(o.Next)
	return s
}

// headline says what was looked at and what came of it.
func (d digest) headline() string {
	what := "nothing idle"
	switch {
	case len(d.idle) > 0:
		what = fmt.Sprintf("%d idle", len(d.idle))
	case d.summary.Free.Idle > 0:
		what = "nothing idle that bills"
	}
	return fmt.Sprintf("%s among %s in %s, %s", what,
		count(d.summary.Resources, "resource"), count(d.summary.Targets, "target"), instant(d.snapshot.At))
}

func (d digest) figures() []fact {
	t := d.summary.Total
	return []fact{
		{label: "idle, per hour", text: t.Hourly.total()},
		{label: "per month at this rate", text: t.Monthly.total()},
		{label: "wasted so far", text: t.Wasted.total()},
	}
}

// The columns that several grids share.
var (
	resourceColumn   = column{head: "RESOURCE", least: 20, middle: true}
	kindColumn       = column{head: "KIND", said: "%s", least: 18, shed: 3}
	placeColumn      = column{head: "ACCOUNT/REGION", said: "%s", least: 14, middle: true, shed: 2}
	ownerColumn      = column{head: "OWNER", least: 10, shed: 4}
	idleForColumn    = column{head: "IDLE FOR", right: true, shed: 5}
	lastUseColumn    = column{head: "LAST USE", right: true, shed: 5}
	confidenceColumn = column{head: "CONFIDENCE", short: "CONF", said: "%s confidence", shed: 1}
	hourlyColumn     = column{head: "$/H", right: true}
	monthlyColumn    = column{head: "$/MONTH AT THIS RATE", short: "$/MONTH", right: true, shed: 2}
	wastedColumn     = column{head: "WASTED SO FAR", short: "WASTED", right: true, shed: 6}
)

// idleSection lists what is idle and costs something, and counts the rest.
func (d digest) idleSection(o Options) section {
	var part section
	if len(d.idle) > 0 {
		part.grid = d.idleGrid(first(d.idle, o.Top), o)
	}
	if rest := d.idle[len(first(d.idle, o.Top)):]; len(rest) > 0 {
		t := sum("", "", rest)
		part.remarks = []remark{{text: fmt.Sprintf("and %d more, %s/h, %s so far", len(rest), t.Hourly.total(), t.Wasted.total())}}
	}
	if !o.All {
		part.remarks = append(part.remarks, d.freeLine()...)
	}
	return part
}

// first are the rows that --top leaves.
func first(rows []row, top int) []row {
	if top > 0 && len(rows) > top {
		return rows[:top]
	}
	return rows
}

func (d digest) idleGrid(rows []row, o Options) *grid {
	g := &grid{columns: []column{resourceColumn, kindColumn, placeColumn, ownerColumn, idleForColumn, confidenceColumn, hourlyColumn, wastedColumn}}
	for _, r := range rows {
		g.rows = append(g.rows, append(identity(r),
			cell{idleFor(time.Duration(r.IdleFor), r.IdleOpen), plain}, confidence(r.Confidence),
			money(r.Hourly.rate()), money(r.wasted().total())))
	}
	d.prose(g, rows, o)
	return g
}

// others is a section of rows that are not idle.
func (d digest) others(title string, rows []row, o Options) section {
	if len(rows) == 0 {
		return section{}
	}
	g := &grid{columns: []column{resourceColumn, kindColumn, placeColumn, ownerColumn, lastUseColumn, confidenceColumn, hourlyColumn}}
	for _, r := range rows {
		g.rows = append(g.rows, append(identity(r),
			cell{ago(d.snapshot.At, r.LastUse), plain}, confidence(r.Confidence), money(r.Hourly.rate())))
	}
	d.prose(g, rows, o)
	return section{title: fmt.Sprintf("%s: %d", title, len(rows)), grid: g}
}

func identity(r row) []cell {
	return []cell{{r.Label, strong}, {r.kind(), plain}, {r.place(), plain}, {cmp.Or(r.Owner, "-"), plain}}
}

// leftOut says what no month was reckoned of.
func leftOut(n int) []remark {
	switch n {
	case 0:
		return nil
	case 1:
		return []remark{{text: "the month leaves out 1 resource that ends by itself"}}
	}
	return []remark{{text: fmt.Sprintf("the month leaves out %d resources that end by themselves", n)}}
}

// money marks what is not an exact figure.
func money(text string) cell {
	if strings.HasPrefix(text, "$") || text == "-" {
		return cell{text, plain}
	}
	return cell{text, doubtful}
}

func confidence(c estate.Confidence) cell {
	tones := map[estate.Confidence]tone{estate.High: good, estate.Medium: doubtful}
	return cell{cmp.Or(string(c), "-"), tones[c]}
}

// prose adds the columns of text: why, what to do where that is not judged, and in the forms that have the room all that is left.
func (d digest) prose(g *grid, rows []row, o Options) {
	add := func(head string, text func(row) string) {
		g.columns = append(g.columns, column{head: head, fold: true})
		for i, r := range rows {
			g.rows[i] = append(g.rows[i], cell{text(r), plain})
		}
	}
	add("WHY", row.reason)
	remedy := func(r row) string { return r.Remedy }
	if !o.roomy() {
		if slices.ContainsFunc(rows, func(r row) bool { return r.State != estate.Idle && r.Remedy != "" }) {
			add("REMEDY", remedy)
		}
		return
	}
	g.prose = o.Width > 0
	add("REMEDY", remedy)
	add("LAST USE", func(r row) string { return when(d.snapshot.At, r.LastUse) })
	add("INSTANCES", func(r row) string { return strings.Join(r.Instances, ", ") })
	add("STORAGE", func(r row) string { return gigabytes(r.StorageGB) })
	add("OWNER FROM", func(r row) string { return r.OwnerFrom })
	add("STATUS", func(r row) string { return r.Status })
	add("RULE", func(r row) string { return r.Rule })
	add("ARN", func(r row) string { return r.ARN })
}

func (d digest) totalsGrid() *grid {
	g := &grid{columns: []column{
		{head: "TOTAL", least: 28, middle: true},
		{head: "IDLE", right: true}, hourlyColumn, monthlyColumn, wastedColumn,
	}}
	add := func(title string, tone tone, t total) {
		g.rows = append(g.rows, []cell{{title, tone}, {strconv.Itoa(t.Idle), tone},
			{t.Hourly.total(), tone}, {t.Monthly.total(), tone}, {t.Wasted.total(), tone}})
	}
	for _, t := range d.summary.ByAccount {
		add("account "+t.title(), plain, t)
	}
	for _, t := range d.summary.ByKind {
		add("kind "+t.title(), plain, t)
	}
	add("all", strong, d.summary.Total)
	return g
}
