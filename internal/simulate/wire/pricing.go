package wire

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"

	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// priceServices are the services whose prices the world has.
var priceServices = []string{"AmazonEFS", "AmazonSageMaker"}

// The Price List Query API has endpoints in these regions only, whatever region the prices are of
// (https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html).
var priceRegions = []string{"us-east-1", "eu-central-1", "ap-south-1", "cn-northwest-1"}

func (v *view) checkPriceList(service string) error {
	if !slices.Contains(priceRegions, v.target.Region) {
		return &apiError{code: "InvalidSignatureException", message: "Credential should be scoped to a valid region. "}
	}
	if service != "" && !slices.Contains(priceServices, service) {
		return &apiError{code: "NotFoundException", message: "Service: " + service + " not found"}
	}
	return nil
}

func (v *view) getProducts(in *pricing.GetProductsInput) (*pricing.GetProductsOutput, error) {
	if err := v.checkPriceList(aws.ToString(in.ServiceCode)); err != nil {
		return nil, err
	}
	var found []world.Price
	for _, p := range v.pricesOf(aws.ToString(in.ServiceCode)) {
		if prices.Passes(p, in.Filters) {
			found = append(found, p)
		}
	}
	cut, next, err := pricePage(v, found, func(p world.Price) string { return p.SKU }, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &pricing.GetProductsOutput{FormatVersion: aws.String("aws_v1"), PriceList: []string{}, NextToken: next}
	for _, p := range cut {
		out.PriceList = append(out.PriceList, prices.Product(p))
	}
	return out, nil
}

func (v *view) describeServices(in *pricing.DescribeServicesInput) (*pricing.DescribeServicesOutput, error) {
	if err := v.checkPriceList(aws.ToString(in.ServiceCode)); err != nil {
		return nil, err
	}
	out := &pricing.DescribeServicesOutput{FormatVersion: aws.String("aws_v1")}
	for _, service := range priceServices {
		if in.ServiceCode != nil && *in.ServiceCode != service {
			continue
		}
		names := map[string]bool{"productFamily": true, "servicecode": true}
		for _, p := range v.pricesOf(service) {
			for name := range p.Attributes {
				names[name] = true
			}
		}
		out.Services = append(out.Services, types.Service{ServiceCode: &service, AttributeNames: slices.Sorted(maps.Keys(names))})
	}
	return out, nil
}

// pricesOf are the prices of the service, or all where none is named.
func (v *view) pricesOf(service string) []world.Price {
	var list []world.Price
	for _, p := range v.server.world.Prices {
		if service == "" || prices.Field(p, "servicecode") == service {
			list = append(list, p)
		}
	}
	return list
}

func (v *view) getAttributeValues(in *pricing.GetAttributeValuesInput) (*pricing.GetAttributeValuesOutput, error) {
	if err := v.checkPriceList(aws.ToString(in.ServiceCode)); err != nil {
		return nil, err
	}
	values := map[string]bool{}
	for _, p := range v.pricesOf(aws.ToString(in.ServiceCode)) {
		if value := prices.Field(p, aws.ToString(in.AttributeName)); value != "" {
			values[value] = true
		}
	}
	cut, next, err := pricePage(v, slices.Sorted(maps.Keys(values)), func(s string) string { return s }, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &pricing.GetAttributeValuesOutput{AttributeValues: []types.AttributeValue{}, NextToken: next}
	for _, value := range cut {
		out.AttributeValues = append(out.AttributeValues, types.AttributeValue{Value: aws.String(value)})
	}
	return out, nil
}

func pricePage[T any](v *view, items []T, key func(T) string, limit *int32, token *string) ([]T, *string, error) {
	n := int32(100)
	if limit != nil {
		n = *limit
	}
	if n < 1 || n > 100 {
		return nil, nil, badParameter(fmt.Sprintf("MaxResults must be between 1 and 100, not %d.", n))
	}
	cut, next, err := page(v, items, key, false, int(n), token)
	if errors.Is(err, errToken) {
		return nil, nil, &apiError{code: "InvalidNextTokenException", message: "The next token is invalid."}
	}
	return cut, next, err
}
