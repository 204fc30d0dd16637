package prices

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// List is the price list of the regions, or of every region that the list knows when none is named. A region that it
// does not know has no prices. The same regions yield the same list, SKUs included.
func List(codes []string) []world.Price {
	var list []world.Price
	for _, r := range regions {
		if len(codes) > 0 && !slices.Contains(codes, r.code) {
			continue
		}
		for _, c := range components {
			for n, i := range instances {
				if c.offers(i, r) {
					list = append(list, hour(c, i, r, n))
				}
			}
		}
		list = append(list, serverless(r)...)
		list = append(list, storage(r)...)
		list = append(list, hours(r)...)
		list = append(list, filesystem(r)...)
		list = append(list, decoys(r)...)
	}
	return list
}

// hour is the product of an instance hour. The nth spelling of the instance type is one of those that the real list uses.
func hour(c component, i instance, r region, n int) world.Price {
	a := attributes(r, "RunInstance", r.prefix+"-"+c.usage+i.name)
	if c.name != warmPool {
		a["platoinstancetype"] = c.name
	}
	a["platoinstancename"] = i.family()
	a["component"] = c.name
	a["computeType"] = "Standard Instances"
	if i.accelerated {
		a["computeType"] = "Accelerated Computing"
	}
	switch n % 4 {
	case 0:
		a["instanceName"], a["instanceType"] = i.name, i.name+"-"+c.name
	case 1:
		a["instanceName"], a["instanceType"] = i.name, i.name+"-"+strings.ToLower(c.name)
	case 2:
		a["instanceName"], a["instanceType"] = "NA", "NA"
	case 3:
		a["instanceType"] = ""
	}
	price := world.Price{Family: "ML Instance", Attributes: a, USD: c.rate(i, r).String(), Unit: "Hrs"}
	if c.name == "RStudio:RServer" && i.name == "ml.t3.medium" {
		price.USD = dollars(0).String()
		a["groupDescription"] = "hour of RStudio server on ml.t3.medium, which is free"
	}
	return numbered(price)
}

// attributes are the ones that every product has.
func attributes(r region, operation, usage string) map[string]string {
	return map[string]string{
		"servicecode":  "AmazonSageMaker",
		"servicename":  "Amazon SageMaker",
		"regionCode":   r.code,
		"location":     r.location,
		"locationType": "AWS Region",
		"operation":    operation,
		"usagetype":    usage,
	}
}

// numbered gives the price its SKU: a digest of what is sold, where and for how much.
func numbered(p world.Price) world.Price {
	a := p.Attributes
	sum := sha256.Sum256([]byte(strings.Join([]string{a["regionCode"], a["usagetype"], a["operation"], a["platoinstancetype"], a["locationType"], a["instanceName"], p.USD}, "|")))
	p.SKU = base32.StdEncoding.EncodeToString(sum[:10])
	return p
}
