package kinds

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() { register(featureGroup{}) }

// featureGroup is the family of feature groups. What bills by standing is the online store, by what it holds, and throughput that
// is provisioned; the offline store is in a bucket of the account.
//
// The groups are listed and described, not searched: a search tells neither the size of the online store nor its throughput.
type featureGroup struct{}

var featureGroupFamily = Family{
	Name: "feature-group", ARNType: "feature-group", IdleFor: 30 * 24 * time.Hour,
	Summary: "feature groups, for their online stores",
	Reads: []Operation{
		{"sagemaker:ListFeatureGroups", "every feature group"},
		{"sagemaker:DescribeFeatureGroup", "a feature group's online store, and with it what it bills"},
	},
	CreatedBy: "CreateFeatureGroup",
	Look:      featureGroupLook,
	Actions:   []Action{scaleFeatures, deleteFeatures},
}

// Operations on the records of a feature group. Those on one record publish how often they are called for each group; those on
// many, by the documentation, for the whole region only.
var (
	recordOperations = []string{"GetRecord", "PutRecord", "DeleteRecord", "UpdateRecord", "ListRecords"}
	batchOperations  = []string{"BatchGetRecord", "BatchWriteRecord"}
)

// Signals of a feature group; their part is the operation.
const (
	signalRequests      = "requests"
	signalBatchRequests = "batch-requests"
)

func (featureGroup) Family() *Family { return &featureGroupFamily }

func (k featureGroup) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	return list(ctx, s, "sagemaker:ListFeatureGroups", sagemaker.NewListFeatureGroupsPaginator(s.SageMaker(), &sagemaker.ListFeatureGroupsInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListFeatureGroupsOutput) []types.FeatureGroupSummary { return o.FeatureGroupSummaries },
		func(ctx context.Context, sum types.FeatureGroupSummary) {
			r := estate.Resource{ARN: aws.ToString(sum.FeatureGroupArn), Kind: featureGroupFamily.Name, Target: s.Target(), Name: aws.ToString(sum.FeatureGroupName),
				Status: string(sum.FeatureGroupStatus), Created: aws.ToTime(sum.CreationTime).UTC()}
			if !s.wants(&featureGroupFamily, r.ARN, r.Name) {
				return
			}
			if o, ok := k.describe(ctx, s, r); ok {
				yield(o)
			}
		})
}

func (featureGroup) describe(ctx context.Context, s *Scope, r estate.Resource) (estate.Observation, bool) {
	const op = "sagemaker:DescribeFeatureGroup"
	o := estate.Observation{Resource: r}
	d, gone, err := Describe(ctx, s, op, func(ctx context.Context) (*sagemaker.DescribeFeatureGroupOutput, error) {
		return s.SageMaker().DescribeFeatureGroup(ctx, &sagemaker.DescribeFeatureGroupInput{FeatureGroupName: &r.Name})
	}, func(o *sagemaker.DescribeFeatureGroupOutput) bool { return o.FeatureGroupName != nil })
	switch {
	case gone:
		return o, false
	case err != nil:
		o.Signals = append(o.Signals, brokenSignal(signalDescription, "", op, err))
		if r.Status != string(types.FeatureGroupStatusCreateFailed) {
			o.Resource.Meters = []estate.Meter{{Component: pricing.ComponentFeatureStore, Count: 1,
				Rate: estate.Rate{Why: op + " was not answered, so that its online store is not known"}}}
		}
		return o, true
	}
	o.Resource.Modified = aws.ToTime(d.LastModifiedTime).UTC()
	if d.FeatureGroupStatus != "" {
		o.Resource.Status = string(d.FeatureGroupStatus)
	}
	o.Resource.Attributes = attributes("failureReason", aws.ToString(d.FailureReason), "roleArn", aws.ToString(d.RoleArn))
	if d.OfflineStoreConfig != nil {
		o.Resource.Attributes["offlineStore"] = "true"
	}
	meterFeatures(&o.Resource, d)
	return o, true
}

// Types of feature group.
const (
	typeOnline  = "online"
	typeOffline = "offline"
)

// meterFeatures fills what the group bills by standing: reads and writes on demand are paid for one by one. One that was never made bills nothing.
func meterFeatures(r *estate.Resource, d *sagemaker.DescribeFeatureGroupOutput) {
	add := func(m estate.Meter) {
		if (m.Count > 0 || m.GB > 0) && r.Status != string(types.FeatureGroupStatusCreateFailed) {
			r.Meters = append(r.Meters, m)
		}
	}
	r.Type = typeOffline
	if online := d.OnlineStoreConfig; online != nil && aws.ToBool(online.EnableOnlineStore) {
		r.Type = typeOnline
		if k := online.SecurityConfig; k != nil {
			r.Attributes["onlineStoreKmsKeyId"] = aws.ToString(k.KmsKeyId)
		}
		m := estate.Meter{Component: pricing.ComponentFeatureStore}
		switch online.StorageType {
		case "", types.StorageTypeStandard:
		case types.StorageTypeInMemory:
			m.Component = pricing.ComponentFeatureStoreInMemory
		default:
			m.Rate.Why = "the price list has no component for an online store of the type " + string(online.StorageType)
		}
		r.Attributes["storageType"] = string(online.StorageType)
		if d.OnlineStoreTotalSizeBytes == nil {
			m.Count, m.Rate.Why = 1, "the API does not tell how much its online store holds"
		} else {
			const gigabyte = 1 << 30
			m.GB = float64(*d.OnlineStoreTotalSizeBytes) / gigabyte
			r.Attributes["onlineStoreTotalSizeBytes"] = strconv.FormatInt(*d.OnlineStoreTotalSizeBytes, 10)
		}
		add(m)
	}
	if t := d.ThroughputConfig; t != nil && t.ThroughputMode == types.ThroughputModeProvisioned {
		r.Attributes["throughputMode"] = string(t.ThroughputMode)
		add(estate.Meter{Component: pricing.ComponentFeatureStoreReads, Count: int(aws.ToInt32(t.ProvisionedReadCapacityUnits))})
		add(estate.Meter{Component: pricing.ComponentFeatureStoreWrites, Count: int(aws.ToInt32(t.ProvisionedWriteCapacityUnits))})
	}
}

// Series are the requests that name the group, and those of the region that may mean it. The Developer Guide's page of
// CloudWatch metrics gives the metric and the dimensions, but for Feature Store not the namespace: AWS/SageMaker, where its
// other invocations are, is what readers of these metrics use. Where that is wrong, nothing is found, and the verdict stays unknown.
func (featureGroup) Series(r estate.Resource, c estate.Criteria) []Series {
	if len(r.Meters) == 0 || r.Status != string(types.FeatureGroupStatusCreated) {
		return nil
	}
	var out []Series
	for _, op := range recordOperations {
		out = append(out, Series{Signal: signalRequests, Part: op, Namespace: namespaceUse, Metric: "Invocations", Stat: "Sum", Window: useWindow(c),
			Dimensions: []Dimension{{"FeatureGroupName", r.Name}, {"OperationName", op}}})
	}
	for _, op := range batchOperations {
		out = append(out, Series{Signal: signalBatchRequests, Part: op, Namespace: namespaceUse, Metric: "Invocations", Stat: "Sum", Window: useWindow(c),
			Dimensions: []Dimension{{"OperationName", op}}})
	}
	return out
}

func (featureGroup) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	changed := later(r.Created, r.Modified)
	switch types.FeatureGroupStatus(r.Status) {
	case types.FeatureGroupStatusCreated:
	case types.FeatureGroupStatusCreateFailed, types.FeatureGroupStatusDeleteFailed:
		return broken("feature-group/broken", r.Status, r.Attributes["failureReason"], changed)
	default:
		return inTransit("feature-group/changing", r.Status, changed, c)
	}
	if s, ok := sigs.Find(signalDescription, ""); ok {
		return unreadable("feature-group/unreadable", s)
	}
	if len(r.Meters) == 0 {
		return estate.Verdict{State: estate.Unknown, Rule: "feature-group/free", Why: "it has no online store that holds anything, so that it bills nothing but its bucket"}
	}
	t := traffic{from: changed, noControl: true}
	var batches []estate.Signal
	for _, s := range sigs {
		switch s.Name {
		case signalRequests:
			t.uses = append(t.uses, s)
		case signalBatchRequests:
			batches = append(batches, s)
		}
	}
	if len(t.uses) == 0 || len(batches) == 0 {
		return estate.Verdict{State: estate.Unknown, Rule: "feature-group/unasked", Why: "its metrics were not asked for", Remedy: "scan again"}
	}
	v := t.judge(c)
	if v.State != estate.Idle {
		return v
	}
	unknown := func(rule, why, remedy string) estate.Verdict {
		return estate.Verdict{State: estate.Unknown, LastUse: v.LastUse, Rule: "feature-group/" + rule, Why: why, Remedy: remedy}
	}
	if v.LastUse.IsZero() {
		return unknown("never-seen", "no request of it is recorded; that its metrics would arrive at all, nothing proves", "ask its owner whether anything reads it online")
	}
	for _, b := range batches {
		switch {
		case b.Quality.Broken():
			return unreadable("feature-group/unreadable", b)
		case c.Now.Sub(b.At) < c.IdleFor:
			return unknown("batch", fmt.Sprintf("no request names it since %s, but some group of the region was asked by %s, which does not tell which", ago(c.Now, v.LastUse), b.Part),
				"ask its owner whether anything reads it in batches")
		case b.At.After(v.Since):
			v.Since, v.Open = b.At, false
		}
	}
	v.Confidence, v.Rule = v.Confidence.Min(estate.Medium), "feature-group/silent"
	v.Why = fmt.Sprintf("last request %s ago, which also proves that its metrics arrive", ago(c.Now, v.LastUse))
	v.Remedy = "the records of its online store go with it: ask its owner before deleting"
	return v
}
