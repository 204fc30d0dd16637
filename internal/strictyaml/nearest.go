package strictyaml

import (
	"slices"
	"strings"
)

// Nearest is the name that was probably meant: about half of it has to be right.
func Nearest(name string, names []string) (string, bool) {
	if len(names) == 0 {
		return "", false
	}
	how := func(n string) int { return distance(strings.ToLower(name), strings.ToLower(n)) }
	best := slices.MinFunc(names, func(a, b string) int { return how(a) - how(b) })
	return best, 2*how(best) <= len(name)+1
}

// distance is the number of bytes to insert, delete or replace to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
