package pricing

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A product is an entry of the price list, in the form that GetProducts and the bulk offer file share.
type product struct {
	SKU        string            `json:"sku"`
	Attributes map[string]string `json:"attributes"`
}

// An offer holds the price dimensions of a product's term.
type offer struct {
	Dimensions map[string]dimension `json:"priceDimensions"`
}

// A dimension is a price with its unit, and the range of use that it holds for.
type dimension struct {
	Unit         string            `json:"unit"`
	BeginRange   string            `json:"beginRange"`
	Description  string            `json:"description"`
	PricePerUnit map[string]string `json:"pricePerUnit"`
}

var (
	// instanceName matches within "ml.m5.xlarge-Hosting", "USE1-Host:ml.m5.xlarge" and "ml.p6-b200.48xlarge".
	instanceName = regexp.MustCompile(`\b(?:ml|sc)\.[a-z0-9-]+\.[a-z0-9]+`)
	// typeEnding is what follows a typed component in a usage type: an instance type or a size.
	typeEnding = regexp.MustCompile(`^[:-]((?:ml|sc)\.[a-z0-9-]+\.[a-z0-9]+|[a-z]+)$`)
	// standingCharge matches the usage type of provisioned concurrency; see ComponentProvisionedConcurrency.
	standingCharge = regexp.MustCompile(`\bprovisionedconcurrency:usage-([0-9]+)gb$`)
	// freeOfCharge tells a product that costs nothing from an allowance, which ends.
	freeOfCharge, freeAllowance = regexp.MustCompile(`(?i)\bfree\b`), regexp.MustCompile(`(?i)\bfree[ -]tier\b`)
)

// key is the key that the product of the service prices, and whether it prices any. These do not: surcharges
// (Processing_Geo), the free tier (whose names say Free), what is sold outside regions (Outposts), and what is no
// component, such as data and requests.
func (p product) key(service string) (Key, bool) {
	a := p.Attributes
	if location := a["locationType"]; location != "" && location != "AWS Region" {
		return Key{}, false
	}
	use := a["platoinstancetype"]
	for _, name := range []string{use, a["instanceName"], a["instanceType"]} {
		if strings.Contains(strings.ToLower(name), "free") {
			return Key{}, false
		}
	}
	if component, ending, ok := ofUsage(service, a["usagetype"]); ok {
		return Key{a["regionCode"], component, ending}, true
	}
	if service != sageMaker || use == "" || use == "Processing_Geo" {
		return Key{}, false
	}
	// The type is spelled with a suffix, as NA or not at all in one attribute or another; the usage type always has it.
	for _, text := range []string{a["instanceName"], a["instanceType"], a["usagetype"]} {
		if name := instanceName.FindString(strings.ToLower(text)); name != "" {
			return Key{a["regionCode"], use, name}, true
		}
	}
	return Key{}, false
}

// ofUsage finds the component that a usage type names, and what it says after that.
func ofUsage(service, usagetype string) (component, ending string, ok bool) {
	usage := strings.ToLower(withoutRegion(usagetype))
	if m := standingCharge.FindStringSubmatch(usage); m != nil {
		return ComponentProvisionedConcurrency, "Mem-" + m[1] + "GB", true
	}
	if service == elasticFileSystem {
		usage = "efs:" + usage
	}
	for _, c := range components {
		if c.question.field != "usagetype" {
			continue
		}
		rest, begins := strings.CutPrefix(usage, strings.ToLower(c.name))
		switch {
		case !begins:
		case !c.typed && rest == "":
			return c.name, "", true
		case c.typed:
			if m := typeEnding.FindStringSubmatch(rest); m != nil {
				return c.name, m[1], true
			}
		}
	}
	return "", "", false
}

// quotes are the on-demand prices of a product.
func quotes(k Key, sku string, offers map[string]offer) []quote {
	var found []quote
	for _, o := range offers {
		for _, d := range o.Dimensions {
			found = append(found, d.quote(k, sku))
		}
	}
	if len(found) == 0 {
		return []quote{{SKU: sku, Flaw: "it is not sold on demand"}}
	}
	return found
}

// quote reads the dimension as dollars per hour.
func (d dimension) quote(k Key, sku string) quote {
	flawed := func(why string) quote { return quote{SKU: sku, Flaw: why} }
	if d.BeginRange != "" && d.BeginRange != "0" {
		return flawed(flawTiers)
	}
	sold := componentOf(k.Component).per
	hourly, ok := sold.hourly(d.Unit)
	if !ok {
		return flawed("it is per " + d.Unit + ", not per " + string(sold))
	}
	text, ok := d.PricePerUnit["USD"]
	if !ok {
		return flawed("it is in " + strings.Join(slices.Sorted(maps.Keys(d.PricePerUnit)), ", ") + ", not in US dollars")
	}
	amount, err := dollars(text)
	if err != nil {
		return flawed(err.Error())
	}
	if amount.IsZero() && (!freeOfCharge.MatchString(d.Description) || freeAllowance.MatchString(d.Description)) {
		return flawed("it is listed as 0 without being called free")
	}
	return quote{Hourly: hourly(amount), SKU: sku}
}
