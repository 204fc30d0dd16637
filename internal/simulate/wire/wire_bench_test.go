package wire

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// serveBench is a target with a twelfth of 2,000 endpoints of two variants each.
func serveBench(b *testing.B) aws.Config {
	b.Helper()
	r := &world.Region{}
	for i := range 2000 / 12 {
		name := fmt.Sprintf("e%04d", i)
		variants := []world.Variant{{Name: "a", InstanceType: "ml.m5.large", Count: 1}, {Name: "b", InstanceType: "ml.m5.large", Count: 1}}
		r.Endpoints = append(r.Endpoints, &world.Endpoint{Life: life(40 * day), Name: name, Config: name, Variants: variants})
		for _, v := range variants {
			r.Metrics = append(r.Metrics, &world.Metric{
				Namespace: "AWS/SageMaker", Name: "Invocations", Pattern: world.Gauge{From: ago(40 * day), Value: 1},
				Dimensions: map[string]string{"EndpointName": name, "VariantName": v.Name},
			})
		}
	}
	s, err := New(Options{World: home(r)})
	if err != nil {
		b.Fatal(err)
	}
	endpoint := httptest.NewServer(s)
	b.Cleanup(endpoint.Close)
	return aws.Config{
		BaseEndpoint: aws.String(endpoint.URL),
		Region:       homeTown,
		Credentials:  credentials.NewStaticCredentialsProvider("AKIASIM"+research, "secret", ""),
		HTTPClient:   endpoint.Client(),
	}
}

func BenchmarkListEndpoints(b *testing.B) {
	client := sagemaker.NewFromConfig(serveBench(b))
	for b.Loop() {
		pages := sagemaker.NewListEndpointsPaginator(client, &sagemaker.ListEndpointsInput{MaxResults: aws.Int32(100)})
		for pages.HasMorePages() {
			if _, err := pages.NextPage(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkDescribeEndpoint(b *testing.B) {
	client := sagemaker.NewFromConfig(serveBench(b))
	for b.Loop() {
		if _, err := client.DescribeEndpoint(b.Context(), &sagemaker.DescribeEndpointInput{EndpointName: aws.String("e0100")}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGetMetricData asks 332 series for twelve days of hours: near the limit of 100,800 datapoints.
func BenchmarkGetMetricData(b *testing.B) {
	client := cloudwatch.NewFromConfig(serveBench(b))
	in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(ago(12 * day)), EndTime: aws.Time(at)}
	for i := range 332 {
		in.MetricDataQueries = append(in.MetricDataQueries, cwtypes.MetricDataQuery{Id: aws.String(fmt.Sprintf("q%d", i)), MetricStat: &cwtypes.MetricStat{
			Metric: &cwtypes.Metric{Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("Invocations"), Dimensions: []cwtypes.Dimension{
				{Name: aws.String("EndpointName"), Value: aws.String(fmt.Sprintf("e%04d", i/2))}, {Name: aws.String("VariantName"), Value: aws.String(string("ab"[i%2]))},
			}},
			Period: aws.Int32(int32(time.Hour / time.Second)), Stat: aws.String("Sum"),
		}})
	}
	for b.Loop() {
		out, err := client.GetMetricData(b.Context(), in)
		if err != nil {
			b.Fatal(err)
		}
		if out.NextToken != nil || len(out.MetricDataResults) != len(in.MetricDataQueries) {
			b.Fatalf("%d results on the first page", len(out.MetricDataResults))
		}
	}
}
