package kinds

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

// saved is what a resource was, in the words of its Describe operation, with its tags, which that does not tell.
type saved struct {
	Was  json.RawMessage   `json:"was"`
	Tags map[string]string `json:"tags,omitempty"`
	// Withheld are the environment variables that were not written down, since they look like secrets.
	Withheld []string `json:"withheld,omitempty"`
	// Left is how many instances or copies of each part a call leaves that scales.
	Left map[string]int32 `json:"left,omitempty"`
	// Config is the configuration of an endpoint.
	Config json.RawMessage `json:"config,omitempty"`
}

// What is described is saved by the SDK's own codec: encoding/json cannot read the API's unions back. Only the body of the "request" is kept.
var (
	anyShape  = smithy.NewSchema(smithy.ShapeID{}, smithy.ShapeTypeStructure, 0)
	anyCall   = smithy.NewOperationSchema(anyShape, anyShape, anyShape)
	bodyCodec = awsjson.New11(smithy.NewServiceSchema(anyShape, ""))
)

// written is what an answer says as JSON.
//
//nolint:contextcheck,nolintlint // it waits for nothing that could be broken off; the second does not see what the first says of callers
func written(out smithy.Serializable) (json.RawMessage, error) {
	req := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	if err := bodyCodec.SerializeRequest(context.Background(), anyCall, out, req); err != nil {
		return nil, fmt.Errorf("save %T: %w", out, err)
	}
	return io.ReadAll(req.GetStream())
}

// read is the inverse of written.
//
//nolint:contextcheck,nolintlint // like written
func read(body json.RawMessage, out smithy.Deserializable) error {
	resp := &smithyhttp.Response{Response: &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body))}}
	if err := bodyCodec.DeserializeResponse(context.Background(), anyCall, nil, resp, out); err != nil {
		return fmt.Errorf("read what was saved: %w", err)
	}
	return nil
}

func writtenAll[T any, P interface {
	*T
	smithy.Serializable
}](items []T) (all []json.RawMessage, err error) {
	for i := range items {
		body, err := written(P(&items[i]))
		if err != nil {
			return nil, err
		}
		all = append(all, body)
	}
	return all, nil
}

func readAll[T any, P interface {
	*T
	smithy.Deserializable
}](bodies []json.RawMessage) ([]T, error) {
	items := make([]T, len(bodies))
	for i, body := range bodies {
		if err := read(body, P(&items[i])); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// of is what undoing takes of something that was described, besides what more holds already, and without what looks like secrets.
func (more saved) of(out smithy.Serializable) (json.RawMessage, error) {
	body, err := written(out)
	if err != nil {
		return nil, err
	}
	if more.Was, more.Withheld, err = discreet(body); err != nil {
		return nil, err
	}
	return json.Marshal(more)
}

// An answer is one of the SDK.
type answer[D any] interface {
	*D
	smithy.Serializable
	smithy.Deserializable
}

// public is a description without what looks like a secret, and the names of that.
func public[D any, P answer[D]](d *D) (*D, []string, error) {
	body, err := written(P(d))
	if err != nil {
		return nil, nil, err
	}
	rest, secrets, err := discreet(body)
	if err != nil || len(secrets) == 0 {
		return d, nil, err
	}
	told := new(D)
	return told, secrets, read(rest, P(told))
}

// restore reads what was saved of something that was described.
func restore(body json.RawMessage, out smithy.Deserializable) (s saved, err error) {
	if err := json.Unmarshal(body, &s); err != nil {
		return s, fmt.Errorf("read what was saved: %w", err)
	}
	return s, read(s.Was, out)
}

// lost refuses to make something again of which not everything was written down.
func (s saved) lost() (Move, bool) {
	if len(s.Withheld) == 0 {
		return Move{}, false
	}
	return refuse("its environment variable %s looked like a secret and was not written down: make it again by hand", s.Withheld[0]), true
}

// again is the move that makes something again which was deleted. Was and now are the calls that would make what it was and what bears its name
// now, nil where nothing does: whatever somebody has made meanwhile stays.
func again[I any](was, now *I, status string, create func() Move) Move {
	switch {
	case now == nil:
		return create()
	case status == "Deleting":
		return wait("it is still being deleted")
	case !reflect.DeepEqual(was, now):
		return refuse("somebody has made another one of its name since")
	case slices.Contains([]string{"Pending", "Creating", "Updating"}, status):
		return wait("it is %s", status)
	case status == "InService", status == "":
		return done("it is there again")
	}
	return refuse("it is there again, but %s", status)
}
