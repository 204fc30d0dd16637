package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

// runBare runs the statements of a file in an engine with its own bounds of memory, and nothing of ours.
func runBare(ctx context.Context, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var statements []string
	if err := json.Unmarshal(text, &statements); err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "bare-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	db, err := duck.Open(ctx, duck.Options{Temp: temp})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	out := bufio.NewWriter(os.Stdout)
	for _, s := range statements {
		rows, err := db.Query(ctx, s)
		if err != nil {
			return err
		}
		for row, err := range duck.Values(rows) {
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintln(out, row...) // the writer keeps its first error
		}
	}
	return out.Flush()
}
