//go:build interop

package interop_test

import (
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A member is an account of moto's organization, which has a notebook instance that is tagged with its name.
type member struct {
	Name   string            `json:"name"`
	Unit   string            `json:"unit"`
	Tags   map[string]string `json:"tags"`
	Closed bool              `json:"closed"`
}

// Every account of moto's organization lets everybody assume every role. The management account is moto's own, called master.
func TestMotoOrganization(t *testing.T) {
	v := peer(t)
	program := build(t)
	way := newToll(t, serveMoto(t, v))
	env := motoEnvironment(t, way.URL)
	prod := map[string]string{"stage": "prod"}
	accounts := []member{
		{Name: "vision", Unit: "Research/Images", Tags: prod},
		{Name: "speech", Unit: "Research", Tags: map[string]string{"stage": "test"}},
		{Name: "ads", Unit: "Production", Tags: prod},
		{Name: "search", Tags: map[string]string{}},
		{Name: "bought", Unit: "Research", Tags: prod, Closed: true},
	}
	ids := map[string]string{}
	v.script(t, env, "organization.py", accounts, &ids)
	ids["master"] = motoAccount

	for _, tt := range []struct {
		name  string
		flags []string
		want  []string
		calls map[string]int
	}{
		{"all", nil, []string{"master", "vision", "speech", "ads", "search"}, map[string]int{"ListAccounts": 1, "AssumeRole": 4}},
		{"unit", []string{"--ou", "Research"}, []string{"vision", "speech"},
			map[string]int{"ListRoots": 1, "ListOrganizationalUnitsForParent": 3, "ListAccountsForParent": 2, "AssumeRole": 2}},
		{"tag", []string{"--account-tag", "stage=prod"}, []string{"vision", "ads"}, map[string]int{"ListAccounts": 1, "ListTagsForResource": 5, "AssumeRole": 2}},
		{"excluded", []string{"--exclude-account", "s*", "--exclude-account", motoAccount}, []string{"vision", "ads"}, map[string]int{"ListAccounts": 1, "AssumeRole": 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			way.take()
			rep := scan(t, env, program, 4, append([]string{"--organization", "--kind", "notebook-instance", "--no-cloudtrail"}, tt.flags...)...)
			calls := way.take()

			var want, got []estate.Resource
			for _, name := range tt.want {
				target := estate.Target{Partition: "aws", Account: ids[name], AccountName: name, Region: plainRegion}
				want = append(want, estate.Resource{ARN: target.SageMakerARN("notebook-instance/notebook"), Target: target, Owner: name})
			}
			for _, o := range rep.Resources {
				got = append(got, estate.Resource{ARN: o.Resource.ARN, Target: o.Resource.Target, Owner: o.Resource.Owner})
			}
			slices.SortFunc(want, byARN)
			slices.SortFunc(got, byARN)
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("scan sees the notebook instances otherwise than boto3 (-boto3 +scan):\n%s", diff)
			}
			n := len(tt.want)
			tt.calls["GetCallerIdentity"], tt.calls["GetProducts"] = 1, 2
			tt.calls["ListNotebookInstances"], tt.calls["DescribeNotebookInstance"], tt.calls["GetResources"], tt.calls["GetMetricData"] = n, n, n, n
			if diff := gocmp.Diff(tt.calls, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}

	t.Run("regions", func(t *testing.T) {
		r := try(t, env, program, append([]string{"scan", "--organization", "--region", "all"}, unlimited...)...)
		// Moto does not know which regions an account has.
		if said := string(r.stderr); r.status != 1 || !strings.Contains(said, "account:ListRegions") || !strings.Contains(said, "name the account's regions") {
			t.Errorf("exit status %d, saying %s", r.status, said)
		}
	})
}
