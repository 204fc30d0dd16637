package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// snapshots draws small snapshots with any text for names and whys, and any mix of verdicts and prices.
func snapshots(t *rapid.T) *estate.Snapshot {
	s := &estate.Snapshot{At: at, Targets: []estate.Target{prod, dev, china}}
	dollars := rapid.Custom(func(t *rapid.T) decimal.Decimal {
		return decimal.New(rapid.Int64Range(0, 1e9).Draw(t, "digits"), -rapid.Int32Range(0, 8).Draw(t, "places"))
	})
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{hostile, "name", "推荐系统模型生产环境端点推荐系统", "👩‍🔬👩‍🔬👩‍🔬👩‍🔬👩‍🔬👩‍🔬👩‍🔬👩‍🔬👩‍🔬👩‍🔬"}))
	state := rapid.SampledFrom([]estate.State{estate.Active, estate.Idle, estate.Unknown})
	verdictSince := rapid.Custom(func(t *rapid.T) time.Time {
		return before(time.Duration(rapid.Int64Range(0, int64(90*day)).Draw(t, "age")))
	})
	for i := range rapid.IntRange(0, 12).Draw(t, "resources") {
		target := rapid.SampledFrom(s.Targets).Draw(t, "target")
		ob := &estate.Observation{
			Resource: estate.Resource{
				ARN: target.SageMakerARN(fmt.Sprintf("endpoint/%d", i)), Kind: rapid.SampledFrom([]estate.Kind{"endpoint", "studio-app"}).Draw(t, "kind"), Target: target,
				Name: fmt.Sprintf("%d.%s", i, text.Draw(t, "name")), Owner: text.Draw(t, "owner"), Type: text.Draw(t, "type"), Ends: rapid.Bool().Draw(t, "ends"),
				Meters: []estate.Meter{{Component: "Hosting", InstanceType: "ml.m5.large", Count: 1,
					Rate: estate.Rate{Known: rapid.Bool().Draw(t, "rated"), Hourly: dollars.Draw(t, "rate"), Why: "not listed"}}},
			},
			Verdict: estate.Verdict{State: state.Draw(t, "state"), Why: text.Draw(t, "why"), Remedy: text.Draw(t, "remedy"), Since: verdictSince.Draw(t, "since")},
			Waste:   estate.Waste{Known: rapid.Bool().Draw(t, "known"), Hourly: dollars.Draw(t, "hourly"), SoFar: dollars.Draw(t, "so far")},
		}
		if rapid.Bool().Draw(t, "free") {
			ob.Resource.Meters, ob.Waste = nil, estate.Waste{Known: true}
			if rapid.Bool().Draw(t, "paid upfront") {
				ob.Resource.Meters = []estate.Meter{{Component: "Cluster-Reserved", Count: 1, Free: "paid for upfront", Elsewhere: true}}
			}
		} else if rapid.Bool().Draw(t, "shares") {
			ob.Resource.Meters[0].Share, ob.Resource.Meters[0].Rate = rapid.SampledFrom([]string{"one", "two"}).Draw(t, "share"), listed("0.05")
		}
		for range rapid.IntRange(0, 2).Draw(t, "conditions") {
			ob.Verdict.Conditions = append(ob.Verdict.Conditions, estate.Condition{Since: verdictSince.Draw(t, "since"), Why: text.Draw(t, "wrong"), Remedy: text.Draw(t, "remedy"),
				Type: rapid.SampledFrom([]estate.ConditionType{estate.Stuck, estate.Broken, estate.Orphaned}).Draw(t, "condition")})
		}
		for p := range rapid.IntRange(0, 2).Draw(t, "parts") {
			name := fmt.Sprintf("v%d", p)
			v := estate.PartVerdict{Part: name, Verdict: estate.Verdict{State: state.Draw(t, "part state"), Since: verdictSince.Draw(t, "part since")}}
			if rapid.Bool().Draw(t, "part is broken") {
				v.Conditions = []estate.Condition{{Type: estate.Broken, Why: "it failed"}}
			}
			ob.Verdict.Parts = append(ob.Verdict.Parts, v)
			if v.State == estate.Idle {
				ob.Waste.Parts = append(ob.Waste.Parts, estate.PartWaste{Part: name, Known: rapid.Bool().Draw(t, "part known"), Hourly: dollars.Draw(t, "part hourly"), SoFar: dollars.Draw(t, "part so far")})
			}
		}
		s.Observations = append(s.Observations, ob)
	}
	return s
}

func TestTotalsEqualTheSumOfTheRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		hourly, monthly, wasted, idle, known := decimal.Zero, decimal.Zero, decimal.Zero, 0, true
		for _, ob := range s.Observations {
			parts := ob.Waste.Parts
			if ob.Verdict.State == estate.Idle {
				parts = []estate.PartWaste{{Hourly: ob.Waste.Hourly, SoFar: ob.Waste.SoFar, Known: ob.Waste.Known}}
			}
			for _, p := range parts {
				hourly, wasted, idle, known = hourly.Add(p.Hourly), wasted.Add(p.SoFar), idle+1, known && p.Known
				if !ob.Resource.Ends {
					monthly = monthly.Add(p.Hourly.Mul(hoursPerMonth))
				}
			}
		}
		d := newDigest(s, true)
		idle -= len(d.free)
		for name, groups := range map[string][]total{"all": {d.summary.Total}, "account": d.summary.ByAccount, "kind": d.summary.ByKind} {
			all := total{Hourly: moot, Monthly: moot, Wasted: moot}
			for _, g := range groups {
				all.Idle += g.Idle
				all.Hourly, all.Monthly, all.Wasted = all.Hourly.plus(g.Hourly), all.Monthly.plus(g.Monthly), all.Wasted.plus(g.Wasted)
			}
			if !all.Hourly.amount.Equal(hourly) || !all.Monthly.amount.Equal(monthly) || !all.Wasted.amount.Equal(wasted) || all.Idle != idle || all.Hourly.known != known {
				t.Errorf("by %s: %v idle, %v/h, %v/month, %v wasted, known %v; want %v, %v, %v, %v, %v",
					name, all.Idle, all.Hourly.amount, all.Monthly.amount, all.Wasted.amount, all.Hourly.known, idle, hourly, monthly, wasted, known)
			}
		}
		whole := slices.DeleteFunc(d.rows(true), func(r row) bool { return r.Part != "" })
		if len(whole) != len(s.Observations) {
			t.Errorf("%d rows for %d resources", len(whole), len(s.Observations))
		}
	})
}

// TestNothingIsPrintedTwiceOrLost holds the rows of the forms for programs against the snapshot.
func TestNothingIsPrintedTwiceOrLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		d := newDigest(s, true)
		for _, all := range []bool{false, true} {
			seen := map[string]bool{}
			for _, r := range d.rows(all) {
				if key := r.ARN + "#" + r.Part; seen[key] {
					t.Errorf("%s twice, with all %v", key, all)
				} else {
					seen[key] = true
				}
			}
			for _, ob := range s.Observations {
				if Wrong(ob) && !seen[ob.Resource.ARN+"#"] {
					t.Errorf("something is wrong with %s, and it is no row, with all %v", ob.Resource.ARN, all)
				}
			}
		}
		for _, r := range d.wrong {
			ob := s.Observations[slices.IndexFunc(s.Observations, func(ob *estate.Observation) bool { return ob.Resource.ARN == r.ARN })]
			want := len(ob.Verdict.Conditions)
			for _, p := range ob.Verdict.Parts {
				want += len(p.Conditions)
			}
			if len(r.Conditions) != want {
				t.Errorf("%s has %d conditions, want %d", r.ARN, len(r.Conditions), want)
			}
		}
	})
}

func TestNoWidthLosesARow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, width := snapshots(t), rapid.IntRange(1, 300).Draw(t, "width")
		for _, o := range []Options{{Format: Table}, {Format: Wide}} {
			o.Width = width
			d := newDigest(s, true)
			g := d.idleGrid(d.idle, o)
			l := g.layout(width)
			term := newTerminal(o)
			term.grid(g)
			lines := strings.Split(term.String(), "\n")
			at := 0
			for _, r := range d.idle {
				want := cut(Line(r.Label), l.widths[0], true)
				for at < len(lines) && !strings.HasPrefix(lines[at], strings.TrimRight(want, " ")) {
					at++
				}
				if at == len(lines) {
					t.Fatalf("%s at width %d: no row of %q in\n%s", o.Format, width, want, term.String())
				}
				at++
			}
			if got := across(l.shown, func(i int) int { return l.widths[i] }); got > max(width, narrowest) {
				t.Errorf("%s: a line of %d columns at width %d", o.Format, got, width)
			}
		}
	})
}

func TestTableFitsTheWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(narrowest, 300).Draw(t, "width")
		o := Options{Format: Table, Width: width}
		d := newDigest(snapshots(t), true)
		term := newTerminal(o)
		for _, g := range []*grid{d.idleGrid(d.idle, o), d.idleGrid(d.free, o), d.wrongSection(o).grid} {
			if g != nil {
				term.grid(g)
			}
		}
		for line := range strings.Lines(term.String()) {
			// A word stays whole, so that it can be copied.
			if w := ansi.StringWidth(strings.TrimSuffix(line, "\n")); w > width && len(strings.Fields(line)) > 1 {
				t.Errorf("%d columns at width %d: %q", w, width, line)
			}
		}
	})
}

func TestNoFormPrintsControlCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		o := Options{All: true, Width: rapid.SampledFrom([]int{0, 60, 120}).Draw(t, "width"), Next: func() []string { return []string{hostile} }}
		check := func(form string, err error, text string) {
			if err != nil {
				t.Fatalf("%s: %v", form, err)
			}
			for _, r := range text {
				if r != '\n' && r != '\r' && r != zeroWidthJoiner && r != zeroWidthNonJoiner && !unicode.IsPrint(r) {
					t.Fatalf("%s prints %U in %q", form, r, text)
				}
			}
		}
		for _, f := range Formats() {
			o.Format = f
			var b bytes.Buffer
			err := Scan(&b, s, o)
			check("scan as "+string(f), err, b.String())
		}
		for _, f := range Formats() {
			for _, by := range [][]Dimension{nil, {"owner", "type"}} {
				o.Format = f
				var b bytes.Buffer
				err := Inventory(&b, s, by, o)
				check("inventory as "+string(f), err, b.String())
			}
		}
		for _, ob := range s.Observations {
			for _, f := range []Format{Table, JSON, Markdown} {
				o.Format = f
				var b bytes.Buffer
				err := Explain(&b, s, ob, o)
				check("explain as "+string(f), err, b.String())
			}
		}
	})
}

func TestCutFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Line(rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z推荐🚀-]{0,40}`)).Draw(t, "text"))
		width, middle := rapid.IntRange(1, 50).Draw(t, "width"), rapid.Bool().Draw(t, "middle")
		got := cut(s, width, middle)
		if w := ansi.StringWidth(got); w > width {
			t.Errorf("cut(%q, %d) = %q of width %d", s, width, got, w)
		}
		if ansi.StringWidth(s) <= width && got != s {
			t.Errorf("cut(%q, %d) = %q, but it fits", s, width, got)
		}
	})
}

func TestWrapLosesNoWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Line(rapid.String().Draw(t, "text"))
		lines := wrap(s, rapid.IntRange(1, 40).Draw(t, "first"), rapid.IntRange(1, 40).Draw(t, "rest"))
		if got, want := strings.Join(lines, " "), strings.Join(strings.Fields(s), " "); got != want {
			t.Errorf("wrap(%q) joins to %q", s, got)
		}
	})
}

func TestJSONKeepsEveryCharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.OneOf(rapid.String(), rapid.Just(hostile+"\U000e0041")).Draw(t, "text")
		text, err := encode(want, "")
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Errorf("%q becomes %s, which reads as %q, %v", want, text, got, err)
		}
	})
}

// TestSumOfTheRowsIsTheBill: whoever sums a column in a spreadsheet counts no part and no shared instance twice.
func TestSumOfTheRowsIsTheBill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		assess(s)
		var b bytes.Buffer
		if err := Scan(&b, s, Options{Format: CSV, All: true}); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		got, column := decimal.Zero, slices.Index(records[0], "hourly_usd")
		for _, r := range records[1:] {
			if r[column] != "" {
				got = got.Add(decimal.RequireFromString(r[column]))
			}
		}
		if want := newInventory(s, nil).all.Hourly.amount; !got.Equal(want) {
			t.Errorf("the rows sum to %s, all resources bill %s\n%s", got, want, b.String())
		}
	})
}

// assess gives each part a meter, and each resource the waste that a scan finds: an instance that several share is wasted once, and
// not at all while one of them is not idle.
func assess(s *estate.Snapshot) {
	charged := map[string]bool{}
	for _, ob := range s.Observations {
		if ob.Verdict.State != estate.Idle {
			for _, m := range ob.Resource.Meters {
				charged[m.Share] = true
			}
		}
	}
	for _, ob := range s.Observations {
		ob.Waste = estate.Waste{Known: true}
		for _, p := range ob.Verdict.Parts {
			m := estate.Meter{Part: p.Part, Component: "Hosting", Count: 1, Rate: listed("0.25")}
			ob.Resource.Meters = append(ob.Resource.Meters, m)
			ob.Waste.Parts = append(ob.Waste.Parts, estate.PartWaste{Part: p.Part, Known: true, Hourly: m.Rate.Hourly})
		}
		if ob.Verdict.State != estate.Idle {
			continue
		}
		ob.Waste.Parts = nil
		for _, m := range ob.Resource.Meters {
			if m.Share == "" || !charged[m.Share] {
				amount, known := m.Hourly()
				ob.Waste.Hourly, ob.Waste.Known = ob.Waste.Hourly.Add(amount), ob.Waste.Known && known
			}
			charged[m.Share] = true
		}
	}
}

func TestMachineFormsHoldEveryRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		want := len(newDigest(s, true).rows(true))
		var lines, table bytes.Buffer
		if err := Scan(&lines, s, Options{Format: NDJSON, All: true}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(lines.String(), "\n"); got != want {
			t.Errorf("ndjson has %d lines, want %d", got, want)
		}
		if err := Scan(&table, s, Options{Format: CSV, All: true}); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(&table).ReadAll()
		if err != nil || len(records) != want+1 {
			t.Fatalf("csv has %d records, want %d and a header: %v", len(records), want, err)
		}
		for _, record := range records[1:] {
			for _, field := range record {
				if strings.IndexAny(field, "=+-@\t\r") == 0 {
					t.Errorf("csv field %q is a formula to a spreadsheet", field)
				}
			}
		}
	})
}
