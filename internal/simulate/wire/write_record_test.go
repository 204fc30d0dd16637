package wire

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func TestAJobIsStoppedOnce(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	job := func(name string) string {
		out, err := s.DescribeTrainingJob(ctx, &api.DescribeTrainingJobInput{TrainingJobName: &name})
		if err != nil {
			return code(err)
		}
		return line(string(out.TrainingJobStatus), string(out.SecondaryStatus))
	}
	stop := func(name string) error {
		_, err := s.StopTrainingJob(ctx, &api.StopTrainingJobInput{TrainingJobName: &name})
		return err
	}
	want(t, "a job that is over", message(stop("train")), "The request was rejected because the TrainingJob arn:aws:sagemaker:us-east-1:"+research+":training-job/train is in status Completed.")
	want(t, "no job", code(stop("none")), "ValidationException")
	want(t, "a job", code(stop("train-on")), "")
	want(t, "then", job("train-on"), "Stopping Training")
	want(t, "once more", code(stop("train-on")), "ValidationException")
	s.now = s.now.Add(jobStops)
	want(t, "after a while", job("train-on"), "Stopped Stopped")
}

func TestATuningJobStopsItsTrainingJobs(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	if _, err := s.StopHyperParameterTuningJob(ctx, &api.StopHyperParameterTuningJobInput{HyperParameterTuningJobName: aws.String("tune")}); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(2 * jobStops)
	out, err := s.ListTrainingJobs(ctx, &api.ListTrainingJobsInput{StatusEquals: types.TrainingJobStatusStopped})
	if err != nil || len(out.TrainingJobSummaries) != 1 || *out.TrainingJobSummaries[0].TrainingJobName != "train-on" {
		t.Errorf("stopped %v, %v", out, err)
	}
}

func TestAWarmPoolIsLetGo(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	keep := func(name string, seconds int32) error {
		_, err := s.UpdateTrainingJob(ctx, &api.UpdateTrainingJobInput{TrainingJobName: &name, ResourceConfig: &types.ResourceConfigForUpdate{KeepAlivePeriodInSeconds: &seconds}})
		return err
	}
	pool := func() string {
		out, err := s.DescribeTrainingJob(ctx, &api.DescribeTrainingJobInput{TrainingJobName: aws.String("warm")})
		if err != nil {
			t.Fatal(err)
		}
		return string(out.WarmPoolStatus.Status)
	}
	want(t, "of a job without a pool", code(keep("train-on", 0)), "ValidationException")
	want(t, "for too long", code(keep("warm", 3601)), "ValidationException")
	want(t, "for as long as may be", code(keep("warm", 3600)), "")
	want(t, "then", pool(), "Available")
	want(t, "for no longer", code(keep("warm", 0)), "")
	want(t, "then", pool(), "Available")
	s.now = s.now.Add(poolGoes)
	want(t, "soon", pool(), "Terminated")
	want(t, "once more", code(keep("warm", 0)), "ValidationException")
}

func TestAClusterIsScaled(t *testing.T) {
	w := furnished()
	for _, r := range w.Accounts[0].Regions[0].Records {
		if r.Family == world.Cluster {
			out := r.Output.(*api.DescribeClusterOutput)
			out.InstanceGroups[0].TrainingPlanArn, out.InstanceGroups[0].MinCount = nil, aws.Int32(1)
		}
	}
	ctx, s := t.Context(), onStage(t, w)
	update := func(change func(*types.ClusterInstanceGroupSpecification)) error {
		g := gpus.InstanceGroups[0]
		change(&g)
		_, err := s.UpdateCluster(ctx, &api.UpdateClusterInput{ClusterName: aws.String("pod"), InstanceGroups: []types.ClusterInstanceGroupSpecification{g}})
		return err
	}
	group := func() types.ClusterInstanceGroupDetails {
		out, err := s.DescribeCluster(ctx, &api.DescribeClusterInput{ClusterName: aws.String("pod")})
		if err != nil {
			t.Fatal(err)
		}
		return out.InstanceGroups[0]
	}
	disks := []types.ClusterInstanceStorageConfig{&types.ClusterInstanceStorageConfigMemberEbsVolumeConfig{Value: types.ClusterEbsVolumeConfig{VolumeSizeInGB: aws.Int32(500)}}}
	want(t, "no such group", code(update(func(g *types.ClusterInstanceGroupSpecification) { g.InstanceGroupName = aws.String("none") })), "ValidationException")
	want(t, "another machine", code(update(func(g *types.ClusterInstanceGroupSpecification) { g.InstanceType = types.ClusterInstanceTypeMlM5Large })), "ValidationException")
	want(t, "fewer than its least", code(update(func(g *types.ClusterInstanceGroupSpecification) { g.MinInstanceCount = aws.Int32(1) })), "ValidationException")
	want(t, "to nothing", code(update(func(g *types.ClusterInstanceGroupSpecification) {
		g.InstanceStorageConfigs, g.MinInstanceCount = disks, aws.Int32(0)
	})), "")
	if g := group(); *g.CurrentCount != 1 || *g.TargetCount != 0 || g.Status != types.InstanceGroupStatusUpdating {
		t.Errorf("on the way: %+v", g)
	}
	want(t, "in the middle of it", code(update(func(*types.ClusterInstanceGroupSpecification) {})), "ConflictException")
	s.now = s.now.Add(clusterMoves)
	if g := group(); *g.CurrentCount != 0 || *g.TargetCount != 0 || *g.MinCount != 0 {
		t.Errorf("after a while: %+v", g)
	}
	m := s.Mutations()
	if !m[len(m)-1].Stops {
		t.Error("it was not said that something stopped")
	}
}

func TestThroughputHasItsRules(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	set := func(mode types.ThroughputMode, units ...int32) error {
		c := &types.ThroughputConfigUpdate{ThroughputMode: mode}
		if len(units) == 2 {
			c.ProvisionedReadCapacityUnits, c.ProvisionedWriteCapacityUnits = &units[0], &units[1]
		}
		_, err := s.UpdateFeatureGroup(ctx, &api.UpdateFeatureGroupInput{FeatureGroupName: aws.String("fixed"), ThroughputConfig: c})
		return err
	}
	is := func() string {
		out, err := s.DescribeFeatureGroup(ctx, &api.DescribeFeatureGroupInput{FeatureGroupName: aws.String("fixed")})
		if err != nil {
			t.Fatal(err)
		}
		return line(string(out.ThroughputConfig.ThroughputMode), string(out.LastUpdateStatus.Status))
	}
	want(t, "on demand with units", code(set("OnDemand", 1, 1)), "ValidationException")
	want(t, "provisioned without", code(set("Provisioned")), "ValidationException")
	want(t, "on demand", code(set("OnDemand")), "")
	want(t, "then", is(), "Provisioned InProgress")
	want(t, "in the middle of it", code(set("Provisioned", 20, 10)), "ValidationException")
	s.now = s.now.Add(featuresMove)
	want(t, "after a while", is(), "OnDemand Successful")
	want(t, "and back", code(set("Provisioned", 20, 10)), "")
	s.now = s.now.Add(featuresMove)
	want(t, "on demand twice in a day", message(set("OnDemand")), "The throughput mode can be switched to OnDemand once in 24 hours.")
	s.now = s.now.Add(24 * time.Hour)
	want(t, "on the next day", code(set("OnDemand")), "")
}

func TestAServerStopsAndStarts(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	name := aws.String("flow")
	server := func() string {
		out, err := s.DescribeMlflowTrackingServer(ctx, &api.DescribeMlflowTrackingServerInput{TrackingServerName: name})
		if err != nil {
			return code(err)
		}
		return line(string(out.TrackingServerStatus), string(out.IsActive))
	}
	start := func() error {
		_, err := s.StartMlflowTrackingServer(ctx, &api.StartMlflowTrackingServerInput{TrackingServerName: name})
		return err
	}
	stop := func() error {
		_, err := s.StopMlflowTrackingServer(ctx, &api.StopMlflowTrackingServerInput{TrackingServerName: name})
		return err
	}
	remove := func() error {
		_, err := s.DeleteMlflowTrackingServer(ctx, &api.DeleteMlflowTrackingServerInput{TrackingServerName: name})
		return err
	}
	want(t, "a start of what runs", code(start()), "ConflictException")
	want(t, "a stop", code(stop()), "")
	want(t, "then", server(), "Stopping Active")
	want(t, "a start in the middle of it", code(start()), "ConflictException")
	s.now = s.now.Add(serverMoves)
	want(t, "after a while", server(), "Stopped Inactive")
	want(t, "a start", code(start()), "")
	want(t, "then", server(), "Starting Active")
	s.now = s.now.Add(serverMoves)
	want(t, "after a while", server(), "Started Active")
	want(t, "a stop", code(stop()), "")
	s.now = s.now.Add(serverMoves)
	want(t, "a deletion of what is stopped", code(remove()), "")
	want(t, "then", server(), "Deleting Active")
	s.now = s.now.Add(serverMoves)
	want(t, "after a while", server(), "ResourceNotFound")
	if _, err := s.CreateMlflowTrackingServer(ctx, &api.CreateMlflowTrackingServerInput{TrackingServerName: name, ArtifactStoreUri: aws.String("s3://b"), RoleArn: aws.String("arn:role")}); err != nil {
		t.Fatal(err)
	}
	want(t, "made anew", server(), "Creating Active")
	want(t, "made twice", code(func() error {
		_, err := s.CreateMlflowTrackingServer(ctx, &api.CreateMlflowTrackingServerInput{TrackingServerName: name, ArtifactStoreUri: aws.String("s3://b"), RoleArn: aws.String("arn:role")})
		return err
	}()), "ConflictException")
}

func TestAScheduleGoesAndComes(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	name := aws.String("drift")
	before, err := s.DescribeMonitoringSchedule(ctx, &api.DescribeMonitoringScheduleInput{MonitoringScheduleName: name})
	if err != nil {
		t.Fatal(err)
	}
	remove := func() error {
		_, err := s.DeleteMonitoringSchedule(ctx, &api.DeleteMonitoringScheduleInput{MonitoringScheduleName: name})
		return err
	}
	if _, err := s.StopMonitoringSchedule(ctx, &api.StopMonitoringScheduleInput{MonitoringScheduleName: name}); err != nil {
		t.Fatal(err)
	}
	if err := remove(); !strings.HasSuffix(message(err), "is in status Pending.") {
		t.Errorf("a deletion in the middle of it: %v", err)
	}
	s.now = s.now.Add(scheduleMoves)
	want(t, "a deletion", code(remove()), "")
	want(t, "a second one", code(remove()), "ResourceNotFound")
	if _, err := s.CreateMonitoringSchedule(ctx, &api.CreateMonitoringScheduleInput{MonitoringScheduleName: name, MonitoringScheduleConfig: before.MonitoringScheduleConfig}); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(scheduleMoves)
	after, err := s.DescribeMonitoringSchedule(ctx, &api.DescribeMonitoringScheduleInput{MonitoringScheduleName: name})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after, cmpopts.IgnoreFields(*before, "CreationTime", "LastModifiedTime", "ResultMetadata"),
		cmpopts.IgnoreUnexported(*before, types.MonitoringScheduleConfig{})); diff != "" {
		t.Errorf("(- before, + after)\n%s", diff)
	}
}

func TestAnImageHasVersions(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	name := aws.String("base")
	version := func(base, token string, aliases ...string) error {
		_, err := s.CreateImageVersion(ctx, &api.CreateImageVersionInput{ImageName: name, BaseImage: &base, ClientToken: &token, Aliases: aliases})
		return err
	}
	all := func() (versions []string) {
		pages := api.NewListImageVersionsPaginator(s.Client, &api.ListImageVersionsInput{ImageName: name, MaxResults: aws.Int32(1), SortBy: types.ImageVersionSortByVersion})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range page.ImageVersions {
				out, err := s.DescribeImageVersion(ctx, &api.DescribeImageVersionInput{ImageName: name, Version: v.Version})
				if err != nil {
					t.Fatal(err)
				}
				names, err := s.ListAliases(ctx, &api.ListAliasesInput{ImageName: name, Version: v.Version})
				if err != nil {
					t.Fatal(err)
				}
				versions = append(versions, line(*out.BaseImage, string(v.ImageVersionStatus), strings.Join(names.SageMakerImageVersionAliases, ",")))
			}
		}
		return versions
	}
	want(t, "of nothing", code(version("", "a")), "ValidationException")
	want(t, "a second", code(version("ecr/base:2", "a", "stable")), "")
	want(t, "asked for again", code(version("ecr/base:2", "a", "stable")), "")
	if diff := cmp.Diff([]string{"ecr/base:2 CREATING stable", "ecr/base:1 CREATED "}, all()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	newest, err := s.DescribeImageVersion(ctx, &api.DescribeImageVersionInput{ImageName: name})
	if err != nil || *newest.Version != 2 {
		t.Errorf("the newest is %v, %v", newest, err)
	}
	if _, err := s.DeleteImage(ctx, &api.DeleteImageInput{ImageName: name}); err != nil {
		t.Fatal(err)
	}
	want(t, "of what goes", code(version("ecr/base:3", "b")), "ResourceInUse")
	s.now = s.now.Add(imageMoves)
	_, err = s.ListImageVersions(ctx, &api.ListImageVersionsInput{ImageName: name})
	want(t, "of what is gone", code(err), "ResourceNotFound")
	if _, err := s.CreateImage(ctx, &api.CreateImageInput{ImageName: name, RoleArn: aws.String("arn:role")}); err != nil {
		t.Fatal(err)
	}
	if versions := all(); versions != nil {
		t.Errorf("a new image has %v", versions)
	}
}

// What gives a role takes the permission to pass it.
func TestRolesArePassed(t *testing.T) {
	w := furnished()
	w.Accounts[0].Keys = []world.Key{{Policies: []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sagemaker:*","Resource":"*"}]}`}}}
	ctx, s := t.Context(), onStage(t, w)
	role := aws.String("arn:aws:iam::" + research + ":role/r")
	g := *gpus
	g.InstanceGroups = []types.ClusterInstanceGroupSpecification{gpus.InstanceGroups[0]}
	g.InstanceGroups[0].ExecutionRole = role
	_, cluster := s.UpdateCluster(ctx, &g)
	_, server := s.CreateMlflowTrackingServer(ctx, &api.CreateMlflowTrackingServerInput{TrackingServerName: aws.String("x"), ArtifactStoreUri: aws.String("s3://b"), RoleArn: role})
	_, image := s.CreateImage(ctx, &api.CreateImageInput{ImageName: aws.String("x"), RoleArn: role})
	_, features := s.CreateFeatureGroup(ctx, &api.CreateFeatureGroupInput{FeatureGroupName: aws.String("x"), EventTimeFeatureName: aws.String("at"), RecordIdentifierFeatureName: aws.String("id"),
		FeatureDefinitions: []types.FeatureDefinition{}, RoleArn: role})
	for _, err := range []error{cluster, server, image, features} {
		if code(err) != "AccessDeniedException" || !strings.Contains(message(err), "iam:PassRole") {
			t.Errorf("a role was given without leave: %v", errors.Unwrap(err))
		}
	}
}
