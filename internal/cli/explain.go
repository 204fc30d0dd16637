package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
)

func newExplain(env Env) *cobra.Command {
	var f struct {
		evidenceFlags
		outputFlags
	}
	cmd := &cobra.Command{
		Use:   "explain ARN-or-name",
		Short: "Tell the whole story of one resource",
		Long: "Explain shows every signal of a resource with its source, time and quality, the verdict with the rule that led to it, the price with\n" +
			"its SKU, what configured policies say of it, and what was not known with how to make it known. An ARN says which account and region to ask; a name is looked for in\n" +
			"the regions given: a Studio app is named user/app or space/app.",
		Example: "  sagewarden explain arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn\n  sagewarden explain churn --region eu-west-1\n  sagewarden explain churn --from friday.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("explain takes one resource: its ARN or its name")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			limits, ks, err := f.limits()
			if err != nil {
				return err
			}
			out, err := f.options(env)
			if err != nil {
				return err
			}
			if !slices.Contains([]report.Format{report.Table, report.Wide, report.JSON, report.Markdown}, out.Format) {
				return usagef("--output: explain has the forms table, json and markdown, not %s", out.Format)
			}
			if strings.HasPrefix(args[0], "arn:") {
				arn, err := estate.ParseARN(args[0])
				if err != nil {
					return usageError{err}
				}
				if ks, err = kindsOf(arn); err != nil {
					return usageError{err}
				}
				f.regions, f.account = []string{arn.Region}, arn.Account
			}
			var fits func(*cloud.Opened) error
			if f.account != "" {
				fits = func(opened *cloud.Opened) error { return requireAccount(opened, f.account) }
			}
			snap, stats, err := f.snapshot(cmd.Context(), env, cloud.Options{Load: loadConfig}, scan.Options{Kinds: ks, Limits: limits, Only: args[0]}, fits)
			defer stats()
			if err != nil {
				return err
			}
			o, err := find(snap, ks, args[0])
			if err != nil {
				return err
			}
			if out.Policies, err = saidBy(cmd.Context(), env, &f.configFlags, o, snap); err != nil {
				return err
			}
			if err := report.Explain(env.Stdout, snap, o, out); err != nil {
				return err
			}
			if len(snap.Holes()) > 0 || snap.Interrupted {
				return status(exitHoles)
			}
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().StringVarP(&f.format, "output", "o", string(report.Table), "form of the output: table, json, markdown")
	return cmd
}

// requireAccount refuses an account that none of the sessions is for: there its resources would only look like missing ones.
func requireAccount(opened *cloud.Opened, account string) error {
	var open []string
	for _, s := range opened.Sessions {
		if s.Target().Account == account {
			return nil
		}
		open = append(open, s.Target().Account)
	}
	for _, h := range opened.Holes {
		if h.Target.Account == account {
			return &estate.Error{Op: h.Operation, On: "account " + account, Err: errors.New(h.Error), Hint: h.Hint}
		}
	}
	return &estate.Error{Op: "explain", On: "account " + account, Err: fmt.Errorf("the credentials are of account %s", strings.Join(open, ", ")),
		Hint: "name a profile of that account with --profile"}
}

// kindsOf are the families that an ARN may be of: a training job's may be of its warm pool, too.
func kindsOf(a estate.ARN) ([]kinds.Kind, error) {
	of := slices.DeleteFunc(kinds.All(), func(k kinds.Kind) bool { return a.Service != "sagemaker" || a.Type() != k.Family().ARNType })
	if len(of) == 0 {
		return nil, fmt.Errorf("%s is not of a kind that is watched", a)
	}
	return of, nil
}

// find is the one resource of the ARN or name, of these families where there are any.
func find(s *estate.Snapshot, ks []kinds.Kind, want string) (*estate.Observation, error) {
	var found []*estate.Observation
	for _, o := range s.Observations {
		of := func(k kinds.Kind) bool { return k.Family().Name == o.Resource.Kind }
		if (strings.EqualFold(o.Resource.ARN, want) || o.Resource.Name == want) && (len(ks) == 0 || slices.ContainsFunc(ks, of)) {
			found = append(found, o)
		}
	}
	// An endpoint and its configuration often share a name: what bills is what is meant.
	if bills := slices.DeleteFunc(slices.Clone(found), func(o *estate.Observation) bool { return len(o.Resource.Meters) == 0 }); len(bills) > 0 {
		found = bills
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var arns []string
		for _, o := range found {
			arns = append(arns, o.Resource.ARN)
		}
		return nil, &estate.Error{Op: "explain", On: want, Err: fmt.Errorf("%d resources have that name:\n    %s", len(found), strings.Join(arns, "\n    ")), Hint: "give the ARN of the one you mean"}
	}
	hint := "see what there is with `sagewarden scan --all`"
	if len(s.Holes()) > 0 {
		hint += "; not everything could be seen: its target or operation may be a hole in the coverage"
	}
	return nil, &estate.Error{Op: "explain", On: want, Err: fmt.Errorf("no such resource in %s", places(s.Targets)), Hint: hint}
}

// places names the targets, or counts them where they are many.
func places(targets []estate.Target) string {
	if len(targets) > 4 {
		return fmt.Sprintf("any of %d targets", len(targets))
	}
	var names []string
	for _, t := range targets {
		names = append(names, t.String())
	}
	return strings.Join(names, ", ")
}

// saidBy is what the configured policies say of a resource; nil where there are none.
func saidBy(ctx context.Context, env Env, f *configFlags, o *estate.Observation, snap *estate.Snapshot) ([]report.Said, error) {
	file, err := f.configuration(env)
	if err != nil || len(file.Policies) == 0 {
		return nil, err
	}
	set, err := policy.Load(ctx, policiesOf(file)...)
	if err != nil {
		return nil, err
	}
	all := []report.Said{}
	for _, p := range set.Policies {
		m := p.Match(o, snap.At)
		if m == (policy.Match{}) {
			continue
		}
		s := report.Said{Policy: p.Name}
		s.Says, s.Why = m.Says()
		if s.Why == "" {
			for i, step := range p.Steps {
				s.Steps = append(s.Steps, fmt.Sprintf("%d. %s: %s", i+1, step.When(), step.Words()))
				if why := step.Refuses(o.Verdict); why != "" {
					s.Steps[i] += ", but not on this verdict: " + why
				}
			}
		}
		all = append(all, s)
	}
	return all, nil
}
