//go:build cgo

package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sampled is a lake of the real sample, and a file beside it that nobody may read through it.
func sampled(t *testing.T) (lake, secret string) {
	t.Helper()
	dir := t.TempDir()
	lake, secret = filepath.Join(dir, "lake"), filepath.Join(dir, "secret.csv")
	if err := os.WriteFile(secret, []byte("password\nhunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, stdout, stderr := try(t, 0, "cost", "import", "../cost/bill/testdata/focus_sample.csv", "--product", "all", "--lake", lake); status != exitOK || !strings.Contains(stdout, "20.28022672899") {
		t.Fatalf("status %d\n%s%s", status, stdout, stderr)
	}
	return lake, secret
}

// TestQueryReadsOnly: nothing but the lake is read, and nothing is changed, whatever the statement tries.
func TestQueryReadsOnly(t *testing.T) {
	lake, secret := sampled(t)
	out := filepath.Join(filepath.Dir(secret), "out.csv")
	files, err := filepath.Glob(filepath.Join(lake, "charges", "*", "*.parquet"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	for _, attack := range []string{
		"COPY (SELECT 1) TO '" + out + "'", "COPY charges TO '" + files[0] + "' (FORMAT parquet)", "EXPORT DATABASE '" + filepath.Dir(out) + "'",
		"ATTACH '" + out + "' AS x", "INSTALL httpfs", "LOAD httpfs", "PRAGMA database_list", "SET lock_configuration = false", "SET enable_external_access = true", "RESET enable_external_access",
		"CREATE TABLE x AS SELECT 1", "CREATE VIEW charges AS SELECT 1", "DROP VIEW charges", "INSERT INTO charges SELECT * FROM charges", "DELETE FROM charges", "CALL pragma_version()",
		"SELECT 1; COPY (SELECT 1) TO '" + out + "'", "SELECT 1; SELECT 2", "COPY (SELECT 1) TO '" + out + "'; SELECT 1", "COPY (SELECT 1 AS a) TO '" + files[0] + "' (FORMAT parquet); SELECT 1", "SELECT 1) t; COPY (SELECT 1) TO '" + files[0] + "'; SELECT * FROM (SELECT 1",
		"SELECT 1 /* */; -- \nCOPY (SELECT 1) TO '" + files[0] + "'", "SET VARIABLE x = 1; SELECT 1", "CREATE TABLE x (a INT); SELECT 1", "SELECT 1) TO '" + out + "'; --", "EXPLAIN ANALYZE COPY (SELECT 1) TO '" + out + "'", "PREPARE x AS SELECT 1", "EXECUTE x", "CHECKPOINT", "VACUUM", "USE memory", "BEGIN",
		"SELECT * FROM read_csv('" + secret + "')", "SELECT * FROM '" + secret + "'", "SELECT * FROM read_text('" + secret + "')", "SELECT * FROM read_blob('" + secret + "')",
		"SELECT * FROM read_csv('" + lake + "/../secret.csv')", "SELECT * FROM read_csv('" + files[0] + "/../../../../secret.csv')", "SELECT * FROM read_text('" + lake + "/lake.json')",
		"SELECT * FROM glob('" + filepath.Dir(secret) + "/*')", "SELECT * FROM read_parquet('" + lake + "/**/*.parquet')", "SELECT * FROM read_csv('https://example.com/a.csv')", "SELECT * FROM read_parquet('s3://bucket/key')",
		"SELECT * FROM sniff_csv('" + secret + "')", "SELECT * FROM query('COPY (SELECT 1) TO ''" + out + "''')", "SELECT * FROM parquet_metadata('" + secret + "')", "FROM read_csv('" + secret + "')", "SELECT getenv('HOME')",
		"SELECT * FROM query_table('" + secret + "')", "WITH x AS (SELECT * FROM read_text('" + secret + "')) SELECT * FROM x", "",
	} {
		for _, form := range []string{"csv", "parquet"} {
			to := filepath.Join(t.TempDir(), "answer")
			status, stdout, stderr := try(t, 0, "cost", "query", "--lake", lake, "-o", form, "--out", to, attack)
			answer, _ := os.ReadFile(to)
			if status == exitOK && !strings.Contains(attack, "glob(") || strings.Contains(stdout+stderr+string(answer), "hunter2") || strings.Contains(string(answer), "secret.csv") {
				t.Errorf("%s as %s: status %d\n%s%s%s", attack, form, status, stdout, stderr, answer)
			}
			if _, err := os.Stat(out); err == nil {
				t.Fatalf("%s wrote a file", attack)
			}
		}
	}
	if status, stdout, stderr := try(t, 0, "cost", "query", "--lake", lake, "SELECT count(*) AS n FROM charges", "-o", "csv"); status != exitOK || stdout != "n\r\n1000\r\n" {
		t.Errorf("the lake is not as it was: %s%s", stdout, stderr)
	}
}

// TestQueryForms: an answer is the same in every form, and money keeps all its digits.
func TestQueryForms(t *testing.T) {
	lake, _ := sampled(t)
	const query = "SELECT billing_period AS month, sum(unblended_cost) AS cost, count(*) AS n, max(charge_period_end) AS until, NULL AS nothing, MAP {'b': 1, 'a': 2} AS m FROM charges GROUP BY month ORDER BY month;"
	for form, want := range map[string]string{
		"csv":    "month,cost,n,until,nothing,m\r\n2024-09,20.28022672899,999,2024-10-01T00:00:00Z,,\"{\"\"b\"\":1,\"\"a\"\":2}\"\r\n2024-10,0.24,1,2024-09-30T23:00:00Z,,\"{\"\"b\"\":1,\"\"a\"\":2}\"\r\n",
		"ndjson": `{"month":"2024-09","cost":"20.28022672899","n":999,"until":"2024-10-01T00:00:00Z","nothing":null,"m":{"b":1,"a":2}}` + "\n" + `{"month":"2024-10","cost":"0.24","n":1,"until":"2024-09-30T23:00:00Z","nothing":null,"m":{"b":1,"a":2}}` + "\n",
		"table":  "2 rows\n\nmonth              cost    n  until                 nothing  m\n2024-09  20.28022672899  999  2024-10-01T00:00:00Z        –  {\"b\":1,\"a\":2}\n2024-10            0.24    1  2024-09-30T23:00:00Z        –  {\"b\":1,\"a\":2}\n",
	} {
		if status, stdout, stderr := try(t, 0, "cost", "query", "--lake", lake, "-o", form, query); status != exitOK || stdout != want {
			t.Errorf("%s: status %d\n%s%s\nwant\n%s", form, status, stdout, stderr, want)
		}
	}
	for query, rows := range map[string]int{"SELECT * FROM charges": 1000, "SELECT * FROM charges WHERE false": 0, "SELECT 1 AS a": 1} {
		_, stdout, stderr := try(t, 0, "cost", "query", "--lake", lake, "-o", "json", query)
		var list []map[string]any
		if err := json.Unmarshal([]byte(stdout), &list); err != nil || len(list) != rows {
			t.Errorf("%s: %v, %d rows %s", query, err, len(list), stderr)
		}
	}
	file := filepath.Join(t.TempDir(), "a.parquet")
	if status, _, stderr := try(t, 80, "cost", "query", "--lake", lake, "-o", "parquet", "--out", file, query); status != exitOK {
		t.Errorf("parquet: %s", stderr)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(text), "PAR1") {
		t.Errorf("parquet: %v", err)
	}
}

// TestQueryMistakes: the place of a mistake is shown, a table ends somewhere, and what cannot be printed is refused.
func TestQueryMistakes(t *testing.T) {
	lake, _ := sampled(t)
	for want, args := range map[string][]string{
		`"unblended_cost"`: {"SELECT unblendedcost FROM charges"}, "              ^": {"SELECT 1 FROM nowhere"}, "this is not one SELECT": {"DROP VIEW charges"},
		"two columns are called": {"SELECT 1 AS a, 2 AS a", "-o", "json"}, "parquet is not for a terminal": {"SELECT 1", "-o", "parquet"},
	} {
		if status, stdout, stderr := try(t, 80, append([]string{"cost", "query", "--lake", lake}, args...)...); status == exitOK || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, want %q in\n%s%s", args, status, want, stdout, stderr)
		}
	}
	if _, stdout, _ := try(t, 80, "cost", "query", "--lake", lake, "--limit", "3", "SELECT line_id FROM charges"); !strings.Contains(stdout, "the first 3 rows; --limit 0 prints all") {
		t.Errorf("%s", stdout)
	}
	if status, _, stderr := try(t, 80, "cost", "query", "--lake", filepath.Join(lake, "none"), "SELECT 1"); status != exitFailed || !strings.Contains(stderr, "nothing was imported into it") || !strings.Contains(stderr, "hint: ") {
		t.Errorf("status %d\n%s", status, stderr)
	}
}
