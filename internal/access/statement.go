package access

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// A Statement allows actions on resources. In the ARNs, ${Partition} and ${Account} stand for the caller's own.
type Statement struct {
	Sid       string
	Actions   []string
	Resources []string
	Condition condition
}

// A condition is by operator and key, as IAM has it.
type condition map[string]map[string][]string

// statements are those of a policy in the making, by their ids.
type statements map[string]*Statement

// statement is the one of the id, which is on these resources too from now on.
func (all *statements) statement(sid string, resources ...string) *Statement {
	if *all == nil {
		*all = statements{}
	}
	s := (*all)[sid]
	if s == nil {
		s = &Statement{Sid: sid}
		(*all)[sid] = s
	}
	s.Resources = append(s.Resources, resources...)
	return s
}

func (all *statements) allow(sid string, resources []string, actions ...string) {
	s := all.statement(sid, resources...)
	s.Actions = append(s.Actions, actions...)
}

// sorted are the statements in an order that follows from what they allow alone.
func (all *statements) sorted() []Statement {
	var out []Statement
	for _, s := range *all {
		s.Actions, s.Resources = unique(s.Actions), unique(s.Resources)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Statement) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Sid, b.Sid)) })
	return out
}

func unique(of []string) []string { return slices.Compact(slices.Sorted(slices.Values(of))) }

// rank puts reading first.
func rank(s Statement) int {
	if strings.HasPrefix(s.Sid, "Read") {
		return 0
	}
	return 1
}

// readSids are what reading from a service is for.
var readSids = map[string]string{
	"account": "ReadRegions", "sts": "ReadCaller", "cloudtrail": "ReadOwners", "tag": "ReadOwners", "cloudwatch": "ReadUse", "logs": "ReadLogs",
	"pricing": "ReadPrices", "sagemaker": "ReadSageMaker",
	"bcm-data-exports": "ReadExports", "ce": "ReadBillTags", "cur": "ReadReports", "organizations": "ReadOrganization", "s3": "ReadBuckets",
}

// setUpSids are what changing something of a service is for.
var setUpSids = map[string]string{"bcm-data-exports": "Exports", "ce": "BillTags", "cur": "Reports", "s3": "Bucket", "sagemaker": "Domains"}

func readSid(action string) string {
	if action == "bcm-data-exports:GetExport" {
		return "ReadExportsByName"
	}
	if looksInto(action) {
		return "ReadSageMakerByName"
	}
	return cmp.Or(readSids[service(action)], "Read"+camel(service(action)))
}

// camel is a name of words with dashes as an id of a statement takes it: letters and digits.
func camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// MaxSize is how many characters a managed policy may have, white space aside
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const MaxSize = 6144

// Split makes as few policies as it can of the statements, in their order, each within the size that IAM allows.
func Split(all []Statement) [][]Statement {
	var policies [][]Statement
	for _, s := range all {
		if last := len(policies) - 1; last >= 0 && Size(append(slices.Clone(policies[last]), s)) <= MaxSize {
			policies[last] = append(policies[last], s)
			continue
		}
		policies = append(policies, []Statement{s})
	}
	return policies
}

// Size is what IAM counts of a policy of the statements, in the partition with the longest name.
func Size(all []Statement) int {
	// Texts alone always encode, and none has a blank.
	text, _ := json.Marshal(document(all, Place{Partition: "aws-us-gov", Account: "000000000000"}.fill))
	return len(text)
}

// keys are the sorted keys of a map.
func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
