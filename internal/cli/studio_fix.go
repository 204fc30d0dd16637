package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/compliance"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/report"
)

// fix shows what would cover those who are not, asks, and does it.
func (f *complianceFlags) fix(ctx context.Context, env Env, opened *cloud.Opened, seen *compliance.Report, read []compliance.Inventory) error {
	if ctx.Err() != nil {
		return &estate.Error{Op: "plan", Err: errors.New("interrupted: nothing was changed")}
	}
	plan := &compliance.Plan{Changes: []settings.Change{}, Left: []compliance.Finding{}}
	for _, inv := range read {
		of := slices.DeleteFunc(slices.Clone(seen.Findings), func(v compliance.Finding) bool { return v.Target.Key() != inv.Target.Key() })
		plan.Add(compliance.Fix(inv, of, f.remedy))
	}
	if f.format == "table" {
		if err := plan.Table(env.Stdout); err != nil {
			return err
		}
	}
	results, err := f.cover(ctx, env, opened, plan)
	if err != nil {
		return err
	}
	if f.format == "json" {
		err = printJSON(env, struct {
			*compliance.Plan
			Coverage []estate.Coverage `json:"coverage"`
			Results  []settings.Result `json:"results,omitempty"`
		}{plan, seen.Coverage, results})
	} else {
		err = report.Holes(env.Stderr, &estate.Snapshot{Coverage: seen.Coverage})
	}
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(results, func(r settings.Result) bool { return r.Outcome != settings.Done }):
		return status(exitFailed)
	case seen.Holes() > 0:
		return status(exitHoles)
	}
	return nil
}

// cover asks, and carries the plan out where that is wanted.
func (f *complianceFlags) cover(ctx context.Context, env Env, opened *cloud.Opened, plan *compliance.Plan) (results []settings.Result, err error) {
	if !f.apply || len(plan.Changes) == 0 {
		return nil, nil
	}
	if len(plan.Changes) > f.most {
		return nil, usagef("the plan changes %s, which is more than --max-changes %d: narrow it, or say how many are meant", plan.Count(), f.most)
	}
	if err := f.meant(plan.Targets()); err != nil {
		return nil, err
	}
	j, err := f.openJournal(ctx, env, f.file, opened.Sessions)
	if err != nil {
		return nil, err
	}
	defer func() { _ = j.Close() }()
	if !f.sure {
		if err := confirm(ctx, env, "Change "+plan.Count(), plan.Targets()); err != nil {
			return nil, err
		}
	}
	e := settings.Engine{Journal: j, Wait: env.Wait, Studio: func(t estate.Target) settings.Studio {
		i := slices.IndexFunc(opened.Sessions, func(s *cloud.Session) bool { return s.Target().Key() == t.Key() })
		return opened.Sessions[i].SageMaker()
	}}
	for _, c := range plan.Changes {
		r := e.Apply(ctx, c)
		if f.format == "table" {
			_, _ = fmt.Fprintln(env.Stdout, report.Line(r.String()))
		}
		results = append(results, r)
	}
	return results, nil
}
