package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// keepTags keep a resource out of every policy for a while.
var keepTags = []string{"keep-until", "sagewarden:keep-until"}

// kept says why the tags keep the resource out at the instant; empty where they do not. A date counts to its end. What is no date was meant as
// one, and keeps: whoever wrote it wanted the resource to stay.
func kept(tags map[string]string, now time.Time, zone *time.Location) string {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if !slices.ContainsFunc(keepTags, func(k string) bool { return strings.EqualFold(k, key) }) {
			continue
		}
		value := strings.TrimSpace(tags[key])
		until, err := time.Parse(time.RFC3339, value)
		if err != nil {
			if until, err = time.ParseInLocation(time.DateOnly, value, zone); err == nil {
				until = until.AddDate(0, 0, 1)
			}
		}
		switch {
		case err != nil:
			return fmt.Sprintf("its tag %s says %q, which is no date: write it as 2026-12-31", key, tags[key])
		case now.Before(until):
			return fmt.Sprintf("its tag %s says %s", key, value)
		}
	}
	return ""
}
