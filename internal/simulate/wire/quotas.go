package wire

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// quotas are the limits of SageMaker in every account and region, spelled as Service Quotas does. Their values and codes are simulated.
var quotas = []struct {
	name  string
	value float64
}{
	{"Maximum number of Studio domains", 1},
	{"Maximum number of Studio user profiles allowed per account", 60},
	{"Maximum number of running Studio apps allowed per account", 100},
	{"Number of endpoints per account", 100},
	{"Number of instances across all endpoints", 200},
	{"ml.g5.xlarge for endpoint usage", 20},
	{"ml.g5.xlarge for training job usage", 10},
	{"ml.p4d.24xlarge for training job usage", 0},
	{"ml.t3.medium for notebook instance usage", 20},
	{"Studio JupyterLab Apps running on ml.g5.xlarge instance", 10},
}

func (v *view) listServiceQuotas(in *servicequotas.ListServiceQuotasInput) (*servicequotas.ListServiceQuotasOutput, error) {
	limit := int32(100)
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	switch {
	case aws.ToString(in.ServiceCode) != "sagemaker":
		return nil, &apiError{code: "NoSuchResourceException", message: "The request failed because the specified service does not exist."}
	case limit < 1 || limit > 100:
		return nil, &apiError{code: "IllegalArgumentException", message: "MaxResults must be between 1 and 100."}
	}
	all := map[string]types.ServiceQuota{}
	var codes []string
	for _, q := range quotas {
		code := "L-" + mark(q.name, 8)
		if !is(aws.ToString(in.QuotaCode), code) {
			continue
		}
		codes = append(codes, code)
		arn := estate.ARN{Partition: v.target.Partition, Service: "servicequotas", Region: v.target.Region, Account: v.target.Account, Resource: "sagemaker/" + code}
		all[code] = types.ServiceQuota{
			ServiceCode: in.ServiceCode, ServiceName: aws.String("Amazon SageMaker"), QuotaArn: aws.String(arn.String()),
			QuotaCode: aws.String(code), QuotaName: aws.String(q.name), Value: aws.Float64(q.value), Unit: aws.String("None"),
			Adjustable: true, QuotaAppliedAtLevel: types.AppliedLevelEnumAccount,
		}
	}
	cut, next, err := page(v, codes, func(code string) string { return code }, false, int(limit), in.NextToken)
	if errors.Is(err, errToken) {
		return nil, &apiError{code: "InvalidPaginationTokenException", message: "Invalid NextToken."}
	}
	if err != nil {
		return nil, err
	}
	out := &servicequotas.ListServiceQuotasOutput{Quotas: []types.ServiceQuota{}, NextToken: next}
	for _, code := range cut {
		out.Quotas = append(out.Quotas, all[code])
	}
	return out, nil
}
