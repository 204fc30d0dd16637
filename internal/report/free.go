package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A free counts what is idle and bills nothing. Its JSON names are published.
type free struct {
	Idle   int         `json:"idle"`
	ByKind []kindCount `json:"byKind"`
}

type kindCount struct {
	Name estate.Kind `json:"name"`
	Idle int         `json:"idle"`
}

func freeOf(counts map[estate.Kind]int) free {
	f := free{ByKind: []kindCount{}}
	for kind, n := range counts {
		f.Idle += n
		f.ByKind = append(f.ByKind, kindCount{kind, n})
	}
	slices.SortFunc(f.ByKind, func(a, b kindCount) int {
		return cmp.Or(b.Idle-a.Idle, strings.Compare(string(a.Name), string(b.Name)))
	})
	return f
}

// freeLine says in one line what it would take a table to list.
func (d digest) freeLine() []remark {
	f := d.summary.Free
	if f.Idle == 0 {
		return nil
	}
	more := ""
	if len(d.idle) > 0 {
		more = " more"
	}
	verbs := " are idle and bill nothing: "
	if f.Idle == 1 {
		verbs = " is idle and bills nothing: "
	}
	var kinds []string
	for _, k := range f.ByKind {
		kinds = append(kinds, count(k.Idle, noun(k.Name)))
	}
	return []remark{{text: fmt.Sprintf("%d%s%s%s; --all lists them", f.Idle, more, verbs, strings.Join(kinds, ", "))}}
}

func (d digest) freeSection(o Options) section {
	if len(d.free) == 0 {
		return section{}
	}
	return section{title: fmt.Sprintf("Idle, and billing nothing: %d", len(d.free)), grid: d.idleGrid(d.free, o)}
}
