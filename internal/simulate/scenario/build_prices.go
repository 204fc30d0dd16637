package scenario

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// prices is the simulated price list of the regions with the file's changes.
func (b *builder) prices(changes Prices, regions []string) []world.Price {
	if len(regions) == 0 {
		return nil
	}
	list := prices.List(regions)
	for i, r := range changes.Remove {
		n := len(list)
		list = slices.DeleteFunc(list, r.matches)
		if len(list) == n {
			b.wrong(path{"prices", "remove", i}, "check region, component and instanceType", "the price list has no such product")
		}
	}
	for i, o := range changes.Override {
		p := path{"prices", "override", i}
		usd, err := decimal.NewFromString(string(o.USD))
		if err != nil || usd.IsNegative() || usd.Exponent() < -10 || usd.Exponent() > 6 {
			b.wrong(p.to("usd"), "write dollars, such as 0.23", "%q is not a price", o.USD)
			continue
		}
		found := false
		for j := range list {
			if o.matches(list[j]) {
				list[j].USD, found = usd.StringFixed(10), true
			}
		}
		if found {
			continue
		}
		if o.Region == "" || o.Component == "" || o.InstanceType == "" {
			b.wrong(p, "name region, component and instanceType of a new product", "no product matches, and a new one needs all its names")
			continue
		}
		list = append(list, world.Price{
			SKU: strings.ToUpper("SIM" + o.Region + o.Component + o.InstanceType), Family: "ML Instance", USD: usd.StringFixed(10), Unit: "Hrs",
			Attributes: map[string]string{"servicecode": "AmazonSageMaker", "locationType": "AWS Region", "regionCode": o.Region, "platoinstancetype": o.Component,
				"instanceName": o.InstanceType, "instanceType": o.InstanceType + "-" + o.Component},
		})
	}
	return list
}

// matches says whether the price is the product's. The list spells an instance type in several ways; the usage type
// always ends in it.
func (p Product) matches(price world.Price) bool {
	a := price.Attributes
	if a["locationType"] != "AWS Region" || p.Region != "" && a["regionCode"] != p.Region {
		return false
	}
	// What is no use of an instance goes by its usage type, which begins with the region.
	_, usage, _ := strings.Cut(a["usagetype"], "-")
	name := strings.TrimPrefix(p.Component, "EFS:")
	if p.InstanceType == "" && usage == name || p.InstanceType != "" && (usage == name+":"+p.InstanceType || usage == name+"-"+p.InstanceType) {
		return true
	}
	return price.Unit == "Hrs" &&
		(p.Component == "" || strings.EqualFold(a["platoinstancetype"], p.Component)) &&
		(p.InstanceType == "" || a["instanceName"] == p.InstanceType || strings.HasSuffix(a["usagetype"], p.InstanceType))
}
