package kinds

import (
	"context"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Attributes of a hub's content.
const (
	attributeHub            = "hubName"
	attributeContentVersion = "hubContentVersion"
)

// hubContentLook looks at the version of the content that the resource is. A reference has none of its own.
var hubContentLook = looksFor((*sagemaker.Client).DescribeHubContent, "HubContent", hubContentInput)

func hubContentInput(r estate.Resource) *sagemaker.DescribeHubContentInput {
	in := &sagemaker.DescribeHubContentInput{HubName: aws.String(r.Attributes[attributeHub]), HubContentName: aws.String(path.Base(r.Name)),
		HubContentType: types.HubContentType(r.Type)}
	if in.HubContentType != types.HubContentTypeModelReference {
		in.HubContentVersion = aws.String(r.Attributes[attributeContentVersion])
	}
	return in
}

// contentMoves are the statuses of a hub's content that is on its way.
var contentMoves = []string{"Importing", "Deleting", "PendingImport", "PendingDelete"}

// What a hub offers is its own, which goes version by version, or a reference to what AWS's public hub offers.
var (
	contentDeletion = hubDeed(callFor((*sagemaker.Client).DeleteHubContent, func(r estate.Resource) *sagemaker.DeleteHubContentInput {
		in := new(sagemaker.DeleteHubContentInput)
		transcribe(in, hubContentInput(r))
		return in
	}))
	referenceDeletion = hubDeed(callFor((*sagemaker.Client).DeleteHubContentReference, func(r estate.Resource) *sagemaker.DeleteHubContentReferenceInput {
		in := new(sagemaker.DeleteHubContentReferenceInput)
		transcribe(in, hubContentInput(r))
		return in
	}))
	contentImport = recreation[sagemaker.DescribeHubContentOutput, sagemaker.ImportHubContentInput]{look: hubContentLook, while: contentMoves,
		create: creates((*sagemaker.Client).ImportHubContent)}
	referenceCreation = recreation[sagemaker.DescribeHubContentOutput, sagemaker.CreateHubContentReferenceInput]{look: hubContentLook, while: contentMoves,
		create: creates((*sagemaker.Client).CreateHubContentReference),
		fill: func(in *sagemaker.CreateHubContentReferenceInput, was *sagemaker.DescribeHubContentOutput) {
			in.MinVersion = was.ReferenceMinVersion
		}}
)

func hubDeed(c call) deed {
	return deed{look: hubContentLook, call: c, from: []string{"Available", "ImportFailed", "DeleteFailed"}, while: contentMoves, ends: true, tagged: true}
}

func deleteHubContent(ctx context.Context, h *Hand) (Move, error) {
	if types.HubContentType(h.Resource.Type) == types.HubContentTypeModelReference {
		return referenceDeletion.next(ctx, h)
	}
	return contentDeletion.next(ctx, h)
}

func recreateHubContent(ctx context.Context, h *Hand, made Made) (Move, error) {
	if made.Operation == referenceDeletion.call.operation {
		return referenceCreation.back(ctx, h, made)
	}
	return contentImport.back(ctx, h, made)
}
