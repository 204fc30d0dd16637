package ledger_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

func each[T any](all ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// did is a receipt of an action on churn that ended some hours after at.
func did(id, action string, hours float64, change ...func(*ledger.Receipt)) ledger.Receipt {
	r := ledger.Receipt{Outcome: ledger.Done, At: at.Add(time.Duration(hours * float64(time.Hour)))}
	r.ID, r.Action, r.Ask.Action = id, stop, action
	for _, c := range change {
		c(&r)
	}
	return r
}

// TestSaved: what is saved is the rate for as long as nothing says that the bill goes on, each hour of a resource once.
func TestSaved(t *testing.T) {
	undoes := func(id string) func(*ledger.Receipt) { return func(r *ledger.Receipt) { r.Undoes = id } }
	failed := func(r *ledger.Receipt) { r.Outcome = ledger.Failed }
	unknown := func(r *ledger.Receipt) { r.Known = false }
	again := func(hours int) ledger.Finding {
		return ledger.Finding{ID: "new", Known: true, Resource: ledger.Subject{ARN: churn, Created: at.Add(time.Duration(hours) * time.Hour)}}
	}
	target := estate.Target{Partition: "aws", Account: "111122223333", Region: "us-east-1"}
	see := func(hourly string, created, modified float64) *estate.Snapshot {
		s := &estate.Snapshot{At: at.Add(9 * time.Hour), Targets: []estate.Target{target}}
		if hourly != "" {
			r := estate.Resource{ARN: churn, Created: at.Add(time.Duration(created * float64(time.Hour))), Modified: at.Add(time.Duration(modified * float64(time.Hour)))}
			r.Meters = []estate.Meter{{Count: 1, Rate: estate.Rate{Known: true, Hourly: decimal.RequireFromString(hourly)}}}
			s.Observations = []*estate.Observation{{Resource: r}}
		}
		return s
	}
	hole := see("", 0, 0)
	hole.Coverage = []estate.Coverage{{Target: target, Outcome: estate.OutcomeDenied}}
	cut := see("", 0, 0)
	cut.Interrupted = true
	elsewhere := see("", 0, 0)
	elsewhere.Targets[0].Region = "eu-west-1"
	old := see("1.5", 0, 0)
	old.At = at
	for name, c := range map[string]struct {
		receipts []ledger.Receipt
		findings []ledger.Finding
		scan     *estate.Snapshot
		want     string
	}{
		"nothing":                        {nil, nil, nil, "0 a month, 0 so far, known"},
		"ten hours ago":                  {[]ledger.Receipt{did("a", "delete", 0)}, nil, nil, "a 15; 1095 a month, 15 so far, known"},
		"one that failed":                {[]ledger.Receipt{did("a", "delete", 0, failed)}, nil, nil, "0 a month, 0 so far, known"},
		"one that ends no bill":          {[]ledger.Receipt{did("a", "tag", 0)}, nil, nil, "0 a month, 0 so far, known"},
		"of an unknown price":            {[]ledger.Receipt{did("a", "delete", 0, unknown)}, nil, nil, "a 15; 1095 a month, 15 so far, not known"},
		"stopped, then deleted":          {[]ledger.Receipt{did("a", "stop", 0), did("b", "delete", 4)}, nil, nil, "a 15; 1095 a month, 15 so far, known"},
		"undone":                         {[]ledger.Receipt{did("a", "delete", 0), did("b", "start", 4, undoes("a"))}, nil, nil, "a 6 undone by b; 0 a month, 6 so far, known"},
		"its second step undone":         {[]ledger.Receipt{did("a", "stop", 0), did("b", "delete", 2), did("c", "start", 4, undoes("b"))}, nil, nil, "a 6 undone by c; 0 a month, 6 so far, known"},
		"an undoing that failed":         {[]ledger.Receipt{did("a", "delete", 0), did("b", "start", 4, undoes("a"), failed)}, nil, nil, "a 15; 1095 a month, 15 so far, known"},
		"undone, and stopped again":      {[]ledger.Receipt{did("a", "delete", 0), did("b", "start", 4, undoes("a")), did("c", "delete", 8)}, nil, nil, "a 6 undone by b; c 3; 1095 a month, 9 so far, known"},
		"found again":                    {[]ledger.Receipt{did("a", "delete", 0)}, []ledger.Finding{again(2)}, nil, "a 3 made anew; 0 a month, 3 so far, known"},
		"the finding of before":          {[]ledger.Receipt{did("a", "delete", 0)}, []ledger.Finding{again(-2)}, nil, "a 15; 1095 a month, 15 so far, known"},
		"not in a whole scan":            {[]ledger.Receipt{did("a", "delete", 0)}, nil, see("", 0, 0), "a 15 confirmed; 1095 a month, 15 so far, known"},
		"not in a scan with a hole":      {[]ledger.Receipt{did("a", "delete", 0)}, nil, hole, "a 15; 1095 a month, 15 so far, known"},
		"not in a scan that was cut":     {[]ledger.Receipt{did("a", "delete", 0)}, nil, cut, "a 15; 1095 a month, 15 so far, known"},
		"not in a scan of others":        {[]ledger.Receipt{did("a", "delete", 0)}, nil, elsewhere, "a 15; 1095 a month, 15 so far, known"},
		"a scan of before":               {[]ledger.Receipt{did("a", "delete", 1)}, nil, old, "a 13.5; 1095 a month, 13.5 so far, known"},
		"seen stopped, with its volume":  {[]ledger.Receipt{did("a", "stop", 0)}, nil, see("0.01", -9, 0), "a 15 confirmed; 1095 a month, 15 so far, known"},
		"seen again, made anew":          {[]ledger.Receipt{did("a", "delete", 0)}, nil, see("1.5", 4, 5), "a 6 made anew; 0 a month, 6 so far, known"},
		"seen again, started again":      {[]ledger.Receipt{did("a", "stop", 0)}, nil, see("1.5", -9, 5), "a 7.5 billing again; 0 a month, 7.5 so far, known"},
		"seen again":                     {[]ledger.Receipt{did("a", "stop", 0)}, nil, see("1.5", -9, 0), "a 0 billing again, nobody knows since when; 0 a month, 0 so far, known"},
		"scaled, and seen with the rest": {[]ledger.Receipt{did("a", "scale", 0)}, nil, see("3", -9, 0), "a 15; 1095 a month, 15 so far, known"},
		"scaled to nothing":              {[]ledger.Receipt{did("a", "scale", 0)}, nil, see("0", -9, 0), "a 15 confirmed; 1095 a month, 15 so far, known"},
	} {
		s, err := ledger.Saved(at.Add(10*time.Hour), each(c.receipts...), each(c.findings...), c.scan)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, a := range s.Actual {
			got += a.Receipt + " " + a.Realised.String()
			if a.Again != "" {
				got += " " + a.Again
			}
			if !a.Confirmed.IsZero() {
				got += " confirmed"
			}
			got += "; "
		}
		got += fmt.Sprintf("%s a month, %s so far, ", s.Forecast, s.Realised)
		if !s.Known {
			got += "not "
		}
		if got += "known"; got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
}

func TestSavedByMonth(t *testing.T) {
	now := time.Date(2026, 5, 1, 1, 0, 0, 0, time.UTC)
	open := ledger.Finding{ID: "f", Policy: "p", Resource: ledger.Subject{ARN: "b"}, Hourly: decimal.RequireFromString("2"), Known: true}
	closed, acted := open, open
	closed.Closed, acted.Done = at, []string{"a"}
	s, err := ledger.Saved(now, each(did("a", "delete", 29*24+8)), each(open, closed, acted), nil) // from March 31, 23:00
	if err != nil {
		t.Fatal(err)
	}
	var months []string
	for _, m := range s.Months {
		months = append(months, m.Month+" "+m.Realised.String())
	}
	if got := strings.Join(months, ", "); got != "2026-03 1.5, 2026-04 1080, 2026-05 1.5" || s.Realised.String() != "1083" {
		t.Error(got, s.Realised)
	}
	if len(s.Open) != 1 || s.Potential.String() != "1460" || s.Open[0].Forecast.String() != "1460" {
		t.Errorf("%+v", s.Open)
	}
	broken := errors.New("broken")
	if _, err := ledger.Saved(now, func(yield func(ledger.Receipt, error) bool) { yield(ledger.Receipt{}, broken) }, each[ledger.Finding](), nil); !errors.Is(err, broken) {
		t.Error(err)
	}
}
