package setup

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	ce "github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// A Result is a step and how it ended.
type Result struct {
	Step
	Outcome settings.Outcome `json:"outcome"`
	Why     string           `json:"why,omitempty"`
}

// An Engine carries plans out.
type Engine struct {
	// Payer is nil where no step is billing's.
	Payer *Payer
	// Studio reaches that of a target.
	Studio  func(estate.Target) settings.Studio
	Journal settings.Journal
	// Wait lets time pass between two looks.
	Wait func(context.Context, time.Duration) error
}

// after are the actions that a step waits for: without them it would be refused, or in vain.
var after = map[string]string{actCreate: actPolicy, actUpdate: actPolicy, actBackfill: actActivate}

// Apply carries the plan out, step by step, and tells of each as it ends. What waits for a step that was not done is left alone, and all else is done.
func (e Engine) Apply(ctx context.Context, p *Plan, tell func(Result)) (all []Result) {
	var failed []string
	for _, step := range p.Steps {
		r := Result{Step: step}
		switch {
		case slices.Contains(failed, after[step.Action]):
			r.Outcome, r.Why = settings.Untried, "it waits for a step that was not done"
		case step.Change != nil:
			of := settings.Engine{Studio: e.Studio, Journal: e.Journal, Wait: e.Wait}.Apply(ctx, *step.Change)
			r.Outcome, r.Why = of.Outcome, of.Why
		default:
			r.Outcome, r.Why = settings.Record(ctx, e.Journal, step.Operation(), step.Resource, step, func(ctx context.Context) (settings.Outcome, string) { return e.act(ctx, step) })
		}
		if r.Outcome != settings.Done {
			failed = append(failed, step.Action)
		}
		tell(r)
		all = append(all, r)
	}
	return all
}

// act looks again, makes a step's call, and looks what became of it.
func (e Engine) act(ctx context.Context, step Step) (settings.Outcome, string) {
	began := e.Payer.Now()
	if why, err := step.changed(ctx, *e.Payer); err != nil {
		return settings.Refused, "it could not be looked at again, and was left alone: " + err.Error()
	} else if why != "" {
		return settings.Changed, why
	}
	failed := step.call(ctx, *e.Payer)
	done, err := step.done(ctx, *e.Payer, began)
	return settings.Ended(failed, done, err)
}

// Operation is what a step calls, as IAM names it.
func (s Step) Operation() string {
	return map[string]string{actPolicy: opPutPolicy, actCreate: opCreateExport, actUpdate: opUpdateExport, actActivate: opUpdateTags, actBackfill: opBackfill, actPropagate: opUpdateDomain}[s.Action]
}

// changed says why a step that would overwrite something is not to be taken any more, empty where it is.
func (s Step) changed(ctx context.Context, p Payer) (string, error) {
	switch s.Action {
	case actPolicy:
		is, err := policyOf(ctx, p.Bucket, s.Bucket.Name, p.Target.Account, s.Bucket.Region)
		if err != nil {
			return "", settings.Failed(opPolicy, s.Resource, err)
		}
		if is != s.Bucket.Before && is != s.Bucket.After {
			return "its policy has changed since this was planned, and was left alone: plan again", nil
		}
	case actCreate:
		return s.unfit(ctx, p)
	case actUpdate:
		is, err := getExport(ctx, p.Exports, s.Resource)
		if err != nil {
			return "", settings.Failed(opGetExport, s.Resource, err)
		}
		if !reflect.DeepEqual(is, s.Was) {
			return "it has changed since this was planned, and was left alone: plan again", nil
		}
		return s.unfit(ctx, p)
	case actBackfill:
		all, err := backfills(ctx, p.Tags)
		if err != nil {
			return "", settings.Failed(opBackfills, s.Resource, err)
		}
		if at := latest(all); at.After(s.latest) {
			return "somebody else has asked for a backfill since this was planned, at " + at.Format(time.RFC3339) + ", and AWS takes one a day: plan again", nil
		}
	}
	return "", nil
}

// unfit says why a bill is not to be put into the export's bucket any more: it was looked at for the plan, and a bucket is easily opened meanwhile.
func (s Step) unfit(ctx context.Context, p Payer) (string, error) {
	name, prefix, region := where(s.Export)
	_, encrypts, err := encryption(ctx, p, name, region)
	if err != nil {
		return "", settings.Failed(opEncryption, name, err)
	}
	blocked, err := private(ctx, p, name, region)
	if err != nil {
		return "", settings.Failed(opPublicAccess, name, err)
	}
	text, err := policyOf(ctx, p.Bucket, name, p.Target.Account, region)
	if err != nil {
		return "", settings.Failed(opPolicy, name, err)
	}
	is, err := readPolicy(text)
	if err != nil {
		return "", settings.Failed("read", "the policy of the bucket "+name, err)
	}
	const again = ", other than when this was planned: plan again"
	switch {
	case !encrypts:
		return "the bucket " + name + " does not encrypt by default" + again, nil
	case s.private && !blocked:
		return "the bucket " + name + " does not block all public access" + again, nil
	case is.open() != "":
		return "the bucket " + name + " is open to everybody by the statement " + is.open() + " of its policy" + again, nil
	case !is.allowed(p.delivery(name, prefix)):
		return "the policy of the bucket " + name + " does not let billing deliver" + again, nil
	}
	return "", nil
}

func (s Step) call(ctx context.Context, p Payer) error {
	var err error
	switch s.Action {
	case actPolicy:
		_, err = p.Bucket.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &s.Bucket.Name, Policy: &s.Bucket.After, ExpectedBucketOwner: &p.Target.Account}, in(s.Bucket.Region))
	case actCreate:
		_, err = p.Exports.CreateExport(ctx, &bcmdataexports.CreateExportInput{Export: s.Export})
	case actUpdate:
		_, err = p.Exports.UpdateExport(ctx, &bcmdataexports.UpdateExportInput{ExportArn: &s.Resource, Export: s.Export})
	case actActivate:
		return s.activate(ctx, p)
	case actBackfill:
		_, err = p.Tags.StartCostAllocationTagBackfill(ctx, &costexplorer.StartCostAllocationTagBackfillInput{BackfillFrom: &s.From})
	}
	if err != nil {
		return settings.Failed(s.Operation(), s.Resource, err)
	}
	return nil
}

// activate activates keys. AWS may take some and refuse others.
func (s Step) activate(ctx context.Context, p Payer) error {
	var entries []ce.CostAllocationTagStatusEntry
	for _, key := range s.Keys {
		entries = append(entries, ce.CostAllocationTagStatusEntry{TagKey: &key, Status: ce.CostAllocationTagStatusActive})
	}
	out, err := p.Tags.UpdateCostAllocationTagsStatus(ctx, &costexplorer.UpdateCostAllocationTagsStatusInput{CostAllocationTagsStatus: entries})
	if err != nil {
		return settings.Failed(opUpdateTags, s.Resource, err)
	}
	var refused []string
	for _, e := range out.Errors {
		refused = append(refused, fmt.Sprintf("%s: %s: %s", aws.ToString(e.TagKey), aws.ToString(e.Code), aws.ToString(e.Message)))
	}
	if len(refused) > 0 {
		return &estate.Error{Op: opUpdateTags, On: s.Resource, Err: errors.New(strings.Join(refused, "; "))}
	}
	return nil
}

// done looks whether what the step is for is so. Of a backfill, whether one was asked for since the instant.
func (s Step) done(ctx context.Context, p Payer, began time.Time) (bool, error) {
	switch s.Action {
	case actPolicy:
		is, err := policyOf(ctx, p.Bucket, s.Bucket.Name, p.Target.Account, s.Bucket.Region)
		if err != nil {
			return false, settings.Failed(opPolicy, s.Resource, err)
		}
		return alike(is, s.Bucket.After), nil
	case actCreate, actUpdate:
		is, err := named(ctx, p.Exports, aws.ToString(s.Export.Name))
		return is != nil && same(is, s.Export), err
	case actActivate:
		all, err := costTags(ctx, p.Tags)
		if err != nil {
			return false, settings.Failed(opListTags, s.Resource, err)
		}
		left := len(s.Keys)
		for _, tag := range all {
			if slices.Contains(s.Keys, aws.ToString(tag.TagKey)) && tag.Status == ce.CostAllocationTagStatusActive {
				left--
			}
		}
		return left == 0, nil
	}
	all, err := backfills(ctx, p.Tags)
	if err != nil {
		return false, settings.Failed(opBackfills, s.Resource, err)
	}
	from := instant(&s.From)
	return slices.ContainsFunc(all, func(b ce.CostAllocationTagBackfillRequest) bool {
		return instant(b.BackfillFrom).Equal(from) && !instant(b.RequestedAt).Before(began.Add(-slack))
	}), nil
}

// slack is how far AWS's clocks may be apart. None is planned within a day of another, so that an earlier one is not taken for it.
const slack = time.Hour

// named is the export of a name, nil for none.
func named(ctx context.Context, c Exports, name string) (*types.Export, error) {
	for pages := newExportPages(c); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, settings.Failed(opListExports, name, err)
		}
		for _, ref := range page.Exports {
			if aws.ToString(ref.ExportName) != name {
				continue
			}
			e, err := getExport(ctx, c, aws.ToString(ref.ExportArn))
			if err != nil {
				return nil, settings.Failed(opGetExport, name, err)
			}
			return e, nil
		}
	}
	return nil, nil
}

// Settle says how a step ended of which nobody knows, and whether that is known now. It is not for steps that change domains.
func Settle(ctx context.Context, p Payer, s Step, age time.Duration) (o settings.Outcome, why string, known bool) {
	switch done, err := s.done(ctx, p, p.Now().Add(-age)); {
	case err != nil:
		return settings.Unsettled, err.Error(), false
	case done:
		return settings.Done, "found so by a later run", true
	case age < settings.Underway:
		return settings.Unsettled, "a call may be on its way", false
	}
	return settings.Refused, "found undone by a later run", true
}
