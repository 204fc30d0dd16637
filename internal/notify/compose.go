package notify

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// A Tell is a step of a finding that somebody is to be told of.
type Tell struct {
	Finding ledger.Finding
	// Step is the step that tells; that of a reminder is the step which it reminds of.
	Step int
	// To are names of people and groups, and Owner for who owns the resource. All of them are told, by all channels of Via; by their own where it is empty.
	To  []string
	Via []string
	// Template is empty for the built-in one.
	Template string
	// Due is when the step came due. What was told before that was something else.
	Due time.Time
	// Next is what is done to the resource next, and At before when it is not. Without an action, nothing is done.
	Next estate.Ask
	At   time.Time
	// Approval says that Next waits for somebody's approval.
	Approval bool
	// Reminder says that the step's change is at hand.
	Reminder bool
}

// A Gap is somebody who ought to be told, and cannot be. What waits for it must go on waiting.
type Gap struct {
	Finding string
	Step    int
	To      string
	Channel string
	Why     string
}

// An Office decides whom to tell of what, through what, when, and in which words. All of it is pure.
type Office struct {
	directory *Directory
	templates Templates
	channels  map[string]config.Channel
	// remind, quiet and digest are as the configuration has them; keep and snooze what links give, where there are links.
	remind, quiet time.Duration
	digest        string
	linked        bool
	keep, snooze  time.Duration
}

// What links give where the configuration says nothing.
const (
	usualValid  = 7 * 24 * time.Hour
	usualSnooze = 24 * time.Hour
	usualKeep   = 14 * 24 * time.Hour
)

// NewOffice is the office of a configuration that was read, with its templates.
func NewOffice(c config.Notify, ts Templates) (*Office, error) {
	d, err := NewDirectory(c)
	if err != nil {
		return nil, err
	}
	o := &Office{directory: d, templates: ts, channels: c.Channels, remind: c.Remind, quiet: c.Quiet, digest: c.Digest, keep: usualKeep, snooze: usualSnooze}
	if c.Links != nil {
		o.linked, o.keep, o.snooze = true, cmp.Or(c.Links.Keep, usualKeep), cmp.Or(c.Links.Snooze, usualSnooze)
	}
	return o, nil
}

// Directory is who can be told.
func (o *Office) Directory() *Directory { return o.directory }

// A way is one recipient through one channel.
type way struct {
	to      Recipient
	channel string
}

// ways are all through which a tell must go, and what stands in the way of others.
func (o *Office) ways(t Tell) (ways []way, gaps []Gap) {
	gap := func(to, channel, why string) {
		gaps = append(gaps, Gap{Finding: t.Finding.ID, Step: t.Step, To: to, Channel: channel, Why: why})
	}
	for _, name := range t.To {
		recipients := o.directory.Named(name)
		if name == Owner {
			recipients = o.directory.OfOwner(t.Finding.Resource.Owner)
		}
		if len(recipients) == 0 {
			gap(name, "", fmt.Sprintf("nobody is known for it (the owner is %q), and there is no fallback", t.Finding.Resource.Owner))
		}
		for _, r := range recipients {
			via := t.Via
			if len(via) == 0 {
				via = r.Via
			}
			if len(via) == 0 {
				gap(r.Name, "", "no channel reaches them")
			}
			for _, channel := range via {
				c, known := o.channels[channel]
				switch mail := c.SMTP != nil || c.SES != nil; {
				case !known:
					gap(r.Name, channel, "there is no such channel")
				case mail && r.Email == "":
					gap(r.Name, channel, "their mail address is not known")
				case !slices.ContainsFunc(ways, func(w way) bool { return w.to.Name == r.Name && w.channel == channel }):
					ways = append(ways, way{r, channel})
				}
			}
		}
	}
	return ways, gaps
}

// Told reports whether everybody who ought to be told has been, and since when. Whoever cannot be told has not been.
func (o *Office) Told(t Tell, notices []ledger.Notice) (at time.Time, ok bool) {
	ways, gaps := o.ways(t)
	if len(ways) == 0 || len(gaps) > 0 {
		return time.Time{}, false
	}
	said := remember(notices)
	for _, w := range ways {
		delivered := said.of(t, w).delivered
		if delivered.IsZero() {
			return time.Time{}, false
		}
		if delivered.After(at) {
			at = delivered
		}
	}
	return at, true
}

// A saying is when a step of a finding was told somebody through a channel: made last, and delivered at all.
type saying struct{ made, delivered time.Time }

// A sayingKey is what was told, to whom and how.
type sayingKey struct {
	told        ledger.Told
	to, channel string
}

type memory map[sayingKey][]ledger.Notice

func remember(notices []ledger.Notice) memory {
	m := memory{}
	for _, n := range notices {
		for _, t := range n.Findings {
			k := sayingKey{t, n.To, n.Channel}
			m[k] = append(m[k], n)
		}
	}
	return m
}

func (m memory) of(t Tell, w way) (s saying) {
	for _, n := range m[sayingKey{ledger.Told{Finding: t.Finding.ID, Step: t.Step}, w.to.Name, w.channel}] {
		if n.Made.Before(t.Due) {
			continue
		}
		if n.Made.After(s.made) {
			s.made = n.Made
		}
		if !n.Delivered.IsZero() && (s.delivered.IsZero() || n.Delivered.Before(s.delivered)) {
			s.delivered = n.Delivered
		}
	}
	return s
}

// before is when any step of the tell's finding was told last that way.
func (m memory) before(t Tell, w way) (made time.Time) {
	for step := range t.Step {
		for _, n := range m[sayingKey{ledger.Told{Finding: t.Finding.ID, Step: step}, w.to.Name, w.channel}] {
			if n.Made.After(made) {
				made = n.Made
			}
		}
	}
	return made
}

// wanted reports whether a way's recipient is to be told now, of what is not known there already.
func (o *Office) wanted(now time.Time, t Tell, w way, said memory) bool {
	local := now.In(w.to.Zone)
	switch s := said.of(t, w); {
	case t.Reminder: // unless that was announced only when its time had come
		begins := t.At.Add(-o.remind)
		return o.remind > 0 && s.made.IsZero() && !now.Before(begins) && now.Before(t.At) && said.before(t, w).Before(begins)
	case !open(w.to.Hours, local):
		return false
	case s.made.IsZero():
		return o.digest == "" || t.Next.Action != "" || !slot(o.digest, local).Before(t.Due)
	default:
		return o.quiet > 0 && !s.delivered.IsZero() && now.Sub(s.made) >= o.quiet
	}
}

// Compose writes what is to be told now, given the notices that there are: one notice for each person and channel, the dearest first. The same facts make
// the same notices, ids and all. What is told already is not told again before its quiet time is over; what can wait for the digest or for the hours of
// its recipient waits. Whoever commits the notices holds the findings' records, so that two nodes do not tell the same.
func (o *Office) Compose(now time.Time, tells []Tell, notices []ledger.Notice) (out []ledger.Notice, gaps []Gap) {
	type group struct {
		to, channel, template string
		reminder              bool
	}
	said := remember(notices)
	groups, recipients := map[group][]Tell{}, map[string]Recipient{}
	for _, t := range tells {
		ways, missing := o.ways(t)
		gaps = append(gaps, missing...)
		for _, w := range ways {
			if o.wanted(now, t, w, said) {
				g := group{w.to.Name, w.channel, cmp.Or(t.Template, builtIn), t.Reminder}
				groups[g] = append(groups[g], t)
				recipients[w.to.Name] = w.to
			}
		}
	}
	for _, g := range slices.SortedFunc(maps.Keys(groups), func(a, b group) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) {
		for _, p := range pages(groups[g]) {
			n, err := o.notice(now, recipients[g.to], g.channel, g.template, p, said)
			if err != nil {
				for _, t := range p {
					gaps = append(gaps, Gap{Finding: t.Finding.ID, Step: t.Step, To: g.to, Channel: g.channel, Why: "the template " + g.template + ": " + err.Error()})
				}
				continue
			}
			out = append(out, n)
		}
	}
	return out, gaps
}

// notice is one notice of tells that are in order.
func (o *Office) notice(now time.Time, to Recipient, channel, template string, tells []Tell, said memory) (n ledger.Notice, err error) {
	n = ledger.Notice{To: to.Name, Channel: channel, Made: now}
	for _, t := range tells {
		n.Findings = append(n.Findings, ledger.Told{Finding: t.Finding.ID, Step: t.Step})
	}
	n.ID = noticeID(n, tells, said)
	l := o.letter(now, to, tells)
	if n.Subject, n.Text, err = o.templates.write(template, l); err != nil {
		return n, err
	}
	if c := o.channels[channel]; c.SMTP != nil || c.SES != nil {
		n.HTML, err = o.templates.html(template, l)
	}
	return n, err
}

// pages divide tells into notices of bounded length. What something is to be done to is always named; of the rest, what is too much is counted.
func pages(tells []Tell) (all [][]Tell) {
	dearest(tells)
	if len(tells) <= page {
		return [][]Tell{tells}
	}
	var rest, due []Tell
	for _, t := range tells {
		if t.Next.Action == "" {
			rest = append(rest, t)
		} else {
			due = append(due, t)
		}
	}
	all = slices.Collect(slices.Chunk(due, page))
	if len(rest) > 0 {
		all = append(all, rest)
	}
	return all
}

// idLength is what is short enough to type and long enough to be unique.
const idLength = 16

func noticeID(n ledger.Notice, tells []Tell, said memory) string {
	w := way{Recipient{Name: n.To}, n.Channel}
	parts := []string{n.To, n.Channel}
	for _, t := range tells {
		parts = append(parts, fmt.Sprintf("%s %d %d %d", t.Finding.ID, t.Step, t.Due.Unix(), said.of(t, w).made.Unix()))
	}
	return digestID(parts...)
}

func digestID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:idLength]
}
