package prices_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

var instance = regexp.MustCompile(`ml\..*$`)

// rates are the prices of one component in one region, by the instance that the usage type ends with.
func rates(list []world.Price, component, region string) map[string]string {
	rates := map[string]string{}
	for _, p := range list {
		a := p.Attributes
		// The decoys of ml.m5.xlarge have its usage type.
		decoy := a["locationType"] != "AWS Region" || a["instanceName"] == "ml.m5.xlarge-Free"
		if !decoy && a["platoinstancetype"] == component && a["regionCode"] == region {
			rates[instance.FindString(a["usagetype"])] = p.USD
		}
	}
	return rates
}

func TestPublishedRates(t *testing.T) {
	list := prices.List(nil)
	for _, tt := range []struct{ region, component, instance, want string }{
		{"us-east-1", "Notebook", "ml.t3.medium", "0.0500000000"},
		{"us-east-1", "Studio-JupyterLab", "ml.t3.medium", "0.0500000000"},
		{"us-east-1", "Hosting", "ml.m5.2xlarge", "0.4610000000"},
		{"us-east-1", "Studio", "ml.m5.4xlarge", "0.9220000000"},
		{"us-east-1", "Hosting", "ml.c6i.8xlarge", "1.6320000000"},
		{"us-east-1", "Hosting", "ml.g4dn.xlarge", "0.7360000000"},
		{"us-east-1", "Studio-JupyterLab", "ml.g4dn.xlarge", "0.7364000000"},
		{"us-east-1", "Hosting", "ml.g5.xlarge", "1.4100000000"},
		{"us-east-1", "Training", "ml.g5.xlarge", "1.4080000000"},
		{"us-east-1", "AsyncInf", "ml.g6e.2xlarge", "2.8026000000"},
		{"us-east-1", "Studio-JupyterLab", "ml.m7i.48xlarge", "11.6120000000"},
		{"us-east-1", "Hosting", "ml.g7e.2xlarge", "4.2039000000"},
		{"us-east-1", "Studio-JupyterLab", "ml.g7e.2xlarge", "2.6100000000"},
		{"eu-west-3", "Hosting", "ml.g4dn.xlarge", "0.8610000000"},
		{"ap-south-1", "Hosting", "ml.m5.xlarge", "0.2420000000"},
		{"ap-south-1", "Hosting", "ml.g5.xlarge", "1.6900000000"},
		{"ap-northeast-1", "Training", "ml.g6.xlarge", "1.6340000000"},
		{"eu-west-1", "Hosting", "ml.g6.24xlarge", "9.3036000000"},
		{"eu-west-1", "Studio-JupyterLab", "ml.g6.24xlarge", ""},
		{"eu-west-3", "TensorBoard", "ml.r5.large", ""},
		{"eu-west-1", "Hosting", "ml.p5.48xlarge", ""},
		{"us-east-1", "Hosting", "ml.t3.medium", ""},
	} {
		if got := rates(list, tt.component, tt.region)[tt.instance]; got != tt.want {
			t.Errorf("%s %s in %s = %q, want %q", tt.component, tt.instance, tt.region, got, tt.want)
		}
	}
}

func TestPublishedUsageRates(t *testing.T) {
	rates := map[string]string{}
	for _, p := range prices.List([]string{"us-east-1"}) {
		if p.Attributes["locationType"] == "AWS Region" {
			rates[p.Attributes["servicecode"]+"/"+p.Attributes["usagetype"]] = p.USD + " per " + p.Unit
		}
	}
	for usage, want := range map[string]string{
		"AmazonSageMaker/USE1-Notebk:VolumeUsage.gp2":      "0.1400000000 per GB-Mo",
		"AmazonSageMaker/USE1-Studio:VolumeUsage.gp3":      "0.1120000000 per GB-Mo",
		"AmazonSageMaker/USE1-Canvas:Session-Hrs":          "1.9000000000 per Hrs",
		"AmazonSageMaker/USE1-TrainWarmPool:ml.g5.xlarge":  "1.4080000000 per Hrs",
		"AmazonSageMaker/USE1-Processing_DW:ml.m5.4xlarge": "0.9220000000 per Hrs",
		"AmazonEFS/USE1-TimedStorage-ByteHrs":              "0.3000000000 per GB-Mo",
	} {
		if rates[usage] != want {
			t.Errorf("%s = %q, want %q", usage, rates[usage], want)
		}
	}
}

func TestListIsTheSameEveryTime(t *testing.T) {
	if diff := cmp.Diff(prices.List([]string{"us-east-1", "eu-west-1"}), prices.List([]string{"eu-west-1", "us-east-1"})); diff != "" {
		t.Error(diff)
	}
	if got := prices.List([]string{"mars-1"}); len(got) != 0 {
		t.Errorf("an unknown region has %d prices", len(got))
	}
}

func TestSKUsAreUnique(t *testing.T) {
	seen := map[string]world.Price{}
	for _, p := range prices.List(nil) {
		if other, ok := seen[p.SKU]; ok {
			t.Fatalf("SKU %s twice: %v and %v", p.SKU, other, p)
		}
		seen[p.SKU] = p
		if !regexp.MustCompile(`^[A-Z2-7]{16}$`).MatchString(p.SKU) {
			t.Fatalf("SKU %q does not look like one", p.SKU)
		}
		if !regexp.MustCompile(`^\d+\.\d{10}$`).MatchString(p.USD) {
			t.Fatalf("price %q does not look like one", p.USD)
		}
	}
}

func TestProduct(t *testing.T) {
	text := prices.Product(world.Price{
		SKU: "ABC", Family: "ML Instance", USD: "0.2300000000", Unit: "Hrs",
		Attributes: map[string]string{"regionCode": "us-east-1", "location": "US East (N. Virginia)", "usagetype": "USE1-Host:ml.m5.xlarge"},
	})
	const want = `{
		"product": {
			"productFamily": "ML Instance",
			"attributes": {"regionCode": "us-east-1", "location": "US East (N. Virginia)", "usagetype": "USE1-Host:ml.m5.xlarge"},
			"sku": "ABC"
		},
		"serviceCode": "AmazonSageMaker",
		"terms": {"OnDemand": {"ABC.JRTCKXETXF": {
			"priceDimensions": {"ABC.JRTCKXETXF.6YS6EN2CT7": {
				"unit": "Hrs", "endRange": "Inf", "beginRange": "0", "appliesTo": [],
				"description": "$0.23 per Hrs of USE1-Host:ml.m5.xlarge in US East (N. Virginia)",
				"rateCode": "ABC.JRTCKXETXF.6YS6EN2CT7", "pricePerUnit": {"USD": "0.2300000000"}
			}},
			"sku": "ABC", "effectiveDate": "2026-11-01T00:00:00Z", "offerTermCode": "JRTCKXETXF", "termAttributes": {}
		}}},
		"version": "20261101000000",
		"publicationDate": "2026-11-01T00:00:00Z"
	}`
	if diff := cmp.Diff(decode(t, want), decode(t, text)); diff != "" {
		t.Error(diff)
	}
}

func TestTiers(t *testing.T) {
	var product struct {
		Terms struct {
			OnDemand map[string]struct {
				PriceDimensions map[string]struct {
					BeginRange, EndRange string
					PricePerUnit         map[string]string
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(prices.Product(world.Price{SKU: "ABC", USD: "2.0", Then: "1.0", Unit: "GB-Mo"})), &product); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, d := range product.Terms.OnDemand["ABC.JRTCKXETXF"].PriceDimensions {
		got[d.BeginRange+"-"+d.EndRange] = d.PricePerUnit["USD"]
	}
	if diff := cmp.Diff(map[string]string{"0-100": "2.0", "100-Inf": "1.0"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestField(t *testing.T) {
	p := world.Price{Family: "Storage", SKU: "ABC", Attributes: map[string]string{"regionCode": "eu-west-1"}}
	got := []string{}
	for _, name := range []string{"productFamily", "ServiceCode", "sku", "regionCode", "nothing"} {
		got = append(got, prices.Field(p, name))
	}
	if diff := cmp.Diff([]string{"Storage", "AmazonSageMaker", "ABC", "eu-west-1", ""}, got); diff != "" {
		t.Error(diff)
	}
}

func decode(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
