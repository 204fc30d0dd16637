// Package notify tells people: by mail, through Amazon SNS, in Slack and Teams, to a webhook, on the console. It says what whom, through what and when
// (Compose, which is pure), and has it delivered from the ledger, where a notice stays until its channel has taken it (Deliver).
package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/report"
)

// A Message is what people are told. Subject and Text are plain text, which each channel writes so that nothing in it is obeyed.
type Message struct {
	// ID is the same however often the message is sent; empty for one that has none.
	ID string
	To Recipient
	// Subject is one line.
	Subject string
	Text    string
	// HTML says the same for mail programs that show it, and is safe; empty for nothing.
	HTML string
	// Links are the addresses in the text that are ours, and may be made to click on.
	Links []string
	// Findings are what it tells of.
	Findings []ledger.Told
	Made     time.Time
	// Table says that the text has columns.
	Table bool
}

// A Channel is a way to reach people. Send returns nil once the other side has taken the message, whole; after an error, parts of a long
// one may have gone out. It does not try again: a Failure says whether to, and when. No error holds a secret.
type Channel interface {
	Send(ctx context.Context, m Message) error
}

// An Environment is what channels need of the process.
type Environment struct {
	// Getenv finds the secrets, which are never on the command line.
	Getenv func(string) string
	// AWS is the caller's configuration in a region.
	AWS func(ctx context.Context, region string) (aws.Config, error)
	// Stdout takes what is told to the console, Now is what receivers see as the time of sending.
	Stdout io.Writer
	Now    func() time.Time
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// secret is what stands where the reference says: in an environment variable, or in a file.
func (e Environment) secret(ref string) (string, error) {
	if file, ok := strings.CutPrefix(ref, "file:"); ok {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		return strings.TrimSpace(string(text)), nil
	}
	if !variableName.MatchString(ref) {
		return "", errors.New("write the name of the environment variable that holds it, or file: and a path") // it may be the secret itself
	}
	if e.Getenv(ref) == "" {
		return "", fmt.Errorf("the environment variable %s is not set", ref)
	}
	return strings.TrimSpace(e.Getenv(ref)), nil
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
		return openSlack(rest, env)
	case "http", "https":
		return nil, errors.New("the address of a webhook is a secret: put it into an environment variable, and write slack: and the variable's name")
	}
	return nil, errors.New("this is no channel: write sns:ARN, smtp://HOST?from=…, or slack:VARIABLE") // it may hold a secret
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

// each sends a text in parts that say which they are. A part has an id of its own, the same at every attempt.
func each(m Message, limit int, send func(Message) error) error {
	pieces := parts(report.Lines(m.Text), limit)
	for i, text := range pieces {
		part := m
		part.Subject, part.Text = report.Line(m.Subject), text
		if len(pieces) > 1 {
			part.HTML = ""
			part.Subject = fmt.Sprintf("%s (%d of %d)", part.Subject, i+1, len(pieces))
			if m.ID != "" {
				part.ID = fmt.Sprintf("%s-%d", m.ID, i+1)
			}
		}
		if err := send(part); err != nil {
			return err
		}
	}
	return nil
}
