//go:build interop

package interop_test

import (
	"fmt"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// The places of the estate in moto, which cannot tell the tags of what it has in a region where it has an endpoint configuration.
const (
	motoAccount = "123456789012"
	plainRegion = "eu-west-1"
	oddRegion   = "eu-central-1"
)

// An asset is a resource that boto3 makes in moto.
type asset struct {
	region string
	// made are the calls of SageMaker that make it. The first one's answer has its ARN.
	made []call
	// want is what a scan must make of it, apart from what moto alone decides.
	want estate.Resource
}

func sageMaker(operation string, arguments members) call {
	return call{Service: "sagemaker", Operation: operation, Arguments: arguments}
}

// tags are those of boto3's arguments.
func (m members) tags(tags map[string]string) members {
	var pairs []members
	for k, v := range tags {
		pairs = append(pairs, members{"Key": k, "Value": v})
	}
	m["Tags"] = pairs
	return m
}

const someRole = "arn:aws:iam::123456789012:role/model"

// assets are of every family that moto can list.
func assets() []asset {
	var (
		anas   = map[string]string{"owner": "ana", "cost-centre": "4711"}
		search = map[string]string{"team": "search"}
		none   = map[string]string{}
		disk   = func(component string, gb float64) estate.Meter { return estate.Meter{Component: component, GB: gb} }
		node   = func(part, component, instanceType string, count int) estate.Meter {
			return estate.Meter{Part: part, Component: component, InstanceType: instanceType, Count: count}
		}
		group = func(name, instanceType string, count, gb int) members {
			g := members{"InstanceGroupName": name, "InstanceType": instanceType, "InstanceCount": count, "ExecutionRole": someRole, "ThreadsPerCore": 1,
				"LifeCycleConfig": members{"SourceS3Uri": "s3://sagemaker-pod", "OnCreate": "on-create.sh"}}
			if gb > 0 {
				g["InstanceStorageConfigs"] = []members{{"EbsVolumeConfig": members{"VolumeSizeInGB": gb}}}
			}
			return g
		}
	)
	return []asset{
		{made: []call{sageMaker("create_notebook_instance", members{"NotebookInstanceName": "full", "InstanceType": "ml.t3.medium", "RoleArn": someRole,
			"VolumeSizeInGB": 50, "LifecycleConfigName": "stop-at-night", "RootAccess": "Disabled", "DirectInternetAccess": "Disabled",
			"SubnetId": "subnet-1", "KmsKeyId": "alias/key"}.tags(anas))},
			want: estate.Resource{Kind: "notebook-instance", Name: "full", Status: "InService", Tags: anas,
				Attributes: map[string]string{"instanceType": "ml.t3.medium", "notebookInstanceLifecycleConfigName": "stop-at-night", "rootAccess": "Disabled",
					"directInternetAccess": "Disabled", "subnetId": "subnet-1", "kmsKeyId": "alias/key", "roleArn": someRole, "volumeSizeInGB": "50"},
				Meters: []estate.Meter{node("", "Notebook", "ml.t3.medium", 1), disk("Notebk:VolumeUsage.gp2", 50)}}},
		{made: []call{sageMaker("create_notebook_instance", members{"NotebookInstanceName": "stopped", "InstanceType": "ml.p3.2xlarge", "RoleArn": someRole}),
			sageMaker("stop_notebook_instance", members{"NotebookInstanceName": "stopped"})},
			want: estate.Resource{Kind: "notebook-instance", Name: "stopped", Status: "Stopped", Tags: none,
				Attributes: map[string]string{"instanceType": "ml.p3.2xlarge", "directInternetAccess": "Enabled", "roleArn": someRole, "volumeSizeInGB": "5"},
				Meters:     []estate.Meter{disk("Notebk:VolumeUsage.gp2", 5)}}},
		{made: []call{sageMaker("create_domain", members{"DomainName": "research", "AuthMode": "IAM", "DefaultUserSettings": members{"ExecutionRole": someRole},
			"SubnetIds": []string{"subnet-1"}, "VpcId": "vpc-1", "AppNetworkAccessType": "VpcOnly"}.tags(search))},
			want: estate.Resource{Kind: "studio-domain", Name: "research", Domain: "d-research", Status: "InService", Tags: search,
				Attributes: map[string]string{"authMode": "IAM", "homeEfsFileSystem": "research-efs-id", "appNetworkAccessType": "VpcOnly"},
				Meters:     []estate.Meter{node("", "EFS:TimedStorage-ByteHrs", "", 1)}}}, // how much it holds is not known
		{made: []call{sageMaker("create_cluster", members{"ClusterName": "pod", "InstanceGroups": []members{group("workers", "ml.g5.xlarge", 3, 500),
			group("head", "ml.c5.large", 1, 0)}}.tags(search))},
			want: estate.Resource{Kind: "cluster", Name: "pod", Type: "slurm", Status: "InService", Tags: search,
				Attributes: map[string]string{"instanceGroupStatus workers": "", "instanceGroupStatus head": ""}, // moto has none
				Parts: []estate.Part{{Name: "workers", Role: "instance-group", Mode: "instances", Count: 3},
					{Name: "head", Role: "instance-group", Mode: "instances", Count: 1}},
				Meters: []estate.Meter{node("workers", "Cluster", "ml.g5.xlarge", 3), {Part: "workers", Component: "Cluster:VolumeUsage.gp2", GB: 1500},
					node("head", "Cluster", "ml.c5.large", 1)}}},
		// What nothing names may still be used by an inference component, of which moto cannot tell.
		{made: []call{sageMaker("create_model", model("spare").tags(anas))},
			want: estate.Resource{Kind: "model", Name: "spare", Tags: anas}},
		{made: []call{sageMaker("create_model", model("churn"))},
			want: estate.Resource{Kind: "model", Name: "churn", Tags: none}},
		{made: []call{sageMaker("create_model_package_group", members{"ModelPackageGroupName": "churn-models"}.tags(search))},
			want: estate.Resource{Kind: "model-package-group", Name: "churn-models", Status: "Completed", Tags: search}},

		{made: []call{sageMaker("create_training_job", trainingJob("running-training", 2).tags(anas))},
			want: estate.Resource{Kind: "training-job", Ends: true, Name: "running-training", Status: "InProgress", Tags: anas,
				Attributes: map[string]string{"secondaryStatus": "Training"},
				Meters:     []estate.Meter{node("", "Training", "ml.m5.xlarge", 2), disk("Train:VolumeUsage.gp2", 60)}}},
		{made: []call{sageMaker("create_processing_job", processingJob("running-processing"))},
			want: estate.Resource{Kind: "processing-job", Ends: true, Name: "running-processing", Status: "InProgress", Tags: none,
				Meters: []estate.Meter{node("", "Processing", "", 1)}}}, // moto drops the instances
		{made: []call{sageMaker("create_transform_job", transformJob("running-transform").tags(anas))},
			want: estate.Resource{Kind: "transform-job", Ends: true, Name: "running-transform", Status: "InProgress", Tags: anas,
				Attributes: map[string]string{"modelName": "churn"}, Meters: []estate.Meter{node("", "BatchTransform", "ml.m5.xlarge", 3)}}},
		{made: []call{sageMaker("create_hyper_parameter_tuning_job", tuningJob("running-tuning").tags(anas))},
			want: estate.Resource{Kind: "tuning-job", Ends: true, Name: "running-tuning", Status: "InProgress", Tags: anas,
				Attributes: map[string]string{"strategy": "Bayesian"}}},
		{made: []call{sageMaker("create_auto_ml_job_v2", members{"AutoMLJobName": "auto", "AutoMLJobInputDataConfig": []members{{"ChannelType": "training"}},
			"OutputDataConfig": members{"S3OutputPath": "s3://out"}, "RoleArn": someRole, "AutoMLProblemTypeConfig": members{"TabularJobConfig": members{
				"TargetAttributeName": "churned", "ProblemType": "Regression", "CompletionCriteria": members{"MaxCandidates": 5}}}}.tags(search))},
			want: estate.Resource{Kind: "auto-ml-job", Ends: true, Name: "auto", Status: "InProgress", Tags: search,
				Attributes: map[string]string{"autoMLJobSecondaryStatus": "Completed"}}},
		{made: []call{sageMaker("create_compilation_job", compilationJob("running-compilation").tags(anas))},
			want: estate.Resource{Kind: "compilation-job", Ends: true, Name: "running-compilation", Status: "INPROGRESS", Tags: anas,
				Attributes: map[string]string{"compilationTargetDevice": "ml_c5"}}},

		{region: oddRegion, made: []call{sageMaker("create_model", model("fraud").tags(anas))},
			want: estate.Resource{Kind: "model", Name: "fraud"}},
		{region: oddRegion, made: []call{sageMaker("create_endpoint_config", members{"EndpointConfigName": "fraud-config",
			"ProductionVariants": []members{{"VariantName": "all", "ModelName": "fraud", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}}}.tags(anas))},
			want: estate.Resource{Kind: "endpoint-config", Name: "fraud-config"}},
	}
}

// unseen are the calls that make what moto cannot list.
func unseen() []call {
	return []call{
		sageMaker("create_feature_group", members{"FeatureGroupName": "clicks", "RecordIdentifierFeatureName": "id", "EventTimeFeatureName": "at",
			"FeatureDefinitions": []members{{"FeatureName": "id", "FeatureType": "String"}}, "RoleArn": someRole,
			"OfflineStoreConfig": members{"S3StorageConfig": members{"S3Uri": "s3://store"}}}),
		sageMaker("create_notebook_instance_lifecycle_config", members{"NotebookInstanceLifecycleConfigName": "stop-at-night"}),
	}
}

func model(name string) members {
	return members{"ModelName": name, "ExecutionRoleArn": someRole, "PrimaryContainer": members{"Image": "image"}}
}

func trainingJob(name string, count int) members {
	return members{"TrainingJobName": name, "AlgorithmSpecification": members{"TrainingImage": "image", "TrainingInputMode": "File"}, "RoleArn": someRole,
		"OutputDataConfig": members{"S3OutputPath": "s3://out"}, "StoppingCondition": members{"MaxRuntimeInSeconds": 3600},
		"ResourceConfig": members{"InstanceType": "ml.m5.xlarge", "InstanceCount": count, "VolumeSizeInGB": 30}}
}

func processingJob(name string) members {
	return members{"ProcessingJobName": name, "AppSpecification": members{"ImageUri": "image"}, "RoleArn": someRole,
		"ProcessingResources": members{"ClusterConfig": members{"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}}}
}

func transformJob(name string) members {
	return members{"TransformJobName": name, "ModelName": "churn", "TransformOutput": members{"S3OutputPath": "s3://out"},
		"TransformInput":     members{"DataSource": members{"S3DataSource": members{"S3DataType": "S3Prefix", "S3Uri": "s3://in"}}},
		"TransformResources": members{"InstanceType": "ml.m5.xlarge", "InstanceCount": 3}}
}

func tuningJob(name string) members {
	return members{"HyperParameterTuningJobName": name,
		"HyperParameterTuningJobConfig": members{"Strategy": "Bayesian", "ResourceLimits": members{"MaxParallelTrainingJobs": 2}}}
}

func compilationJob(name string) members {
	return members{"CompilationJobName": name, "RoleArn": someRole, "InputConfig": members{"S3Uri": "s3://model", "Framework": "PYTORCH"},
		"OutputConfig": members{"S3OutputLocation": "s3://out", "TargetDevice": "ml_c5"}, "StoppingCondition": members{"MaxRuntimeInSeconds": 900}}
}

// finished is how many jobs of each family are over.
const finished = 12

// history are the calls that make what is over.
func history() []call {
	const once = "once-and-only-once-and-only-once-"
	calls := []call{
		sageMaker("create_pipeline", members{"PipelineName": "nightly", "PipelineDefinition": "{}", "ClientRequestToken": once, "RoleArn": someRole}),
		sageMaker("start_pipeline_execution", members{"PipelineName": "nightly", "ClientRequestToken": once}),
	}
	for i := range finished {
		name := fmt.Sprintf("over-%02d", i)
		some := map[string]string{"owner": "nobody"} // moto fails to tell the tags of jobs that have none
		calls = append(calls,
			sageMaker("create_training_job", trainingJob(name, 1).tags(some)), sageMaker("create_processing_job", processingJob(name).tags(some)),
			sageMaker("create_transform_job", transformJob(name).tags(some)), sageMaker("create_hyper_parameter_tuning_job", tuningJob(name).tags(some)),
			sageMaker("create_compilation_job", compilationJob(name).tags(some)))
	}
	return calls
}
