package kinds

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// What CloudTrail keeps.
const (
	// TrailKept is how far back Creations reaches.
	TrailKept = 90 * 24 * time.Hour
	// TrailLag is how late an event may appear there.
	TrailLag = 15 * time.Minute
)

// A Creation is the event in which something was made.
type Creation struct {
	// ARNs are those in the answer, in lower case: SageMaker writes some in a letter case of its own.
	ARNs []string
	// By is a person's name where there is one, else the role.
	By string
	At time.Time
	// Arguments are the texts of the request.
	Arguments map[string]string
}

// Creations calls f with the newest events of the name since the instant, newest first, until it returns false or the
// pages, fifty events each, are used up. It reports whether there are no more.
//
// LookupEvents allows two calls a second, for an account and region.
func (s *Scope) Creations(ctx context.Context, event string, since time.Time, pages int, f func(Creation) bool) (all bool, err error) {
	in := &cloudtrail.LookupEventsInput{StartTime: &since, MaxResults: aws.Int32(50),
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: &event}}}
	paginator := cloudtrail.NewLookupEventsPaginator(s.CloudTrail(), in)
	for ; pages > 0 && paginator.HasMorePages(); pages-- {
		page, err := Call(ctx, s, "cloudtrail:LookupEvents", func(ctx context.Context) (*cloudtrail.LookupEventsOutput, error) { return paginator.NextPage(ctx) },
			func(o *cloudtrail.LookupEventsOutput) bool { return o.Events != nil })
		if err != nil {
			return false, err
		}
		for _, e := range page.Events {
			if c, ok := creation(e); ok && !f(c) {
				return false, nil
			}
		}
	}
	return !paginator.HasMorePages(), nil
}

// creation reads an event. One that failed made nothing.
func creation(e types.Event) (Creation, bool) {
	var record struct {
		ErrorCode         string         `json:"errorCode"`
		RequestParameters map[string]any `json:"requestParameters"`
		ResponseElements  map[string]any `json:"responseElements"`
		UserIdentity      identity       `json:"userIdentity"`
	}
	if err := json.Unmarshal([]byte(aws.ToString(e.CloudTrailEvent)), &record); err != nil || record.ErrorCode != "" {
		return Creation{}, false
	}
	c := Creation{At: aws.ToTime(e.EventTime).UTC(), By: record.UserIdentity.name(), Arguments: map[string]string{}}
	for _, v := range record.ResponseElements {
		if text, ok := v.(string); ok && strings.HasPrefix(text, "arn:") {
			c.ARNs = append(c.ARNs, strings.ToLower(text))
		}
	}
	for name, v := range record.RequestParameters {
		if text, ok := v.(string); ok {
			c.Arguments[name] = text
		}
	}
	return c, true
}

// An identity is who called, as CloudTrail writes it
// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html).
type identity struct {
	Type           string `json:"type"`
	ARN            string `json:"arn"`
	UserName       string `json:"userName"`
	InvokedBy      string `json:"invokedBy"`
	SessionContext struct {
		SourceIdentity string `json:"sourceIdentity"`
		SessionIssuer  struct {
			UserName string `json:"userName"`
		} `json:"sessionIssuer"`
	} `json:"sessionContext"`
}

// name is the person's where the identity holds one. The session of a role is named by its caller: single sign-on puts the
// person's name there, programs make one up, which is why the role is shown in their place.
func (i identity) name() string {
	session, role := i.ARN[strings.LastIndex(i.ARN, "/")+1:], i.SessionContext.SessionIssuer.UserName
	switch {
	case i.SessionContext.SourceIdentity != "":
		return i.SessionContext.SourceIdentity
	case i.UserName != "":
		return i.UserName
	case i.Type == "Root":
		return "root"
	case role != "" && !strings.Contains(session, "@") && !strings.HasPrefix(role, "AWSReservedSSO_"):
		return role
	case session != "":
		return session
	}
	return i.InvokedBy
}
