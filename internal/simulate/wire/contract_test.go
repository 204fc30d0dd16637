package wire

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// studio is a world with one of everything, every optional member filled.
func studio() *world.World {
	variant := world.Variant{Name: "AllTraffic", Model: "churn", InstanceType: "ml.g5.xlarge", Count: 2, MinScale: 0, MaxScale: 4}
	cold := world.Variant{Name: "cold", Model: "churn", MemoryMB: 4096, MaxConcurrency: 20, Provisioned: 2}
	shadow := world.Variant{Name: "shadow", Model: "churn", InstanceType: "ml.m5.large", Count: 1}
	dims := map[string]string{"EndpointName": "churn", "VariantName": "AllTraffic"}
	arn := "arn:aws:sagemaker:us-east-1:" + research + ":endpoint/churn"
	job := "arn:aws:sagemaker:us-east-1:" + research + ":training-job/train"
	w := home(&world.Region{
		Domains: []*world.Domain{{
			Life: life(90 * day), ID: "d-1", Name: "studio", AuthMode: "SSO",
			Users:  []*world.User{{Life: life(80 * day), Name: "ann"}},
			Spaces: []*world.Space{{Life: life(70 * day), Name: "lab", Owner: "ann", AppType: "JupyterLab", Sharing: "Shared", VolumeGB: 50}},
			Apps: []*world.App{
				{Life: life(60 * day), User: "ann", Type: "KernelGateway", Name: "kg", InstanceType: "ml.t3.medium"},
				{Life: life(50 * day), Space: "lab", Type: "JupyterLab", Name: "default", InstanceType: "ml.g5.xlarge"},
			},
		}},
		Endpoints: []*world.Endpoint{{
			Life: life(40 * day), Name: "churn", Config: "churn-1", FailureReason: "none yet", Async: true,
			Variants: []world.Variant{variant, cold}, Shadow: []world.Variant{shadow},
			Pending: &world.EndpointConfig{Name: "churn-2", Variants: []world.Variant{variant, cold}, Shadow: []world.Variant{shadow}},
		}},
		Configs:    []*world.EndpointConfig{{Life: life(41 * day), Name: "churn-1", Async: true, Variants: []world.Variant{variant, cold}, Shadow: []world.Variant{shadow}}},
		Models:     []*world.Model{{Life: life(42 * day), Name: "churn", Containers: []string{"tokens", "scores"}}},
		Components: []*world.Component{{Life: life(39 * day), Name: "ic", Endpoint: "churn", Variant: "AllTraffic", Copies: 3}},
		Metrics:    []*world.Metric{{Namespace: "AWS/SageMaker", Name: "Invocations", Dimensions: dims, Pattern: always(2)}},
		Streams:    []*world.Stream{{Group: "/aws/sagemaker/studio", Name: "d-1/ann/KernelGateway/kg", Created: ago(60 * day), Events: instants{ago(time.Hour)}}},
		Records:    collection(), ImageVersions: pictures(),
		Tags: map[string]map[string]string{arn: {"team": "growth", "owner": "ann"}, job: {"team": "growth"}},
	})
	w.Prices = prices.List([]string{"us-east-1"})
	w.Accounts[0].Regions[0].Endpoints[0].Creator = "arn:aws:iam::" + research + ":user/ann"
	return govern(w)
}

// A contract is a call by the real client; it returns what the client decoded, reduced to a line that must not change.
type contract struct {
	call func(context.Context, aws.Config) (string, error)
	want string
}

func (c contract) run(t *testing.T, cfg aws.Config) {
	t.Helper()
	got, err := c.call(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.want, got); diff != "" {
		t.Errorf("the client decoded (-want +got):\n%s", diff)
	}
}

func line(parts ...string) string { return strings.Join(parts, " ") }

var contracts = map[string]contract{
	"sagemaker:ListDomains": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).ListDomains(ctx, &sagemaker.ListDomainsInput{})
		if err != nil {
			return "", err
		}
		d := out.Domains[0]
		return line(*d.DomainArn, *d.DomainName, string(d.Status), *d.Url), nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:domain/d-1 studio InService https://d-1.studio.us-east-1.sagemaker.aws"},
	"sagemaker:DescribeDomain": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).DescribeDomain(ctx, &sagemaker.DescribeDomainInput{DomainId: aws.String("d-1")})
		if err != nil {
			return "", err
		}
		return line(*out.DomainArn, string(out.AuthMode), out.CreationTime.Format(time.RFC3339)), nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:domain/d-1 SSO 2026-08-20T15:30:00Z"},
	"sagemaker:ListUserProfiles": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).ListUserProfiles(ctx, &sagemaker.ListUserProfilesInput{})
		if err != nil {
			return "", err
		}
		return line(*out.UserProfiles[0].DomainId, *out.UserProfiles[0].UserProfileName), nil
	}, "d-1 ann"},
	"sagemaker:DescribeUserProfile": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).DescribeUserProfile(ctx, &sagemaker.DescribeUserProfileInput{DomainId: aws.String("d-1"), UserProfileName: aws.String("ann")})
		if err != nil {
			return "", err
		}
		return *out.UserProfileArn, nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:user-profile/d-1/ann"},
	"sagemaker:ListSpaces": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).ListSpaces(ctx, &sagemaker.ListSpacesInput{})
		if err != nil {
			return "", err
		}
		s := out.Spaces[0]
		return line(*s.SpaceName, *s.OwnershipSettingsSummary.OwnerUserProfileName, string(s.SpaceSettingsSummary.AppType), string(s.SpaceSharingSettingsSummary.SharingType)), nil
	}, "lab ann JupyterLab Shared"},
	"sagemaker:DescribeSpace": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).DescribeSpace(ctx, &sagemaker.DescribeSpaceInput{DomainId: aws.String("d-1"), SpaceName: aws.String("lab")})
		if err != nil {
			return "", err
		}
		if gb := *out.SpaceSettings.SpaceStorageSettings.EbsStorageSettings.EbsVolumeSizeInGb; gb != 50 {
			return "", &apiError{message: "wrong volume"}
		}
		return line(*out.SpaceArn, *out.OwnershipSettings.OwnerUserProfileName, string(out.SpaceSharingSettings.SharingType)), nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:space/d-1/lab ann Shared"},
	"sagemaker:ListApps": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).ListApps(ctx, &sagemaker.ListAppsInput{})
		if err != nil {
			return "", err
		}
		a, b := out.Apps[0], out.Apps[1]
		return line(*a.UserProfileName, string(a.AppType), *a.AppName, string(a.ResourceSpec.InstanceType), *b.SpaceName, string(b.Status)), nil
	}, "ann KernelGateway kg ml.t3.medium lab InService"},
	"sagemaker:DescribeApp": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).DescribeApp(ctx, &sagemaker.DescribeAppInput{
			DomainId: aws.String("d-1"), SpaceName: aws.String("lab"), AppType: types.AppTypeJupyterLab, AppName: aws.String("default"),
		})
		if err != nil {
			return "", err
		}
		return line(*out.AppArn, out.LastUserActivityTimestamp.Format(time.RFC3339), out.LastHealthCheckTimestamp.Format(time.RFC3339)), nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:app/d-1/lab/jupyterlab/default 2026-11-18T15:30:00Z 2026-11-18T15:30:00Z"},
	"sagemaker:ListEndpoints": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).ListEndpoints(ctx, &sagemaker.ListEndpointsInput{})
		if err != nil {
			return "", err
		}
		return line(*out.Endpoints[0].EndpointArn, string(out.Endpoints[0].EndpointStatus)), nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:endpoint/churn InService"},
	"sagemaker:DescribeEndpoint": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: aws.String("churn")})
		if err != nil {
			return "", err
		}
		if out.AsyncInferenceConfig == nil || *out.ProductionVariants[0].CurrentInstanceCount != 2 ||
			*out.ProductionVariants[1].CurrentServerlessConfig.ProvisionedConcurrency != 2 ||
			*out.ProductionVariants[0].ManagedInstanceScaling.MaxInstanceCount != 4 {
			return "", &apiError{message: "variants are wrong"}
		}
		p := out.PendingDeploymentSummary
		return line(*out.EndpointConfigName, *out.ShadowProductionVariants[0].VariantName, *p.EndpointConfigName, string(p.ProductionVariants[0].InstanceType)), nil
	}, "churn-1 shadow churn-2 ml.g5.xlarge"},
	"sagemaker:ListEndpointConfigs": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).ListEndpointConfigs(ctx, &sagemaker.ListEndpointConfigsInput{})
		if err != nil {
			return "", err
		}
		return *out.EndpointConfigs[0].EndpointConfigArn, nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:endpoint-config/churn-1"},
	"sagemaker:DescribeEndpointConfig": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: aws.String("churn-1")})
		if err != nil {
			return "", err
		}
		return line(*out.ProductionVariants[0].ModelName, string(out.ProductionVariants[0].InstanceType), string(out.ShadowProductionVariants[0].InstanceType)), nil
	}, "churn ml.g5.xlarge ml.m5.large"},
	"sagemaker:ListModels": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).ListModels(ctx, &sagemaker.ListModelsInput{})
		if err != nil {
			return "", err
		}
		return *out.Models[0].ModelArn, nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:model/churn"},
	"sagemaker:DescribeModel": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).DescribeModel(ctx, &sagemaker.DescribeModelInput{ModelName: aws.String("churn")})
		if err != nil {
			return "", err
		}
		return line(string(out.InferenceExecutionConfig.Mode), *out.Containers[0].ContainerHostname, *out.Containers[1].ContainerHostname), nil
	}, "Direct tokens scores"},
	"sagemaker:ListInferenceComponents": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).ListInferenceComponents(ctx, &sagemaker.ListInferenceComponentsInput{})
		if err != nil {
			return "", err
		}
		c := out.InferenceComponents[0]
		return line(*c.InferenceComponentArn, *c.EndpointName, *c.VariantName), nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:inference-component/ic churn AllTraffic"},
	"sagemaker:DescribeInferenceComponent": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).DescribeInferenceComponent(ctx, &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: aws.String("ic")})
		if err != nil {
			return "", err
		}
		if *out.RuntimeConfig.CurrentCopyCount != 3 {
			return "", &apiError{message: "wrong number of copies"}
		}
		return line(*out.EndpointArn, string(out.InferenceComponentStatus)), nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:endpoint/churn InService"},
	"sagemaker:ListTags": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sagemaker.NewFromConfig(cfg).ListTags(ctx, &sagemaker.ListTagsInput{ResourceArn: aws.String("arn:aws:sagemaker:us-east-1:" + research + ":endpoint/churn")})
		if err != nil {
			return "", err
		}
		return line(*out.Tags[0].Key, *out.Tags[0].Value, *out.Tags[1].Key, *out.Tags[1].Value), nil
	}, "owner ann team growth"},
	"cloudwatch:GetMetricData": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := cloudwatch.NewFromConfig(cfg).GetMetricData(ctx, ask(time.Hour, time.Hour, "Sum"))
		if err != nil {
			return "", err
		}
		r := out.MetricDataResults[0]
		return line(*r.Id, string(r.StatusCode), r.Timestamps[0].Format(time.RFC3339)), nil
	}, "q Complete 2026-11-18T15:00:00Z"},
	"cloudwatch:GetMetricStatistics": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := cloudwatch.NewFromConfig(cfg).GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
			Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("Invocations"), Dimensions: churn, Period: aws.Int32(3600),
			StartTime: aws.Time(ago(time.Hour)), EndTime: aws.Time(at), Statistics: []cwtypes.Statistic{"Sum", "Average", "Minimum", "Maximum", "SampleCount"},
		})
		if err != nil {
			return "", err
		}
		d := out.Datapoints[0]
		if *d.Sum != 120 || *d.Average != 2 || *d.Minimum != 2 || *d.Maximum != 2 || *d.SampleCount != 60 {
			return "", &apiError{message: "statistics are wrong"}
		}
		return line(*out.Label, string(d.Unit), d.Timestamp.Format(time.RFC3339)), nil
	}, "Invocations None 2026-11-18T14:30:00Z"},
	"cloudwatch:ListMetrics": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := cloudwatch.NewFromConfig(cfg).ListMetrics(ctx, &cloudwatch.ListMetricsInput{})
		if err != nil {
			return "", err
		}
		m := out.Metrics[0]
		return line(*m.Namespace, *m.MetricName, *m.Dimensions[0].Name, *m.Dimensions[1].Value), nil
	}, "AWS/SageMaker Invocations EndpointName AllTraffic"},
	"logs:DescribeLogGroups": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := cloudwatchlogs.NewFromConfig(cfg).DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
		if err != nil {
			return "", err
		}
		return *out.LogGroups[0].Arn, nil
	}, "arn:aws:logs:us-east-1:111111111111:log-group:/aws/sagemaker/studio:*"},
	"logs:DescribeLogStreams": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := cloudwatchlogs.NewFromConfig(cfg).DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: aws.String("/aws/sagemaker/studio")})
		if err != nil {
			return "", err
		}
		s := out.LogStreams[0]
		return line(*s.LogStreamName, time.UnixMilli(*s.LastEventTimestamp).UTC().Format(time.RFC3339)), nil
	}, "d-1/ann/KernelGateway/kg 2026-11-18T14:30:00Z"},
	"pricing:GetProducts": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := pricing.NewFromConfig(cfg).GetProducts(ctx, &pricing.GetProductsInput{ServiceCode: aws.String("AmazonSageMaker"), MaxResults: aws.Int32(1)})
		if err != nil {
			return "", err
		}
		return line(*out.FormatVersion, out.PriceList[0][:1]), nil
	}, "aws_v1 {"},
	"pricing:DescribeServices": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := pricing.NewFromConfig(cfg).DescribeServices(ctx, &pricing.DescribeServicesInput{ServiceCode: aws.String("AmazonSageMaker")})
		if err != nil {
			return "", err
		}
		return *out.Services[0].ServiceCode, nil
	}, "AmazonSageMaker"},
	"pricing:GetAttributeValues": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := pricing.NewFromConfig(cfg).GetAttributeValues(ctx, &pricing.GetAttributeValuesInput{ServiceCode: aws.String("AmazonSageMaker"), AttributeName: aws.String("regionCode")})
		if err != nil {
			return "", err
		}
		return *out.AttributeValues[0].Value, nil
	}, "us-east-1"},
	"tag:GetResources": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := tagging.NewFromConfig(cfg).GetResources(ctx, &tagging.GetResourcesInput{})
		if err != nil {
			return "", err
		}
		m := out.ResourceTagMappingList[0]
		return line(*m.ResourceARN, *m.Tags[0].Value, *m.Tags[1].Value, *out.PaginationToken), nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:endpoint/churn ann growth "},
	"sts:GetCallerIdentity": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
		if err != nil {
			return "", err
		}
		return line(*out.Account, *out.Arn), nil
	}, "111111111111 arn:aws:iam::111111111111:user/simulated"},
	"account:ListRegions": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := account.NewFromConfig(cfg).ListRegions(ctx, &account.ListRegionsInput{})
		if err != nil {
			return "", err
		}
		return line(*out.Regions[0].RegionName, string(out.Regions[0].RegionOptStatus)), nil
	}, "us-east-1 ENABLED_BY_DEFAULT"},
}

// A recorder keeps the last response that it let through.
type recorder struct {
	contentType string
	body        []byte
}

// RoundTrip copies the body on its way to the client.
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	r.contentType = resp.Header.Get("Content-Type")
	r.body, err = io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(r.body))
	return resp, err
}

func TestContracts(t *testing.T) {
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			c, ok := contracts[name]
			if !ok {
				t.Fatal("the operation is answered without a contract")
			}
			w := studio()
			store(w)
			bill(w)
			if Mutating(name) || strings.HasPrefix(name, "application-autoscaling:") || name == "cloudwatch:DescribeAlarms" {
				spare(w)
			}
			s, cfg := serve(t, w, func(o *Options) { o.Writable = Mutating(name) })
			var last recorder
			cfg.HTTPClient = &http.Client{Transport: &last}
			c.run(t, cfg)
			if got := s.Calls(); got[name] != 1 || len(got) != 1 {
				t.Errorf("calls were counted as %v", got)
			}
			if op.output == nil {
				return
			}
			req := &request{protocol: json11, body: last.body}
			if last.contentType == "application/cbor" {
				req.protocol = rpcCBOR
			}
			tree, err := req.tree()
			if err != nil {
				t.Fatal(err)
			}
			if err := conforms(tree, op.output, name); err != nil {
				t.Error(err)
			}
		})
	}
	for name := range contracts {
		if _, ok := operations[name]; !ok {
			t.Errorf("%s has a contract but is not answered", name)
		}
	}
}
