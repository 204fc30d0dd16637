package wire

import (
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func TestAuthorize(t *testing.T) {
	const (
		action   = "sagemaker:DescribeEndpoint"
		resource = "arn:aws:sagemaker:us-east-1:111111111111:endpoint/churn"
		allow    = `{"Effect": "Allow", "Action": "*", "Resource": "*"}`
	)
	tests := []struct {
		name       string
		statements string
		want       bool
	}{
		{"nothing allows", `[]`, false},
		{"all", allow, true},
		{"an allow after a deny", `[{"Effect": "Deny", "Action": "sagemaker:Describe*", "Resource": "*"}, ` + allow + `]`, false},
		{"a deny of something else", `[{"Effect": "Deny", "Action": "sagemaker:List*", "Resource": "*"}, ` + allow + `]`, true},
		{"a wildcard in the middle", `{"Effect": "Allow", "Action": "sagemaker:*Endpoint", "Resource": "arn:aws:sagemaker:*:*:endpoint/ch?rn"}`, true},
		{"another resource", `{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:sagemaker:*:*:endpoint/fraud"}`, false},
		{"one of many resources", `{"Effect": "Allow", "Action": "*", "Resource": ["arn:*:app/*", "arn:*:endpoint/*"]}`, true},
		{"resources match in their case", `{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:sagemaker:*:*:endpoint/CHURN"}`, false},
		{"not this action", `{"Effect": "Allow", "NotAction": "sagemaker:Describe*", "Resource": "*"}`, false},
		{"not another action", `{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}`, true},
		{"not this resource", `{"Effect": "Allow", "Action": "*", "NotResource": "arn:*:endpoint/*"}`, false},
		{"not another resource", `{"Effect": "Allow", "Action": "*", "NotResource": "arn:*:app/*"}`, true},
		{"in the region", `{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}}`, true},
		{"in another region", `{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:requestedregion": "eu-west-1"}}}`, false},
		{"in regions like it", `{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:RequestedRegion": "us-*"}}}`, true},
		{"outside of regions", `[{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}}, ` + allow + `]`, false},
		{"every operator must hold", `{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:RequestedRegion": "us-*"}, "StringNotLike": {"aws:RequestedRegion": "*-1"}}}`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			policies, err := newPolicies([]string{`{"Version": "2012-10-17", "Statement": ` + test.statements + `}`})
			if err != nil {
				t.Fatal(err)
			}
			err = (&principal{policies: policies}).authorize(action, resource, "us-east-1")
			if got := err == nil; got != test.want {
				t.Errorf("allowed: %v, want %v (%v)", got, test.want, err)
			}
		})
	}
}

// A rule that the evaluator would have to ignore is refused when the world is loaded.
func TestPoliciesThatAreNotSimulated(t *testing.T) {
	tests := []struct{ name, statement, want string }{
		{"a condition key", `"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "x"}}`, "condition key aws:ResourceTag/team is not simulated"},
		{"a condition operator", `"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`, "condition operator IpAddress is not simulated"},
		{"a variable", `"Effect": "Allow", "Action": "*", "Resource": "arn:aws:sagemaker:*:*:user-profile/*/${aws:username}"`, "policy variables are not simulated"},
		{"a principal", `"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"`, `unknown field "Principal"`},
		{"an effect", `"Effect": "allow", "Action": "*", "Resource": "*"`, `effect "allow" is neither Allow nor Deny`},
		{"no action", `"Effect": "Allow", "Resource": "*"`, "want either Action or NotAction"},
		{"no resource", `"Effect": "Allow", "Action": "*"`, "want either Resource or NotResource"},
		{"no JSON", `"Effect"`, "invalid character"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := New(Options{World: &world.World{Accounts: []*world.Account{{ID: research, Keys: []world.Key{{
				AccessKeyID: "K", Policies: []string{`{"Version": "2012-10-17", "Statement": {` + test.statement + `}}`},
			}}}}}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestOneKeyOpensOneAccount(t *testing.T) {
	_, err := New(Options{World: &world.World{Accounts: []*world.Account{
		{ID: "1", Keys: []world.Key{{AccessKeyID: "K"}}}, {ID: "2", Keys: []world.Key{{AccessKeyID: "K"}}},
	}}})
	if err == nil || err.Error() != "access key K opens both account 1 and account 2" {
		t.Errorf("got %v", err)
	}
}

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "abc", true}, {"a*c", "abbbc", true}, {"a*c", "abb", false},
		{"a?c", "abc", true}, {"a?c", "ac", false}, {"*b*d", "abcbd", true}, {"a*b*", "acb", true}, {"abc", "ab", false}, {"a**c", "ac", true},
	}
	for _, test := range tests {
		if got := glob(test.pattern, test.text); got != test.want {
			t.Errorf("glob(%q, %q) = %v", test.pattern, test.text, got)
		}
	}
}
