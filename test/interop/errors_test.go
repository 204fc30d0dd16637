//go:build interop

package interop_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The same mistake has other codes in other protocols: query services drop "Exception" or have names of their own, and
// CloudWatch, once a query service, keeps those names whatever protocol it is spoken to in.
func TestErrors(t *testing.T) {
	const (
		unrecognized = "The security token included in the request is invalid."
		expired      = "The security token included in the request is expired"
		reader       = "User: arn:aws:iam::111111111111:role/reader is not authorized to perform: "
		throttled    = "Rate exceeded"
		cbor         = "smithy-rpc-v2-cbor"
	)
	one := members{"EndpointName": "one"}
	rows := []struct {
		name string
		call call
		want outcome
		// command says the same to the AWS CLI.
		command string
	}{
		{"unknown key", call{Key: "AKIANOBODY", Service: "sagemaker", Operation: "list_domains"},
			outcome{"UnrecognizedClientException", unrecognized, 400, 0}, "sagemaker list-domains"},
		{"unknown key, query", call{Key: "AKIANOBODY", Service: "sts", Operation: "get_caller_identity"},
			outcome{"InvalidClientTokenId", unrecognized, 403, 0}, "sts get-caller-identity"},
		{"unknown key, REST", call{Key: "AKIANOBODY", Service: "account", Operation: "list_regions"},
			outcome{"UnrecognizedClientException", unrecognized, 403, 0}, ""},
		{"unknown key, JSON of a query service", call{Key: "AKIANOBODY", Service: "cloudwatch", Operation: "list_metrics"},
			outcome{"InvalidClientTokenId", unrecognized, 400, 0}, ""},
		{"expired key", call{Key: "AKIAEXPIRED", Service: "sagemaker", Operation: "list_domains"},
			outcome{"ExpiredTokenException", expired, 400, 0}, "sagemaker list-domains"},
		{"expired key, query", call{Key: "AKIAEXPIRED", Service: "sts", Operation: "get_caller_identity"},
			outcome{"ExpiredToken", expired, 403, 0}, "sts get-caller-identity"},
		{"expired key, CBOR", call{Key: "AKIAEXPIRED", Service: "cloudwatch", Protocol: cbor, Operation: "list_metrics"},
			outcome{"ExpiredToken", expired, 400, 0}, ""},
		{"no session token", call{Key: "ASIATEMPORARY", Service: "sts", Operation: "get_caller_identity"},
			outcome{"InvalidClientTokenId", unrecognized, 403, 0}, ""},
		{"session token", call{Key: "ASIATEMPORARY", Token: "the-token", Service: "sts", Operation: "get_caller_identity"},
			outcome{Status: 200}, ""},
		{"region off", call{Key: "AKIAADMIN", Region: "ap-south-1", Service: "sagemaker", Operation: "list_endpoints"},
			outcome{"UnrecognizedClientException", unrecognized, 400, 0}, "sagemaker list-endpoints"},
		{"denied in so many words", call{Key: "AKIAREADER", Service: "sagemaker", Operation: "list_domains"},
			outcome{"AccessDeniedException", reader + "sagemaker:ListDomains on resource: * with an explicit deny in an identity-based policy", 400, 0},
			"sagemaker list-domains"},
		{"not allowed", call{Key: "AKIAREADER", Service: "resourcegroupstaggingapi", Operation: "get_resources"},
			outcome{"AccessDeniedException", reader + "tag:GetResources on resource: * because no identity-based policy allows the tag:GetResources action", 400, 0},
			"resourcegroupstaggingapi get-resources"},
		{"not allowed, REST", call{Key: "AKIAREADER", Service: "account", Operation: "list_regions"},
			outcome{"AccessDeniedException", reader + "account:ListRegions on resource: arn:aws:account::111111111111:account " +
				"because no identity-based policy allows the account:ListRegions action", 403, 0}, ""},
		{"allowed", call{Key: "AKIAREADER", Service: "sagemaker", Operation: "describe_endpoint", Arguments: one}, outcome{Status: 200}, ""},
		{"read-only", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "delete_endpoint", Arguments: one},
			outcome{"AccessDeniedException", "simulated organization is read-only: sagemaker:DeleteEndpoint", 400, 0}, "sagemaker delete-endpoint --endpoint-name one"},
		{"throttled", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "list_models"},
			outcome{"ThrottlingException", throttled, 400, 1}, "sagemaker list-models"},
		{"throttled once", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "list_endpoint_configs"}, outcome{Status: 200, Retries: 1}, ""},
		{"throttled, JSON of a query service", call{Key: "AKIAADMIN", Service: "cloudwatch", Operation: "list_metrics"},
			outcome{"Throttling", throttled, 400, 1}, "cloudwatch list-metrics"},
		{"throttled, CBOR", call{Key: "AKIAADMIN", Service: "cloudwatch", Protocol: cbor, Operation: "list_metrics"},
			outcome{"Throttling", throttled, 400, 1}, ""},
		{"unavailable", call{Key: "AKIAADMIN", Service: "logs", Operation: "describe_log_groups"},
			outcome{"ServiceUnavailableException", "simulated ServiceUnavailableException", 503, 1}, "logs describe-log-groups"},
		{"no such endpoint", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "describe_endpoint", Arguments: members{"EndpointName": "none"}},
			outcome{"ValidationException", `Could not find endpoint "arn:aws:sagemaker:eu-west-1:111111111111:endpoint/none".`, 400, 0},
			"sagemaker describe-endpoint --endpoint-name none"},
		{"no such notebook instance", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "describe_notebook_instance",
			Arguments: members{"NotebookInstanceName": "none"}},
			outcome{"ValidationException", "RecordNotFound", 400, 0}, "sagemaker describe-notebook-instance --notebook-instance-name none"},
		{"no such training job", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "describe_training_job",
			Arguments: members{"TrainingJobName": "none"}},
			outcome{"ValidationException", "Requested resource not found.", 400, 0}, ""},
		{"no such cluster", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "describe_cluster", Arguments: members{"ClusterName": "none"}},
			outcome{"ResourceNotFound", "Cluster [none] does not exist.", 400, 0}, ""},
		{"no such role", call{Key: "AKIAADMIN", Service: "sts", Operation: "assume_role",
			Arguments: members{"RoleArn": "arn:aws:iam::111111111111:role/none", "RoleSessionName": "me"}},
			outcome{"AccessDenied", "User: arn:aws:iam::111111111111:user/simulated " +
				"is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/none", 403, 0},
			"sts assume-role --role-arn arn:aws:iam::111111111111:role/none --role-session-name me"},
		{"no organization", call{Key: "AKIAADMIN", Service: "organizations", Operation: "list_accounts"},
			outcome{"AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400, 0}, "organizations list-accounts"},
		{"two attributes of events", call{Key: "AKIAADMIN", Service: "cloudtrail", Operation: "lookup_events",
			Arguments: members{"LookupAttributes": []members{
				{"AttributeKey": "EventName", "AttributeValue": "CreateApp"}, {"AttributeKey": "Username", "AttributeValue": "ann"}}}},
			outcome{"InvalidLookupAttributesException", "Only one lookup attribute may be given.", 400, 0}, ""},
		{"quotas of no service", call{Key: "AKIAADMIN", Service: "service-quotas", Operation: "list_service_quotas",
			Arguments: members{"ServiceCode": "none"}},
			outcome{"NoSuchResourceException", "The request failed because the specified service does not exist.", 400, 0}, ""},
		{"no such app", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "describe_app",
			Arguments: members{"DomainId": "d-none", "UserProfileName": "ann", "AppType": "JupyterLab", "AppName": "default"}},
			outcome{"ResourceNotFound", "App [default] does not exist.", 400, 0}, ""},
		{"no such log group", call{Key: "AKIAADMIN", Service: "logs", Operation: "describe_log_streams", Arguments: members{"logGroupName": "none"}},
			outcome{"ResourceNotFoundException", "The specified log group does not exist.", 400, 0}, ""},
		{"foreign page token", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "list_apps", Arguments: members{"NextToken": "none"}},
			outcome{"ValidationException", "Invalid pagination token: it does not belong to this request.", 400, 0}, ""},
		{"unknown operation", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "list_trials"},
			outcome{"UnknownOperationException", "the simulated organization does not know sagemaker:ListTrials", 400, 0}, ""},
	}
	v := peer(t)
	url, _ := simulate(t, build(t), "--scenario", "testdata/errors.yaml")

	var calls []call
	for i, r := range rows {
		if r.call.Region == "" {
			rows[i].call.Region = "eu-west-1"
		}
		calls = append(calls, rows[i].call)
	}
	got := v.boto3(t, environment(t, "AWS_ENDPOINT_URL="+url), calls)
	for i, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if diff := cmp.Diff(r.want, got[i].outcome); diff != "" {
				t.Errorf("boto3 (-want +got):\n%s", diff)
			}
			if r.command == "" {
				return
			}
			c := terminal{t, v, environment(t, "AWS_ENDPOINT_URL="+url, "AWS_ACCESS_KEY_ID="+r.call.Key, "AWS_SECRET_ACCESS_KEY=simulated",
				"AWS_DEFAULT_REGION="+r.call.Region, "AWS_MAX_ATTEMPTS=1")}
			ended, said := c.try(strings.Fields(r.command)...), "An error occurred ("+r.want.Code+") when calling the "
			if ended.status == 0 || !strings.Contains(string(ended.stderr), said) || !strings.Contains(string(ended.stderr), r.want.Message) {
				t.Errorf("the AWS CLI ends with %d and says %q, want %q and %q", ended.status, ended.stderr, said, r.want.Message)
			}
		})
	}
}
