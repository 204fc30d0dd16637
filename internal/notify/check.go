package notify

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// Check looks at everything that could keep people from being told, and sends nothing. Dir is the folder of templates, empty for none.
func Check(c config.Notify, dir string, env Environment) (checks []estate.Check) {
	add := func(name, on string, level estate.Level, finding, hint string) {
		checks = append(checks, estate.Check{Name: name, On: on, Level: level, Finding: finding, Hint: hint})
	}
	failed := func(name, on string, err error) {
		hint := ""
		if e, ok := errors.AsType[*estate.Error](err); ok {
			hint = e.Hint
		}
		add(name, on, estate.Fail, err.Error(), hint)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Channels)) {
		if _, err := OpenChannel(c.Channels[name], env); err != nil {
			failed("channel", name, err)
		} else {
			add("channel", name, estate.Fine, kindOf(c.Channels[name])+"; try it with sagewarden notify test --channel "+name, "")
		}
	}
	if len(c.Channels) == 0 {
		add("channel", "", estate.Warn, "there is none: nobody is told anything", "add notify: channels: to the configuration file")
	}
	ts, err := ReadTemplates(dir)
	if err != nil {
		failed("templates", "", err)
	} else {
		add("templates", dir, estate.Fine, strings.Join(slices.Sorted(maps.Keys(ts)), ", "), "")
	}
	if _, err := OpenLinks(c.Links, env); err != nil {
		failed("links", "", err)
	} else if c.Links != nil {
		add("links", "", estate.Fine, "lead to "+c.Links.BaseURL, "")
	}
	o, err := NewOffice(c, ts)
	if err != nil {
		failed("people", "", err)
		return checks
	}
	reached := 0
	for _, name := range slices.Sorted(maps.Keys(o.directory.recipients)) {
		_, gaps := o.ways(Tell{To: []string{name}})
		for _, g := range gaps {
			through := ""
			if g.Channel != "" {
				through = " by " + g.Channel
			}
			add("people", name, estate.Warn, g.To+" cannot be told"+through+": "+g.Why, "what waits for this waits for ever")
		}
		if len(gaps) == 0 {
			reached++
		}
	}
	if all := len(o.directory.recipients); all > 0 {
		add("people", "", estate.Fine, fmt.Sprintf("%d of %d people and groups can be told", reached, all), "")
	}
	if c.Fallback == "" {
		add("fallback", "", estate.Warn, "there is none: of what has no owner that is known, nobody is told, and what waits for that waits for ever", "add notify: fallback: with a person or a group")
	}
	return checks
}

func kindOf(c config.Channel) string {
	switch {
	case c.SMTP != nil:
		return "mail by " + c.SMTP.Host
	case c.SES != nil:
		return "mail by SES in " + c.SES.Region
	case c.SNS != "":
		return c.SNS
	case c.Slack != "":
		return "Slack"
	case c.Teams != "":
		return "Teams"
	case c.Webhook != nil:
		return "webhook"
	}
	return "console"
}
