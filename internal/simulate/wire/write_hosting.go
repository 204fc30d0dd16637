package wire

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func endpointOf(name *string) string { return (&world.Endpoint{Name: aws.ToString(name)}).Resource() }

func configOf(name *string) string {
	return (&world.EndpointConfig{Name: aws.ToString(name)}).Resource()
}

func modelOf(name *string) string { return (&world.Model{Name: aws.ToString(name)}).Resource() }

func (v *view) createEndpoint(in *sagemaker.CreateEndpointInput) (*sagemaker.CreateEndpointOutput, error) {
	resource := endpointOf(in.EndpointName)
	if nothing(in.EndpointName) {
		return nil, missingMember("endpointName")
	}
	if exists, _ := v.endpoints.stands(resource, v.now); exists {
		return nil, invalid("Cannot create already existing endpoint %q.", *v.arn(resource))
	}
	config, found := v.configs.find(configOf(in.EndpointConfigName), v.now)
	if !found {
		return nil, v.couldNotFind("endpoint configuration", configOf(in.EndpointConfigName))
	}
	for _, w := range slices.Concat(config.Variants, config.Shadow) {
		if _, found := v.models.find(modelOf(&w.Model), v.now); w.Model != "" && !found {
			return nil, v.couldNotFind("model", modelOf(&w.Model))
		}
	}
	if err := v.label(resource, in.Tags); err != nil {
		return nil, err
	}
	e := &world.Endpoint{Life: world.Life{Created: v.now, Creator: v.principal.arn}, Name: *in.EndpointName, Config: config.Name, Async: config.Async, Deployment: in.DeploymentConfig,
		Status: string(types.EndpointStatusCreating), Variants: config.Variants, Shadow: config.Shadow}
	// Whoever called the endpoint of that name goes on calling it.
	if earlier := v.endpoints.named[resource]; len(earlier) > 0 {
		e.Use = earlier[len(earlier)-1].life.Use
	}
	v.endpoints.write(resource, v.now, e.Life, e)
	serves := *e
	serves.Status, serves.Modified = string(types.EndpointStatusInService), v.now.Add(endpointMoves)
	v.endpoints.write(resource, serves.Modified, serves.Life, &serves)
	v.wrote(endpointChange(e))
	return &sagemaker.CreateEndpointOutput{EndpointArn: v.arn(resource)}, nil
}

// settled is the endpoint of a name, if nothing is under way.
func (v *view) settled(name *string) (*world.Endpoint, error) {
	e, found := v.endpoints.find(endpointOf(name), v.now)
	if !found {
		return nil, v.couldNotFind("endpoint", endpointOf(name))
	}
	switch endpointStatus(e) {
	case types.EndpointStatusInService, types.EndpointStatusFailed, types.EndpointStatusOutOfService, types.EndpointStatusUpdateRollbackFailed:
		return e, nil
	}
	return nil, invalid("Cannot update in-progress endpoint %q.", *v.arn(e.Resource()))
}

func (v *view) deleteEndpoint(in *sagemaker.DeleteEndpointInput) error {
	e, err := v.settled(in.EndpointName)
	if err != nil {
		return err
	}
	for _, w := range e.Variants {
		if err := v.unscaled("endpoint/" + e.Name + "/variant/" + w.Name); err != nil {
			return err
		}
	}
	if on := v.componentsOn(func(c *world.Component) bool { return c.Endpoint == e.Name }); len(on) > 0 {
		return invalid("Cannot delete endpoint %q: the inference component %q is associated with it.", *v.arn(e.Resource()), *v.arn(on[0].Resource()))
	}
	goes := *e
	goes.Status, goes.Modified, goes.Deleted = string(types.EndpointStatusDeleting), v.now, v.now.Add(endpointMoves)
	v.endpoints.write(e.Resource(), v.now, goes.Life, &goes)
	c := endpointChange(e)
	c.silent = true
	v.stopped(c, e.Life)
	return nil
}

func (v *view) scaleEndpoint(in *sagemaker.UpdateEndpointWeightsAndCapacitiesInput) (*sagemaker.UpdateEndpointWeightsAndCapacitiesOutput, error) {
	e, err := v.settled(in.EndpointName)
	if err != nil {
		return nil, err
	}
	if len(in.DesiredWeightsAndCapacities) == 0 {
		return nil, missingMember("desiredWeightsAndCapacities")
	}
	moves, scaled := *e, *e
	moves.Variants, scaled.Variants = slices.Clone(e.Variants), slices.Clone(e.Variants)
	for _, d := range in.DesiredWeightsAndCapacities {
		i := slices.IndexFunc(e.Variants, func(w world.Variant) bool { return w.Name == aws.ToString(d.VariantName) })
		if i < 0 {
			return nil, invalid("Could not find variant %q of endpoint %q.", aws.ToString(d.VariantName), *v.arn(e.Resource()))
		}
		if d.DesiredWeight != nil {
			scaled.Variants[i].Weight = d.DesiredWeight
		}
		if d.DesiredInstanceCount == nil {
			continue
		}
		switch {
		case e.Variants[i].MemoryMB > 0:
			return nil, invalid("The serverless variant %q has no instances.", e.Variants[i].Name)
		case *d.DesiredInstanceCount == 0 && !e.Async:
			return nil, invalid("Desired instance count of variant %q must be at least 1.", e.Variants[i].Name)
		}
		moves.Variants[i].Desired, scaled.Variants[i].Count = d.DesiredInstanceCount, *d.DesiredInstanceCount
	}
	moves.Status, moves.Modified = string(types.EndpointStatusUpdating), v.now
	v.endpoints.write(e.Resource(), v.now, moves.Life, &moves)
	scaled.Status, scaled.Modified = string(types.EndpointStatusInService), v.now.Add(endpointMoves)
	v.endpoints.write(e.Resource(), scaled.Modified, scaled.Life, &scaled)
	runs := func(w world.Variant) bool { return w.MemoryMB > 0 || w.Count > 0 }
	if slices.ContainsFunc(e.Variants, runs) && !slices.ContainsFunc(scaled.Variants, runs) {
		v.stopped(endpointChange(e), e.Life)
	} else {
		v.wrote(endpointChange(e))
	}
	return &sagemaker.UpdateEndpointWeightsAndCapacitiesOutput{EndpointArn: v.arn(e.Resource())}, nil
}

// deleteEndpointConfig asks no endpoint: AWS deletes a configuration that is in use.
func (v *view) deleteEndpointConfig(in *sagemaker.DeleteEndpointConfigInput) error {
	c, found := v.configs.find(configOf(in.EndpointConfigName), v.now)
	if !found {
		return v.couldNotFind("endpoint configuration", configOf(in.EndpointConfigName))
	}
	gone := *c
	gone.Deleted = v.now
	v.configs.write(c.Resource(), v.now, gone.Life, &gone)
	v.wrote(change{family: "EndpointConfig", name: c.Name, arn: c.Resource(), silent: true, request: map[string]string{"endpointConfigName": c.Name}})
	return nil
}

func (v *view) deleteModel(in *sagemaker.DeleteModelInput) error {
	m, found := v.models.find(modelOf(in.ModelName), v.now)
	if !found {
		return v.couldNotFind("model", modelOf(in.ModelName))
	}
	gone := *m
	gone.Deleted = v.now
	v.models.write(m.Resource(), v.now, gone.Life, &gone)
	v.wrote(change{family: "Model", name: m.Name, arn: m.Resource(), silent: true, request: map[string]string{"modelName": m.Name}})
	return nil
}

func endpointChange(e *world.Endpoint) change {
	return change{family: "Endpoint", name: e.Name, arn: e.Resource(), request: map[string]string{"endpointName": e.Name, "endpointConfigName": e.Config}}
}
