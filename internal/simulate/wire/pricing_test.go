package wire

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func TestGetProducts(t *testing.T) {
	price := func(sku, component, region string) world.Price {
		return world.Price{SKU: sku, Family: "ML Instance", USD: "1.00", Unit: "Hrs", Attributes: map[string]string{"platoinstancetype": component, "regionCode": region}}
	}
	w := home(&world.Region{})
	home := price("E", "", "us-east-1")
	home.Attributes["servicecode"] = "AmazonEFS"
	w.Prices = []world.Price{price("C", "Hosting", "eu-west-1"), price("A", "Hosting", "us-east-1"), price("B", "Studio-JupyterLab", "us-east-1"), home}
	_, cfg := serve(t, w)
	client := pricing.NewFromConfig(cfg)
	filter := func(kind types.FilterType, field, value string) types.Filter {
		return types.Filter{Type: kind, Field: &field, Value: &value}
	}
	tests := []struct {
		name    string
		filters []types.Filter
		want    []string
	}{
		{"all of the service", nil, []string{"A", "B", "C"}},
		{"term match", []types.Filter{filter(types.FilterTypeTermMatch, "platoinstancetype", "Hosting")}, []string{"A", "C"}},
		{"every filter counts", []types.Filter{filter(types.FilterTypeTermMatch, "platoinstancetype", "Hosting"), filter(types.FilterTypeEquals, "regionCode", "us-east-1")}, []string{"A"}},
		{"contains", []types.Filter{filter(types.FilterTypeContains, "platoinstancetype", "Jupyter")}, []string{"B"}},
		{"any of", []types.Filter{filter(types.FilterTypeAnyOf, "regionCode", "eu-west-1,eu-west-2")}, []string{"C"}},
		{"none of", []types.Filter{filter(types.FilterTypeNoneOf, "regionCode", "eu-west-1,eu-west-2")}, []string{"A", "B"}},
		{"the family", []types.Filter{filter(types.FilterTypeTermMatch, "productFamily", "ML Serverless")}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			pages := pricing.NewGetProductsPaginator(client, &pricing.GetProductsInput{ServiceCode: aws.String("AmazonSageMaker"), Filters: test.filters, MaxResults: aws.Int32(2)})
			for pages.HasMorePages() {
				out, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, text := range out.PriceList {
					i := slices.IndexFunc(w.Prices, func(p world.Price) bool { return prices.Product(p) == text })
					if i < 0 || !json.Valid([]byte(text)) {
						t.Fatalf("no product of the world: %s", text)
					}
					got = append(got, w.Prices[i].SKU)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPriceServices(t *testing.T) {
	w := home(&world.Region{})
	w.Prices = prices.List([]string{"eu-west-1"})
	_, cfg := serve(t, w)
	client := pricing.NewFromConfig(cfg)
	out, err := client.DescribeServices(t.Context(), &pricing.DescribeServicesInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range out.Services {
		efs := aws.ToString(service.ServiceCode) == "AmazonEFS"
		if slices.Contains(service.AttributeNames, "storageClass") != efs || slices.Contains(service.AttributeNames, "platoinstancetype") == efs {
			t.Errorf("%s has the attributes %v", *service.ServiceCode, service.AttributeNames)
		}
	}
	values, err := client.GetAttributeValues(t.Context(), &pricing.GetAttributeValuesInput{ServiceCode: aws.String("AmazonEFS"), AttributeName: aws.String("usagetype")})
	if err != nil || len(out.Services) != 2 || len(values.AttributeValues) != 3 || *values.AttributeValues[1].Value != "EU-TimedStorage-ByteHrs" {
		t.Errorf("%d services, usage types %v, %v", len(out.Services), values, err)
	}
}

func TestPriceListRefuses(t *testing.T) {
	w := home(&world.Region{})
	w.Accounts[0].EnabledRegions = []string{"us-east-1", "eu-west-1"}
	_, cfg := serve(t, w)
	in := func(change func(*pricing.GetProductsInput)) *pricing.GetProductsInput {
		i := &pricing.GetProductsInput{ServiceCode: aws.String("AmazonSageMaker")}
		change(i)
		return i
	}
	tests := []struct {
		name, region string
		in           *pricing.GetProductsInput
		want         string
	}{
		{"a region without the API", "eu-west-1", in(func(*pricing.GetProductsInput) {}), "InvalidSignatureException"},
		{"a region with the API that is off", "ap-south-1", in(func(*pricing.GetProductsInput) {}), ""},
		{"another service", "us-east-1", in(func(i *pricing.GetProductsInput) { i.ServiceCode = aws.String("AmazonEC2") }), "NotFoundException"},
		{"too many", "us-east-1", in(func(i *pricing.GetProductsInput) { i.MaxResults = aws.Int32(101) }), "InvalidParameterException"},
		{"a foreign token", "us-east-1", in(func(i *pricing.GetProductsInput) { i.NextToken = aws.String("AAAA") }), "InvalidNextTokenException"},
	}
	for _, test := range tests {
		_, err := pricing.NewFromConfig(cfg, func(o *pricing.Options) { o.Region = test.region }).GetProducts(t.Context(), test.in)
		if got := code(err); got != test.want || (err == nil) != (test.want == "") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
