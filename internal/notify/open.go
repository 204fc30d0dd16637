package notify

import (
	"maps"
	"slices"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// OpenChannels opens the channels of a configuration that was read. One whose secret is missing is an error: what it was to take would wait for ever.
func OpenChannels(c map[string]config.Channel, env Environment) (map[string]Channel, error) {
	all := map[string]Channel{}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		ch, err := OpenChannel(c[name], env)
		if err != nil {
			return nil, &estate.Error{Op: "open the channel", On: name, Err: err, Hint: "sagewarden notify check looks at all of them"}
		}
		all[name] = ch
	}
	return all, nil
}

// OpenChannel opens one.
func OpenChannel(c config.Channel, env Environment) (Channel, error) {
	switch {
	case c.SMTP != nil:
		return openMail(*c.SMTP, env)
	case c.SES != nil:
		return openSES(*c.SES, env)
	case c.SNS != "":
		return parseTopic(c.SNS, env)
	case c.Slack != "":
		return openSlack(c.Slack, env)
	case c.Teams != "":
		return openTeams(c.Teams, env)
	case c.Webhook != nil:
		return openWebhook(*c.Webhook, env)
	}
	return console{env.Stdout}, nil
}
