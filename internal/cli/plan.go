package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/remediate"
	"github.com/sagewarden/sagewarden/internal/report"
)

// planFlags are those of plan and apply.
type planFlags struct {
	workFlags
	approvalFlags
	format, out string
	all         bool
	wait        duration
}

func (f *planFlags) register(cmd *cobra.Command) {
	f.add(cmd)
	fl := cmd.Flags()
	_ = fl.MarkHidden("from") // what is to be done rests on what is so now
	policyFlag(cmd, &f.policies)
	stateFlag(cmd, &f.state)
	fl.StringVarP(&f.format, "output", "o", planFormats[0], "form of the plan: "+strings.Join(planFormats, ", "))
	fl.BoolVar(&f.all, "all", false, "show everything that is held back, comes later or is let off, not the dearest alone")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(planFormats, cobra.ShellCompDirectiveNoFileComp))
}

func (f *planFlags) check() error {
	switch {
	case !slices.Contains(planFormats, f.format):
		return usagef("--output: unknown format %q: the formats are %s", f.format, strings.Join(planFormats, ", "))
	case f.from != "":
		return usagef("--from: what is to be done rests on what is so now, not on what was saved")
	}
	return nil
}

func newPlan(env Env) *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what the policies would do now, later, and to whom they do nothing",
		Long: "Plan scans what the policies are about and shows which of their steps are due, with reasons and savings, what comes later, what is held back\n" +
			"and why, and what is let off. It changes nothing, tells nobody and writes nothing down.\n\n" +
			"Exit status: 0 fine, 1 failed, 2 usage, 4 something could not be seen.",
		Example: "  sagewarden plan --policy pack:studio-basics\n  sagewarden plan --out friday.plan && sagewarden apply friday.plan",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.plan(cmd.Context(), env, cloud.Options{Load: loadConfig})
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.out, "out", "", "file to keep the plan in, for apply to do what is in it and nothing else")
	return cmd
}

func (f *planFlags) plan(ctx context.Context, env Env, options cloud.Options) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	var out *outFile
	if f.out != "" {
		if out, err = createOut("keep the plan", f.out); err != nil {
			return err
		}
		defer out.discard()
	}
	w, err := f.start(ctx, env, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Ledger.Close(), f.printStats(env, w.cloud)) }()
	snap, err := w.scan(ctx, &f.workFlags)
	if err != nil {
		return err
	}
	p, err := remediate.Preview(ctx, w.Ledger, w.Set, w.Guard, snap)
	if err != nil {
		return err
	}
	if out != nil {
		if err := out.commit(p.JSON(out)); err != nil {
			return err
		}
	}
	if err := f.print(env, p); err != nil {
		return err
	}
	return seen(env, snap)
}

func (f *planFlags) print(env Env, p *remediate.Plan) error {
	if f.format == "json" {
		return p.JSON(env.Stdout)
	}
	return p.Table(env.Stdout, f.all)
}

// seen is the exit status of who has not seen everything.
func seen(env Env, snap *estate.Snapshot) error {
	switch {
	case snap.Interrupted:
		note(env, "interrupted: there may be more")
		return status(exitHoles)
	case len(snap.Holes()) > 0:
		return status(exitHoles)
	}
	return nil
}

func newApply(env Env) *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "apply [PLAN]",
		Short: "Do what is due: tell people, and after their time is over stop, scale or delete",
		Long: "Apply makes the plan, asks, and carries out what is due: it tells people, and changes what they were told of when their time is over. Each\n" +
			"resource is looked at again right before, and left alone where anything has changed. With a PLAN that plan has kept, it does what is in it\n" +
			"and still due, and nothing else.\n\n" +
			"It changes something only where enforce is set in sagewarden.yaml, in the accounts under guard, and within its bounds.\n\n" +
			"Exit status: 0 fine, 1 failed or not everything was done, 2 usage, 4 something could not be seen.",
		Example: "  sagewarden apply\n  sagewarden apply friday.plan --auto-approve --account 111122223333",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.apply(cmd.Context(), env, cloud.Options{Load: loadConfig}, args)
		},
	}
	f.register(cmd)
	f.approve(cmd)
	return cmd
}

// approve adds the flags of who changes something.
func (f *planFlags) approve(cmd *cobra.Command) {
	f.approvalFlags.register(cmd)
	cmd.Flags().Var(&f.wait, "wait", "how long to wait for what takes its time, such as a deletion after a stop (default: not at all: the next run goes on)")
}

// narrow keeps the guard to the accounts that are meant.
func (f *planFlags) narrow(w *worker) error {
	if !w.Guard.Enforce {
		return &estate.Error{Op: "apply", Err: errors.New("enforce is not set: nothing may be changed"),
			Hint: "set enforce: true in sagewarden.yaml, and name the accounts under guard.accounts"}
	}
	if len(f.accounts) > 0 {
		for _, id := range f.accounts {
			if !slices.Contains(w.Guard.Accounts, id) {
				return usagef("--account: in %s nothing may be changed: it is not under guard.accounts in sagewarden.yaml", id)
			}
		}
		w.Guard.Accounts = f.accounts
	}
	return nil
}

func (f *planFlags) apply(ctx context.Context, env Env, options cloud.Options, args []string) (err error) {
	if err := errors.Join(f.check(), f.checkApproval(f.format)); err != nil {
		return err
	}
	var only *remediate.Plan
	if len(args) > 0 {
		if only, err = readPlan(args[0]); err != nil {
			return err
		}
	}
	w, err := f.start(ctx, env, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Ledger.Close(), f.printStats(env, w.cloud)) }()
	if err := f.narrow(w); err != nil {
		return err
	}
	if f.wait > 0 {
		w.Pause = pauses(env, time.Duration(f.wait))
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	snap, err := w.scan(ctx, &f.workFlags)
	if err != nil {
		return err
	}
	if snap.Interrupted {
		return &estate.Error{Op: "apply", Err: errors.New("interrupted: nothing was done")}
	}
	p, err := w.Plan(ctx, snap, w.by())
	if err != nil {
		return err
	}
	if only != nil {
		p.Keep(only)
	}
	if f.format == "table" {
		if err := f.print(env, p); err != nil {
			return err
		}
	}
	due := p.Due()
	if len(due) > 0 && !f.sure {
		if err := confirm(ctx, env, "Go on with "+p.Count(), whereabouts(due)); err != nil {
			return err
		}
	}
	return f.carryOut(ctx, w, p, snap)
}

// carryOut tells and does what is due.
func (f *planFlags) carryOut(ctx context.Context, w *worker, p *remediate.Plan, snap *estate.Snapshot) error {
	told, err := w.Announce(ctx, p, w.office, w.post)
	if err != nil {
		return err
	}
	if f.format == "table" {
		w.report(told)
		w.Tell = func(r remediate.Result) { _, _ = fmt.Fprintln(w.env.Stdout, r) }
	}
	results := w.Apply(ctx, p.Due())
	if f.format == "json" {
		enc := json.NewEncoder(w.env.Stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(struct {
			*remediate.Plan
			Announced *remediate.Announced `json:"announced"`
			Results   []remediate.Result   `json:"results"`
		}{p, told, results}); err != nil {
			return err
		}
	}
	if len(told.Gaps)+len(told.Undelivered) > 0 || slices.ContainsFunc(results, func(r remediate.Result) bool { return r.Outcome.Wrong() }) {
		return status(exitFailed)
	}
	return seen(w.env, snap)
}

// report says what became of the notices.
func (w *worker) report(a *remediate.Announced) {
	if a.Delivered > 0 {
		_, _ = fmt.Fprintf(w.env.Stdout, "told: %s\n", counted(a.Delivered, "notice was taken", "notices were taken"))
	}
	for _, n := range a.Undelivered {
		_, _ = fmt.Fprintln(w.env.Stdout, report.Line(fmt.Sprintf("not told: %s through %s: %s", n.To, n.Channel, n.Trouble)))
	}
	for _, g := range a.Gaps {
		_, _ = fmt.Fprintln(w.env.Stdout, report.Line(fmt.Sprintf("not told: %s of finding %s: %s", g.To, g.Finding, g.Why)))
	}
}

// settle finds out what became of the calls that earlier runs have left without an end.
func (w *worker) settle(ctx context.Context) error {
	settled, err := w.Settle(ctx)
	for _, r := range settled {
		note(w.env, remediate.SettledLine(r))
	}
	return err
}

func whereabouts(items []remediate.Item) (all []estate.Target) {
	for _, i := range items {
		if t := i.Finding.Resource.Target; !slices.ContainsFunc(all, func(o estate.Target) bool { return o.Key() == t.Key() }) {
			all = append(all, t)
		}
	}
	return all
}

// readPlan reads a plan that plan has kept.
func readPlan(file string) (*remediate.Plan, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, &estate.Error{Op: "read the plan", On: file, Err: cause(err), Hint: "make one with sagewarden plan --out " + file}
	}
	p := &remediate.Plan{}
	if err := json.Unmarshal(text, p); err != nil || p.At.IsZero() {
		return nil, &estate.Error{Op: "read the plan", On: file, Err: errors.New("it is no plan that sagewarden plan has kept"), Hint: "make one with sagewarden plan --out " + file}
	}
	return p, nil
}

// between is how long something that takes its time is left alone between two looks.
const between = 10 * time.Second

// pauses waits between two looks, for no longer than the whole in one run.
func pauses(env Env, whole time.Duration) func(context.Context) bool {
	left := whole
	return func(ctx context.Context) bool {
		left -= between
		return left >= 0 && env.Wait(ctx, between) == nil
	}
}

func newUndo(env Env) *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "undo RECEIPT",
		Short: "Take back what a receipt is of: start, make again, or set back",
		Long: "Undo takes back a step that was carried out: it starts or makes again what was stopped or deleted, and sets back what was changed, from what the\n" +
			"ledger keeps. What somebody has made in its place meanwhile is left alone. See the receipts with sagewarden history.\n\n" +
			"Exit status: 0 fine, 1 failed or not everything is back, 2 usage.",
		Example: "  sagewarden undo 3gk2xw0c5hqv",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.undo(cmd.Context(), env, cloud.Options{Load: loadConfig}, args[0])
		},
	}
	f.reach(cmd)
	stateFlag(cmd, &f.state)
	fl := cmd.Flags()
	fl.StringVarP(&f.format, "output", "o", planFormats[0], "form of the output: "+strings.Join(planFormats, ", "))
	f.approve(cmd)
	return cmd
}

func (f *planFlags) undo(ctx context.Context, env Env, options cloud.Options, id string) (err error) {
	if err := errors.Join(f.check(), f.checkApproval(f.format)); err != nil {
		return err
	}
	l, err := f.ledgerOf(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	calls, err := remediate.Group(ctx, l, id)
	if err != nil {
		return err
	}
	g, err := guard(f.file)
	if err != nil {
		return err
	}
	w := &worker{Engine: &remediate.Engine{Ledger: l, Guard: g}, env: env}
	f.regions, f.account = []string{calls[0].Target.Region}, calls[0].Target.Account
	if w.cloud, w.opened, err = f.open(ctx, env, options); err != nil {
		return err
	}
	if err := errors.Join(requireAccount(w.opened, f.account), f.narrow(w)); err != nil {
		return err
	}
	w.Now = w.opened.Sessions[0].Now
	w.Site = func(t estate.Target) (remediate.Site, error) {
		for _, s := range w.opened.Sessions {
			if s.Target().Key() == t.Key() {
				return remediate.Place{Session: s}, nil
			}
		}
		return nil, fmt.Errorf("%s is not among what this run reaches", t)
	}
	if f.wait == 0 {
		f.wait = duration(10 * time.Minute) // whoever undoes waits for it
	}
	w.Pause = pauses(env, time.Duration(f.wait))
	if !f.sure {
		for _, r := range calls {
			_, _ = fmt.Fprintln(env.Stdout, report.Line(fmt.Sprintf("%s of %s at %s by %s", r.Operation, r.On, r.Began.UTC().Format(time.RFC3339), r.By)))
		}
		if err := confirm(ctx, env, "Take this back", []estate.Target{calls[0].Target}); err != nil {
			return err
		}
	}
	undone, err := w.Undo(ctx, id)
	if f.format == "json" && err == nil {
		enc := json.NewEncoder(env.Stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(undone)
	} else {
		for _, u := range undone {
			_, _ = fmt.Fprintln(env.Stdout, u)
		}
	}
	if err == nil && slices.ContainsFunc(undone, func(u remediate.Undone) bool { return u.Outcome != remediate.Done }) {
		return status(exitFailed)
	}
	return err
}
