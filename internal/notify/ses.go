package notify

import (
	"context"
	"fmt"
	"net/mail"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// An ses is Amazon Simple Email Service.
type ses struct {
	config.SES
	env Environment
}

func openSES(c config.SES, env Environment) (Channel, error) {
	if _, err := mail.ParseAddress(c.From); err != nil {
		return nil, fmt.Errorf("ses: from: %w", err)
	}
	return ses{c, env}, nil
}

// Send hands the message to SES.
func (s ses) Send(ctx context.Context, m Message) error {
	to, err := addressees(nil, m.To)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, awsTakes)
	defer cancel()
	settings, err := s.env.AWS(ctx, s.Region)
	if err != nil {
		return err
	}
	client := sesv2.NewFromConfig(settings)
	utf8 := aws.String("UTF-8")
	return each(m, mailLimit, func(part Message) error {
		input := &sesv2.SendEmailInput{
			FromEmailAddress: &s.From,
			Destination:      &types.Destination{ToAddresses: []string{to[0].String()}},
			Content: &types.EmailContent{Simple: &types.Message{
				Subject: &types.Content{Data: &part.Subject, Charset: utf8},
				Body:    &types.Body{Text: &types.Content{Data: &part.Text, Charset: utf8}},
				Headers: []types.MessageHeader{{Name: aws.String("Auto-Submitted"), Value: aws.String("auto-generated")}},
			}},
		}
		if part.HTML != "" {
			input.Content.Simple.Body.Html = &types.Content{Data: &part.HTML, Charset: utf8}
		}
		if part.ID != "" { // SES makes a Message-ID of its own
			input.Content.Simple.Headers = append(input.Content.Simple.Headers, types.MessageHeader{Name: aws.String("X-Sagewarden-Notice"), Value: &part.ID})
		}
		if s.ConfigurationSet != "" {
			input.ConfigurationSetName = &s.ConfigurationSet
		}
		if _, err := client.SendEmail(ctx, input); err != nil {
			return &estate.Error{Op: "send mail by SES", On: s.Region, Err: ofAWS(err), Hint: "allow ses:SendEmail, and verify " + s.From + " in SES"}
		}
		return nil
	})
}
