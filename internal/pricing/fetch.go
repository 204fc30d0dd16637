package pricing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"
)

// A Client asks AWS for prices. The service answers in few regions only, us-east-1 among them, for all regions.
type Client interface {
	GetProducts(context.Context, *pricing.GetProductsInput, ...func(*pricing.Options)) (*pricing.GetProductsOutput, error)
}

// fetch asks for the sheet of the key, page by page.
func fetch(ctx context.Context, client Client, k Key, now time.Time) (*sheet, error) {
	field, value := "platoinstancetype", spelled(k.Component)
	if value == ComponentProvisionedConcurrency {
		field, value = "productFamily", "ML Serverless"
	}
	in := &pricing.GetProductsInput{
		ServiceCode:   aws.String("AmazonSageMaker"),
		FormatVersion: aws.String("aws_v1"),
		Filters:       []types.Filter{match("regionCode", k.Region), match(field, value)},
		MaxResults:    aws.Int32(100),
	}
	found := make(map[Key][]quote)
	for {
		out, err := client.GetProducts(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, text := range out.PriceList {
			var entry struct {
				Product product
				Terms   struct{ OnDemand map[string]offer }
			}
			if err := json.Unmarshal([]byte(text), &entry); err != nil {
				return nil, fmt.Errorf("a product of the price list cannot be read: %w", err)
			}
			if of, ok := entry.Product.key(); ok {
				found[of] = append(found[of], quotes(of, entry.Product.SKU, entry.Terms.OnDemand)...)
			}
		}
		next := aws.ToString(out.NextToken)
		if next == "" {
			break
		}
		if next == aws.ToString(in.NextToken) {
			return nil, errors.New("the price list repeats a page without end")
		}
		in.NextToken = out.NextToken
	}
	source := "AWS price list of " + now.Format(time.DateOnly)
	if s := sheets(found, now, source)[k.sheet()]; s != nil {
		return s, nil
	}
	id := k.sheet()
	return &sheet{sheetVersion, id.region, id.component, now, nil, source}, nil
}

func match(field, value string) types.Filter {
	return types.Filter{Type: types.FilterTypeTermMatch, Field: &field, Value: &value}
}
