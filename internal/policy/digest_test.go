package policy

import (
	"regexp"
	"strings"
	"testing"
)

const digested = `
calendars:
  office: {timeZone: UTC, officeHours: ['mon-fri 07:00-19:00']}
  other: {timeZone: UTC, officeHours: ['mon-fri 07:00-19:00']}
policies:
  - name: x
    summary: words
    kind: studio-app
    when: verdict.idle && !calendar.office.officeHours
    unless: resource.tags["stage"] == "prod"
    timeZone: UTC
    schedule: "@daily"
    approvals: 1
    steps:
      - notify: {to: owner}
      - after: 4h
        stop: {}
    limits: {maxActions: 5}
`

func TestDigest(t *testing.T) {
	was := one(t, digested).Digest()
	if !regexp.MustCompile(`^[a-z2-7]{16}$`).MatchString(was) {
		t.Errorf("%q is not short and typeable", was)
	}
	for _, tt := range []struct {
		old, new string
		same     bool
	}{
		{"", "", true},
		{"summary: words", "summary: others", true},
		{"name: x", "name: y", true}, // a finding is known by its policy's name anyway
		{"maxActions: 5", "maxActions: 6", true},
		{"approvals: 1", "approvals: 2", true},
		{"@daily", "@hourly", true},
		{"other: {timeZone: UTC", "other: {timeZone: Europe/Berlin", true},
		{"office: {timeZone: UTC", "office: {timeZone: Europe/Berlin", false},
		{"kind: studio-app", "kinds: [studio-app, notebook-instance]", false},
		{"verdict.idle", "verdict.unknown", false},
		{`"prod"`, `"live"`, false},
		{"    timeZone: UTC\n", "    timeZone: Asia/Tokyo\n", false},
		{"after: 4h", "after: 5h", false},
		{"stop: {}", "minConfidence: medium\n        stop: {}", false},
		{"to: owner", "to: team", false},
	} {
		if got := one(t, strings.Replace(digested, tt.old, tt.new, 1)).Digest(); (got == was) != tt.same {
			t.Errorf("%q for %q: %s, was %s", tt.new, tt.old, got, was)
		}
	}
}
