package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
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
			"its SKU, and what was not known with how to make it known. An ARN says which account and region to ask; a name is looked for in\n" +
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
			var account string // of the ARN, where one is given
			if strings.HasPrefix(args[0], "arn:") {
				arn, err := estate.ParseARN(args[0])
				if err != nil {
					return usageError{err}
				}
				k, err := kindOf(arn)
				if err != nil {
					return usageError{err}
				}
				ks, f.regions, account = []kinds.Kind{k}, []string{arn.Region}, arn.Account
			}
			var fits func([]*cloud.Session) error
			if account != "" {
				fits = func(sessions []*cloud.Session) error { return requireAccount(sessions, account) }
			}
			snap, stats, err := f.snapshot(cmd.Context(), env, cloud.Options{Load: loadConfig}, scan.Options{Kinds: ks, Limits: limits, Only: args[0]}, fits)
			defer stats()
			if err != nil {
				return err
			}
			o, err := find(snap, args[0])
			if err != nil {
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
func requireAccount(sessions []*cloud.Session, account string) error {
	var open []string
	for _, s := range sessions {
		if s.Target().Account == account {
			return nil
		}
		open = append(open, s.Target().Account)
	}
	return &estate.Error{Op: "explain", On: "account " + account, Err: fmt.Errorf("the credentials are of account %s", strings.Join(open, ", ")),
		Hint: "name a profile of that account with --profile"}
}

// kindOf is the family of an ARN.
func kindOf(a estate.ARN) (kinds.Kind, error) {
	var known []string
	for _, k := range kinds.All() {
		if k.TagType() == a.Service+":"+a.Type() {
			return k, nil
		}
		known = append(known, strings.TrimPrefix(k.TagType(), "sagemaker:"))
	}
	return nil, fmt.Errorf("%s is not of a kind that is watched: those are %s", a, strings.Join(known, ", "))
}

// find is the one resource of the ARN or name.
func find(s *estate.Snapshot, want string) (estate.Observation, error) {
	var found []estate.Observation
	for _, o := range s.Observations {
		if strings.EqualFold(o.Resource.ARN, want) || o.Resource.Name == want {
			found = append(found, o)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var arns []string
		for _, o := range found {
			arns = append(arns, o.Resource.ARN)
		}
		return estate.Observation{}, &estate.Error{Op: "explain", On: want, Err: fmt.Errorf("%d resources have that name:\n    %s", len(found), strings.Join(arns, "\n    ")), Hint: "give the ARN of the one you mean"}
	}
	hint := "see what there is with `sagewarden scan --all`"
	if len(s.Holes()) > 0 {
		hint += "; not everything could be seen: its target or operation may be a hole in the coverage"
	}
	return estate.Observation{}, &estate.Error{Op: "explain", On: want, Err: fmt.Errorf("no such resource in %s", places(s.Targets)), Hint: hint}
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
