package config

import (
	"strings"
	"unicode"
)

// Fold is what is left of a tag key or a name without case and marks: CostCenter, cost-center and cost_center are one.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
