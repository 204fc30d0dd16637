package organization

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// archived are the sorts of jobs that ran before At, and how many there are of every ten; of the last sort, all that are left.
var archived = []struct {
	tenths int
	world.History
}{
	{3, world.History{Family: world.ProcessingJob, Prefix: "etl-prepare", Took: 15 * time.Minute, Output: &sagemaker.DescribeProcessingJobOutput{
		ProcessingResources: &types.ProcessingResources{ClusterConfig: &types.ProcessingClusterConfig{
			InstanceType: types.ProcessingInstanceTypeMlM5Large, InstanceCount: aws.Int32(1), VolumeSizeInGB: aws.Int32(30)}}}}},
	{1, world.History{Family: world.TransformJob, Prefix: "etl-score", Took: 20 * time.Minute, Output: &sagemaker.DescribeTransformJobOutput{
		TransformResources: &types.TransformResources{InstanceType: types.TransformInstanceTypeMlM5Large, InstanceCount: aws.Int32(1)}}}},
	{6, world.History{Family: world.TrainingJob, Prefix: "etl-train", Took: 40 * time.Minute, Output: &sagemaker.DescribeTrainingJobOutput{
		StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: aws.Int32(86_400)},
		ResourceConfig:    &types.ResourceConfig{InstanceType: types.TrainingInstanceTypeMlM5Large, InstanceCount: aws.Int32(1), VolumeSizeInGB: aws.Int32(30)}}}},
}

// archive leaves the jobs of three years behind: half of them on the first site, the others evenly everywhere else.
func (g *generator) archive() {
	for i, st := range g.sites {
		n := g.OldJobs / 2 / max(len(g.sites)-1, 1)
		if i == 0 {
			n = g.OldJobs - n*(len(g.sites)-1)
		}
		left := n
		for j, a := range archived {
			h := a.History
			h.From, h.To, h.Count = g.At.Add(-3*365*day), g.At.Add(-day), n*a.tenths/10
			if j == len(archived)-1 {
				h.Count = left
			}
			if left -= h.Count; h.Count > 0 {
				st.Histories = append(st.Histories, &h)
			}
		}
	}
}
