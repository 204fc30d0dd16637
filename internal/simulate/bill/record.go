package bill

import (
	"cmp"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// kinds are the families whose records cost money, as sagewarden calls them where the API calls them otherwise.
var kinds = map[world.Family]string{
	world.NotebookInstance: "notebook-instance", world.TrainingJob: "training-job", world.ProcessingJob: "processing-job", world.TransformJob: "transform-job",
	world.Cluster: "cluster", world.TrackingServer: "mlflow-tracking-server", world.PartnerApp: "partner-app", world.FeatureGroup: "feature-group",
	world.TrainingPlan: "training-plan", world.LabelingJob: "labeling-job", world.OptimizationJob: "optimization-job",
}

// record bills a resource of any other family.
func (p *purse) record(r *world.Record) {
	kind, bills := kinds[r.Family]
	if !bills || r.Output == nil {
		return
	}
	// What failed to be made, or is stopped for an update, runs nothing. Its volume is there.
	failed := strings.HasSuffix(r.Status, "Failed") && r.Status != "UpdateFailed"
	s := p.subject(kind, r.Resource(), r.Name)
	stands := lasting(r.Created.Add(s.lag()), r.Deleted)
	runs := lasting(stands.From, ending(r.Ended, r.Deleted))
	if failed || r.Status == "Updating" {
		stands, runs = world.Interval{}, world.Interval{}
	}
	// A notebook instance stops billing when it is told to stop, which is before it has.
	if r.Family == world.NotebookInstance && r.Status == string(types.NotebookInstanceStatusStopping) {
		runs.To = ending(r.Modified, runs.To)
	}
	switch out := r.Describe(p.end, func(resource string) string { return p.account.ARN(p.region.Name, resource) }).(type) {
	case *sagemaker.DescribeNotebookInstanceOutput:
		p.hours(s, "Notebk:"+string(out.InstanceType), 1, runs)
		p.gigabytes(s, "Notebk:VolumeUsage.gp2", Amount(aws.ToInt32(out.VolumeSizeInGB))*One, lasting(r.Created, r.Deleted))
	case *sagemaker.DescribeTrainingJobOutput:
		p.training(s, r, out)
	case *sagemaker.DescribeProcessingJobOutput:
		p.processing(s, out, job(out.ProcessingStartTime, runs))
	case *sagemaker.DescribeTransformJobOutput:
		c := cmp.Or(out.TransformResources, &types.TransformResources{})
		p.hours(s, "Tsform:"+string(c.InstanceType), instances(c.InstanceCount), job(out.TransformStartTime, runs))
	case *sagemaker.DescribeClusterOutput:
		p.cluster(s, out, stands)
	case *sagemaker.DescribeMlflowTrackingServerOutput:
		p.hours(s, "MLflow:TrackingServerCompute-"+string(out.TrackingServerSize), 1, runs)
	case *sagemaker.DescribePartnerAppOutput:
		p.stand(s, p.unlisted("PartnerApp:"+string(out.Type)+"-"+aws.ToString(out.Tier), "RunPartnerApp", "Hrs", tiers[aws.ToString(out.Tier)]), One, secondsOfHour, stands)
	case *sagemaker.DescribeLabelingJobOutput:
		p.labels(s, r, out)
	case *sagemaker.DescribeOptimizationJobOutput:
		if host := p.catalog.of(p.region.Name, "Host:"+string(out.DeploymentInstanceType)); host != nil {
			p.stand(s, p.unlisted("Optimization:"+string(out.DeploymentInstanceType), "RunInstance", "Hrs", host.Rate), One, secondsOfHour, job(out.OptimizationStartTime, runs))
		}
	case *sagemaker.DescribeFeatureGroupOutput:
		p.features(s, r.Name, out, stands)
	case *sagemaker.DescribeTrainingPlanOutput:
		if fee, paid := aws.ToString(out.UpfrontFee), cmp.Or(aws.ToTime(out.StartTime), r.Created); fee != "" {
			p.add(spend{subject: s, product: p.unlisted("Cluster-Reserved:TrainingPlan", "CreateTrainingPlan", "Plan", amountOf(fee)), as: Fee,
				of: world.NewInstants(paid), size: One, per: 1})
		}
	}
}

// job is when a job has its instances: not before it started, nor ever where it did not.
func job(started *time.Time, runs world.Interval) world.Interval {
	if started == nil {
		return world.Interval{}
	}
	return world.Interval{From: *started, To: runs.To}
}

// instances is a count, which is one where it is not said.
func instances(n *int32) int64 { return int64(max(aws.ToInt32(n), 1)) }

// labelPrice is what Ground Truth takes for an object of the first fifty thousand.
const labelPrice = 8 * One / 100

// labels bills the objects that a labeling job has labeled, as its people went along.
func (p *purse) labels(s *Subject, r *world.Record, out *sagemaker.DescribeLabelingJobOutput) {
	if out.LabelCounters == nil || r.Use == nil {
		return
	}
	of := labeled{r.Use, world.Interval{From: r.Created, To: world.Earlier(r.ModifiedAt(p.world.At), p.world.At)}, float64(aws.ToInt32(out.LabelCounters.TotalLabeled))}
	p.add(spend{subject: s, product: p.unlisted("LabeledObject", "LabelObject", "Objects", labelPrice), as: Usage, of: of, size: One, per: 1})
}

// A labeled activity is objects that are labeled one by one while people work, so many over the whole time.
type labeled struct {
	world.Activity
	over  world.Interval
	total float64
}

// Count is whole objects.
func (l labeled) Count(from, to time.Time) float64 { return l.until(to) - l.until(from) }

func (l labeled) until(t time.Time) float64 {
	all := l.Activity.Count(l.over.From, l.over.To)
	if all == 0 || !l.over.From.Before(t) {
		return 0
	}
	return math.Floor(l.total * l.Activity.Count(l.over.From, world.Earlier(t, l.over.To)) / all)
}

// training bills a training job and the warm pool that it leaves behind. Instances of a training plan are paid for with the plan.
func (p *purse) training(s *Subject, r *world.Record, out *sagemaker.DescribeTrainingJobOutput) {
	c := cmp.Or(out.ResourceConfig, &types.ResourceConfig{})
	if c.TrainingPlanArn != nil || out.ServerlessJobConfig != nil {
		return
	}
	use := "Train"
	if aws.ToBool(out.EnableManagedSpotTraining) {
		use = "TrSpt"
	}
	groups := c.InstanceGroups
	if len(groups) == 0 {
		groups = []types.InstanceGroup{{InstanceType: cmp.Or(c.SelectedInstanceType, c.InstanceType), InstanceCount: cmp.Or(c.SelectedInstanceCount, c.InstanceCount)}}
	}
	bill := func(use string, over world.Interval) {
		for _, g := range groups {
			p.hours(s, use+":"+string(g.InstanceType), instances(g.InstanceCount), over)
			if disk := aws.ToInt32(c.VolumeSizeInGB); !ownDisks(string(g.InstanceType)) {
				p.gigabytes(s, strings.Replace(use, "TrSpt", "Train", 1)+":VolumeUsage.gp2", Amount(disk)*Amount(instances(g.InstanceCount))*One, over)
			}
		}
	}
	bill(use, job(out.TrainingStartTime, lasting(r.Created, ending(r.Ended, r.Deleted))))
	if kept := aws.ToInt32(c.KeepAlivePeriodInSeconds); kept > 0 && !r.Ended.IsZero() {
		bill("TrainWarmPool", world.Interval{From: r.Ended, To: r.Ended.Add(time.Duration(kept) * time.Second)})
	}
}

func (p *purse) processing(s *Subject, out *sagemaker.DescribeProcessingJobOutput, runs world.Interval) {
	if out.ProcessingResources == nil || out.ProcessingResources.ClusterConfig == nil {
		return
	}
	c, use := out.ProcessingResources.ClusterConfig, "Processing:"
	if out.AppSpecification != nil && strings.Contains(aws.ToString(out.AppSpecification.ImageUri), "/sagemaker-data-wrangler-container") {
		use = "Processing_DW:"
	}
	n := instances(c.InstanceCount)
	p.hours(s, use+string(c.InstanceType), n, runs)
	if !ownDisks(string(c.InstanceType)) {
		p.gigabytes(s, "Processing:VolumeUsage.gp2", Amount(aws.ToInt32(c.VolumeSizeInGB))*Amount(n)*One, runs)
	}
}

// cluster bills the instance groups of a HyperPod cluster. Instances of a training plan are paid for with the plan, and the list has no
// price of spot capacity.
func (p *purse) cluster(s *Subject, out *sagemaker.DescribeClusterOutput, stands world.Interval) {
	for _, g := range out.InstanceGroups {
		if g.TrainingPlanArn != nil || g.CapacityRequirements != nil && g.CapacityRequirements.Spot != nil {
			continue
		}
		n := aws.ToInt32(g.CurrentCount)
		p.hours(s, "Cluster:"+string(g.InstanceType), int64(n), stands)
		for _, d := range g.InstanceStorageConfigs {
			if ebs, ok := d.(*types.ClusterInstanceStorageConfigMemberEbsVolumeConfig); ok {
				p.gigabytes(s, "Cluster:VolumeUsage.gp2", Amount(aws.ToInt32(ebs.Value.VolumeSizeInGB))*Amount(n)*One, stands)
			}
		}
	}
	if out.Orchestrator != nil && out.Orchestrator.Eks != nil {
		p.pods(s, aws.ToString(out.Orchestrator.Eks.ClusterArn), stands)
	}
}

// features bills what an online store holds, and its reads and writes: one by one, or the throughput that it keeps ready.
func (p *purse) features(s *Subject, name string, out *sagemaker.DescribeFeatureGroupOutput, stands world.Interval) {
	online := out.OnlineStoreConfig
	if online == nil || !aws.ToBool(online.EnableOnlineStore) {
		return
	}
	const gigabyte = 1 << 30
	held := Amount(aws.ToInt64(out.OnlineStoreTotalSizeBytes)).over(int64(One), gigabyte)
	if online.StorageType == types.StorageTypeInMemory {
		p.stand(s, p.unlisted("FeatureStore:InMemoryStorage", "FeatureStore", "GB-Hrs", One/50), held, secondsOfHour, stands)
	} else {
		p.gigabytes(s, "FeatureStore:TimedAndPITRStorage", held, stands)
	}
	if t := out.ThroughputConfig; t != nil && t.ThroughputMode == types.ThroughputModeProvisioned {
		ready := func(what string, units *int32, rate Amount) {
			p.stand(s, p.unlisted("FeatureStore:Provisioned"+what+"CapacityUnits", "FeatureStore", what+"CapacityUnit-Hrs", rate),
				Amount(aws.ToInt32(units))*One, secondsOfHour, stands)
		}
		ready("Read", t.ProvisionedReadCapacityUnits, 1_500_000)
		ready("Write", t.ProvisionedWriteCapacityUnits, 7_500_000)
		return
	}
	for _, m := range p.region.Metrics {
		calls, ok := m.Pattern.(world.Samples)
		if !ok || m.Dimensions["FeatureGroupName"] != name {
			continue
		}
		switch m.Dimensions["OperationName"] {
		case "GetRecord":
			p.calls(s, "FeatureStore:ReadRequestUnits", One, calls.Of)
		case "PutRecord":
			p.calls(s, "FeatureStore:WriteRequestUnits", One, calls.Of)
		}
	}
}

// tiers are assumed prices of partner apps.
var tiers = map[string]Amount{"small": 2 * One, "medium": 4 * One, "large": 8 * One}

// ownDisks reports whether instances of the type have disks of their own, and get no volume.
func ownDisks(instanceType string) bool { return diskful.MatchString(instanceType) }

var diskful = regexp.MustCompile(`^ml\.(p[4-9]|p\d\d|g\d|trn|[a-z]+\d+[a-z]*d[a-z]*\.)`)

// history bills the jobs of long ago that ran in the month.
func (p *purse) history(h *world.History) {
	for i := h.Over(p.Month); i < h.Count; i++ {
		r := h.Record(i)
		if !r.Created.Before(p.end) {
			return
		}
		p.record(r)
	}
}
