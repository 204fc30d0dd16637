package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(hubContents) }

var hubContentFamily = Family{
	Name: "hub-content", ARNType: "hub-content", IdleFor: 90 * 24 * time.Hour,
	Summary: "what private model hubs offer",
	Reads: []Operation{
		{"sagemaker:ListHubContents", "what private hubs offer"},
		{"sagemaker:ListHubs", "private hubs, and with them all that they offer"},
	},
	CreatedBy: "ImportHubContent",
	Look:      hubContentLook,
	Actions: []Action{{
		Name: "delete", Operations: []string{hubContentLook.Operation, contentDeletion.call.operation, referenceDeletion.call.operation, listTags}, Next: deleteHubContent,
		Undo: "import it again as it was saved", Back: recreateHubContent,
		UndoOperations: []string{hubContentLook.Operation, contentImport.create.operation, referenceCreation.create.operation}}},
}

var hubContents = &entry{of: &hubContentFamily, list: listHubContents,
	settled: []string{string(types.HubContentStatusAvailable)},
	failed:  []string{string(types.HubContentStatusImportFailed), string(types.HubContentStatusDeleteFailed)},
	why:     "AWS does not tell who deploys from a hub; what it offers bills nothing until it is deployed",
	remedy:  "look in CloudTrail for who asks DescribeHubContent of it",
}

// listHubContents reads every sort of content of every private hub. AWS's public hub is in an account of AWS's.
func listHubContents(ctx context.Context, s *Scope, found func(estate.Resource)) error {
	hubs := &pages[*sagemaker.ListHubsOutput]{ask: func(ctx context.Context, token *string) (*sagemaker.ListHubsOutput, *string, error) {
		out, err := s.SageMaker().ListHubs(ctx, &sagemaker.ListHubsInput{MaxResults: aws.Int32(100), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out, out.NextToken, nil
	}}
	return list(ctx, s, "sagemaker:ListHubs", hubs, func(o *sagemaker.ListHubsOutput) []types.HubInfo { return o.HubSummaries },
		func(ctx context.Context, hub types.HubInfo) {
			if arn, err := estate.ParseARN(aws.ToString(hub.HubArn)); err != nil || arn.Account != s.Target().Account {
				return
			}
			for _, sort := range types.HubContentType("").Values() {
				if listHub(ctx, s, hub, sort, found) != nil {
					return // it is in the coverage
				}
			}
		})
}

// listHub reads the content of one sort of a hub. The API takes no fewer.
func listHub(ctx context.Context, s *Scope, hub types.HubInfo, sort types.HubContentType, found func(estate.Resource)) error {
	contents := &pages[*sagemaker.ListHubContentsOutput]{ask: func(ctx context.Context, token *string) (*sagemaker.ListHubContentsOutput, *string, error) {
		in := &sagemaker.ListHubContentsInput{HubName: hub.HubName, HubContentType: sort, MaxResults: aws.Int32(100), NextToken: token}
		out, err := s.SageMaker().ListHubContents(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		return out, out.NextToken, nil
	}}
	return list(ctx, s, hubContentFamily.Reads[0].Action, contents, func(o *sagemaker.ListHubContentsOutput) []types.HubContentInfo { return o.HubContentSummaries },
		func(_ context.Context, c types.HubContentInfo) {
			r := listed(c.HubContentArn, c.HubContentName, string(c.HubContentStatus), c.CreationTime, nil)
			r.Type, r.Name = string(c.HubContentType), aws.ToString(hub.HubName)+"/"+r.Name
			r.Attributes = attributes(attributeHub, aws.ToString(hub.HubName), attributeContentVersion, aws.ToString(c.HubContentVersion), "supportStatus", string(c.SupportStatus))
			found(r)
		})
}

// pages walks an operation for which the SDK has no paginator.
type pages[O any] struct {
	ask   func(ctx context.Context, token *string) (O, *string, error)
	token *string
	begun bool
}

func (p *pages[O]) HasMorePages() bool { return !p.begun || aws.ToString(p.token) != "" }

func (p *pages[O]) NextPage(ctx context.Context, _ ...func(*sagemaker.Options)) (out O, err error) {
	p.begun = true
	out, p.token, err = p.ask(ctx, p.token)
	return out, err
}
