package pricing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"
)

// A Client asks AWS for prices. The service answers in few regions only, us-east-1 among them, for all regions.
type Client interface {
	GetProducts(context.Context, *pricing.GetProductsInput, ...func(*pricing.Options)) (*pricing.GetProductsOutput, error)
}

// fetch asks the question about the region, page by page, for the prices that answer it.
func fetch(ctx context.Context, client Client, region string, q question) (map[Key][]quote, error) {
	in := &pricing.GetProductsInput{
		ServiceCode:   &q.service,
		FormatVersion: aws.String("aws_v1"),
		Filters: []types.Filter{
			{Type: types.FilterTypeTermMatch, Field: aws.String("regionCode"), Value: &region},
			{Type: q.by, Field: &q.field, Value: &q.value},
		},
		MaxResults: aws.Int32(100),
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
			if of, ok := entry.Product.key(q.service); ok {
				found[of] = append(found[of], quotes(of, entry.Product.SKU, entry.Terms.OnDemand)...)
			}
		}
		next := aws.ToString(out.NextToken)
		if next == "" {
			return found, nil
		}
		if next == aws.ToString(in.NextToken) {
			return nil, errors.New("the price list repeats a page without end")
		}
		in.NextToken = out.NextToken
	}
}
