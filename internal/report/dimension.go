package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Dimension is what an inventory may be grouped by: "account", "kind", "tag:team".
type Dimension string

// unread is the value of a tag where the tags could not be read. No tag of SageMaker may hold a question mark.
const unread = "?"

const tagPrefix = "tag:"

var values = map[Dimension]func(estate.Resource) string{
	"account": func(r estate.Resource) string { return r.Target.Account },
	"region":  func(r estate.Resource) string { return r.Target.Region },
	"kind":    func(r estate.Resource) string { return string(r.Kind) },
	"type":    func(r estate.Resource) string { return r.Type },
	"status":  func(r estate.Resource) string { return r.Status },
	"owner":   func(r estate.Resource) string { return r.Owner },
	"domain":  func(r estate.Resource) string { return r.Domain },
}

// Dimensions are the words for every dimension; tag:KEY stands for those of the tags.
func Dimensions() []string {
	return []string{"account", "region", "kind", "type", "status", "owner", "domain", tagPrefix + "KEY"}
}

// ParseDimensions reads the words for dimensions, each of which may be given once.
func ParseDimensions(words []string) ([]Dimension, error) {
	var out []Dimension
	for _, w := range words {
		d := Dimension(w)
		key, isTag := strings.CutPrefix(w, tagPrefix)
		switch {
		case isTag && key == "":
			return nil, fmt.Errorf("%q names no tag: write %steam", w, tagPrefix)
		case !isTag && values[d] == nil:
			return nil, fmt.Errorf("unknown dimension %q: the dimensions are %s", w, strings.Join(Dimensions(), ", "))
		case slices.Contains(out, d):
			return nil, fmt.Errorf("%q is given twice", w)
		}
		out = append(out, d)
	}
	return out, nil
}

// of is the resource's value, empty where it has none.
func (d Dimension) of(r estate.Resource) string {
	key, isTag := strings.CutPrefix(string(d), tagPrefix)
	switch {
	case !isTag:
		return values[d](r)
	case r.Tags == nil:
		return unread
	}
	return r.Tags[key]
}

// head is the dimension's column. The keys of tags keep their case.
func (d Dimension) head() string {
	if key, isTag := strings.CutPrefix(string(d), tagPrefix); isTag {
		return "TAG " + key
	}
	return strings.ToUpper(string(d))
}
