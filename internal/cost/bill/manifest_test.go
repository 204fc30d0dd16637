package bill

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestManifests(t *testing.T) {
	const export = "exports/org/metadata/BILLING_PERIOD=2026-03/org-Manifest.json"
	for name, tt := range map[string]struct{ at, text, want string }{
		"an export":               {export, `{"executionId":"e1","dataFiles":["s3://b/exports/org/data/BILLING_PERIOD=2026-03/org-00001.csv.gz"]}`, "2026-03 e1 b [exports/org/data/BILLING_PERIOD=2026-03/org-00001.csv.gz]"},
		"an export moved":         {"Manifest.json", `{"executionId":"e1","dataFiles":["s3://b/o/data/BILLING_PERIOD=2026-03/o.parquet"]}`, "2026-03 e1 b [o/data/BILLING_PERIOD=2026-03/o.parquet]"},
		"a report":                {"p/r/20260301-20260401/r-Manifest.json", `{"assemblyId":"a1","bucket":"b","billingPeriod":{"start":"20260301T000000.000Z"},"reportKeys":["p/r/20260301-20260401/a1/r-1.csv.zip"]}`, "2026-03 a1 b [p/r/20260301-20260401/a1/r-1.csv.zip]"},
		"a report without period": {"p/r/20260301-20260401/r-Manifest.json", `{"assemblyId":"a1","reportKeys":["k.csv"]}`, "2026-03 a1  [k.csv]"},
		"a period as text":        {"Manifest.json", `{"assemblyId":"a1","billingPeriod":"20261001-20261101","reportKeys":["k.csv"]}`, "2026-10 a1  [k.csv]"},
		"a period in ISO":         {"Manifest.json", `{"assemblyId":"a1","billingPeriod":{"start":"2026-10-01T00:00:00.000Z"},"reportKeys":["k.csv"]}`, "2026-10 a1  [k.csv]"},
		"a period as a month":     {"Manifest.json", `{"executionId":"e1","billingPeriod":"2026-10","dataFiles":["s3://b/a.csv"]}`, "2026-10 e1 b [a.csv]"},
		"a period as a number":    {"p/r/20260301-20260401/r-Manifest.json", `{"assemblyId":"a1","billingPeriod":202610,"reportKeys":["k.csv"]}`, "2026-03 a1  [k.csv]"},
		"a period of nonsense":    {"Manifest.json", `{"assemblyId":"a1","billingPeriod":"2026100112","reportKeys":["k.csv"]}`, "which month"},
		"no bill":                 {export, `{"executionId":"e1","dataFiles":["s3://b/etc/passwd"]}`, `it names "etc/passwd", which is not the name of a bill`},
		"a file twice":            {export, `{"executionId":"e1","dataFiles":["s3://b/a.csv","s3://b/a.csv"]}`, `it names "a.csv" twice`},
		"up and away":             {export, `{"executionId":"e1","dataFiles":["s3://b/../../etc/passwd"]}`, "which is no key that AWS writes"},
		"up within":               {export, `{"executionId":"e1","dataFiles":["s3://b/a/../../etc/passwd.csv"]}`, "which is no key that AWS writes"},
		"from the root":           {export, `{"executionId":"e1","dataFiles":["s3://b//etc/passwd.csv"]}`, "which is no key that AWS writes"},
		"the other slash":         {export, `{"executionId":"e1","dataFiles":["s3://b/a\\..\\b.csv"]}`, "which is no key that AWS writes"},
		"no address":              {export, `{"executionId":"e1","dataFiles":["file:///etc/passwd"]}`, "which is no s3://bucket/key"},
		"no files":                {export, `{"executionId":"e1","dataFiles":[]}`, "it names no files"},
		"no version":              {export, `{"dataFiles":["s3://b/a.csv"]}`, "no assemblyId or executionId"},
		"no month":                {"Manifest.json", `{"executionId":"e1","dataFiles":["s3://b/a.csv"]}`, "which month"},
		"no month like that":      {"p/r/20261301-20260401/r-Manifest.json", `{"assemblyId":"a1","reportKeys":["k.csv"]}`, "which month"},
		"no manifest":             {export, `[1,2`, "it is no manifest"},
	} {
		m, err := readManifest(tt.at, []byte(tt.text))
		got := m.period + " " + m.assembly + " " + m.bucket + " [" + strings.Join(m.keys, " ") + "]"
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add("a/BILLING_PERIOD=2026-03/m", `{"executionId":"e","dataFiles":["s3://b/a/../c"]}`)
	f.Add("a/20260301-20260401/m", `{"assemblyId":"e","reportKeys":["/a"],"billingPeriod":{"start":"20"}}`)
	f.Add("m", `{"assemblyId":"e","reportKeys":["a.csv","b.csv.zip"],"billingPeriod":"20261001-20261101"}`)
	f.Add("m", `{"executionId":"e","dataFiles":["s3://b/a.parquet"],"billingPeriod":{"start":"2026-10-01T00:00:00Z"}}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		m, err := readManifest(name, []byte(text))
		if err != nil {
			return
		}
		for i, k := range m.keys {
			if strings.HasPrefix(k, "/") || strings.Contains("/"+k+"/", "/../") || formOf(k) == "" || slices.Contains(m.keys[:i], k) {
				t.Errorf("%q leads elsewhere, is no bill or is there twice", k)
			}
		}
		if !monthText.MatchString(m.period) || m.assembly == "" || len(m.keys) == 0 {
			t.Errorf("%+v is not whole", m)
		}
	})
}

func TestCanonicalNames(t *testing.T) {
	for name, want := range map[string]string{
		"identity/LineItemId": "identity_line_item_id", "lineItem/UnblendedCost": "line_item_unblended_cost", "reservation/ReservationARN": "reservation_reservation_a_r_n",
		"savingsPlan/SavingsPlanARN": "savings_plan_savings_plan_a_r_n", "pricing/publicOnDemandCost": "pricing_public_on_demand_cost", "product/instanceType": "product_instance_type",
		"line_item_usage_type": "line_item_usage_type", "BilledCost": "billedcost",
	} {
		if got := canonical(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add("resourceTags/user:Cost-Center")
	f.Fuzz(func(t *testing.T, name string) {
		got := canonical(name)
		if utf8.ValidString(name) && strings.Contains(name, "/") && (strings.Contains(got, "__") || strings.ContainsAny(got, "/:-. ")) {
			t.Errorf("%q is %q", name, got)
		}
	})
}
