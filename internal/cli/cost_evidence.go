package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/cost/waste"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// lookBackFlags are those of cost evidence.
type lookBackFlags struct {
	evidenceFlags
	days int
	save string
}

func newCostEvidence(env Env) *cobra.Command {
	var f lookBackFlags
	cmd := &cobra.Command{
		Use:   "evidence",
		Short: "Look back over the metrics, and save what was idle and in use when, for cost waste",
		Long: "Evidence judges each hour of the past as a scan of then would have, by the metrics that CloudWatch has kept of what there is now, and saves when each resource was idle\n" +
			"and when it was in use. sagewarden cost waste --from takes it beside snapshots, and knows of more of the bill than one scan can tell. Nothing is changed.\n\n" +
			"What was deleted since is not seen; of what has no history in metrics, and of what was changed since, the past is not known.",
		Example: "  sagewarden cost evidence --region all --days 40 --save october.json && sagewarden cost waste --month 2026-10 --from october.json\n" +
			"  sagewarden cost evidence --from 'nightly/*.json' --save october.json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd.Context(), env, cloud.Options{Load: loadConfig})
		},
	}
	f.add(cmd)
	fl := cmd.Flags()
	fl.Lookup("from").Usage = "pattern of snapshots that scan --save wrote, to be put together into one file, instead of asking AWS"
	fl.IntVar(&f.days, "days", 31, fmt.Sprintf("how many days to look back, %d at most", mostDays))
	fl.StringVar(&f.save, "save", "", "file to write")
	_ = cmd.MarkFlagRequired("save")
	return cmd
}

func (f *lookBackFlags) run(ctx context.Context, env Env, options cloud.Options) error {
	switch {
	case f.days < 1 || f.days > mostDays:
		return usagef("--days: CloudWatch keeps what it takes for %d days: write 1 to %[1]d", mostDays)
	case f.from != "" && f.given("days"):
		return usagef("--days has no effect with --from, which takes the snapshots that there are: leave out one of them")
	}
	limits, ks, err := f.limits()
	if err != nil {
		return err
	}
	out, err := createOut("save evidence", f.save)
	if err != nil {
		return err
	}
	defer out.discard()
	e := waste.NewEvidence()
	var now *estate.Snapshot
	stats := func() error { return nil }
	if f.from != "" {
		err = f.files(e)
	} else {
		var recording *scan.Recording
		if recording, stats, err = f.record(ctx, env, options, scan.Options{Kinds: ks, Limits: limits}, f.days); err == nil {
			now = recording.Now
			for frame, failed := range hourly(ctx, recording) {
				if err = failed; err != nil {
					break
				}
				e.Add(frame.Snapshot)
			}
		}
	}
	if err != nil {
		return err
	}
	if err := out.commit(e.Save(out)); err != nil {
		return err
	}
	idle, used := e.Resources()
	_, err = fmt.Fprintf(env.Stdout, "%s speaks of %s to %s: %s idle at some time, %s in use at some time\n", f.save, report.Instant(e.From), report.Instant(e.To), counted(idle, "resource", "resources"), counted(used, "resource", "resources"))
	switch err = errors.Join(err, stats()); {
	case err != nil:
		return err
	case now != nil:
		return seen(env, now)
	}
	return nil
}

// files takes in saved snapshots, in the order of their names.
func (f *lookBackFlags) files(e *waste.Evidence) error {
	names, err := filepath.Glob(f.from)
	if err != nil {
		return usagef("--from: %w", err)
	}
	if len(names) == 0 {
		return &estate.Error{Op: "look back", On: f.from, Err: errors.New("there is no such file"), Hint: "name files that `sagewarden scan --save` wrote"}
	}
	for _, name := range slices.Sorted(slices.Values(names)) {
		if err := addEvidence(e, name); err != nil {
			return err
		}
	}
	return nil
}
