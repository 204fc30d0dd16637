package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/report"
)

const (
	// lease is how long a node has a notice to itself while it sends it: longer than any channel may take for its parts, and the clocks of nodes differ.
	lease = 10 * time.Minute
	// sendTakes bounds one notice with all its parts, well within the lease.
	sendTakes = 5 * time.Minute
	// settleTakes bounds the record of how it went, which is written even where the work was interrupted.
	settleTakes = 30 * time.Second
	// firstRetry doubles with every attempt, up to lastRetry. What only a person can repair is tried at that pace from the start.
	firstRetry = time.Minute
	lastRetry  = 6 * time.Hour
	// hopeless is the age from which a notice that nobody took is reported, however it may yet end.
	hopeless = 72 * time.Hour
	// struckOut is how many passing failures in one run mean that the channel itself is down.
	struckOut = 3
	// longestTrouble keeps the answer of a server short.
	longestTrouble = 300
)

// The events of notices in the history.
const (
	EventMade      = "notice made"
	EventDelivered = "notice delivered"
	EventFailed    = "notice not delivered"
)

// Put puts new notices into the ledger, to be delivered. It fails with ledger.ErrConflict where another node was faster.
func Put(ctx context.Context, tx *ledger.Tx, by string, notices []ledger.Notice) error {
	for _, n := range notices {
		body, err := json.Marshal(n)
		if err != nil {
			return err
		}
		if err := errors.Join(tx.Set(ctx, ledger.Record{Sort: ledger.SortNotice, Key: n.ID, Body: body}), tx.Log(by, EventMade, n.ID, told(n))); err != nil {
			return err
		}
	}
	return nil
}

// A record is what the history keeps of a notice.
type record struct {
	To       string        `json:"to"`
	Channel  string        `json:"channel"`
	Findings []ledger.Told `json:"findings"`
	Trouble  string        `json:"trouble,omitempty"`
}

func told(n ledger.Notice) record {
	return record{To: n.To, Channel: n.Channel, Findings: n.Findings, Trouble: n.Trouble}
}

// Notices are all that are in the ledger.
func Notices(ctx context.Context, store ledger.Store) (all []ledger.Notice, err error) {
	for n, err := range ledger.All[ledger.Notice](ctx, store, ledger.SortNotice, "") {
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// A Post delivers the notices of a ledger.
type Post struct {
	Ledger    *ledger.Ledger
	Channels  map[string]Channel
	Directory *Directory
	// Links are nil where notices have none.
	Links *Links
	// Jitter is from 0 to 1, and keeps many notices from trying again in the same moment.
	Jitter func() float64
	// By is who delivers.
	By string
}

// A Report is what became of the notices.
type Report struct {
	// Delivered were taken, Failed were not and are tried again, Waiting are for another time or with another node.
	Delivered, Failed, Waiting int
	// Undelivered are those that a person has to look at: nothing that they announce is done before they are delivered.
	Undelivered []ledger.Notice
}

// Deliver sends what is due, oldest first, each channel beside the others. A notice is claimed before it is sent, so that another node leaves it alone, and
// it stays in the ledger until its channel has taken it: after a crash it may go out twice, with the same id, and never not at all. The error is the
// ledger's alone; what a channel says is in the notice, and in the report where somebody has to look at it.
func (p *Post) Deliver(ctx context.Context) (Report, error) {
	now := p.Ledger.Now()
	var r Report
	due := map[string][]ledger.Notice{}
	all, err := Notices(ctx, p.Ledger)
	if err != nil {
		return r, err
	}
	for _, n := range all {
		switch {
		case !n.Delivered.IsZero():
		case n.Again.After(now):
			r.Waiting++
			if now.Sub(n.Made) >= hopeless {
				r.Undelivered = append(r.Undelivered, n)
			}
		default:
			due[n.Channel] = append(due[n.Channel], n)
		}
	}
	var mu sync.Mutex
	var g errgroup.Group
	for _, queue := range due {
		slices.SortFunc(queue, func(a, b ledger.Notice) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID)) })
		g.Go(func() error {
			strikes := 0
			for i, n := range queue {
				out, err := p.deliver(ctx, n)
				if out.strike {
					strikes++
				}
				down := out.down || strikes == struckOut
				mu.Lock()
				switch {
				case out.elsewhere:
					r.Waiting++
				case out.err == nil && err == nil:
					r.Delivered++
				case out.err != nil:
					r.Failed++
					if out.permanent || now.Sub(n.Made) >= hopeless {
						r.Undelivered = append(r.Undelivered, out.notice)
					}
				}
				if down {
					r.Waiting += len(queue) - i - 1
				}
				mu.Unlock()
				if err != nil || down {
					return err
				}
			}
			return nil
		})
	}
	err = g.Wait()
	slices.SortFunc(r.Undelivered, func(a, b ledger.Notice) int { return cmp.Compare(a.ID, b.ID) })
	return r, err
}

// An outcome is what became of one notice.
type outcome struct {
	notice ledger.Notice
	// elsewhere says that another node has it.
	elsewhere bool
	err       error
	// permanent says that a person has to repair something, strike that it is the channel's trouble or the recipient's and passes, and down that the
	// channel takes nothing for now.
	permanent, strike, down bool
}

// deliver claims one notice, sends it, and writes down how it went. Its error is the ledger's.
func (p *Post) deliver(ctx context.Context, was ledger.Notice) (out outcome, err error) {
	if err := ctx.Err(); err != nil {
		return out, err
	}
	claim := was
	claim.Attempts, claim.Again = was.Attempts+1, p.Ledger.Now().Add(lease)
	switch err := p.write(ctx, was, claim, ""); {
	case errors.Is(err, ledger.ErrConflict):
		return outcome{elsewhere: true}, nil
	case err != nil:
		return out, err
	}
	out.err = p.send(ctx, claim)
	failure, _ := errors.AsType[*SendError](out.err)
	n, now, event := claim, p.Ledger.Now(), EventDelivered
	switch {
	case out.err == nil:
		n.Delivered, n.Again, n.Trouble = now, time.Time{}, ""
	case ctx.Err() != nil: // it is not the channel's fault
		n.Again, n.Attempts, event = now, was.Attempts, ""
		out.down = true
	default:
		out.permanent = failure != nil && failure.Permanent
		out.strike = !out.permanent
		out.down = failure != nil && failure.After > 0
		n.Trouble, n.Again = cut(report.Line(out.err.Error()), longestTrouble), now.Add(p.wait(n.Attempts, failure))
		event = EventFailed
	}
	out.notice = n
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTakes)
	defer cancel()
	err = p.write(settle, claim, n, event)
	if errors.Is(err, ledger.ErrConflict) { // the lease ran out, and another node has sent it as well
		return outcome{elsewhere: true}, nil
	}
	return out, err
}

// write turns a notice into what has become of it, unless another node has had it since, and says in the history what happened, if anything has.
func (p *Post) write(ctx context.Context, was, is ledger.Notice, event string) error {
	return p.Ledger.Update(ctx, func(tx *ledger.Tx) error {
		now, err := ledger.Get[ledger.Notice](ctx, tx, ledger.SortNotice, was.ID)
		switch {
		case errors.Is(err, ledger.ErrNone), err == nil && (now.Attempts != was.Attempts || !now.Again.Equal(was.Again) || !now.Delivered.IsZero()):
			return ledger.ErrConflict
		case err != nil:
			return err
		}
		if err := tx.Put(ctx, ledger.SortNotice, is.ID, is); err != nil || event == "" {
			return err
		}
		return tx.Log(p.By, event, is.ID, told(is))
	})
}

func (p *Post) send(ctx context.Context, n ledger.Notice) error {
	channel, known := p.Channels[n.Channel]
	if !known {
		return &SendError{Err: fmt.Errorf("the channel %s is not configured any more", n.Channel), Permanent: true}
	}
	to, known := p.Directory.Lookup(n.To)
	if !known {
		return &SendError{Err: fmt.Errorf("%s is not configured any more", n.To), Permanent: true}
	}
	ctx, cancel := context.WithTimeout(ctx, sendTakes)
	defer cancel()
	return channel.Send(ctx, MessageOf(n, to, p.Links))
}

// MessageOf is what a notice says to its recipient, with its links where there are to be some.
func MessageOf(n ledger.Notice, to Recipient, l *Links) Message {
	text, links := l.fill(n)
	return Message{ID: n.ID, To: to, Subject: n.Subject, Text: text, HTML: l.fillHTML(n), Links: links, Findings: n.Findings, Made: n.Made}
}

// wait is how long after a failure the next attempt comes: twice as long every time, and as the other side asks.
func (p *Post) wait(attempts int, failure *SendError) time.Duration {
	d := lastRetry
	if failure == nil || !failure.Permanent {
		d = min(firstRetry<<min(attempts-1, 16), lastRetry)
	}
	d -= time.Duration(p.Jitter() * float64(d) / 4)
	if failure != nil {
		d = max(d, failure.After)
	}
	return d
}
