package kinds

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// attributeImages and the name of a variant are the attribute that says how many images are deployed on the variant.
const attributeImages = "images "

// listedFor is how long CloudWatch lists a metric that is silent.
const listedFor = 14 * 24 * time.Hour

// containers are the names of the containers of a variant that may be invoked directly. The signal says whether that could
// be found out: without the model, nobody knows.
//
// One listing for the target names every container that was invoked within two weeks. That is enough where one image is
// deployed, which most likely is one container; else the model names its containers, so that rarer use is found, too.
func containers(ctx context.Context, s *Scope, r estate.Resource, p estate.Part, c estate.Criteria) ([]string, estate.Signal) {
	if r.Attributes[attributeImages+p.Name] == "1" && c.IdleFor <= listedFor {
		listed, err := listedContainers(ctx, s)
		if err != nil {
			return nil, brokenSignal(signalContainerList, p.Name, "cloudwatch:ListMetrics", err)
		}
		names := listed[memberPart(r.Name, p.Name)]
		return names, estate.Signal{Name: signalContainerList, Part: p.Name, Source: "cloudwatch:ListMetrics", Quality: estate.Good, Value: float64(len(names)),
			Window: estate.Window{From: c.Now.Add(-listedFor), To: c.Now}}
	}
	return modelContainers(ctx, s, r.Attributes[attributeConfig], p.Name)
}

// listedContainers are the names of the containers that were invoked directly within two weeks, by endpoint/variant.
func listedContainers(ctx context.Context, s *Scope) (map[string][]string, error) {
	return once(s, "listed-containers", func() (map[string][]string, error) {
		found := map[string][]string{}
		pages := cloudwatch.NewListMetricsPaginator(s.CloudWatch(), &cloudwatch.ListMetricsInput{
			Namespace: aws.String(namespaceUse), MetricName: aws.String("Invocations"),
			Dimensions: []cwtypes.DimensionFilter{{Name: aws.String("ContainerName")}},
		})
		for pages.HasMorePages() {
			page, err := Call(ctx, s, "cloudwatch:ListMetrics", func(ctx context.Context) (*cloudwatch.ListMetricsOutput, error) { return pages.NextPage(ctx) },
				func(*cloudwatch.ListMetricsOutput) bool { return true }) // the API promises no member: none may be none
			if err != nil {
				return nil, err
			}
			for _, m := range page.Metrics {
				by := map[string]string{}
				for _, d := range m.Dimensions {
					by[aws.ToString(d.Name)] = aws.ToString(d.Value)
				}
				key := memberPart(by["EndpointName"], by["VariantName"])
				if name := by["ContainerName"]; !slices.Contains(found[key], name) {
					found[key] = append(found[key], name)
				}
			}
		}
		return found, nil
	})
}

// modelContainers are the names of the containers of the variant's model, none where there is one container only.
func modelContainers(ctx context.Context, s *Scope, config, variant string) ([]string, estate.Signal) {
	const op = "sagemaker:DescribeModel"
	sig := estate.Signal{Name: signalContainerList, Part: variant, Source: op, Quality: estate.Absent, Note: "its model was deleted"}
	cfg, gone, err := endpointConfig(ctx, s, config)
	if err != nil {
		return nil, brokenSignal(signalContainerList, variant, "sagemaker:DescribeEndpointConfig", err)
	}
	if gone {
		return nil, sig
	}
	i := slices.IndexFunc(cfg.ProductionVariants, func(v types.ProductionVariant) bool { return aws.ToString(v.VariantName) == variant })
	if i < 0 {
		return nil, sig
	}
	type answer struct {
		names []string
		gone  bool
	}
	model := aws.ToString(cfg.ProductionVariants[i].ModelName)
	a, err := once(s, "containers/"+model, func() (answer, error) {
		m, gone, err := Describe(ctx, s, op, func(ctx context.Context) (*sagemaker.DescribeModelOutput, error) {
			return s.SageMaker().DescribeModel(ctx, &sagemaker.DescribeModelInput{ModelName: &model})
		}, func(o *sagemaker.DescribeModelOutput) bool { return o.ModelName != nil })
		if gone || err != nil {
			return answer{gone: gone}, err
		}
		var names []string
		if len(m.Containers) > 1 {
			for _, c := range m.Containers {
				if c.ContainerHostname != nil {
					names = append(names, *c.ContainerHostname)
				}
			}
		}
		return answer{names: names}, nil
	})
	switch {
	case err != nil:
		return nil, brokenSignal(signalContainerList, variant, op, err)
	case a.gone:
		return nil, sig
	}
	sig.Quality, sig.Value, sig.Note = estate.Good, float64(len(a.names)), ""
	return a.names, sig
}
