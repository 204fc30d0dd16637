package wire

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// judged is a world whose role reader has policies, and whose caller may ask about users and roles.
func judged() *world.World {
	ask := `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:SimulatePrincipalPolicy", "Resource": ["arn:aws:iam::111111111111:role/*", "arn:aws:iam::*:user/ana"]}}`
	return &world.World{At: at, Accounts: []*world.Account{{
		ID: research, Regions: []*world.Region{{Name: homeTown}}, Keys: []world.Key{{Principal: "arn:aws:iam::" + research + ":user/ana", Policies: []string{ask}}},
		Roles: []*world.Role{{Name: "reader", Policies: []string{`{"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": ["sagemaker:List*", "sagemaker:Describe*"], "Resource": "*"},
			{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:sagemaker:*:*:endpoint/secret"},
			{"Effect": "Allow", "Action": "logs:*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}]}`}}},
	}}}
}

func TestSimulatePrincipalPolicy(t *testing.T) {
	_, cfg := serve(t, judged())
	client := iam.NewFromConfig(cfg)
	in := iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String("arn:aws:iam::111111111111:role/reader"),
		ActionNames:     []string{"sagemaker:DescribeEndpoint", "sagemaker:DeleteEndpoint", "logs:DescribeLogGroups"},
		ResourceArns:    []string{"*", "arn:aws:sagemaker:eu-west-1:111111111111:endpoint/secret"},
		MaxItems:        aws.Int32(4),
	}
	simulate := func(context ...types.ContextEntry) (got []string) {
		in.ContextEntries = context
		for pages := iam.NewSimulatePrincipalPolicyPaginator(client, &in); pages.HasMorePages(); {
			out, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range out.EvaluationResults {
				got = append(got, fmt.Sprint(*r.EvalActionName, " ", len(*r.EvalResourceName), " ", r.EvalDecision, r.MissingContextValues))
			}
		}
		return got
	}
	want := []string{
		"sagemaker:DescribeEndpoint 1 allowed[aws:RequestedRegion]", "sagemaker:DescribeEndpoint 56 explicitDeny[aws:RequestedRegion]",
		"sagemaker:DeleteEndpoint 1 implicitDeny[aws:RequestedRegion]", "sagemaker:DeleteEndpoint 56 explicitDeny[aws:RequestedRegion]",
		"logs:DescribeLogGroups 1 implicitDeny[aws:RequestedRegion]", "logs:DescribeLogGroups 56 explicitDeny[aws:RequestedRegion]",
	}
	if diff := cmp.Diff(want, simulate()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got := simulate(types.ContextEntry{ContextKeyName: aws.String("aws:RequestedRegion"), ContextKeyType: types.ContextKeyTypeEnumString, ContextKeyValues: []string{"eu-west-1"}})
	if got[4] != "logs:DescribeLogGroups 1 allowed[]" {
		t.Errorf("with the region: %s", got[4])
	}
}

func TestSourcesOfSimulations(t *testing.T) {
	_, cfg := serve(t, judged())
	for arn, want := range map[string]string{
		"arn:aws:iam::111111111111:user/ana":                 "",
		"arn:aws:iam::111111111111:role/reader":              "",
		"arn:aws:iam::111111111111:role/nobody":              "NoSuchEntity",
		"arn:aws:iam::222222222222:role/reader":              "AccessDenied",
		"arn:aws:sts::111111111111:assumed-role/reader/name": "AccessDenied",
	} {
		_, err := iam.NewFromConfig(cfg).SimulatePrincipalPolicy(t.Context(), &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &arn, ActionNames: []string{"sagemaker:ListApps"}})
		if code(err) != want {
			t.Errorf("%s: %v", arn, err)
		}
	}
	w := judged()
	w.Accounts[0].Keys = nil
	_, cfg = serve(t, w)
	_, err := iam.NewFromConfig(cfg).SimulatePrincipalPolicy(t.Context(), &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String("arn:aws:sts::111111111111:assumed-role/reader/name"), ActionNames: []string{"sagemaker:ListApps"},
	})
	if code(err) != "InvalidInput" {
		t.Errorf("a session is no source: %v", err)
	}
}

func TestForm(t *testing.T) {
	for query, want := range map[string]any{
		"Action=A&N=3": map[string]any{"Action": plain("A"), "N": plain("3")},
		"T.member.2.Key=b&T.member.10.Key=c&T.member.1.Key=a": map[string]any{"T": []any{
			map[string]any{"Key": plain("a")}, map[string]any{"Key": plain("b")}, map[string]any{"Key": plain("c")},
		}},
		"A.B.member.1=x":              map[string]any{"A": map[string]any{"B": []any{plain("x")}}},
		"A=1&A.B=2":                   nil,
		"A.member.x=2":                nil,
		"A.a.a.a.a.a.a.a.a.a.a.a.a=2": nil,
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got, err := form(values)
		if (err != nil) != (want == nil) {
			t.Errorf("%s: %v", query, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}
