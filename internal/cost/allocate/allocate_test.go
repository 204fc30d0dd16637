//go:build cgo

package allocate_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

// A charge is what a test says of one; every column of cost has the same amount unless it is named.
type charge map[string]any

// engine has a table of charges. Those without a month are of one, those without a currency in dollars.
func engine(ctx context.Context, t testing.TB, charges []charge) *duck.DB {
	t.Helper()
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	fill(ctx, t, db, charges)
	return db
}

func fill(ctx context.Context, t testing.TB, db *duck.DB, charges []charge) {
	t.Helper()
	columns := make([]string, len(lake.Schema))
	insert := make([]string, 0, len(charges))
	for i, c := range lake.Schema {
		columns[i] = c.Name + " " + c.Type
	}
	for n, c := range charges {
		values := make([]string, len(lake.Schema))
		for i, column := range lake.Schema {
			v, given := c[column.Name]
			switch {
			case !given && column.Name == "line_id":
				v = fmt.Sprintf("line-%d", n)
			case !given && column.Name == "billing_period":
				v = "2026-10"
			case !given && column.Name == "billing_currency":
				v = "USD"
			case !given && column.Name == "charge_period_start":
				v = "2026-10-03 07:00:00"
			case !given && strings.HasSuffix(column.Name, "_cost"):
				v = c["cost"]
			}
			values[i] = literal(v, column.Type)
		}
		insert = append(insert, "("+strings.Join(values, ", ")+")")
	}
	statement := "CREATE OR REPLACE TABLE charges (" + strings.Join(columns, ", ") + ")"
	if len(insert) > 0 {
		statement += "; INSERT INTO charges VALUES " + strings.Join(insert, ", ")
	}
	if err := db.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}

func literal(v any, columnType string) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case map[string]string:
		keys, values := []string{}, []string{}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			keys, values = append(keys, "'"+k+"'"), append(values, "'"+v[k]+"'")
		}
		return "MAP([" + strings.Join(keys, ", ") + "]::VARCHAR[], [" + strings.Join(values, ", ") + "]::VARCHAR[])"
	}
	return fmt.Sprintf("CAST('%v' AS %s)", v, columnType)
}

func run(t testing.TB, db *duck.DB, a config.Allocation, snap *estate.Snapshot) *allocate.Allocation {
	t.Helper()
	found, err := allocate.Run(context.Background(), db, a, snap)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// rows are an answer, a line each.
func rows(t testing.TB, db *duck.DB, query string) []string {
	t.Helper()
	answer, err := db.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for row, err := range duck.Values(answer) {
		if err != nil {
			t.Fatal(err)
		}
		cells := make([]string, len(row))
		for i, v := range row {
			if cells[i] = fmt.Sprint(v); v == nil {
				cells[i] = "-"
			}
		}
		all = append(all, strings.Join(cells, " | "))
	}
	return all
}

func exact(t testing.TB, db *duck.DB, found *allocate.Allocation) {
	t.Helper()
	sums, err := found.Sums(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sums {
		if !s.Exact() {
			t.Errorf("%s %s %s: charges %s, allocations %s", s.Month, s.Currency, s.Column, s.Charges, s.Allocations)
		}
	}
}

func share(percent string) strictyaml.Share {
	return strictyaml.Share{Decimal: decimal.RequireFromString(percent).Shift(-2)}
}

const account, other = "111122223333", "444455556666"

var estateOfTests = &estate.Snapshot{At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Observations: []*estate.Observation{
	{Resource: estate.Resource{ARN: "arn:aws:sagemaker:eu-west-1:111122223333:domain/d-abc", Kind: "studio-domain", Name: "lab", Domain: "d-abc", Tags: map[string]string{"Team": "vision"},
		Attributes: map[string]string{"homeEfsFileSystem": "fs-1"}}},
	{Resource: estate.Resource{ARN: "arn:aws:sagemaker:eu-west-1:111122223333:space/d-abc/notes", Kind: "studio-space", Name: "notes", Domain: "d-abc", Tags: map[string]string{"team": "nlp"}}},
	{Resource: estate.Resource{ARN: "arn:aws:sagemaker:eu-west-1:111122223333:user-profile/d-abc/ana", Kind: "user-profile", Name: "ana", Domain: "d-abc", Tags: map[string]string{}, Owner: "ana", OwnerFrom: "tag owner"}},
	{Resource: estate.Resource{ARN: "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn", Kind: "endpoint", Name: "churn", Tags: map[string]string{"TEAM": "fraud"}, Owner: "bob", OwnerFrom: "tag owner"}},
}}

// Each way to say who is charged, alone.
func TestRules(t *testing.T) {
	tests := map[string]struct {
		config config.Allocation
		charge charge
		want   string // team | rule | reason
	}{
		"nothing": {config.Allocation{}, charge{}, "unallocated | default | no rule says anything of it"},
		"default": {config.Allocation{Default: "platform"}, charge{}, "platform | default | no rule says anything of it"},
		"team": {rule(config.AllocationRule{Team: "fraud", When: &config.Charges{Service: []string{"AmazonSage*"}, Class: []string{"compute"}}}),
			charge{"service_code": "AmazonSageMaker", "usage_class": "compute"}, "fraud | r | service AmazonSage* and class compute: given to fraud"},
		"when does not hold":   {rule(config.AllocationRule{Team: "fraud", When: &config.Charges{Class: []string{"compute"}}}), charge{"usage_class": "storage"}, "unallocated | default | no rule says anything of it"},
		"when is not known":    {rule(config.AllocationRule{Team: "fraud", When: &config.Charges{Region: []string{"eu-west-1"}}}), charge{}, "unallocated | default | no rule says anything of it"},
		"unless holds":         {rule(config.AllocationRule{Team: "fraud", Unless: &config.Charges{Region: []string{"eu-*"}}}), charge{"region_id": "eu-west-1"}, "unallocated | default | no rule says anything of it"},
		"unless is not known":  {rule(config.AllocationRule{Team: "fraud", Unless: &config.Charges{Region: []string{"eu-*"}}}), charge{}, "fraud | r | given to fraud"},
		"marks of LIKE":        {rule(config.AllocationRule{Team: "fraud", When: &config.Charges{UsageType: []string{"a_b%*"}}}), charge{"usage_type": "axbyz"}, "unallocated | default | no rule says anything of it"},
		"tag":                  {rule(config.AllocationRule{Tag: "team"}), charge{"tags": map[string]string{"team": " vision "}}, "vision | r | tag team is vision"},
		"tag in another case":  {rule(config.AllocationRule{Tag: "cost-center"}), charge{"tags": map[string]string{"CostCenter": "42"}}, "42 | r | tag cost-center is 42"},
		"tag that is empty":    {rule(config.AllocationRule{Tag: "team"}), charge{"tags": map[string]string{"team": " "}}, "unallocated | default | no rule says anything of it"},
		"tag on no charge":     {rule(config.AllocationRule{Tag: "team"}), charge{}, "unallocated | default | no rule says anything of it"},
		"further spelling":     {config.Allocation{TagKeys: map[string][]string{"team": {"squad"}}, Rules: []config.AllocationRule{{Name: "r", Tag: "team"}}}, charge{"tags": map[string]string{"Squad": "nlp"}}, "nlp | r | tag team is nlp"},
		"when a tag":           {rule(config.AllocationRule{Team: "fraud", When: &config.Charges{Tags: map[string][]string{"stage": {"prod", "live*"}}}}), charge{"tags": map[string]string{"Stage": "live-1"}}, "fraud | r | tag stage prod or live*: given to fraud"},
		"account tag":          {rule(config.AllocationRule{AccountTag: "team"}), charge{"account_tags": map[string]string{"Team": "nlp"}}, "nlp | r | account tag team is nlp"},
		"cost category":        {rule(config.AllocationRule{CostCategory: "Team"}), charge{"cost_categories": map[string]string{"Team": "nlp"}}, "nlp | r | cost category Team is nlp"},
		"account":              {rule(config.AllocationRule{Accounts: map[string]string{account: "fraud"}}), charge{"sub_account_id": account}, "fraud | r | account 111122223333"},
		"another account":      {rule(config.AllocationRule{Accounts: map[string]string{account: "fraud"}}), charge{"sub_account_id": other}, "unallocated | default | no rule says anything of it"},
		"domain":               {rule(config.AllocationRule{Domains: map[string]string{"d-abc": "vision"}}), charge{"domain_id": "d-abc"}, "vision | r | domain d-abc"},
		"profile":              {rule(config.AllocationRule{Profiles: map[string]string{"ana": "nlp", "d-abc/ana": "vision"}}), charge{"domain_id": "d-abc", "user_profile_name": "ana"}, "vision | r | user profile ana"},
		"profile elsewhere":    {rule(config.AllocationRule{Profiles: map[string]string{"ana": "nlp", "d-abc/ana": "vision"}}), charge{"domain_id": "d-xyz", "user_profile_name": "ana"}, "nlp | r | user profile ana"},
		"space":                {rule(config.AllocationRule{Spaces: map[string]string{"notes": "nlp"}}), charge{"domain_id": "d-abc", "space_name": "notes"}, "nlp | r | space notes"},
		"estate, the resource": {rule(config.AllocationRule{Estate: &config.EstateRule{Tag: "team"}}), charge{"resource_id": "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn"}, "fraud | r | tag TEAM of endpoint churn"},
		"estate, the space":    {rule(config.AllocationRule{Estate: &config.EstateRule{Tag: "team"}}), charge{"resource_id": "gone", "domain_id": "d-abc", "space_name": "notes"}, "nlp | r | tag team of studio-space notes"},
		"estate, the domain":   {rule(config.AllocationRule{Estate: &config.EstateRule{Tag: "team"}}), charge{"domain_id": "d-abc", "user_profile_name": "ana"}, "vision | r | tag Team of studio-domain lab"},
		"estate, the owner":    {rule(config.AllocationRule{Estate: &config.EstateRule{Owner: true}}), charge{"domain_id": "d-abc", "user_profile_name": "ana"}, "ana | r | owner of user-profile ana, by tag owner"},
		"estate, the domain of a home": {rule(config.AllocationRule{Estate: &config.EstateRule{Tag: "team"}}), charge{"resource_id": "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1"},
			"vision | r | tag Team of studio-domain lab"},
		"domain of a home":      {rule(config.AllocationRule{Domains: map[string]string{"d-abc": "vision"}}), charge{"resource_id": "fs-1"}, "vision | r | domain d-abc"},
		"when a domain's home":  {rule(config.AllocationRule{Team: "nlp", When: &config.Charges{Domain: []string{"d-a*"}}}), charge{"resource_id": "fs-1"}, "nlp | r | domain d-a*: given to nlp"},
		"letters of a language": {config.Allocation{Teams: map[string]config.Team{"Équipe Ω": {}}, Rules: []config.AllocationRule{{Name: "r", Tag: "team"}}}, charge{"tags": map[string]string{"team": "équipe-ω"}}, "Équipe Ω | r | tag team is équipe-ω"},
		"numbers are letters":   {config.Allocation{Teams: map[string]config.Team{"lab": {}}, Rules: []config.AllocationRule{{Name: "r", Tag: "team"}}}, charge{"tags": map[string]string{"team": "lab²"}}, "lab² | r | tag team is lab²"},
		"marks alone are no name of another": {config.Allocation{Teams: map[string]config.Team{"--": {}}, Rules: []config.AllocationRule{{Name: "r", Tag: "team"}}}, charge{"tags": map[string]string{"team": "+"}},
			"+ | r | tag team is +"},
		"alias": {config.Allocation{Teams: map[string]config.Team{"vision": {Aliases: []string{"Computer Vision"}}}, Rules: []config.AllocationRule{{Name: "r", Tag: "team"}}},
			charge{"tags": map[string]string{"team": "computer-vision"}}, "vision | r | tag team is computer-vision"},
		"quotes": {rule(config.AllocationRule{Team: "o'team", When: &config.Charges{Component: []string{"it's"}}}), charge{"component": "it's"}, "o'team | r | component it's: given to o'team"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			if v, has := c.charge["component"]; has {
				c.charge["component"] = strings.ReplaceAll(v.(string), "'", "''")
			}
			c.charge["cost"] = "1.5"
			db := engine(t.Context(), t, []charge{c.charge})
			found := run(t, db, c.config, estateOfTests)
			if diff := cmp.Diff([]string{c.want}, rows(t, db, "SELECT team, rule, reason FROM allocations")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			exact(t, db, found)
		})
	}
}

func rule(r config.AllocationRule) config.Allocation {
	r.Name = "r"
	return config.Allocation{Rules: []config.AllocationRule{r}}
}

func TestTheFirstRuleThatSaysSomethingDecides(t *testing.T) {
	db := engine(t.Context(), t, []charge{{"cost": "1", "sub_account_id": account, "tags": map[string]string{"team": "nlp"}}, {"cost": "2", "sub_account_id": account}})
	run(t, db, config.Allocation{Rules: []config.AllocationRule{{Name: "by tag", Tag: "team"}, {Name: "by account", Accounts: map[string]string{account: "fraud"}}, {Name: "all", Team: "x"}}}, nil)
	want := []string{"nlp | by tag | 1", "fraud | by account | 2"}
	if diff := cmp.Diff(want, rows(t, db, "SELECT team, rule, CAST(unblended_cost AS INTEGER) FROM allocations ORDER BY line_id")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestDriftIsTold(t *testing.T) {
	db := engine(t.Context(), t, []charge{
		{"cost": "1", "tags": map[string]string{"Team": "Vision", "team": "nlp"}},
		{"cost": "1", "tags": map[string]string{"te-am": "vision", "team": "vision"}},
		{"cost": "1", "tags": map[string]string{"team": "nlp"}},
	})
	got := run(t, db, rule(config.AllocationRule{Tag: "team"}), nil)
	// Only the first spelling of a key counts, so that each team has one name.
	want := &allocate.Allocation{Keys: []allocate.Spelled{{Name: "team", Spellings: []string{"team", "Team", "te-am"}, Conflicts: 1}}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(allocate.Allocation{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	fill(t.Context(), t, db, []charge{{"cost": "1", "tags": map[string]string{"team": "ml research"}}, {"cost": "1", "tags": map[string]string{"team": "ML-Research"}}})
	got = run(t, db, rule(config.AllocationRule{Tag: "team"}), nil)
	if diff := cmp.Diff([]allocate.Spelled{{Name: "ML-Research", Spellings: []string{"ML-Research", "ml research"}}}, got.Names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Teams that the file keeps apart stay apart, however alike their names are; a spelling that may mean either is nobody's but its own.
func TestTeamsThatTheFileKeepsApart(t *testing.T) {
	a := withPool(map[string]config.Pool{"overhead": {Split: config.SplitProportional}})
	a.Teams = map[string]config.Team{"12-34": {}, "123-4": {Aliases: []string{"ML ops"}}, "ml-ops": {}}
	a.Rules = append(a.Rules, config.AllocationRule{Name: "account", Accounts: map[string]string{account: "123-4"}})
	db := engine(t.Context(), t, []charge{
		team("12-34", "1"), team("123-4", "2"), team("1234", "4"), team("ML ops", "8"), team("ml-ops", "16"), team("ML-OPS", "32"),
		{"cost": "64", "sub_account_id": account}, {"cost": "91", "usage_class": "tax"},
	})
	found := run(t, db, a, nil)
	exact(t, db, found)
	want := []string{"12-34 | 1 | 1", "123-4 | 74 | 74", "1234 | 4 | 0", "ML-OPS | 32 | 0", "ml-ops | 16 | 16"}
	if diff := cmp.Diff(want, rows(t, db, "SELECT team, CAST(SUM(CASE WHEN pool IS NULL THEN list_cost END) AS INTEGER), CAST(COALESCE(SUM(CASE WHEN pool IS NOT NULL THEN list_cost END), 0) AS INTEGER) FROM allocations GROUP BY 1 ORDER BY 1")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// withPool has a pool for what is taxed, beside tags.
func withPool(pools map[string]config.Pool, more ...config.AllocationRule) config.Allocation {
	return config.Allocation{Pools: pools, Rules: append([]config.AllocationRule{{Name: "tax", Pool: "overhead", When: &config.Charges{Class: []string{"tax"}}}, {Name: "tag", Tag: "team"}}, more...)}
}

func team(name, cost string, more ...any) charge {
	c := charge{"cost": cost, "usage_class": "compute", "tags": map[string]string{"team": name}}
	for i := 0; i < len(more); i += 2 {
		c[more[i].(string)] = more[i+1]
	}
	return c
}

func tax(cost string, more ...any) charge {
	c := team("", cost, more...)
	c["usage_class"] = "tax"
	return c
}

func TestPools(t *testing.T) {
	teams := []charge{team("a", "10"), team("b", "30"), team("c", "0")}
	tests := map[string]struct {
		config  config.Allocation
		charges []charge
		want    []string // team | pool | cost | reason
	}{
		"even": {withPool(map[string]config.Pool{"overhead": {Split: "even", To: []string{"a", "b", "c"}}}), append([]charge{tax("1")}, teams...),
			[]string{"a | overhead | 0.333333333333333334 | 1 of 3 even parts of overhead", "b | overhead | 0.333333333333333333 | 1 of 3 even parts of overhead", "c | overhead | 0.333333333333333333 | 1 of 3 even parts of overhead"}},
		"even, among all": {withPool(map[string]config.Pool{"overhead": {Split: "even"}}), append([]charge{tax("3"), {"cost": "7"}}, teams...),
			[]string{"a | overhead | 1 | 1 of 3 even parts of overhead", "b | overhead | 1 | 1 of 3 even parts of overhead", "c | overhead | 1 | 1 of 3 even parts of overhead"}},
		"fixed": {withPool(map[string]config.Pool{"overhead": {Split: "fixed", Shares: map[string]strictyaml.Share{"a": share("12.5"), "z": share("87.5")}}}), append([]charge{tax("8")}, teams...),
			[]string{"a | overhead | 1 | 12.5% of overhead, fixed", "z | overhead | 7 | 87.5% of overhead, fixed"}},
		"proportional": {withPool(map[string]config.Pool{"overhead": {Split: "proportional"}}), append([]charge{tax("-4")}, teams...),
			[]string{"a | overhead | -1 | 25% of overhead, by amortized_cost", "b | overhead | -3 | 75% of overhead, by amortized_cost"}},
		"proportional to some": {withPool(map[string]config.Pool{"overhead": {Split: "proportional", By: "list_cost", Of: &config.Charges{Class: []string{"data"}}}}),
			append([]charge{tax("4"), team("c", "1", "usage_class", "data")}, teams...), []string{"c | overhead | 4 | 100% of overhead, by list_cost of class data"}},
		"a credit is no base": {withPool(map[string]config.Pool{"overhead": {Split: "proportional"}}), []charge{tax("4"), team("a", "-50"), team("b", "1")},
			[]string{"b | overhead | 4 | 100% of overhead, by amortized_cost"}},
		"nothing to go by": {withPool(map[string]config.Pool{"overhead": {Split: "proportional", Otherwise: "b"}}), []charge{tax("4"), team("a", "0")},
			[]string{"b | overhead | 4 | all of overhead, since there is nothing to go by"}},
		"nothing to go by, and nobody named": {withPool(map[string]config.Pool{"overhead": {Split: "proportional"}}), []charge{tax("4")},
			[]string{"unallocated | overhead | 4 | all of overhead, since there is nothing to go by"}},
		"within the domain": {withPool(map[string]config.Pool{"overhead": {Split: "proportional", Within: "domain", Otherwise: "z"}}),
			[]charge{tax("4", "domain_id", "d-1"), tax("5", "domain_id", "d-2"), tax("6"), team("a", "1", "domain_id", "d-1"), team("b", "9", "domain_id", "d-3")},
			[]string{"a | overhead | 4 | 100% of overhead, by amortized_cost in the same domain",
				"z | overhead | 5 | all of overhead, since there is nothing to go by in the same domain", "z | overhead | 6 | all of overhead, since there is nothing to go by in the same domain"}},
		"a file system is its domain's": {withPool(map[string]config.Pool{"overhead": {Split: "proportional", Within: "domain"}}),
			[]charge{tax("4", "resource_id", "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1"),
				team("a", "1", "domain_id", "d-abc"), team("b", "9", "domain_id", "d-2")},
			[]string{"a | overhead | 4 | 100% of overhead, by amortized_cost in the same domain"}},
		"a chain": {withPool(map[string]config.Pool{"overhead": {Split: "fixed", Shares: map[string]strictyaml.Share{"a": share("50"), "next": share("50")}}, "next": {Split: "even", To: []string{"a", "b"}}}),
			append([]charge{tax("4")}, teams...),
			[]string{"a | overhead | 2 | 50% of overhead, fixed", "a | overhead → next | 1 | 50% of overhead, fixed, then 1 of 2 even parts of next", "b | overhead → next | 1 | 50% of overhead, fixed, then 1 of 2 even parts of next"}},
		"proportional to a pool, too": {withPool(map[string]config.Pool{"overhead": {Split: "proportional", To: []string{"a", "next"}}, "next": {Split: "even", To: []string{"b"}}},
			config.AllocationRule{Name: "rest", Pool: "next"}), []charge{tax("4"), team("a", "1"), {"cost": "3"}},
			[]string{"a | overhead | 1 | 25% of overhead, by amortized_cost", "b | next | 3 | 1 of 1 even parts of next", "b | overhead → next | 3 | 75% of overhead, by amortized_cost, then 1 of 1 even parts of next"}},
		"each month and currency by itself": {withPool(map[string]config.Pool{"overhead": {Split: "proportional"}}),
			[]charge{tax("4"), tax("5", "billing_currency", "EUR"), tax("6", "billing_period", "2026-11"), team("a", "1"), team("b", "1", "billing_currency", "EUR"), team("c", "1", "billing_period", "2026-11")},
			[]string{"a | overhead | 4 | 100% of overhead, by amortized_cost", "b | overhead | 5 | 100% of overhead, by amortized_cost", "c | overhead | 6 | 100% of overhead, by amortized_cost"}},
		"listed teams alone share": {func() config.Allocation {
			a := withPool(map[string]config.Pool{"overhead": {Split: "proportional"}})
			a.Teams = map[string]config.Team{"a": {}, "b": {}}
			return a
		}(), []charge{tax("4"), team("a", "1"), team("intruder", "9")}, []string{"a | overhead | 4 | 100% of overhead, by amortized_cost"}},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			db := engine(t.Context(), t, c.charges)
			found := run(t, db, c.config, estateOfTests)
			got := rows(t, db, "SELECT team, pool, unblended_cost, reason FROM allocations WHERE pool IS NOT NULL ORDER BY team, pool, unblended_cost")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			exact(t, db, found)
		})
	}
}

// What is not known of a shared cost stays so, for all who share it.
func TestNoPartOfWhatIsNotKnown(t *testing.T) {
	c := tax("3")
	c["list_cost"] = nil
	db := engine(t.Context(), t, []charge{c})
	run(t, db, withPool(map[string]config.Pool{"overhead": {Split: "even", To: []string{"a", "b"}}}), nil)
	want := []string{"a | 1.5 | -", "b | 1.5 | -"}
	if diff := cmp.Diff(want, rows(t, db, "SELECT team, unblended_cost, list_cost FROM allocations ORDER BY team")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The charges of a day that differ in nothing but time and amount are split as one: the rows do not grow by the hour.
func TestADayIsSplitAsOne(t *testing.T) {
	hours := []charge{}
	for h := range 24 {
		hours = append(hours, tax("1", "charge_period_start", fmt.Sprintf("2026-10-03 %02d:00:00", h)), tax("1", "charge_period_start", fmt.Sprintf("2026-10-04 %02d:00:00", h)))
	}
	db := engine(t.Context(), t, append(hours, tax("1", "charge_period_start", "2026-10-05 00:00:00")))
	run(t, db, withPool(map[string]config.Pool{"overhead": {Split: "even", To: []string{"a", "b"}}}), nil)
	want := []string{"a | 12 | -", "a | 12 | -", "a | 0.5 | line-48", "b | 12 | -", "b | 12 | -", "b | 0.5 | line-48"}
	if diff := cmp.Diff(want, rows(t, db, "SELECT team, unblended_cost, line_id FROM allocations ORDER BY team, charge_period_start")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestMonthsThatAreNamedAlone(t *testing.T) {
	db := engine(t.Context(), t, []charge{team("a", "1", "billing_period", "2026-09"), team("b", "2"), team("c", "3", "billing_period", "2026-11")})
	found, err := allocate.Run(t.Context(), db, withPool(nil), nil, "2026-10", "2026-11")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b", "c"}, rows(t, db, "SELECT team FROM allocations ORDER BY 1")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	exact(t, db, found)
}
