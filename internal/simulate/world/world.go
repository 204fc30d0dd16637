// Package world is a simulated AWS organization: who works, what runs, what it publishes, and the truth about its use.
//
// A world is a description, not a process: everything that it answers is a pure function of the description and an
// instant, so that any moment of any simulated day can be looked at, in any order, at no cost in memory.
package world

import (
	"time"

	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	alarms "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// A World is an organization with its price list and the faults that its endpoints inject.
type World struct {
	// At is the instant at which the world is meant to be looked at.
	At       time.Time
	Accounts []*Account
	// Organization is nil where the accounts stand alone.
	Organization *Organization
	Prices       []Price
	Faults       []*Fault
	// MetricLag and LogLag are how long a datapoint or a log event stays invisible. Faults may lengthen them per target.
	MetricLag, LogLag time.Duration
	// Teams is the truth about whose each resource is, by ARN, also where no tag tells. No API shows it.
	Teams map[string]string
}

// An Account is an AWS account with the credentials that open it.
type Account struct {
	ID, Name, Partition string
	// Keys are the credentials that sign for the account; without any, Signers has one.
	Keys []Key
	// Regions is what the account uses. A region that is not here but is enabled answers as empty.
	Regions []*Region
	// EnabledRegions are the regions switched on; empty means every region that any account of the world uses.
	EnabledRegions []string
	// Email, State, Joined and Tags are what the organization knows of the account. State is ACTIVE when empty, else
	// PENDING_ACTIVATION, SUSPENDED, PENDING_CLOSURE or CLOSED.
	Email, State string
	Joined       time.Time
	Tags         map[string]string
	// Roles are those that others may assume.
	Roles []*Role
	// Billing is nil where nothing of it was switched on.
	Billing *Billing
	// Queries are those that Athena knows an answer to.
	Queries []*Query
	// Workgroups are Athena's; without any there is whichever is asked for.
	Workgroups []*Workgroup
	// Tables are those of the Glue catalog.
	Tables []*CatalogTable
}

// A Key is a credential. The simulator checks who signs, not the signature.
type Key struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	// Principal is the caller's ARN, such as arn:aws:iam::111111111111:role/reader.
	Principal string
	Expired   bool
	// Policies are IAM policy documents (JSON). None means that everything is allowed.
	Policies []string
}

// A Region holds one account's resources in one region.
type Region struct {
	Name       string
	Domains    []*Domain
	Endpoints  []*Endpoint
	Configs    []*EndpointConfig
	Models     []*Model
	Components []*Component
	Scalings   []*Scaling
	Alarms     []*Alarm
	// ImageVersions are those of the images among the records.
	ImageVersions []*ImageVersion
	// Records are the resources of every other family, and Histories the jobs of long ago.
	Records   []*Record
	Histories []*History
	Metrics   []*Metric
	Streams   []*Stream
	Buckets   []*Bucket
	KMSKeys   []*KMSKey
	// Tags are by ARN.
	Tags map[string]map[string]string
}

// Life is when a resource exists, and the truth about its use.
type Life struct {
	Created time.Time
	// Modified is the control plane's stamp; zero means Created.
	Modified time.Time
	// Deleted is when it went, zero while it stands. An app is listed as Deleted for 24 hours after.
	Deleted time.Time
	// Vanishes makes it disappear between being listed and being described.
	Vanishes bool
	// Creator is the ARN of the principal who made it: an IAM user, or a session of a role. Empty leaves no trace.
	Creator string
	// Use is the ground truth: when it was really used. Nil means never.
	Use Activity
}

// At reports whether the resource exists at the instant.
func (l Life) At(t time.Time) bool {
	return !t.Before(l.Created) && (l.Deleted.IsZero() || t.Before(l.Deleted))
}

// An Activity is what happened, and when.
type Activity interface {
	// Count is how much happened in [from, to).
	Count(from, to time.Time) float64
	// Last is the newest instant at or before t at which something happened.
	Last(t time.Time) (time.Time, bool)
}

// A Domain is a Studio domain with its people and what they run.
type Domain struct {
	Life
	ID, Name, AuthMode string
	// HomeEFS is the file system of the people's homes; every domain has one, and without a name it gets one.
	HomeEFS string
	// TagPropagation is ENABLED where what is launched inherits the tags of its user or space, empty for DISABLED.
	TagPropagation string
	// UserSettings and SpaceSettings are what users and spaces have that say nothing else, Settings the domain's own. Nil is none.
	UserSettings  *types.UserSettings
	SpaceSettings *types.DefaultSpaceSettings
	Settings      *types.DomainSettings
	Users         []*User
	Spaces        []*Space
	Apps          []*App
}

// A User is a user profile.
type User struct {
	Life
	Name string
	// SSOUser is who signs in through IAM Identity Center, empty in a domain of IAM users.
	SSOUser string
	// Settings go before the domain's; nil is none.
	Settings *types.UserSettings
}

// A Space is a Studio space.
type Space struct {
	Life
	Name, Owner, AppType, Sharing string
	// DisplayName is what people see, empty for the name.
	DisplayName string
	VolumeGB    int32
	// Settings go before the user's and the domain's; nil is none. The app type and the volume are those above.
	Settings *types.SpaceSettings
}

// An App is a Studio app of a user profile or of a space: exactly one of User and Space is set.
type App struct {
	Life
	User, Space, Type, Name, InstanceType, Status string
	// Spec is the image and the lifecycle script that it runs; nil is the usual one. The instance type is the one above.
	Spec *types.ResourceSpec
	// LifecycleConfig is the ARN of the script that SageMaker itself runs in it, empty for none.
	LifecycleConfig string
	// LastUserActivity and LastHealthCheck override what DescribeApp says; zero means the contaminated default: both are the instant asked for.
	LastUserActivity, LastHealthCheck time.Time
	// Relaunches are when it was created again under its name, as Canvas is by itself.
	Relaunches []time.Time
}

// A Variant is a production or shadow variant: its configuration and what runs now.
type Variant struct {
	Name, Model, InstanceType string
	Count                     int32
	// Desired is how many instances it is to have, where that is not Count. Weight is its share of the traffic, nil for 1.
	Desired *int32
	Weight  *float32
	// MemoryMB is set for a serverless variant; Provisioned is its provisioned concurrency.
	MemoryMB, MaxConcurrency, Provisioned int32
	// Scaling is managed instance scaling: both zero means none.
	MinScale, MaxScale int32
}

// An EndpointConfig is what an endpoint was made from.
type EndpointConfig struct {
	Life
	Name             string
	Variants, Shadow []Variant
	Async            bool
	// Output is what is described of it besides its name, ARN and creation; nil is what follows from the above.
	Output *sagemaker.DescribeEndpointConfigOutput
}

// An Endpoint is a hosted model. Its current counts are in Variants; its instance types are in its configuration.
type Endpoint struct {
	Life
	Name, Config, Status string
	FailureReason        string
	Variants, Shadow     []Variant
	Async                bool
	// Deployment is how it was last deployed, where a call said so.
	Deployment *types.DeploymentConfig
	// Pending is a deployment under way.
	Pending *EndpointConfig
}

// A Model is a model with its containers.
type Model struct {
	Life
	Name string
	// Containers are the container host names; more than one makes a multi-container model.
	Containers []string
	// MultiModel is container mode MultiModel.
	MultiModel bool
	// Output is what is described of it besides its name, ARN and creation; nil is what follows from the above.
	Output *sagemaker.DescribeModelOutput
}

// A Component is an inference component on an endpoint's variant.
type Component struct {
	Life
	Name, Endpoint, Variant, Status string
	// Base is the component whose copies an adapter runs on, empty for one that has a model of its own.
	Base   string
	Copies int32
	// Desired is how many copies it is to have, where that is not Copies.
	Desired *int32
	// Output is what is described of it besides what moves; nil is what follows from the above.
	Output *sagemaker.DescribeInferenceComponentOutput
}

// A Scaling is a target of Application Auto Scaling with its policies and scheduled actions.
type Scaling struct {
	Life
	Target    scaling.ScalableTarget
	Policies  []scaling.ScalingPolicy
	Schedules []scaling.ScheduledAction
}

// An Alarm is a CloudWatch alarm.
type Alarm struct {
	Life
	Alarm alarms.MetricAlarm
}

// A Metric is one CloudWatch series.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
	// Unit is the unit that the data was published with, empty for None.
	Unit    string
	Pattern Pattern
}

// A Pattern yields a metric's statistics.
type Pattern interface {
	// Stat sums up the samples in [from, to). A zero Count means that there is no datapoint.
	Stat(from, to time.Time) Stat
}

// A Stat is the statistic set of a period.
type Stat struct{ Count, Sum, Min, Max float64 }

// A Stream is a CloudWatch log stream.
type Stream struct {
	Group, Name string
	Created     time.Time
	// Events are the log events; nil means a stream without any.
	Events Activity
}

// A Price is one product of the price list with its on-demand rate.
type Price struct {
	SKU, Family string
	Attributes  map[string]string
	// USD is a decimal, as the price list writes it; Unit is its unit, such as Hrs.
	USD, Unit string
	// Then is the price past the first hundred units, empty where the price does not depend on the volume.
	Then string
}

// A Fault makes calls go wrong.
type Fault struct {
	// Account, Region and Operation ("sagemaker:ListApps", with * as in IAM) choose the calls; empty matches all.
	Account, Region, Operation string
	// Error is the error code to answer, such as ThrottlingException or AccessDeniedException. Status is its HTTP status.
	Error   string
	Status  int
	Message string
	// Every makes each nth matching call fail; 0 and 1 mean each. After skips that many calls first; Times bounds the failures.
	Every, After, Times int
	// Latency delays the answer.
	Latency time.Duration
	// StatusCode forces GetMetricData results to PartialData, InternalError or Forbidden.
	StatusCode string
	// Metric limits StatusCode to a metric name.
	Metric string
	// Lag lengthens the metric or log lag.
	Lag time.Duration
	// Body answers a raw body in place of the real one: HTML from a proxy, truncated JSON.
	Body string
}
