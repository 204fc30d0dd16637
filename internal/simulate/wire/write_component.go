package wire

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func componentOf(name *string) string { return (&world.Component{Name: aws.ToString(name)}).Resource() }

// componentsOn are the components that are meant and not gone.
func (v *view) componentsOn(meant func(*world.Component) bool) []*world.Component {
	return v.components.list(v.now, func(c *world.Component, _ world.Life) bool { return meant(c) })
}

// settledComponent is the component of a name, if it is in one of the states.
func (v *view) settledComponent(name *string, states ...types.InferenceComponentStatus) (*world.Component, error) {
	c, found := v.components.find(componentOf(name), v.now)
	if !found {
		return nil, v.couldNotFind("inference component", componentOf(name))
	}
	if !slices.Contains(states, componentStatus(c)) {
		return nil, invalid("Cannot update inference component %q in status %s.", *v.arn(c.Resource()), componentStatus(c))
	}
	return c, nil
}

func (v *view) createComponent(in *sagemaker.CreateInferenceComponentInput) (*sagemaker.CreateInferenceComponentOutput, error) {
	resource := componentOf(in.InferenceComponentName)
	switch {
	case nothing(in.InferenceComponentName):
		return nil, missingMember("inferenceComponentName")
	case nothing(in.EndpointName):
		return nil, missingMember("endpointName")
	case in.Specification == nil && len(in.Specifications) == 0:
		return nil, missingMember("specification")
	}
	if exists, _ := v.components.stands(resource, v.now); exists {
		return nil, invalid("Cannot create already existing inference component %q.", *v.arn(resource))
	}
	e, err := v.settled(in.EndpointName)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(e.Variants, func(w world.Variant) bool { return w.Name == aws.ToString(in.VariantName) }) && !nothing(in.VariantName) {
		return nil, invalid("Could not find variant %q of endpoint %q.", *in.VariantName, *v.arn(e.Resource()))
	}
	c := &world.Component{Life: world.Life{Created: v.now, Creator: v.principal.arn}, Name: *in.InferenceComponentName, Endpoint: e.Name,
		Variant: aws.ToString(in.VariantName), Status: string(types.InferenceComponentStatusCreating), Output: &sagemaker.DescribeInferenceComponentOutput{}}
	if s := in.Specification; s != nil {
		if err := v.checkSpecification(s, e); err != nil {
			return nil, err
		}
		c.Base, c.Output.Specification = aws.ToString(s.BaseInferenceComponentName), specified(*s)
	}
	for _, s := range in.Specifications {
		if err := v.checkSpecification(&s, e); err != nil {
			return nil, err
		}
		c.Output.Specifications = append(c.Output.Specifications, *specified(s))
	}
	if in.RuntimeConfig != nil {
		c.Desired = in.RuntimeConfig.CopyCount
	}
	if err := v.label(resource, in.Tags); err != nil {
		return nil, err
	}
	// Whoever called the component of that name goes on calling it.
	if earlier := v.components.named[resource]; len(earlier) > 0 {
		c.Use = earlier[len(earlier)-1].life.Use
	}
	v.components.write(resource, v.now, c.Life, c)
	serves := *c
	serves.Status, serves.Modified, serves.Copies, serves.Desired = string(types.InferenceComponentStatusInService), v.now.Add(componentMoves), desiredCopies(c), nil
	v.components.write(resource, serves.Modified, serves.Life, &serves)
	v.wrote(componentChange(c))
	return &sagemaker.CreateInferenceComponentOutput{InferenceComponentArn: v.arn(resource)}, nil
}

// checkSpecification refuses a model or a base component that is not there.
func (v *view) checkSpecification(s *types.InferenceComponentSpecification, e *world.Endpoint) error {
	if _, found := v.models.find(modelOf(s.ModelName), v.now); !nothing(s.ModelName) && !found {
		return v.couldNotFind("model", modelOf(s.ModelName))
	}
	if b, found := v.components.find(componentOf(s.BaseInferenceComponentName), v.now); !nothing(s.BaseInferenceComponentName) && (!found || b.Endpoint != e.Name) {
		return v.couldNotFind("inference component", componentOf(s.BaseInferenceComponentName))
	}
	return nil
}

// specified is what is described of a specification.
func specified(s types.InferenceComponentSpecification) *types.InferenceComponentSpecificationSummary {
	out := &types.InferenceComponentSpecificationSummary{BaseInferenceComponentName: s.BaseInferenceComponentName, ModelName: s.ModelName, InstanceType: s.InstanceType,
		ComputeResourceRequirements: s.ComputeResourceRequirements, StartupParameters: s.StartupParameters, SchedulingConfig: s.SchedulingConfig}
	if d := s.DataCacheConfig; d != nil {
		out.DataCacheConfig = &types.InferenceComponentDataCacheConfigSummary{EnableCaching: d.EnableCaching}
	}
	if c := s.Container; c != nil {
		out.Container = &types.InferenceComponentContainerSpecificationSummary{ArtifactUrl: c.ArtifactUrl, Environment: c.Environment, ContainerMetricsConfig: c.ContainerMetricsConfig,
			DeployedImage: &types.DeployedImage{SpecifiedImage: c.Image, ResolvedImage: c.Image}}
	}
	return out
}

func (v *view) deleteComponent(in *sagemaker.DeleteInferenceComponentInput) error {
	c, err := v.settledComponent(in.InferenceComponentName, types.InferenceComponentStatusInService, types.InferenceComponentStatusFailed)
	if err != nil {
		return err
	}
	if adapters := v.componentsOn(func(o *world.Component) bool { return o.Base == c.Name && o.Endpoint == c.Endpoint }); len(adapters) > 0 {
		return invalid("Cannot delete inference component %q: the inference component %q runs on it.", *v.arn(c.Resource()), *v.arn(adapters[0].Resource()))
	}
	if err := v.unscaled("inference-component/" + c.Name); err != nil {
		return err
	}
	goes := *c
	goes.Status, goes.Modified, goes.Deleted = string(types.InferenceComponentStatusDeleting), v.now, v.now.Add(componentMoves)
	v.components.write(c.Resource(), v.now, goes.Life, &goes)
	change := componentChange(c)
	change.silent = true
	v.stopped(change, c.Life)
	return nil
}

func (v *view) scaleComponent(in *sagemaker.UpdateInferenceComponentRuntimeConfigInput) (*sagemaker.UpdateInferenceComponentRuntimeConfigOutput, error) {
	c, err := v.settledComponent(in.InferenceComponentName, types.InferenceComponentStatusInService)
	switch {
	case err != nil:
		return nil, err
	case in.DesiredRuntimeConfig == nil || in.DesiredRuntimeConfig.CopyCount == nil:
		return nil, missingMember("desiredRuntimeConfig.copyCount")
	case c.Base != "":
		return nil, invalid("The inference component %q has no copies of its own.", *v.arn(c.Resource()))
	}
	moves, scaled := *c, *c
	moves.Status, moves.Modified, moves.Desired = string(types.InferenceComponentStatusUpdating), v.now, in.DesiredRuntimeConfig.CopyCount
	v.components.write(c.Resource(), v.now, moves.Life, &moves)
	scaled.Status, scaled.Modified, scaled.Copies = string(types.InferenceComponentStatusInService), v.now.Add(componentMoves), *in.DesiredRuntimeConfig.CopyCount
	v.components.write(c.Resource(), scaled.Modified, scaled.Life, &scaled)
	if c.Copies > 0 && scaled.Copies == 0 {
		v.stopped(componentChange(c), c.Life)
	} else {
		v.wrote(componentChange(c))
	}
	return &sagemaker.UpdateInferenceComponentRuntimeConfigOutput{InferenceComponentArn: v.arn(c.Resource())}, nil
}

func componentChange(c *world.Component) change {
	return change{family: "InferenceComponent", name: c.Name, arn: c.Resource(), request: map[string]string{
		"inferenceComponentName": c.Name, "endpointName": c.Endpoint, "variantName": c.Variant,
	}}
}
