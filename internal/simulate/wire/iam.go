package wire

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// simulatedKey is the only condition key that policies here may have.
const simulatedKey = "aws:RequestedRegion"

func simulatedSource(_ *view, in *iam.SimulatePrincipalPolicyInput) string {
	return aws.ToString(in.PolicySourceArn)
}

func (v *view) simulatePrincipalPolicy(in *iam.SimulatePrincipalPolicyInput) (*iam.SimulatePrincipalPolicyOutput, error) {
	limit := int32(100)
	if in.MaxItems != nil {
		limit = *in.MaxItems
	}
	switch {
	case len(in.PolicyInputList) > 0 || len(in.PermissionsBoundaryPolicyInputList) > 0 || len(in.PolicyExclusionList) > 0 || in.ResourcePolicy != nil || in.CallerArn != nil:
		return nil, inputError("The simulated organization evaluates the policies of the source as they are.")
	case len(in.ActionNames) == 0:
		return nil, invalid("1 validation error detected: Value at 'actionNames' failed to satisfy constraint: Member must not be null")
	case limit < 1 || limit > 1000:
		return nil, invalid("1 validation error detected: Value '%d' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 1000", limit)
	}
	source, err := v.source(aws.ToString(in.PolicySourceArn))
	if err != nil {
		return nil, err
	}
	region, missing, err := requestedRegion(in.ContextEntries, source)
	if err != nil {
		return nil, err
	}
	resources := in.ResourceArns
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	var results []types.EvaluationResult
	for _, action := range in.ActionNames {
		for _, resource := range resources {
			results = append(results, types.EvaluationResult{
				EvalActionName: aws.String(action), EvalResourceName: aws.String(resource),
				EvalDecision:         types.PolicyEvaluationDecisionType(source.decide(action, resource, region)),
				MissingContextValues: missing,
			})
		}
	}
	begin := 0
	if cursor, err := v.cursor(in.Marker); err != nil {
		return nil, invalid("Invalid Marker.")
	} else if cursor != "" {
		if begin, err = strconv.Atoi(cursor); err != nil || begin >= len(results) {
			return nil, invalid("Invalid Marker.")
		}
	}
	out := &iam.SimulatePrincipalPolicyOutput{EvaluationResults: results[begin:]}
	if len(out.EvaluationResults) > int(limit) {
		out.EvaluationResults = out.EvaluationResults[:limit]
		out.IsTruncated, out.Marker = true, v.token(strconv.Itoa(begin+int(limit)))
	}
	return out, nil
}

func inputError(message string) error { return &apiError{code: "InvalidInput", message: message} }

// source is the user or the role of the caller's account whose policies are asked about.
func (v *view) source(arn string) (*principal, error) {
	a, err := estate.ParseARN(arn)
	if err != nil || a.Service != "iam" || !slices.Contains([]string{"user", "role", "group"}, a.Type()) {
		return nil, inputError("Invalid Entity Arn: " + arn + " does not clearly define entity type and name.")
	}
	if r := v.server.identities.roles[arn]; r != nil && r.account == v.principal.account {
		return &r.principal, nil
	}
	for _, k := range v.server.identities.keys {
		if k.arn == arn && k.account == v.principal.account {
			return k.principal, nil
		}
	}
	name := a.Resource[strings.LastIndex(a.Resource, "/")+1:]
	return nil, &apiError{code: "NoSuchEntity", message: fmt.Sprintf("The %s with name %s cannot be found.", a.Type(), name), status: http.StatusNotFound}
}

// requestedRegion is the region that the simulation is told. What the policies ask for and is not told is missing.
func requestedRegion(context []types.ContextEntry, source *principal) (region string, missing []string, err error) {
	if len(context) > 0 {
		c := context[0]
		if len(context) > 1 || len(c.ContextKeyValues) != 1 || !strings.EqualFold(aws.ToString(c.ContextKeyName), simulatedKey) {
			return "", nil, inputError("The simulated organization takes one value of " + simulatedKey + " as the context.")
		}
		return c.ContextKeyValues[0], nil, nil
	}
	for _, p := range source.policies {
		if slices.ContainsFunc(p.Statement, func(s statement) bool { return len(s.Condition) > 0 }) {
			return "", []string{simulatedKey}, nil
		}
	}
	return "", nil, nil
}

func writeSimulation(_ protocol, out *iam.SimulatePrincipalPolicyOutput) ([]byte, error) {
	return answered(iamNamespace, "SimulatePrincipalPolicy", func(m *markup) {
		m.within("EvaluationResults", func() {
			for _, r := range out.EvaluationResults {
				m.within("member", func() {
					m.text("EvalActionName", *r.EvalActionName)
					m.text("EvalResourceName", *r.EvalResourceName)
					m.text("EvalDecision", string(r.EvalDecision))
					m.within("MissingContextValues", func() {
						for _, name := range r.MissingContextValues {
							m.text("member", name)
						}
					})
				})
			}
		})
		m.text("IsTruncated", strconv.FormatBool(out.IsTruncated))
		if out.Marker != nil {
			m.text("Marker", *out.Marker)
		}
	}), nil
}
