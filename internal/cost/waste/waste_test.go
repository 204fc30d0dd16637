package waste

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/test/absent"
)

const (
	account  = "111111111111"
	notebook = "arn:aws:sagemaker:us-east-1:111111111111:notebook-instance/nb"
	endpoint = "arn:aws:sagemaker:us-east-1:111111111111:endpoint/ep"
)

// day is an instant of a day of March.
func day(d, hour, minute int) time.Time { return time.Date(2026, 3, d, hour, minute, 0, 0, time.UTC) }

// A bill line.
type charge struct {
	resource, kind, class, instanceType, currency string
	from                                          time.Time
	length                                        time.Duration
	cost, hours                                   string
}

func hourly(resource, kind, instanceType string, from, to time.Time, cost string) []charge {
	var lines []charge
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		lines = append(lines, charge{resource, kind, "compute", instanceType, "USD", at, time.Hour, cost, "1"})
	}
	return lines
}

func engine(t *testing.T, lines []charge) *duck.DB {
	t.Helper()
	if !duck.Available {
		absent.Peer(t, "this build has no DuckDB")
	}
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	columns := make([]string, len(lake.Schema))
	for i, c := range lake.Schema {
		columns[i] = c.Name + " " + c.Type
	}
	exec := func(statement string) {
		if err := db.Exec(context.Background(), statement); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE TABLE charges (" + strings.Join(columns, ", ") + ")")
	var values []string
	for _, c := range lines {
		null := func(s string) string {
			if s == "" {
				return "NULL"
			}
			return dialect.Text(s)
		}
		values = append(values, fmt.Sprintf("('%s', TIMESTAMP '%s', TIMESTAMP '%s', %s, %s, %s, %s, %s, %s, %s, %s, 'Hrs')", c.from.Format("2006-01"), c.from.Format(time.DateTime), c.from.Add(c.length).Format(time.DateTime),
			dialect.Text(account), null(c.resource), null(c.kind), null(c.class), null(c.instanceType), null(c.currency), null(c.cost), null(c.hours)))
	}
	exec("INSERT INTO charges (billing_period, charge_period_start, charge_period_end, sub_account_id, resource_id, resource_kind, usage_class, instance_type, billing_currency, amortized_cost, " +
		"consumed_quantity, consumed_unit) VALUES " + strings.Join(values, ", "))
	return db
}

func snapshot(at time.Time, observations ...*estate.Observation) *estate.Snapshot {
	return &estate.Snapshot{At: at, Observations: observations}
}

func seen(arn string, v estate.Verdict, meters ...estate.Meter) *estate.Observation {
	if meters == nil {
		meters = []estate.Meter{{InstanceType: "ml.t3.medium", Count: 1}}
	}
	return &estate.Observation{Resource: estate.Resource{ARN: arn, Owner: "ana", Meters: meters}, Verdict: v}
}

// judgedBy says how long what is in it may go without use.
func judgedBy(limit time.Duration, s *estate.Snapshot) *estate.Snapshot {
	s.IdleFor = map[estate.Kind]estate.Duration{"": estate.Duration(limit)}
	return s
}

func idleSince(at time.Time) estate.Verdict { return estate.Verdict{State: estate.Idle, Since: at} }

func activeSince(at time.Time) estate.Verdict {
	return estate.Verdict{State: estate.Active, LastUse: at}
}

func parted(t *testing.T, lines []charge, snaps ...*estate.Snapshot) *Bill {
	t.Helper()
	e := NewEvidence()
	for _, s := range snaps {
		e.Add(s)
	}
	period, err := showback.Months("2026-03", "2026-03")
	if err != nil {
		t.Fatal(err)
	}
	cost, err := showback.ParseCost("amortized")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Of(context.Background(), engine(t, lines), e, Question{Period: period, Cost: cost, By: "resource"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheBillPartedByUse(t *testing.T) {
	two := []estate.Meter{{Part: "a", InstanceType: "ml.g5.xlarge", Count: 1}, {Part: "b", InstanceType: "ml.m5.large", Count: 1}}
	same := []estate.Meter{{Part: "a", InstanceType: "ml.g5.xlarge", Count: 1}, {Part: "b", InstanceType: "ml.g5.xlarge", Count: 1}}
	shared := []estate.Meter{{InstanceType: "ml.t3.medium", Count: 1, Share: "instance of ana"}}
	partsAt := func(last time.Time) estate.Verdict {
		return estate.Verdict{State: estate.Active, Parts: []estate.PartVerdict{{Part: "a", Verdict: idleSince(day(1, 0, 0))}, {Part: "b", Verdict: activeSince(last)}}}
	}
	parts := partsAt(day(1, 9, 0))
	for name, test := range map[string]struct {
		lines []charge
		snaps []*estate.Snapshot
		// paid, least, most, used, unknown
		want string
	}{
		"hours in an idle time are idle, those before nobody knows": {hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(1, 10, 0), "0.1"),
			[]*estate.Snapshot{snapshot(day(1, 10, 0), seen(notebook, idleSince(day(1, 4, 0))))}, "1 0.6 0.6 0 0.4"},
		"an hour in which idleness begins is idle in part": {hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(1, 2, 0), "0.1"),
			[]*estate.Snapshot{snapshot(day(1, 2, 0), seen(notebook, idleSince(day(1, 0, 15))))}, "0.2 0.175 0.175 0 0.025"},
		"of several instances nobody knows which hour it was": {hourly(endpoint, "endpoint", "ml.g5.xlarge", day(1, 0, 0), day(1, 2, 0), "2"),
			[]*estate.Snapshot{snapshot(day(1, 2, 0), seen(endpoint, idleSince(day(1, 0, 15))))}, "4 2 4 0 0"},
		"a line of a day has two bounds": {[]charge{{notebook, "notebook-instance", "compute", "ml.t3.medium", "USD", day(1, 0, 0), 24 * time.Hour, "1.2", "12"}},
			[]*estate.Snapshot{snapshot(day(2, 0, 0), seen(notebook, idleSince(day(1, 6, 0))))}, "1.2 0.6 1.2 0 0"},
		"a line of a day that ran all day is exact": {[]charge{{notebook, "notebook-instance", "compute", "ml.t3.medium", "USD", day(1, 0, 0), 24 * time.Hour, "2.4", "24"}},
			[]*estate.Snapshot{snapshot(day(2, 0, 0), seen(notebook, idleSince(day(1, 6, 0))))}, "2.4 1.8 1.8 0 0.6"},
		"use is use": {hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(1, 2, 0), "0.1"),
			[]*estate.Snapshot{snapshot(day(1, 2, 0), seen(notebook, activeSince(day(1, 1, 0))))}, "0.2 0 0 0.1 0.1"},
		"unknown stays unknown": {hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(1, 2, 0), "0.1"),
			[]*estate.Snapshot{snapshot(day(1, 2, 0), seen(notebook, estate.Verdict{State: estate.Unknown}))}, "0.2 0 0 0 0.2"},
		"nobody looked": {hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(1, 2, 0), "0.1"), nil, "0.2 0 0 0 0.2"},
		"two looks overlap, and count once": {hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(1, 10, 0), "0.1"),
			[]*estate.Snapshot{snapshot(day(1, 8, 0), seen(notebook, idleSince(day(1, 4, 0)))), snapshot(day(1, 10, 0), seen(notebook, idleSince(day(1, 4, 0))))}, "1 0.6 0.6 0 0.4"},
		"use outweighs idleness": {hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(1, 4, 0), "0.1"),
			[]*estate.Snapshot{snapshot(day(1, 4, 0), seen(notebook, idleSince(day(1, 0, 0)))), snapshot(day(1, 3, 0), seen(notebook, activeSince(day(1, 2, 0))))}, "0.4 0.3 0.3 0.1 0"},
		"an idle variant of its own instance type": {append(hourly(endpoint, "endpoint", "ml.g5.xlarge", day(1, 0, 0), day(1, 10, 0), "2"), hourly(endpoint, "endpoint", "ml.m5.large", day(1, 0, 0), day(1, 10, 0), "1")...),
			[]*estate.Snapshot{snapshot(day(1, 10, 0), seen(endpoint, parts, two...))}, "30 20 20 1 9"},
		"between uses that are near to each other it is in use": {hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(1, 10, 0), "0.1"),
			[]*estate.Snapshot{judgedBy(2*time.Hour, snapshot(day(1, 4, 0), seen(notebook, activeSince(day(1, 4, 0))))), judgedBy(2*time.Hour, snapshot(day(1, 2, 0), seen(notebook, activeSince(day(1, 2, 0))))),
				judgedBy(2*time.Hour, snapshot(day(1, 10, 0), seen(notebook, activeSince(day(1, 9, 0)))))}, "1 0 0 0.3 0.7"},
		"what turned out to have been the last use ends it": {hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(1, 10, 0), "0.1"),
			[]*estate.Snapshot{judgedBy(2*time.Hour, snapshot(day(1, 3, 0), seen(notebook, activeSince(day(1, 2, 0))))), judgedBy(2*time.Hour, snapshot(day(1, 9, 0), seen(notebook, idleSince(day(1, 2, 0)))))},
			"1 0.7 0.7 0 0.3"},
		"a variant in use is in use between uses": {hourly(endpoint, "endpoint", "ml.m5.large", day(1, 0, 0), day(1, 10, 0), "1"),
			[]*estate.Snapshot{judgedBy(24*time.Hour, snapshot(day(1, 1, 0), seen(endpoint, partsAt(day(1, 1, 0)), two...))), judgedBy(24*time.Hour, snapshot(day(1, 9, 30), seen(endpoint, partsAt(day(1, 9, 0)), two...)))}, "10 0 0 8 2"},
		"an idle variant that shares its instance type is idle perhaps": {hourly(endpoint, "endpoint", "ml.g5.xlarge", day(1, 0, 0), day(1, 10, 0), "2"),
			[]*estate.Snapshot{snapshot(day(1, 10, 0), seen(endpoint, parts, same...))}, "20 0 20 0 0"},
		"a variant and its whole endpoint, idle at two looks, count once": {hourly(endpoint, "endpoint", "ml.g5.xlarge", day(1, 0, 0), day(1, 10, 0), "2"),
			[]*estate.Snapshot{snapshot(day(1, 5, 0), seen(endpoint, idleSince(day(1, 0, 0)), two...)), snapshot(day(1, 8, 0), seen(endpoint, parts, two...))}, "20 16 16 0 4"},
		"an app on an instance that another uses is idle perhaps": {hourly(notebook, "studio-app", "ml.t3.medium", day(1, 0, 0), day(1, 2, 0), "0.1"),
			[]*estate.Snapshot{snapshot(day(1, 2, 0), seen(notebook, idleSince(day(1, 0, 0)), shared...), seen("other", activeSince(day(1, 1, 0)), shared...))}, "0.2 0 0.2 0 0"},
		"storage beside an idle instance would be paid anyway": {[]charge{{notebook, "notebook-instance", "storage", "", "USD", day(1, 0, 0), 24 * time.Hour, "0.5", ""}},
			[]*estate.Snapshot{snapshot(day(2, 0, 0), seen(notebook, idleSince(day(1, 0, 0))))}, "0.5 0 0 0 0.5"},
		"storage of what has nothing else is idle with it": {[]charge{{notebook, "notebook-instance", "storage", "", "USD", day(1, 0, 0), 24 * time.Hour, "0.5", ""}},
			[]*estate.Snapshot{snapshot(day(2, 0, 0), seen(notebook, idleSince(day(1, 0, 0)), estate.Meter{GB: 5}))}, "0.5 0.5 0.5 0 0"},
		"a notebook that was stopped in between": {append(hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(1, 4, 0), "0.1"), charge{notebook, "notebook-instance", "storage", "", "USD", day(2, 0, 0), 24 * time.Hour, "0.5", ""}),
			[]*estate.Snapshot{snapshot(day(1, 4, 0), seen(notebook, idleSince(day(1, 0, 0)))), snapshot(day(3, 0, 0), seen(notebook, idleSince(day(1, 5, 0)), estate.Meter{GB: 5}))}, "0.9 0.9 0.9 0 0"},
		"a credit in part of an idle time is nobody's": {[]charge{{notebook, "notebook-instance", "compute", "ml.t3.medium", "USD", day(1, 0, 0), 24 * time.Hour, "-5", "24"}},
			[]*estate.Snapshot{snapshot(day(2, 0, 0), seen(notebook, idleSince(day(1, 6, 0))))}, "-5 0 0 0 -5"},
	} {
		t.Run(name, func(t *testing.T) {
			s := parted(t, test.lines, test.snaps...).all["USD"]
			if got := fmt.Sprint(s.paid, s.least, s.most, s.used, s.unknown); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// What is saved and read again says the same, also beside a later look.
func TestEvidenceIsKept(t *testing.T) {
	two := []estate.Meter{{Part: "a", InstanceType: "ml.g5.xlarge", Count: 1}, {Part: "b", InstanceType: "ml.m5.large", Count: 1}}
	parts := estate.Verdict{State: estate.Active, Parts: []estate.PartVerdict{{Part: "a", Verdict: idleSince(day(1, 0, 0))}, {Part: "b", Verdict: activeSince(day(1, 9, 0))}}}
	e := NewEvidence()
	for _, s := range []*estate.Snapshot{
		snapshot(day(1, 2, 0), seen(notebook, activeSince(day(1, 2, 0)))), snapshot(day(1, 3, 0), seen(notebook, activeSince(day(1, 2, 30)))), snapshot(day(1, 10, 0), seen(endpoint, parts, two...)),
	} {
		e.Add(judgedBy(2*time.Hour, s))
	}
	var file bytes.Buffer
	if err := e.Save(&file); err != nil {
		t.Fatal(err)
	}
	text := file.String()
	again := NewEvidence()
	if err := again.Load(&file); err != nil {
		t.Fatal(err)
	}
	later := judgedBy(2*time.Hour, snapshot(day(1, 12, 0), seen(notebook, idleSince(day(1, 2, 30)))))
	e.Add(later)
	again.Add(later)
	for _, thing := range e.things() {
		if diff := cmp.Diff(e.settled(thing), again.settled(thing), cmp.AllowUnexported(stretch{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%+v (-kept in mind +read)\n%s", thing, diff)
		}
	}
	if wereIdle, wereUsed := again.Resources(); wereIdle != 2 || wereUsed != 2 {
		t.Errorf("%d were idle, %d in use", wereIdle, wereUsed)
	}
	for name, broken := range map[string]string{"cut short": text[:len(text)/2], "of another kind": `{"schema":"x/1"}`, "the wrong way round": strings.Replace(text, `["2026-03-01T02:00:00Z",`, `["2027-03-01T02:00:00Z",`, 1)} {
		if err := NewEvidence().Load(strings.NewReader(broken)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestWhatCanNotBeIdleStandsBeside(t *testing.T) {
	b := parted(t, []charge{
		{"", "", "tax", "", "USD", day(1, 0, 0), time.Hour, "19", ""}, {endpoint, "endpoint", "data", "", "USD", day(1, 0, 0), time.Hour, "3", ""},
		{notebook, "notebook-instance", "compute", "ml.t3.medium", "USD", day(1, 0, 0), time.Hour, "0.1", "1"},
	}, snapshot(day(2, 0, 0), seen(notebook, idleSince(day(1, 0, 0)))))
	if got := fmt.Sprint(b.beside["USD"].paid, " ", b.all["USD"].paid); got != "22 0.1" {
		t.Errorf("beside and judged: %s", got)
	}
	if want := "Of $22.10 paid, $0.10 went to no use (2026-03)"; b.Title() != want {
		t.Errorf("title %q, want %q", b.Title(), want)
	}
	if len(b.rows) != 1 || b.rows[0].owner != "ana" {
		t.Errorf("rows: %+v", b.rows)
	}
}

// Whatever lines and looks there are: the parts add up to what was paid, bounds are in order, and true idleness lies between them.
func TestTruthLiesBetweenTheBounds(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 2))
		length := []time.Duration{time.Hour, 24 * time.Hour}[seed%2]
		begin := day(1, 0, 0)
		const minutes = 3 * 24 * 60
		runs, unused := make([]bool, minutes), make([]bool, minutes) // the truth, by the minute
		state := func(of []bool) {
			on := r.IntN(2) == 0
			for i := range of {
				if r.IntN(300) == 0 {
					on = !on
				}
				of[i] = on
			}
		}
		state(runs)
		state(unused)
		var lines []charge
		truth := decimal.Zero
		rate := decimal.RequireFromString("0.0123") // a minute
		step := int(length / time.Minute)
		for at := 0; at < minutes; at += step {
			ran := 0
			for i := at; i < at+step; i++ {
				if runs[i] {
					if ran++; unused[i] {
						truth = truth.Add(rate)
					}
				}
			}
			if ran > 0 {
				lines = append(lines, charge{notebook, "notebook-instance", "compute", "ml.t3.medium", "USD", begin.Add(time.Duration(at) * time.Minute), length,
					rate.Mul(decimal.NewFromInt(int64(ran))).String(), decimal.NewFromInt(int64(ran)).DivRound(decimal.NewFromInt(60), 18).String()})
			}
		}
		var snaps []*estate.Snapshot
		for i := 1; i < minutes; i++ { // a look at the end of each state
			if i+1 < minutes && unused[i] == unused[i+1] {
				continue
			}
			from := i
			for from > 0 && unused[from-1] == unused[i] {
				from--
			}
			v := activeSince(begin.Add(time.Duration(from) * time.Minute))
			if unused[i] {
				v = idleSince(begin.Add(time.Duration(from) * time.Minute))
			}
			snaps = append(snaps, snapshot(begin.Add(time.Duration(i+1)*time.Minute), seen(notebook, v)))
		}
		if len(lines) == 0 {
			continue
		}
		s := parted(t, lines, snaps...).all["USD"]
		slack := decimal.New(1, -12) // hours have 18 digits
		if s.least.GreaterThan(truth.Add(slack)) || s.most.Add(slack).LessThan(truth) || s.least.GreaterThan(s.most) {
			t.Errorf("seed %d: %s idle, but bounds are %s and %s", seed, truth, s.least, s.most)
		}
		if !s.most.Add(s.used).Add(s.unknown).Equal(s.paid) {
			t.Errorf("seed %d: %+v do not add up", seed, s)
		}
	}
}

func TestConfirmedByTheBill(t *testing.T) {
	running := hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(3, 12, 0), "0.1")
	neighbour := hourly("arn:aws:sagemaker:us-east-1:111111111111:endpoint/other", "endpoint", "ml.m5.large", day(3, 0, 0), day(6, 0, 0), "1")
	dayLine := func(d int, cost, hours string) charge {
		return charge{notebook, "notebook-instance", "compute", "ml.t3.medium", "USD", day(d, 0, 0), 24 * time.Hour, cost, hours}
	}
	stop := Stop{Receipt: "r", Resource: notebook, Action: "stop", From: day(3, 11, 30)}
	undone := stop
	undone.To = day(4, 12, 0)
	half := stop
	half.To = day(5, 12, 0)
	late := stop
	late.From = day(5, 23, 30)
	april := day(32, 0, 0)
	month := func(period string, imported time.Time) lake.Month {
		return lake.Month{Period: period, Bill: "bill", Imported: imported}
	}
	march, may := []lake.Month{month("2026-03", april.AddDate(0, 0, 1))}, month("2026-05", april.AddDate(0, 2, 0))
	other := neighbour[0].resource
	later := append(hourly(other, "endpoint", "ml.m5.large", day(3, 0, 0), april, "1"), hourly(other, "endpoint", "ml.m5.large", april.AddDate(0, 1, 0), april.AddDate(0, 1, 1), "1")...)
	var days []charge
	for d := 3; d < 6; d++ {
		days = append(days, charge{other, "endpoint", "compute", "ml.m5.large", "USD", day(d, 0, 0), 24 * time.Hour, "24", "24"})
	}
	for name, test := range map[string]struct {
		stop    Stop
		lines   []charge
		bills   []lake.Month
		verdict confirmed
		saved   string
	}{
		"nothing since":                       {stop, append(running, neighbour...), march, yes, "6"},
		"until it was undone":                 {undone, append(running, neighbour...), march, yes, "2.4"},
		"billed on":                           {stop, append(hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(6, 0, 0), "0.1"), neighbour...), march, billedOn, "0"},
		"not yet on the bill":                 {late, append(hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(6, 0, 0), "0.1"), neighbour...), march, notYet, "0"},
		"nothing before":                      {stop, neighbour, march, noBefore, "0"},
		"lines of a day: by the hours it ran": {stop, append([]charge{dayLine(1, "0.8", "8"), dayLine(2, "0.8", "8"), dayLine(3, "0.3", "3")}, neighbour...), march, yes, "4.8"},
		"a month has no bill":                 {stop, append(running, later...), append(march, may), yes, "68.4"},
		"the month of the stop has no bill":   {stop, append(running, later...), []lake.Month{may}, notYet, "0"},
		"imported in the middle of a month":   {stop, append(running, later...), []lake.Month{month("2026-03", day(5, 12, 0)), month("2026-04", may.Imported), may}, yes, "4.8"},
		"lines that end after the import":     {stop, append([]charge{dayLine(1, "2.4", "24"), dayLine(2, "2.4", "24")}, days...), []lake.Month{month("2026-03", day(5, 12, 0))}, yes, "3.65"},
		"within a line of its own at the end": {half, append(append(hourly(notebook, "notebook-instance", "ml.t3.medium", day(1, 0, 0), day(3, 12, 0), "0.1"), dayLine(5, "1.2", "12")), neighbour...), march, yes, "3.6"},
	} {
		t.Run(name, func(t *testing.T) {
			cost, _ := showback.ParseCost("amortized")
			got, err := Confirm(context.Background(), engine(t, test.lines), []Stop{test.stop}, test.bills, cost)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{string(test.verdict), test.saved}, []string{string(got[0].Verdict), got[0].Saved.String()}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A month that another payer has a bill of is missing all the same, and that is said.
func TestAMonthWithoutABillEndsWhatIsKnown(t *testing.T) {
	bill := func(name, period string, payers ...string) lake.Month {
		return lake.Month{Bill: name, Period: period, Payers: payers, Imported: day(300, 0, 0)}
	}
	h := horizons{
		bills:  []lake.Month{bill("ours", "2026-03", "1"), bill("theirs", "2026-03", "2"), bill("theirs", "2026-04", "2"), bill("ours", "2026-05", "1"), bill("theirs", "2026-05")},
		payers: map[string][]string{"a": {"1"}, "b": {"2"}},
		reach: map[string]map[string]time.Time{
			"a": {"2026-03": day(32, 0, 0), "2026-05": day(90, 0, 0)}, "b": {"2026-03": day(32, 0, 0), "2026-05": day(90, 0, 0)},
		},
	}
	for account, want := range map[string]string{"a": "2026-04-01 2026-04", "b": "2026-05-29 "} {
		until, missing := h.after(account, day(2, 0, 0))
		if got := until.Format(time.DateOnly) + " " + missing; got != want {
			t.Errorf("%s: got %q, want %q", account, got, want)
		}
	}
	if notes := strings.Join(Confirmed([]Confirmation{{Missing: "2026-04"}, {Missing: "2026-04"}, {}}).Notes(), "\n"); strings.Count(notes, "no bill of 2026-04") != 1 {
		t.Error(notes)
	}
}
