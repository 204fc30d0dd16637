package wire

import (
	"context"
	"io"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/aws/smithy-go/transport/http/protocol/rpcv2"
)

// The SDK ships codecs for clients only: they write requests and read responses. But its outputs can be serialized like
// its inputs, and for these RPC protocols the body of a response is written by the same rules as the body of a request.
// So a client protocol is asked to write a "request" whose input is the operation's output, and only the body is kept.
// This leans on public but unusual use of the SDK; the contract tests are its tripwire.

// anyService names no service: its name goes only into headers and paths, which are dropped.
var anyService = smithy.NewServiceSchema(smithy.NewSchema(smithy.ShapeID{}, smithy.ShapeTypeService, 0), "")

var (
	jsonBodies = awsjson.New11(anyService)
	cborBodies = rpcv2.NewCBOR(anyService)
)

// encode writes the body of a response.
func encode(p protocol, operation, output *smithy.Schema, out smithy.Serializable) ([]byte, error) {
	var codec smithyhttp.ClientProtocol = jsonBodies
	if p == rpcCBOR {
		codec = cborBodies
	}
	req := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	schema := smithy.NewOperationSchema(operation, output, output)
	if err := codec.SerializeRequest(context.Background(), schema, out, req); err != nil {
		return nil, err
	}
	return io.ReadAll(req.GetStream())
}
