package estate

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Duration is a time.Duration that is written as text, "2h0m0s", so that a saved snapshot can be read by people.
type Duration time.Duration

// String is the text of the duration.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes the duration as text.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

var days = regexp.MustCompile(`^(\d+)d(.*)$`)

// ParseDuration reads a length of time as people write it: as time.ParseDuration does, and with days before: "90m", "7d", "1d12h".
func ParseDuration(s string) (time.Duration, error) {
	var total time.Duration
	rest := s
	if m := days.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > 3650 {
			return 0, fmt.Errorf("%q is more than ten years", s)
		}
		total, rest = time.Duration(n)*24*time.Hour, m[2]
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || total > 0 && strings.HasPrefix(rest, "-") {
			return 0, fmt.Errorf("%q is not a duration: write it like 2h, 90m or 7d", s)
		}
		total += d
	}
	if s == "" {
		return 0, fmt.Errorf("%q is not a duration: write it like 2h, 90m or 7d", s)
	}
	return total, nil
}

// FormatDuration is the inverse of ParseDuration, without the zeros of Go's own form: "7d", "1d12h", "90m" as "1h30m".
func FormatDuration(d time.Duration) string {
	var whole string
	if n := d / (24 * time.Hour); n > 0 {
		if whole = fmt.Sprintf("%dd", n); d%(24*time.Hour) == 0 {
			return whole
		}
		d %= 24 * time.Hour
	}
	s := d.String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return whole + s
}
