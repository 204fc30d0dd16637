package pricing_test

import (
	"testing"

	"github.com/sagewarden/sagewarden/internal/pricing"
)

// TestTraps puts one awkward product or more on the shelf, and asks for ml.x1.large under Hosting in us-east-1.
func TestTraps(t *testing.T) {
	const cannot = "the SageMaker price for ml.x1.large under Hosting in us-east-1 cannot be used: "
	const none = "no SageMaker price for ml.x1.large under Hosting in us-east-1"
	// other keeps the sheet from being empty.
	other := sale{SKU: "OTHER", Instance: "ml.x1.xlarge", USD: "9"}
	for _, tt := range []struct {
		name  string
		sales []sale
		// want is the hourly rate and its SKU; why is the reason for there being none.
		want, sku, why string
	}{
		{name: "plain", sales: []sale{{USD: "0.2300000000"}}, want: "0.23", sku: "SKU1"},
		{name: "another component", sales: []sale{{Component: "Training", USD: "1"}}, why: none},
		{name: "component in another case", sales: []sale{{Component: "hosting", USD: "1"}}, want: "1", sku: "SKU1"},
		{name: "Processing_Geo", sales: []sale{{Component: "Processing_Geo", USD: "1"}}, why: none},
		{name: "free tier component", sales: []sale{{Component: "Hosting-Free", USD: "0"}}, why: none},
		{name: "free tier name", sales: []sale{{Instance: "ml.x1.large-Free", USD: "0.0000000000", Description: "free"}}, why: none},
		{name: "free tier beside the price", sales: []sale{{SKU: "F", Instance: "ml.x1.large-Free", USD: "0"}, {USD: "2"}}, want: "2", sku: "SKU1"},
		{name: "outposts", sales: []sale{{USD: "1", Attributes: map[string]string{"locationType": "AWS Outposts"}}}, why: none},
		{name: "another region", sales: []sale{{USD: "1", Attributes: map[string]string{"regionCode": "us-west-2"}}}, why: none},
		{name: "type with a suffix", sales: []sale{{Instance: "NA", USD: "1", Attributes: map[string]string{"instanceType": "ml.x1.large-Hosting", "usagetype": ""}}}, want: "1", sku: "SKU1"},
		{name: "family with a hyphen", sales: []sale{{Instance: "ml.p6-b200.48xlarge", USD: "1"}, other}, why: none},
		{name: "type only in the usage type", sales: []sale{{USD: "1", Attributes: map[string]string{"instanceName": "NA", "instanceType": "NA"}}}, want: "1", sku: "SKU1"},
		{name: "type empty", sales: []sale{{USD: "1", Attributes: map[string]string{"instanceName": "", "instanceType": ""}}}, want: "1", sku: "SKU1"},
		{name: "type nowhere", sales: []sale{{Instance: "NA", USD: "1"}}, why: none},
		{name: "reserved only", sales: []sale{{Term: "Reserved", USD: "0.1"}}, why: cannot + "it is not sold on demand"},
		{name: "reserved beside on demand", sales: []sale{{SKU: "R", Term: "Reserved", USD: "0.1"}, {USD: "1"}}, want: "1", sku: "SKU1"},
		{name: "storage", sales: []sale{{Unit: "GB-Mo", USD: "0.14"}}, why: cannot + "it is per GB-Mo, not per hour"},
		{name: "seconds of an instance", sales: []sale{{Unit: "seconds", USD: "0.001"}}, why: cannot + "it is per seconds, not per hour"},
		{name: "zero", sales: []sale{{USD: "0.0000000000"}}, why: cannot + "it is listed as 0 without being called free"},
		{name: "zero beside the price", sales: []sale{{SKU: "Z", USD: "0.0000000000"}, {USD: "3"}}, want: "3", sku: "SKU1"},
		{name: "zero and free", sales: []sale{{USD: "0.0000000000", Description: "$0 per hour, which is free"}}, want: "0", sku: "SKU1"},
		{name: "zero in an allowance", sales: []sale{{USD: "0", Description: "$0 per hour under the monthly free tier"}}, why: cannot + "it is listed as 0 without being called free"},
		{name: "zero and called freeform", sales: []sale{{USD: "0", Description: "freeform"}}, why: cannot + "it is listed as 0 without being called free"},
		{name: "two prices", sales: []sale{{SKU: "B", USD: "1.42"}, {SKU: "A", USD: "1.31"}}, why: cannot + "it is ambiguous, $1.31 (SKU A) and $1.42 (SKU B)"},
		{name: "one price twice", sales: []sale{{SKU: "B", USD: "1.40"}, {SKU: "A", USD: "1.4"}}, want: "1.4", sku: "A"},
		{name: "free and not free", sales: []sale{{SKU: "B", USD: "1"}, {SKU: "A", USD: "0", Description: "free"}}, why: cannot + "it is ambiguous, $0 (SKU A) and $1 (SKU B)"},
		{name: "tiers", sales: []sale{{USD: "1", Then: "0.5"}}, why: cannot + "it depends on the volume used"},
		{name: "tiers beside a price", sales: []sale{{SKU: "A", USD: "1"}, {SKU: "B", USD: "1", Then: "0.5"}}, why: cannot + "it depends on the volume used"},
		{name: "tier that begins late", sales: []sale{{USD: "1", Begin: "10"}}, why: cannot + "it depends on the volume used"},
		{name: "another currency", sales: []sale{{Currency: "CNY", USD: "7"}}, why: cannot + "it is in CNY, not in US dollars"},
		{name: "no number", sales: []sale{{USD: "NaN"}}, why: cannot + `"NaN" is not an amount in dollars`},
		{name: "negative", sales: []sale{{USD: "-1"}}, why: cannot + `"-1" is not an amount in dollars`},
		{name: "an exponent", sales: []sale{{USD: "1e9999999"}}, why: cannot + `"1e9999999" is not an amount in dollars`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			shelf := &aisle{extra: []string{other.text(t)}}
			for _, s := range tt.sales {
				shelf.extra = append(shelf.extra, s.text(t))
			}
			book := open(t, options(shelf))
			key := pricing.Key{Region: "us-east-1", Component: "Hosting", InstanceType: "ml.x1.large"}
			load(t, book, key)
			got := book.Rate(key)
			if got.Why != tt.why || got.Known != (tt.why == "") {
				t.Fatalf("known = %v because %q, want %q", got.Known, got.Why, tt.why)
			}
			if got.Known && (got.Hourly.String() != tt.want || got.SKU != tt.sku) {
				t.Errorf("rate = %s of %s, want %s of %s", got.Hourly, got.SKU, tt.want, tt.sku)
			}
		})
	}
}

func TestHyphenatedFamily(t *testing.T) {
	book := open(t, options(&aisle{extra: []string{sale{Instance: "ml.p6-b200.48xlarge-Hosting", USD: "1"}.text(t)}}))
	key := pricing.Key{Region: "us-east-1", Component: "Hosting", InstanceType: "ml.p6-b200.48xlarge"}
	load(t, book, key)
	if got := book.Rate(key); !got.Known {
		t.Error(got.Why)
	}
}
