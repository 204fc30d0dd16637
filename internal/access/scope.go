package access

import (
	"cmp"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// IAM's words for whose account and which partition it is, as the Service Authorization Reference writes ARNs. Each form of
// output has its own for them.
const (
	partition = "${Partition}"
	account   = "${Account}"
)

// anything is the scope of what IAM cannot restrict.
var anything = []string{"*"}

// own is the pattern of resources of the account itself.
func own(service, region, resource string) string {
	return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource
}

// ofType is the pattern of SageMaker's resources of a type, by what the resource part of their ARNs begins with.
func ofType(arnType string) string { return own("sagemaker", "*", arnType+"/*") }

// studioLogs is the one group of logs that is looked into: that of Studio's apps.
const studioLogs = "log-group:/aws/sagemaker/studio"

// looksInto reports whether an action reads something by its name, which IAM can restrict. A list it cannot, but that of a hub.
func looksInto(action string) bool {
	return strings.HasPrefix(action, "sagemaker:Describe") || action == "sagemaker:ListHubContents"
}

// scopeOf is where reading goes: to the account's own, and of logs, which hold what others wrote, to the one group.
func scopeOf(action string) []string {
	switch {
	case strings.HasPrefix(action, "logs:"):
		return []string{own("logs", "*", studioLogs+"*")}
	case strings.HasPrefix(action, "account:"):
		return []string{own("account", "", "account")}
	case looksInto(action):
		return []string{own("sagemaker", "*", "*")}
	}
	return anything
}

// billed is where what is asked of billing goes, and of the bucket that it delivers to, empty for any.
func billed(action, bucket string) []string {
	switch s := service(action); {
	case action == "bcm-data-exports:CreateExport", action == "bcm-data-exports:UpdateExport":
		return []string{own(s, "*", "export/*"), own(s, "*", "table/*")}
	case action == "bcm-data-exports:GetExport":
		return []string{own(s, "*", "export/*")}
	case action == "cur:PutReportDefinition":
		return []string{own(s, "*", "definition/*")}
	case s == "s3":
		return []string{"arn:" + partition + ":s3:::" + cmp.Or(bucket, "*")}
	case action == "sagemaker:UpdateDomain":
		return []string{ofType("domain")}
	case s == "sagemaker":
		return scopeOf(action)
	}
	return anything
}

// service is whose an action is.
func service(action string) string {
	name, _, _ := strings.Cut(action, ":")
	return name
}

// On is what IAM is asked about when a scan of the target calls the action: a resource, or * for any.
func On(action string, t estate.Target) string {
	arn := estate.ARN{Partition: t.Partition, Region: t.Region, Account: t.Account}
	switch {
	case strings.HasPrefix(action, "logs:"):
		arn.Service, arn.Resource = "logs", studioLogs
	case strings.HasPrefix(action, "account:"):
		arn.Service, arn.Region, arn.Resource = "account", "", "account"
	case looksInto(action):
		arn.Service, arn.Resource = "sagemaker", "any/any" // of whatever type: the policy that is printed tells none apart
	default:
		return "*"
	}
	return arn.String()
}

// alsoOn are the types of resources that an operation is asked about beside those of its family
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html).
var alsoOn = map[string]string{
	"sagemaker:CreateEndpoint":            "endpoint-config",
	"sagemaker:CreateInferenceComponent":  "endpoint",
	"sagemaker:DeleteHubContent":          "hub",
	"sagemaker:DeleteHubContentReference": "hub",
	"sagemaker:ImportHubContent":          "hub",
	"sagemaker:CreateHubContentReference": "hub",
	"sagemaker:CreateImageVersion":        "image-version",
	"sagemaker:DescribeImageVersion":      "image-version",
}

// passesRole are the operations that give a role to what they make or change (the same reference: iam:PassRole among the
// dependent actions).
var passesRole = []string{
	"sagemaker:CreateEndpointConfig", "sagemaker:CreateFeatureGroup", "sagemaker:CreateImage", "sagemaker:CreateMlflowTrackingServer",
	"sagemaker:CreateModel", "sagemaker:CreateMonitoringSchedule", "sagemaker:CreateNotebookInstance",
	"sagemaker:CreateUserProfile", "sagemaker:UpdateCluster",
}
