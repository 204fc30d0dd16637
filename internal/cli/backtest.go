package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/backtest"
	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// backtestFlags are those of policy backtest.
type backtestFlags struct {
	evidenceFlags
	days           int
	delay, within  duration
	format, failOn string
	all            bool
}

const failInterrupted = "interrupted"

// mostDays is as far back as the metrics are kept finely enough.
const mostDays = int(kinds.RecordKept / (24 * time.Hour))

func newPolicyBacktest(env Env) *cobra.Command {
	f := backtestFlags{within: duration(6 * time.Hour)}
	cmd := &cobra.Command{
		Use:   "backtest [FILE]...",
		Short: "Show what policies would have done in the past: what stopped, what saved, whom interrupted",
		Long: "Backtest replays the past hour by hour through the functions that plan, and says what the policies would have stopped, when, what that\n" +
			"would have saved, and every case in which use came back soon after. It reads the metrics of what there is now from CloudWatch, once, or\n" +
			"snapshots that scan --save wrote. It changes nothing and writes nothing down. Notices are taken for delivered and approvals for given,\n" +
			"and the accounts and enforce of sagewarden.yaml are not asked; its bounds are.\n\n" +
			"What was deleted since is not seen, and of what has no history in metrics the past cannot be judged: the output says for how much.\n\n" +
			"Exit status: 0 fine, 1 failed, 2 usage, 3 --fail-on found something, 4 something could not be seen.",
		Example: "  sagewarden policy backtest pack:studio-basics --days 30\n  sagewarden policy backtest team.yaml --from 'snapshots/*.json' --fail-on interrupted",
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd.Context(), env, cloud.Options{Load: loadConfig}, args)
		},
	}
	f.add(cmd)
	fl := cmd.Flags()
	fl.Lookup("from").Usage = "pattern of snapshots that scan --save wrote, one after the other, instead of asking AWS"
	fl.IntVar(&f.days, "days", 30, fmt.Sprintf("how many days to replay from CloudWatch, %d at most", mostDays))
	fl.Var(&f.delay, "notice-delay", "how long a notice takes to arrive (default: it is there at once)")
	fl.Var(&f.within, "within", "how soon after a stop use must come back to count as an interruption")
	fl.StringVarP(&f.format, "output", "o", planFormats[0], "form of the report: "+strings.Join(planFormats, ", "))
	fl.BoolVar(&f.all, "all", false, "show every stop, not the dearest alone")
	fl.StringVar(&f.failOn, "fail-on", "", "exit with status 3 on findings: "+failInterrupted)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(planFormats, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{failInterrupted}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (f *backtestFlags) check() error {
	switch {
	case !slices.Contains(planFormats, f.format):
		return usagef("--output: unknown format %q: the formats are %s", f.format, strings.Join(planFormats, ", "))
	case f.failOn != "" && f.failOn != failInterrupted:
		return usagef("--fail-on: %q is unknown: the value is %s", f.failOn, failInterrupted)
	case f.days < 1 || f.days > mostDays:
		return usagef("--days: CloudWatch keeps what a backtest needs for %d days: write 1 to %[1]d", mostDays)
	case f.from != "" && f.given("days"):
		return usagef("--days has no effect with --from, which takes the snapshots that there are: leave out one of them")
	case f.within <= 0:
		return usagef("--within: write a time like 6h")
	}
	return nil
}

func (f *backtestFlags) run(ctx context.Context, env Env, options cloud.Options, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	files, err := f.policyFiles(env, args)
	if err != nil {
		return err
	}
	set, err := policy.Load(ctx, files...)
	if err != nil {
		return err
	}
	file, err := f.configuration(env)
	if err != nil {
		return err
	}
	o := backtest.Options{Set: set, NoticeDelay: time.Duration(f.delay), Within: time.Duration(f.within)}
	if o.Guard, err = guard(file); err != nil {
		return err
	}
	limits, ks, err := f.limits()
	if err != nil {
		return err
	}
	var r *backtest.Report
	var now *estate.Snapshot // what was seen of the present; nil where only files were read
	stats := func() error { return nil }
	if f.from != "" {
		r, err = f.files(limits, ks, o)
	} else {
		r, now, stats, err = f.replay(ctx, env, options, scan.Options{Kinds: wanted(set, ks), Limits: limits}, o)
	}
	if err != nil {
		return err
	}
	if f.format == "json" {
		err = r.JSON(env.Stdout)
	} else {
		err = r.Table(env.Stdout, f.all)
	}
	switch err = errors.Join(err, stats()); {
	case err != nil:
		return err
	case f.failOn != "" && len(r.Interrupted()) > 0:
		return status(exitFindings)
	case now != nil:
		return seen(env, now)
	}
	return nil
}

// files tries the policies out on saved snapshots.
func (f *backtestFlags) files(limits scan.Limits, ks []kinds.Kind, o backtest.Options) (*backtest.Report, error) {
	names, err := filepath.Glob(f.from)
	if err != nil {
		return nil, usagef("--from: %w", err)
	}
	if len(names) == 0 {
		return nil, &estate.Error{Op: "policy backtest", On: f.from, Err: errors.New("there is no such file"), Hint: "name files that `sagewarden scan --save` wrote"}
	}
	load := func(name string) (*estate.Snapshot, error) {
		snap, err := scan.Load(name)
		if err != nil {
			return nil, err
		}
		l := limits
		if !f.given("min-invocations") {
			l.MinDailyInvocations = snap.MinDailyInvocations
		}
		return scan.Keep(snap, ks, "", nil), scan.Judge(snap, l)
	}
	// They are read twice, for their instants and one by one: together they may be larger than memory.
	at := map[string]time.Time{}
	for _, name := range names {
		snap, err := scan.Load(name)
		if err != nil {
			return nil, err
		}
		at[name] = snap.At
	}
	slices.SortStableFunc(names, func(a, b string) int { return at[a].Compare(at[b]) })
	r, err := backtest.Run(func(yield func(backtest.Frame, error) bool) {
		for _, name := range names {
			snap, err := load(name)
			if !yield(backtest.Frame{Snapshot: snap}, err) {
				return
			}
		}
	}, o)
	if err != nil {
		return nil, &estate.Error{Op: "policy backtest", On: f.from, Err: err, Hint: "name snapshots of the same targets, each of another instant"}
	}
	r.Notes = []string{"what happened between two snapshots is known as far as the later one tells of it"}
	return r, nil
}

// replay tries the policies out on what CloudWatch has kept.
func (f *backtestFlags) replay(ctx context.Context, env Env, options cloud.Options, so scan.Options, o backtest.Options) (*backtest.Report, *estate.Snapshot, func() error, error) {
	recording, stats, err := f.record(ctx, env, options, so, f.days)
	if err != nil {
		return nil, nil, nil, err
	}
	r, err := backtest.Run(hourly(ctx, recording), o)
	if err != nil {
		return nil, nil, nil, err
	}
	r.Notes = []string{"what was deleted since is not seen, and resources are taken as they are now: their tags, owners, sizes and prices",
		"what was changed since, and what only its newest event is known of, counts as not judged before that"}
	return r, recording.Now, stats, nil
}

// metricCalls is how many calls of GetMetricData were made so far.
func metricCalls(c *cloud.Cloud) int {
	for _, s := range c.Stats() {
		if s.Operation == "cloudwatch:GetMetricData" {
			return s.Calls
		}
	}
	return 0
}

// hourly are the hours of a recording up to the present.
func hourly(ctx context.Context, r *scan.Recording) iter.Seq2[backtest.Frame, error] {
	return func(yield func(backtest.Frame, error) bool) {
		for at := r.From; !at.After(r.Now.At); at = at.Add(time.Hour) {
			snap, err := r.At(at)
			if err = errors.Join(err, ctx.Err()); !yield(backtest.Frame{Snapshot: snap, Hindsight: r.Judge}, err) || err != nil {
				return
			}
		}
	}
}
