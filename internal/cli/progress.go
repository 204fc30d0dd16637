package cli

import (
	"fmt"
	"sync"

	"github.com/schollz/progressbar/v3"

	"github.com/sagewarden/sagewarden/internal/scan"
)

// progress shows a bar on a terminal's stderr, and nothing anywhere else.
func progress(env Env, targets int) (step func(scan.Progress), done func()) {
	if env.Width(env.Stderr) == 0 {
		return nil, func() {}
	}
	bar := progressbar.NewOptions(targets, progressbar.OptionSetWriter(env.Stderr), progressbar.OptionSetDescription("scanning"),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(24), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(false),
		progressbar.OptionUseANSICodes(true))
	var mu sync.Mutex
	resources := map[string]int{}
	return func(p scan.Progress) {
		mu.Lock()
		defer mu.Unlock()
		resources[p.Target.Key()] = p.Resources
		sum := 0
		for _, n := range resources {
			sum += n
		}
		bar.Describe(fmt.Sprintf("scanning: %d resources, %s %s", sum, p.Target.Region, p.Stage))
		if p.Stage == "done" {
			_ = bar.Add(1)
		}
	}, func() { _ = bar.Finish() }
}
