package server

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// TestEveryCreationNamesItsResource: of each family the event of its creation tells what was made, whatever else the answer names.
func TestEveryCreationNamesItsResource(t *testing.T) {
	for _, k := range kinds.All() {
		f := k.Family()
		if f.CreatedBy == "" {
			continue
		}
		arn := "arn:aws-us-gov:sagemaker:us-gov-west-1:111111111111:" + f.ARNType + "/one/two"
		made, err := created(trail{Name: f.CreatedBy, Made: map[string]any{"thisArn": arn, "count": 3.0, "roleArn": "arn:aws:iam::111111111111:role/" + f.ARNType,
			"otherArn": "arn:aws:sagemaker:us-east-1:111111111111:" + f.ARNType + "-of-another-sort/x", "url": "https://example.com"}})
		want := ledger.Subject{ARN: arn, Kind: f.Name, Name: "two", Target: estate.Target{Partition: "aws-us-gov", Account: "111111111111", Region: "us-gov-west-1"}}
		if err != nil || !slices.Contains(made, want) {
			t.Errorf("%s: %+v, %v", f.CreatedBy, made, err)
		}
	}
	for _, name := range []string{"CreateApp", "CreateEndpoint", "CreateNotebookInstance", "CreateCluster"} {
		if !slices.Contains(CreateEvents(), name) {
			t.Errorf("%s is not among %v", name, CreateEvents())
		}
	}
}

// TestLooksAtCreationsCountAsOneRun: whoever makes many things at once has the caps of one run.
func TestLooksAtCreationsCountAsOneRun(t *testing.T) {
	n := newNode(t, "a", memory(t), always)
	var bench *Bench
	n.Open = func(ctx context.Context, o Order) (*Bench, error) {
		var err error
		bench, err = n.open(ctx, o)
		bench.Site = func(estate.Target) (remediate.Site, error) { return nil, errors.New("not reached") }
		return bench, err
	}
	err := n.Created(t.Context(), []ledger.Subject{{ARN: "arn:aws:sagemaker:us-east-1:111111111111:endpoint/big", Kind: "endpoint"}})
	if err == nil || bench.Stretch != time.Hour {
		t.Errorf("%v, within %s", err, bench.Stretch)
	}
}
