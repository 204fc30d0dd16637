package pricing_test

import (
	"cmp"
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

// TestUsageTraps puts products on the shelf that are known by their usage type, and asks for a key in us-east-1.
func TestUsageTraps(t *testing.T) {
	product := func(usage, unit, usd string) sale {
		return sale{Unit: unit, USD: usd, Attributes: map[string]string{"usagetype": usage, "platoinstancetype": "", "instanceName": ""}}
	}
	with := func(s sale, name, value string) sale {
		s.Attributes[name] = value
		return s
	}
	const (
		gp2     = "USE1-Notebk:VolumeUsage.gp2"
		none    = "no SageMaker price under Notebk:VolumeUsage.gp2 in us-east-1"
		cannot  = "the SageMaker price for Notebk:VolumeUsage.gp2 in us-east-1 cannot be used: "
		monthly = "0.0002" // of 0.146
	)
	pool := with(with(product("USE1-TrainWarmPool:ml.x1.large", "Hrs", "3"), "platoinstancetype", "Training"), "instanceName", "ml.x1.large")
	training := sale{SKU: "TRAIN", Component: "Training", USD: "2"}
	for _, tt := range []struct {
		name, component, instance string
		sales                     []sale
		want, why                 string
	}{
		{name: "plain", sales: []sale{product(gp2, "GB-Mo", "0.146")}, want: monthly},
		{name: "unit written out", sales: []sale{product(gp2, "GB-Month", "0.146")}, want: monthly},
		{name: "by the hour", sales: []sale{product(gp2, "Hrs", "0.146")}, why: cannot + "it is per Hrs, not per GB-month"},
		{name: "by the byte", sales: []sale{product(gp2, "Bytes", "0.146")}, why: cannot + "it is per Bytes, not per GB-month"},
		{name: "volume type of another use", sales: []sale{with(product(gp2, "GB-Mo", "0.146"), "volumeType", "General Purpose-Hosting")}, want: monthly},
		{name: "use of an instance", sales: []sale{with(product(gp2, "GB-Mo", "0.146"), "platoinstancetype", "Hosting")}, want: monthly},
		{name: "without a region", sales: []sale{product("Notebk:VolumeUsage.gp2", "GB-Mo", "0.146")}, want: monthly},
		{name: "region without a digit", sales: []sale{product("EU-Notebk:VolumeUsage.gp2", "GB-Mo", "0.146")}, want: monthly},
		{name: "region that nobody knows", sales: []sale{product("Unified-Notebk:VolumeUsage.gp2", "GB-Mo", "0.146")}, why: none},
		{name: "another use", sales: []sale{product("USE1-UnifiedNotebk:VolumeUsage.gp2", "GB-Mo", "0.146")}, why: none},
		{name: "another volume", sales: []sale{product("USE1-Notebk:VolumeUsage.gp3", "GB-Mo", "0.1")}, why: none},
		{name: "free tier", sales: []sale{with(product(gp2, "GB-Mo", "0"), "platoinstancetype", "Notebook-Free"), product(gp2, "GB-Mo", "0.146")}, want: monthly},
		{name: "outposts", sales: []sale{with(product(gp2, "GB-Mo", "0.3"), "locationType", "AWS Outposts"), product(gp2, "GB-Mo", "0.146")}, want: monthly},
		{name: "another region", sales: []sale{with(product(gp2, "GB-Mo", "0.146"), "regionCode", "us-west-2")}, why: none},
		{name: "tiers", sales: []sale{{Unit: "GB-Mo", USD: "1", Then: "0.5", Attributes: product(gp2, "", "").Attributes}}, why: cannot + "it depends on the volume used"},
		{name: "zero", sales: []sale{product(gp2, "GB-Mo", "0.0000000000")}, why: cannot + "it is listed as 0 without being called free"},
		{name: "two prices", sales: []sale{product(gp2, "GB-Mo", "0.73"), with(product(gp2, "GB-Mo", "1.46"), "operation", "Clone")}, why: cannot + "it is ambiguous, $0.001 (SKU SKU1) and $0.002 (SKU SKU1)"},

		{name: "warm pool under Training", component: pricing.ComponentWarmPool, instance: "ml.x1.large", sales: []sale{pool, training}, want: "3"},
		{name: "Training beside its warm pool", component: pricing.ComponentTraining, instance: "ml.x1.large", sales: []sale{pool, training}, want: "2"},
		{name: "volume of a warm pool", component: pricing.ComponentWarmPool, instance: "VolumeUsage.gp3", sales: []sale{product("USE1-TrainWarmPool:VolumeUsage.gp3", "GB-Mo", "1")},
			why: "no SageMaker price under TrainWarmPool in us-east-1"},
		{name: "another pool", component: pricing.ComponentWarmPool, instance: "ml.x1.large", sales: []sale{product("USE1-TrainWarmPool-Spot:ml.x1.large", "Hrs", "1")},
			why: "no SageMaker price under TrainWarmPool in us-east-1"},
		{name: "size", component: pricing.ComponentMLflowServer, instance: "Small", sales: []sale{product("USE1-MLflow:TrackingServerCompute-Small", "Hrs", "3"), product("USE1-MLflow:TrackingServerCompute-Large", "Hrs", "9")}, want: "3"},
		{name: "allowance of sessions", component: pricing.ComponentCanvas, sales: []sale{product("USE1-Canvas:Session-Hrs-Parent", "Hrs", "5"), product("USE1-Canvas:Session-Hrs", "hours", "1.9")}, want: "1.9"},
		{name: "seconds of a session", component: pricing.ComponentCanvas, sales: []sale{product("USE1-Canvas:Session-Hrs", "seconds", "1.9")}, why: "the SageMaker price for Canvas:Session-Hrs in us-east-1 cannot be used: it is per seconds, not per hour"},
		{name: "storage of EFS", component: pricing.ComponentHomeDirectory, sales: []sale{product("USE1-TimedStorage-ByteHrs", "GB-Mo", "0.146"), product("USE1-IATimedStorage-ByteHrs", "GB-Mo", "0.01")}, want: monthly},
		{name: "storage of nobody", component: "TimedStorage-ByteHrs", sales: []sale{product("USE1-TimedStorage-ByteHrs", "GB-Mo", "0.146")}, why: "no SageMaker price under TimedStorage-ByteHrs in us-east-1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			shelf := &aisle{}
			for _, s := range tt.sales {
				shelf.extra = append(shelf.extra, s.text(t))
			}
			book := open(t, options(shelf))
			key := pricing.Key{Region: "us-east-1", Component: cmp.Or(tt.component, pricing.ComponentNotebookVolume), InstanceType: tt.instance}
			load(t, book, key)
			if got := book.Rate(key); got.Why != tt.why || got.Known != (tt.why == "") || got.Known && got.Hourly.String() != tt.want {
				t.Errorf("got %+v, want %q, why %q", got, tt.want, tt.why)
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
