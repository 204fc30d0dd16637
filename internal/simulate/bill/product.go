package bill

import (
	"cmp"
	"strings"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A Product is what a line charges for: something that a service sells in a region at a rate.
type Product struct {
	// Service is the product code, as AmazonSageMaker, and ServiceName what people read.
	Service, ServiceName string
	Usage, Operation     string
	Unit, Family         string
	SKU, Description     string
	// Instance is the instance type as the bill's product columns spell it: with the component behind it, as NA, or not at all.
	Instance         string
	Region, Location string
	Rate             Amount
	// PlanRate is what a savings plan counts of its commitment for a unit; zero is not covered.
	PlanRate Amount
}

// onDemand is the offer term, and hourRate the price dimension, of every on-demand price.
const onDemand, hourRate = "JRTCKXETXF", "6YS6EN2CT7"

// RateCode is AWS's id of the price.
func (p *Product) RateCode() string {
	if p.SKU == "" {
		return ""
	}
	return p.SKU + "." + onDemand + "." + hourRate
}

// unprefixed is the usage type without its region.
func (p *Product) unprefixed() string {
	_, rest, _ := strings.Cut(p.Usage, "-")
	return rest
}

// A catalog is what is sold, by region and usage type without the region's prefix.
type catalog map[string]*Product

// A price list holds what a careless reader takes for a price behind the price itself: the first of a usage type is meant.
func newCatalog(list []world.Price) catalog {
	c := catalog{}
	for _, p := range list {
		a := p.Attributes
		_, usage, prefixed := strings.Cut(a["usagetype"], "-")
		key := a["regionCode"] + " " + usage
		if !prefixed || a["locationType"] != "AWS Region" || c[key] != nil {
			continue
		}
		product := &Product{
			Service: cmp.Or(a["servicecode"], sageMaker), ServiceName: cmp.Or(a["servicename"], "Amazon SageMaker"),
			Usage: a["usagetype"], Operation: a["operation"], Unit: p.Unit, Family: p.Family, SKU: p.SKU,
			Instance: a["instanceType"], Region: a["regionCode"], Location: a["location"], Rate: amountOf(p.USD),
		}
		product.Description = "$" + product.Rate.String() + " per " + cmp.Or(a["groupDescription"], p.Unit+" of "+product.Usage) + " in " + product.Location
		product.PlanRate = planRate(product)
		c[key] = product
	}
	return c
}

// of is a product of the region, nil where the list has none.
func (c catalog) of(region, usage string) *Product { return c[region+" "+usage] }

// prefix is what usage types of the region begin with.
func (c catalog) prefix(region string) string {
	if p := c.of(region, "Studio:VolumeUsage.gp3"); p != nil {
		prefix, _, _ := strings.Cut(p.Usage, "-")
		return prefix
	}
	return ""
}

// covered are the beginnings of the usage types that a machine learning savings plan covers.
var covered = []string{"Host:ml.", "Notebk:ml.", "Studio:KernelGateway-ml.", "Studio:JupyterLab-ml.", "Studio:CodeEditor-ml.", "Studio_DW:KernelGateway-ml.",
	"Train:ml.", "Processing:ml.", "Processing_DW:ml.", "Tsform:ml."}

// planRate is the price under a savings plan: 36 % below on-demand, in hundredths of a cent as such rates are.
func planRate(p *Product) Amount {
	const grain, level = One / 10_000, 640
	for _, prefix := range covered {
		if p.Service == sageMaker && strings.HasPrefix(p.unprefixed(), prefix) {
			return p.Rate.over(level, 1000) / grain * grain
		}
	}
	return 0
}
