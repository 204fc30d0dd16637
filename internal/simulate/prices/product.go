package prices

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// The codes that every on-demand term and hourly dimension of the real list has, and one for a second tier.
const (
	offerTerm    = "JRTCKXETXF"
	rateCode     = "6YS6EN2CT7"
	rateCodeThen = "PGHJ3S3EYE"
)

const publicationDate = "2026-11-01T00:00:00Z"

type object = map[string]any

// Product is the text of the price in GetProducts' PriceList.
func Product(p world.Price) string {
	offer := p.SKU + "." + offerTerm
	text, err := json.Marshal(object{
		"product":     object{"productFamily": p.Family, "attributes": p.Attributes, "sku": p.SKU},
		"serviceCode": Field(p, "servicecode"),
		"terms": object{"OnDemand": object{offer: object{
			"sku":             p.SKU,
			"effectiveDate":   publicationDate,
			"offerTermCode":   offerTerm,
			"termAttributes":  object{},
			"priceDimensions": dimensions(p, offer),
		}}},
		"version":         "20261101000000",
		"publicationDate": publicationDate,
	})
	if err != nil {
		panic(fmt.Sprintf("prices: a product of strings does not marshal: %v", err))
	}
	return string(text)
}

// dimensions are the prices of the offer: one, or two where the price depends on the volume.
func dimensions(p world.Price, offer string) object {
	dimension := func(code, begin, end, usd string) object {
		return object{
			"unit":         p.Unit,
			"beginRange":   begin,
			"endRange":     end,
			"description":  describe(p),
			"appliesTo":    []string{},
			"rateCode":     code,
			"pricePerUnit": object{"USD": usd},
		}
	}
	first, second := offer+"."+rateCode, offer+"."+rateCodeThen
	if p.Then == "" {
		return object{first: dimension(first, "0", "Inf", p.USD)}
	}
	return object{first: dimension(first, "0", "100", p.USD), second: dimension(second, "100", "Inf", p.Then)}
}

// Field is what a GetProducts filter on the name compares: the product family, the service code or an attribute.
func Field(p world.Price, name string) string {
	switch strings.ToLower(name) {
	case "productfamily":
		return p.Family
	case "servicecode":
		return cmp.Or(p.Attributes["servicecode"], "AmazonSageMaker")
	case "sku":
		return p.SKU
	}
	return p.Attributes[name]
}

func describe(p world.Price) string {
	usd, about := strings.TrimRight(p.USD, "0"), p.Attributes["groupDescription"]
	if about == "" {
		about = p.Unit + " of " + p.Attributes["usagetype"]
	}
	return fmt.Sprintf("$%s per %s in %s", strings.TrimSuffix(usd, "."), about, p.Attributes["location"])
}
