package world

import (
	"cmp"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// A History is jobs of long ago, spread evenly. It costs no memory, however many they are: each is computed from its number.
type History struct {
	Family Family
	// Prefix begins the jobs' names; their numbers end them. Empty means old- and the family.
	Prefix string
	Count  int
	// From and To are when the first and the last of them were created.
	From, To time.Time
	// Took is how long each ran.
	Took time.Duration
	// EndStatus is how all of them ended; empty means the family's usual end.
	EndStatus string
	// Output is what they have in common, as in a Record.
	Output any
}

// Record is the i-th job, oldest first.
func (h *History) Record(i int) *Record {
	created := h.From
	if h.Count > 1 {
		created = created.Add(time.Duration(i) * (h.To.Sub(h.From) / time.Duration(h.Count-1)))
	}
	return &Record{
		Life:      Life{Created: created},
		Family:    h.Family,
		Name:      fmt.Sprintf("%s-%08d", h.prefix(), i),
		Ended:     created.Add(h.Took),
		EndStatus: h.EndStatus,
		Output:    h.Output,
	}
}

// Over is how many of the jobs ended by the instant. Only those are shown: a history runs nothing.
func (h *History) Over(t time.Time) int {
	return sort.Search(h.Count, func(i int) bool { return !h.Record(i).Over(t) })
}

// Find is the job of a name.
func (h *History) Find(name string) (*Record, bool) {
	digits, ours := strings.CutPrefix(name, h.prefix()+"-")
	i, err := strconv.Atoi(digits)
	if !ours || err != nil || i < 0 || i >= h.Count {
		return nil, false
	}
	r := h.Record(i)
	return r, r.Name == name
}

func (h *History) prefix() string { return cmp.Or(h.Prefix, "old-"+string(h.Family)) }
