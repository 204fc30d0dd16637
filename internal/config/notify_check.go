package config

import (
	"maps"
	"net/mail"
	"net/url"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

var (
	secretRef  = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*|file:.+)$`)
	plainName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]*$`)
	topicARN   = regexp.MustCompile(`^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$`)
	slackID    = regexp.MustCompile(`^[UW][A-Z0-9]{5,}$`)
	callerARN  = regexp.MustCompile(`^arn:[a-z-]+:(iam|sts)::([0-9]{12}|\*):.+$`)
	domainName = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
)

// ownerWord is what policies call whoever owns a resource.
const ownerWord = "owner"

func (c *checker) notify(n Notify, at strictyaml.Path) {
	for _, name := range slices.Sorted(maps.Keys(n.Channels)) {
		c.name(name, at.To("channels", name))
		c.channel(n.Channels[name], at.To("channels", name))
	}
	c.channels(n, n.Default, at.To("default"))
	for _, name := range slices.Sorted(maps.Keys(n.People)) {
		p, at := n.People[name], at.To("people", name)
		c.name(name, at)
		c.reach(n, p.Reach, at)
		for i, owner := range p.Owns {
			c.require(strings.TrimSpace(owner) != "", at.To("owns", i), "write what the tag says", "a name is empty")
		}
		for i, pattern := range p.ARNs {
			_, err := path.Match(pattern, "")
			c.require(err == nil && callerARN.MatchString(pattern), at.To("arns", i), "write it as arn:aws:iam::111122223333:user/ana, or arn:aws:sts::111122223333:assumed-role/ROLE/ana@example.com",
				"%q is not the ARN of a caller", pattern)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(n.Groups)) {
		g, at := n.Groups[name], at.To("groups", name)
		c.name(name, at)
		_, person := n.People[name]
		c.require(!person, at, "give one of them another name", "%q is a person, too", name)
		c.reach(n, g.Reach, at)
		for i, member := range g.Members {
			_, known := n.People[member]
			c.require(known, at.To("members", i), "members are people", "%q is nobody in people", member)
		}
		c.require(len(g.Members) == 0 || reflect.ValueOf(g.Reach).IsZero(), at, "a group with members is told through them: leave out members, or how the group is reached",
			"%q has members and a way of its own", name)
	}
	for _, owner := range slices.Sorted(maps.Keys(n.Owners)) {
		c.known(n, n.Owners[owner], at.To("owners", owner))
	}
	for i, d := range n.Domains {
		c.require(domainName.MatchString(d), at.To("domains", i), "write it as example.com", "%q is no domain", d)
	}
	c.require(n.OwnerDomain == "" || domainName.MatchString(n.OwnerDomain), at.To("ownerDomain"), "write it as example.com", "%q is no domain", n.OwnerDomain)
	if n.Fallback != "" {
		c.known(n, n.Fallback, at.To("fallback"))
	}
	c.require(n.Remind >= 0, at.To("remind"), "write 0s for never", "%s is no time before", n.Remind)
	c.require(n.Quiet >= 0, at.To("quiet"), "leave it out for ever", "%s is no pause", n.Quiet)
	c.require(n.Digest == "" || clockTime(n.Digest), at.To("digest"), "write it as 09:00", "%q is no time of day", n.Digest)
	c.zone(n.Zone, at)
	c.hours(n.Hours, at)
	if n.Links != nil {
		c.links(*n.Links, at.To("links"))
	}
}

func (c *checker) name(name string, at strictyaml.Path) {
	c.require(plainName.MatchString(name), at, "letters, digits and ._@-", "%q is no name", name)
	c.require(name != ownerWord, at, "give it another name", "owner is what policies call whoever owns a resource")
}

func (c *checker) known(n Notify, name string, at strictyaml.Path) {
	_, person := n.People[name]
	_, group := n.Groups[name]
	c.require(person || group, at, "name a person or a group", "%q is nobody in people and groups", name)
}

func (c *checker) channels(n Notify, names []string, at strictyaml.Path) {
	for i, name := range names {
		_, known := n.Channels[name]
		hint := "name one of channels"
		if near, ok := strictyaml.Nearest(name, slices.Sorted(maps.Keys(n.Channels))); ok {
			hint = "did you mean " + near + "?"
		}
		c.require(known, at.To(i), hint, "%q is no channel", name)
	}
}

func (c *checker) reach(n Notify, r Reach, at strictyaml.Path) {
	c.require(r.Email == "" || address(r.Email), at.To("email"), "write it as ana@example.com", "%q is no mail address", r.Email)
	c.require(r.Slack == "" || slackID.MatchString(r.Slack), at.To("slack"), "Slack shows it in the profile, below Copy member ID: U012AB3CD", "%q is no id of a member", r.Slack)
	c.channels(n, r.Via, at.To("via"))
	c.zone(r.Zone, at)
	c.hours(r.Hours, at)
}

func (c *checker) zone(zone string, at strictyaml.Path) {
	_, err := time.LoadLocation(zone)
	c.require(err == nil && zone != "Local", at.To("zone"), "write it as Europe/Berlin", "%q is no time zone", zone)
}

func (c *checker) hours(h *Hours, at strictyaml.Path) {
	if h == nil {
		return
	}
	at = at.To("hours")
	for i, d := range h.Days {
		_, known := Weekdays[d]
		c.require(known, at.To("days", i), "write mon, tue, wed, thu, fri, sat or sun", "%q is no day", d)
	}
	c.require(clockTime(h.From), at.To("from"), "write it as 08:00", "%q is no time of day", h.From)
	c.require(clockTime(h.To), at.To("to"), "write it as 18:00", "%q is no time of day", h.To)
	c.require(h.From < h.To, at.To("to"), "hours are within one day", "they end before they begin")
}

// Weekdays are the days by the words of the file.
var Weekdays = map[string]time.Weekday{"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
	"sun": time.Sunday}

func clockTime(s string) bool {
	_, err := time.Parse("15:04", s)
	return err == nil && len(s) == len("15:04")
}

func address(s string) bool {
	_, err := mail.ParseAddress(s)
	return err == nil
}

func (c *checker) secret(ref string, at strictyaml.Path, required bool) {
	if !secretRef.MatchString(ref) && (ref != "" || required) && c.first == nil {
		c.first = c.document.WrongSecret(at, "name the environment variable that holds it, or write file: and a path", "a secret does not stand in this file")
	}
}

func (c *checker) channel(ch Channel, at strictyaml.Path) {
	given := 0
	for _, v := range reflect.ValueOf(ch).Fields() {
		if !v.IsZero() {
			given++
		}
	}
	c.require(given == 1, at, "write one of smtp, ses, sns, slack, teams, webhook, console", "a channel is one way, not %d", given)
	switch {
	case ch.SMTP != nil:
		m, at := ch.SMTP, at.To("smtp")
		c.require(m.Host != "", at.To("host"), "write it as mail.example.com", "the name of the server is missing")
		c.require(m.Port >= 0 && m.Port < 1<<16, at.To("port"), "587 or 465 are usual", "%d is no port", m.Port)
		c.require(address(m.From), at.To("from"), "write it as sagewarden@example.com", "%q is no mail address", m.From)
		c.secret(m.Password, at.To("password"), m.User != "")
	case ch.SES != nil:
		s, at := ch.SES, at.To("ses")
		c.require(s.Region != "all" && region.MatchString(s.Region), at.To("region"), "write a region like eu-west-1", "%q is no region", s.Region)
		c.require(address(s.From), at.To("from"), "write it as sagewarden@example.com", "%q is no mail address", s.From)
	case ch.SNS != "":
		c.require(topicARN.MatchString(ch.SNS), at.To("sns"), "write it as arn:aws:sns:eu-west-1:111122223333:ml-platform", "%q is not the ARN of a topic", ch.SNS)
	case ch.Slack != "":
		c.secret(ch.Slack, at.To("slack"), true)
	case ch.Teams != "":
		c.secret(ch.Teams, at.To("teams"), true)
	case ch.Webhook != nil:
		c.secret(ch.Webhook.URL, at.To("webhook", "url"), true)
		c.secret(ch.Webhook.Secret, at.To("webhook", "secret"), true)
		c.secret(ch.Webhook.Previous, at.To("webhook", "previous"), false)
	}
}

func (c *checker) links(l Links, at strictyaml.Path) {
	u, err := url.Parse(l.BaseURL)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	c.require(err == nil && u.Host != "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && local),
		at.To("baseURL"), "write it as https://sagewarden.example.com/act", "%q is no https address", l.BaseURL)
	c.secret(l.Key, at.To("key"), true)
	c.secret(l.Previous, at.To("previous"), false)
	for name, d := range map[string]time.Duration{"valid": l.Valid, "snooze": l.Snooze, "keep": l.Keep} {
		c.require(d >= 0, at.To(name), "leave it out for what is usual", "%s is no length of time", d)
	}
}
