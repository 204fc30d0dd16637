// Package access says which permissions the program needs and for what, and prints them as the least policies that grant them.
//
// What reading and acting takes is declared by the families of internal/kinds, and not written down here again. test/script holds
// that what is printed for Scan, Organization and Doctor is enough, and that nothing of it is granted in vain.
package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/setup"
	"github.com/sagewarden/sagewarden/internal/govern/compliance"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/pulse"
)

// A Purpose is what permissions are for. Each stands for what it adds to Scan.
type Purpose string

// The purposes.
const (
	// Scan reads what there is, its use and its price.
	Scan Purpose = "scan"
	// Organization finds the accounts of an organization and assumes the reader role in them: for the account that scans.
	Organization Purpose = "organization"
	// Doctor asks for permissions and quotas themselves.
	Doctor Purpose = "doctor"
	// Studio reads who is covered by what stops idle apps.
	Studio Purpose = "studio"
	// StudioFix changes settings of Studio and notebook instances, so that what idles is stopped.
	StudioFix Purpose = "studio-fix"
	// Enforce takes the actions that the families allow, and undoes them.
	Enforce Purpose = "enforce"
	// Tags reads and writes tags.
	Tags Purpose = "tags"
	// Cost reads what things cost, what is switched on for the bill, and the bill in Athena.
	Cost Purpose = "cost"
	// CostSetup switches on what the bill lacks.
	CostSetup Purpose = "cost-setup"
	// CostViews makes views of the bill in Athena.
	CostViews Purpose = "cost-views"
)

// What Doctor adds.
const (
	// Quotas lists quotas.
	Quotas = "servicequotas:ListServiceQuotas"
	// Simulate asks IAM what a principal is allowed.
	Simulate = "iam:SimulatePrincipalPolicy"
)

// Knock is the first question to a target.
const Knock = "sagemaker:ListDomains"

// All stands for every purpose.
const All = "all"

// Purposes are all of them.
func Purposes() []Purpose {
	return []Purpose{Scan, Organization, Doctor, Studio, StudioFix, Enforce, Tags, Cost, CostSetup, CostViews}
}

// ParsePurposes reads the names of purposes, and puts them in the order of Purposes.
func ParsePurposes(names []string) ([]Purpose, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("no purpose is named: the purposes are %s", strings.Join(PurposeNames(), ", "))
	}
	for _, name := range names {
		if name != All && !slices.Contains(Purposes(), Purpose(name)) {
			return nil, fmt.Errorf("unknown purpose %q: the purposes are %s", name, strings.Join(PurposeNames(), ", "))
		}
	}
	return slices.DeleteFunc(Purposes(), func(p Purpose) bool { return !slices.Contains(names, All) && !slices.Contains(names, string(p)) }), nil
}

// PurposeNames are the words that ParsePurposes takes.
func PurposeNames() []string {
	var names []string
	for _, p := range Purposes() {
		names = append(names, string(p))
	}
	return append(names, All)
}

// Options say what is to be allowed.
type Options struct {
	Purposes []Purpose
	// Kinds are the families meant; none means all. What they are judged by comes with them.
	Kinds []kinds.Kind
	// Role is the name of the role that Organization assumes, with its path where it has one.
	Role string
	// Heartbeats are where agents report.
	Heartbeats []pulse.Source
	// State is where the ledger is in S3, nil for elsewhere.
	State *ledger.Place
	// Athena is where the organization's bill is asked.
	Athena config.Athena
	// BillBucket is the bucket that the bill is delivered to, empty for any: the policy of any is not to be changed.
	BillBucket string
	// Channels are those that people are told through.
	Channels []config.Channel
}

// Statements are the permissions, by the ids of their statements.
func Statements(o Options) []Statement {
	ks := o.Kinds
	if len(ks) == 0 {
		ks = kinds.All()
	}
	var all statements
	for _, p := range o.Purposes {
		switch p {
		case Scan:
			for _, op := range Reads(ks) {
				all.allow(readSid(op.Action), scopeOf(op.Action), op.Action)
			}
		case Organization:
			all.organize(o.Role)
		case Doctor:
			all.allow("ReadQuotas", anything, Quotas)
			all.allow("SimulatePolicies", []string{own("iam", "", "role/*"), own("iam", "", "user/*")}, Simulate)
		case Studio:
			for _, op := range compliance.Reads {
				all.allow(readSid(op.Action), scopeOf(op.Action), op.Action)
			}
		case StudioFix:
			for _, op := range settings.Operations {
				all.allow("FixSettings", []string{ofType(typeOf(op, &kinds.Family{}))}, op)
			}
		case Enforce:
			for _, k := range ks {
				all.enforce(k.Family())
			}
		case Tags:
			all.tag(ks)
		case Cost:
			all.allow(readSid("pricing:GetProducts"), anything, "pricing:GetProducts")
			all.query(o.Athena, o.BillBucket)
			for _, op := range setup.Reads {
				all.allow(readSid(op), billed(op, o.BillBucket), op)
			}
		case CostSetup:
			for _, op := range setup.Changes {
				if service(op) != "s3" || o.BillBucket != "" {
					all.allow("SetUp"+setUpSids[service(op)], billed(op, o.BillBucket), op)
				}
			}
		case CostViews:
			all.show(o.Athena)
		}
	}
	for _, h := range o.Heartbeats {
		all.hear(h)
	}
	if o.State != nil {
		all.keep(*o.State)
	}
	for _, c := range o.Channels {
		all.tell(c)
	}
	return all.sorted()
}

// Reads are the operations that a scan of the families calls, each once, with what remains unseen without it.
func Reads(ks []kinds.Kind) []kinds.Operation {
	all := slices.Clone(kinds.Common)
	for _, k := range kinds.WithNeeds(ks) {
		all = append(all, k.Family().Reads...)
	}
	all = append(all, kinds.Operation{Action: "account:ListRegions", Hides: "which regions are enabled, which --region all asks for"},
		kinds.Operation{Action: Knock, Hides: "whether a target answers, which targets and doctor ask"})
	hides := map[string][]string{}
	for _, op := range all {
		if !slices.Contains(hides[op.Action], op.Hides) {
			hides[op.Action] = append(hides[op.Action], op.Hides)
		}
	}
	var merged []kinds.Operation
	for _, action := range keys(hides) {
		merged = append(merged, kinds.Operation{Action: action, Hides: strings.Join(hides[action], "; ")})
	}
	return merged
}
