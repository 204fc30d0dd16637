package wire

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

const (
	// trailAge is how far back LookupEvents sees.
	trailAge = 90 * 24 * time.Hour
	// mostEvents is its longest page, and the usual one.
	mostEvents     = 50
	trailSource    = "sagemaker.amazonaws.com"
	trailFamilies  = "AWS::SageMaker::"
	trailEventForm = "1.11"
)

// A lookup is what a call of LookupEvents asks for.
type lookup struct {
	from, to time.Time
	// attribute is what the events are chosen by, empty for all.
	attribute types.LookupAttributeKey
	value     string
	// after is where the page before ended, nil for the first page.
	after *change
	limit int
}

func (v *view) lookupEvents(in *cloudtrail.LookupEventsInput) (*cloudtrail.LookupEventsOutput, error) {
	l, err := v.newLookup(in)
	if err != nil {
		return nil, err
	}
	out := &cloudtrail.LookupEventsOutput{Events: []types.Event{}}
	if in.EventCategory == types.EventCategoryInsight || l.attribute == types.LookupAttributeKeyEventSource && l.value != trailSource {
		return out, nil
	}
	newest := l.newest(v.region)
	if len(newest) > l.limit {
		last := newest[l.limit-1]
		newest = newest[:l.limit]
		out.NextToken = v.token(strconv.FormatInt(last.at.UnixNano(), 10) + " " + last.key())
	}
	for _, c := range newest {
		out.Events = append(out.Events, v.event(c))
	}
	return out, nil
}

func (v *view) newLookup(in *cloudtrail.LookupEventsInput) (*lookup, error) {
	// Faults may delay what CloudTrail has delivered.
	l := &lookup{from: v.now.Add(-trailAge), to: v.now.Add(-v.firing.lag), limit: mostEvents}
	if in.StartTime != nil && in.StartTime.After(l.from) {
		l.from = *in.StartTime
	}
	if in.EndTime != nil && in.EndTime.Before(l.to) {
		l.to = *in.EndTime
	}
	if in.MaxResults != nil {
		l.limit = int(*in.MaxResults)
	}
	switch {
	case in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime):
		return nil, &apiError{code: "InvalidTimeRangeException", message: "Time range from start time to end time is invalid."}
	case l.limit < 1 || l.limit > mostEvents:
		return nil, &apiError{code: "InvalidMaxResultsException", message: "A limit of results must be between 1 and 50."}
	case len(in.LookupAttributes) > 1:
		return nil, &apiError{code: "InvalidLookupAttributesException", message: "Only one lookup attribute may be given."}
	}
	for _, a := range in.LookupAttributes {
		l.attribute, l.value = a.AttributeKey, aws.ToString(a.AttributeValue)
		if !slices.Contains(chosenBy, l.attribute) {
			return nil, &apiError{code: "InvalidLookupAttributesException", message: fmt.Sprintf("The simulated organization cannot look up events by %s.", l.attribute)}
		}
	}
	cursor, err := v.cursor(in.NextToken)
	if err == nil && cursor != "" {
		l.after, err = position(cursor)
	}
	if errors.Is(err, errToken) {
		return nil, &apiError{code: "InvalidNextTokenException", message: "The token is invalid, or it belongs to another lookup."}
	}
	return l, err
}

// chosenBy are the attributes that the simulator can look events up by.
var chosenBy = []types.LookupAttributeKey{
	types.LookupAttributeKeyEventName, types.LookupAttributeKeyEventSource, types.LookupAttributeKeyResourceName,
	types.LookupAttributeKeyResourceType, types.LookupAttributeKeyUsername, types.LookupAttributeKeyReadOnly,
}

// position is the place of an event in the order of all, as a token has it.
func position(cursor string) (*change, error) {
	parts := strings.SplitN(cursor, " ", 3)
	nanos, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || len(parts) != 3 {
		return nil, errToken
	}
	return &change{at: time.Unix(0, nanos).UTC(), event: parts[1], arn: parts[2]}, nil
}

// newest are the newest changes of the region that are wanted: one more than fits on the page, if there are more.
func (l *lookup) newest(r *region) []change {
	var found []change
	trim := func() {
		slices.SortFunc(found, change.newestFirst)
		found = found[:min(len(found), l.limit+1)]
	}
	r.changes(l, func(c change) {
		if l.wants(c) {
			found = append(found, c)
		}
		// Of very many, only the newest are held.
		if len(found) > 20*mostEvents {
			trim()
		}
	})
	trim()
	return found
}

func (l *lookup) wantsEvent(event string) bool {
	return l.attribute != types.LookupAttributeKeyEventName || l.value == event
}

func (l *lookup) wantsInstant(at time.Time) bool {
	return !at.Before(l.from) && !at.After(l.to) && (l.after == nil || !at.After(l.after.at))
}

func (l *lookup) wants(c change) bool {
	if l.after != nil && c.newestFirst(*l.after) <= 0 {
		return false
	}
	switch l.attribute {
	case types.LookupAttributeKeyResourceName:
		return l.value == c.name
	case types.LookupAttributeKeyResourceType:
		return l.value == trailFamilies+c.family
	case types.LookupAttributeKeyUsername:
		return l.value == identityOf(c.by).who
	case types.LookupAttributeKeyReadOnly:
		return l.value == "false"
	}
	return true
}

// event is the change as LookupEvents shows it.
func (v *view) event(c change) types.Event {
	by := identityOf(c.by)
	var response map[string]string
	if !c.silent {
		response = map[string]string{lowered(c.family) + "Arn": *v.arn(c.arn)}
	}
	request := map[string]string{}
	for member, value := range c.request {
		if value != "" {
			request[member] = value
		}
	}
	at := c.at.UTC().Truncate(time.Second)
	sum := sha256.Sum256([]byte(v.target.Key() + at.String() + c.key()))
	id := fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	// A structure of texts always encodes.
	record, _ := json.Marshal(struct {
		EventVersion       string            `json:"eventVersion"`
		UserIdentity       identity          `json:"userIdentity"`
		EventTime          time.Time         `json:"eventTime"`
		EventSource        string            `json:"eventSource"`
		EventName          string            `json:"eventName"`
		AWSRegion          string            `json:"awsRegion"`
		SourceIPAddress    string            `json:"sourceIPAddress"`
		UserAgent          string            `json:"userAgent"`
		RequestParameters  map[string]string `json:"requestParameters"`
		ResponseElements   map[string]string `json:"responseElements"`
		RequestID          string            `json:"requestID"`
		EventID            string            `json:"eventID"`
		ReadOnly           bool              `json:"readOnly"`
		EventType          string            `json:"eventType"`
		ManagementEvent    bool              `json:"managementEvent"`
		RecipientAccountID string            `json:"recipientAccountId"`
		EventCategory      string            `json:"eventCategory"`
	}{
		EventVersion: trailEventForm, UserIdentity: by, EventTime: at, EventSource: trailSource, EventName: c.event,
		AWSRegion: v.target.Region, SourceIPAddress: "192.0.2.1", UserAgent: "simulated", RequestParameters: request, ResponseElements: response,
		RequestID: id, EventID: id, EventType: "AwsApiCall", ManagementEvent: true, RecipientAccountID: v.target.Account, EventCategory: "Management",
	})
	return types.Event{
		EventId: aws.String(id), EventName: aws.String(c.event), EventSource: aws.String(trailSource), EventTime: aws.Time(at),
		Username: aws.String(by.who), AccessKeyId: aws.String(by.AccessKeyID), ReadOnly: aws.String("false"),
		Resources:       []types.Resource{{ResourceName: aws.String(c.name), ResourceType: aws.String(trailFamilies + c.family)}},
		CloudTrailEvent: aws.String(string(record)),
	}
}

// lowered begins in lower case, as the members of a CloudTrail event do.
func lowered(name string) string { return strings.ToLower(name[:1]) + name[1:] }
