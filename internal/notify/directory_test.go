package notify

import (
	"slices"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/config"
)

// staff is whom the tests tell.
func staff() config.Notify {
	return config.Notify{
		Channels: map[string]config.Channel{"mail": {SMTP: &config.SMTP{Host: "localhost", From: "sw@example.com"}}, "chat": {Slack: "HOOK"}},
		Default:  []string{"mail"},
		People: map[string]config.Person{
			"ana": {Reach: config.Reach{Email: "Ana <ana@example.com>", Slack: "U012AB3CD", Via: []string{"mail", "chat"}, Zone: "Europe/Berlin"}, Owns: []string{"ana-pereira"}},
			"ben": {Reach: config.Reach{Email: "ben@example.com"}},
			"cem": {Reach: config.Reach{Via: []string{"chat"}}},
		},
		Groups:   map[string]config.Group{"ml": {Members: []string{"ana", "ben"}}, "ops": {Reach: config.Reach{Via: []string{"chat"}}}},
		Owners:   map[string]string{"Search + Ads": "ml", "eve@example.com": "ben"},
		Domains:  []string{"example.com"},
		Fallback: "ops",
		Remind:   time.Hour,
	}
}

func directory(t *testing.T, c config.Notify) *Directory {
	t.Helper()
	d, err := NewDirectory(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func namesOf(all []Recipient) (names []string) {
	for _, r := range all {
		names = append(names, r.Name)
	}
	return names
}

// An owner is whom the map says, else a person by name, alias or address, else the address itself, if its domain is named, else the fallback.
func TestOwners(t *testing.T) {
	suffixed := staff()
	suffixed.OwnerDomain = "corp.example.com"
	lonely := staff()
	lonely.Fallback = ""
	for _, tt := range []struct {
		owner string
		c     config.Notify
		want  []string
	}{
		{"ana", staff(), []string{"ana"}},
		{" ANA ", staff(), []string{"ana"}},
		{"ana-pereira", staff(), []string{"ana"}},
		{"ana@example.com", staff(), []string{"ana"}},
		{"AWSReservedSSO_Scientist_0a1b/ana@example.com", staff(), []string{"ana"}},
		{"search + ads", staff(), []string{"ana", "ben"}},
		{"eve@example.com", staff(), []string{"ben"}}, // the map goes first
		{"ops", staff(), []string{"ops"}},
		{"dan@example.com", staff(), []string{"dan@example.com"}},
		{"Dan@Example.com", staff(), []string{"dan@example.com"}},
		{"dan@evil.example", staff(), []string{"ops"}}, // anybody can write a tag
		{"dan@evil.example@example.com", staff(), []string{"ops"}},
		{"dan@example.com, eve@evil.example", staff(), []string{"ops"}},
		{"Dan <dan@example.com>", staff(), []string{"ops"}},
		{"ranking", staff(), []string{"ops"}},
		{"", staff(), []string{"ops"}},
		{"ranking", suffixed, []string{"ranking@corp.example.com"}},
		{"ana", suffixed, []string{"ana"}},
		{"", suffixed, []string{"ops"}},
		{"ranking", lonely, nil},
	} {
		if got := namesOf(directory(t, tt.c).OfOwner(tt.owner)); !slices.Equal(got, tt.want) {
			t.Errorf("%q is %q, want %q", tt.owner, got, tt.want)
		}
	}
}

// What is usual holds where a person has nothing of their own.
func TestRecipients(t *testing.T) {
	c := staff()
	c.Zone = "Asia/Tokyo"
	d := directory(t, c)
	ana, ben := d.Named("ana")[0], d.Named("ben")[0]
	if ana.Email != "ana@example.com" || !slices.Equal(ana.Via, []string{"mail", "chat"}) || ana.Zone.String() != "Europe/Berlin" {
		t.Errorf("%+v", ana)
	}
	if !slices.Equal(ben.Via, []string{"mail"}) || ben.Zone.String() != "Asia/Tokyo" {
		t.Errorf("%+v", ben)
	}
	if got := d.Named("nobody"); got != nil {
		t.Errorf("%+v", got)
	}
	for name, want := range map[string]bool{"ana": true, "ops": true, "dan@example.com": true, "dan@evil.example": false, "gone": false} {
		if _, known := d.Lookup(name); known != want {
			t.Errorf("%s: %t", name, known)
		}
	}
}

func TestHours(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	week := &config.Hours{From: "08:00", To: "18:00"}
	for _, tt := range []struct {
		hours *config.Hours
		at    time.Time
		want  bool
	}{
		{nil, time.Date(2026, 11, 29, 3, 0, 0, 0, berlin), true},
		{week, time.Date(2026, 11, 26, 8, 0, 0, 0, berlin), true},
		{week, time.Date(2026, 11, 26, 7, 59, 0, 0, berlin), false},
		{week, time.Date(2026, 11, 26, 17, 59, 59, 0, berlin), true},
		{week, time.Date(2026, 11, 26, 18, 0, 0, 0, berlin), false},
		{week, time.Date(2026, 11, 28, 12, 0, 0, 0, berlin), false}, // a Saturday
		{&config.Hours{Days: []string{"sat"}, From: "08:00", To: "18:00"}, time.Date(2026, 11, 28, 12, 0, 0, 0, berlin), true},
	} {
		if got := open(tt.hours, tt.at); got != tt.want {
			t.Errorf("%+v at %s: %t", tt.hours, tt.at, got)
		}
	}
	for _, tt := range []struct{ at, want time.Time }{
		{time.Date(2026, 11, 26, 9, 0, 0, 0, berlin), time.Date(2026, 11, 26, 9, 0, 0, 0, berlin)},
		{time.Date(2026, 11, 26, 8, 59, 0, 0, berlin), time.Date(2026, 11, 25, 9, 0, 0, 0, berlin)},
		{time.Date(2026, 3, 1, 8, 0, 0, 0, berlin), time.Date(2026, 2, 28, 9, 0, 0, 0, berlin)},
	} {
		if got := slot("09:00", tt.at); !got.Equal(tt.want) {
			t.Errorf("at %s: %s", tt.at, got)
		}
	}
	// On the day on which the clock goes from 2 to 3, half past two is when it has gone on.
	if got := slot("02:30", time.Date(2026, 3, 29, 12, 0, 0, 0, berlin)); got.Before(time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)) || got.Hour() > 3 {
		t.Errorf("%s", got)
	}
}
