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

	"github.com/sagewarden/sagewarden/internal/estate"
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

// Outbox is the change of a ledger that puts notices into it, to be delivered. It says which are new, so that it fails where another node was faster.
func Outbox(notices []ledger.Notice, by string) (c ledger.Change, err error) {
	for _, n := range notices {
		body, err := json.Marshal(n)
		if err != nil {
			return c, err
		}
		said, err := json.Marshal(record{To: n.To, Channel: n.Channel, Findings: n.Findings})
		if err != nil {
			return c, err
		}
		c.Records = append(c.Records, ledger.Record{Sort: ledger.SortNotice, Key: n.ID, Body: body})
		c.Entries = append(c.Entries, ledger.Entry{At: n.Made, By: by, Event: "notice made", Subject: n.ID, Body: said})
	}
	return c, nil
}

// A record is what the history keeps of a notice.
type record struct {
	To       string        `json:"to"`
	Channel  string        `json:"channel"`
	Findings []ledger.Told `json:"findings"`
	Trouble  string        `json:"trouble,omitempty"`
}

// Notices are all that are in the ledger.
func Notices(ctx context.Context, store ledger.Store) (all []ledger.Notice, err error) {
	err = scan(ctx, store, func(n ledger.Notice, _ int64) { all = append(all, n) })
	return all, err
}

func scan(ctx context.Context, store ledger.Store, visit func(n ledger.Notice, version int64)) error {
	return store.Scan(ctx, ledger.SortNotice, "", func(r ledger.Record) error {
		var n ledger.Notice
		if err := json.Unmarshal(r.Body, &n); err != nil {
			return &estate.Error{Op: "read the notice", On: r.Key, Err: err}
		}
		visit(n, r.Version)
		return nil
	})
}

// A Post delivers the notices of a ledger.
type Post struct {
	Store     ledger.Store
	Channels  map[string]Channel
	Directory *Directory
	// Links are nil where notices have none.
	Links *Links
	Now   func() time.Time
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
	now := p.Now()
	var r Report
	due := map[string][]claimed{}
	err := scan(ctx, p.Store, func(n ledger.Notice, version int64) {
		switch {
		case !n.Delivered.IsZero():
		case n.Again.After(now):
			r.Waiting++
			if now.Sub(n.Made) >= hopeless {
				r.Undelivered = append(r.Undelivered, n)
			}
		default:
			due[n.Channel] = append(due[n.Channel], claimed{n, version})
		}
	})
	if err != nil {
		return r, err
	}
	var mu sync.Mutex
	var g errgroup.Group
	for _, queue := range due {
		slices.SortFunc(queue, func(a, b claimed) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID)) })
		g.Go(func() error {
			strikes := 0
			for i, c := range queue {
				out, err := p.deliver(ctx, c)
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
					if out.permanent || now.Sub(c.Made) >= hopeless {
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

// A claimed notice is one at the version at which it was read, and then written.
type claimed struct {
	ledger.Notice
	version int64
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
func (p *Post) deliver(ctx context.Context, c claimed) (out outcome, err error) {
	if err := ctx.Err(); err != nil {
		return out, err
	}
	c.Attempts++
	c.Again = p.Now().Add(lease)
	switch err := p.commit(ctx, &c); {
	case errors.Is(err, ledger.ErrConflict):
		return outcome{elsewhere: true}, nil
	case err != nil:
		return out, err
	}
	out.err = p.send(ctx, c.Notice)
	failure, _ := errors.AsType[*SendError](out.err)
	now := p.Now()
	event := ledger.Entry{At: now, By: p.By, Subject: c.ID, Event: "notice delivered"}
	switch {
	case out.err == nil:
		c.Delivered, c.Again, c.Trouble = now, time.Time{}, ""
	case ctx.Err() != nil: // it is not the channel's fault
		c.Again, c.Attempts = now, c.Attempts-1
		out.down = true
	default:
		out.permanent = failure != nil && failure.Permanent
		out.strike = !out.permanent
		out.down = failure != nil && failure.After > 0
		c.Trouble, c.Again = cut(report.Line(out.err.Error()), longestTrouble), now.Add(p.wait(c.Attempts, failure))
		event.Event = "notice not delivered"
	}
	if said, err := json.Marshal(record{To: c.To, Channel: c.Channel, Findings: c.Findings, Trouble: c.Trouble}); err == nil {
		event.Body = said
	}
	out.notice = c.Notice
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTakes)
	defer cancel()
	err = p.commit(settle, &c, event)
	if errors.Is(err, ledger.ErrConflict) { // the lease ran out, and another node has sent it as well
		return outcome{elsewhere: true}, nil
	}
	return out, err
}

// commit writes the notice, and knows its version then.
func (p *Post) commit(ctx context.Context, c *claimed, entries ...ledger.Entry) error {
	body, err := json.Marshal(c.Notice)
	if err != nil {
		return err
	}
	if err := p.Store.Commit(ctx, ledger.Change{Records: []ledger.Record{{Sort: ledger.SortNotice, Key: c.ID, Version: c.version, Body: body}}, Entries: entries}); err != nil {
		return err
	}
	c.version++
	return nil
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
	text, links := p.Links.fill(n)
	return channel.Send(ctx, Message{ID: n.ID, To: to, Subject: n.Subject, Text: text, Links: links, Findings: n.Findings, Made: n.Made})
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
