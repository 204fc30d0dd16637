package kinds

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go/middleware"

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
	signalDescription    = "description"
	signalInvocations    = "invocations"
	signalErrors         = "errors-4xx"
	signalContainer      = "container-invocations"
	signalBacklog        = "backlog"
	signalProcessed      = "processed"
	signalAnswered       = "answered"
	signalRunning        = "running"
	signalHistory        = "history"
	signalRunningLately  = "running-lately"
	signalQueuePublished = "queue-published"
	signalComponent      = "component"
	signalContainerList  = "containers"
)

// Attributes of an endpoint: the configuration that it runs, whether that was deleted, and the one that it is changing to.
const (
	attributeConfig     = "endpointConfig"
	attributeConfigGone = "endpointConfigGone"
	attributePending    = "pendingDeployment"
)

const (
	namespaceUse        = "AWS/SageMaker"
	namespaceInstances  = "/aws/sagemaker/Endpoints"
	namespaceComponents = "/aws/sagemaker/InferenceComponents"
)

// endpointFamily is what the family says of itself.
var endpointFamily = Family{
	Name: "endpoint", ARNType: "endpoint", IdleFor: 7 * 24 * time.Hour,
	Summary: "inference endpoints: real-time, asynchronous, serverless, multi-model, with inference components",
	Look:    looks((*sagemaker.Client).DescribeEndpoint),
	Reads: []Operation{
		{"sagemaker:ListEndpoints", "every endpoint"},
		{"sagemaker:DescribeEndpoint", "an endpoint's variants, instance counts and pending deployment"},
		{"sagemaker:DescribeEndpointConfig", "an endpoint's instance types, and with them its price"},
		{"sagemaker:ListInferenceComponents", "what is used on endpoints that carry inference components"},
		{"cloudwatch:ListMetrics", "direct invocations of the containers of multi-container endpoints"},
		{"sagemaker:DescribeModel", "the containers of multi-container endpoints, which may be invoked directly"},
	},
	CreatedBy: "CreateEndpoint",
	Actions: []Action{
		{Name: "scale", Operations: slices.Concat([]string{scalesEndpoint, scalesComponent, describesComponent}, wakeOperations),
			Undo: "set the former counts of instances and copies, and take away what was to wake it", UndoOperations: slices.Concat([]string{scalesEndpoint, scalesComponent, describesComponent}, sleepOperations),
			Next: scaleEndpoint, Back: endpointBack},
		{Name: "delete", Operations: slices.Concat([]string{"sagemaker:DeleteEndpoint", "sagemaker:DeleteInferenceComponent", describesComponent, "sagemaker:ListTags", deregisters}, scalingReads),
			Undo:           "create it again from its configuration, which stays, with its components, counts and scaling",
			UndoOperations: slices.Concat([]string{"sagemaker:CreateEndpoint", "sagemaker:CreateInferenceComponent", scalesEndpoint, describesComponent, "sagemaker:ListTags", "sagemaker:DeleteTags"}, scaleAgainOperations),
			Loses:          "what waits in the queue of an asynchronous endpoint, and the tags of what scales it", Next: deleteEndpoint, Back: endpointBack},
	},
}

func (endpoint) Family() *Family { return &endpointFamily }

func (e endpoint) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	pages := sagemaker.NewListEndpointsPaginator(s.SageMaker(), &sagemaker.ListEndpointsInput{MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := Call(ctx, s, "sagemaker:ListEndpoints", func(ctx context.Context) (*sagemaker.ListEndpointsOutput, error) { return pages.NextPage(ctx) },
			func(o *sagemaker.ListEndpointsOutput) bool { return o.Endpoints != nil })
		if err != nil {
			return err
		}
		each(ctx, page.Endpoints, func(ctx context.Context, sum types.EndpointSummary) {
			if !s.wants(&endpointFamily, aws.ToString(sum.EndpointArn), aws.ToString(sum.EndpointName)) {
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
		ARN: aws.ToString(sum.EndpointArn), Kind: endpointFamily.Name, Target: s.Target(), Name: aws.ToString(sum.EndpointName),
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

	d, gone, err := Describe(ctx, s, "sagemaker:DescribeEndpoint", func(ctx context.Context) (*sagemaker.DescribeEndpointOutput, error) {
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
	o.Resource.Attributes[attributeConfig] = config
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
		o.Resource.Attributes[attributeConfigGone] = "true"
	}
	components, err := componentsByVariant(ctx, s)
	if err != nil && (gone || carriesComponents(cfg)) {
		return broken("sagemaker:ListInferenceComponents", err)
	}
	shape(&o.Resource, d, cfg, components[o.Resource.Name])
	for _, p := range o.Resource.Parts {
		if p.Role != roleProduction {
			continue
		}
		for _, c := range components[o.Resource.Name][p.Name] {
			o.Signals = append(o.Signals, memberSignal(c, memberPart(p.Name, aws.ToString(c.InferenceComponentName))))
		}
	}
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
		out, gone, err := Describe(ctx, s, "sagemaker:DescribeEndpointConfig", func(ctx context.Context) (*sagemaker.DescribeEndpointConfigOutput, error) {
			return s.SageMaker().DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: &name})
		}, func(o *sagemaker.DescribeEndpointConfigOutput) bool { return len(o.ProductionVariants) > 0 })
		if out != nil {
			out.ResultMetadata = middleware.Metadata{} // it holds request and response for as long as the answer is remembered
		}
		return answer{out, gone}, err
	})
	return a.out, a.gone, err
}

// carriesComponents reports whether a variant names no model of its own, as is so on endpoints for inference components.
func carriesComponents(cfg *sagemaker.DescribeEndpointConfigOutput) bool {
	return slices.ContainsFunc(cfg.ProductionVariants, func(v types.ProductionVariant) bool { return aws.ToString(v.ModelName) == "" })
}

// shape fills the endpoint's parts and meters: what runs now, by the endpoint, at the instance types of its configuration.
func shape(r *estate.Resource, d *sagemaker.DescribeEndpointOutput, cfg *sagemaker.DescribeEndpointConfigOutput, components map[string][]types.InferenceComponentSummary) {
	component := pricing.ComponentHosting
	r.Type = typeRealTime
	if d.AsyncInferenceConfig != nil || cfg.AsyncInferenceConfig != nil {
		r.Type, component = typeAsync, pricing.ComponentAsyncInference
	}
	if m := d.MetricsConfig; m != nil && aws.ToBool(m.EnableEnhancedMetrics) {
		r.Attributes["enhancedMetrics"] = "true"
	}
	remade := cfg.CreationTime != nil && cfg.CreationTime.After(r.Modified)
	if remade {
		r.Attributes[attributeConfigGone] = "true" // this one only has its name
	}
	configured := map[string]types.ProductionVariant{}
	for _, v := range slices.Concat(cfg.ProductionVariants, cfg.ShadowProductionVariants) {
		configured[aws.ToString(v.VariantName)] = v
		if m := aws.ToString(v.ModelName); m != "" {
			r.Attributes[attributeModel+aws.ToString(v.VariantName)] = m
		}
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
			part.Mode = modeComponents
			for _, c := range components[name] {
				part.Members = append(part.Members, aws.ToString(c.InferenceComponentName))
			}
			if r.Type == typeRealTime {
				r.Type = typeComponents
			}
		}
		r.Parts = append(r.Parts, part)
		if n := len(v.DeployedImages); n > 0 {
			r.Attributes[attributeImages+part.Name] = strconv.Itoa(n)
		}
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
			if m.InstanceType == "" || remade && instanceType == "" {
				m.InstanceType, m.Rate.Why = "", "the endpoint configuration that it runs was deleted, and with it the instance type"
			}
			r.Meters = append(r.Meters, m)
		}
		// Each instance has a volume of its own. How large those are that are on their way is not known.
		if gb := int(aws.ToInt32(c.VolumeSizeInGB)) * part.Count; gb > 0 && !remade && serverless == nil && role != rolePending {
			m := estate.Meter{Part: part.Name, Component: pricing.ComponentEndpointVolume, GB: float64(gb)}
			if r.Type == typeAsync {
				m.Rate.Why = "by which name the volumes of asynchronous endpoints bill is not known"
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
		r.Attributes[attributePending] = aws.ToString(p.EndpointConfigName)
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
		want(signalQueuePublished, "", namespaceUse, "ApproximateBacklogSize", "SampleCount", ep)
	}
	for _, p := range r.Parts {
		if p.Role != roleProduction {
			continue // mirrored traffic says nothing about use, and what is pending does not serve yet
		}
		v := Dimension{"VariantName", p.Name}
		if p.Mode != modeServerless {
			want(signalRunning, p.Name, namespaceInstances, "CPUUtilization", "SampleCount", ep, v)
			out = append(out, Series{Signal: signalRunningLately, Part: p.Name, Namespace: namespaceInstances, Metric: "CPUUtilization", Stat: "SampleCount",
				Dimensions: []Dimension{ep, v}, Window: stampWindow(c), Newest: true})
		}
		switch {
		case r.Type == typeAsync:
			want(signalProcessed, p.Name, namespaceUse, "InvocationsProcessed", "Sum", ep, v)
			want(signalAnswered, p.Name, namespaceUse, "ModelLatency", "SampleCount", ep, v)
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

// inService is 1 for a component that serves, else 0.
func inService(s types.InferenceComponentStatus) float64 {
	if s == types.InferenceComponentStatusInService {
		return 1
	}
	return 0
}

func memberPart(variant, member string) string { return variant + "/" + member }

// Inspect looks for what bypasses the variant, where all else is silent: the containers of a multi-container model may be
// invoked directly, and that is published under the container's name alone.
func (endpoint) Inspect(ctx context.Context, s *Scope, obs []*estate.Observation, c estate.Criteria) (wanted []Want) {
	var mu sync.Mutex
	each(ctx, obs, func(ctx context.Context, o *estate.Observation) {
		if _, settled := endpointStatus(o.Resource, c); settled {
			return
		}
		for _, p := range o.Resource.Parts {
			if !mayBypass(o.Resource, p) || !s.Past && judgeVariant(o.Resource, p, o.Signals, c).Rule != ruleContainersUnasked {
				continue
			}
			names, sig := containers(ctx, s, o.Resource, p, c)
			o.Signals = append(o.Signals, sig)
			w, _ := historyWindow(c)
			for _, name := range names {
				series := Series{Signal: signalContainer, Part: p.Name, Namespace: namespaceUse, Metric: "Invocations", Stat: "Sum", Window: useWindow(c),
					Dimensions: []Dimension{{"EndpointName", o.Resource.Name}, {"VariantName", p.Name}, {"ContainerName", name}}}
				past := series
				past.Signal, past.Window = signalHistory, w
				mu.Lock()
				wanted = append(wanted, Want{o, series})
				if w != series.Window {
					wanted = append(wanted, Want{o, past})
				}
				mu.Unlock()
			}
		}
	})
	return wanted
}

// mayBypass reports whether a part of the endpoint may serve invocations that bypass it.
func mayBypass(r estate.Resource, p estate.Part) bool {
	return r.Type != typeAsync && p.Mode == modeInstances && p.Role == roleProduction && p.Count > 0
}

func (endpoint) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	if s, ok := sigs.Find(signalDescription, ""); ok {
		return unreadable("endpoint/unreadable", s)
	}
	if v, done := endpointStatus(r, c); done {
		return v
	}
	var production []estate.PartVerdict
	verdict := estate.Verdict{State: estate.Unknown, Rule: "endpoint/scaled-to-zero",
		Why: "it has no instance now, so that it bills nothing"}
	var running []estate.Verdict
	for _, p := range r.Parts {
		if p.Role != roleProduction {
			continue
		}
		v := judgeVariant(r, p, sigs, c)
		production = append(production, estate.PartVerdict{Part: p.Name, Verdict: v})
		if p.Count > 0 || p.Mode == modeServerless {
			running = append(running, v)
		}
	}
	if len(running) > 0 {
		verdict = combine(running)
	}
	whole := verdict
	verdict.Parts = production
	for _, p := range r.Parts {
		if p.Role == roleShadow {
			shadow := whole
			shadow.Rule, shadow.Why = "endpoint/shadow", "a shadow variant is mirrored traffic only: it goes with the endpoint"
			verdict.Parts = append(verdict.Parts, estate.PartVerdict{Part: p.Name, Verdict: shadow})
		}
	}
	return verdict
}

// endpointStatus answers for the states in which use proves nothing.
func endpointStatus(r estate.Resource, c estate.Criteria) (estate.Verdict, bool) {
	switch types.EndpointStatus(r.Status) {
	case types.EndpointStatusInService:
		return estate.Verdict{}, false
	case types.EndpointStatusFailed, types.EndpointStatusOutOfService:
		return broken("endpoint/broken", r.Status, r.Attributes["failureReason"], r.Modified), true
	case types.EndpointStatusUpdateRollbackFailed:
		v := broken("endpoint/broken", r.Status, r.Attributes["failureReason"], r.Modified)
		v.Remedy = "repair it: it serves on, with a mix of its old and its new configuration"
		v.Conditions[0].Remedy = v.Remedy
		return v, true
	default:
		return inTransit("endpoint/changing", r.Status, r.Modified, c), true
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
	t := traffic{floor: c.MinDailyInvocations, from: from, noControl: p.Mode == modeServerless}
	names := []string{signalInvocations, signalContainer}
	if r.Type == typeAsync {
		names = []string{signalProcessed, signalAnswered}
		t.queue, _ = sigs.Find(signalBacklog, "")
	}
	for _, s := range sigs {
		if s.Part == p.Name && slices.Contains(names, s.Name) {
			t.uses = append(t.uses, s)
		}
		if s.Part == p.Name && s.Name == signalHistory {
			t.history = append(t.history, s)
		}
	}
	t.control, _ = sigs.Find(signalRunning, p.Name)
	t.fresh, _ = sigs.Find(signalRunningLately, p.Name)
	t.errors, _ = sigs.Find(signalErrors, p.Name)
	if len(t.uses) == 0 {
		return estate.Verdict{State: estate.Unknown, Rule: "endpoint/unasked", Why: "its metrics were not asked for"}
	}
	v := t.judge(c)
	switch {
	case v.State != estate.Idle:
		return v
	case p.Mode == modeServerless && p.Count == 0:
		return estate.Verdict{State: estate.Unknown, LastUse: v.LastUse, Rule: "endpoint/pay-per-use", Why: "serverless without provisioned concurrency: unused, it bills nothing"}
	case r.Type == typeAsync:
		published, _ := sigs.Find(signalQueuePublished, "")
		if from, _, ok := unbroken(published, c.Now, metricLag); published.Quality.Broken() {
			return unreadable("endpoint/unreadable", published)
		} else if !ok || from.After(v.Since) {
			v.Confidence, v.Rule = v.Confidence.Min(estate.Medium), "async/no-backlog-series"
			v.Why += "; its backlog was not published all the time, so that the queue itself was not seen"
		}
	case mayBypass(r, p):
		asked, ok := sigs.Find(signalContainerList, p.Name)
		switch {
		case !ok, !asked.Window.From.IsZero() && c.Now.Sub(asked.Window.From) < c.IdleFor:
			return estate.Verdict{State: estate.Unknown, LastUse: v.LastUse, Rule: ruleContainersUnasked,
				Why: "no invocation of the variant, but direct invocations of its containers were not asked for", Remedy: "scan again with this limit"}
		case asked.Quality.Broken():
			return unreadable("endpoint/unreadable", asked)
		case asked.Quality == estate.Absent:
			return estate.Verdict{State: estate.Unknown, LastUse: v.LastUse, Rule: "endpoint/model-gone",
				Why: v.Why + "; but its model was deleted, so that direct invocations of its containers could not be looked for", Remedy: "ask its owner: what was deleted cannot be deployed again"}
		}
	}
	return v
}

// ruleContainersUnasked is the verdict that Inspect settles by asking for the containers.
const ruleContainersUnasked = "endpoint/containers-unasked"

// judgeMembers judges a variant by the inference components on it. A component that was deleted leaves no trace of its use,
// so that the silence of those that are left is never high.
func judgeMembers(p estate.Part, sigs estate.Signals, c estate.Criteria, from time.Time) estate.Verdict {
	if len(p.Members) == 0 {
		return estate.Verdict{State: estate.Unknown, Rule: "endpoint/empty",
			Why: "its instances carry no inference component, so that nothing can be invoked; since when, nothing tells", Remedy: "ask its owner whether one is still to come"}
	}
	control, _ := sigs.Find(signalRunning, p.Name)
	fresh, _ := sigs.Find(signalRunningLately, p.Name)
	var all []estate.Verdict
	for _, name := range p.Members {
		part := memberPart(p.Name, name)
		use, ok := sigs.Find(signalInvocations, part)
		member, listed := sigs.Find(signalComponent, part)
		if !ok || !listed {
			return estate.Verdict{State: estate.Unknown, Rule: "endpoint/unasked", Why: "its metrics were not asked for"}
		}
		if member.Value == 0 {
			all = append(all, estate.Verdict{State: estate.Unknown, Rule: "endpoint/component-changing", Why: fmt.Sprintf("its component %s is %s", name, member.Note)})
			continue
		}
		history, _ := sigs.Find(signalHistory, part)
		v := traffic{floor: c.MinDailyInvocations, uses: []estate.Signal{use}, history: []estate.Signal{history}, control: control, fresh: fresh, from: later(from, member.At)}.judge(c)
		if v.State == estate.Idle {
			v.Confidence = v.Confidence.Min(estate.Medium)
		}
		all = append(all, v)
	}
	return combine(all)
}
