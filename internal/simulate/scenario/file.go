package scenario

// A File is a scenario as it is written: an organization that a seed generates, accounts written by hand, or both.
type File struct {
	// At is the instant at which the world is looked at, in RFC 3339. Relative times count from it.
	At Instant `yaml:"at" jsonschema:"required"`
	// MetricLag is how long a CloudWatch datapoint stays invisible.
	MetricLag Span `yaml:"metricLag"`
	// LogLag is how long a log event stays invisible.
	LogLag Span `yaml:"logLag"`
	// Organization is generated from a seed.
	Organization *Organization `yaml:"organization"`
	// Accounts are written by hand.
	Accounts []Account `yaml:"accounts"`
	// Hierarchy arranges the accounts in AWS Organizations; the generated part has its own, which they join.
	Hierarchy *Hierarchy `yaml:"hierarchy"`
	// Prices changes the simulated price list.
	Prices Prices `yaml:"prices"`
	// Faults make calls go wrong. All that fire on a call take part in it; of their errors the first is answered.
	Faults []Fault `yaml:"faults"`
}

// An Organization is the size of the generated part. What is left out has the size of the demo.
type Organization struct {
	// Seed decides about everything that is left to chance.
	Seed uint64 `yaml:"seed"`
	// Accounts is how many AWS accounts there are.
	Accounts int `yaml:"accounts"`
	// Regions are those that every account uses.
	Regions []string `yaml:"regions"`
	// Domains is how many Studio domains there are.
	Domains int `yaml:"domains"`
	// People is how many people have a user profile.
	People int `yaml:"people"`
	// Apps is how many Studio apps there are.
	Apps int `yaml:"apps"`
	// Endpoints is how many endpoints there are.
	Endpoints int `yaml:"endpoints"`
	// VariantsPerEndpoint is the mean number of variants of an endpoint.
	VariantsPerEndpoint int `yaml:"variantsPerEndpoint"`
	// Holdings is how much people have beside apps and endpoints: notebook instances, jobs, clusters, and what else there is.
	Holdings int `yaml:"holdings"`
	// OldJobs is how many jobs are over.
	OldJobs int `yaml:"oldJobs"`
	// Days is how far the history reaches back.
	Days int `yaml:"days"`
}

// An Account is an AWS account with the credentials that open it.
type Account struct {
	// ID is the account's twelve digits.
	ID Text `yaml:"id" jsonschema:"required"`
	// Name is what people call the account.
	Name string `yaml:"name"`
	// Partition is the AWS partition; it follows from the region when left out.
	Partition string `yaml:"partition"`
	// EnabledRegions are the regions switched on; none means every region that any account uses.
	EnabledRegions []string `yaml:"enabledRegions"`
	// Keys are the credentials; without any, the access key AKIASIM followed by the id may do everything.
	Keys []Key `yaml:"keys"`
	// Roles are those that others may assume.
	Roles      []Role `yaml:"roles"`
	Membership `yaml:",inline"`
	// Regions hold the resources.
	Regions []Region `yaml:"regions"`
}

// A Key is a credential.
type Key struct {
	// ID is the access key id.
	ID string `yaml:"id" jsonschema:"required"`
	// Secret is the secret access key. The simulator checks who signs, not the signature.
	Secret string `yaml:"secret"`
	// Token is the session token.
	Token string `yaml:"token"`
	// Principal is the caller's ARN.
	Principal string `yaml:"principal"`
	// Expired makes every call fail as with an expired token.
	Expired bool `yaml:"expired"`
	// Policies are IAM policy documents, as YAML or as JSON text; none means that everything is allowed.
	Policies []Policy `yaml:"policies"`
}

// A Region holds one account's resources in one region.
type Region struct {
	// Name is the region's name, such as us-east-1.
	Name string `yaml:"name" jsonschema:"required"`
	// Domains are the Studio domains.
	Domains []Domain `yaml:"domains"`
	// Endpoints are the hosted models.
	Endpoints []Endpoint `yaml:"endpoints"`
	// Configs are the endpoint configurations; an endpoint written alone gets its own.
	Configs []Config `yaml:"configs"`
	// Models are the models; a variant that names none gets its own.
	Models []Model `yaml:"models"`
	// Components are the inference components.
	Components []Component `yaml:"components"`
	// Records are the resources of every other family.
	Records []Record `yaml:"records"`
	// History is jobs of long ago, more than anyone would write down.
	History []History `yaml:"history"`
	// Metrics are CloudWatch series; one of the same name and dimensions replaces the derived one.
	Metrics []Metric `yaml:"metrics"`
	// Streams are log streams; one of the same group and name replaces the derived one.
	Streams []Stream `yaml:"streams"`
	// Buckets are S3 buckets.
	Buckets []Bucket `yaml:"buckets"`
	// KMSKeys are keys of KMS.
	KMSKeys []KMSKey `yaml:"kmsKeys"`
	// Tags are by ARN, for what has no tags field of its own.
	Tags map[string]map[string]string `yaml:"tags"`
}

// A Life is when a resource exists.
type Life struct {
	// Created is 30 days before at when left out.
	Created Instant `yaml:"created"`
	// Modified is the control plane's stamp, created when left out.
	Modified Instant `yaml:"modified"`
	// Deleted is when it went.
	Deleted Instant `yaml:"deleted"`
	// Vanishes makes it disappear between being listed and being described.
	Vanishes bool `yaml:"vanishes"`
	// Creator is the ARN of who made it, as CloudTrail names them: an IAM user, or a session of a role. Left out, CloudTrail knows nobody.
	Creator string `yaml:"creator"`
	// Tags are the resource's tags.
	Tags map[string]string `yaml:"tags"`
}

// A Fault makes calls go wrong.
type Fault struct {
	// Account is the id or the name of the account; empty matches all.
	Account Text `yaml:"account"`
	// Region is the region; empty matches all.
	Region string `yaml:"region"`
	// Operation is as IAM names it, with * for any characters: sagemaker:List*.
	Operation string `yaml:"operation"`
	// Error is the error code to answer, such as ThrottlingException.
	Error string `yaml:"error"`
	// Status is the HTTP status that goes with it.
	Status int `yaml:"status"`
	// Message is the text that goes with it.
	Message string `yaml:"message"`
	// Every makes each nth matching call fail; left out, each.
	Every int `yaml:"every"`
	// After lets that many calls pass first.
	After int `yaml:"after"`
	// Times bounds the failures.
	Times int `yaml:"times"`
	// Latency delays the answer.
	Latency Span `yaml:"latency"`
	// StatusCode is what GetMetricData says of its results.
	StatusCode string `yaml:"statusCode" jsonschema:"enum=Complete,enum=PartialData,enum=InternalError,enum=Forbidden"`
	// Metric limits statusCode to a metric name.
	Metric string `yaml:"metric"`
	// Lag lengthens the metric or log lag.
	Lag Span `yaml:"lag"`
	// Body is a raw body in place of the real one.
	Body string `yaml:"body"`
}

// Prices changes the simulated price list.
type Prices struct {
	// Override sets prices, adding the products that are missing.
	Override []Price `yaml:"override"`
	// Remove takes products away.
	Remove []Product `yaml:"remove"`
}

// A Product names products of the price list. What is left out matches all.
type Product struct {
	// Region is the region, such as us-east-1.
	Region string `yaml:"region"`
	// Component is the use, as the price list spells it (platoinstancetype), or a usage type without its region: Hosting, Studio:VolumeUsage.gp3.
	Component string `yaml:"component"`
	// InstanceType is the instance type, such as ml.m5.xlarge.
	InstanceType string `yaml:"instanceType"`
}

// A Price is what a product costs.
type Price struct {
	Product `yaml:",inline"`
	// USD is dollars for what the price list sells, an hour or a GB-month, as a decimal.
	USD Text `yaml:"usd" jsonschema:"required"`
}
