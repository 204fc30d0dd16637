package kinds

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() { register(mlflow{}) }

// mlflow is the family of MLflow tracking servers, which bill by size for as long as they run. What they hold is in a bucket of
// the account; how much their own database stores, which bills a little, the API does not tell.
type mlflow struct{}

var mlflowLook = looks((*sagemaker.Client).DescribeMlflowTrackingServer)

// Statuses of tracking servers: of those that run, whose names tell how they came to, of those that do not, of those of which nobody knows,
// and of those on their way.
var (
	serversOn    = []string{"Created", "Started", "Updated", "MaintenanceComplete"}
	serversOff   = []string{"Stopped", "CreateFailed", "StartFailed"}
	serversVague = []string{"StopFailed", "UpdateFailed", "MaintenanceFailed", "DeleteFailed"}
	serversMove  = []string{"Creating", "Starting", "Stopping", "Updating", "MaintenanceInProgress"}
)

var (
	stopServer = deed{look: mlflowLook, call: on((*sagemaker.Client).StopMlflowTrackingServer),
		from: append([]string{"StopFailed"}, serversOn...), while: serversMove, over: append([]string{"Deleting"}, serversOff...), ends: true}
	startServer = deed{look: mlflowLook, call: on((*sagemaker.Client).StartMlflowTrackingServer),
		from: []string{"Stopped", "StartFailed"}, while: serversMove, over: serversOn}
	deleteServer = deed{look: mlflowLook, call: on((*sagemaker.Client).DeleteMlflowTrackingServer),
		from: slices.Concat(serversOn, serversOff, serversVague), while: append([]string{"Deleting"}, serversMove...), ends: true,
		data: holds("the experiments and runs in its database"), tagged: true}
	createServer = recreation[sagemaker.DescribeMlflowTrackingServerOutput, sagemaker.CreateMlflowTrackingServerInput]{look: mlflowLook,
		create: creates((*sagemaker.Client).CreateMlflowTrackingServer), while: append([]string{"Deleting"}, serversMove...), rest: stopServer,
		rested: func(was *sagemaker.DescribeMlflowTrackingServerOutput) bool {
			return was.TrackingServerStatus == types.TrackingServerStatusStopped
		}}
)

var mlflowFamily = Family{
	Name: "mlflow-tracking-server", ARNType: "mlflow-tracking-server", IdleFor: 7 * 24 * time.Hour,
	Summary: "MLflow tracking servers",
	Reads: []Operation{
		{"sagemaker:ListMlflowTrackingServers", "every MLflow tracking server"},
		{"sagemaker:DescribeMlflowTrackingServer", "an MLflow tracking server's size, and with it its price"},
	},
	CreatedBy: "CreateMlflowTrackingServer",
	Look:      mlflowLook,
	Actions: []Action{
		stopServer.action("stop", "").undone("start it again", startServer),
		startServer.action("start", "").undone("stop it again", stopServer),
		createServer.undoes(deleteServer.action("delete", "the experiments and runs in the server's database; the artifacts stay in their bucket")),
	},
}

func (mlflow) Family() *Family { return &mlflowFamily }

func (k mlflow) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	return list(ctx, s, "sagemaker:ListMlflowTrackingServers",
		sagemaker.NewListMlflowTrackingServersPaginator(s.SageMaker(), &sagemaker.ListMlflowTrackingServersInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListMlflowTrackingServersOutput) []types.TrackingServerSummary {
			return o.TrackingServerSummaries
		},
		func(ctx context.Context, sum types.TrackingServerSummary) {
			r := estate.Resource{
				ARN: aws.ToString(sum.TrackingServerArn), Kind: mlflowFamily.Name, Target: s.Target(), Name: aws.ToString(sum.TrackingServerName),
				Status: string(sum.TrackingServerStatus), Created: aws.ToTime(sum.CreationTime).UTC(), Modified: aws.ToTime(sum.LastModifiedTime).UTC(),
				Attributes: attributes("isActive", string(sum.IsActive), "mlflowVersion", aws.ToString(sum.MlflowVersion)),
			}
			if !s.wants(&mlflowFamily, r.ARN, r.Name) {
				return
			}
			if o, ok := k.describe(ctx, s, r); ok {
				yield(o)
			}
		})
}

// describe asks for the size, which the listing does not tell.
func (mlflow) describe(ctx context.Context, s *Scope, r estate.Resource) (estate.Observation, bool) {
	o := estate.Observation{Resource: r}
	if serverOff(r.Status) {
		return o, true // it bills nothing, whatever its size
	}
	const op = "sagemaker:DescribeMlflowTrackingServer"
	d, gone, err := Describe(ctx, s, op, func(ctx context.Context) (*sagemaker.DescribeMlflowTrackingServerOutput, error) {
		return s.SageMaker().DescribeMlflowTrackingServer(ctx, &sagemaker.DescribeMlflowTrackingServerInput{TrackingServerName: &r.Name})
	}, func(o *sagemaker.DescribeMlflowTrackingServerOutput) bool {
		return o.TrackingServerName != nil && o.TrackingServerSize != ""
	})
	m := estate.Meter{Component: pricing.ComponentMLflowServer, Count: 1}
	switch {
	case gone:
		return o, false
	case err != nil:
		o.Signals = append(o.Signals, brokenSignal(signalDescription, "", op, err))
		m.Rate.Why = op + " was not answered, so that its size is not known"
	default:
		o.Resource.Status, o.Resource.Type = string(d.TrackingServerStatus), string(d.TrackingServerSize)
		o.Resource.Attributes = attributes("isActive", string(d.IsActive), "mlflowVersion", aws.ToString(d.MlflowVersion),
			"trackingServerSize", string(d.TrackingServerSize), "artifactStoreUri", aws.ToString(d.ArtifactStoreUri), "roleArn", aws.ToString(d.RoleArn))
		if by := d.CreatedBy; by != nil && by.UserProfileName != nil {
			o.Resource.Attributes["createdBy"] = *by.UserProfileName
		}
		m.InstanceType = string(d.TrackingServerSize)
		if !serverOn(o.Resource.Status) {
			m.Rate.Why = undocumented(o.Resource.Status)
		}
	}
	if !serverOff(o.Resource.Status) {
		o.Resource.Meters = []estate.Meter{m}
	}
	return o, true
}

// serverOff reports whether a tracking server of the status does not run.
func serverOff(status string) bool {
	return slices.Contains(serversOff, status)
}

// serverOn reports whether a tracking server of the status runs.
func serverOn(status string) bool {
	return slices.Contains(serversOn, status)
}

// Judge never takes IsActive for use: the API does not say what it means, and it goes with the status, as whether the server runs.
func (mlflow) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	changed := later(r.Created, r.Modified)
	switch types.TrackingServerStatus(r.Status) {
	case types.TrackingServerStatusCreateFailed, types.TrackingServerStatusUpdateFailed, types.TrackingServerStatusStartFailed,
		types.TrackingServerStatusStopFailed, types.TrackingServerStatusDeleteFailed, types.TrackingServerStatusMaintenanceFailed:
		return broken("mlflow/broken", r.Status, "", changed)
	case types.TrackingServerStatusStopped:
		return estate.Verdict{State: estate.Unknown, Rule: "mlflow/stopped", Why: "it is stopped, so that its size bills nothing"}
	}
	switch s, unread := sigs.Find(signalDescription, ""); {
	case !serverOn(r.Status):
		return inTransit("mlflow/changing", r.Status, changed, c)
	case unread:
		return unreadable("mlflow/unreadable", s)
	}
	return estate.Verdict{State: estate.Unknown, Rule: "mlflow/no-signal", Why: "it runs, and SageMaker publishes no metric of its use",
		Remedy: "ask who logs to it; stopped, it keeps what it holds and can be started again"}
}
