package organization

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// usage begins the usage type of an app's instance hours. What is not here has no price.
var usage = map[string]string{
	kernelGateway: "Studio:KernelGateway-", dataWrangler: "Studio_DW:KernelGateway-", jupyterLab: "Studio:JupyterLab-", codeEditor: "Studio:CodeEditor-",
	rstudioServer: "RStudio:RServer-", rstudioGate: "RStudio:RSessionGateway-", tensorBoard: "Studio:TensorBoard-",
}

// A priceList is dollars an hour by region and usage type, its region's prefix aside.
type priceList map[string]float64

func pricesOf(w *world.World) priceList {
	list := priceList{}
	for _, p := range w.Prices {
		if _, use, ok := strings.Cut(p.Attributes["usagetype"], "-"); ok && p.Unit == "Hrs" && p.Attributes["locationType"] == "AWS Region" {
			usd, _ := strconv.ParseFloat(p.USD, 64)
			key := p.Attributes["regionCode"] + " " + use
			list[key] = max(list[key], usd)
		}
	}
	return list
}

func (l priceList) rate(t *testing.T, region, use string) float64 {
	t.Helper()
	usd, ok := l[region+" "+use]
	if !ok {
		t.Errorf("nothing in %s has the price of %q", region, use)
	}
	return usd
}

// spend is what runs at At, and what of it is without use for the time that each kind is granted.
func spend(t *testing.T, w *world.World) (apps, endpoints, idleApps, idleEndpoints float64) {
	t.Helper()
	list := pricesOf(w)
	idle := func(l world.Life, limit time.Duration) bool {
		last := l.Created
		if l.Use != nil {
			if u, ok := l.Use.Last(w.At); ok {
				last = u
			}
		}
		return w.At.Sub(last) >= limit
	}
	shared := map[string]bool{}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, d := range r.Domains {
				for _, app := range d.Apps {
					use := usage[app.Type]
					if strings.HasPrefix(app.Name, dataWrangler) {
						use = usage[dataWrangler]
					}
					if use == "" || app.InstanceType == "" {
						continue
					}
					usd := list.rate(t, r.Name, use+app.InstanceType)
					instance := d.ID + app.Owner() + use + app.InstanceType
					if !app.At(w.At) || app.Type == kernelGateway && shared[instance] {
						continue
					}
					shared[instance] = true
					if apps += usd; idle(app.Life, 2*time.Hour) {
						idleApps += usd
					}
				}
			}
			for _, e := range r.Endpoints {
				use := "Host:"
				if e.Async {
					use = "AsyncInf:"
				}
				var usd float64
				for _, v := range append(slices.Clip(e.Variants), e.Shadow...) {
					if v.InstanceType != "" {
						usd += list.rate(t, r.Name, use+v.InstanceType) * float64(v.Count)
					}
				}
				if e.Pending != nil {
					list.rate(t, r.Name, use+e.Pending.Variants[0].InstanceType)
				}
				if e.At(w.At) {
					if endpoints += usd; idle(e.Life, 7*day) {
						idleEndpoints += usd
					}
				}
			}
		}
	}
	return apps, endpoints, idleApps, idleEndpoints
}

func TestSpendIsOfACompany(t *testing.T) {
	for seed := range int64(20) {
		apps, endpoints, idleApps, idleEndpoints := spend(t, Generate(Default(seed, noon)))
		total, share := apps+endpoints, (idleApps+idleEndpoints)/(apps+endpoints)
		t.Logf("seed %d: apps $%.0f/h (idle %.0f), endpoints $%.0f/h (idle %.0f): %.0f %% of $%.0f/h", seed, apps, idleApps, endpoints, idleEndpoints, share*100, total)
		if total < 150 || total > 800 || share < 0.15 || share > 0.45 {
			t.Errorf("seed %d: %.0f %% of $%.0f/h is idle; want about a third of a few hundred dollars", seed, share*100, total)
		}
	}
}

// machinesOf are the usage types of the instances that a record has.
func machinesOf(r *world.Record) (uses []string) {
	switch out := r.Output.(type) {
	case *sagemaker.DescribeNotebookInstanceOutput:
		uses = append(uses, "Notebk:"+string(out.InstanceType))
	case *sagemaker.DescribeTrainingJobOutput:
		for _, use := range []string{"Train:", "TrSpt:", "TrainWarmPool:"} {
			uses = append(uses, use+string(out.ResourceConfig.InstanceType))
		}
	case *sagemaker.DescribeProcessingJobOutput:
		use := "Processing:"
		if *out.AppSpecification.ImageUri == dataWranglerImage {
			use = "Processing_DW:"
		}
		uses = append(uses, use+string(out.ProcessingResources.ClusterConfig.InstanceType))
	case *sagemaker.DescribeTransformJobOutput:
		uses = append(uses, "Tsform:"+string(out.TransformResources.InstanceType))
	case *sagemaker.DescribeMlflowTrackingServerOutput:
		uses = append(uses, "MLflow:TrackingServerCompute-"+string(out.TrackingServerSize))
	case *sagemaker.DescribeClusterOutput:
		for _, g := range out.InstanceGroups {
			uses = append(uses, "Cluster:"+string(g.InstanceType))
		}
	}
	return uses
}

func TestHoldingsHavePrices(t *testing.T) {
	w := Generate(BenchEstate(1, noon))
	list, asked := pricesOf(w), 0
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, record := range r.Records {
				for _, use := range machinesOf(record) {
					list.rate(t, r.Name, use)
					asked++
				}
			}
		}
	}
	if asked < 1000 {
		t.Errorf("%d prices were asked", asked)
	}
}
