package wire

import (
	"slices"

	scale "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/schemas"
	athena "github.com/aws/aws-sdk-go-v2/service/athena"
	sql "github.com/aws/aws-sdk-go-v2/service/athena/schemas"
	trail "github.com/aws/aws-sdk-go-v2/service/cloudtrail/schemas"
	cw "github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/schemas"
	kms "github.com/aws/aws-sdk-go-v2/service/kms/schemas"
	org "github.com/aws/aws-sdk-go-v2/service/organizations/schemas"
	price "github.com/aws/aws-sdk-go-v2/service/pricing/schemas"
	tag "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/schemas"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	sm "github.com/aws/aws-sdk-go-v2/service/sagemaker/schemas"
	quota "github.com/aws/aws-sdk-go-v2/service/servicequotas/schemas"
)

// operations are all that the simulator answers, as IAM names them.
//
// IAM cannot restrict SageMaker's List operations to resources, but ListTags, and those of what is within something
// (https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html).
var operations = with(slices.Concat(families, writes, recordWrites), map[string]operation{
	"sagemaker:ListDomains":             modeled(sm.ListDomains, sm.ListDomainsResponse, (*view).listDomains, anything),
	"sagemaker:ListUserProfiles":        modeled(sm.ListUserProfiles, sm.ListUserProfilesResponse, (*view).listUserProfiles, anything),
	"sagemaker:ListSpaces":              modeled(sm.ListSpaces, sm.ListSpacesResponse, (*view).listSpaces, anything),
	"sagemaker:ListApps":                modeled(sm.ListApps, sm.ListAppsResponse, (*view).listApps, anything),
	"sagemaker:ListEndpoints":           modeled(sm.ListEndpoints, sm.ListEndpointsOutput, (*view).listEndpoints, anything),
	"sagemaker:ListEndpointConfigs":     modeled(sm.ListEndpointConfigs, sm.ListEndpointConfigsOutput, (*view).listEndpointConfigs, anything),
	"sagemaker:ListModels":              modeled(sm.ListModels, sm.ListModelsOutput, (*view).listModels, anything),
	"sagemaker:ListInferenceComponents": modeled(sm.ListInferenceComponents, sm.ListInferenceComponentsOutput, (*view).listInferenceComponents, anything),
	"sagemaker:ListTags":                modeled(sm.ListTags, sm.ListTagsOutput, (*view).listTags, taggedResource),
	"sagemaker:ListImageVersions":       modeled(sm.ListImageVersions, sm.ListImageVersionsResponse, (*view).listImageVersions, named(func(in *api.ListImageVersionsInput) string { return imageOf(in.ImageName) })),
	"sagemaker:ListAliases":             modeled(sm.ListAliases, sm.ListAliasesResponse, (*view).listAliases, named(func(in *api.ListAliasesInput) string { return imageOf(in.ImageName) })),
	"sagemaker:Search":                  modeled(sm.Search, sm.SearchResponse, (*view).search, anything),

	"sagemaker:DescribeDomain":             modeled(sm.DescribeDomain, sm.DescribeDomainResponse, (*view).describeDomain, named(describedDomain)),
	"sagemaker:DescribeUserProfile":        modeled(sm.DescribeUserProfile, sm.DescribeUserProfileResponse, (*view).describeUserProfile, named(describedUser)),
	"sagemaker:DescribeSpace":              modeled(sm.DescribeSpace, sm.DescribeSpaceResponse, (*view).describeSpace, named(describedSpace)),
	"sagemaker:DescribeApp":                modeled(sm.DescribeApp, sm.DescribeAppResponse, (*view).describeApp, named(describedApp)),
	"sagemaker:DescribeEndpoint":           modeled(sm.DescribeEndpoint, sm.DescribeEndpointOutput, (*view).describeEndpoint, named(describedEndpoint)),
	"sagemaker:DescribeEndpointConfig":     modeled(sm.DescribeEndpointConfig, sm.DescribeEndpointConfigOutput, (*view).describeEndpointConfig, named(describedConfig)),
	"sagemaker:DescribeModel":              modeled(sm.DescribeModel, sm.DescribeModelOutput, (*view).describeModel, named(describedModel)),
	"sagemaker:DescribeImageVersion":       modeled(sm.DescribeImageVersion, sm.DescribeImageVersionResponse, (*view).describeImageVersion, named(describedVersion)),
	"sagemaker:DescribeInferenceComponent": modeled(sm.DescribeInferenceComponent, sm.DescribeInferenceComponentOutput, (*view).describeInferenceComponent, named(describedComponent)),

	"cloudwatch:GetMetricData":       modeled(cw.GetMetricData, cw.GetMetricDataOutput, (*view).getMetricData, anything),
	"cloudwatch:GetMetricStatistics": modeled(cw.GetMetricStatistics, cw.GetMetricStatisticsOutput, (*view).getMetricStatistics, anything),
	"cloudwatch:ListMetrics":         modeled(cw.ListMetrics, cw.ListMetricsOutput, (*view).listMetrics, anything),

	"cloudwatch:DescribeAlarms": modeled(cw.DescribeAlarms, cw.DescribeAlarmsOutput, (*view).describeAlarms, anyAlarm),

	"application-autoscaling:DescribeScalableTargets":  modeled(scale.DescribeScalableTargets, scale.DescribeScalableTargetsResponse, (*view).describeTargets, anything),
	"application-autoscaling:DescribeScalingPolicies":  modeled(scale.DescribeScalingPolicies, scale.DescribeScalingPoliciesResponse, (*view).describePolicies, anything),
	"application-autoscaling:DescribeScheduledActions": modeled(scale.DescribeScheduledActions, scale.DescribeScheduledActionsResponse, (*view).describeSchedules, anything),

	"logs:DescribeLogGroups":  modeled(logs.DescribeLogGroups, logs.DescribeLogGroupsResponse, (*view).describeLogGroups, anyGroup),
	"logs:DescribeLogStreams": modeled(logs.DescribeLogStreams, logs.DescribeLogStreamsResponse, (*view).describeLogStreams, askedGroup),

	"pricing:DescribeServices":   modeled(price.DescribeServices, price.DescribeServicesResponse, (*view).describeServices, anything),
	"pricing:GetAttributeValues": modeled(price.GetAttributeValues, price.GetAttributeValuesResponse, (*view).getAttributeValues, anything),
	"pricing:GetProducts":        modeled(price.GetProducts, price.GetProductsResponse, (*view).getProducts, anything),

	"tag:GetResources": modeled(tag.GetResources, tag.GetResourcesOutput, (*view).getResources, anything),

	"organizations:ListAccounts":                     modeled(org.ListAccounts, org.ListAccountsResponse, (*view).listAccounts, anything),
	"organizations:ListRoots":                        modeled(org.ListRoots, org.ListRootsResponse, (*view).listRoots, anything),
	"organizations:ListOrganizationalUnitsForParent": modeled(org.ListOrganizationalUnitsForParent, org.ListOrganizationalUnitsForParentResponse, (*view).listUnits, inOrganization(unitsParent)),
	"organizations:ListAccountsForParent":            modeled(org.ListAccountsForParent, org.ListAccountsForParentResponse, (*view).listAccountsForParent, inOrganization(accountsParent)),
	"organizations:ListParents":                      modeled(org.ListParents, org.ListParentsResponse, (*view).listParents, inOrganization(parentsChild)),
	"organizations:DescribeOrganization":             modeled(org.DescribeOrganization, org.DescribeOrganizationResponse, (*view).describeOrganization, anything),
	"organizations:DescribeAccount":                  modeled(org.DescribeAccount, org.DescribeAccountResponse, (*view).describeAccount, inOrganization(describedAccount)),
	"organizations:ListTagsForResource":              modeled(org.ListTagsForResource, org.ListTagsForResourceResponse, (*view).listMemberTags, inOrganization(taggedMember)),
	"organizations:ListDelegatedAdministrators":      modeled(org.ListDelegatedAdministrators, org.ListDelegatedAdministratorsResponse, (*view).listAdministrators, anything),

	"cloudtrail:LookupEvents":         modeled(trail.LookupEvents, trail.LookupEventsResponse, (*view).lookupEvents, anything),
	"servicequotas:ListServiceQuotas": modeled(quota.ListServiceQuotas, quota.ListServiceQuotasResponse, (*view).listServiceQuotas, anything),

	"kms:DescribeKey":  modeled(kms.DescribeKey, kms.DescribeKeyResponse, (*view).describeKey, keyNamed(describedKey)),
	"kms:GetPublicKey": modeled(kms.GetPublicKey, kms.GetPublicKeyResponse, (*view).getPublicKey, keyNamed(publishedKey)),
	"kms:Sign":         modeled(kms.Sign, kms.SignResponse, (*view).sign, keyNamed(signingKey)),

	// Cost Explorer's tags, exports and reports are the payer's, and IAM knows few resources of theirs. Their modules have no schemas.
	"ce:ListCostAllocationTags":               custom((*view).listCostTags, anything, plainly),
	"ce:UpdateCostAllocationTagsStatus":       custom((*view).updateCostTags, anything, plainly),
	"ce:StartCostAllocationTagBackfill":       custom((*view).startBackfill, anything, plainly),
	"ce:ListCostAllocationTagBackfillHistory": custom((*view).listBackfills, anything, plainly),
	"bcm-data-exports:ListExports":            custom((*view).listExports, anything, plainly),
	"bcm-data-exports:GetExport":              custom((*view).getExport, askedExport, plainly),
	"bcm-data-exports:CreateExport":           custom((*view).createExport, createdExport, plainly),
	"bcm-data-exports:UpdateExport":           custom((*view).updateExport, updatedExport, plainly),
	"cur:DescribeReportDefinitions":           custom((*view).describeReports, anything, plainly),
	"cur:PutReportDefinition":                 custom((*view).putReport, putReportNamed, plainly),

	"athena:GetWorkGroup": modeled(sql.GetWorkGroup, sql.GetWorkGroupOutput, (*view).getWorkGroup,
		func(v *view, in *athena.GetWorkGroupInput) string { return inWorkGroup(v, in.WorkGroup) }),
	"athena:GetTableMetadata": modeled(sql.GetTableMetadata, sql.GetTableMetadataOutput, (*view).getTableMetadata, inCatalog),
	"athena:StartQueryExecution": modeled(sql.StartQueryExecution, sql.StartQueryExecutionOutput, (*view).startQuery,
		func(v *view, in *athena.StartQueryExecutionInput) string { return inWorkGroup(v, in.WorkGroup) }),
	"athena:GetQueryExecution": modeled(sql.GetQueryExecution, sql.GetQueryExecutionOutput, (*view).getQuery,
		func(v *view, in *athena.GetQueryExecutionInput) string { return ofExecution(v, in.QueryExecutionId) }),
	"athena:GetQueryResults": modeled(sql.GetQueryResults, sql.GetQueryResultsOutput, (*view).getResults,
		func(v *view, in *athena.GetQueryResultsInput) string { return ofExecution(v, in.QueryExecutionId) }),
	"athena:StopQueryExecution": modeled(sql.StopQueryExecution, sql.StopQueryExecutionOutput, (*view).stopQuery,
		func(v *view, in *athena.StopQueryExecutionInput) string { return ofExecution(v, in.QueryExecutionId) }),

	// IAM names the reading of an object, and of what is said of it, alike; so it does with a bucket.
	"s3:ListAllMyBuckets":  stored((*view).listBuckets),
	"s3:ListBucket":        stored((*view).listBucket),
	"s3:GetBucketLocation": stored((*view).locateBucket),
	"s3:GetBucketPolicy":   stored((*view).getBucketPolicy),
	"s3:PutBucketPolicy":   stored((*view).putBucketPolicy),
	"s3:GetObject":         stored((*view).getObject),
	"s3:PutObject":         stored((*view).putObject),
	"s3:DeleteObject":      stored((*view).deleteObject),

	"s3:GetEncryptionConfiguration": stored((*view).getBucketEncryption),
	"s3:GetBucketPublicAccessBlock": stored((*view).getPublicAccessBlock),

	"sts:GetCallerIdentity":       custom((*view).getCallerIdentity, anything, writeCallerIdentity),
	"sts:AssumeRole":              custom((*view).assumeRole, assumedRole, writeAssumedRole),
	"iam:SimulatePrincipalPolicy": custom((*view).simulatePrincipalPolicy, simulatedSource, writeSimulation),
	"account:ListRegions":         custom((*view).listRegions, accountResource, writeRegions),
})
