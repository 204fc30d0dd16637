// Package doctor looks, before any work begins, at what the work will need: credentials, permissions, clocks, prices.
//
// It asks little, changes nothing, and says of everything that is missing what will stay unseen for it.
package doctor

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/access"
	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// atOnce is how many targets are asked at the same time.
const atOnce = 32

// Knock asks each target for one Studio domain, the cheapest question that SageMaker answers, and says how that went, in the
// order of the sessions.
func Knock(ctx context.Context, sessions []*cloud.Session) []estate.Coverage {
	answers := make([]estate.Coverage, len(sessions))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, s := range sessions {
		g.Go(func() error {
			_, err := s.SageMaker().ListDomains(ctx, &sagemaker.ListDomainsInput{MaxResults: aws.Int32(1)})
			answers[i] = answer(s, access.Knock, err)
			return nil
		})
	}
	_ = g.Wait() // what fails is in the answers
	return answers
}

// answer is how a call went.
func answer(s *cloud.Session, op string, err error) estate.Coverage {
	c := estate.Coverage{Target: s.Target(), Operation: op, Outcome: cloud.Classify(err).Outcome()}
	if c.Hole() {
		c.Error, c.Hint, c.Hides = cloud.Brief(err), cloud.Fail(op, s.Target(), err).Hint, kinds.Hides(op)
	}
	return c
}
