package notify

import (
	"cmp"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/notify/link"
)

// The text of a notice has places for links, since a link is a secret and the ledger keeps none. They stand between two characters for private use,
// which no stranger's text still has after it was cleaned.
const (
	placeBegin = "\ue000"
	placeEnd   = "\ue001"
)

var places = regexp.MustCompile(placeBegin + `([a-z]+) ([^` + placeEnd + `]+)` + placeEnd)

func place(a link.Act, finding string) string {
	return placeBegin + string(a) + " " + finding + placeEnd
}

// Links fill the places of notices.
type Links struct {
	base  string
	valid time.Duration
	spans map[link.Act]time.Duration
	keys  link.Keys
}

// OpenLinks reads the keys of the configuration's links; nil where there are to be none.
func OpenLinks(c *config.Links, env Environment) (*Links, error) {
	if c == nil {
		return nil, nil
	}
	l := &Links{base: strings.TrimSuffix(c.BaseURL, "/"), valid: cmp.Or(c.Valid, usualValid),
		spans: map[link.Act]time.Duration{link.Snooze: cmp.Or(c.Snooze, usualSnooze), link.Keep: cmp.Or(c.Keep, usualKeep), link.Approve: 0}}
	current, err := env.secret(c.Key)
	previous := ""
	if err == nil && c.Previous != "" {
		previous, err = env.secret(c.Previous)
	}
	if err == nil {
		l.keys, err = link.ParseKeys(current, previous)
	}
	if err != nil {
		return nil, &estate.Error{Op: "read the key of links", On: c.Key, Err: err, Hint: "make one with openssl rand -base64 32"}
	}
	return l, nil
}

// Keys are what the links are signed with.
func (l *Links) Keys() link.Keys { return l.keys }

// fill is the text of a notice with its links, the same at every attempt, and the links. A place of a finding that the notice does not tell of stays empty.
func (l *Links) fill(n ledger.Notice) (text string, links []string) {
	text = places.ReplaceAllStringFunc(n.Text, func(p string) string {
		found := places.FindStringSubmatch(p)
		if l == nil {
			return "(there are no links now)"
		}
		address := l.address(n, link.Act(found[1]), found[2])
		if address != "" {
			links = append(links, address)
		}
		return address
	})
	return text, links
}

// placesHTML are places as HTML has them, where something is clicked on: a stranger's quotes are none there.
var placesHTML = regexp.MustCompile(`href="` + strings.ToLower(url.PathEscape(placeBegin)) + `([a-z]+)%20([a-z0-9]+)` + strings.ToLower(url.PathEscape(placeEnd)) + `"`)

// fillHTML is the HTML of a notice with its links. There is none without links.
func (l *Links) fillHTML(n ledger.Notice) string {
	if l == nil && placesHTML.MatchString(n.HTML) {
		return ""
	}
	text := placesHTML.ReplaceAllStringFunc(n.HTML, func(p string) string {
		found := placesHTML.FindStringSubmatch(p)
		return `href="` + html.EscapeString(l.address(n, link.Act(found[1]), found[2])) + `"`
	})
	return places.ReplaceAllString(text, "") // a template may have put one where nothing is clicked on
}

// address is a link for the recipient of a notice, empty where the notice does not tell of the finding.
func (l *Links) address(n ledger.Notice, act link.Act, finding string) string {
	span, known := l.spans[act]
	if !known || !slices.ContainsFunc(n.Findings, func(t ledger.Told) bool { return t.Finding == finding }) {
		return ""
	}
	return l.base + "/" + l.keys.Sign(link.Grant{Finding: finding, Act: act, To: n.To, Until: n.Made.Add(l.valid), For: span, Nonce: digestID("link", n.ID, string(act), finding)})
}
