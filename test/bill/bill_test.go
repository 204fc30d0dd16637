package bill

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/bill"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// noon is when the watch looks. April has 720 hours, and price pages reckon with 730.
var noon = time.Date(2026, 4, 15, 12, 0, 0, 0, time.UTC)

// watch scans the whole world over the wire, with its prices.
func watch(t *testing.T, w *world.World) *estate.Snapshot {
	t.Helper()
	handler, err := wire.New(wire.Options{World: w, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	var all []*cloud.Session
	for _, a := range w.Accounts {
		c := cloud.New(cloud.Options{Limits: cloud.NoLimits(), Load: func(context.Context, ...func(*config.LoadOptions) error) (aws.Config, error) {
			return aws.Config{Region: a.Regions[0].Name, BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+a.ID, "simulated", "")}, nil
		}})
		sessions, err := c.Open(t.Context(), "", w.Regions())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sessions...)
	}
	book, err := pricing.Open(pricing.Options{Now: func() time.Time { return noon }, Client: func() (pricing.Client, bool) { return all[0].Pricing() }})
	if err != nil {
		t.Fatal(err)
	}
	snap, err := scan.Run(t.Context(), all, scan.Options{Prices: book})
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// byUse are the usage types of what costs by use, which no rate by the hour tells, and those that the price list lacks.
var byUse = []string{"Hst:Data-", "ServerlessInf:", "ProvisionedConcurrency:Mem", "FeatureStore:ReadRequest", "FeatureStore:WriteRequest",
	"PartnerApp:", "FeatureStore:InMemory", "FeatureStore:Provisioned", "Cluster-Reserved:", "LabeledObject", "Optimization:"}

// charged is what each resource is charged for the hour before noon, by ARN, and how that came about. What no rate tells is apart, of the month, by kind.
func charged(w *world.World) (sums map[string]decimal.Decimal, lines map[string][]string, unrated map[estate.Kind][]string) {
	sums, lines, unrated = map[string]decimal.Decimal{}, map[string][]string{}, map[estate.Kind][]string{}
	for l := range bill.New(w, noon, true, bill.Mix{}).Lines() {
		_, usage, _ := strings.Cut(l.Product.Usage, "-")
		if slices.ContainsFunc(byUse, func(prefix string) bool { return strings.HasPrefix(usage, prefix) }) {
			kind := estate.Kind(l.Subject.Kind)
			unrated[kind] = append(unrated[kind], l.Subject.ID)
			continue
		}
		if !l.End.Equal(noon) {
			continue
		}
		id := l.Subject.ID
		if l.Product.Service == "AmazonEFS" { // the watch knows a file system by its domain
			id = l.Tags.User["ManagedByAmazonSageMakerResource"]
		}
		sums[id] = sums[id].Add(decimal.RequireFromString(l.Unblended.String()))
		lines[id] = append(lines[id], l.String())
	}
	return sums, lines, unrated
}

// rated is what the meters cost for an hour of April, and whether all that costs by the hour has a rate.
func rated(meters []estate.Meter) (sum decimal.Decimal, known bool) {
	known = true
	for _, m := range meters {
		cost, ok := m.Hourly()
		if m.GB > 0 {
			cost = cost.Mul(decimal.NewFromInt(730)).Div(decimal.NewFromInt(720))
		}
		sum, known = sum.Add(cost), known && ok
	}
	return sum, known
}

// TestAnHourOfTheWatchIsAnHourOfTheBill compares, of everything that has stood for more than an hour, what its meters cost at their rates with the lines of
// that hour: equal to the tenth place, rounding apart.
func TestAnHourOfTheWatchIsAnHourOfTheBill(t *testing.T) {
	w := organization.Generate(organization.Default(5, noon))
	sums, lines, unrated := charged(w)
	// Kernels of one person on one instance are one bill, under the first of them.
	bills := map[string][]*estate.Observation{}
	for _, o := range watch(t, w).Observations {
		key := o.Resource.ARN
		if len(o.Resource.Meters) == 1 && o.Resource.Meters[0].Share != "" {
			key = o.Resource.Meters[0].Share
		}
		bills[key] = append(bills[key], o)
	}
	// A bill begins up to three minutes after the creation, and a job's with its instances.
	young := noon.Add(-time.Hour - 3*time.Minute)
	compared, seen := map[estate.Kind]int{}, map[string]bool{}
	for _, group := range bills {
		want, known := rated(group[0].Resource.Meters)
		var got decimal.Decimal
		for _, o := range group {
			got = got.Add(sums[o.Resource.ARN])
			seen[o.Resource.ARN] = true
			known = known && !o.Resource.Created.After(young)
		}
		first := group[0].Resource
		switch {
		case !known || got.IsZero() && want.IsZero():
			continue
		}
		if rest := got.Sub(want).Abs(); rest.GreaterThan(decimal.New(5, -9)) {
			t.Errorf("%s %s (%s): the watch says %s an hour, the bill %s: %+v, %q", first.Kind, first.ARN, first.Status, want, got, first.Meters, lines[first.ARN])
		}
		compared[first.Kind]++
	}
	for _, kind := range []estate.Kind{"studio-app", "studio-space", "studio-domain", "notebook-instance", "endpoint", "training-job", "processing-job", "transform-job",
		"cluster", "mlflow-tracking-server", "feature-group"} {
		if compared[kind] == 0 {
			t.Errorf("no %s was compared", kind)
		}
	}
	lives := w.Truth()
	for arn, sum := range sums {
		if life, known := lives[arn]; known && !seen[arn] && life.At(noon) && !life.Vanishes && life.Created.Before(young) {
			t.Errorf("%s is charged %s and was not seen: %q", arn, sum, lines[arn])
		}
	}
	for _, arns := range unrated {
		for _, arn := range arns {
			if life, known := lives[arn]; known && !seen[arn] && life.At(noon) && !life.Vanishes && life.Created.Before(young) {
				t.Errorf("%s is charged for its use and was not seen", arn)
			}
		}
	}
	for _, kind := range []estate.Kind{"labeling-job", "optimization-job", "partner-app"} {
		if len(unrated[kind]) == 0 {
			t.Errorf("no %s is charged", kind)
		}
	}
}
