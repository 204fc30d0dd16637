package kinds

import (
	"context"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

var featureGroupLook = looks((*sagemaker.Client).DescribeFeatureGroup)

// The API turns no online store off. What it takes back of a group that stays is its provisioned throughput, which is on demand then.
var scaleFeatures = Action{
	Name: "scale", Operations: []string{featureGroupLook.Operation, throughputOf(nil).operation}, Next: unprovision,
	Undo: "provision its throughput again", UndoOperations: []string{featureGroupLook.Operation, throughputOf(nil).operation}, Back: provision,
	Loses: "for a day, the way back to on demand once it is undone: AWS switches to it once in 24 hours",
}

// throughputOf is the call that sets a group's throughput.
func throughputOf(c *types.ThroughputConfigUpdate) call {
	return callFor((*sagemaker.Client).UpdateFeatureGroup, func(r estate.Resource) *sagemaker.UpdateFeatureGroupInput {
		return &sagemaker.UpdateFeatureGroupInput{FeatureGroupName: &r.Name, ThroughputConfig: c}
	})
}

// throughput is a deed that sets a group's throughput, unless settled says that it is as it should be, or better left.
func throughput(c *types.ThroughputConfigUpdate, settled func(types.ThroughputConfigDescription) Move) deed {
	return deed{look: featureGroupLook, call: throughputOf(c), from: []string{"Created"}, while: []string{"Creating"},
		more: func(s *sight) Move {
			out := s.out.(*sagemaker.DescribeFeatureGroupOutput)
			if out.LastUpdateStatus != nil && out.LastUpdateStatus.Status == types.LastUpdateStatusValueInProgress {
				return wait("it is being updated")
			}
			now := types.ThroughputConfigDescription{ThroughputMode: types.ThroughputModeOnDemand}
			if out.ThroughputConfig != nil {
				now = *out.ThroughputConfig
			}
			return settled(now)
		}}
}

func unprovision(ctx context.Context, h *Hand) (Move, error) {
	if h.Ask.Count > 0 {
		return refuse("its throughput is provisioned by two numbers, for reads and for writes: it can be scaled to zero alone"), nil
	}
	return throughput(&types.ThroughputConfigUpdate{ThroughputMode: types.ThroughputModeOnDemand}, func(now types.ThroughputConfigDescription) Move {
		if now.ThroughputMode != types.ThroughputModeProvisioned {
			return done("its throughput is on demand")
		}
		return Move{}
	}).next(ctx, h)
}

func provision(ctx context.Context, h *Hand, made Made) (Move, error) {
	var d sagemaker.DescribeFeatureGroupOutput
	if _, err := restore(made.Saved, &d); err != nil {
		return Move{}, unread(h, made, err)
	}
	if d.ThroughputConfig == nil {
		return done("it had no throughput provisioned"), nil
	}
	was := *d.ThroughputConfig
	again := &types.ThroughputConfigUpdate{ThroughputMode: was.ThroughputMode,
		ProvisionedReadCapacityUnits: was.ProvisionedReadCapacityUnits, ProvisionedWriteCapacityUnits: was.ProvisionedWriteCapacityUnits}
	return throughput(again, func(now types.ThroughputConfigDescription) Move {
		switch {
		case reflect.DeepEqual(now, was):
			return done("its throughput is provisioned as it was")
		case now.ThroughputMode == types.ThroughputModeProvisioned:
			return refuse("somebody has provisioned it with %d reads and %d writes since",
				aws.ToInt32(now.ProvisionedReadCapacityUnits), aws.ToInt32(now.ProvisionedWriteCapacityUnits))
		}
		return Move{}
	}).back(ctx, h, made)
}

var featureMoves = []string{"Creating", "Deleting"}

var deleteFeatures = recreation[sagemaker.DescribeFeatureGroupOutput, sagemaker.CreateFeatureGroupInput]{look: featureGroupLook, while: featureMoves,
	create: creates((*sagemaker.Client).CreateFeatureGroup),
	fill: func(in *sagemaker.CreateFeatureGroupInput, was *sagemaker.DescribeFeatureGroupOutput) {
		if t := was.ThroughputConfig; t != nil {
			in.ThroughputConfig = &types.ThroughputConfig{ThroughputMode: t.ThroughputMode,
				ProvisionedReadCapacityUnits: t.ProvisionedReadCapacityUnits, ProvisionedWriteCapacityUnits: t.ProvisionedWriteCapacityUnits}
		}
		in.OfflineStoreConfig = sameTable(in.OfflineStoreConfig)
	},
}.undoes(deed{look: featureGroupLook, call: on((*sagemaker.Client).DeleteFeatureGroup), from: []string{"Created", "CreateFailed", "DeleteFailed"}, while: featureMoves, ends: true, tagged: true,
	data: func(s *sight) string {
		if online := s.out.(*sagemaker.DescribeFeatureGroupOutput).OnlineStoreConfig; online == nil || !aws.ToBool(online.EnableOnlineStore) {
			return ""
		}
		return "the records of its online store"
	},
	more: func(s *sight) Move {
		if s.out.(*sagemaker.DescribeFeatureGroupOutput).NextToken != nil {
			return refuse("it has more features than are described at once, so that it could not be made again")
		}
		return Move{}
	},
}.action("delete", "the records of its online store; the offline store stays in its bucket, and a group that is made again writes beside it"))

// sameTable is an offline store with the table that it had: that stays when its group goes. One of Iceberg cannot be given.
func sameTable(c *types.OfflineStoreConfig) *types.OfflineStoreConfig {
	if c == nil {
		return nil
	}
	same := *c
	if c.S3StorageConfig != nil {
		place := *c.S3StorageConfig
		place.ResolvedOutputS3Uri = nil // AWS makes it up
		same.S3StorageConfig = &place
	}
	switch {
	case c.TableFormat == types.TableFormatIceberg:
		same.DataCatalogConfig = nil
	case c.DataCatalogConfig != nil:
		same.DisableGlueTableCreation = aws.Bool(true)
	}
	return &same
}
