//go:build interop

package interop_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestMotoAthena: questions and views go through moto's Athena, whose answers are laid ready. It runs no SQL, and knows no tables: those a proxy tells.
func TestMotoAthena(t *testing.T) {
	v := peer(t)
	moto := serveMoto(t, v)
	to, err := url.Parse(moto)
	if err != nil {
		t.Fatal(err)
	}
	onward := httputil.NewSingleHostReverseProxy(to)
	columns := map[string]string{"product": "map<string,string>", "resource_tags": "map<string,string>", "line_item_unblended_cost": "double", "line_item_usage_amount": "double",
		"bill_billing_period_start_date": "timestamp", "line_item_usage_start_date": "timestamp", "line_item_usage_end_date": "timestamp"}
	for _, name := range []string{"bill_payer_account_id", "bill_payer_account_name", "line_item_line_item_type", "line_item_product_code", "line_item_usage_account_id", "line_item_usage_type", "line_item_operation"} {
		columns[name] = "string"
	}
	var list []map[string]string
	for name, kind := range columns {
		list = append(list, map[string]string{"Name": name, "Type": kind})
	}
	way := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "AmazonAthena.GetTableMetadata" {
			onward.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(map[string]any{"TableMetadata": map[string]any{"Name": "cur2", "Columns": list, "PartitionKeys": []map[string]string{{"Name": "billing_period", "Type": "string"}}}})
	}))
	defer way.Close()
	env := motoEnvironment(t, way.URL)
	call := func(name string, args ...string) result {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Env = env
		return run(t, cmd)
	}
	aws := func(args ...string) {
		t.Helper()
		if r := call(v.program("aws"), args...); r.status != 0 {
			t.Fatalf("aws %v: exit status %d\n%s", args, r.status, r.stderr)
		}
	}
	aws("s3", "mb", "s3://answers")
	aws("athena", "create-work-group", "--name", "finops", "--configuration", "BytesScannedCutoffPerQuery=10737418240,ResultConfiguration={OutputLocation=s3://answers/finops/}")

	datum := func(text string) map[string]any { return map[string]any{"VarCharValue": text} }
	ready, err := json.Marshal(map[string]any{"region": "eu-west-1", "results": []any{map[string]any{
		"rows":        []any{map[string]any{"Data": []any{datum("region"), datum("cost")}}, map[string]any{"Data": []any{datum("eu-west-1"), datum("1234.500000000000000001")}}, map[string]any{"Data": []any{map[string]any{}, datum("-0.1")}}},
		"column_info": []any{map[string]any{"Name": "region", "Type": "varchar"}, map[string]any{"Name": "cost", "Type": "decimal"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(moto+"/moto-api/static/athena/query-results", "application/json", bytes.NewReader(ready))
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatal(resp, err)
	}
	_ = resp.Body.Close()

	program := build(t)
	table := []string{"--database", "billing", "--table", "cur2"}
	question := slices.Concat([]string{"cost", "query", "--engine", "athena", "--month", "2026-10", "-o", "csv", "SELECT region_id AS region, sum(unblended_cost) AS cost FROM charges GROUP BY 1"}, table)
	r := call(program, append(question, "--workgroup", "finops")...)
	if r.status != 0 || string(r.stdout) != "region,cost\r\neu-west-1,1234.500000000000000001\r\n,-0.1\r\n" || !strings.HasSuffix(string(r.stderr), "workgroup finops stops a query at 10 GB\n") {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	if r = call(program, slices.Concat([]string{"cost", "views", "athena", "--apply", "--workgroup", "finops"}, table)...); r.status != 0 || strings.Count(string(r.stdout), "billing.sagewarden_") != 8 {
		t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	for _, group := range []string{"nobody", "primary"} {
		if r = call(program, append(question, "--workgroup", group)...); r.status != 1 || !strings.Contains(string(r.stderr), "workgroup "+group) || !strings.Contains(string(r.stderr), "hint: ") {
			t.Errorf("%s: exit status %d\n%s%s", group, r.status, r.stdout, r.stderr)
		}
	}
}
