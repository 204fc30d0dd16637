package notify

import (
	"net/mail"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// The operations of the channels that are AWS's own, as IAM names them.
const (
	OpMail    = "ses:SendEmail"
	OpPublish = "sns:Publish"
)

// A Grant is what a channel takes of AWS.
type Grant struct {
	Operation string
	// Region is where, and On the ARN of the topic, empty for mail. From is the address that mail is from.
	Region, On, From string
}

// Grants is what a channel takes of AWS; ok is false for one that takes nothing.
func Grants(c config.Channel) (g Grant, ok bool) {
	switch {
	case c.SES != nil:
		from, err := mail.ParseAddress(c.SES.From)
		if err != nil {
			return Grant{}, false
		}
		return Grant{Operation: OpMail, Region: c.SES.Region, From: from.Address}, true
	case c.SNS != "":
		arn, err := estate.ParseARN(c.SNS)
		return Grant{Operation: OpPublish, Region: arn.Region, On: c.SNS}, err == nil
	}
	return Grant{}, false
}
