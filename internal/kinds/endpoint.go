package kinds

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() { register(endpoint{}) }

// endpoint is the family of hosted models: real-time, asynchronous, serverless, and those that carry inference components.
type endpoint struct{}

// Types of endpoint.
const (
	typeRealTime   = "real-time"
	typeAsync      = "async"
	typeServerless = "serverless"
	typeComponents = "components"
)

// Roles and modes of an endpoint's parts.
const (
	roleProduction = "production"
	roleShadow     = "shadow"
	rolePending    = "pending"

	modeInstances  = "instances"
	modeServerless = "serverless"
	modeComponents = "components"
)

// Signals of an endpoint and of an inference component.
const (
	signalDescription = "description"
	signalInvocations = "invocations"
	signalErrors      = "errors-4xx"
	signalContainer   = "container-invocations"
	signalBacklog     = "backlog"
	signalProcessed   = "processed"
	signalLatency     = "answered"
	signalRunning     = "running"
	signalHistory     = "history"
)

const (
	namespaceUse        = "AWS/SageMaker"
	namespaceInstances  = "/aws/sagemaker/Endpoints"
	namespaceComponents = "/aws/sagemaker/InferenceComponents"
)

func (endpoint) Name() estate.Kind { return "endpoint" }

func (endpoint) Summary() string {
	return "inference endpoints: real-time, asynchronous, serverless, multi-model, with inference components"
}

func (endpoint) TagType() string { return "sagemaker:endpoint" }

func (endpoint) InDomain() bool { return false }

func (endpoint) IdleFor() time.Duration { return 7 * 24 * time.Hour }

func (endpoint) Operations() []Operation {
	return []Operation{
		{"sagemaker:ListEndpoints", "every endpoint"},
		{"sagemaker:DescribeEndpoint", "an endpoint's variants, instance counts and pending deployment"},
		{"sagemaker:DescribeEndpointConfig", "an endpoint's instance types, and with them its price"},
		{"sagemaker:ListInferenceComponents", "what is used on endpoints that carry inference components"},
		{"cloudwatch:ListMetrics", "direct invocations of the containers of multi-container endpoints"},
		{"cloudwatch:GetMetricData", "whether anything is used"},
	}
}

func (e endpoint) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	pages := sagemaker.NewListEndpointsPaginator(s.SageMaker(), &sagemaker.ListEndpointsInput{MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		page, _, err := call(s, "sagemaker:ListEndpoints", func() (*sagemaker.ListEndpointsOutput, error) { return pages.NextPage(ctx) },
			func(o *sagemaker.ListEndpointsOutput) bool { return o.Endpoints != nil })
		if err != nil {
			return err
		}
		each(ctx, page.Endpoints, func(ctx context.Context, sum types.EndpointSummary) {
			if !s.wants(aws.ToString(sum.EndpointArn), aws.ToString(sum.EndpointName)) {
				return
			}
			if o, ok := e.describe(ctx, s, sum); ok {
				yield(o)
			}
		})
	}
	return ctx.Err()
}

// describe reads one endpoint with its configuration. What cannot be read becomes a signal, so that its verdict is unknown.
func (e endpoint) describe(ctx context.Context, s *Scope, sum types.EndpointSummary) (estate.Observation, bool) {
	r := estate.Resource{
		ARN: aws.ToString(sum.EndpointArn), Kind: e.Name(), Target: s.Target(), Name: aws.ToString(sum.EndpointName),
		Status: string(sum.EndpointStatus), Created: aws.ToTime(sum.CreationTime).UTC(), Modified: aws.ToTime(sum.LastModifiedTime).UTC(),
		Attributes: map[string]string{},
	}
	o := estate.Observation{Resource: r}
	broken := func(op string, err error) (estate.Observation, bool) {
		o.Signals = append(o.Signals, brokenSignal(signalDescription, "", op, err))
		// It bills something, and nobody knows what: without a meter it would look free.
		o.Resource.Meters = []estate.Meter{{Component: pricing.ComponentHosting, Count: 1, Rate: estate.Rate{Why: op + " was not answered, so that its instances are not known"}}}
		return o, true
	}

	d, gone, err := call(s, "sagemaker:DescribeEndpoint", func() (*sagemaker.DescribeEndpointOutput, error) {
		return s.SageMaker().DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: sum.EndpointName})
	}, func(o *sagemaker.DescribeEndpointOutput) bool { return o.EndpointName != nil && o.EndpointStatus != "" })
	if gone {
		return o, false
	}
	if err != nil {
		return broken("sagemaker:DescribeEndpoint", err)
	}
	o.Resource.Status = string(d.EndpointStatus)
	o.Resource.Modified = aws.ToTime(d.LastModifiedTime).UTC()
	config := aws.ToString(d.EndpointConfigName)
	o.Resource.Attributes["endpointConfig"] = config
	if d.FailureReason != nil {
		o.Resource.Attributes["failureReason"] = *d.FailureReason
	}

	cfg, gone, err := endpointConfig(ctx, s, config)
	if err != nil {
		return broken("sagemaker:DescribeEndpointConfig", err)
	}
	if gone {
		// A configuration may be deleted under a running endpoint, which runs and bills on. Its instance types are lost with it.
		cfg = &sagemaker.DescribeEndpointConfigOutput{}
		o.Resource.Attributes["endpointConfigGone"] = "true"
	}
	components, err := hosted(ctx, s)
	if err != nil && (gone || carriesComponents(cfg)) {
		return broken("sagemaker:ListInferenceComponents", err)
	}
	shape(&o.Resource, d, cfg, components[o.Resource.Name])
	return o, true
}

// endpointConfig reads a configuration once, however many endpoints were made from it.
func endpointConfig(ctx context.Context, s *Scope, name string) (*sagemaker.DescribeEndpointConfigOutput, bool, error) {
	type answer struct {
		out  *sagemaker.DescribeEndpointConfigOutput
		gone bool
	}
	if name == "" {
		return nil, true, nil
	}
	a, err := once(s, "endpoint-config/"+name, func() (answer, error) {
		out, gone, err := call(s, "sagemaker:DescribeEndpointConfig", func() (*sagemaker.DescribeEndpointConfigOutput, error) {
			return s.SageMaker().DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: &name})
		}, func(o *sagemaker.DescribeEndpointConfigOutput) bool { return len(o.ProductionVariants) > 0 })
		return answer{out, gone}, err
	})
	return a.out, a.gone, err
}

// carriesComponents reports whether a variant names no model of its own, as is so on endpoints for inference components.
func carriesComponents(cfg *sagemaker.DescribeEndpointConfigOutput) bool {
	return slices.ContainsFunc(cfg.ProductionVariants, func(v types.ProductionVariant) bool { return aws.ToString(v.ModelName) == "" })
}

// shape fills the endpoint's parts and meters: what runs now, by the endpoint, at the instance types of its configuration.
func shape(r *estate.Resource, d *sagemaker.DescribeEndpointOutput, cfg *sagemaker.DescribeEndpointConfigOutput, components map[string][]string) {
	component := pricing.ComponentHosting
	r.Type = typeRealTime
	if d.AsyncInferenceConfig != nil || cfg.AsyncInferenceConfig != nil {
		r.Type, component = typeAsync, pricing.ComponentAsyncInference
	}
	if m := d.MetricsConfig; m != nil && aws.ToBool(m.EnableEnhancedMetrics) {
		r.Attributes["enhancedMetrics"] = "true"
	}
	configured := map[string]types.ProductionVariant{}
	for _, v := range slices.Concat(cfg.ProductionVariants, cfg.ShadowProductionVariants) {
		configured[aws.ToString(v.VariantName)] = v
	}
	add := func(v types.ProductionVariantSummary, role string, instanceType types.ProductionVariantInstanceType) {
		name := aws.ToString(v.VariantName)
		c, known := configured[name]
		part := estate.Part{Name: name, Role: role, Mode: modeInstances, Count: int(aws.ToInt32(v.CurrentInstanceCount))}
		if role == rolePending {
			part.Name = rolePending + " " + name
		}
		serverless := v.CurrentServerlessConfig
		switch {
		case serverless != nil:
			part.Mode = modeServerless
			if r.Type == typeRealTime {
				r.Type = typeServerless
			}
		case len(components[name]) > 0 || known && aws.ToString(c.ModelName) == "":
			part.Mode, part.Members = modeComponents, components[name]
			if r.Type == typeRealTime {
				r.Type = typeComponents
			}
		}
		r.Parts = append(r.Parts, part)
		switch {
		case serverless != nil:
			m := estate.Meter{Part: part.Name, Component: pricing.ComponentProvisionedConcurrency,
				InstanceType: pricing.ServerlessType(aws.ToInt32(serverless.MemorySizeInMB)), Count: int(aws.ToInt32(serverless.ProvisionedConcurrency))}
			r.Parts[len(r.Parts)-1].Count = m.Count
			if m.Count == 0 {
				m.Free = "serverless without provisioned concurrency bills nothing while unused"
			}
			r.Meters = append(r.Meters, m)
		case len(v.InstancePools) > 0:
			for _, p := range v.InstancePools {
				r.Meters = append(r.Meters, estate.Meter{Part: part.Name, Component: component,
					InstanceType: string(p.InstanceType), Count: int(aws.ToInt32(p.CurrentInstanceCount))})
			}
		default:
			m := estate.Meter{Part: part.Name, Component: component, InstanceType: string(cmp.Or(instanceType, c.InstanceType)), Count: part.Count}
			if m.InstanceType == "" {
				m.Rate.Why = "its endpoint configuration was deleted, and with it the instance type"
			}
			r.Meters = append(r.Meters, m)
		}
	}
	for _, v := range d.ProductionVariants {
		add(v, roleProduction, "")
	}
	for _, v := range d.ShadowProductionVariants {
		add(v, roleShadow, "")
	}
	if p := d.PendingDeploymentSummary; p != nil {
		r.Attributes["pendingDeployment"] = aws.ToString(p.EndpointConfigName)
		for _, v := range slices.Concat(p.ProductionVariants, p.ShadowProductionVariants) {
			add(types.ProductionVariantSummary{VariantName: v.VariantName, CurrentInstanceCount: v.CurrentInstanceCount,
				CurrentServerlessConfig: v.CurrentServerlessConfig, InstancePools: v.InstancePools}, rolePending, v.InstanceType)
		}
	}
}

func (endpoint) Series(r estate.Resource, c estate.Criteria) []Series {
	w := useWindow(c)
	var out []Series
	want := func(signal, part, namespace, metric, stat string, dims ...Dimension) {
		out = append(out, Series{Signal: signal, Part: part, Namespace: namespace, Metric: metric, Stat: stat, Dimensions: dims, Window: w})
	}
	ep := Dimension{"EndpointName", r.Name}
	if r.Type == typeAsync {
		want(signalBacklog, "", namespaceUse, "ApproximateBacklogSize", "Maximum", ep)
	}
	for _, p := range r.Parts {
		if p.Role == rolePending {
			continue
		}
		v := Dimension{"VariantName", p.Name}
		if p.Mode != modeServerless {
			want(signalRunning, p.Name, namespaceInstances, "CPUUtilization", "SampleCount", ep, v)
		}
		switch {
		case p.Role == roleShadow:
			// Mirrored traffic says nothing about use, so it is not asked for.
		case r.Type == typeAsync:
			want(signalProcessed, p.Name, namespaceUse, "InvocationsProcessed", "Sum", ep, v)
			want(signalLatency, p.Name, namespaceUse, "ModelLatency", "SampleCount", ep, v)
		case p.Mode == modeComponents:
			for _, name := range p.Members {
				want(signalInvocations, memberPart(p.Name, name), namespaceUse, "Invocations", "Sum", Dimension{"InferenceComponentName", name})
			}
		default:
			want(signalInvocations, p.Name, namespaceUse, "Invocations", "Sum", ep, v)
			want(signalErrors, p.Name, namespaceUse, "Invocation4XXErrors", "Sum", ep, v)
		}
	}
	return withHistory(out, c)
}

// withHistory adds, where the limit makes the window short, each invocation series once more over a hundred days.
func withHistory(all []Series, c estate.Criteria) []Series {
	w, short := historyWindow(c)
	if !short {
		return all
	}
	for _, s := range all {
		switch s.Signal {
		case signalInvocations, signalProcessed:
			s.Signal, s.Window = signalHistory, w
			all = append(all, s)
		}
	}
	return all
}

func memberPart(variant, member string) string { return variant + "/" + member }

// Inspect asks, once for the target, for the invocations that bypass the variant: direct calls of a container of a
// multi-container endpoint are published under the container's name alone.
func (endpoint) Inspect(ctx context.Context, s *Scope, os []*estate.Observation, c estate.Criteria) {
	quiet := slices.ContainsFunc(os, func(o *estate.Observation) bool { return containersMatter(o, c) })
	if !quiet {
		return
	}
	byVariant, err := containerSeries(ctx, s)
	var wanted []Series
	var owners []*estate.Observation
	for _, o := range os {
		if !containersMatter(o, c) {
			continue
		}
		for _, p := range o.Resource.Parts {
			if p.Mode != modeInstances || p.Role != roleProduction {
				continue
			}
			const source = "cloudwatch " + namespaceUse + " Invocations by ContainerName"
			if err != nil {
				o.Signals = append(o.Signals, brokenSignal(signalContainer, p.Name, source, err))
				continue
			}
			for _, dims := range byVariant[o.Resource.Name+"/"+p.Name] {
				wanted = append(wanted, Series{Signal: signalContainer, Part: p.Name, Namespace: namespaceUse, Metric: "Invocations", Stat: "Sum",
					Dimensions: dims, Window: useWindow(c)})
				owners = append(owners, o)
			}
		}
	}
	for i, sig := range s.Metrics(ctx, wanted) {
		owners[i].Signals = append(owners[i].Signals, sig)
	}
}

// containersMatter reports whether the endpoint would be idle if no container of it had been called directly.
func containersMatter(o *estate.Observation, c estate.Criteria) bool {
	return o.Resource.Type == typeRealTime && slices.ContainsFunc(endpoint{}.Judge(o.Resource, o.Signals, c).Parts,
		func(p estate.PartVerdict) bool { return p.State == estate.Idle })
}

// containerSeries lists the series with a ContainerName, by endpoint/variant. CloudWatch lists what had data in the last two
// weeks, so a container that has been silent for longer is not listed; nor would it make the endpoint used.
func containerSeries(ctx context.Context, s *Scope) (map[string][][]Dimension, error) {
	found := map[string][][]Dimension{}
	pages := cloudwatch.NewListMetricsPaginator(s.CloudWatch(), &cloudwatch.ListMetricsInput{
		Namespace: aws.String(namespaceUse), MetricName: aws.String("Invocations"),
		Dimensions: []cwtypes.DimensionFilter{{Name: aws.String("ContainerName")}},
	})
	for pages.HasMorePages() {
		page, _, err := call(s, "cloudwatch:ListMetrics", func() (*cloudwatch.ListMetricsOutput, error) { return pages.NextPage(ctx) },
			func(*cloudwatch.ListMetricsOutput) bool { return true }) // the API promises no member: none may be none
		if err != nil {
			return nil, err
		}
		for _, m := range page.Metrics {
			var dims []Dimension
			by := map[string]string{}
			for _, d := range m.Dimensions {
				dims = append(dims, Dimension{aws.ToString(d.Name), aws.ToString(d.Value)})
				by[aws.ToString(d.Name)] = aws.ToString(d.Value)
			}
			key := by["EndpointName"] + "/" + by["VariantName"]
			found[key] = append(found[key], dims)
		}
	}
	return found, nil
}

func (endpoint) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	if s, ok := sigs.Find(signalDescription, ""); ok {
		return unreadable("endpoint/unreadable", s)
	}
	if v, done := endpointStatus(r, c.Now); done {
		return v
	}
	var production []estate.PartVerdict
	verdict := estate.Verdict{State: estate.Unknown, Rule: "endpoint/scaled-to-zero",
		Why: "it has no instance now, so that it bills nothing"}
	var whole []estate.Verdict
	for _, p := range r.Parts {
		if p.Role != roleProduction {
			continue
		}
		v := judgeVariant(r, p, sigs, c)
		production = append(production, partVerdict(p.Name, v))
		if p.Count > 0 || p.Mode == modeServerless {
			whole = append(whole, v)
		}
	}
	if len(whole) > 0 {
		verdict = combine(whole)
	}
	verdict.Parts = production
	for _, p := range r.Parts {
		if p.Role == roleShadow {
			pv := partVerdict(p.Name, verdict)
			pv.Why = "a shadow variant is mirrored traffic only: it goes with the endpoint"
			verdict.Parts = append(verdict.Parts, pv)
		}
	}
	return verdict
}

func partVerdict(name string, v estate.Verdict) estate.PartVerdict {
	return estate.PartVerdict{Part: name, State: v.State, Confidence: v.Confidence, Since: v.Since, Open: v.Open, LastUse: v.LastUse, Why: v.Why}
}

// endpointStatus answers for the states in which use proves nothing.
func endpointStatus(r estate.Resource, now time.Time) (estate.Verdict, bool) {
	switch types.EndpointStatus(r.Status) {
	case types.EndpointStatusInService:
		return estate.Verdict{}, false
	case types.EndpointStatusFailed, types.EndpointStatusOutOfService, types.EndpointStatusUpdateRollbackFailed:
		v := estate.Verdict{State: estate.Unknown, Rule: "endpoint/broken", Why: "it is " + r.Status,
			Remedy: "repair it or delete it: it serves nobody as it is"}
		if reason := r.Attributes["failureReason"]; reason != "" {
			v.Why += ": " + reason
		}
		return v, true
	default:
		return estate.Verdict{State: estate.Unknown, Rule: "endpoint/changing",
			Why: fmt.Sprintf("it is %s since %s", r.Status, ago(now, r.Modified)), Remedy: "look again when it is InService"}, true
	}
}

// judgeVariant judges one production variant of an endpoint that is in service.
func judgeVariant(r estate.Resource, p estate.Part, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	from := later(r.Created, r.Modified)
	switch {
	case p.Mode != modeServerless && p.Count == 0:
		return estate.Verdict{State: estate.Unknown, Rule: "endpoint/scaled-to-zero", Why: "it has no instance now, so that it bills nothing"}
	case p.Mode == modeComponents:
		return judgeMembers(p, sigs, c, from)
	}
	t := traffic{from: from, noControl: p.Mode == modeServerless}
	names := []string{signalInvocations, signalContainer}
	if r.Type == typeAsync {
		names = []string{signalProcessed, signalLatency}
		if s, ok := sigs.Find(signalBacklog, ""); ok {
			t.uses = append(t.uses, s)
		}
	}
	for _, s := range sigs {
		if s.Part == p.Name && slices.Contains(names, s.Name) {
			t.uses = append(t.uses, s)
		}
	}
	t.control, _ = sigs.Find(signalRunning, p.Name)
	t.errors, _ = sigs.Find(signalErrors, p.Name)
	t.history, _ = sigs.Find(signalHistory, p.Name)
	if len(t.uses) == 0 {
		return estate.Verdict{State: estate.Unknown, Rule: "endpoint/unasked", Why: "its metrics were not asked for"}
	}
	v := t.judge(c)
	if p.Mode == modeServerless && p.Count == 0 && v.State == estate.Idle {
		return estate.Verdict{State: estate.Unknown, LastUse: v.LastUse, Rule: "endpoint/pay-per-use", Why: "serverless without provisioned concurrency: unused, it bills nothing"}
	}
	if backlog, ok := sigs.Find(signalBacklog, ""); ok && v.State == estate.Idle && backlog.Quality == estate.Absent {
		v.Confidence, v.Rule = v.Confidence.Min(estate.Medium), "async/no-backlog-series"
		v.Why += "; its backlog is not published, so the queue itself was not seen"
	}
	return v
}

// judgeMembers judges a variant by the inference components on it.
func judgeMembers(p estate.Part, sigs estate.Signals, c estate.Criteria, from time.Time) estate.Verdict {
	control, _ := sigs.Find(signalRunning, p.Name)
	if len(p.Members) == 0 {
		if c.Now.Sub(from) < c.IdleFor {
			return estate.Verdict{State: estate.Unknown, Rule: "endpoint/empty-young", Why: "no inference component is on it yet"}
		}
		return estate.Verdict{State: estate.Idle, Confidence: estate.Medium, Since: from, Rule: "endpoint/empty",
			Why: "its instances carry no inference component, so that nothing can be invoked"}
	}
	var all []estate.Verdict
	for _, name := range p.Members {
		use, ok := sigs.Find(signalInvocations, memberPart(p.Name, name))
		if !ok {
			return estate.Verdict{State: estate.Unknown, Rule: "endpoint/unasked", Why: "its metrics were not asked for"}
		}
		history, _ := sigs.Find(signalHistory, memberPart(p.Name, name))
		all = append(all, traffic{uses: []estate.Signal{use}, history: history, control: control, from: from}.judge(c))
	}
	return combine(all)
}

// combine is the verdict on a whole of which each piece was judged: used if any is, unknown if any is, idle since the last became idle.
func combine(vs []estate.Verdict) estate.Verdict {
	pick := func(state estate.State, better func(a, b estate.Verdict) bool) (out estate.Verdict, ok bool) {
		for _, v := range vs {
			if v.State == state && (!ok || better(v, out)) {
				out, ok = v, true
			}
		}
		return out, ok
	}
	if v, ok := pick(estate.Active, func(a, b estate.Verdict) bool { return a.LastUse.After(b.LastUse) }); ok {
		return v
	}
	if v, ok := pick(estate.Unknown, func(a, b estate.Verdict) bool { return a.LastUse.After(b.LastUse) }); ok {
		return v
	}
	v, _ := pick(estate.Idle, func(a, b estate.Verdict) bool { return a.Since.After(b.Since) })
	for _, o := range vs {
		if o.Confidence.Rank() < v.Confidence.Rank() {
			v.Confidence, v.Rule, v.Why, v.Remedy = o.Confidence, o.Rule, o.Why, o.Remedy
		}
	}
	return v
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// hosted lists the target's inference components once: by endpoint, then by variant.
func hosted(ctx context.Context, s *Scope) (map[string]map[string][]string, error) {
	return once(s, "hosted", func() (map[string]map[string][]string, error) {
		all, err := listComponents(ctx, s)
		by := map[string]map[string][]string{}
		for _, c := range all {
			ep, v := aws.ToString(c.EndpointName), aws.ToString(c.VariantName)
			if by[ep] == nil {
				by[ep] = map[string][]string{}
			}
			by[ep][v] = append(by[ep][v], aws.ToString(c.InferenceComponentName))
		}
		for _, vs := range by {
			for _, names := range vs {
				slices.SortFunc(names, strings.Compare)
			}
		}
		return by, err
	})
}
