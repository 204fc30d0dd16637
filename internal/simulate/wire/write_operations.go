package wire

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scale "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/schemas"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	sm "github.com/aws/aws-sdk-go-v2/service/sagemaker/schemas"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// writes are the operations that change something. They are answered where the organization is writable.
var writes = []offered{
	{"sagemaker:CreateApp", modeled(sm.CreateApp, sm.CreateAppResponse, (*view).createApp, named(createdApp))},
	{"sagemaker:DeleteApp", silent((*view).deleteApp, named(deletedApp))},
	{"sagemaker:UpdateDomain", modeled(sm.UpdateDomain, sm.UpdateDomainResponse, (*view).updateDomain,
		named(func(in *api.UpdateDomainInput) string {
			return describedDomain(&api.DescribeDomainInput{DomainId: in.DomainId})
		}))},
	{"sagemaker:DeleteDomain", silent((*view).deleteDomain,
		named(func(in *api.DeleteDomainInput) string {
			return describedDomain(&api.DescribeDomainInput{DomainId: in.DomainId})
		}))},
	{"sagemaker:UpdateUserProfile", modeled(sm.UpdateUserProfile, sm.UpdateUserProfileResponse, (*view).updateUserProfile,
		named(func(in *api.UpdateUserProfileInput) string {
			return describedUser(&api.DescribeUserProfileInput{DomainId: in.DomainId, UserProfileName: in.UserProfileName})
		}))},
	{"sagemaker:DeleteUserProfile", silent((*view).deleteUserProfile,
		named(func(in *api.DeleteUserProfileInput) string {
			return describedUser(&api.DescribeUserProfileInput{DomainId: in.DomainId, UserProfileName: in.UserProfileName})
		}))},
	{"sagemaker:UpdateSpace", modeled(sm.UpdateSpace, sm.UpdateSpaceResponse, (*view).updateSpace,
		named(func(in *api.UpdateSpaceInput) string {
			return describedSpace(&api.DescribeSpaceInput{DomainId: in.DomainId, SpaceName: in.SpaceName})
		}))},
	{"sagemaker:DeleteSpace", silent((*view).deleteSpace,
		named(func(in *api.DeleteSpaceInput) string {
			return describedSpace(&api.DescribeSpaceInput{DomainId: in.DomainId, SpaceName: in.SpaceName})
		}))},

	{"sagemaker:CreateStudioLifecycleConfig", modeled(sm.CreateStudioLifecycleConfig, sm.CreateStudioLifecycleConfigResponse, (*view).createStudioScript,
		recordNamed(world.StudioLifecycleConfig, func(in *api.CreateStudioLifecycleConfigInput) *string { return in.StudioLifecycleConfigName }))},
	{"sagemaker:DeleteStudioLifecycleConfig", silent((*view).deleteStudioScript,
		recordNamed(world.StudioLifecycleConfig, func(in *api.DeleteStudioLifecycleConfigInput) *string { return in.StudioLifecycleConfigName }))},
	{"sagemaker:CreateNotebookInstanceLifecycleConfig", modeled(sm.CreateNotebookInstanceLifecycleConfig, sm.CreateNotebookInstanceLifecycleConfigOutput,
		(*view).createNotebookScript, recordNamed(world.NotebookInstanceLifecycleConfig,
			func(in *api.CreateNotebookInstanceLifecycleConfigInput) *string {
				return in.NotebookInstanceLifecycleConfigName
			}))},
	{"sagemaker:DeleteNotebookInstanceLifecycleConfig", silent((*view).deleteNotebookScript, recordNamed(world.NotebookInstanceLifecycleConfig,
		func(in *api.DeleteNotebookInstanceLifecycleConfigInput) *string {
			return in.NotebookInstanceLifecycleConfigName
		}))},

	{"sagemaker:StopNotebookInstance", silent((*view).stopNotebook,
		recordNamed(world.NotebookInstance, func(in *api.StopNotebookInstanceInput) *string { return in.NotebookInstanceName }))},
	{"sagemaker:StartNotebookInstance", silent((*view).startNotebook,
		recordNamed(world.NotebookInstance, func(in *api.StartNotebookInstanceInput) *string { return in.NotebookInstanceName }))},
	{"sagemaker:UpdateNotebookInstance", modeled(sm.UpdateNotebookInstance, sm.UpdateNotebookInstanceOutput, (*view).updateNotebook,
		recordNamed(world.NotebookInstance, func(in *api.UpdateNotebookInstanceInput) *string { return in.NotebookInstanceName }))},

	{"sagemaker:CreateEndpoint", modeled(sm.CreateEndpoint, sm.CreateEndpointOutput, (*view).createEndpoint,
		named(func(in *api.CreateEndpointInput) string { return endpointOf(in.EndpointName) }))},
	{"sagemaker:DeleteEndpoint", silent((*view).deleteEndpoint, named(func(in *api.DeleteEndpointInput) string { return endpointOf(in.EndpointName) }))},
	{"sagemaker:UpdateEndpointWeightsAndCapacities", modeled(sm.UpdateEndpointWeightsAndCapacities, sm.UpdateEndpointWeightsAndCapacitiesOutput, (*view).scaleEndpoint,
		named(func(in *api.UpdateEndpointWeightsAndCapacitiesInput) string { return endpointOf(in.EndpointName) }))},
	{"sagemaker:DeleteEndpointConfig", silent((*view).deleteEndpointConfig,
		named(func(in *api.DeleteEndpointConfigInput) string { return configOf(in.EndpointConfigName) }))},
	{"sagemaker:DeleteModel", silent((*view).deleteModel, named(func(in *api.DeleteModelInput) string { return modelOf(in.ModelName) }))},

	{"sagemaker:CreateModel", modeled(sm.CreateModel, sm.CreateModelOutput, (*view).createModel, named(func(in *api.CreateModelInput) string { return modelOf(in.ModelName) }))},
	{"sagemaker:CreateEndpointConfig", modeled(sm.CreateEndpointConfig, sm.CreateEndpointConfigOutput, (*view).createEndpointConfig,
		named(func(in *api.CreateEndpointConfigInput) string { return configOf(in.EndpointConfigName) }))},
	{"sagemaker:UpdateEndpoint", modeled(sm.UpdateEndpoint, sm.UpdateEndpointOutput, (*view).updateEndpoint,
		named(func(in *api.UpdateEndpointInput) string { return endpointOf(in.EndpointName) }))},
	{"sagemaker:CreateInferenceComponent", modeled(sm.CreateInferenceComponent, sm.CreateInferenceComponentOutput, (*view).createComponent,
		named(func(in *api.CreateInferenceComponentInput) string { return componentOf(in.InferenceComponentName) }))},
	{"sagemaker:DeleteInferenceComponent", silent((*view).deleteComponent,
		named(func(in *api.DeleteInferenceComponentInput) string { return componentOf(in.InferenceComponentName) }))},
	{"sagemaker:UpdateInferenceComponentRuntimeConfig", modeled(sm.UpdateInferenceComponentRuntimeConfig, sm.UpdateInferenceComponentRuntimeConfigOutput, (*view).scaleComponent,
		named(func(in *api.UpdateInferenceComponentRuntimeConfigInput) string {
			return componentOf(in.InferenceComponentName)
		}))},
	{"sagemaker:CreateNotebookInstance", modeled(sm.CreateNotebookInstance, sm.CreateNotebookInstanceOutput, (*view).createNotebook,
		recordNamed(world.NotebookInstance, func(in *api.CreateNotebookInstanceInput) *string { return in.NotebookInstanceName }))},
	{"sagemaker:DeleteNotebookInstance", silent((*view).deleteNotebook,
		recordNamed(world.NotebookInstance, func(in *api.DeleteNotebookInstanceInput) *string { return in.NotebookInstanceName }))},
	{"sagemaker:CreateSpace", modeled(sm.CreateSpace, sm.CreateSpaceResponse, (*view).createSpace,
		named(func(in *api.CreateSpaceInput) string {
			return describedSpace(&api.DescribeSpaceInput{DomainId: in.DomainId, SpaceName: in.SpaceName})
		}))},
	{"sagemaker:CreateUserProfile", modeled(sm.CreateUserProfile, sm.CreateUserProfileResponse, (*view).createUserProfile,
		named(func(in *api.CreateUserProfileInput) string {
			return describedUser(&api.DescribeUserProfileInput{DomainId: in.DomainId, UserProfileName: in.UserProfileName})
		}))},

	{"application-autoscaling:RegisterScalableTarget", modeled(scale.RegisterScalableTarget, scale.RegisterScalableTargetResponse, (*view).registerTarget,
		scaledThing(func(in *autoscaling.RegisterScalableTargetInput) *string { return in.ResourceId }))},
	{"application-autoscaling:DeregisterScalableTarget", modeled(scale.DeregisterScalableTarget, scale.DeregisterScalableTargetResponse, (*view).deregisterTarget,
		scaledThing(func(in *autoscaling.DeregisterScalableTargetInput) *string { return in.ResourceId }))},
	{"application-autoscaling:PutScalingPolicy", modeled(scale.PutScalingPolicy, scale.PutScalingPolicyResponse, (*view).putPolicy,
		scaledThing(func(in *autoscaling.PutScalingPolicyInput) *string { return in.ResourceId }))},
	{"application-autoscaling:DeleteScalingPolicy", modeled(scale.DeleteScalingPolicy, scale.DeleteScalingPolicyResponse, (*view).deletePolicy,
		scaledThing(func(in *autoscaling.DeleteScalingPolicyInput) *string { return in.ResourceId }))},
	{"application-autoscaling:PutScheduledAction", modeled(scale.PutScheduledAction, scale.PutScheduledActionResponse, (*view).putSchedule,
		scaledThing(func(in *autoscaling.PutScheduledActionInput) *string { return in.ResourceId }))},
	{"cloudwatch:PutMetricAlarm", silent((*view).putAlarm, namedAlarm)},
	{"cloudwatch:DeleteAlarms", silent((*view).deleteAlarms, deletedAlarm)},

	{"sagemaker:AddTags", modeled(sm.AddTags, sm.AddTagsOutput, (*view).addTags, func(_ *view, in *api.AddTagsInput) string { return aws.ToString(in.ResourceArn) })},
	{"sagemaker:DeleteTags", modeled(sm.DeleteTags, sm.DeleteTagsOutput, (*view).deleteTags, func(_ *view, in *api.DeleteTagsInput) string { return aws.ToString(in.ResourceArn) })},
}
