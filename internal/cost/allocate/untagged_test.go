//go:build cgo

package allocate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/estate"
)

const inEurope = "arn:aws:sagemaker:eu-west-1:111122223333:"

// tagging is an estate in which some things have the tag, some do not, and one domain hands tags on.
var tagging = &estate.Snapshot{Observations: []*estate.Observation{
	{Resource: estate.Resource{ARN: inEurope + "domain/d-off", Kind: "studio-domain", Name: "off", Domain: "d-off", Tags: map[string]string{"Team": "vision"}, Attributes: map[string]string{"tagPropagation": "DISABLED"}}},
	{Resource: estate.Resource{ARN: inEurope + "domain/d-on", Kind: "studio-domain", Name: "on", Domain: "d-on", Tags: map[string]string{"team": "vision"}, Attributes: map[string]string{"tagPropagation": "ENABLED"}}},
	{Resource: estate.Resource{ARN: inEurope + "domain/d-bare", Kind: "studio-domain", Name: "bare", Domain: "d-bare", Tags: map[string]string{}}},
	{Resource: estate.Resource{ARN: inEurope + "user-profile/d-bare/ana", Kind: "user-profile", Name: "ana", Domain: "d-bare", Tags: map[string]string{"team": "nlp"}}},
	{Resource: estate.Resource{ARN: inEurope + "app/d-bare/bob/JupyterLab/default", Kind: "studio-app", Name: "default", Domain: "d-bare", Tags: map[string]string{}}},
	{Resource: estate.Resource{ARN: inEurope + "endpoint/tagged", Kind: "endpoint", Name: "tagged", Tags: map[string]string{"TEAM": "fraud"}}},
	{Resource: estate.Resource{ARN: inEurope + "endpoint/bare", Kind: "endpoint", Name: "bare", Tags: map[string]string{"stage": "prod"}}},
	{Resource: estate.Resource{ARN: inEurope + "endpoint/denied", Kind: "endpoint", Name: "denied"}},
}}

func used(more ...any) charge {
	c := charge{"cost": "1", "usage_class": "compute", "charge_category": "Usage", "service_code": "AmazonSageMaker"}
	for i := 0; i < len(more); i += 2 {
		c[more[i].(string)] = more[i+1]
	}
	return c
}

func TestWhyChargesHaveNoTag(t *testing.T) {
	onBill := used("cost", "0", "tags", map[string]string{"te-am": "x"})
	tests := map[string]struct {
		charge charge
		others []charge
		snap   *estate.Snapshot
		cause  allocate.Cause
		fix    string
	}{
		"tax":            {used("usage_class", "tax", "resource_id", inEurope+"endpoint/bare"), nil, tagging, allocate.Untaggable, ""},
		"a credit":       {used("charge_category", "Credit", "resource_id", inEurope+"endpoint/bare"), nil, tagging, allocate.Untaggable, ""},
		"a savings plan": {used("charge_category", "Purchase", "usage_class", "commitment", "resource_id", "arn:aws:savingsplans::111122223333:savingsplan/1"), nil, tagging, allocate.Untaggable, ""},
		"what was bought of SageMaker": {used("charge_category", "Purchase", "usage_class", "commitment", "resource_id", inEurope+"endpoint/bare"), nil, tagging, allocate.NoTag,
			"aws sagemaker add-tags --resource-arn " + inEurope + "endpoint/bare --tags Key=team,Value=TEAM"},
		"no resource":             {used(), nil, tagging, allocate.Untaggable, ""},
		"tagged, not on the bill": {used("resource_id", inEurope+"endpoint/tagged"), nil, tagging, allocate.NotActivated, "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey=team,Status=Active"},
		"tagged, on the bill":     {used("resource_id", inEurope+"endpoint/tagged"), []charge{onBill}, tagging, allocate.TaggedLater, "aws ce start-cost-allocation-tag-backfill --backfill-from YYYY-MM-01T00:00:00Z"},
		"untagged":                {used("resource_id", inEurope+"endpoint/bare"), nil, tagging, allocate.NoTag, "aws sagemaker add-tags --resource-arn " + inEurope + "endpoint/bare --tags Key=team,Value=TEAM"},
		"tags could not be read":  {used("resource_id", inEurope+"endpoint/denied"), nil, tagging, allocate.Gone, ""},
		"gone":                    {used("resource_id", inEurope+"endpoint/gone"), nil, tagging, allocate.Gone, ""},
		"no snapshot":             {used("resource_id", inEurope+"endpoint/bare", "domain_id", "d-off"), nil, nil, allocate.Gone, ""},
		"a domain that hands nothing on": {used("resource_id", inEurope+"app/d-off/ana/JupyterLab/default", "domain_id", "d-off"), []charge{onBill}, tagging, allocate.PropagationOff,
			"aws sagemaker update-domain --domain-id d-off --tag-propagation ENABLED --region eu-west-1"},
		"a profile whose domain hands nothing on": {used("resource_id", inEurope+"app/d-bare/ana/JupyterLab/default", "domain_id", "d-bare", "user_profile_name", "ana"), nil, tagging, allocate.PropagationOff,
			"aws sagemaker update-domain --domain-id d-bare --tag-propagation ENABLED --region eu-west-1"},
		"a domain that hands on": {used("resource_id", inEurope+"app/d-on/ana/JupyterLab/default", "domain_id", "d-on"), nil, tagging, allocate.NotRestarted, "sagewarden studio shutdown --domain d-on"},
		"nothing to hand on":     {used("resource_id", inEurope+"app/d-bare/bob/JupyterLab/default", "domain_id", "d-bare", "user_profile_name", "bob"), nil, tagging, allocate.NoTag, "aws sagemaker add-tags --resource-arn " + inEurope + "app/d-bare/bob/JupyterLab/default --tags Key=team,Value=TEAM"},
		"the home of a domain":   {used("service_code", "AmazonEFS", "resource_id", "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1", "domain_id", "d-off"), nil, tagging, allocate.NoTag, "aws efs tag-resource --resource-id fs-1 --tags Key=team,Value=TEAM"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			db := engine(t.Context(), t, append(c.others, c.charge))
			found := run(t, db, config.Allocation{}, c.snap)
			all, _, err := found.Untagged(t.Context(), db, c.snap, "team", "unblended_cost")
			if err != nil {
				t.Fatal(err)
			}
			if len(all) != 1 || all[0].Cause != c.cause || all[0].Fix != c.fix || all[0].Cause.Describe() == "" {
				t.Errorf("want %s, %q: got %+v", c.cause, c.fix, all)
			}
		})
	}
}

func TestCoverageOfATag(t *testing.T) {
	db := engine(t.Context(), t, []charge{used("cost", "6", "tags", map[string]string{"Team": "x"}), used("cost", "3", "sub_account_id", account), used("cost", "1"), used("cost", "5", "billing_currency", "EUR")})
	found := run(t, db, config.Allocation{Rules: []config.AllocationRule{{Name: "tag", Tag: "team"}, {Name: "account", Accounts: map[string]string{account: "x"}}}}, nil)
	_, got, err := found.Untagged(t.Context(), db, nil, "team", "unblended_cost")
	if err != nil {
		t.Fatal(err)
	}
	want := []allocate.Coverage{{"EUR", dec("5"), dec("0"), dec("5")}, {"USD", dec("10"), dec("6"), dec("1")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
