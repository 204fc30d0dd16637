package organization

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A featurePlan is a feature group.
type featurePlan struct {
	// reads and writes are by record, batches by many at once, of which only the region's sum is known.
	reads, writes, batches caller
	offline                bool
	storage                types.StorageType
	provisioned            bool
	status, failure        string
}

var features = []holding{
	{"feature group", 70, featurePlan{reads: customers, writes: nightly}},
	{"feature group in memory", 10, featurePlan{reads: customers, writes: customers, storage: types.StorageTypeInMemory}},
	{"feature group with throughput", 10, featurePlan{reads: customers, writes: weekly, provisioned: true}},
	{"feature group read in batches", 8, featurePlan{writes: longGone, batches: nightly}},
	{"feature group silent for weeks", 24, featurePlan{reads: silenced, writes: silenced}},
	{"feature group silent, with throughput", 6, featurePlan{reads: silenced, writes: silenced, provisioned: true}},
	{"feature group read monthly", 6, featurePlan{reads: monthly}},
	{"feature group never used", 16, featurePlan{}},
	{"feature group offline", 60, featurePlan{offline: true, writes: nightly}},
	{"feature group that failed", 2, featurePlan{status: "CreateFailed", failure: "The execution role ARN is invalid."}},
}

// silenced is asked until weeks before At.
var silenced = caller{calls: func(g *generator, born time.Time) world.Activity {
	return g.traffic(born, g.At.Add(-g.between(50*day, 80*day)))
}}

func (p featurePlan) make(k *keeper) string {
	r := &world.Record{Life: world.Life{Created: k.longAgo()}, Family: world.FeatureGroup, Status: p.status}
	r.Name = k.site.unique(pick(k.dice, k.owner.team.products) + "-features")
	out := &sagemaker.DescribeFeatureGroupOutput{RecordIdentifierFeatureName: aws.String("id"), EventTimeFeatureName: aws.String("at"), RoleArn: k.executionRole(),
		FeatureDefinitions: []types.FeatureDefinition{{FeatureName: aws.String("id"), FeatureType: types.FeatureTypeString}, {FeatureName: aws.String("at"), FeatureType: types.FeatureTypeString}}}
	if p.failure != "" {
		out.FailureReason = aws.String(p.failure)
	}
	if p.offline || k.chance(0.5) {
		out.OfflineStoreConfig = &types.OfflineStoreConfig{S3StorageConfig: &types.S3StorageConfig{S3Uri: k.bucket("features")}}
	}
	if !p.offline {
		out.OnlineStoreConfig = &types.OnlineStoreConfig{EnableOnlineStore: aws.Bool(true), StorageType: p.storage}
		out.OnlineStoreTotalSizeBytes = aws.Int64((1 + k.Int64N(200)) << 30)
	}
	if p.provisioned {
		out.ThroughputConfig = &types.ThroughputConfigDescription{ThroughputMode: types.ThroughputModeProvisioned,
			ProvisionedReadCapacityUnits: aws.Int32(10 + k.Int32N(90)), ProvisionedWriteCapacityUnits: aws.Int32(5 + k.Int32N(20))}
	}
	r.Output = out
	var used world.Union
	call := func(c caller, dimensions map[string]string) {
		if c.calls == nil {
			return
		}
		calls := c.calls(k.generator, r.Created)
		used = append(used, calls)
		k.publish(&world.Metric{Namespace: "AWS/SageMaker", Name: "Invocations", Dimensions: dimensions, Pattern: world.Samples{Of: calls, Value: 1}})
	}
	call(p.reads, map[string]string{"FeatureGroupName": r.Name, "OperationName": "GetRecord"})
	call(p.writes, map[string]string{"FeatureGroupName": r.Name, "OperationName": "PutRecord"})
	call(p.batches, map[string]string{"OperationName": "BatchGetRecord"})
	if used != nil {
		r.Use = used
	}
	k.add(r)
	return k.site.arn(r.Resource())
}
