package scan

import (
	"testing"
	"time"
)

// TestMissingTags: that a resource is not in an answer says that it has no tags only where the answer is whole, and older than its tags.
func TestMissingTags(t *testing.T) {
	from := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	of := map[string]map[string]string{"a": {"team": "red"}}
	for name, c := range map[string]struct {
		whole   bool
		arn     string
		created time.Time
		known   bool
	}{
		"tagged":                       {true, "a", from, true},
		"tagged, in an answer cut off": {false, "a", from, true},
		"untagged":                     {true, "b", from.Add(-time.Hour), true},
		"in an answer that was cut":    {false, "b", from.Add(-time.Hour), false},
		"made just now":                {true, "b", from.Add(-time.Second), true},
		"made while it was read":       {true, "b", from.Add(time.Minute), false},
		"of unknown age":               {true, "b", time.Time{}, true},
	} {
		if got := (tags{of, c.whole, from}).on(c.arn, c.created); (got != nil) != c.known {
			t.Errorf("%s: %v", name, got)
		}
	}
}
