package estate

import (
	"testing"
	"time"
)

func TestDurationsAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "7d": 7 * 24 * time.Hour, "1d12h": 36 * time.Hour, "1d1m30s": 24*time.Hour + 90*time.Second, "0s": 0, "-5m": -5 * time.Minute,
	} {
		got, err := ParseDuration(text)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		if again, err := ParseDuration(FormatDuration(got)); err != nil || again != got {
			t.Errorf("%s is written %s, which is %v, %v", got, FormatDuration(got), again, err)
		}
	}
	for _, text := range []string{"", "d", "1 day", "1d-12h", "4000d", "7", "1d12", "99999999999999999999d"} {
		if d, err := ParseDuration(text); err == nil {
			t.Errorf("%q is taken for %s", text, d)
		}
	}
	for want, d := range map[string]time.Duration{"7d": 168 * time.Hour, "1d12h": 36 * time.Hour, "1h30m": 90 * time.Minute, "5m": 5 * time.Minute, "1h0m5s": time.Hour + 5*time.Second, "0s": 0} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%s is written %s, want %s", d, got, want)
		}
	}
}
