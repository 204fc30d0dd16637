package athena

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/smithy-go"

	"github.com/sagewarden/sagewarden/internal/cost/bill"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
)

func TestViews(t *testing.T) {
	v := Views{Table: Table{Database: "billing", Name: "cur2", Products: bill.Needed}, Database: "finops", Prefix: "sw_", Tags: []string{"cost-center", "it's"}}
	all, err := v.All()
	if err != nil {
		t.Fatal(err)
	}
	for i, view := range all {
		s := v.Statement(view)
		if !strings.HasPrefix(s, `CREATE OR REPLACE VIEW "finops"."`+view.Name+`" AS`) || len(s) > maxStatement || view.Doc == "" || strings.Contains(s, "ORDER BY") {
			t.Errorf("%s: %d characters\n%.200s", view.Name, len(s), s)
		}
		if i == 0 {
			if !strings.Contains(s, `FROM "billing"."cur2"`) || strings.Contains(s, "'2026") {
				t.Errorf("%s: %s", view.Name, s)
			}
			continue
		}
		if !strings.HasPrefix(view.Query, "WITH charges AS (SELECT * FROM \"finops\".\"sw_charges\")\nSELECT billing_period AS") {
			t.Errorf("%s: what its month is has to reach the table:\n%s", view.Name, view.Query)
		}
	}
	tagged := all[slices.IndexFunc(all, func(v View) bool { return v.Name == "sw_resources" })]
	for _, want := range []string{`element_at(tags, 'cost-center') AS "tag_cost_center"`, `element_at(tags, 'it''s') AS "tag_it_s"`, "sum(net_amortized_cost)"} {
		if !strings.Contains(tagged.Query, want) {
			t.Errorf("it lacks %s:\n%s", want, tagged.Query)
		}
	}
	v.Tags = []string{"cost-center", "Cost_Center"}
	if _, err := v.All(); err == nil || !strings.Contains(err.Error(), "tag_cost_center") {
		t.Errorf("two tags of one column: %v", err)
	}
	v.Tags = nil
	if all, err = v.All(); err != nil || slices.ContainsFunc(all, func(v View) bool { return v.Name == "sw_daily_by_tag" }) {
		t.Errorf("by no tag: %v", err)
	}
}

// TestApplyTells: views are made in their order, and which one failed is known.
func TestApplyTells(t *testing.T) {
	f := &fake{looks: []look{succeeded, succeeded, {state: types.QueryExecutionStateFailed, why: "TABLE_NOT_FOUND"}}}
	var made []string
	err := open(t, f).Apply(t.Context(), Views{Table: Table{Database: "billing", Name: "cur2"}, Prefix: "x_"}, func(v View) { made = append(made, v.Name) })
	if err == nil || !slices.Equal(made, []string{"x_charges", "x_months"}) || !strings.HasPrefix(*f.started.QueryString, `CREATE OR REPLACE VIEW "billing"."x_daily"`) {
		t.Errorf("%v, made %v", err, made)
	}
}

// TestDescribe: the columns that the catalog has are those that charges are made of; what is none of CUR 2.0, or has no partition, is refused with what to do.
func TestDescribe(t *testing.T) {
	c := func(name, kind string) types.Column {
		return types.Column{Name: aws.String(name), Type: aws.String(kind)}
	}
	var whole []types.Column
	for _, s := range standard() {
		if s.Name != lake.Partition {
			whole = append(whole, c(s.Name, strings.NewReplacer("VARCHAR", "string", "MAP(", "map<", ")", ">", " ", "").Replace(s.Type)))
		}
	}
	without := func(name string) []types.Column {
		return slices.DeleteFunc(slices.Clone(whole), func(c types.Column) bool { return *c.Name == name })
	}
	partition := []types.Column{c(lake.Partition, "string")}
	for name, tt := range map[string]struct {
		columns, partition []types.Column
		wrong, lacks       string
	}{
		"as exported":       {columns: whole, partition: partition},
		"without tags":      {columns: without("tags"), partition: partition, lacks: "resourceTags/"},
		"without net costs": {columns: without("line_item_net_unblended_cost"), partition: partition, lacks: `"line_item_net_unblended_cost"`},
		"no partition":      {columns: whole, wrong: "it has no partition billing_period"},
		"legacy":            {columns: append(without("product"), c("product_product_name", "string")), partition: partition, wrong: "legacy CUR"},
		"another table":     {columns: []types.Column{c("id", "string")}, wrong: "no bill of AWS"},
		"half":              {columns: without("line_item_unblended_cost"), partition: partition, wrong: "line_item_unblended_cost"},
	} {
		e := open(t, &fake{metadata: &types.TableMetadata{Columns: tt.columns, PartitionKeys: tt.partition}})
		table, err := e.Describe(t.Context(), Table{Database: "billing", Name: "cur2"})
		if err != nil {
			t.Fatal(err)
		}
		query, err := table.Charges("2026-10", "2026-10")
		switch {
		case tt.wrong != "":
			if e := errorOf(t, err); !strings.Contains(e.Error(), tt.wrong) || !strings.HasPrefix(e.Error(), "read table on billing.cur2") {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case tt.lacks != "" && strings.Contains(query, tt.lacks):
			t.Errorf("%s: it asks for %s", name, tt.lacks)
		case !strings.Contains(query, `WHERE "billing_period" >= '2026-10' AND "billing_period" <= '2026-10' AND `):
			t.Errorf("%s: nothing bounds the partition", name)
		}
	}
	e := open(t, &fake{fail: map[string]error{OpTable: &smithy.GenericAPIError{Code: "MetadataException", Message: "EntityNotFoundException: Entity Not Found"}}})
	if _, err := e.Describe(t.Context(), Table{Database: "billing", Name: "cur2"}); !strings.Contains(errorOf(t, err).Hint, "--table") {
		t.Error(err)
	}
}

// TestCommonWords: no word of DuckDB's alone is in what Athena is asked.
func TestCommonWords(t *testing.T) {
	query, err := Table{Database: "billing", Name: "cur2", Products: bill.Needed}.Charges("", "")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`(?i)\b(strftime|list_(has_any|filter|transform|distinct)|lambda|regexp_matches|json_extract_string|MAP ?\{|TRY_CAST|::)`).FindString(query); found != "" {
		t.Errorf("it says %s", found)
	}
}
