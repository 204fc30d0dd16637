package report

import (
	"fmt"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// count says how many, in English.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// noun is what people call one of the kind: "endpoint configuration".
func noun(k estate.Kind) string {
	words := strings.ReplaceAll(strings.ReplaceAll(string(k), "-", " "), "mlflow", "MLflow")
	if stem, ok := strings.CutSuffix(words, "config"); ok {
		return stem + "configuration"
	}
	return words
}

// some joins the first few, and counts the rest.
func some(items []string, most int, joint string) string {
	if len(items) <= most {
		return strings.Join(items, joint)
	}
	return fmt.Sprintf("%s and %d more", strings.Join(items[:most], joint), len(items)-most)
}
