package pricing_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/simulate/prices"
)

var (
	hosting    = pricing.Key{Region: "us-east-1", Component: pricing.ComponentHosting, InstanceType: "ml.m5.2xlarge"}
	jupyterLab = pricing.Key{Region: "us-east-1", Component: pricing.ComponentJupyterLab, InstanceType: "ml.g4dn.xlarge"}
)

func TestRate(t *testing.T) {
	key := func(region, component, instance string) pricing.Key {
		return pricing.Key{Region: region, Component: component, InstanceType: instance}
	}
	for _, tt := range []struct {
		key       pricing.Key
		want, why string
	}{
		{key("us-east-1", pricing.ComponentHosting, "ml.m5.xlarge"), "0.23", ""},
		{key("us-east-1", pricing.ComponentHosting, "ml.m5.2xlarge"), "0.461", ""},
		{key("us-east-1", "hosting", "ML.M5.2XLARGE"), "0.461", ""},
		{key("us-east-1", pricing.ComponentHosting, "ml.g7e.2xlarge"), "4.2039", ""},
		{key("us-east-1", pricing.ComponentJupyterLab, "ml.g7e.2xlarge"), "2.61", ""},
		{key("us-east-1", pricing.ComponentJupyterLab, "ml.g4dn.xlarge"), "0.7364", ""},
		{key("us-east-1", pricing.ComponentHosting, "ml.g4dn.xlarge"), "0.736", ""},
		{key("us-east-1", pricing.ComponentAsyncInference, "ml.g6e.2xlarge"), "2.8026", ""},
		{key("us-east-1", pricing.ComponentCodeEditor, "ml.t3.medium"), "0.05", ""},
		{key("us-east-1", pricing.ComponentKernelGateway, "ml.t3.medium"), "0.05", ""},
		{key("us-east-1", pricing.ComponentDataWrangler, "ml.m5.4xlarge"), "0.922", ""},
		{key("us-east-1", pricing.ComponentTensorBoard, "ml.r5.4xlarge"), "1.21", ""},
		{key("us-east-1", pricing.ComponentNotebook, "ml.t3.medium"), "0.05", ""},
		{key("us-east-1", pricing.ComponentTraining, "ml.g5.xlarge"), "1.408", ""},
		{key("us-east-1", pricing.ComponentRStudioServer, "ml.t3.medium"), "0", ""},
		{key("us-east-1", pricing.ComponentRStudioServer, "ml.c5.4xlarge"), "0.816", ""},
		{key("us-east-1", pricing.ComponentRStudioSession, "ml.t3.medium"), "0.05", ""},
		{key("us-east-1", pricing.ComponentRStudioGateway, "ml.t3.medium"), "0.05", ""},
		{key("us-east-1", pricing.ComponentProvisionedConcurrency, pricing.ServerlessType(4096)), "0.072", ""},
		{key("us-east-1", pricing.ComponentProvisionedConcurrency, "Mem-8GB"), "", "no SageMaker price for Mem-8GB under ProvisionedConcurrency in us-east-1"},
		{key("us-east-1", pricing.ComponentHosting, "ml.t3.medium"), "", "no SageMaker price for ml.t3.medium under Hosting in us-east-1"},
		{key("eu-west-1", pricing.ComponentJupyterLab, "ml.g6.24xlarge"), "", "no SageMaker price for ml.g6.24xlarge under Studio-JupyterLab in eu-west-1"},
		{key("eu-west-1", pricing.ComponentHosting, "ml.g6.24xlarge"), "9.3036", ""},
		{key("eu-west-3", pricing.ComponentTensorBoard, "ml.r5.large"), "", "no SageMaker price under TensorBoard in eu-west-3"},
		{key("mars-1", pricing.ComponentHosting, "ml.m5.large"), "", "no SageMaker price under Hosting in mars-1"},
		{key("us-west-2", pricing.ComponentHosting, "ml.g4ad.4xlarge"), "", "the SageMaker price for ml.g4ad.4xlarge under Hosting in us-west-2 cannot be used: it is listed as 0 without being called free"},
		{key("us-west-2", pricing.ComponentHosting, "ml.m5.xlarge"), "0.23", ""},
		{key("us-west-2", "Processing_Geo", "ml.m5.xlarge"), "", "no SageMaker price under Processing_Geo in us-west-2"},
		{key("us-west-2", "Hosting-Free", "ml.m5.xlarge"), "", "no SageMaker price under Hosting-Free in us-west-2"},
	} {
		t.Run(tt.key.String(), func(t *testing.T) {
			book := open(t, options(&aisle{products: prices.List(nil)}))
			if got, want := book.Rate(tt.key).Why, "were not loaded"; !strings.HasSuffix(got, want) {
				t.Errorf("before loading: %q, want …%q", got, want)
			}
			load(t, book, tt.key)
			got := book.Rate(tt.key)
			if got.Why != tt.why || got.Known != (tt.why == "") || got.Source != "AWS price list of 2026-11-20" {
				t.Fatalf("got %+v, want why %q", got, tt.why)
			}
			if got.Known && (got.Hourly.String() != tt.want || got.SKU == "") {
				t.Errorf("rate = %s of %q, want %s", got.Hourly, got.SKU, tt.want)
			}
		})
	}
}

// A book that knows every sheet answers for each product of the list, and only with that product's price.
func TestRateIsTheProductsOwn(t *testing.T) {
	list := prices.List([]string{"us-east-1", "eu-central-1"})
	bySKU := map[string]string{}
	var keys []pricing.Key
	instances := []string{"Mem-1GB"}
	for _, p := range list {
		bySKU[p.SKU] = p.USD
		if component := p.Attributes["platoinstancetype"]; component != "" && p.Unit == "Hrs" {
			keys = append(keys, pricing.Key{Region: p.Attributes["regionCode"], Component: component, InstanceType: "ml.m5.xlarge"})
		}
		if name := p.Attributes["instanceName"]; strings.HasPrefix(name, "ml.") {
			instances = append(instances, name)
		}
	}
	book := open(t, options(&aisle{products: list}))
	load(t, book, keys...)
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom(keys).Draw(t, "key")
		key.InstanceType = rapid.SampledFrom(instances).Draw(t, "instance")
		rate := book.Rate(key)
		if rate.Known == (rate.Why != "") {
			t.Fatalf("%v is neither known nor explained: %+v", key, rate)
		}
		if rate.Known && rate.Hourly.StringFixed(10) != bySKU[rate.SKU] {
			t.Fatalf("%v costs %s, but its SKU %s costs %s", key, rate.Hourly, rate.SKU, bySKU[rate.SKU])
		}
	})
}

func TestLoadAsksOncePerSheetAndPage(t *testing.T) {
	shelf := &aisle{products: prices.List([]string{"us-east-1"})}
	book := open(t, options(shelf))
	keys := []pricing.Key{hosting, jupyterLab, {Region: "us-east-1", Component: "hosting", InstanceType: "ml.c5.large"}}
	load(t, book, keys...)
	load(t, book, keys...)
	slices.Sort(shelf.calls)
	want := []string{"us-east-1/Hosting+0", "us-east-1/Studio-JupyterLab+0"}
	if diff := cmp.Diff(want, shelf.calls); diff != "" {
		t.Error(diff)
	}
	if book.AsOf() != today {
		t.Errorf("as of %v, want %v", book.AsOf(), today)
	}
}

func TestLoadReadsEveryPage(t *testing.T) {
	shelf := &aisle{}
	for i := range 250 {
		shelf.extra = append(shelf.extra, sale{Instance: "ml.x" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".large", USD: "1"}.text(t))
	}
	book := open(t, options(shelf))
	last := pricing.Key{Region: "us-east-1", Component: "Hosting", InstanceType: "ml.xpj.large"}
	load(t, book, last)
	if got := book.Rate(last); !got.Known {
		t.Error(got.Why)
	}
	if diff := cmp.Diff([]string{"us-east-1/Hosting+0", "us-east-1/Hosting+100", "us-east-1/Hosting+200"}, shelf.calls); diff != "" {
		t.Error(diff)
	}
}

func TestLoadAtTheSameTime(t *testing.T) {
	shelf := &aisle{products: prices.List([]string{"us-east-1"})}
	book := open(t, options(shelf))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := book.Load(t.Context(), []pricing.Key{hosting}); err != nil || !book.Rate(hosting).Known {
				t.Errorf("err = %v, rate = %+v", err, book.Rate(hosting))
			}
		})
	}
	group.Wait()
	if len(shelf.calls) != 1 {
		t.Errorf("calls = %v, want one", shelf.calls)
	}
}

func TestLoadFailure(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized to perform: pricing:GetProducts"}
	shelf := &aisle{products: prices.List([]string{"us-east-1"})}
	shelf.fail = func(component string) error {
		if component == "Hosting" {
			return denied
		}
		return nil
	}
	book := open(t, options(shelf))
	err := book.Load(t.Context(), []pricing.Key{hosting, jupyterLab})
	failure, ok := errors.AsType[*estate.Error](err)
	if !ok || !errors.Is(err, denied) {
		t.Fatalf("err = %v, want an estate.Error of the denial", err)
	}
	got := []string{failure.Op, failure.On, failure.Hint}
	if diff := cmp.Diff([]string{"pricing:GetProducts", "Hosting in us-east-1", "allow pricing:GetProducts, or give a price file"}, got); diff != "" {
		t.Error(diff)
	}
	const why = "the SageMaker prices under Hosting in us-east-1 are not known: api error AccessDeniedException: not authorized to perform: pricing:GetProducts"
	if rate := book.Rate(hosting); rate.Known || rate.Why != why {
		t.Errorf("rate = %+v, want unknown because %q", rate, why)
	}
	if rate := book.Rate(jupyterLab); !rate.Known {
		t.Errorf("the failure took another component with it: %s", rate.Why)
	}

	shelf.fail = nil
	load(t, book, hosting)
	if rate := book.Rate(hosting); !rate.Known {
		t.Errorf("the failure stuck: %s", rate.Why)
	}
}

// TestRefusedQuestions: what was refused for good is not asked again, for other components that the same question tells of, either; what
// was in the way for a moment is.
func TestRefusedQuestions(t *testing.T) {
	for _, passing := range []bool{false, true} {
		shelf := &aisle{fail: func(string) error { return &smithy.GenericAPIError{Code: "AccessDeniedException"} }}
		o := options(shelf)
		o.Passing = func(error) bool { return passing }
		book := open(t, o)
		keys := []pricing.Key{{Region: "us-east-1", Component: pricing.ComponentSpaceVolume}, {Region: "us-east-1", Component: pricing.ComponentNotebookVolume}}
		for _, k := range keys {
			if err := book.Load(t.Context(), []pricing.Key{k}); err == nil && passing {
				t.Errorf("%s was not asked for", k.Component)
			}
		}
		want := 1
		if passing {
			want = len(keys)
		}
		if len(shelf.calls) != want {
			t.Errorf("passing %v: asked %v, want %d questions", passing, shelf.calls, want)
		}
		for _, k := range keys {
			if rate := book.Rate(k); rate.Known || !strings.Contains(rate.Why, "AccessDenied") {
				t.Errorf("passing %v, %s: %+v", passing, k.Component, rate)
			}
		}
	}
}

func TestLoadCancelled(t *testing.T) {
	book := open(t, options(&aisle{products: prices.List([]string{"us-east-1"})}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := book.Load(ctx, []pricing.Key{hosting}); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	if book.Rate(hosting).Known {
		t.Error("known without an answer")
	}
}

func TestLoadBrokenAnswer(t *testing.T) {
	for name, text := range map[string]string{"html": "<html>", "cut": `{"product":{`, "shape": `{"product":[]}`} {
		t.Run(name, func(t *testing.T) {
			book := open(t, options(&aisle{extra: []string{text}}))
			if err := book.Load(t.Context(), []pricing.Key{hosting}); err == nil {
				t.Error("no error")
			}
			if book.Rate(hosting).Known {
				t.Error("known without an answer")
			}
		})
	}
}

func TestLoadWithoutClient(t *testing.T) {
	for name, client := range map[string]func() (pricing.Client, bool){
		"none":    nil,
		"refuses": func() (pricing.Client, bool) { return nil, false },
	} {
		t.Run(name, func(t *testing.T) {
			book := open(t, pricing.Options{Client: client})
			load(t, book, hosting)
			if got, want := book.Rate(hosting).Why, "the SageMaker prices under Hosting in us-east-1 are not known: AWS was not asked"; got != want {
				t.Errorf("why = %q, want %q", got, want)
			}
		})
	}
}

func TestCache(t *testing.T) {
	const day = 24 * time.Hour
	list := prices.List([]string{"us-east-1"})
	server := pricing.Key{Region: "us-east-1", Component: pricing.ComponentRStudioServer, InstanceType: "ml.c5.4xlarge"}
	for _, tt := range []struct {
		name string
		// spoil is done to the cache file.
		spoil func(text string) string
		later time.Duration
		down  bool
		// calls are those of the second run; source is what its rate says.
		calls  int
		source string
		fails  bool
	}{
		{name: "fresh", later: 6 * day, source: "AWS price list of 2026-11-20"},
		{name: "fresh needs no service", later: 6 * day, down: true, source: "AWS price list of 2026-11-20"},
		{name: "stale", later: 7 * day, calls: 1, source: "AWS price list of 2026-11-27"},
		{name: "stale and failed", later: 30 * day, down: true, calls: 1, source: "AWS price list of 2026-11-20, which could not be refreshed", fails: true},
		{name: "from the future", later: -day, calls: 1, source: "AWS price list of 2026-11-19"},
		{name: "corrupt", spoil: func(text string) string { return text[:len(text)/2] }, calls: 1, source: "AWS price list of 2026-11-20"},
		{name: "empty", spoil: func(string) string { return "" }, calls: 1, source: "AWS price list of 2026-11-20"},
		{name: "another version", spoil: func(text string) string { return strings.Replace(text, `"version":2`, `"version":0`, 1) }, calls: 1, source: "AWS price list of 2026-11-20"},
		{name: "another sheet", spoil: func(text string) string { return strings.Replace(text, `"us-east-1"`, `"us-east-2"`, 1) }, calls: 1, source: "AWS price list of 2026-11-20"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "made", "when needed")
			first := options(&aisle{products: list})
			first.CacheDir = dir
			book := open(t, first)
			load(t, book, server)
			want := book.Rate(server)

			file := filepath.Join(dir, "us-east-1.rstudio%3Arserver.json")
			if names := entries(t, dir); !slices.Equal(names, []string{filepath.Base(file)}) {
				t.Fatalf("the cache holds %v, want %s", names, filepath.Base(file))
			}
			if tt.spoil != nil {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if spoiled := tt.spoil(string(text)); spoiled == string(text) {
					t.Fatal("nothing was spoiled")
				} else if err := os.WriteFile(file, []byte(spoiled), 0o600); err != nil {
					t.Fatal(err)
				}
			}

			shelf := &aisle{products: list}
			if tt.down {
				shelf.fail = func(string) error { return errors.New("no route to host") }
			}
			asked := 0
			book = open(t, pricing.Options{
				CacheDir: dir,
				Client:   func() (pricing.Client, bool) { asked++; return shelf, true },
				Now:      func() time.Time { return today.Add(tt.later) },
			})
			if err := book.Load(t.Context(), []pricing.Key{server}); (err != nil) != tt.fails {
				t.Errorf("err = %v, want an error: %v", err, tt.fails)
			}
			want.Source = tt.source
			if diff := cmp.Diff(want, book.Rate(server)); diff != "" {
				t.Error(diff)
			}
			if len(shelf.calls) != tt.calls || asked != tt.calls {
				t.Errorf("calls = %v with %d clients made, want %d", shelf.calls, asked, tt.calls)
			}
		})
	}
}

// A book that lives long finds what another one has put into the cache since.
func TestCacheIsSharedBetweenBooks(t *testing.T) {
	now, shelf := today, &aisle{products: prices.List([]string{"us-east-1"})}
	o := options(shelf)
	o.CacheDir, o.Now = t.TempDir(), func() time.Time { return now }
	book, other := open(t, o), open(t, o)
	load(t, book, hosting)
	now = now.Add(8 * 24 * time.Hour)
	load(t, other, hosting)
	load(t, book, hosting)
	if got, want := book.Rate(hosting).Source, "AWS price list of 2026-11-28"; got != want || len(shelf.calls) != 2 {
		t.Errorf("source = %q after %d calls, want %q after 2", got, len(shelf.calls), want)
	}
}

func TestCacheKeepsFlaws(t *testing.T) {
	key := pricing.Key{Region: "eu-central-1", Component: "Hosting", InstanceType: "ml.g4ad.4xlarge"}
	o := options(&aisle{products: prices.List([]string{"eu-central-1"})})
	o.CacheDir = t.TempDir()
	for run := range 2 {
		book := open(t, o)
		load(t, book, key)
		if got := book.Rate(key); got.Known || !strings.Contains(got.Why, "ambiguous, $1.31") {
			t.Errorf("run %d: %+v", run, got)
		}
		o.Client = nil
	}
}

func TestCacheKeepsNoEmptyAnswer(t *testing.T) {
	dir := t.TempDir()
	o := options(&aisle{})
	o.CacheDir = dir
	load(t, open(t, o), hosting)
	if names := entries(t, dir); len(names) != 0 {
		t.Errorf("the cache holds %v", names)
	}
}

func TestCacheThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(&aisle{products: prices.List([]string{"us-east-1"})})
	o.CacheDir = file
	book := open(t, o)
	load(t, book, hosting)
	if got := book.Rate(hosting); !got.Known {
		t.Error(got.Why)
	}
}

func TestCacheStaysInItsDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	shelf := &aisle{extra: []string{sale{USD: "1", Attributes: map[string]string{"regionCode": "../up"}}.text(t)}}
	o := options(shelf)
	o.CacheDir = dir
	load(t, open(t, o), pricing.Key{Region: "../up", Component: "Hosting", InstanceType: "ml.x1.large"})
	if names := entries(t, filepath.Dir(dir)); !slices.Equal(names, []string{"cache"}) {
		t.Errorf("beside the cache: %v", names)
	}
	if names := entries(t, dir); len(names) != 1 {
		t.Errorf("in the cache: %v", names)
	}
}

func TestRepeatedPage(t *testing.T) {
	book := open(t, options(endless{}))
	if err := book.Load(t.Context(), []pricing.Key{hosting}); err == nil || !strings.Contains(err.Error(), "without end") {
		t.Errorf("err = %v", err)
	}
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range list {
		names = append(names, entry.Name())
	}
	return names
}
