//go:build interop

package interop_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A call is one that goes wrong, in boto3's words.
type call struct {
	Key       string            `json:"key"`
	Token     string            `json:"token"`
	Region    string            `json:"region"`
	Service   string            `json:"service"`
	Protocol  string            `json:"protocol"`
	Operation string            `json:"operation"`
	Arguments map[string]string `json:"arguments"`
}

// An outcome is what botocore reads out of an answer.
type outcome struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Status  int    `json:"status"`
	Retries int    `json:"retries"`
}

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
	one := map[string]string{"EndpointName": "one"}
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
		{"no such endpoint", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "describe_endpoint", Arguments: map[string]string{"EndpointName": "none"}},
			outcome{"ValidationException", `Could not find endpoint "arn:aws:sagemaker:eu-west-1:111111111111:endpoint/none".`, 400, 0},
			"sagemaker describe-endpoint --endpoint-name none"},
		{"no such app", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "describe_app",
			Arguments: map[string]string{"DomainId": "d-none", "UserProfileName": "ann", "AppType": "JupyterLab", "AppName": "default"}},
			outcome{"ResourceNotFound", "App [default] does not exist.", 400, 0}, ""},
		{"no such log group", call{Key: "AKIAADMIN", Service: "logs", Operation: "describe_log_streams", Arguments: map[string]string{"logGroupName": "none"}},
			outcome{"ResourceNotFoundException", "The specified log group does not exist.", 400, 0}, ""},
		{"foreign page token", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "list_apps", Arguments: map[string]string{"NextToken": "none"}},
			outcome{"ValidationException", "Invalid pagination token: it does not belong to this request.", 400, 0}, ""},
		{"unknown operation", call{Key: "AKIAADMIN", Service: "sagemaker", Operation: "list_notebook_instances"},
			outcome{"UnknownOperationException", "the simulated organization does not know sagemaker:ListNotebookInstances", 400, 0}, ""},
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
	var got []outcome
	v.script(t, environment(t, "AWS_ENDPOINT_URL="+url), "errors.py", calls, &got)
	if len(got) != len(rows) {
		t.Fatalf("boto3 answers %d of %d calls", len(got), len(rows))
	}
	for i, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if diff := cmp.Diff(r.want, got[i]); diff != "" {
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
