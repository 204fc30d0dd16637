package athena

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/athena"
)

// API is what is asked of Athena.
type API interface {
	GetWorkGroup(context.Context, *athena.GetWorkGroupInput, ...func(*athena.Options)) (*athena.GetWorkGroupOutput, error)
	GetTableMetadata(context.Context, *athena.GetTableMetadataInput, ...func(*athena.Options)) (*athena.GetTableMetadataOutput, error)
	StartQueryExecution(context.Context, *athena.StartQueryExecutionInput, ...func(*athena.Options)) (*athena.StartQueryExecutionOutput, error)
	GetQueryExecution(context.Context, *athena.GetQueryExecutionInput, ...func(*athena.Options)) (*athena.GetQueryExecutionOutput, error)
	GetQueryResults(context.Context, *athena.GetQueryResultsInput, ...func(*athena.Options)) (*athena.GetQueryResultsOutput, error)
	StopQueryExecution(context.Context, *athena.StopQueryExecutionInput, ...func(*athena.Options)) (*athena.StopQueryExecutionOutput, error)
}

// The operations, as IAM names them.
const (
	OpWorkGroup = "athena:GetWorkGroup"
	OpTable     = "athena:GetTableMetadata"
	OpStart     = "athena:StartQueryExecution"
	OpLook      = "athena:GetQueryExecution"
	OpResults   = "athena:GetQueryResults"
	OpStop      = "athena:StopQueryExecution"
)
