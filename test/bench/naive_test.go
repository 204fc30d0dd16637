package bench

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cw "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A walker asks for one thing at a time, as scripts do: pages of the default size, one listing for each person, one call for each log,
// metric, and resource.
type walker struct {
	*cloud.Session
	now time.Time
}

func (w walker) walk(ctx context.Context) error {
	return errors.Join(w.studio(ctx), w.endpoints(ctx), w.metrics(ctx))
}

func (w walker) studio(ctx context.Context) error {
	domains := sagemaker.NewListDomainsPaginator(w.SageMaker(), &sagemaker.ListDomainsInput{})
	for domains.HasMorePages() {
		page, err := domains.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, d := range page.Domains {
			if err := errors.Join(w.people(ctx, d.DomainId), w.spaces(ctx, d.DomainId)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w walker) people(ctx context.Context, domain *string) error {
	users := sagemaker.NewListUserProfilesPaginator(w.SageMaker(), &sagemaker.ListUserProfilesInput{DomainIdEquals: domain})
	for users.HasMorePages() {
		page, err := users.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, u := range page.UserProfiles {
			if err := w.apps(ctx, &sagemaker.ListAppsInput{DomainIdEquals: domain, UserProfileNameEquals: u.UserProfileName}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w walker) spaces(ctx context.Context, domain *string) error {
	spaces := sagemaker.NewListSpacesPaginator(w.SageMaker(), &sagemaker.ListSpacesInput{DomainIdEquals: domain})
	for spaces.HasMorePages() {
		page, err := spaces.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, s := range page.Spaces {
			if err := w.apps(ctx, &sagemaker.ListAppsInput{DomainIdEquals: domain, SpaceNameEquals: s.SpaceName}); err != nil {
				return err
			}
		}
	}
	return nil
}

// apps reads the last event and the tags of each app.
func (w walker) apps(ctx context.Context, in *sagemaker.ListAppsInput) error {
	apps := sagemaker.NewListAppsPaginator(w.SageMaker(), in)
	for apps.HasMorePages() {
		page, err := apps.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, a := range page.Apps {
			if a.Status == types.AppStatusDeleted {
				continue
			}
			of := world.App{Type: string(a.AppType), Name: *a.AppName}
			if a.UserProfileName != nil {
				of.User = *a.UserProfileName
			} else {
				of.Space = *a.SpaceName
			}
			group, name := world.StudioLogGroup, of.Stream(*a.DomainId, nil).Name
			_, err := w.Logs().DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &group, LogStreamNamePrefix: &name})
			if err != nil {
				return err
			}
			if err := w.tags(ctx, of.Resource(*a.DomainId)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w walker) endpoints(ctx context.Context) error {
	endpoints := sagemaker.NewListEndpointsPaginator(w.SageMaker(), &sagemaker.ListEndpointsInput{})
	for endpoints.HasMorePages() {
		page, err := endpoints.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, e := range page.Endpoints {
			d, err := w.SageMaker().DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: e.EndpointName})
			if cloud.Classify(err) == cloud.NotFound {
				continue // it vanished
			}
			if err != nil {
				return err
			}
			_, err = w.SageMaker().DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: d.EndpointConfigName})
			if err != nil && cloud.Classify(err) != cloud.NotFound {
				return err
			}
			if err := w.tags(ctx, "endpoint/"+*e.EndpointName); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w walker) tags(ctx context.Context, resource string) error {
	arn := w.Target().SageMakerARN(resource)
	_, err := w.SageMaker().ListTags(ctx, &sagemaker.ListTagsInput{ResourceArn: &arn})
	if cloud.Classify(err) == cloud.NotFound {
		return nil
	}
	return err
}

// metrics lists what SageMaker and the agents in the apps publish, and reads a week of each metric.
func (w walker) metrics(ctx context.Context) error {
	for _, namespace := range []string{"AWS/SageMaker", "/aws/sagemaker/Endpoints", "/aws/sagemaker/InferenceComponents", world.HeartbeatNamespace} {
		metrics := cloudwatch.NewListMetricsPaginator(w.CloudWatch(), &cloudwatch.ListMetricsInput{Namespace: &namespace})
		for metrics.HasMorePages() {
			page, err := metrics.NextPage(ctx)
			if err != nil {
				return err
			}
			for _, m := range page.Metrics {
				from, id, stat, hour := w.now.Add(-7*24*time.Hour), "m", "Sum", int32(3600)
				_, err := w.CloudWatch().GetMetricData(ctx, &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &w.now,
					MetricDataQueries: []cw.MetricDataQuery{{Id: &id, MetricStat: &cw.MetricStat{Metric: &m, Period: &hour, Stat: &stat}}}})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// BenchmarkNaive makes every call of the naive walk with the limits lifted, and works out the time that the documented rates would
// make of them: in real time it would take too long to run.
func BenchmarkNaive(b *testing.B) {
	st := newStage(b, organization.Bench(seed, at))
	for b.Loop() {
		sessions := st.sessions(b)
		st.server.Reset()
		var g errgroup.Group
		for _, s := range sessions {
			g.Go(func() error { return walker{s, st.At}.walk(b.Context()) })
		}
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
		results.hosting.naive = st.made()
		b.ReportMetric(float64(results.hosting.naive.all().total()), "calls")
		b.ReportMetric(results.hosting.naive.longest(leastNaiveTime).Seconds(), "s-at-least")
	}
}

// leastNaiveTime is what the calls take on a target if every operation runs at its full rate all the time, beside the others: more
// than a script can do, which waits for each answer.
func leastNaiveTime(c calls) time.Duration {
	var slowest time.Duration
	for op := range c {
		slowest = max(slowest, c.last(op))
	}
	return slowest
}
