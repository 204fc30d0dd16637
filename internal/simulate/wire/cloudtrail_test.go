package wire

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const (
	ana  = "arn:aws:sts::" + research + ":assumed-role/DataScientist/ana.silva@example.com"
	tom  = "arn:aws:iam::" + research + ":user/tom"
	none = ""
)

func made(age time.Duration, creator string) world.Life {
	return world.Life{Created: ago(age), Creator: creator}
}

// workshop is a region with one of everything that somebody made, newest last.
func workshop() *world.World {
	gone := made(20*day, ana)
	gone.Deleted = ago(day)
	return home(&world.Region{
		Domains: []*world.Domain{{
			Life: made(89*day, tom), ID: "d-1", Name: "studio", AuthMode: "SSO",
			Users:  []*world.User{{Life: made(80*day, tom), Name: "ana"}, {Life: made(80*day, none), Name: "service"}},
			Spaces: []*world.Space{{Life: made(60*day, ana), Name: "lab", Owner: "ana"}},
			Apps: []*world.App{
				{Life: made(30*day, ana), Space: "lab", Type: "JupyterLab", Name: "default"},
				{Life: made(28*day, ana), User: "ana", Type: "Canvas", Name: "default", Relaunches: []time.Time{ago(27 * day), ago(-day)}},
			},
		}},
		Models:     []*world.Model{{Life: made(91*day, tom), Name: "old"}},
		Configs:    []*world.EndpointConfig{{Life: made(21*day, ana), Name: "churn-1"}},
		Endpoints:  []*world.Endpoint{{Life: gone, Name: "churn", Config: "churn-1"}},
		Components: []*world.Component{{Life: made(19*day, ana), Name: "ic", Endpoint: "churn", Variant: "A"}},
		Records: []*world.Record{
			{Life: made(10*day, tom), Family: world.NotebookInstance, Name: "nb"},
			{Life: made(9*day, tom), Family: world.PipelineExecution, Name: "run1", Parent: "nightly"},
		},
	})
}

func TestLookupEvents(t *testing.T) {
	_, cfg := serve(t, workshop())
	client := cloudtrail.NewFromConfig(cfg)
	by := func(key types.LookupAttributeKey, value string) *cloudtrail.LookupEventsInput {
		return &cloudtrail.LookupEventsInput{LookupAttributes: []types.LookupAttribute{{AttributeKey: key, AttributeValue: &value}}}
	}
	all := []string{
		"9 tom StartPipelineExecution run1", "10 tom CreateNotebookInstance nb", "19 ana.silva@example.com CreateInferenceComponent ic",
		"20 ana.silva@example.com CreateEndpoint churn", "21 ana.silva@example.com CreateEndpointConfig churn-1", "27 ana.silva@example.com CreateApp default",
		"28 ana.silva@example.com CreateApp default", "30 ana.silva@example.com CreateApp default", "60 ana.silva@example.com CreateSpace lab",
		"80 tom CreateUserProfile ana", "89 tom CreateDomain d-1",
	}
	for name, test := range map[string]struct {
		in   *cloudtrail.LookupEventsInput
		want []string
	}{
		"everything, newest first": {nil, all},
		"by name":                  {by(types.LookupAttributeKeyEventName, "CreateApp"), all[5:8]},
		"by resource":              {by(types.LookupAttributeKeyResourceName, "churn"), all[3:4]},
		"by type":                  {by(types.LookupAttributeKeyResourceType, "AWS::SageMaker::Space"), all[8:9]},
		"by user":                  {by(types.LookupAttributeKeyUsername, "tom"), []string{all[0], all[1], all[9], all[10]}},
		"by source":                {by(types.LookupAttributeKeyEventSource, "sagemaker.amazonaws.com"), all},
		"of another service":       {by(types.LookupAttributeKeyEventSource, "ec2.amazonaws.com"), nil},
		"what read":                {by(types.LookupAttributeKeyReadOnly, "true"), nil},
		"between two instants":     {&cloudtrail.LookupEventsInput{StartTime: aws.Time(ago(28 * day)), EndTime: aws.Time(ago(20 * day))}, all[3:7]},
		"insights":                 {&cloudtrail.LookupEventsInput{EventCategory: types.EventCategoryInsight}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if test.in == nil {
				test.in = &cloudtrail.LookupEventsInput{}
			}
			for _, limit := range []int32{50, 2} {
				test.in.MaxResults = &limit
				var got []string
				for pages := cloudtrail.NewLookupEventsPaginator(client, test.in); pages.HasMorePages(); {
					out, err := pages.NextPage(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range out.Events {
						got = append(got, fmt.Sprintf("%d %s %s %s", at.Sub(*e.EventTime)/day, *e.Username, *e.EventName, *e.Resources[0].ResourceName))
					}
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("in pages of %d (-want +got):\n%s", limit, diff)
				}
			}
		})
	}
}

func TestCloudTrailEvent(t *testing.T) {
	_, cfg := serve(t, workshop())
	event := func(name string) (e struct {
		EventName, EventTime, EventSource, AWSRegion, EventID, RecipientAccountID string

		UserIdentity                        map[string]any
		RequestParameters, ResponseElements map[string]string
	}) {
		out, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{
			LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: &name}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(*out.Events[0].CloudTrailEvent), &e); err != nil {
			t.Fatal(err)
		}
		if e.EventID != *out.Events[0].EventId || len(e.EventID) != 36 {
			t.Errorf("event id %s, %s", e.EventID, *out.Events[0].EventId)
		}
		return e
	}
	app := event("CreateApp")
	if got := line(app.EventTime, app.EventSource, app.AWSRegion, app.RecipientAccountID); got != "2026-10-22T15:30:00Z sagemaker.amazonaws.com us-east-1 111111111111" {
		t.Error(got)
	}
	if diff := cmp.Diff(map[string]string{"domainId": "d-1", "userProfileName": "ana", "appType": "Canvas", "appName": "default"}, app.RequestParameters); diff != "" {
		t.Errorf("the request (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"appArn": "arn:aws:sagemaker:us-east-1:111111111111:app/d-1/ana/canvas/default"}, app.ResponseElements); diff != "" {
		t.Errorf("the response (-want +got):\n%s", diff)
	}
	role := roleID("arn:aws:iam::111111111111:role/DataScientist")
	if diff := cmp.Diff(map[string]any{
		"type": "AssumedRole", "arn": ana, "principalId": role + ":ana.silva@example.com", "accountId": research, "accessKeyId": app.UserIdentity["accessKeyId"],
		"sessionContext": map[string]any{"sessionIssuer": map[string]any{
			"type": "Role", "principalId": role, "arn": "arn:aws:iam::111111111111:role/DataScientist", "accountId": research, "userName": "DataScientist",
		}},
	}, app.UserIdentity); diff != "" {
		t.Errorf("a session (-want +got):\n%s", diff)
	}
	notebook := event("CreateNotebookInstance")
	if got := notebook.UserIdentity; got["type"] != "IAMUser" || got["arn"] != tom || got["userName"] != "tom" {
		t.Errorf("a user: %v", got)
	}
	if notebook.RequestParameters["notebookInstanceName"] != "nb" || notebook.ResponseElements["notebookInstanceArn"] != "arn:aws:sagemaker:us-east-1:111111111111:notebook-instance/nb" {
		t.Errorf("a notebook instance: %+v", notebook)
	}
	if run := event("StartPipelineExecution"); run.RequestParameters["pipelineName"] != "nightly" {
		t.Errorf("an execution: %+v", run)
	}
}

func TestLookupsThatAreRefused(t *testing.T) {
	_, cfg := serve(t, workshop())
	name := types.LookupAttribute{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: aws.String("CreateApp")}
	for want, in := range map[string]*cloudtrail.LookupEventsInput{
		"InvalidMaxResultsException":       {MaxResults: aws.Int32(51)},
		"InvalidTimeRangeException":        {StartTime: aws.Time(at), EndTime: aws.Time(ago(day))},
		"InvalidLookupAttributesException": {LookupAttributes: []types.LookupAttribute{name, name}},
		"InvalidNextTokenException":        {NextToken: aws.String("b3RoZXI")},
	} {
		if _, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), in); code(err) != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

// However many were created, each comes once, in order, and only a page of them is held.
func TestLookupOfVeryManyEvents(t *testing.T) {
	r := &world.Region{}
	for i := range 5000 {
		r.Models = append(r.Models, &world.Model{Life: made(time.Duration(i*7919%5000/3)*time.Minute, tom), Name: fmt.Sprintf("m-%04d", i)})
	}
	_, cfg := serve(t, home(r))
	seen := map[string]bool{}
	last := at
	for pages := cloudtrail.NewLookupEventsPaginator(cloudtrail.NewFromConfig(cfg), &cloudtrail.LookupEventsInput{}); pages.HasMorePages(); {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.Events {
			if e.EventTime.After(last) || seen[*e.EventId] {
				t.Fatalf("%s at %s after %s", *e.EventId, e.EventTime, last)
			}
			last, seen[*e.EventId] = *e.EventTime, true
		}
	}
	if len(seen) != len(r.Models) {
		t.Errorf("%d events of %d", len(seen), len(r.Models))
	}
}
