package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var days = regexp.MustCompile(`^(\d+)d(.*)$`)

// parseDuration reads a Go duration that may begin with days: "7d", "1d12h", "90m".
func parseDuration(s string) (time.Duration, error) {
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
		if err != nil {
			return 0, fmt.Errorf("%q is not a duration: write it like 2h, 90m or 7d", s)
		}
		total += d
	}
	if total <= 0 || strings.HasPrefix(rest, "-") {
		return 0, fmt.Errorf("%q is not a duration above zero: write it like 2h, 90m or 7d", s)
	}
	return total, nil
}

// A duration is the value of a flag, in the words of parseDuration. Zero is none given.
type duration time.Duration

// Set reads what the user gave.
func (d *duration) Set(s string) error {
	v, err := parseDuration(s)
	*d = duration(v)
	return err
}

// String is the duration without the zeros of Go's: 5m, not 5m0s.
func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	s := time.Duration(*d).String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
}

// Type is the word for it in the help.
func (*duration) Type() string { return "duration" }
