package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/ledger/show"
)

func newFindings(env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "findings",
		Short: "See what policies have found, and put it off, approve it or exempt it",
		Long:  "Findings are what policies have matched. Each has an id, of which as much is enough as no other begins with; an ARN means the findings of that resource.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newFindingsList(env), newFindingsShow(env), newSnooze(env), newApprove(env), newExempt(env))
	return cmd
}

// findingFilter narrows a list.
type findingFilter struct {
	policies, kinds, owners, accounts, regions []string
	resource, status                           string
}

const anyStatus = "all"

func (f *findingFilter) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVar(&f.policies, "policy", nil, "only findings of this policy; repeatable")
	fl.StringArrayVar(&f.kinds, "kind", nil, "only resources of this family; repeatable")
	fl.StringArrayVar(&f.owners, "owner", nil, "only resources of this owner; repeatable")
	fl.StringArrayVar(&f.accounts, "account", nil, "only resources in this account, by its id or name; repeatable")
	fl.StringArrayVar(&f.regions, "region", nil, "only resources in this region; repeatable")
	fl.StringVar(&f.resource, "resource", "", "only the resource with this ARN")
	words := f.statuses()
	fl.StringVar(&f.status, "status", string(show.Open), "how they stand: "+strings.Join(words, ", "))
	_ = cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

func (*findingFilter) statuses() []string { return append(names(show.Statuses), anyStatus) }

func (f *findingFilter) takes(x ledger.Finding, now time.Time) bool {
	r := x.Resource
	among := func(wanted []string, have ...string) bool {
		return len(wanted) == 0 || slices.ContainsFunc(have, func(h string) bool { return slices.Contains(wanted, h) })
	}
	return among(f.policies, x.Policy) && among(f.kinds, string(r.Kind)) && among(f.owners, r.Owner) && among(f.accounts, r.Target.Account, r.Target.AccountName) &&
		among(f.regions, r.Target.Region) && (f.resource == "" || f.resource == r.ARN) && (f.status == anyStatus || f.status == string(show.StatusOf(x, now)))
}

func newFindingsList(env Env) *cobra.Command {
	var f struct {
		ledgerFlags
		sheetFlag
		findingFilter
	}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List findings, the dearest first",
		Long:    "List prints what policies have found and what comes next of it: what is open, unless --status says otherwise.",
		Example: "  sagewarden findings list --owner ana --kind endpoint\n  sagewarden findings list --status all -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := f.options(env)
			if err != nil {
				return err
			}
			if !slices.Contains(f.statuses(), f.status) {
				return usagef("--status: %q is unknown: the values are %s", f.status, strings.Join(f.statuses(), ", "))
			}
			l, err := f.open(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			var all []ledger.Finding
			for x, err := range ledger.All[ledger.Finding](cmd.Context(), l, ledger.SortFinding, "") {
				if err != nil {
					return err
				}
				if f.takes(x, l.Now()) {
					all = append(all, x)
				}
			}
			slices.SortStableFunc(all, func(a, b ledger.Finding) int { return cmp.Or(b.Hourly.Cmp(a.Hourly), a.First.Compare(b.First)) })
			return show.Findings(all, people(f.file), l.Now()).Print(env.Stdout, options)
		},
	}
	f.ledgerFlags.add(cmd)
	f.sheetFlag.add(cmd)
	f.findingFilter.add(cmd)
	return cmd
}

func newFindingsShow(env Env) *cobra.Command {
	var f struct {
		ledgerFlags
		sheetFlag
	}
	cmd := &cobra.Command{
		Use:   "show ID-or-ARN",
		Short: "Tell all of a finding, with its history",
		Long:  "Show prints what is known of a finding: the verdict it rests on, what comes next, who has approved it or put it off, and what was done.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := f.options(env)
			if err != nil {
				return err
			}
			l, err := f.open(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			all, err := meant(cmd.Context(), l, args)
			if err != nil {
				return err
			}
			for _, x := range all {
				history, err := historyOf(cmd.Context(), l, x.ID)
				if err != nil {
					return err
				}
				if err := show.Finding(x, history, people(f.file), l.Now()).Print(env.Stdout, options); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.ledgerFlags.add(cmd)
	f.sheetFlag.add(cmd)
	return cmd
}

// historyOf is the entries about a finding.
func historyOf(ctx context.Context, l *ledger.Ledger, id string) (all []ledger.Entry, err error) {
	err = l.Entries(ctx, 0, func(e ledger.Entry) error {
		var of struct{ Finding string }
		_ = json.Unmarshal(e.Body, &of) // what has no such word is about its subject
		if e.Subject == id || of.Finding == id {
			all = append(all, e)
		}
		return nil
	})
	return all, err
}

// meant is the findings that words mean, each once.
func meant(ctx context.Context, l *ledger.Ledger, words []string) (all []ledger.Finding, err error) {
	for _, w := range words {
		found, err := l.Find(ctx, w)
		if err != nil {
			return nil, &estate.Error{Op: "find", Err: err, Hint: "see sagewarden findings list --status all"}
		}
		for _, x := range found {
			if !slices.ContainsFunc(all, func(y ledger.Finding) bool { return y.ID == x.ID }) {
				all = append(all, x)
			}
		}
	}
	return all, nil
}

// deciding are the flags of a decision about findings.
type deciding struct {
	ledgerFlags
	personFlags
	lasting duration
	why     string
	end     bool
}

// each opens the ledger, and decides about each of the findings that words mean.
func (f *deciding) each(ctx context.Context, env Env, words []string, decide func(l *ledger.Ledger, x ledger.Finding) error, done string) error {
	l, err := f.open(ctx, env)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	all, err := meant(ctx, l, words)
	if err != nil {
		return err
	}
	for _, x := range all {
		if err := decide(l, x); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(env.Stdout, "%s: %s, %s\n", done, x.ID, x.Resource.ARN); err != nil {
			return err
		}
	}
	return nil
}

func newSnooze(env Env) *cobra.Command {
	var f deciding
	cmd := &cobra.Command{
		Use:     "snooze ID-or-ARN… --for 3d",
		Short:   "Put off every step of findings that changes something",
		Long:    "Snooze puts findings off for a while. Notices go on.",
		Example: "  sagewarden findings snooze k3f9 --for 3d --why 'quarter end'\n  sagewarden findings snooze k3f9 --end",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			switch {
			case f.end && (f.lasting != 0 || f.why != ""):
				return usagef("--end ends it now: leave out --for and --why")
			case f.end:
				by := f.person(ctx, env)
				return f.each(ctx, env, args, func(l *ledger.Ledger, x ledger.Finding) error { return l.Wake(ctx, x.ID, by) }, "no longer put off")
			case f.lasting == 0:
				return usagef("--for is missing: say how long, like 3d, or --end")
			}
			s := ledger.Snooze{Until: env.Now().UTC().Add(time.Duration(f.lasting)), By: f.person(ctx, env), Why: f.why}
			return f.each(ctx, env, args, func(l *ledger.Ledger, x ledger.Finding) error { return l.Snooze(ctx, x.ID, s) }, "put off until "+s.Until.Format(time.RFC3339))
		},
	}
	f.ledgerFlags.add(cmd)
	f.personFlags.add(cmd)
	fl := cmd.Flags()
	fl.Var(&f.lasting, "for", "how long, like 3d")
	fl.StringVar(&f.why, "why", "", "why, for others to read")
	fl.BoolVar(&f.end, "end", false, "end it now")
	return cmd
}

func newApprove(env Env) *cobra.Command {
	var f deciding
	cmd := &cobra.Command{
		Use:   "approve ID-or-ARN…",
		Short: "Give your word that the steps of findings may be carried out",
		Long: "Approve counts for the approvals that a policy asks for. A person counts once, by the ARN that AWS has for the caller, and not for findings that were made\n" +
			"by a run of that person's own. Who may assume a role under names of their choice is as many people as names: trust policies can bind the name.",
		Example: "  sagewarden findings approve k3f9 --profile ops",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			by, err := f.caller(ctx)
			if err != nil {
				return err
			}
			if f.end {
				return f.each(ctx, env, args, func(l *ledger.Ledger, x ledger.Finding) error { return l.Withdraw(ctx, x.ID, by) }, "no longer approved by "+by)
			}
			return f.each(ctx, env, args, func(l *ledger.Ledger, x ledger.Finding) error { return l.Approve(ctx, x.ID, by) }, "approved by "+by)
		},
	}
	f.ledgerFlags.add(cmd)
	f.addProfile(cmd)
	cmd.Flags().BoolVar(&f.end, "end", false, "take your approval back")
	return cmd
}

func newExempt(env Env) *cobra.Command {
	var f deciding
	var policy string
	cmd := &cobra.Command{
		Use:   "exempt ID-or-ARN… --why REASON",
		Short: "Keep resources out of a policy, or of all",
		Long: "Exempt keeps a resource out: by the id of a finding, out of that finding's policy; by its ARN, out of the policy that --policy names, or of all. Nothing of\n" +
			"it needs to have been found before.",
		Example: "  sagewarden findings exempt k3f9 --for 30d --why 'load test in May'\n  sagewarden findings exempt arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn --why 'batch, monthly'",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			switch {
			case f.end && (f.lasting != 0 || f.why != ""):
				return usagef("--end ends it now: leave out --for and --why")
			case !f.end && f.why == "":
				return usagef("--why is missing: say why, for whoever asks later")
			}
			l, err := f.open(ctx, env)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			exemptions, err := f.exemptions(ctx, env, l, args, policy)
			if err != nil {
				return err
			}
			for _, e := range exemptions {
				word := "exempt"
				if f.end {
					word, err = "no longer exempt", l.Unexempt(ctx, e.ARN, e.Policy, e.By)
				} else {
					err = l.Exempt(ctx, e)
				}
				if err != nil {
					return err
				}
				text := word + " from " + cmp.Or(e.Policy, "all policies")
				if !e.Until.IsZero() {
					text += " until " + e.Until.Format(time.RFC3339)
				}
				if _, err := fmt.Fprintf(env.Stdout, "%s: %s\n", text, e.ARN); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.ledgerFlags.add(cmd)
	f.personFlags.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&policy, "policy", "", "the policy, where a resource is named by its ARN (default: all)")
	fl.Var(&f.lasting, "for", "how long, like 30d (default: until it is ended)")
	fl.StringVar(&f.why, "why", "", "why, for others to read")
	fl.BoolVar(&f.end, "end", false, "end it now")
	return cmd
}

// exemptions are those that words mean.
func (f *deciding) exemptions(ctx context.Context, env Env, l *ledger.Ledger, words []string, policy string) (all []ledger.Exemption, err error) {
	e := ledger.Exemption{By: f.person(ctx, env), Why: f.why}
	if f.lasting != 0 {
		e.Until = env.Now().UTC().Add(time.Duration(f.lasting))
	}
	for _, w := range words {
		if strings.HasPrefix(w, "arn:") {
			if _, err := estate.ParseARN(w); err != nil {
				return nil, usageError{err}
			}
			e.ARN, e.Policy = w, policy
			all = append(all, e)
			continue
		}
		if policy != "" {
			return nil, usageError{errors.New("--policy: a finding says its policy itself: leave it out, or name the resource by its ARN")}
		}
		found, err := meant(ctx, l, []string{w})
		if err != nil {
			return nil, err
		}
		e.ARN, e.Policy = found[0].Resource.ARN, found[0].Policy
		all = append(all, e)
	}
	return all, nil
}
