package bill

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Tags are what a line shows of tags. Lines of one subject share them.
type Tags struct {
	// User are people's own and SageMaker's, in their own spelling; AWS those that begin with aws:.
	User, AWS, Account, Categories map[string]string
}

// shown are the tags of the subject that the bill shows at the instant.
func (b *Bill) shown(s *Subject, at time.Time) *Tags {
	t := &Tags{User: map[string]string{}, AWS: map[string]string{}, Account: s.Account.Tags}
	for _, from := range []map[string]string{s.tags, s.marks} {
		for key, value := range from {
			if value != "" && !slices.Contains(b.Inactive, key) && at.Day() >= b.Activated[key] {
				if strings.HasPrefix(key, "aws:") {
					t.AWS[key] = value
				} else {
					t.User[key] = value
				}
			}
		}
	}
	if s.Kind != "" && s.Region != "" {
		t.AWS["aws:createdBy"] = "AssumedRole:AROA" + strings.ToUpper(digest("creator", s.ID)[:16]) + ":session"
	}
	if stage := s.Account.Tags["stage"]; b.Categories && stage != "" {
		t.Categories = map[string]string{"Environment": strings.ToUpper(stage[:1]) + stage[1:]}
	}
	return t
}

// turns are the instants of the month at which a tag begins to be shown.
func (b *Bill) turns() []time.Time {
	var at []time.Time
	for _, day := range slices.Sorted(maps.Values(b.Activated)) {
		at = append(at, b.Month.AddDate(0, 0, day-1))
	}
	return slices.Compact(at)
}
