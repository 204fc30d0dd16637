package kinds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

// tagText is the alphabet of SageMaker's tags, keys and values alike. The API takes no others: an address with a comma in it has to be put otherwise.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// How long the parts of a tag may be, in characters, and how many of them a resource may have.
const (
	longestTagKey   = 128
	longestTagValue = 256
	mostTags        = 50
)

// CheckTag says what keeps SageMaker from taking a tag; nil for nothing.
func CheckTag(key, value string) error {
	switch n := utf8.RuneCountInString(key); {
	case key == "":
		return errors.New("a tag has an empty key")
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		return fmt.Errorf("the tag key %q begins with aws:, which is AWS's own", key)
	case n > longestTagKey:
		return fmt.Errorf("the tag key %q has %d characters, and may have %d", key, n, longestTagKey)
	case utf8.RuneCountInString(value) > longestTagValue:
		return fmt.Errorf("the value of the tag %q has %d characters, and may have %d", key, utf8.RuneCountInString(value), longestTagValue)
	}
	for _, text := range []string{key, value} {
		if !tagText.MatchString(text) {
			return fmt.Errorf("the tag %s=%s has characters that SageMaker does not take: letters, digits, space and _.:/=+-@ are", key, text)
		}
	}
	return nil
}

const (
	listTags   = "sagemaker:ListTags"
	addTags    = "sagemaker:AddTags"
	deleteTags = "sagemaker:DeleteTags"
)

// A tagging is what was done to the tags of a resource that was made at an instant: what was set, and what was there of it before.
type tagging struct {
	Created time.Time         `json:"created,omitzero"`
	Set     map[string]string `json:"set"`
	Former  map[string]string `json:"former,omitempty"`
}

// tags is the action that sets tags on a resource of a family.
func tags(l Look) Action {
	return Action{
		Name: "tag", Operations: []string{l.Operation, listTags, addTags},
		Undo: "give these tags their former values, and take off those that it did not have", UndoOperations: []string{l.Operation, listTags, addTags, deleteTags},
		Next: func(ctx context.Context, h *Hand) (Move, error) { return setTags(ctx, l, h) },
		Back: func(ctx context.Context, h *Hand, made Made) (Move, error) { return resetTags(ctx, l, h, made) },
	}
}

func setTags(ctx context.Context, l Look, h *Hand) (Move, error) {
	for _, key := range slices.Sorted(maps.Keys(h.Ask.Tags)) {
		if err := CheckTag(key, h.Ask.Tags[key]); err != nil {
			return refuse("%v", err), nil
		}
	}
	s, now, m, err := tagsNow(ctx, l, h, h.Resource.Created)
	if err != nil || m.State != "" {
		return m, err
	}
	t := tagging{Created: s.created, Set: map[string]string{}, Former: map[string]string{}}
	all := maps.Clone(now)
	for key, value := range h.Ask.Tags {
		former, has := now[key]
		if has && former == value {
			continue
		}
		if has {
			t.Former[key] = former
		}
		t.Set[key], all[key] = value, value
	}
	switch {
	case len(t.Set) == 0:
		return done("it has these tags"), nil
	case len(all) > mostTags:
		return refuse("it would have %d tags, and may have %d", len(all), mostTags), nil
	}
	return addingTags(h, t.Set, t)
}

// addingTags is the move that sets the tags.
func addingTags(h *Hand, set map[string]string, t tagging) (Move, error) {
	before, err := json.Marshal(t)
	return sending(addTags, h.Resource.ARN, before, h.SageMaker.AddTags, onceSageMaker,
		&sagemaker.AddTagsInput{ResourceArn: &h.Resource.ARN, Tags: asTags(set)}), err
}

// resetTags leaves alone what has another value by now: somebody has set it since.
func resetTags(ctx context.Context, l Look, h *Hand, made Made) (Move, error) {
	var was tagging
	if err := json.Unmarshal(made.Saved, &was); err != nil {
		return Move{}, unread(h, made, err)
	}
	_, now, m, err := tagsNow(ctx, l, h, was.Created)
	if err != nil || m.State != "" {
		return m, err
	}
	former, added, overtaken := map[string]string{}, []string{}, false
	for key, value := range was.Set {
		before, had := was.Former[key]
		current, has := now[key]
		switch {
		case has && current == value && had:
			former[key] = before
		case has && current == value:
			added = append(added, key)
		case has != had || current != before:
			overtaken = true
		}
	}
	slices.Sort(added)
	switch {
	case len(former) > 0:
		return addingTags(h, former, was)
	case len(added) > 0:
		return sending(deleteTags, h.Resource.ARN, made.Saved, h.SageMaker.DeleteTags, onceSageMaker,
			&sagemaker.DeleteTagsInput{ResourceArn: &h.Resource.ARN, TagKeys: added}), nil
	case overtaken:
		return done("some of these tags were changed since, and are left as they are"), nil
	}
	return done("its tags are as they were"), nil
}

// tagsNow are the tags of the resource that was made at the instant; a move that is not zero says why nothing can be done to them.
func tagsNow(ctx context.Context, l Look, h *Hand, created time.Time) (s *sight, now map[string]string, m Move, err error) {
	s, err = l.at(ctx, h)
	switch {
	case err != nil:
		return nil, nil, Move{}, err
	case s == nil:
		return nil, nil, refuse("it is gone"), nil
	case !s.bears(created):
		return nil, nil, another(s), nil
	}
	now, err = h.tagsOf(ctx, &h.Resource.ARN)
	return s, now, Move{}, err
}
