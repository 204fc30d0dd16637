package access

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/sagewarden/sagewarden/internal/kinds"
)

// What is allowed for acting, and for undoing it.
const (
	act  = "ActOn"
	undo = "UndoOn"
)

// enforce allows the actions of a family, and what undoes them.
func (all *statements) enforce(f *kinds.Family) {
	for _, a := range f.Actions {
		all.change(act, f, a.Operations)
	}
	for _, a := range f.Actions {
		all.change(undo, f, a.UndoOperations)
	}
}

// ofTags are the operations on the tags of whatever an action is about.
var ofTags = []string{"sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags"}

// change allows operations of one action of a family, each on the resources that it is about: an action may take others along, as a domain's
// deletion does its apps.
func (all *statements) change(verb string, f *kinds.Family, ops []string) {
	var types []string
	for _, op := range ops {
		if strings.HasPrefix(op, "sagemaker:") && !slices.Contains(ofTags, op) {
			types = append(types, typeOf(op, f))
		}
	}
	for _, op := range ops {
		switch service, _, _ := strings.Cut(op, ":"); {
		case service == "application-autoscaling":
			all.scale(op)
		case service == "cloudwatch":
			all.allow(cmp.Or(readsAlarms[op], "ChangeAlarms"), []string{own(service, "*", "alarm:*")}, op)
		case slices.Contains(ofTags, op):
			for _, t := range unique(types) {
				all.changeOne(verb, t, op)
			}
		default:
			all.changeOne(verb, typeOf(op, f), op)
		}
	}
}

// changeOne allows an operation on resources of a type. What acting is allowed, undoing is, too.
func (all *statements) changeOne(verb, arnType, op string) {
	_, name, _ := strings.Cut(op, ":")
	on := []string{ofType(arnType)}
	if also := alsoOn[op]; also != "" {
		on = append(on, ofType(also))
	}
	if s := (*all)[act+camel(arnType)]; verb != undo || s == nil || !slices.Contains(s.Actions, op) {
		all.allow(verb+camel(arnType), on, op)
	}
	if verb == undo && strings.HasPrefix(name, "Create") || name == "ImportHubContent" {
		all.changeOne(verb, arnType, "sagemaker:AddTags") // it comes back with its tags
	}
	if slices.Contains(passesRole, op) {
		s := all.statement("GiveRolesBack", own("iam", "", "role/*"))
		s.Actions = append(s.Actions, "iam:PassRole")
		s.Condition = condition{"StringEquals": {"iam:PassedToService": {"sagemaker.amazonaws.com"}}}
	}
}

// typeOf is the type of resource that an operation is about: the one that it names, where a family is of it, else the family's own.
func typeOf(op string, f *kinds.Family) string {
	_, name, _ := strings.Cut(op, ":")
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	_, named, _ := strings.Cut(b.String(), "-")
	var longest string
	for _, k := range kinds.All() {
		if t := k.Family().ARNType; len(t) > len(longest) && strings.HasPrefix(named+"-", t+"-") {
			longest = t
		}
	}
	return cmp.Or(longest, f.ARNType)
}

// readsAlarms are the statements of the operations that only read alarms.
var readsAlarms = map[string]string{"cloudwatch:DescribeAlarms": "ReadAlarms"}

// scalingRole is the role by which Application Auto Scaling scales SageMaker. AWS makes it with the first target of an account.
const scalingRole = "role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"

// scale allows an operation of Application Auto Scaling. IAM cannot restrict its reading.
func (all *statements) scale(op string) {
	if strings.HasPrefix(op, "application-autoscaling:Describe") {
		all.allow("ReadScaling", anything, op)
		return
	}
	s := all.statement("ChangeScaling", own("application-autoscaling", "*", "scalable-target/*"))
	s.Actions = append(s.Actions, op)
	s.Condition = condition{"StringEquals": {"application-autoscaling:service-namespace": {"sagemaker"}}}
	if op == "application-autoscaling:RegisterScalableTarget" {
		s := all.statement("LinkScaling", own("iam", "", scalingRole))
		s.Actions = append(s.Actions, "iam:CreateServiceLinkedRole")
		s.Condition = condition{"StringEquals": {"iam:AWSServiceName": {"sagemaker.application-autoscaling.amazonaws.com"}}}
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
