package access

import (
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/kinds"
)

// enforce allows the actions of a family, and what undoes them.
func (all *statements) enforce(f *kinds.Family) {
	var acts []string
	for _, a := range f.Actions {
		acts = append(acts, a.Operations...)
	}
	for _, op := range acts {
		all.change("Act", f, op)
	}
	for _, a := range f.Actions {
		for _, op := range a.UndoOperations {
			if !slices.Contains(acts, op) {
				all.change("Undo", f, op)
			}
		}
	}
}

// change allows one operation on the resources of a family.
func (all *statements) change(verb string, f *kinds.Family, op string) {
	service, _, _ := strings.Cut(op, ":")
	if service == "application-autoscaling" {
		s := all.statement("DeregisterScaling", own(service, "*", "scalable-target/*"))
		s.Actions = append(s.Actions, op)
		s.Condition = condition{"StringEquals": {"application-autoscaling:service-namespace": {"sagemaker"}}}
		return
	}
	on := []string{ofType(f.ARNType)}
	if also := alsoOn[op]; also != "" {
		on = append(on, ofType(also))
	}
	all.allow(verb+"On"+camel(f.ARNType), on, op)
	if slices.Contains(passesRole, op) {
		s := all.statement("GiveRolesBack", own("iam", "", "role/*"))
		s.Actions = append(s.Actions, "iam:PassRole")
		s.Condition = condition{"StringEquals": {"iam:PassedToService": {"sagemaker.amazonaws.com"}}}
	}
}

// tag allows reading and writing the tags of the families. Writing through the tagging API takes SageMaker's permission, too.
func (all *statements) tag(ks []kinds.Kind) {
	all.allow("Tag", anything, "tag:TagResources")
	all.allow(readSid("tag:GetResources"), anything, "tag:GetResources")
	for _, k := range ks {
		all.allow("TagSageMaker", []string{ofType(k.Family().ARNType)}, "sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags")
	}
}

// organize allows finding the accounts of an organization and assuming the role in them.
func (all *statements) organize(role string) {
	for _, op := range Directory() {
		all.allow("ReadOrganization", anything, op.Action)
	}
	all.allow("AssumeReader", []string{"arn:" + partition + ":iam::*:role/" + strings.TrimPrefix(role, "/")}, "sts:AssumeRole", "sts:TagSession")
}

// Directory are the operations that find the accounts of an organization. It answers its management account and its delegated
// administrators.
func Directory() []kinds.Operation {
	return []kinds.Operation{
		{Action: "organizations:ListAccounts", Hides: "the accounts of the organization"},
		{Action: "organizations:ListAccountsForParent", Hides: "the accounts of organizational units, which --ou asks for"},
		{Action: "organizations:ListOrganizationalUnitsForParent", Hides: "the units below organizational units, which --ou asks for"},
		{Action: "organizations:ListRoots", Hides: "organizational units by their path, which --ou may give"},
		{Action: "organizations:ListTagsForResource", Hides: "the tags of accounts, which --account-tag asks for"},
	}
}
