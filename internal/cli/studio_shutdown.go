package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/govern/shutdown"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// shutdownFlags say which apps are meant.
type shutdownFlags struct {
	evidenceFlags // of which only those of AWS are given
	filter        shutdown.Filter
	format        string
	most          int
	changeFlags
}

func newShutdown(env Env) *cobra.Command {
	var f shutdownFlags
	cmd := &cobra.Command{
		Use:   "shutdown --domain ID",
		Short: "Plan which Studio apps to shut down, by user, space, app or type, and do it with --apply",
		Long: "Shutdown shows which running apps of a Studio domain are meant, with their use, cost and owner. It changes nothing without --apply, which asks\n" +
			"first. Each app is looked at again right before it is stopped, and left alone where anything has changed.\n\n" +
			"Single kernels and terminals cannot be reached from outside: the agent and the panel in JupyterLab stop those.\n\n" +
			"Exit status: 0 fine, 1 failed or not everything was stopped, 2 usage, 4 something could not be seen.",
		Example: "  sagewarden studio shutdown --domain d-abc --user ana\n  sagewarden studio shutdown --domain d-abc --type KernelGateway -o json\n  sagewarden studio shutdown --domain d-abc --user ana --apply",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd.Context(), env, cloud.Options{Load: loadConfig})
		},
	}
	f.awsFlags.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.filter.Domain, "domain", "", "the Studio domain, by its id")
	fl.StringArrayVar(&f.filter.User, "user", nil, "only the apps of this user profile and those in its private spaces; repeatable")
	fl.StringArrayVar(&f.filter.Space, "space", nil, "only the apps in this space; repeatable")
	fl.StringArrayVar(&f.filter.App, "app", nil, "only apps of this name; repeatable")
	fl.StringArrayVar(&f.filter.Types, "type", nil, "only apps of this type, like JupyterLab; repeatable")
	fl.StringVarP(&f.format, "output", "o", planFormats[0], "form of the plan: "+strings.Join(planFormats, ", "))
	fl.BoolVar(&f.filter.InUse, "in-use", false, "also what is in use, or nobody knows the use of")
	fl.IntVar(&f.most, "max-apps", 20, "with --apply: refuse a plan of more apps")
	f.register(cmd)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(planFormats, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("type", cobra.FixedCompletions(appTypes(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// appTypes are the types of apps that the API knows.
func appTypes() (all []string) {
	for _, t := range types.AppType("").Values() {
		all = append(all, string(t))
	}
	return all
}

func (f *shutdownFlags) check() error {
	if err := f.changeFlags.check(f.format, f.filter.User, f.filter.Space, f.filter.App, f.filter.Types); err != nil {
		return err
	}
	switch i := slices.IndexFunc(f.filter.Types, func(t string) bool {
		return !slices.ContainsFunc(appTypes(), func(known string) bool { return strings.EqualFold(t, known) })
	}); {
	case f.filter.Domain == "":
		return usagef("--domain is missing: name the Studio domain whose apps are meant")
	case i >= 0:
		return usagef("--type: unknown type %q: the types are %s", f.filter.Types[i], strings.Join(appTypes(), ", "))
	}
	return nil
}

func (f *shutdownFlags) run(ctx context.Context, env Env, options cloud.Options) error {
	if err := f.check(); err != nil {
		return err
	}
	names := []string{string(shutdown.KindApp)}
	if len(f.filter.User) > 0 {
		names = append(names, string(shutdown.KindSpace))
	}
	ks, err := parseKinds(names)
	if err != nil {
		return err
	}
	var opened *cloud.Opened
	snap, stats, err := f.snapshot(ctx, env, options, scan.Options{Kinds: ks, Domain: f.filter.Domain}, func(o *cloud.Opened) error {
		opened = o
		return nil
	})
	defer func() { stats() }()
	if err != nil {
		return err
	}
	plan := shutdown.New(snap, f.filter)
	if f.apply && !snap.Interrupted {
		return f.carryOut(ctx, env, opened, plan)
	}
	if f.format == "json" {
		err = plan.JSON(env.Stdout)
	} else {
		err = plan.Table(env.Stdout)
	}
	switch {
	case err != nil:
		return err
	case snap.Interrupted:
		note(env, "interrupted: there may be more apps")
		return status(exitHoles)
	case len(snap.Holes()) > 0:
		if f.format == "json" {
			_ = report.Holes(env.Stderr, snap)
		}
		return status(exitHoles)
	}
	return nil
}

// carryOut shows the plan, asks, and does it.
func (f *shutdownFlags) carryOut(ctx context.Context, env Env, opened *cloud.Opened, plan *shutdown.Plan) error {
	if f.format == "table" {
		if err := plan.Table(env.Stdout); err != nil {
			return err
		}
	}
	if len(plan.Steps) > f.most {
		return usagef("the plan has %s, which is more than --max-apps %d: narrow it, or say how many are meant", plan.Count(), f.most)
	}
	if err := f.meant(plan.Targets()); err != nil {
		return err
	}
	j, err := f.openJournal(ctx, env, f.file, opened.Sessions)
	if err != nil {
		return err
	}
	defer func() { _ = j.Close() }()
	if len(plan.Steps) > 0 && !f.sure {
		if err := confirm(ctx, env, "Shut down "+plan.Count(), plan.Targets()); err != nil {
			return err
		}
	}
	sessions := map[string]*cloud.Session{}
	for _, s := range opened.Sessions {
		sessions[s.Target().Key()] = s
	}
	engine := shutdown.Engine{
		Now:     opened.Sessions[0].Now,
		Apps:    func(t estate.Target) shutdown.Apps { return sessions[t.Key()].SageMaker() },
		Journal: appJournal{j},
		Tell: func(r shutdown.Result) {
			if f.format == "table" {
				_, _ = fmt.Fprintln(env.Stdout, r)
			}
		},
	}
	results := engine.Apply(ctx, plan)
	if f.format == "json" {
		enc := json.NewEncoder(env.Stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(struct {
			*shutdown.Plan
			Results []shutdown.Result `json:"results"`
		}{plan, results}); err != nil {
			return err
		}
	}
	switch {
	case slices.ContainsFunc(results, func(r shutdown.Result) bool { return r.Outcome != shutdown.Stopped && r.Outcome != shutdown.Changed }):
		return status(exitFailed)
	case len(plan.Coverage) > 0:
		return status(exitHoles)
	}
	return nil
}

// An appJournal writes the stops of apps down.
type appJournal struct{ journal }

// Intend keeps the whole step: it is what starting the app again takes.
func (j appJournal) Intend(s shutdown.Step) (string, error) {
	return j.journal.Intend("sagemaker:DeleteApp", s.ARN, s)
}

// Settle keeps how it ended.
func (j appJournal) Settle(id string, r shutdown.Result) error {
	return j.journal.Settle(id, shutdownOutcomes[r.Outcome], r.Why)
}

// shutdownOutcomes are what the outcomes of stops are called for all changes.
var shutdownOutcomes = map[shutdown.Outcome]settings.Outcome{shutdown.Stopped: settings.Done, shutdown.Changed: settings.Changed, shutdown.Untried: settings.Untried,
	shutdown.Failed: settings.Refused, shutdown.Unsettled: settings.Unsettled}
