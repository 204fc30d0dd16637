package pricing_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// never is a client function for a book that must not ask.
func never(t *testing.T) func() (pricing.Client, bool) {
	return func() (pricing.Client, bool) {
		t.Error("AWS was asked in spite of the price file")
		return nil, false
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCSVFile(t *testing.T) {
	path := write(t, "prices.csv", "\ufeffregion,component,instance_type,usd_per_hour,usd_per_gb_month,sku\n"+
		"# negotiated\n"+
		"us-east-1,Hosting,ml.m5.xlarge,0.2,,OURS\n"+
		"us-east-1,Studio-JupyterLab,ml.m5.xlarge,0,,\n"+
		"us-east-1,Studio:VolumeUsage.gp3,,,0.073,VOL\n"+
		"us-east-1,EFS:TimedStorage-ByteHrs,,0.0004,,\n"+
		"us-east-1,Canvas:Session-Hrs,,1.5,,\n"+
		"us-east-1,PartnerApp,comet/small,2,,\n"+
		"eu-west-1,ProvisionedConcurrency,Mem-4GB,0.072,,\n"+
		"eu-west-1,Hosting,ml.c5.large,0.1,,\n"+
		"eu-west-1,Hosting,ml.c5.large,0.2,,\n")
	modified := time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, modified, modified); err != nil {
		t.Fatal(err)
	}
	book := open(t, pricing.Options{File: path, Client: never(t)})
	for _, tt := range []struct {
		key            pricing.Key
		want, sku, why string
	}{
		{key: pricing.Key{"us-east-1", "Hosting", "ml.m5.xlarge"}, want: "0.2", sku: "OURS"},
		{key: pricing.Key{"us-east-1", "hosting", "ML.m5.xlarge"}, want: "0.2", sku: "OURS"},
		{key: pricing.Key{"us-east-1", pricing.ComponentJupyterLab, "ml.m5.xlarge"}, want: "0"},
		{key: pricing.Key{"eu-west-1", pricing.ComponentProvisionedConcurrency, pricing.ServerlessType(4096)}, want: "0.072"},
		{key: pricing.Key{"us-east-1", pricing.ComponentSpaceVolume, ""}, want: "0.0001", sku: "VOL"},
		{key: pricing.Key{"us-east-1", pricing.ComponentHomeDirectory, ""}, want: "0.0004"},
		{key: pricing.Key{"us-east-1", pricing.ComponentCanvas, ""}, want: "1.5"},
		{key: pricing.Key{"us-east-1", pricing.ComponentPartnerApp, pricing.PartnerAppType("comet", "small")}, want: "2"},
		{key: pricing.Key{"eu-west-1", pricing.ComponentHomeDirectory, ""}, why: "no EFS price under EFS:TimedStorage-ByteHrs in eu-west-1 in price file " + path},
		{key: pricing.Key{"us-east-1", "Hosting", "ml.m5.2xlarge"}, why: "no SageMaker price for ml.m5.2xlarge under Hosting in us-east-1"},
		{key: pricing.Key{"us-east-1", "Training", "ml.m5.xlarge"}, why: "no SageMaker price under Training in us-east-1 in price file " + path},
		{key: pricing.Key{"eu-west-1", "Hosting", "ml.c5.large"}, why: "the SageMaker price for ml.c5.large under Hosting in eu-west-1 cannot be used: it is ambiguous, $0.1 and $0.2"},
	} {
		load(t, book, tt.key)
		got := book.Rate(tt.key)
		if got.Known != (tt.why == "") || got.Why != tt.why || got.SKU != tt.sku {
			t.Errorf("%v: %+v, want SKU %q, why %q", tt.key, got, tt.sku, tt.why)
		}
		if got.Known && (got.Hourly.String() != tt.want || got.Source != "price file "+path+" of 2026-10-01") {
			t.Errorf("%v: %s from %q, want %s", tt.key, got.Hourly, got.Source, tt.want)
		}
	}
	if !book.AsOf().Equal(modified) {
		t.Errorf("as of %v, want %v", book.AsOf(), modified)
	}
}

// The file that the documentation shows is one.
func TestDocumentedFile(t *testing.T) {
	page, err := os.ReadFile("../../docs/scan.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```csv\n")
	text, _, _ = strings.Cut(text, "```")
	book := open(t, pricing.Options{File: write(t, "prices.csv", text)})
	for _, key := range []pricing.Key{
		{"us-east-1", pricing.ComponentHosting, "ml.m5.xlarge"}, {"us-east-1", pricing.ComponentMLflowServer, "Small"},
		{"us-east-1", pricing.ComponentSpaceVolume, ""}, {"us-east-1", pricing.ComponentHomeDirectory, ""},
	} {
		if rate := book.Rate(key); !rate.Known {
			t.Error(rate.Why)
		}
	}
}

// bulk is the bulk offer file that holds the products of SageMaker.
func bulk(t *testing.T, list []world.Price) string {
	t.Helper()
	products, terms := map[string]any{}, map[string]any{}
	for _, p := range list {
		if prices.Field(p, "serviceCode") != "AmazonSageMaker" {
			continue
		}
		var entry struct {
			Product any
			Terms   struct{ OnDemand any }
		}
		if err := json.Unmarshal([]byte(prices.Product(p)), &entry); err != nil {
			t.Fatal(err)
		}
		products[p.SKU], terms[p.SKU] = entry.Product, entry.Terms.OnDemand
	}
	text, err := json.MarshalIndent(map[string]any{
		"formatVersion": "v1.0", "offerCode": "AmazonSageMaker", "version": "20261101000000", "publicationDate": "2026-11-01T00:00:00Z",
		"products": products, "terms": map[string]any{"OnDemand": terms, "Reserved": map[string]any{"X": map[string]any{"Y": 1}}},
		"attributesList": map[string]any{},
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestBrokenFile(t *testing.T) {
	const header = "region,component,instance_type,usd_per_hour\n"
	const monthly = "region,component,instance_type,usd_per_hour,usd_per_gb_month\n"
	for _, tt := range []struct{ name, text, at, err string }{
		{"header", "region,instance_type\n", ":1:1", `the header is "region,instance_type"`},
		{"price", header + "us-east-1,Hosting,ml.m5.large,0.1\nus-east-1,Hosting,ml.m5.xlarge,$0.2\n", ":3:32", `usd_per_hour: "$0.2" is not an amount in dollars`},
		{"negative", header + "us-east-1,Hosting,ml.m5.large,-1\n", ":2:31", `usd_per_hour: "-1" is not an amount in dollars`},
		{"no price", header + "us-east-1,Hosting,ml.m5.large,\n", ":2:31", "usd_per_hour is empty"},
		{"no component", header + "us-east-1,,ml.m5.large,1\n", ":2:11", "component is empty"},
		{"no type", header + "us-east-1,TrainWarmPool,,1\n", ":2:25", "instance_type is empty"},
		{"no price of two", monthly + "us-east-1,Studio:VolumeUsage.gp3,,,\n", ":2:35", "usd_per_hour is empty"},
		{"two prices", monthly + "us-east-1,Studio:VolumeUsage.gp3,,1,1\n", ":2:37", "usd_per_gb_month stands beside usd_per_hour"},
		{"a GB of an instance", monthly + "us-east-1,Hosting,ml.m5.large,,1\n", ":2:32", "usd_per_gb_month: Hosting is not sold by the GB"},
		{"a GB at no price", monthly + "us-east-1,Studio:VolumeUsage.gp3,,,x\n", ":2:36", `usd_per_gb_month: "x" is not an amount in dollars`},
		{"a column twice", "region,component,instance_type,usd_per_hour,sku,sku\n", ":1:1", "the header is"},
		{"fields", header + "us-east-1,Hosting\n", ":2:1", "wrong number of fields"},
		{"quote", header + "us-east-1,\"Hosting,ml.m5.large,1\n", ":2:", "quote"},
		{"only a header", header, "", "it has no price of a SageMaker instance"},
		{"empty", "", "", "it cannot be read"},
		{"another service", "{\n  \"offerCode\": \"AmazonEC2\",\n", ":2:27", "it is the price list of AmazonEC2"},
		{"cut", "{\n  \"offerCode\": \"AmazonSageMaker\",\n  \"products\": {\n    \"A\": {\"sku\": \"A\",", ":4:9", "unexpected EOF"},
		{"cut between", "{\n  \"offerCode\": \"AmazonSageMaker\",\n  \"products\": {}", ":3:17", "unexpected EOF"},
		{"syntax", "{\n  \"products\": {\n    \"A\": {\"sku\": \"A\"},\n    \"B\": {\"sku\": tru}\n", ":4:21", "invalid character '}'"},
		{"shape", "{\n  \"products\": 7}", ":2:16", "7 stands where an object is expected"},
		{"nothing of use", `{"products": {"A": {"sku": "A"}}, "terms": {}}`, "", "it has no price of a SageMaker instance"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "prices", tt.text)
			_, err := pricing.Open(pricing.Options{File: path})
			failure, ok := errors.AsType[*estate.Error](err)
			if !ok {
				t.Fatalf("err = %v, want an estate.Error", err)
			}
			if failure.Op != "read price file" || !strings.HasPrefix(failure.On, path+tt.at) || (tt.at == "" && failure.On != path) {
				t.Errorf("%s on %s, want it on %s", failure.Op, failure.On, path+tt.at)
			}
			if !strings.Contains(err.Error(), tt.err) || failure.Hint == "" {
				t.Errorf("err = %v (hint %q), want %q in it", err, failure.Hint, tt.err)
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.csv")
	_, err := pricing.Open(pricing.Options{File: path})
	if failure, ok := errors.AsType[*estate.Error](err); !ok || failure.On != path || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
}

func FuzzFile(f *testing.F) {
	f.Add("region,component,instance_type,usd_per_hour\nus-east-1,Hosting,ml.m5.large,0.1\n")
	f.Add(`{"offerCode":"AmazonSageMaker","products":{"A":{"attributes":{"platoinstancetype":"Hosting","instanceName":"ml.m5.large"}}},"terms":{"OnDemand":{"A":{}}}}`)
	path := filepath.Join(f.TempDir(), "prices")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		book, err := pricing.Open(pricing.Options{File: path})
		if (book == nil) == (err == nil) {
			t.Errorf("a book and an error, or neither: %v, %v", book, err)
		}
	})
}
