package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is wrong with whom to tell is said when the file is read: none of it may come out when something is to be stopped.
func TestNotify(t *testing.T) {
	const channels = "channels: {mail: {smtp: {host: m.example.com, from: s@example.com}}, ml: {slack: HOOK}}"
	for text, says := range map[string]string{
		channels + ", default: [mail], people: {ana: {email: ana@example.com, zone: Europe/Berlin}}, groups: {ml-team: {members: [ana]}}, owners: {ranking: ml-team}, fallback: ml-team": "",
		"channels: {ses: {ses: {region: eu-west-1, from: s@example.com}}, hook: {webhook: {url: URL, secret: file:/run/secret}}, out: {console: {}}}":                                    "",
		"links: {baseURL: https://sw.example.com/act, key: KEY}": "",
		"hours: {days: [mon, sat], from: '08:00', to: '18:00'}":  "",
		"channels: {a: {}}":                                                           "a channel is one way, not 0",
		"channels: {a: {slack: HOOK, teams: HOOK}}":                                   "a channel is one way, not 2",
		"channels: {owner: {slack: HOOK}}":                                            "owner is what policies call",
		"channels: {a b: {slack: HOOK}}":                                              "no name",
		"channels: {a: {slack: 'https://hooks.slack.com/hush'}}":                      "a secret does not stand in this file",
		"channels: {a: {teams: 'https://example.com/hush'}}":                          "a secret does not stand in this file",
		"channels: {a: {webhook: {url: URL, secret: whsec_aHVzaA==}}}":                "a secret does not stand in this file",
		"channels: {a: {webhook: {url: URL}}}":                                        "a secret does not stand",
		"channels: {a: {smtp: {from: s@example.com}}}":                                "name of the server is missing",
		"channels: {a: {smtp: {host: m, from: nobody}}}":                              "no mail address",
		"channels: {a: {smtp: {host: m, from: s@example.com, user: u}}}":              "a secret does not stand",
		"channels: {a: {smtp: {host: m, from: s@example.com, port: 70000}}}":          "no port",
		"channels: {a: {ses: {region: all, from: s@example.com}}}":                    "no region",
		"channels: {a: {ses: {region: eu-west-1}}}":                                   "no mail address",
		"channels: {a: {sns: 'arn:aws:sqs:eu-west-1:111122223333:ml'}}":               "not the ARN of a topic",
		channels + ", default: [mial]":                                                `"mial" is no channel`,
		channels + ", people: {ana: {via: [post]}}":                                   `"post" is no channel`,
		"people: {ana: {email: ana}}":                                                 "no mail address",
		"people: {ana: {slack: ana}}":                                                 "no id of a member",
		"people: {ana: {owns: ['']}}":                                                 "a name is empty",
		"people: {ana: {zone: Berlin}}":                                               "no time zone",
		"people: {ana: {}}, groups: {ana: {}}":                                        "is a person, too",
		"groups: {ml: {members: [ana]}}":                                              "nobody in people",
		"people: {ana: {}}, groups: {ml: {members: [ana], email: ml@example.com}}":    "has members and a way of its own",
		"owners: {ranking: ml}":                                                       "nobody in people and groups",
		"fallback: ml":                                                                "nobody in people and groups",
		"domains: ['@example.com']":                                                   "no domain",
		"ownerDomain: example":                                                        "no domain",
		"remind: -1h":                                                                 "no time before",
		"quiet: -1h":                                                                  "no pause",
		"digest: noon":                                                                "no time of day",
		"digest: '9:00'":                                                              "no time of day",
		"hours: {from: '18:00', to: '08:00'}":                                         "end before they begin",
		"hours: {days: [monday], from: '08:00', to: '18:00'}":                         "no day",
		"hours: {from: '08:00'}":                                                      "no time of day",
		"links: {baseURL: 'http://sw.example.com', key: KEY}":                         "no https address",
		"links: {baseURL: 'https://sw.example.com?a=b', key: KEY}":                    "no https address",
		"links: {baseURL: 'https://sw.example.com'}":                                  "a secret does not stand",
		"links: {baseURL: 'https://sw.example.com', key: KEY, valid: -1h}":            "no length of time",
		"links: {baseURL: 'https://sw.example.com', key: 'aHVzaA==hushhushhushhush'}": "a secret does not stand",
	} {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte("notify: {"+text+"}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := load(path)
		switch {
		case says == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case says != "" && (err == nil || !strings.Contains(err.Error(), says)):
			t.Errorf("%s: %v, want it to say %q", text, err, says)
		case err != nil && strings.Contains(says, "a secret") && strings.Contains(err.Error(), "aHVzaA"), err != nil && strings.Contains(err.Error(), "/hush"):
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}
