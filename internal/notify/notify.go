// Package notify tells people: by mail, through Amazon SNS, in Slack.
package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A Notice is what people are told. Both are plain text.
type Notice struct {
	// Subject is one line.
	Subject string
	Text    string
}

// A Channel is a way to reach people. Send returns nil once the other side has taken the notice, whole; after an error, parts of a long
// notice may have gone out. It does not try again. No error holds a secret.
type Channel interface {
	Send(ctx context.Context, n Notice) error
}

// An Environment is what channels need of the process.
type Environment struct {
	// Getenv finds the secrets, which are never on the command line.
	Getenv func(string) string
	// AWS is the caller's configuration in a region.
	AWS func(ctx context.Context, region string) (aws.Config, error)
}

// Parse reads the address of a channel:
//
//	sns:arn:aws:sns:eu-west-1:111122223333:ml-platform
//	smtp://mail.example.com:587?from=sagewarden@example.com&to=ml-platform@example.com
//	slack:VARIABLE, the environment variable that holds the address of an incoming webhook
func Parse(address string, env Environment) (Channel, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	switch strings.ToLower(scheme) {
	case "sns":
		return parseTopic(rest, env)
	case "smtp", "smtps":
		return parseMail(address, env)
	case "slack":
		return parseSlack(rest, env)
	case "http", "https":
		return nil, errors.New("the address of a webhook is a secret: put it into an environment variable, and write slack: and the variable's name")
	}
	return nil, errors.New("this is no channel: write sns:ARN, smtp://HOST?from=…&to=…, or slack:VARIABLE") // it may hold a secret
}

// parts cuts a text at the ends of lines into pieces of at most limit bytes; a longer line is cut between two characters.
func parts(text string, limit int) (all []string) {
	for len(text) > limit {
		end := strings.LastIndexByte(text[:limit], '\n') + 1
		if end == 0 {
			for end = limit; end > limit-utf8.UTFMax && !utf8.RuneStart(text[end]); end-- {
			}
		}
		all, text = append(all, text[:end]), text[end:]
	}
	return append(all, text)
}

// each sends a text in parts that say which they are.
func each(n Notice, limit int, send func(Notice) error) error {
	pieces := parts(n.Text, limit)
	for i, text := range pieces {
		part := Notice{Subject: n.Subject, Text: text}
		if len(pieces) > 1 {
			part.Subject = fmt.Sprintf("%s (%d of %d)", n.Subject, i+1, len(pieces))
		}
		if err := send(part); err != nil {
			return err
		}
	}
	return nil
}

// line is a text without what would end a line of a message's head.
func line(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
