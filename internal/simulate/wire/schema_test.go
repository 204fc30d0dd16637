package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
)

// conforms walks a decoded body and reports the first key that the schema does not have.
func conforms(tree any, schema *smithy.Schema, path string) error {
	switch tree := tree.(type) {
	case map[string]any:
		for key, value := range tree {
			var member *smithy.Schema
			switch schema.Type() {
			case smithy.ShapeTypeStructure, smithy.ShapeTypeUnion:
				member = schema.Member(key)
			case smithy.ShapeTypeMap:
				member = schema.MapValue()
			}
			if member == nil {
				return fmt.Errorf("%s.%s is no member of %s", path, key, schema.ID())
			}
			if err := conforms(value, member, path+"."+key); err != nil {
				return err
			}
		}
	case []any:
		if schema.Type() != smithy.ShapeTypeList {
			return fmt.Errorf("%s is a list, unlike %s", path, schema.ID())
		}
		for i, item := range tree {
			if err := conforms(item, schema.ListMember(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// structures are all objects of a tree that stand where the schema has a structure.
func structures(tree any, schema *smithy.Schema) []map[string]any {
	var all []map[string]any
	switch tree := tree.(type) {
	case map[string]any:
		if schema.Type() == smithy.ShapeTypeStructure {
			all = append(all, tree)
		}
		for key, value := range tree {
			member := schema.Member(key)
			if schema.Type() == smithy.ShapeTypeMap {
				member = schema.MapValue()
			}
			all = append(all, structures(value, member)...)
		}
	case []any:
		for _, item := range tree {
			all = append(all, structures(item, schema.ListMember())...)
		}
	}
	return all
}

// modules are the SDK modules by IAM prefix.
var modules = map[string]string{
	"sagemaker":               "sagemaker",
	"cloudwatch":              "cloudwatch",
	"logs":                    "cloudwatchlogs",
	"pricing":                 "pricing",
	"tag":                     "resourcegroupstaggingapi",
	"organizations":           "organizations",
	"cloudtrail":              "cloudtrail",
	"kms":                     "kms",
	"application-autoscaling": "applicationautoscaling",
	"servicequotas":           "servicequotas",
	"athena":                  "athena",
}

// snapshot is the golden response that the SDK module ships for the operation, decoded.
func snapshot(t *testing.T, operation string) any {
	t.Helper()
	service, name, _ := strings.Cut(operation, ":")
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/"+modules[service]).Output()
	if err != nil {
		t.Fatal(err)
	}
	snap, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "response_snapshot", name+".response.snap"))
	if err != nil {
		t.Fatal(err)
	}
	head, body, ok := bytes.Cut(snap, []byte("\n\n"))
	if !ok {
		t.Fatalf("%s: a snapshot without a body", operation)
	}
	req := &request{protocol: json11, body: body}
	if bytes.Contains(head, []byte("rpc-v2-cbor")) {
		req.protocol = rpcCBOR
	}
	tree, err := req.tree()
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestCheckerAcceptsTheSDKsOwnSnapshots(t *testing.T) {
	for name, op := range operations {
		if op.output == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			tree := snapshot(t, name)
			if err := conforms(tree, op.output, name); err != nil {
				t.Errorf("the SDK's own snapshot: %v", err)
			}
			for i, structure := range structures(tree, op.output) {
				structure["Planted"] = json.Number("1")
				if conforms(tree, op.output, name) == nil {
					t.Errorf("a key planted into structure %d was not noticed", i)
				}
				delete(structure, "Planted")
			}
		})
	}
}
