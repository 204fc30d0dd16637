package kinds

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(component{}) }

// component is the family of inference components: models that share an endpoint's instances. A component bills
// nothing of its own; what it holds is room on instances that bill through the endpoint.
type component struct{}

const (
	signalVariantRunning = "variant-running"
	// signalNeighbour is another component of the endpoint that could not be described: it may be an adapter that runs on this one.
	signalNeighbour = "neighbour"
)

// componentFamily is what the family says of itself.
var componentFamily = Family{
	Name: "inference-component", ARNType: "inference-component", IdleFor: 7 * 24 * time.Hour,
	Summary: "inference components: models that share an endpoint's instances",
	Look:    looks((*sagemaker.Client).DescribeInferenceComponent),
	Reads: []Operation{
		{"sagemaker:ListInferenceComponents", "every inference component"},
		{"sagemaker:DescribeInferenceComponent", "how many copies of an inference component run"},
	},
	CreatedBy: "CreateInferenceComponent",
	Actions: []Action{
		{Name: "scale", Operations: slices.Concat([]string{scalesComponent}, wakeOperations),
			Undo: "set the former number of copies, and take away what was to wake it", UndoOperations: slices.Concat([]string{scalesComponent}, sleepOperations),
			Next: scaleComponent, Back: componentBack},
		{Name: "delete", Operations: slices.Concat([]string{"sagemaker:DeleteInferenceComponent", "sagemaker:ListTags", deregisters}, scalingReads),
			Undo: "create it again as it was saved, with what scales it", UndoOperations: slices.Concat([]string{"sagemaker:CreateInferenceComponent"}, scaleAgainOperations),
			Loses: "the tags of what scales it, and environment variables that look like secrets: these are refused unless the policy gives its data up",
			Next:  deleteComponent, Back: componentBack},
	},
}

func (component) Family() *Family { return &componentFamily }

// listComponents lists the target's inference components, once for all families.
func listComponents(ctx context.Context, s *Scope) ([]types.InferenceComponentSummary, error) {
	return once(s, "components", func() (all []types.InferenceComponentSummary, err error) {
		pages := sagemaker.NewListInferenceComponentsPaginator(s.SageMaker(), &sagemaker.ListInferenceComponentsInput{MaxResults: aws.Int32(100)})
		for pages.HasMorePages() {
			page, err := Call(ctx, s, "sagemaker:ListInferenceComponents", func(ctx context.Context) (*sagemaker.ListInferenceComponentsOutput, error) {
				return pages.NextPage(ctx)
			},
				func(o *sagemaker.ListInferenceComponentsOutput) bool { return o.InferenceComponents != nil })
			if err != nil {
				return nil, err
			}
			all = append(all, page.InferenceComponents...)
		}
		return all, nil
	})
}

// componentsByVariant lists the target's inference components once: by endpoint, then by variant, each by name.
func componentsByVariant(ctx context.Context, s *Scope) (map[string]map[string][]types.InferenceComponentSummary, error) {
	return once(s, "components-by-variant", func() (map[string]map[string][]types.InferenceComponentSummary, error) {
		listed, err := listComponents(ctx, s)
		all := slices.Clone(listed)
		slices.SortFunc(all, func(a, b types.InferenceComponentSummary) int {
			return strings.Compare(aws.ToString(a.InferenceComponentName), aws.ToString(b.InferenceComponentName))
		})
		by := map[string]map[string][]types.InferenceComponentSummary{}
		for _, c := range all {
			ep, v := aws.ToString(c.EndpointName), aws.ToString(c.VariantName)
			if by[ep] == nil {
				by[ep] = map[string][]types.InferenceComponentSummary{}
			}
			by[ep][v] = append(by[ep][v], c)
		}
		return by, err
	})
}

func (k component) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	all, err := listComponents(ctx, s)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var seen []*estate.Observation
	adapters := map[string][]estate.Signal{}  // by the component that they run on
	undescribed := map[string]estate.Signal{} // by endpoint
	each(ctx, all, func(ctx context.Context, sum types.InferenceComponentSummary) {
		o := &estate.Observation{Resource: estate.Resource{
			ARN: aws.ToString(sum.InferenceComponentArn), Kind: componentFamily.Name, Target: s.Target(), Name: aws.ToString(sum.InferenceComponentName),
			Status: string(sum.InferenceComponentStatus), Created: aws.ToTime(sum.CreationTime).UTC(), Modified: aws.ToTime(sum.LastModifiedTime).UTC(),
			Attributes: map[string]string{"endpoint": aws.ToString(sum.EndpointName), "variant": aws.ToString(sum.VariantName)},
		}}
		const op = "sagemaker:DescribeInferenceComponent"
		d, gone, err := Describe(ctx, s, op, func(ctx context.Context) (*sagemaker.DescribeInferenceComponentOutput, error) {
			return s.SageMaker().DescribeInferenceComponent(ctx, &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: sum.InferenceComponentName})
		}, func(o *sagemaker.DescribeInferenceComponentOutput) bool {
			return o.InferenceComponentName != nil && (o.Specification != nil || len(o.Specifications) > 0)
		})
		mu.Lock()
		defer mu.Unlock()
		switch {
		case gone:
			return
		case err != nil:
			o.Signals = append(o.Signals, brokenSignal(signalDescription, "", op, err))
			undescribed[o.Resource.Attributes["endpoint"]] = brokenSignal(signalNeighbour, "", op, err)
		default:
			if d.FailureReason != nil {
				o.Resource.Attributes["failureReason"] = *d.FailureReason
			}
			if names := componentModels(d); names != "" {
				o.Resource.Attributes[attributeModelNames] = names
			}
			if d.RuntimeConfig != nil {
				o.Resource.Attributes["copies"] = strconv.Itoa(int(aws.ToInt32(d.RuntimeConfig.CurrentCopyCount)))
			}
			if d.Specification != nil && d.Specification.BaseInferenceComponentName != nil {
				base := *d.Specification.BaseInferenceComponentName
				o.Resource.Attributes["base"] = base
				adapters[base] = append(adapters[base], memberSignal(sum, o.Resource.Name))
			}
		}
		seen = append(seen, o)
	})
	for _, o := range seen {
		if on := adapters[o.Resource.Name]; len(on) > 0 {
			slices.SortFunc(on, func(a, b estate.Signal) int { return strings.Compare(a.Part, b.Part) })
			p := estate.Part{Name: partAdapters, Role: partAdapters, Mode: modeComponents}
			for _, adapter := range on {
				p.Members = append(p.Members, adapter.Part)
			}
			o.Resource.Parts, o.Signals = []estate.Part{p}, append(o.Signals, on...)
		}
		if s, ok := undescribed[o.Resource.Attributes["endpoint"]]; ok && o.Resource.Attributes["base"] == "" {
			o.Signals = append(o.Signals, s)
		}
		yield(*o)
	}
	return ctx.Err()
}

// componentModels are the names of the models that a component was made from: one, or one for each instance type.
func componentModels(d *sagemaker.DescribeInferenceComponentOutput) string {
	specs := d.Specifications
	if d.Specification != nil {
		specs = append(slices.Clone(specs), *d.Specification)
	}
	var names []string
	for _, spec := range specs {
		if name := aws.ToString(spec.ModelName); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// memberSignal is the state of a component that counts for what it runs on: Part is how that calls it.
func memberSignal(c types.InferenceComponentSummary, part string) estate.Signal {
	return estate.Signal{Name: signalComponent, Part: part, Source: "sagemaker:ListInferenceComponents LastModifiedTime", Quality: estate.Good,
		At: later(aws.ToTime(c.CreationTime), aws.ToTime(c.LastModifiedTime)).UTC(), Value: inService(c.InferenceComponentStatus), Note: string(c.InferenceComponentStatus)}
}

// partAdapters is the part of a base component that its adapters are: they are invoked by their own names and run on its copies.
const partAdapters = "adapters"

func (component) Series(r estate.Resource, c estate.Criteria) []Series {
	w := useWindow(c)
	self := Dimension{"InferenceComponentName", r.Name}
	ep, v := Dimension{"EndpointName", r.Attributes["endpoint"]}, Dimension{"VariantName", r.Attributes["variant"]}
	all := []Series{
		{Signal: signalInvocations, Namespace: namespaceUse, Metric: "Invocations", Stat: "Sum", Dimensions: []Dimension{self}, Window: w},
		{Signal: signalRunning, Namespace: namespaceComponents, Metric: "CPUUtilizationNormalized", Stat: "SampleCount", Dimensions: []Dimension{self}, Window: w},
		{Signal: signalVariantRunning, Namespace: namespaceInstances, Metric: "CPUUtilization", Stat: "SampleCount", Dimensions: []Dimension{ep, v}, Window: w},
		{Signal: signalRunningLately, Namespace: namespaceInstances, Metric: "CPUUtilization", Stat: "SampleCount", Dimensions: []Dimension{ep, v}, Window: stampWindow(c), Newest: true},
	}
	for _, p := range r.Parts {
		for _, name := range p.Members {
			all = append(all, Series{Signal: signalInvocations, Part: name, Namespace: namespaceUse, Metric: "Invocations", Stat: "Sum",
				Dimensions: []Dimension{{"InferenceComponentName", name}}, Window: w})
		}
	}
	return withHistory(all, c)
}

func (component) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	if s, ok := sigs.Find(signalDescription, ""); ok {
		return unreadable("component/unreadable", s)
	}
	if s, ok := sigs.Find(signalNeighbour, ""); ok {
		return unreadable("component/neighbour-unreadable", s)
	}
	switch types.InferenceComponentStatus(r.Status) {
	case types.InferenceComponentStatusInService:
	case types.InferenceComponentStatusFailed:
		return broken("component/broken", r.Status, r.Attributes["failureReason"], r.Modified)
	default:
		return inTransit("component/changing", r.Status, r.Modified, c)
	}
	if r.Attributes["copies"] == "0" {
		return estate.Verdict{State: estate.Unknown, Rule: "component/scaled-to-zero", Why: "it has no copy now, so that it holds no room"}
	}
	t := traffic{floor: c.MinDailyInvocations, from: later(r.Created, r.Modified)}
	wanted := []string{""}
	for _, p := range r.Parts {
		wanted = append(wanted, p.Members...)
	}
	for _, part := range wanted {
		use, ok := sigs.Find(signalInvocations, part)
		if part != "" {
			adapter, listed := sigs.Find(signalComponent, part)
			if ok = ok && listed; ok && adapter.Value == 0 {
				return estate.Verdict{State: estate.Unknown, Rule: "component/adapter-changing", Why: fmt.Sprintf("its adapter %s is %s", part, adapter.Note)}
			}
			t.from = later(t.from, adapter.At)
		}
		if !ok {
			return estate.Verdict{State: estate.Unknown, Rule: "component/unasked", Why: "its metrics were not asked for"}
		}
		t.uses = append(t.uses, use)
		if past, ok := sigs.Find(signalHistory, part); ok {
			t.history = append(t.history, past)
		}
	}
	t.control, _ = sigs.Find(signalRunning, "")
	t.fresh, _ = sigs.Find(signalRunningLately, "")
	own := t.control.Quality != estate.Absent
	if !own {
		// The instances' own CPU proves less than the component's: that the metrics of the endpoint arrive, not those of the component.
		t.control, _ = sigs.Find(signalVariantRunning, "")
	}
	v := t.judge(c)
	if v.State == estate.Idle && (!own || len(wanted) > 1) { // an adapter that was deleted leaves no trace of its use
		v.Confidence = v.Confidence.Min(estate.Medium)
	}
	return v
}
