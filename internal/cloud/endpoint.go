package cloud

import (
	"cmp"
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// sameEndpoint makes a profile's role be assumed where AWS_ENDPOINT_URL points, like every other call. The SDK reads
// that variable only after it has built the client that assumes roles, which would then go to AWS.
func sameEndpoint(o *stscreds.AssumeRoleOptions) {
	url := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_STS"), os.Getenv("AWS_ENDPOINT_URL"))
	if url != "" && os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") != "true" {
		o.Client = assumer{o.Client, url}
	}
}

type assumer struct {
	stscreds.AssumeRoleAPIClient
	endpoint string
}

// AssumeRole calls the endpoint.
func (a assumer) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, optFns ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	return a.AssumeRoleAPIClient.AssumeRole(ctx, in, append(optFns, func(o *sts.Options) {
		o.BaseEndpoint = aws.String(a.endpoint)
	})...)
}
