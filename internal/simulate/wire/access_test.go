package wire

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// calls are one call per protocol.
var calls = map[string]func(context.Context, aws.Config) error{
	"json": func(ctx context.Context, cfg aws.Config) error {
		_, err := sagemaker.NewFromConfig(cfg).ListDomains(ctx, nil)
		return err
	},
	"cbor": func(ctx context.Context, cfg aws.Config) error {
		_, err := cloudwatch.NewFromConfig(cfg).ListMetrics(ctx, nil)
		return err
	},
	"query": func(ctx context.Context, cfg aws.Config) error {
		_, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
		return err
	},
	"rest": func(ctx context.Context, cfg aws.Config) error {
		_, err := account.NewFromConfig(cfg).ListRegions(ctx, nil)
		return err
	},
}

func TestWhoMayCall(t *testing.T) {
	keys := []world.Key{
		{AccessKeyID: "GOOD"},
		{AccessKeyID: "OLD", Expired: true},
		{AccessKeyID: "TEMPORARY", SessionToken: "token"},
	}
	_, cfg := serve(t, &world.World{Accounts: []*world.Account{
		{ID: research, Keys: keys, Regions: []*world.Region{{Name: "us-east-1"}}, EnabledRegions: []string{"us-east-1", "eu-west-1"}},
		{ID: "222222222222", Regions: []*world.Region{{Name: "ap-east-1"}}},
	}})
	const unrecognized, queryUnrecognized = "UnrecognizedClientException", "InvalidClientTokenId"
	tests := []struct {
		name, key, token, region string
		want                     map[string]string
	}{
		{name: "a key", key: "GOOD", want: map[string]string{"json": "", "cbor": "", "query": "", "rest": ""}},
		{name: "an enabled region that is not used", key: "GOOD", region: "eu-west-1", want: map[string]string{"json": "", "cbor": "", "query": ""}},
		{name: "a region that is off", key: "GOOD", region: "ap-east-1", want: map[string]string{"json": unrecognized, "cbor": queryUnrecognized, "query": queryUnrecognized, "rest": ""}},
		{name: "an unknown key", key: "NOBODY", want: map[string]string{"json": unrecognized, "cbor": queryUnrecognized, "query": queryUnrecognized, "rest": unrecognized}},
		{name: "an expired key", key: "OLD", want: map[string]string{"json": "ExpiredTokenException", "cbor": "ExpiredToken", "query": "ExpiredToken", "rest": "ExpiredTokenException"}},
		{name: "a temporary key", key: "TEMPORARY", token: "token", want: map[string]string{"json": "", "query": ""}},
		{name: "a temporary key with another's token", key: "TEMPORARY", token: "other", want: map[string]string{"json": unrecognized, "query": queryUnrecognized}},
		{name: "without a list of its own, an account has every region that the organization uses", key: "AKIASIM222222222222", want: map[string]string{"json": "", "rest": ""}},
	}
	for _, test := range tests {
		for protocol, want := range test.want {
			t.Run(test.name+"/"+protocol, func(t *testing.T) {
				cfg := cfg.Copy()
				cfg.Credentials = credentials.NewStaticCredentialsProvider(test.key, "secret", test.token)
				if test.region != "" {
					cfg.Region = test.region
				}
				err := calls[protocol](t.Context(), cfg)
				if got := code(err); got != want || (err == nil) != (want == "") {
					t.Errorf("got %q, want %q: %v", got, want, err)
				}
			})
		}
	}
}

func TestUnsignedCall(t *testing.T) {
	_, cfg := serve(t, home(&world.Region{}))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, *cfg.BaseEndpoint, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Amz-Target", "SageMaker.ListApps")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusForbidden || resp.Header.Get("X-Amzn-Errortype") != "MissingAuthenticationTokenException" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
}

func TestIdentityAndRegionsOfTheCaller(t *testing.T) {
	role := "arn:aws-cn:iam::333333333333:role/reader"
	_, cfg := serve(t, &world.World{Accounts: []*world.Account{
		{ID: research, Regions: []*world.Region{{Name: "us-east-1"}, {Name: "me-south-1"}}, EnabledRegions: []string{"me-south-1"}},
		{ID: "333333333333", Partition: "aws-cn", Keys: []world.Key{{AccessKeyID: "CN", Principal: role}}, Regions: []*world.Region{{Name: "cn-north-1"}}},
	}})
	regions := func(cfg aws.Config) map[string]string {
		out, err := account.NewFromConfig(cfg).ListRegions(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, r := range out.Regions {
			got[*r.RegionName] = string(r.RegionOptStatus)
		}
		return got
	}
	if diff := cmp.Diff(map[string]string{"us-east-1": "DISABLED", "me-south-1": "ENABLED"}, regions(cfg)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	cfg.Region, cfg.Credentials = "cn-north-1", credentials.NewStaticCredentialsProvider("CN", "secret", "")
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil || *out.Arn != role || *out.Account != "333333333333" {
		t.Errorf("%+v, %v", out, err)
	}
	if diff := cmp.Diff(map[string]string{"cn-north-1": "ENABLED"}, regions(cfg)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a policy allows and denies, on the wire, in AWS's words.
func TestPoliciesAreEnforced(t *testing.T) {
	w := studio()
	w.Accounts[0].Keys = []world.Key{{AccessKeyID: "READER", Principal: "arn:aws:iam::" + research + ":role/reader", Policies: []string{`{
		"Version": "2012-10-17",
		"Statement": [
			{"Effect": "Allow", "Action": ["sagemaker:List*", "logs:DescribeLogStreams", "cloudwatch:getmetricdata"], "Resource": "*"},
			{"Effect": "Allow", "Action": "sagemaker:DescribeApp", "Resource": "arn:aws:sagemaker:*:*:app/d-1/ann/*"},
			{"Effect": "Deny", "Action": "sagemaker:ListModels", "Resource": "*"},
			{"Effect": "Deny", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:log-group:/secret/*"}
		]}`}}}
	_, cfg := serve(t, w)
	cfg.Credentials = credentials.NewStaticCredentialsProvider("READER", "secret", "")
	sm := sagemaker.NewFromConfig(cfg)
	app := func(user, space string) error {
		_, err := sm.DescribeApp(t.Context(), &sagemaker.DescribeAppInput{
			DomainId: aws.String("d-1"), UserProfileName: given(user), SpaceName: given(space), AppType: types.AppTypeKernelGateway, AppName: aws.String("kg"),
		})
		return err
	}
	streams := func(group string) error {
		_, err := cloudwatchlogs.NewFromConfig(cfg).DescribeLogStreams(t.Context(), &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: &group})
		return err
	}
	_, models := sm.ListModels(t.Context(), nil)
	_, endpoint := sm.DescribeEndpoint(t.Context(), &sagemaker.DescribeEndpointInput{EndpointName: aws.String("churn")})
	_, metrics := cloudwatch.NewFromConfig(cfg).ListMetrics(t.Context(), nil)
	_, data := cloudwatch.NewFromConfig(cfg).GetMetricData(t.Context(), ask(day, day, "Sum"))
	user := "User: arn:aws:iam::111111111111:role/reader is not authorized to perform: "
	tests := []struct {
		name          string
		err           error
		code, message string
	}{
		{"allowed", app("ann", ""), "", ""},
		{"who am I is always allowed", calls["query"](t.Context(), cfg), "", ""},
		{"actions match in any case", data, "", ""},
		{"another resource", app("", "lab"), "AccessDeniedException",
			user + "sagemaker:DescribeApp on resource: arn:aws:sagemaker:us-east-1:111111111111:app/d-1/lab/kernelgateway/kg because no identity-based policy allows the sagemaker:DescribeApp action"},
		{"another action", endpoint, "AccessDeniedException",
			user + "sagemaker:DescribeEndpoint on resource: arn:aws:sagemaker:us-east-1:111111111111:endpoint/churn because no identity-based policy allows the sagemaker:DescribeEndpoint action"},
		{"an explicit deny", models, "AccessDeniedException", user + "sagemaker:ListModels on resource: * with an explicit deny in an identity-based policy"},
		{"in the query protocol's words", metrics, "AccessDenied", user + "cloudwatch:ListMetrics on resource: * because no identity-based policy allows the cloudwatch:ListMetrics action"},
		{"an allowed group", streams("/aws/sagemaker/studio"), "", ""},
		{"a denied group", streams("/secret/group"), "AccessDeniedException",
			user + "logs:DescribeLogStreams on resource: arn:aws:logs:us-east-1:111111111111:log-group:/secret/group:log-stream: with an explicit deny in an identity-based policy"},
	}
	for _, test := range tests {
		if got := code(test.err); got != test.code || message(test.err) != test.message {
			t.Errorf("%s: %v", test.name, test.err)
		}
	}
}

func TestNothingIsChanged(t *testing.T) {
	s, cfg := serve(t, studio())
	_, err := sagemaker.NewFromConfig(cfg).DeleteEndpoint(t.Context(), &sagemaker.DeleteEndpointInput{EndpointName: aws.String("churn")})
	if code(err) != "AccessDeniedException" || !strings.Contains(message(err), "simulated organization is read-only") {
		t.Errorf("DeleteEndpoint: %v", err)
	}
	_, err = cloudwatch.NewFromConfig(cfg).PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("n")})
	if code(err) != "AccessDenied" {
		t.Errorf("PutMetricData: %v", err)
	}
	_, err = sagemaker.NewFromConfig(cfg).ListDevices(t.Context(), nil)
	if code(err) != "UnknownOperationException" {
		t.Errorf("ListDevices: %v", err)
	}
	var changes []string
	for operation := range s.Calls() {
		if Mutating(operation) {
			changes = append(changes, operation)
		}
	}
	if len(changes) != 2 {
		t.Errorf("mutating calls were counted as %v", changes)
	}
}
