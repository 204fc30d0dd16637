// Package wire serves a world over the real AWS wire protocols: awsJson, Smithy RPC v2 CBOR, query and restJson, all on
// one endpoint, so that the SDKs and the AWS CLI can talk to a simulated organization.
//
// Every operation is a typed function from the SDK's input to the SDK's output. The SDK's own schemas write the answers,
// and the contract tests check them against those schemas.
package wire
