package pricing_test

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// unlisted are the components that AWS's price list is not known to name.
var unlisted = []string{pricing.ComponentPartnerApp, pricing.ComponentFeatureStoreInMemory, pricing.ComponentFeatureStoreReads, pricing.ComponentFeatureStoreWrites}

// decoy are the usage types, after the region, of products that price nothing.
var decoy = regexp.MustCompile(`^(ServerlessInf:|ProvisionedConcurrency:Mem-|Hst:Data-|UnifiedStudio:|Canvas:Session-Hrs-Parent|FeatureStore:(Read|Write)RequestUnits|TimedStorage-Z-|IATimedStorage-)`)

// priced says from the product alone under which key it is sold and for how much an hour, or that it is a decoy.
func priced(t *testing.T, p world.Price) (key pricing.Key, hourly decimal.Decimal, ok bool) {
	t.Helper()
	a := p.Attributes
	_, usage, _ := strings.Cut(a["usagetype"], "-") // every usage type of the simulated list begins with a region
	if a["locationType"] != "AWS Region" || a["platoinstancetype"] == "Processing_Geo" || strings.Contains(a["platoinstancetype"]+a["instanceName"], "Free") || decoy.MatchString(usage) {
		return key, hourly, false
	}
	component, instance := usage, ""
	switch i := strings.Index(usage, "ml."); {
	case i >= 0 && a["platoinstancetype"] != "":
		component, instance = a["platoinstancetype"], usage[i:]
	case i >= 0:
		component, instance = usage[:i-1], usage[i:]
	case strings.HasPrefix(usage, "ProvisionedConcurrency:"):
		component, instance = "ProvisionedConcurrency", "Mem-"+a["memorygb"]+"GB"
	case strings.HasPrefix(usage, "MLflow:"):
		component, instance, _ = strings.Cut(usage, "-")
	case a["servicecode"] == "AmazonEFS":
		component = "EFS:" + usage
	}
	hourly = decimal.RequireFromString(p.USD)
	switch p.Unit {
	case "seconds":
		hourly = hourly.Mul(decimal.NewFromInt(3600))
	case "GB-Mo", "GB-Month":
		hourly = hourly.Div(decimal.NewFromInt(730))
	case "Hrs":
	default:
		t.Fatalf("%s is sold by the %s", usage, p.Unit)
	}
	return pricing.Key{Region: a["regionCode"], Component: component, InstanceType: instance}, hourly, true
}

// TestEveryProduct walks all of the price list, asked of AWS's protocol and read from AWS's file: a product yields just its rate, or prices nothing.
func TestEveryProduct(t *testing.T) {
	list := prices.List(nil)
	server, err := wire.New(wire.Options{World: &world.World{At: today, Prices: list, Accounts: []*world.Account{{ID: "111111111111", Name: "lab", Regions: []*world.Region{{Name: "us-east-1"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := httptest.NewServer(server)
	t.Cleanup(endpoint.Close)
	asked := open(t, options(sdk.NewFromConfig(aws.Config{Region: "us-east-1", BaseEndpoint: &endpoint.URL,
		Credentials: credentials.NewStaticCredentialsProvider("AKIASIM111111111111", "simulated", "")})))
	file := open(t, pricing.Options{File: write(t, "index.json", bulk(t, list)), Client: never(t)})

	products := map[pricing.Key][]world.Price{}
	var keys []pricing.Key
	for _, p := range list {
		if key, _, ok := priced(t, p); ok {
			keys = append(keys, key)
			products[key] = append(products[key], p)
		}
	}
	load(t, asked, keys...)
	met := map[string]bool{}
	for key, sold := range products {
		met[key.Component] = true
		_, hourly, _ := priced(t, sold[0])
		want := estate.Rate{Known: true, Hourly: hourly, SKU: sold[0].SKU}
		switch {
		case len(sold) > 1:
			want = estate.Rate{Why: "ambiguous"}
		case sold[0].Then != "":
			want = estate.Rate{SKU: sold[0].SKU, Why: "depends on the volume"}
		case hourly.IsZero() && sold[0].Attributes["groupDescription"] == "":
			want = estate.Rate{SKU: sold[0].SKU, Why: "without being called free"}
		}
		for name, book := range map[string]*pricing.Book{"AWS price list of 2026-11-20": asked, "price file": file} {
			if book == file && sold[0].Attributes["servicecode"] == "AmazonEFS" {
				continue
			}
			got := book.Rate(key)
			if !strings.HasPrefix(got.Source, name) {
				t.Errorf("%v comes from %q, not from %s", key, got.Source, name)
			}
			if want.Why != "" && strings.Contains(got.Why, want.Why) {
				got.Why = want.Why
			}
			got.Source = ""
			if diff := cmp.Diff(want, got, cmp.Comparer(decimal.Decimal.Equal)); diff != "" {
				t.Fatalf("%v by the %s: %s", key, name, diff)
			}
		}
	}
	for _, c := range pricing.Components() {
		if !met[c] && !slices.Contains(unlisted, c) {
			t.Errorf("the list has no product under %s", c)
		}
	}
	if want := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC); file.AsOf() != want {
		t.Errorf("as of %v, want the publication date %v", file.AsOf(), want)
	}
}

// TestQuestions: all components of a region are known after 25 calls, and a cache saves every one of them.
func TestQuestions(t *testing.T) {
	shelf := &aisle{products: prices.List([]string{"us-east-1", "eu-west-1"})}
	o := options(shelf)
	o.CacheDir = t.TempDir()
	var keys []pricing.Key
	for _, c := range pricing.Components() {
		keys = append(keys, pricing.Key{Region: "us-east-1", Component: c})
	}
	load(t, open(t, o), keys...)
	slices.Sort(shelf.calls)
	want := []string{"AsyncInf", "BatchTransform", "Canvas:Session-Hrs", "Cluster", "Cluster-Reserved", "FeatureStore:TimedAndPITRStorage", "Hosting", "ML Serverless",
		"MLflow:TrackingServerCompute", "Notebook", "Processing", "Processing_DW", "RStudio:RServer", "RStudio:RSession", "RStudio:RSessionGateway", "SpotTraining",
		"Studio", "Studio-JupyterLab", "Studio-Notebook", "TensorBoard", "TimedStorage-ByteHrs", "TrainWarmPool:ml.", "Training", "VolumeUsage", "studio-codeeditor"}
	for i := range want {
		want[i] = "us-east-1/" + want[i] + "+0"
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, shelf.calls); diff != "" {
		t.Error(diff)
	}
	load(t, open(t, o), keys...)
	if len(shelf.calls) != len(want) {
		t.Errorf("%d calls in spite of the cache", len(shelf.calls)-len(want))
	}
}

// TestOneVolumeKnowsAll: the volumes of a region are one answer, whichever was wanted.
func TestOneVolumeKnowsAll(t *testing.T) {
	shelf := &aisle{products: prices.List([]string{"us-east-1"})}
	book := open(t, options(shelf))
	load(t, book, pricing.Key{Region: "us-east-1", Component: pricing.ComponentSpaceVolume})
	notebook := pricing.Key{Region: "us-east-1", Component: pricing.ComponentNotebookVolume}
	load(t, book, notebook)
	if rate := book.Rate(notebook); !rate.Known || len(shelf.calls) != 1 {
		t.Errorf("%+v after %v", rate, shelf.calls)
	}
}

func TestUnlisted(t *testing.T) {
	shelf := &aisle{products: prices.List([]string{"us-east-1"})}
	book := open(t, options(shelf))
	for _, c := range unlisted {
		key := pricing.Key{Region: "us-east-1", Component: c}
		load(t, book, key)
		if got, want := book.Rate(key), "how the SageMaker price list names "+c+" is not known; a price file can give its price"; got.Known || got.Why != want {
			t.Errorf("%+v, want %q", got, want)
		}
	}
	if len(shelf.calls) > 0 {
		t.Errorf("asked in vain: %v", shelf.calls)
	}
}
