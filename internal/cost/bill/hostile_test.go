//go:build cgo

package bill

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// header are the least columns of a report, and line is a good one.
const (
	header = "identity/LineItemId,bill/BillingPeriodStartDate,bill/PayerAccountId,lineItem/LineItemType,lineItem/ProductCode,lineItem/UnblendedCost,lineItem/UsageAccountId," +
		"lineItem/UsageAmount,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/UsageType,lineItem/Operation,lineItem/CurrencyCode,lineItem/ResourceId,resourceTags/user:team\n"
	line = "a,2026-03-01T00:00:00Z,000000000001,Usage,AmazonSageMaker,1.5,000000000042,1,2026-03-02T00:00:00Z,2026-03-02T01:00:00Z,USE1-Host:ml.m5.xlarge,RunInstance,USD,arn:aws:sagemaker:us-east-1:000000000042:endpoint/churn,red\n"
)

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

func archived(t *testing.T, members map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range members {
		m, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBrokenBills: what is wrong with a bill is told with its file, row and column, and the lake stays as it was, to the last byte.
func TestBrokenBills(t *testing.T) {
	lakeDir := t.TempDir()
	must(t, Options{Lake: lakeDir}, write(t, filepath.Join(t.TempDir(), "good.csv"), []byte(header+line)))
	before := state(t, lakeDir)
	many := strings.Repeat(line, 20000)
	for name, tt := range map[string]struct {
		file string
		text []byte
		want string
	}{
		"an amount that is no number": {"a.csv", []byte(header + many + strings.Replace(line, "1.5", "NaN", 1)), `row 20002, column lineItem/UnblendedCost: "NaN" is not an amount`},
		"an amount without an end":    {"a.csv", []byte(header + line + strings.Replace(line, "1.5", "-Infinity", 1)), `row 3, column lineItem/UnblendedCost: "-Infinity"`},
		"an amount beyond all money":  {"a.csv", []byte(header + strings.Replace(line, "1.5", "123456789012345678901", 1)), "row 2, column lineItem/UnblendedCost"},
		"a day that is not":           {"a.csv", []byte(header + line + strings.Replace(line, "2026-03-02T00", "2026-02-30T00", 1)), `row 3, column lineItem/UsageStartDate: "2026-02-30T00:00:00Z" is not a time`},
		"a quote that is not closed":  {"a.csv", []byte(header + line + strings.Replace(line, "red", `"red`, 1)), "row 3: a quote is not closed"},
		"a line too short":            {"a.csv", []byte(header + line + "a,b,c\n"), "row 3: it has 3 columns, the header has 15"},
		"a line too long":             {"a.csv", []byte(header + line + strings.Replace(line, "red", "red,blue", 1)), "row 3: it has 16 columns"},
		"other letters":               {"a.csv", []byte(header + strings.Replace(line, "red", "r\xffd", 1)), "row 2: it is not UTF-8"},
		"a cell without an end":       {"a.csv", []byte(header + strings.Replace(line, "red", strings.Repeat("x", maxLine+10), 1)), "which no line of a bill has"},
		"a gzip cut short":            {"a.csv.gz", packed(header + many)[:2000], "it cannot be unpacked: unexpected EOF"},
		"a gzip with rubbish":         {"a.csv.gz", append(packed(header + line)[:60], make([]byte, 500)...), "it cannot be unpacked"},
		"no gzip":                     {"a.csv.gz", []byte(header + line), "it cannot be unpacked"},
		"a zip cut short":             {"a.csv.zip", archived(t, map[string]string{"a.csv": header + many})[:1000], "it cannot be unpacked"},
		"a zip of two":                {"a.csv.zip", archived(t, map[string]string{"a.csv": header + line, "b.csv": header + line}), "it holds 2 files"},
		"a gzip that explodes":        {"a.csv.gz", packed(header + line + strings.Repeat("\n", 700<<20/10*2)), "it grows beyond any bill"},
		"a Parquet file cut short":    {"a.parquet", []byte("PAR1 and no more"), "it is no Parquet file"},
		"nothing":                     {"a.csv", nil, "it is empty"},
		"no lines":                    {"a.csv", []byte(header), "it has no lines"},
		"a column twice":              {"a.csv", []byte(strings.Replace(header, "lineItem/Operation", "lineItem/UsageType", 1) + line), `there are two columns line_item_usage_type`},
		"a column too few":            {"a.csv", []byte(strings.Replace(header, "lineItem/UnblendedCost", "lineItem/Cost", 1) + line), "this looks like CUR but lacks the columns line_item_unblended_cost"},
		"no bill at all":              {"a.csv", []byte("name,age\nann,7\n"), "this is no bill of AWS"},
		"a header without an end":     {"a.csv", bytes.Repeat([]byte("x"), maxHeader+1), "no header of a bill has"},
		"another payer's month":       {"a.csv", []byte(header + strings.Replace(line, "000000000001", "000000000002", 1)), `paid by 000000000001, and this one is paid by 000000000002`},
		"no bill by its name":         {"a.txt", []byte(header + line), "this is not the name of a bill"},
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, filepath.Join(t.TempDir(), tt.file), tt.text)
			_, err := try(t, Options{Lake: lakeDir}, file)
			e, ok := errors.AsType[*estate.Error](err)
			if !ok || !strings.Contains(e.Error(), tt.want) || e.On != file && !strings.HasPrefix(tt.want, "paid") || e.Hint == "" && !strings.Contains(tt.want, "header of") {
				t.Errorf("want %q, got %v", tt.want, err)
			}
			if diff := cmp.Diff(before, state(t, lakeDir)); diff != "" {
				t.Error("the lake is not as it was")
			}
		})
	}
}

// TestLabels: what is no map of tags is told with its row, and numbers among the values keep their digits.
func TestLabels(t *testing.T) {
	const head = "bill_billing_period_start_date,bill_payer_account_id,bill_payer_account_name,line_item_line_item_type,line_item_product_code,line_item_unblended_cost,line_item_usage_account_id,line_item_usage_amount," +
		"line_item_usage_start_date,line_item_usage_end_date,line_item_usage_type,line_item_operation,line_item_currency_code,resource_tags\n"
	row := func(tags string) string {
		return "2026-03-01T00:00:00Z,000000000001,payer,Usage,AmazonSageMaker,1.5,000000000042,1,2026-03-02T00:00:00Z,2026-03-02T01:00:00Z,USE1-Host:ml.m5.xlarge,RunInstance,USD,\"" + strings.ReplaceAll(tags, `"`, `""`) + "\"\n"
	}
	good := row(`{"user_team":"it's","user_a\"; DROP TABLE x; --":"b","user_number":12345678901234567890,"user_none":null}`)
	for _, tags := range []string{"[1]", `"red"`, "5", "{", `{"a":"b"} x`, "{'a':'b'}"} {
		file := write(t, filepath.Join(t.TempDir(), "a.csv"), []byte(head+good+row(tags)))
		_, err := try(t, Options{Lake: t.TempDir()}, file)
		if err == nil || !strings.Contains(err.Error(), "row 3, column resource_tags: ") || !strings.Contains(err.Error(), "is not an object of JSON") {
			t.Errorf("%s: %v", tags, err)
		}
	}
	dir := t.TempDir()
	must(t, Options{Lake: dir}, write(t, filepath.Join(t.TempDir(), "a.csv"), []byte(head+good+row("null"))))
	want := []string{`[{"a\"; DROP TABLE x; --":"b","number":"12345678901234567890","team":"it's"}]`, `[{}]`}
	if diff := cmp.Diff(want, ask(t, dir, "SELECT tags FROM charges ORDER BY cardinality(tags) DESC")); diff != "" {
		t.Error(diff)
	}
}

// TestOddBills: what is odd and right is read as it is meant.
func TestOddBills(t *testing.T) {
	cell := strings.Repeat("x", 1<<20)
	for name, tt := range map[string]struct{ text, query, want string }{
		"a byte order mark and lines of Windows": {"\ufeff" + strings.ReplaceAll(header+line, "\n", "\r\n"), "SELECT unblended_cost, tags['team'] FROM charges", `["1.5","red"]`},
		"no end of the last line":                {header + strings.TrimSuffix(line, "\n"), "SELECT tags['team'] FROM charges", `["red"]`},
		"quotes, commas and lines in a cell":     {header + strings.Replace(line, "red", "\"a \"\"b\"\",\nc\"", 1), "SELECT tags['team'] FROM charges", `["a \"b\",\nc"]`},
		"a cell of a megabyte":                   {header + strings.Replace(line, "red", cell, 1), "SELECT length(tags['team']) FROM charges", "[1048576]"},
		"zero below zero":                        {header + strings.Replace(line, "1.5", "-0", 1), "SELECT unblended_cost FROM charges", `["0"]`},
		"an exponent":                            {header + strings.Replace(line, "1.5", "1.5E-7", 1), "SELECT unblended_cost FROM charges", `["0.00000015"]`},
		"leading zeros and thirteen digits":      {header + strings.Replace(line, "000000000042", "0000000000042", 1), "SELECT sub_account_id FROM charges", `["0000000000042"]`},
		"two spellings of a tag":                 {strings.Replace(header, "\n", ",resourceTags/user:Team\n", 1) + strings.Replace(line, "\n", ",blue\n", 1), "SELECT tags['team'], tags['Team'] FROM charges", `["red","blue"]`},
		"a tag twice":                            {strings.Replace(header, "\n", ",resourceTags/user:team\n", 1) + strings.Replace(line, ",red\n", ",,blue\n", 1), "SELECT tags['team'] FROM charges", `["blue"]`},
		"a tag that is empty":                    {header + strings.Replace(line, "red", "", 1), "SELECT cardinality(tags) FROM charges", `[0]`},
		"days out of order and of the month":     {header + strings.Replace(line, "2026-03-02T00", "2025-12-24T00", 1), "SELECT charge_period_start, billing_period FROM charges", `["2025-12-24T00:00:00Z","2026-03"]`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, Options{Lake: dir}, write(t, filepath.Join(t.TempDir(), "a.csv"), []byte(tt.text)))
			if got := ask(t, dir, tt.query); len(got) != 1 || got[0] != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

// TestRounding: digits beyond the eighteenth are counted, and what rounding them lost is told.
func TestRounding(t *testing.T) {
	text := header + line + strings.Replace(line, "1.5", "0.0000000000000000014", 1) + strings.Replace(line, "1.5", "1.1234567890123456789", 1) + strings.Replace(line, "1.5", "1.2345e-17", 1)
	r := must(t, Options{Lake: t.TempDir()}, write(t, filepath.Join(t.TempDir(), "a.csv"), []byte(text)))[0]
	// 1.4e-18 becomes 1e-18, ….6789 becomes ….679, 1.2345e-17 becomes 1.2e-17.
	if r.Rounded != 3 || r.Residue.String() != "-0.000000000000000000645" {
		t.Errorf("%d amounts, %s", r.Rounded, r.Residue)
	}
}
