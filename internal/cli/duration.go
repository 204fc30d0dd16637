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
