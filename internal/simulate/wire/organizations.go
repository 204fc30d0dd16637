package wire

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	org "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// inOrganization makes the resource of an operation from the id that its input names. Where there is no organization, it has no ARN.
func inOrganization[I any](id func(*I) *string) func(*view, *I) string {
	return func(v *view, in *I) string {
		if o := v.server.organization; o != nil {
			return o.resource(aws.ToString(id(in)))
		}
		return "*"
	}
}

func unitsParent(in *org.ListOrganizationalUnitsForParentInput) *string { return in.ParentId }

func accountsParent(in *org.ListAccountsForParentInput) *string { return in.ParentId }

func parentsChild(in *org.ListParentsInput) *string { return in.ChildId }

func describedAccount(in *org.DescribeAccountInput) *string { return in.AccountId }

func taggedMember(in *org.ListTagsForResourceInput) *string { return in.ResourceId }

func membership() error {
	return &apiError{code: "AWSOrganizationsNotInUseException", message: "Your account is not a member of an organization."}
}

// membersOrganization is the organization of the caller, who may be any member.
func (v *view) membersOrganization() (*organization, error) {
	o := v.server.organization
	if o == nil || o.members[v.target.Account] == nil {
		return nil, membership()
	}
	return o, nil
}

// leadersOrganization is the organization of the caller, who must be the management account or a delegated administrator.
func (v *view) leadersOrganization() (*organization, error) {
	o, err := v.membersOrganization()
	if err == nil && !o.leads(v.target.Account) {
		err = &apiError{code: "AccessDeniedException", message: "You don't have permissions to access this resource."}
	}
	return o, err
}

// mostMembers is the longest page of Organizations, and the usual one.
const mostMembers = 20

// memberPage is a page of the ids.
func (v *view) memberPage(ids []string, limit *int32, token *string) ([]string, *string, error) {
	n := mostMembers
	if limit != nil {
		n = int(*limit)
	}
	if n < 1 || n > mostMembers {
		return nil, nil, &apiError{code: "InvalidInputException", message: "You specified an invalid value for MaxResults: want 1 to 20."}
	}
	cut, next, err := page(v, ids, func(id string) string { return id }, false, n, token)
	if errors.Is(err, errToken) {
		err = &apiError{code: "InvalidInputException", message: "You specified an invalid value for nextToken. You must get the value from the response to a previous call to the API."}
	}
	return cut, next, err
}

func (v *view) listAccounts(in *org.ListAccountsInput) (*org.ListAccountsOutput, error) {
	o, err := v.leadersOrganization()
	if err != nil {
		return nil, err
	}
	cut, next, err := v.memberPage(slices.Collect(maps.Keys(o.members)), in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &org.ListAccountsOutput{Accounts: o.described(cut, v.now), NextToken: next}, nil
}

func (v *view) listAccountsForParent(in *org.ListAccountsForParentInput) (*org.ListAccountsForParentOutput, error) {
	o, parent, err := v.parent(in.ParentId)
	if err != nil {
		return nil, err
	}
	cut, next, err := v.memberPage(parent.Accounts, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &org.ListAccountsForParentOutput{Accounts: o.described(cut, v.now), NextToken: next}, nil
}

// parent is the organization with the unit that the call names.
func (v *view) parent(id *string) (*organization, *world.Unit, error) {
	o, err := v.leadersOrganization()
	if err != nil {
		return nil, nil, err
	}
	u := o.units[aws.ToString(id)]
	if u == nil {
		return nil, nil, &apiError{code: "ParentNotFoundException", message: "You specified a parent that doesn't exist."}
	}
	return o, u, nil
}

func (v *view) listRoots(in *org.ListRootsInput) (*org.ListRootsOutput, error) {
	o, err := v.leadersOrganization()
	if err != nil {
		return nil, err
	}
	if _, _, err := v.memberPage(nil, in.MaxResults, in.NextToken); err != nil {
		return nil, err
	}
	return &org.ListRootsOutput{Roots: []types.Root{{
		Arn: aws.String(o.resource(o.Root.ID)), Id: aws.String(o.Root.ID), Name: aws.String(cmp.Or(o.Root.Name, "Root")), PolicyTypes: []types.PolicyTypeSummary{},
	}}}, nil
}

func (v *view) listUnits(in *org.ListOrganizationalUnitsForParentInput) (*org.ListOrganizationalUnitsForParentOutput, error) {
	o, parent, err := v.parent(in.ParentId)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, u := range parent.Units {
		ids = append(ids, u.ID)
	}
	cut, next, err := v.memberPage(ids, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &org.ListOrganizationalUnitsForParentOutput{OrganizationalUnits: []types.OrganizationalUnit{}, NextToken: next}
	for _, id := range cut {
		out.OrganizationalUnits = append(out.OrganizationalUnits, types.OrganizationalUnit{
			Arn: aws.String(o.resource(id)), Id: aws.String(id), Name: aws.String(o.units[id].Name),
		})
	}
	return out, nil
}

func (v *view) listParents(in *org.ListParentsInput) (*org.ListParentsOutput, error) {
	o, err := v.leadersOrganization()
	if err != nil {
		return nil, err
	}
	id, ok := o.parents[aws.ToString(in.ChildId)]
	if !ok {
		return nil, &apiError{code: "ChildNotFoundException", message: "You specified a child that doesn't exist."}
	}
	if _, _, err := v.memberPage(nil, in.MaxResults, in.NextToken); err != nil {
		return nil, err
	}
	kind := types.ParentTypeOrganizationalUnit
	if id == o.Root.ID {
		kind = types.ParentTypeRoot
	}
	return &org.ListParentsOutput{Parents: []types.Parent{{Id: aws.String(id), Type: kind}}}, nil
}

// describeOrganization may be called from any member account.
func (v *view) describeOrganization(*org.DescribeOrganizationInput) (*org.DescribeOrganizationOutput, error) {
	o, err := v.membersOrganization()
	if err != nil {
		return nil, err
	}
	return &org.DescribeOrganizationOutput{Organization: &types.Organization{
		Arn:                aws.String(strings.TrimSuffix(o.ARN(o.partition, "organization", ""), "/")),
		Id:                 aws.String(o.ID),
		FeatureSet:         types.OrganizationFeatureSetAll,
		MasterAccountId:    aws.String(o.Management),
		MasterAccountArn:   aws.String(o.resource(o.Management)),
		MasterAccountEmail: given(o.members[o.Management].Email),
	}}, nil
}

func (v *view) describeAccount(in *org.DescribeAccountInput) (*org.DescribeAccountOutput, error) {
	o, err := v.leadersOrganization()
	if err != nil {
		return nil, err
	}
	id := aws.ToString(in.AccountId)
	if o.members[id] == nil {
		return nil, &apiError{code: "AccountNotFoundException", message: "You specified an account that doesn't exist."}
	}
	return &org.DescribeAccountOutput{Account: &o.described([]string{id}, v.now)[0]}, nil
}

func (v *view) listMemberTags(in *org.ListTagsForResourceInput) (*org.ListTagsForResourceOutput, error) {
	o, err := v.leadersOrganization()
	if err != nil {
		return nil, err
	}
	id := aws.ToString(in.ResourceId)
	var tags map[string]string
	if a := o.members[id]; a != nil {
		tags = a.Tags
	} else if u := o.units[id]; u != nil {
		tags = u.Tags
	} else {
		return nil, &apiError{code: "TargetNotFoundException", message: "You specified a target that doesn't exist."}
	}
	cut, next, err := v.memberPage(slices.Collect(maps.Keys(tags)), nil, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &org.ListTagsForResourceOutput{Tags: []types.Tag{}, NextToken: next}
	for _, key := range cut {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return out, nil
}

// listAdministrators does not look at the service that is asked for: who is a delegated administrator here is one for all services.
func (v *view) listAdministrators(in *org.ListDelegatedAdministratorsInput) (*org.ListDelegatedAdministratorsOutput, error) {
	o, err := v.leadersOrganization()
	if err != nil {
		return nil, err
	}
	cut, next, err := v.memberPage(o.Administrators, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &org.ListDelegatedAdministratorsOutput{DelegatedAdministrators: []types.DelegatedAdministrator{}, NextToken: next}
	for _, a := range o.described(cut, v.now) {
		out.DelegatedAdministrators = append(out.DelegatedAdministrators, types.DelegatedAdministrator{
			Arn: a.Arn, Id: a.Id, Name: a.Name, Email: a.Email, State: a.State, Status: a.Status, JoinedMethod: a.JoinedMethod, JoinedTimestamp: a.JoinedTimestamp,
		})
	}
	return out, nil
}

// statusRetired is when the Status of accounts goes from the answers, and leaves State
// (https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html).
var statusRetired = time.Date(2026, 9, 9, 0, 0, 0, 0, time.UTC)

func (o *organization) described(ids []string, now time.Time) []types.Account {
	accounts := []types.Account{}
	for _, id := range ids {
		member := o.members[id]
		a := types.Account{
			Arn: aws.String(o.resource(id)), Id: aws.String(id), Name: given(member.Name), Email: given(member.Email),
			State: types.AccountState(state(member)), JoinedMethod: types.AccountJoinedMethodCreated,
		}
		if now.Before(statusRetired) {
			a.Status = status(member)
		}
		if id == o.Management {
			a.JoinedMethod = types.AccountJoinedMethodInvited
		}
		if !member.Joined.IsZero() {
			a.JoinedTimestamp = aws.Time(member.Joined)
		}
		accounts = append(accounts, a)
	}
	return accounts
}

// status is the older and coarser word for the state.
func status(a *world.Account) types.AccountStatus {
	switch s := types.AccountStatus(state(a)); s {
	case types.AccountStatusActive, types.AccountStatusPendingClosure:
		return s
	}
	return types.AccountStatusSuspended
}
