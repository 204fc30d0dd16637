package pricing_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/pricing"

	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

var today = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// An aisle is a Client that serves products as GetProducts does: filtered, and by pages of 100 at most.
type aisle struct {
	products []world.Price
	// extra is the text of further products, which every filter lets through.
	extra []string
	// fail answers in place of the real answer, unless it is nil or returns nil.
	fail func(component string) error

	mu    sync.Mutex
	calls []string
}

func (a *aisle) GetProducts(ctx context.Context, in *sdk.GetProductsInput, _ ...func(*sdk.Options)) (*sdk.GetProductsOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	question := make([]string, 0, len(in.Filters))
	for _, f := range in.Filters {
		question = append(question, aws.ToString(f.Value))
	}
	start, _ := strconv.Atoi(aws.ToString(in.NextToken))
	a.mu.Lock()
	a.calls = append(a.calls, strings.Join(question, "/")+"+"+strconv.Itoa(start))
	a.mu.Unlock()
	if a.fail != nil {
		if err := a.fail(question[len(question)-1]); err != nil {
			return nil, err
		}
	}
	all := slices.Clone(a.extra)
	for _, p := range a.products {
		if prices.Field(p, "serviceCode") == aws.ToString(in.ServiceCode) && prices.Passes(p, in.Filters) {
			all = append(all, prices.Product(p))
		}
	}
	end := min(len(all), start+int(aws.ToInt32(in.MaxResults)))
	out := &sdk.GetProductsOutput{PriceList: all[start:end]}
	if end < len(all) {
		out.NextToken = aws.String(strconv.Itoa(end))
	}
	return out, nil
}

// endless is a Client whose next page is always the same one.
type endless struct{}

func (endless) GetProducts(context.Context, *sdk.GetProductsInput, ...func(*sdk.Options)) (*sdk.GetProductsOutput, error) {
	return &sdk.GetProductsOutput{NextToken: aws.String("again")}, nil
}

// options are those of a book that asks the client at noon today.
func options(client pricing.Client) pricing.Options {
	return pricing.Options{
		Client: func() (pricing.Client, bool) { return client, true },
		Now:    func() time.Time { return today },
	}
}

func open(t *testing.T, o pricing.Options) *pricing.Book {
	t.Helper()
	book, err := pricing.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func load(t *testing.T, book *pricing.Book, keys ...pricing.Key) {
	t.Helper()
	if err := book.Load(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
}

// A sale is a product, one instance hour unless it says otherwise, for tests to spoil.
type sale struct {
	SKU, Component, Instance, Unit, USD, Currency, Begin, Description string
	Attributes                                                        map[string]string
	Term                                                              string
	// Then is the price of a second tier, which begins at 100.
	Then string
}

func (s sale) text(t *testing.T) string {
	t.Helper()
	or := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return text
	}
	attributes := map[string]string{
		"regionCode": "us-east-1", "locationType": "AWS Region", "platoinstancetype": or(s.Component, "Hosting"),
		"instanceName": or(s.Instance, "ml.x1.large"), "usagetype": "USE1-Host:" + or(s.Instance, "ml.x1.large"),
	}
	maps.Copy(attributes, s.Attributes)
	dimension := func(begin, amount string) map[string]any {
		return map[string]any{
			"unit": or(s.Unit, "Hrs"), "beginRange": begin, "endRange": "Inf", "description": s.Description,
			"pricePerUnit": map[string]string{or(s.Currency, "USD"): amount},
		}
	}
	dimensions := map[string]any{"d1": dimension(or(s.Begin, "0"), s.USD)}
	if s.Then != "" {
		dimensions["d2"] = dimension("100", s.Then)
	}
	text, err := json.Marshal(map[string]any{
		"product": map[string]any{"sku": or(s.SKU, "SKU1"), "attributes": attributes},
		"terms":   map[string]any{or(s.Term, "OnDemand"): map[string]any{"o": map[string]any{"priceDimensions": dimensions}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
