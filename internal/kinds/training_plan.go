package kinds

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() { register(trainingPlan{}) }

// trainingPlan is the family of training plans: capacity that was reserved, and paid for upfront, for a time. Nothing gives the
// money back, so that it has no action; what can be gained is to use it.
type trainingPlan struct{}

var trainingPlanFamily = Family{
	Name: "training-plan", ARNType: "training-plan", TagsByARN: true, IdleFor: 24 * time.Hour,
	Summary: "training plans: reserved capacity, paid for upfront",
	Reads: []Operation{
		{"sagemaker:ListTrainingPlans", "every training plan"},
		{"cloudwatch:ListMetrics", "for how long reserved capacity has not been used"},
	},
	CreatedBy: "CreateTrainingPlan",
	Look:      looks((*sagemaker.Client).DescribeTrainingPlan),
}

// Signals of a training plan. The part of those of its metrics is the metric's dimensions.
const (
	signalInUse       = "in-use"
	signalUsed        = "used-instances"
	signalReservation = "reservation-metrics"
)

// namespaceReservations has UsedInstanceCount, AvailableInstanceCount and TotalInstanceCount, for plans bought since the account
// has the service-linked role for it (https://docs.aws.amazon.com/sagemaker/latest/dg/training-plan-cw-metrics.html). The page
// names five dimensions, ReservationName among them, but not which of them go together: that has to be listed.
const namespaceReservations = "aws/sagemaker/CapacityReservations"

func (trainingPlan) Family() *Family { return &trainingPlanFamily }

// List leaves out plans that are over: they stay listed, and nothing of them is left.
func (trainingPlan) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	const op = "sagemaker:ListTrainingPlans"
	return list(ctx, s, op, sagemaker.NewListTrainingPlansPaginator(s.SageMaker(), &sagemaker.ListTrainingPlansInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListTrainingPlansOutput) []types.TrainingPlanSummary { return o.TrainingPlanSummaries },
		func(_ context.Context, sum types.TrainingPlanSummary) {
			r := estate.Resource{ARN: aws.ToString(sum.TrainingPlanArn), Kind: trainingPlanFamily.Name, Target: s.Target(),
				Name: aws.ToString(sum.TrainingPlanName), Status: string(sum.Status)}
			if sum.Status == types.TrainingPlanStatusExpired || sum.Status == types.TrainingPlanStatusFailed || !s.wants(&trainingPlanFamily, r.ARN, r.Name) {
				return
			}
			targets := make([]string, len(sum.TargetResources))
			for i, t := range sum.TargetResources {
				targets[i] = string(t)
			}
			r.Type = strings.Join(targets, ",")
			r.Attributes = attributes("startTime", stampText(sum.StartTime), "endTime", stampText(sum.EndTime), "upfrontFee", aws.ToString(sum.UpfrontFee),
				"currencyCode", aws.ToString(sum.CurrencyCode), "statusMessage", aws.ToString(sum.StatusMessage),
				"totalInstanceCount", strconv.Itoa(int(aws.ToInt32(sum.TotalInstanceCount))))
			paid := "paid for upfront"
			if fee := r.Attributes["upfrontFee"]; fee != "" {
				paid += " (" + strings.TrimSpace(fee+" "+r.Attributes["currencyCode"]) + ")"
			}
			for _, c := range sum.ReservedCapacitySummaries {
				if c.Status == types.ReservedCapacityStatusActive {
					r.Meters = append(r.Meters, estate.Meter{Component: pricing.ComponentReservedCluster, InstanceType: string(c.InstanceType),
						Count: int(aws.ToInt32(c.TotalInstanceCount)), Free: paid, Elsewhere: true})
				}
			}
			use := estate.Signal{Name: signalInUse, Source: op + " InUseInstanceCount", Quality: estate.Absent}
			if sum.InUseInstanceCount != nil {
				use.Quality, use.Value = estate.Good, float64(*sum.InUseInstanceCount)
			}
			yield(estate.Observation{Resource: r, Signals: estate.Signals{use}})
		})
}

// stampText writes an instant that is an attribute.
func stampText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Inspect asks, for the plans of which nothing is in use now, whether that has been so for long.
func (k trainingPlan) Inspect(ctx context.Context, s *Scope, obs []*estate.Observation, c estate.Criteria) (wanted []Want) {
	for _, o := range obs {
		if k.Judge(o.Resource, o.Signals, c).Rule != rulePlanUnused {
			continue
		}
		listed, err := reservations(ctx, s)
		if err != nil {
			o.Signals = append(o.Signals, brokenSignal(signalReservation, "", "cloudwatch:ListMetrics", err))
			continue
		}
		for _, dims := range listed[o.Resource.Name] {
			used := Series{Signal: signalUsed, Part: dimensionsText(dims), Namespace: namespaceReservations, Metric: "UsedInstanceCount", Stat: "Maximum",
				Dimensions: dims, Window: useWindow(c)}
			published, lately := used, used
			published.Signal, published.Stat = signalRunning, "SampleCount"
			lately.Signal, lately.Stat, lately.Window, lately.Newest = signalRunningLately, "SampleCount", stampWindow(c), true
			wanted = append(wanted, Want{o, used}, Want{o, published}, Want{o, lately})
		}
	}
	return wanted
}

// reservations are the dimensions of the series that count used instances, by the reservation's name.
func reservations(ctx context.Context, s *Scope) (map[string][][]Dimension, error) {
	return once(s, "reservations", func() (map[string][][]Dimension, error) {
		found := map[string][][]Dimension{}
		pages := cloudwatch.NewListMetricsPaginator(s.CloudWatch(), &cloudwatch.ListMetricsInput{Namespace: aws.String(namespaceReservations),
			MetricName: aws.String("UsedInstanceCount"), Dimensions: []cwtypes.DimensionFilter{{Name: aws.String("ReservationName")}}})
		for pages.HasMorePages() {
			page, err := Call(ctx, s, "cloudwatch:ListMetrics", func(ctx context.Context) (*cloudwatch.ListMetricsOutput, error) { return pages.NextPage(ctx) },
				func(*cloudwatch.ListMetricsOutput) bool { return true }) // the API promises no member: none may be none
			if err != nil {
				return nil, err
			}
			for _, m := range page.Metrics {
				var name string
				dims := make([]Dimension, len(m.Dimensions))
				for i, d := range m.Dimensions {
					dims[i] = Dimension{aws.ToString(d.Name), aws.ToString(d.Value)}
					if dims[i].Name == "ReservationName" {
						name = dims[i].Value
					}
				}
				found[name] = append(found[name], dims)
			}
		}
		return found, nil
	})
}

// dimensionsText tells the series of one plan apart.
func dimensionsText(dims []Dimension) string {
	var words []string
	for _, d := range dims {
		if d.Name != "ReservationName" && d.Name != "ReservationType" {
			words = append(words, d.Value)
		}
	}
	return strings.Join(words, " ")
}

// rulePlanUnused is the verdict that Inspect settles, where the plan has metrics.
const rulePlanUnused = "plan/unused-now"

const planRemedy = "it is paid for upfront, and releasing it saves nothing: give it work before it ends"

func (trainingPlan) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	unknown := func(rule, why, remedy string) estate.Verdict {
		return estate.Verdict{State: estate.Unknown, Rule: "plan/" + rule, Why: why, Remedy: remedy}
	}
	use, ok := sigs.Find(signalInUse, "")
	switch {
	case r.Status != string(types.TrainingPlanStatusActive):
		return unknown("inactive", "it is "+r.Status+"; it begins at "+orUnknown(r.Attributes["startTime"]), "")
	case !ok:
		return unknown("unread", "what of it is in use was not read", "scan again")
	case use.Quality != estate.Good:
		return unknown("untold", "the API does not tell whether any of it is in use", planRemedy)
	case use.Value > 0:
		return estate.Verdict{State: estate.Active, Confidence: estate.High, LastUse: c.Now, Rule: "plan/used",
			Why: fmt.Sprintf("%g of its %s instances are in use", use.Value, r.Attributes["totalInstanceCount"])}
	}
	if s, unread := sigs.Find(signalReservation, ""); unread {
		return unreadable("plan/unreadable", s)
	}
	var all []estate.Verdict
	start, _ := time.Parse(time.RFC3339, r.Attributes["startTime"])
	for _, s := range sigs {
		if s.Name != signalUsed {
			continue
		}
		t := traffic{uses: []estate.Signal{s}, from: start}
		t.control, _ = sigs.Find(signalRunning, s.Part)
		t.fresh, _ = sigs.Find(signalRunningLately, s.Part)
		all = append(all, t.judge(c))
	}
	if len(all) == 0 {
		return estate.Verdict{State: estate.Unknown, Rule: rulePlanUnused,
			Why: fmt.Sprintf("none of its %s instances is in use now; for how long, nothing tells", r.Attributes["totalInstanceCount"]), Remedy: planRemedy}
	}
	v := combine(all)
	switch {
	case v.State == estate.Active:
		v.Rule, v.Why = "plan/used-lately", "some of it was in use "+lately(c.Now, v.LastUse, useWindow(c))+", and nothing is now"
	case v.Rule == "traffic/no-control":
		v.Rule, v.Why = "plan/metrics-late", "none of its instances is in use now; for how long does not follow from its metrics, which are missing or late"
	case v.State == estate.Idle:
		v.Confidence, v.Rule, v.Remedy = v.Confidence.Min(estate.Medium), "plan/unused", planRemedy
		v.Why = fmt.Sprintf("none of its %s instances has been in use for %s", r.Attributes["totalInstanceCount"], ago(c.Now, v.Since))
	}
	return v
}

func orUnknown(text string) string {
	if text == "" {
		return "a time that is not told"
	}
	return text
}
