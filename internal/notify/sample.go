package notify

import (
	"cmp"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// Sample writes notices of what there is not, for whoever tries a channel or a template: at once, whatever hours and digest say.
func (o *Office) Sample(now time.Time, to, channel, template string) (out []ledger.Notice, gaps []Gap, err error) {
	tells := sampleTells(now, to)
	for i := range tells {
		tells[i].To, tells[i].Via = []string{to}, []string{channel}
	}
	ways, gaps := o.ways(tells[0])
	for _, w := range ways {
		n, err := o.notice(now, w.to, w.channel, cmp.Or(template, builtIn), tells, nil)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, n)
	}
	return out, gaps, nil
}

func sampleTells(now time.Time, to string) []Tell {
	tell := func(id, kind, name, hourly string, next estate.Ask) Tell {
		return Tell{Due: now, Next: next, At: now.Add(4 * time.Hour), Finding: ledger.Finding{ID: id, Policy: "example", First: now, Hourly: decimal.RequireFromString(hourly),
			Known: hourly != "0", Verdict: estate.Verdict{State: estate.Idle, Since: now.Add(-26 * time.Hour), Why: "this is an example: nothing of the kind exists"},
			Resource: ledger.Subject{ARN: "arn:aws:sagemaker:eu-west-1:111122223333:" + kind + "/" + name, Kind: estate.Kind(kind), Name: name, Owner: to,
				Target: estate.Target{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}}}}
	}
	return []Tell{
		tell("example1", "notebook-instance", "example-notebook", "1.2045", estate.Ask{Action: "stop"}),
		tell("example2", "studio-app", "example-app", "0", estate.Ask{}),
	}
}

// sampleLetters are letters of every sort.
func sampleLetters() (all []Letter) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	r := Recipient{Name: "ana", Zone: time.UTC}
	tells := sampleTells(now, r.Name)
	for _, linked := range []bool{true, false} {
		o := &Office{linked: linked, keep: usualKeep, snooze: usualSnooze}
		reminder := tells[0]
		reminder.Reminder, reminder.Approval = true, true
		var many []Tell
		for i := range page + 37 {
			t := tells[i%len(tells)]
			t.Finding.ID = fmt.Sprintf("example%d", i)
			many = append(many, t)
		}
		all = append(all, o.letter(now, r, tells[:1]), o.letter(now, r, tells[1:]), o.letter(now, r, []Tell{reminder}), o.letter(now, r, many))
	}
	return all
}
