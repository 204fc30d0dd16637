package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

// A pager is a paginator of the SageMaker SDK.
type pager[O any] interface {
	HasMorePages() bool
	NextPage(ctx context.Context, optFns ...func(*sagemaker.Options)) (O, error)
}

// list runs f for every item of a paged operation, the items of a page several at once. It ends with the first page that
// cannot be read, which is in the coverage then.
func list[O, I any](ctx context.Context, s *Scope, operation string, pages pager[O], items func(O) []I, f func(context.Context, I)) error {
	for pages.HasMorePages() {
		page, err := Call(ctx, s, operation, func(ctx context.Context) (O, error) { return pages.NextPage(ctx) }, func(o O) bool { return items(o) != nil })
		if err != nil {
			return err
		}
		each(ctx, items(page), f)
	}
	return ctx.Err()
}
