package wire

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) createModel(in *sagemaker.CreateModelInput) (*sagemaker.CreateModelOutput, error) {
	resource := modelOf(in.ModelName)
	switch {
	case nothing(in.ModelName):
		return nil, missingMember("modelName")
	case (in.PrimaryContainer == nil) == (len(in.Containers) == 0):
		return nil, invalid("Exactly one of PrimaryContainer and Containers must be set.")
	}
	if exists, _ := v.models.stands(resource, v.now); exists {
		return nil, invalid("Cannot create already existing model %q.", *v.arn(resource))
	}
	if err := v.passes(in.ExecutionRoleArn); err != nil {
		return nil, err
	}
	m := &world.Model{Life: world.Life{Created: v.now, Creator: v.principal.arn}, Name: *in.ModelName, Output: &sagemaker.DescribeModelOutput{}}
	merge(reflect.ValueOf(m.Output).Elem(), reflect.ValueOf(in).Elem())
	containers := in.Containers
	if in.PrimaryContainer != nil {
		containers = []types.ContainerDefinition{*in.PrimaryContainer}
	}
	for _, c := range containers {
		m.Containers = append(m.Containers, aws.ToString(c.ContainerHostname))
		m.MultiModel = m.MultiModel || c.Mode == types.ContainerModeMultiModel
	}
	if err := v.label(resource, in.Tags); err != nil {
		return nil, err
	}
	v.models.write(resource, v.now, m.Life, m)
	v.wrote(change{family: "Model", name: m.Name, arn: resource, request: map[string]string{"modelName": m.Name}})
	return &sagemaker.CreateModelOutput{ModelArn: v.arn(resource)}, nil
}

func (v *view) createEndpointConfig(in *sagemaker.CreateEndpointConfigInput) (*sagemaker.CreateEndpointConfigOutput, error) {
	resource := configOf(in.EndpointConfigName)
	switch {
	case nothing(in.EndpointConfigName):
		return nil, missingMember("endpointConfigName")
	case len(in.ProductionVariants) == 0:
		return nil, missingMember("productionVariants")
	}
	if exists, _ := v.configs.stands(resource, v.now); exists {
		return nil, invalid("Cannot create already existing endpoint configuration %q.", *v.arn(resource))
	}
	if err := v.passes(in.ExecutionRoleArn); err != nil {
		return nil, err
	}
	c := &world.EndpointConfig{Life: world.Life{Created: v.now, Creator: v.principal.arn}, Name: *in.EndpointConfigName, Async: in.AsyncInferenceConfig != nil,
		Output: &sagemaker.DescribeEndpointConfigOutput{}}
	merge(reflect.ValueOf(c.Output).Elem(), reflect.ValueOf(in).Elem())
	var err error
	if c.Variants, err = v.variants(in.ProductionVariants); err != nil {
		return nil, err
	}
	if c.Shadow, err = v.variants(in.ShadowProductionVariants); err != nil {
		return nil, err
	}
	if err := v.label(resource, in.Tags); err != nil {
		return nil, err
	}
	v.configs.write(resource, v.now, c.Life, c)
	v.wrote(change{family: "EndpointConfig", name: c.Name, arn: resource, request: map[string]string{"endpointConfigName": c.Name}})
	return &sagemaker.CreateEndpointConfigOutput{EndpointConfigArn: v.arn(resource)}, nil
}

// variants are what runs of the variants of a configuration.
func (v *view) variants(in []types.ProductionVariant) (all []world.Variant, err error) {
	for _, p := range in {
		if _, found := v.models.find(modelOf(p.ModelName), v.now); !nothing(p.ModelName) && !found {
			return nil, v.couldNotFind("model", modelOf(p.ModelName))
		}
		w := world.Variant{Name: aws.ToString(p.VariantName), Model: aws.ToString(p.ModelName), InstanceType: string(p.InstanceType),
			Count: aws.ToInt32(p.InitialInstanceCount), Weight: p.InitialVariantWeight}
		if s := p.ServerlessConfig; s != nil {
			w.MemoryMB, w.MaxConcurrency, w.Provisioned = aws.ToInt32(s.MemorySizeInMB), aws.ToInt32(s.MaxConcurrency), aws.ToInt32(s.ProvisionedConcurrency)
		}
		if m := p.ManagedInstanceScaling; m != nil && m.Status == types.ManagedInstanceScalingStatusEnabled {
			w.MinScale, w.MaxScale = aws.ToInt32(m.MinInstanceCount), aws.ToInt32(m.MaxInstanceCount)
		}
		all = append(all, w)
	}
	return all, nil
}

// updateEndpoint has an endpoint run another configuration.
func (v *view) updateEndpoint(in *sagemaker.UpdateEndpointInput) (*sagemaker.UpdateEndpointOutput, error) {
	e, err := v.settled(in.EndpointName)
	if err != nil {
		return nil, err
	}
	config, found := v.configs.find(configOf(in.EndpointConfigName), v.now)
	if !found {
		return nil, v.couldNotFind("endpoint configuration", configOf(in.EndpointConfigName))
	}
	for _, w := range e.Variants {
		if err := v.unscaled("endpoint/" + e.Name + "/variant/" + w.Name); err != nil {
			return nil, err
		}
	}
	moves, runs := *e, *e
	moves.Status, moves.Modified, moves.Pending = string(types.EndpointStatusUpdating), v.now, config
	v.endpoints.write(e.Resource(), v.now, moves.Life, &moves)
	runs.Status, runs.Modified, runs.Pending = string(types.EndpointStatusInService), v.now.Add(endpointMoves), nil
	runs.Config, runs.Async, runs.Variants, runs.Shadow = config.Name, config.Async, config.Variants, config.Shadow
	if in.DeploymentConfig != nil {
		runs.Deployment = in.DeploymentConfig
	}
	v.endpoints.write(e.Resource(), runs.Modified, runs.Life, &runs)
	v.wrote(endpointChange(&runs))
	return &sagemaker.UpdateEndpointOutput{EndpointArn: v.arn(e.Resource())}, nil
}

func (v *view) createNotebook(in *sagemaker.CreateNotebookInstanceInput) (*sagemaker.CreateNotebookInstanceOutput, error) {
	name := aws.ToString(in.NotebookInstanceName)
	switch {
	case name == "":
		return nil, missingMember("notebookInstanceName")
	case in.InstanceType == "":
		return nil, missingMember("instanceType")
	case nothing(in.RoleArn):
		return nil, missingMember("roleArn")
	}
	starts := &world.Record{Life: world.Life{Created: v.now, Creator: v.principal.arn}, Family: world.NotebookInstance, Name: name,
		Status: string(types.NotebookInstanceStatusPending)}
	if _, found := v.record(world.NotebookInstance, "", name); found {
		return nil, invalid("Cannot create a duplicate Notebook Instance (%s)", *v.arn(starts.Resource()))
	}
	if _, found := v.record(world.NotebookInstanceLifecycleConfig, "", aws.ToString(in.LifecycleConfigName)); !nothing(in.LifecycleConfigName) && !found {
		return nil, invalid("Unable to find Notebook Instance Lifecycle Config %q", *in.LifecycleConfigName)
	}
	if err := v.passes(in.RoleArn); err != nil {
		return nil, err
	}
	out := &sagemaker.DescribeNotebookInstanceOutput{}
	merge(reflect.ValueOf(out).Elem(), reflect.ValueOf(in).Elem())
	out.NotebookInstanceLifecycleConfigName, out.SecurityGroups = in.LifecycleConfigName, in.SecurityGroupIds
	starts.Output = out
	if err := v.label(starts.Resource(), in.Tags); err != nil {
		return nil, err
	}
	// Whoever used the instance of that name goes on using it.
	all := v.families[world.NotebookInstance]
	if earlier := all.named[called("", name)]; len(earlier) > 0 {
		starts.Use = earlier[len(earlier)-1].life.Use
	}
	v.put(starts, v.now)
	runs := *starts
	runs.Modified, runs.Status = v.now.Add(notebookStarts), string(types.NotebookInstanceStatusInService)
	v.put(&runs, runs.Modified)
	v.wrote(recordChange(starts))
	return &sagemaker.CreateNotebookInstanceOutput{NotebookInstanceArn: v.arn(starts.Resource())}, nil
}

func (v *view) deleteNotebook(in *sagemaker.DeleteNotebookInstanceInput) error {
	record, err := v.notebookIn(in.NotebookInstanceName, types.NotebookInstanceStatusStopped, types.NotebookInstanceStatusFailed)
	if err != nil {
		return err
	}
	goes := *record
	goes.Modified, goes.Ended, goes.Deleted = v.now, v.now, v.now.Add(notebookStops)
	goes.Status, goes.EndStatus = string(types.NotebookInstanceStatusDeleting), string(types.NotebookInstanceStatusDeleting)
	v.put(&goes, v.now)
	c := recordChange(record)
	c.silent = true
	v.wrote(c)
	return nil
}

func (v *view) createSpace(in *sagemaker.CreateSpaceInput) (*sagemaker.CreateSpaceOutput, error) {
	d, _, err := v.domain(in.DomainId)
	if err != nil {
		return nil, err
	}
	if nothing(in.SpaceName) {
		return nil, missingMember("spaceName")
	}
	s := &world.Space{Life: world.Life{Created: v.now, Creator: v.principal.arn}, Name: *in.SpaceName, DisplayName: aws.ToString(in.SpaceDisplayName)}
	resource := s.Resource(d.ID)
	if exists, _ := v.spaces.stands(resource, v.now); exists {
		return nil, inUse("Space [%s] already exists.", *v.arn(resource))
	}
	if in.OwnershipSettings != nil {
		s.Owner = aws.ToString(in.OwnershipSettings.OwnerUserProfileName)
		if _, _, err := v.user(&d.ID, &s.Owner); err != nil {
			return nil, err
		}
	}
	if in.SpaceSharingSettings != nil {
		s.Sharing = string(in.SpaceSharingSettings.SharingType)
	}
	if err := v.checkSettings(in); err != nil {
		return nil, err
	}
	if given := in.SpaceSettings; given != nil {
		s.Settings, s.AppType = given, string(given.AppType)
		if disk := given.SpaceStorageSettings; disk != nil && disk.EbsStorageSettings != nil {
			s.VolumeGB = aws.ToInt32(disk.EbsStorageSettings.EbsVolumeSizeInGb)
		}
	}
	if err := v.label(resource, in.Tags); err != nil {
		return nil, err
	}
	v.spaces.write(resource, v.now, s.Life, space{s, d.ID})
	v.wrote(spaceChange(space{s, d.ID}))
	return &sagemaker.CreateSpaceOutput{SpaceArn: v.arn(resource)}, nil
}

func (v *view) createUserProfile(in *sagemaker.CreateUserProfileInput) (*sagemaker.CreateUserProfileOutput, error) {
	d, _, err := v.domain(in.DomainId)
	if err != nil {
		return nil, err
	}
	if nothing(in.UserProfileName) {
		return nil, missingMember("userProfileName")
	}
	u := &world.User{Life: world.Life{Created: v.now, Creator: v.principal.arn}, Name: *in.UserProfileName, SSOUser: aws.ToString(in.SingleSignOnUserValue), Settings: in.UserSettings}
	resource := u.Resource(d.ID)
	if exists, _ := v.users.stands(resource, v.now); exists {
		return nil, inUse("UserProfile [%s] already exists.", *v.arn(resource))
	}
	if err := v.checkSettings(in); err != nil {
		return nil, err
	}
	if in.UserSettings != nil {
		if err := v.passes(in.UserSettings.ExecutionRole); err != nil {
			return nil, err
		}
	}
	if err := v.label(resource, in.Tags); err != nil {
		return nil, err
	}
	v.users.write(resource, v.now, u.Life, user{u, d.ID})
	v.wrote(userChange(user{u, d.ID}))
	return &sagemaker.CreateUserProfileOutput{UserProfileArn: v.arn(resource)}, nil
}
