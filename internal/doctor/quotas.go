package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"github.com/sagewarden/sagewarden/internal/access"
	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// told is how many quotas are named.
const told = 3

// quotas are SageMaker's in the account, in a few words: those that count resources of the whole account, the rest by number.
func quotas(ctx context.Context, s *cloud.Session) estate.Check {
	const op = access.Quotas
	c := estate.Check{Name: "quotas", On: s.Target().Label(), Level: estate.Fine}
	var named []string
	read, none := 0, 0
	pages := servicequotas.NewListServiceQuotasPaginator(s.ServiceQuotas(), &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("sagemaker"), MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			a := answer(s, op, err)
			c.Level, c.Finding, c.Hint = estate.Warn, finding(a), a.Hint
			c.Hides = "how much the account may run"
			return c
		}
		for _, q := range page.Quotas {
			read++
			name := aws.ToString(q.QuotaName)
			switch {
			case aws.ToFloat64(q.Value) == 0:
				none++
			case len(named) < told && !strings.HasPrefix(name, "ml.") && strings.Contains(name, "account"):
				named = append(named, fmt.Sprintf("%s %g", name, aws.ToFloat64(q.Value)))
			}
		}
	}
	c.Finding = fmt.Sprintf("%d read in %s, %d of them zero", read, s.Target().Region, none)
	if len(named) > 0 {
		c.Finding += "; " + strings.Join(named, ", ")
	}
	return c
}
