package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() { register(partnerApp{}) }

// partnerApp is the family of partner AI apps, such as Comet or Fiddler: they bill by tier for as long as they exist, beside the
// partner's subscription, which AWS Marketplace bills.
type partnerApp struct{}

var partnerAppLook = looks((*sagemaker.Client).DescribePartnerApp)

var deletePartnerApp = deed{look: partnerAppLook, call: on((*sagemaker.Client).DeletePartnerApp),
	from:  []string{"Available", "Failed", "UpdateFailed"},
	while: []string{"Creating", "Updating", "Deleting"}, ends: true,
	data: holds("all that it holds")}

var partnerAppFamily = Family{
	Name: "partner-app", ARNType: "partner-app", TagsByARN: true, IdleFor: 7 * 24 * time.Hour,
	Summary: "partner AI apps: Comet, Deepchecks, Fiddler, Lakera Guard",
	Reads: []Operation{
		{"sagemaker:ListPartnerApps", "every partner app"},
		{"sagemaker:DescribePartnerApp", "a partner app's tier, and with it its price"},
	},
	CreatedBy: "CreatePartnerApp",
	Look:      partnerAppLook,
	Actions:   []Action{deletePartnerApp.action("delete", "the app with all that it holds")},
}

func (partnerApp) Family() *Family { return &partnerAppFamily }

func (k partnerApp) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	return list(ctx, s, "sagemaker:ListPartnerApps", sagemaker.NewListPartnerAppsPaginator(s.SageMaker(), &sagemaker.ListPartnerAppsInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListPartnerAppsOutput) []types.PartnerAppSummary { return o.Summaries },
		func(ctx context.Context, sum types.PartnerAppSummary) {
			r := estate.Resource{ARN: aws.ToString(sum.Arn), Kind: partnerAppFamily.Name, Target: s.Target(), Name: aws.ToString(sum.Name), Type: string(sum.Type),
				Status: string(sum.Status), Created: aws.ToTime(sum.CreationTime).UTC()}
			if sum.Status == types.PartnerAppStatusDeleted || !s.wants(&partnerAppFamily, r.ARN, r.Name) {
				return
			}
			if o, ok := k.describe(ctx, s, r); ok {
				yield(o)
			}
		})
}

// describe asks for the tier, which the listing does not tell.
func (partnerApp) describe(ctx context.Context, s *Scope, r estate.Resource) (estate.Observation, bool) {
	const op = "sagemaker:DescribePartnerApp"
	o := estate.Observation{Resource: r}
	d, gone, err := Describe(ctx, s, op, func(ctx context.Context) (*sagemaker.DescribePartnerAppOutput, error) {
		return s.SageMaker().DescribePartnerApp(ctx, &sagemaker.DescribePartnerAppInput{Arn: &r.ARN})
	}, func(o *sagemaker.DescribePartnerAppOutput) bool { return o.Arn != nil && o.Status != "" })
	m := estate.Meter{Component: pricing.ComponentPartnerApp, Count: 1}
	switch {
	case gone:
		return o, false
	case err != nil:
		o.Signals = append(o.Signals, brokenSignal(signalDescription, "", op, err))
		m.Rate.Why = op + " was not answered, so that its tier is not known"
	default:
		o.Resource.Status, o.Resource.Modified = string(d.Status), aws.ToTime(d.LastModifiedTime).UTC()
		o.Resource.Attributes = attributes("tier", aws.ToString(d.Tier), "version", aws.ToString(d.Version), "authType", string(d.AuthType),
			"kmsKeyId", aws.ToString(d.KmsKeyId), "executionRoleArn", aws.ToString(d.ExecutionRoleArn))
		if d.Error != nil {
			o.Resource.Attributes["failureReason"] = aws.ToString(d.Error.Reason)
		}
		m.InstanceType = pricing.PartnerAppType(o.Resource.Type, aws.ToString(d.Tier))
		if !partnerUsable(o.Resource.Status) {
			m.Rate.Why = undocumented(o.Resource.Status)
		}
	}
	o.Resource.Meters = []estate.Meter{m}
	return o, true
}

// partnerUsable reports whether a partner app of the status can be used. By its documentation, one whose update failed still can.
func partnerUsable(status string) bool {
	return status == string(types.PartnerAppStatusAvailable) || status == string(types.PartnerAppStatusUpdateFailed)
}

func (partnerApp) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	changed := later(r.Created, r.Modified)
	s, unread := sigs.Find(signalDescription, "")
	switch {
	case r.Status == string(types.PartnerAppStatusFailed):
		return broken("partner-app/broken", r.Status, r.Attributes["failureReason"], changed)
	case !partnerUsable(r.Status):
		return inTransit("partner-app/changing", r.Status, changed, c)
	case unread:
		return unreadable("partner-app/unreadable", s)
	}
	v := estate.Verdict{State: estate.Unknown, Rule: "partner-app/no-signal",
		Why: "SageMaker publishes no metric of its use", Remedy: "ask its users, or look into the app itself"}
	if r.Status == string(types.PartnerAppStatusUpdateFailed) {
		v.Conditions = []estate.Condition{{Type: estate.Broken, Since: changed, Why: "its update failed; it can be used as it was", Remedy: "update it again"}}
	}
	return v
}
