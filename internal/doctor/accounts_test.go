package doctor

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// TestAccountsThatStayShut: what keeps a scan from beginning is more than a warning.
func TestAccountsThatStayShut(t *testing.T) {
	hole := estate.Coverage{Target: estate.Target{Account: "111122223333", AccountName: "prod"}, Operation: "sts:AssumeRole", Outcome: estate.OutcomeFailed, Error: "no", Hides: "all", Hint: "ask"}
	for _, c := range []struct {
		name    string
		options Options
		open    []*cloud.Session
		want    estate.Level
	}{
		{"an account of many", Options{Organization: true}, []*cloud.Session{{}}, estate.Warn},
		{"each account", Options{Organization: true}, nil, estate.Fail},
		{"a profile that is named", Options{Profiles: true}, []*cloud.Session{{}}, estate.Fail},
		{"an account of the file", Options{}, []*cloud.Session{{}}, estate.Warn},
		{"the only account of the file", Options{}, nil, estate.Fail},
	} {
		c.options.Opened = &cloud.Opened{Sessions: c.open, Holes: []estate.Coverage{hole}}
		checks := (&examination{c.options}).accounts()
		want := estate.Check{Name: "accounts", On: "prod", Level: c.want, Finding: "sts:AssumeRole failed: no", Hides: "all", Hint: "ask"}
		if diff := cmp.Diff(want, checks[len(checks)-1]); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if checks[0].Level != c.want {
			t.Errorf("%s: the sum is %s, want %s", c.name, checks[0].Level, c.want)
		}
	}
}
