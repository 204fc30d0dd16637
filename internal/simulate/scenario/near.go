package scenario

import (
	"cmp"
	"slices"
	"strings"
)

// perhaps is a hint that names what may have been meant: the nearest of the names, or all if none is near.
func perhaps(written string, names []string) string {
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	for _, name := range names {
		a, b := strings.ToLower(written), strings.ToLower(name)
		d := distance(a, b)
		if strings.Contains(b, a) || strings.Contains(a, b) {
			d = min(d, 2)
		}
		if d <= max(2, len(written)/3) {
			near = append(near, candidate{name, d})
		}
	}
	if len(near) == 0 {
		return "one of: " + strings.Join(names, ", ")
	}
	slices.SortStableFunc(near, func(x, y candidate) int { return cmp.Compare(x.distance, y.distance) })
	var words []string
	for _, c := range near[:min(3, len(near))] {
		words = append(words, c.name)
	}
	return "perhaps " + strings.Join(words, " or ")
}

// distance is the number of letters to add, to drop or to change (Levenshtein) from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
