package notify

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagewarden/sagewarden/internal/config"
)

// TestChannelsSendWhatTheyAreGranted: a channel of AWS calls the one operation that it declares, in the region and of the topic or the address that it declares.
func TestChannelsSendWhatTheyAreGranted(t *testing.T) {
	var calls []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls = append(calls, r.URL.Path+" "+string(body))
		if strings.HasPrefix(r.URL.Path, "/v2/") {
			_, _ = io.WriteString(w, "{}")
			return
		}
		_, _ = io.WriteString(w, `<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`)
	}))
	defer server.Close()
	var region string
	env := Environment{AWS: func(_ context.Context, r string) (aws.Config, error) {
		region = r
		return aws.Config{Region: r, BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}, nil
	}}
	for name, tt := range map[string]struct {
		channel config.Channel
		want    Grant
		call    []string
	}{
		"SES": {config.Channel{SES: &config.SES{Region: "eu-west-1", From: "Sagewarden <sagewarden@example.com>"}}, Grant{OpMail, "eu-west-1", "", "sagewarden@example.com"},
			[]string{"/v2/email/outbound-emails", "sagewarden@example.com"}},
		"SNS": {config.Channel{SNS: "arn:aws:sns:eu-west-2:111122223333:ml"}, Grant{OpPublish, "eu-west-2", "arn:aws:sns:eu-west-2:111122223333:ml", ""}, []string{"Action=Publish", "111122223333%3Aml"}},
	} {
		calls = nil
		got, ok := Grants(tt.channel)
		if !ok || got != tt.want {
			t.Errorf("%s: %+v", name, got)
		}
		ch, err := OpenChannel(tt.channel, env)
		if err == nil {
			err = ch.Send(t.Context(), Message{To: Recipient{Name: "ana", Email: "ana@example.com"}, Subject: "s", Text: "t"})
		}
		if err != nil || len(calls) != 1 || region != got.Region {
			t.Fatalf("%s: %v, %q in %s", name, err, calls, region)
		}
		for _, part := range tt.call {
			if !strings.Contains(calls[0], part) {
				t.Errorf("%s calls %s", name, calls[0])
			}
		}
	}
	for _, c := range []config.Channel{{Slack: "HOOK"}, {Console: &struct{}{}}, {SMTP: &config.SMTP{Host: "h", From: "a@example.com"}}} {
		if g, ok := Grants(c); ok {
			t.Errorf("%+v takes %+v of AWS", c, g)
		}
	}
}
