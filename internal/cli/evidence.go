package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// evidenceFlags are the flags of the commands that judge what AWS, or a saved snapshot, says.
type evidenceFlags struct {
	awsFlags
	judgeFlags
}

func (f *evidenceFlags) add(cmd *cobra.Command) {
	f.awsFlags.add(cmd)
	f.judgeFlags.add(cmd)
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return refuseWithFrom(cmd) }
}

// snapshot is what the options ask for, judged. Fits refuses sessions that cannot answer; nil takes all. What stats prints
// belongs after the output.
func (f *evidenceFlags) snapshot(ctx context.Context, env Env, options cloud.Options, o scan.Options, fits func(*cloud.Opened) error) (snap *estate.Snapshot, stats func(), err error) {
	stats = func() {}
	if f.from != "" {
		if snap, err = scan.Load(f.from); err != nil {
			return nil, stats, err
		}
		if !f.given("min-invocations") {
			o.Limits.MinDailyInvocations = snap.MinDailyInvocations
		}
		if err := scan.Judge(snap, o.Limits); err != nil {
			return nil, stats, err
		}
		return snap, stats, requireDomain(snap, o.Domain)
	}
	c, opened, err := f.open(ctx, env, options)
	if err != nil {
		return nil, stats, err
	}
	sessions := opened.Sessions
	if fits != nil {
		if err := fits(opened); err != nil {
			return nil, stats, err
		}
	}
	if o.Prices, err = f.book(env, sessions); err != nil {
		return nil, stats, err
	}
	if !o.Inventory {
		if o.Heartbeats, err = f.hear(ctx, c); err != nil {
			return nil, stats, err
		}
	}
	o.Holes, o.Owners = opened.Holes, f.owners(f.file, sessions)
	unmap()
	step, done := progress(env, len(sessions))
	o.Progress = step
	snap, err = scan.Run(ctx, sessions, o)
	done()
	if err == nil {
		err = blind(snap)
	}
	if err == nil {
		err = f.memory.Commit()
	}
	return snap, func() { _ = f.printStats(env, c) }, err
}

// record scans, and reads what CloudWatch has kept of so many days before. What stats prints belongs after the output.
func (f *evidenceFlags) record(ctx context.Context, env Env, options cloud.Options, o scan.Options, days int) (_ *scan.Recording, stats func() error, _ error) {
	c, opened, err := f.open(ctx, env, options)
	if err != nil {
		return nil, nil, err
	}
	if o.Prices, err = f.book(env, opened.Sessions); err != nil {
		return nil, nil, err
	}
	if o.Heartbeats, err = f.hear(ctx, c); err != nil {
		return nil, nil, err
	}
	o.Holes, o.Owners = opened.Holes, f.owners(f.file, opened.Sessions)
	step, done := progress(env, len(opened.Sessions))
	o.Progress = step
	before := 0
	recording, err := scan.Record(ctx, opened.Sessions, o, time.Duration(days)*24*time.Hour, func(series, calls int) {
		done()
		before = metricCalls(c)
		note(env, fmt.Sprintf("reading %s over %s: about %s of GetMetricData", counted(series, "series", "series"), counted(days, "day", "days"), counted(calls, "call", "calls")))
	})
	if err == nil {
		err = blind(recording.Now)
	}
	if err == nil {
		err = f.memory.Commit()
	}
	if err != nil {
		return nil, nil, err
	}
	note(env, "it took "+counted(metricCalls(c)-before, "call", "calls"))
	return recording, func() error { return f.printStats(env, c) }, nil
}
