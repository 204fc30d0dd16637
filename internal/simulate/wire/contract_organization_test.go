package wire

import (
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	org "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const sandbox = "222222222222"

// readerRole is a role that the tests' first account may assume.
const readerRole = "arn:aws:iam::" + research + ":role/teams/reader"

// govern puts the world's accounts into an organization that the first leads, with another account in a unit of its own.
func govern(w *world.World) *world.World {
	first := w.Accounts[0]
	first.Email, first.Joined, first.Tags = "research@example.com", ago(900*day), map[string]string{"stage": "prod"}
	first.Roles = []*world.Role{{Name: "reader", Path: "/teams/", TrustedPrincipals: []string{research}}}
	w.Accounts = append(w.Accounts, &world.Account{ID: sandbox, Name: "sandbox", Email: "sandbox@example.com", State: "SUSPENDED", Joined: ago(800 * day)})
	w.Organization = &world.Organization{ID: "o-exampleorg", Management: research, Administrators: []string{sandbox}, Root: &world.Unit{
		ID: "r-ab12", Accounts: []string{research}, Units: []*world.Unit{{ID: "ou-ab12-11111111", Name: "Sandbox", Accounts: []string{sandbox}}},
	}}
	return w
}

func init() { maps.Copy(contracts, organizationContracts) }

var organizationContracts = map[string]contract{
	"organizations:DescribeOrganization": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := org.NewFromConfig(cfg).DescribeOrganization(ctx, nil)
		if err != nil {
			return "", err
		}
		return line(*out.Organization.Arn, *out.Organization.Id, *out.Organization.MasterAccountArn, *out.Organization.MasterAccountEmail), nil
	}, "arn:aws:organizations::111111111111:organization/o-exampleorg o-exampleorg arn:aws:organizations::111111111111:account/o-exampleorg/111111111111 research@example.com"},
	"organizations:ListAccounts": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := org.NewFromConfig(cfg).ListAccounts(ctx, nil)
		if err != nil {
			return "", err
		}
		a, b := out.Accounts[0], out.Accounts[1]
		return line(*a.Id, *a.Name, *a.Email, string(a.State), string(a.JoinedMethod), a.JoinedTimestamp.Format(time.DateOnly), *b.Id, string(b.State), string(b.Status)), nil
	}, "111111111111 research research@example.com ACTIVE INVITED 2024-06-01 222222222222 SUSPENDED "},
	"organizations:ListRoots": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := org.NewFromConfig(cfg).ListRoots(ctx, nil)
		if err != nil {
			return "", err
		}
		return line(*out.Roots[0].Id, *out.Roots[0].Name, *out.Roots[0].Arn), nil
	}, "r-ab12 Root arn:aws:organizations::111111111111:root/o-exampleorg/r-ab12"},
	"organizations:ListOrganizationalUnitsForParent": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := org.NewFromConfig(cfg).ListOrganizationalUnitsForParent(ctx, &org.ListOrganizationalUnitsForParentInput{ParentId: aws.String("r-ab12")})
		if err != nil {
			return "", err
		}
		u := out.OrganizationalUnits[0]
		return line(*u.Id, *u.Name, *u.Arn), nil
	}, "ou-ab12-11111111 Sandbox arn:aws:organizations::111111111111:ou/o-exampleorg/ou-ab12-11111111"},
	"organizations:ListAccountsForParent": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := org.NewFromConfig(cfg).ListAccountsForParent(ctx, &org.ListAccountsForParentInput{ParentId: aws.String("ou-ab12-11111111")})
		if err != nil {
			return "", err
		}
		return line(strconv.Itoa(len(out.Accounts)), *out.Accounts[0].Arn), nil
	}, "1 arn:aws:organizations::111111111111:account/o-exampleorg/222222222222"},
	"organizations:ListParents": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := org.NewFromConfig(cfg).ListParents(ctx, &org.ListParentsInput{ChildId: aws.String(sandbox)})
		if err != nil {
			return "", err
		}
		return line(*out.Parents[0].Id, string(out.Parents[0].Type)), nil
	}, "ou-ab12-11111111 ORGANIZATIONAL_UNIT"},
	"organizations:DescribeAccount": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := org.NewFromConfig(cfg).DescribeAccount(ctx, &org.DescribeAccountInput{AccountId: aws.String(sandbox)})
		if err != nil {
			return "", err
		}
		return line(*out.Account.Arn, *out.Account.Email), nil
	}, "arn:aws:organizations::111111111111:account/o-exampleorg/222222222222 sandbox@example.com"},
	"organizations:ListTagsForResource": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := org.NewFromConfig(cfg).ListTagsForResource(ctx, &org.ListTagsForResourceInput{ResourceId: aws.String(research)})
		if err != nil {
			return "", err
		}
		return line(*out.Tags[0].Key, *out.Tags[0].Value), nil
	}, "stage prod"},
	"organizations:ListDelegatedAdministrators": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := org.NewFromConfig(cfg).ListDelegatedAdministrators(ctx, nil)
		if err != nil {
			return "", err
		}
		return line(*out.DelegatedAdministrators[0].Id, *out.DelegatedAdministrators[0].Name), nil
	}, "222222222222 sandbox"},
	"sts:AssumeRole": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := sts.NewFromConfig(cfg).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(readerRole), RoleSessionName: aws.String("audit")})
		if err != nil {
			return "", err
		}
		return line(*out.AssumedRoleUser.Arn, *out.AssumedRoleUser.AssumedRoleId, (*out.Credentials.AccessKeyId)[:4], out.Credentials.Expiration.Format(time.RFC3339)), nil
	}, "arn:aws:sts::111111111111:assumed-role/reader/audit AROAJQY3A3VF2XUZ57DZJ:audit ASIA 2026-11-18T16:30:00Z"},
	"iam:SimulatePrincipalPolicy": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := iam.NewFromConfig(cfg).SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
			PolicySourceArn: aws.String(readerRole), ActionNames: []string{"sagemaker:ListApps", "logs:DescribeLogGroups"},
		})
		if err != nil {
			return "", err
		}
		a, b := out.EvaluationResults[0], out.EvaluationResults[1]
		return line(*a.EvalActionName, *a.EvalResourceName, string(a.EvalDecision), *b.EvalActionName, strconv.FormatBool(out.IsTruncated)), nil
	}, "sagemaker:ListApps * allowed logs:DescribeLogGroups false"},
	"cloudtrail:LookupEvents": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := cloudtrail.NewFromConfig(cfg).LookupEvents(ctx, nil)
		if err != nil {
			return "", err
		}
		e := out.Events[0]
		return line(*e.EventName, *e.Username, e.EventTime.Format(time.RFC3339), *e.Resources[0].ResourceType, *e.Resources[0].ResourceName, *e.ReadOnly), nil
	}, "CreateEndpoint ann 2026-10-09T15:30:00Z AWS::SageMaker::Endpoint churn false"},
	"servicequotas:ListServiceQuotas": {func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := servicequotas.NewFromConfig(cfg).ListServiceQuotas(ctx, &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("sagemaker"), MaxResults: aws.Int32(1)})
		if err != nil {
			return "", err
		}
		q := out.Quotas[0]
		return line(*q.QuotaArn, strconv.FormatBool(q.UsageMetric == nil), strconv.FormatBool(out.NextToken != nil)), nil
	}, "arn:aws:servicequotas:us-east-1:111111111111:sagemaker/L-6SZDUK6E true true"},
}
