package notify

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

// Limits of Publish (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html): the message in bytes, less room for what else counts to
// it; the subject in ASCII characters, below a hundred.
const (
	topicLimit   = 256<<10 - 1<<10
	subjectLimit = 99
	// awsTakes is how long AWS may take for a message, with the SDK's own attempts.
	awsTakes = time.Minute
)

// A topic is an SNS topic.
type topic struct {
	arn, region string
	env         Environment
}

func parseTopic(name string, env Environment) (Channel, error) {
	arn, err := estate.ParseARN(name)
	if err != nil || arn.Service != "sns" || arn.Region == "" || strings.Contains(arn.Resource, ":") {
		return nil, errors.New("sns: takes the ARN of a topic, like sns:arn:aws:sns:eu-west-1:111122223333:ml-platform")
	}
	return topic{arn: name, region: arn.Region, env: env}, nil
}

// Send publishes the message.
func (t topic) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, awsTakes)
	defer cancel()
	config, err := t.env.AWS(ctx, t.region)
	if err != nil {
		return err
	}
	client := sns.NewFromConfig(config)
	return each(m, topicLimit, func(part Message) error {
		_, err := client.Publish(ctx, &sns.PublishInput{TopicArn: &t.arn, Subject: aws.String(asciiLine(part.Subject, subjectLimit)), Message: &part.Text})
		if err != nil {
			return &estate.Error{Op: "publish to SNS", On: t.arn, Err: ofAWS(err), Hint: "allow sns:Publish on the topic"}
		}
		return nil
	})
}

// asciiLine is what SNS takes for a subject.
func asciiLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if r > '~' {
			return '?'
		}
		return r
	}, report.Line(s))
	return s[:min(len(s), limit)]
}
