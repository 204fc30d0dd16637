package scenario

// An Endpoint is a hosted model.
type Endpoint struct {
	Life `yaml:",inline"`
	// Name is the endpoint's name.
	Name string `yaml:"name" jsonschema:"required"`
	// Config names its configuration; without it the endpoint gets its own.
	Config string `yaml:"config"`
	// Status is InService when left out.
	Status string `yaml:"status" jsonschema:"enum=OutOfService,enum=Creating,enum=Updating,enum=SystemUpdating,enum=RollingBack,enum=InService,enum=Deleting,enum=Failed,enum=UpdateRollbackFailed"`
	// FailureReason is why it failed.
	FailureReason string `yaml:"failureReason"`
	// Variants are the production variants; those of the configuration when left out.
	Variants []Variant `yaml:"variants"`
	// Shadow are the variants to which the production traffic is mirrored.
	Shadow []Variant `yaml:"shadow"`
	// Async makes it asynchronous.
	Async bool `yaml:"async"`
	// Pending are the variants of a deployment under way.
	Pending []Variant `yaml:"pending"`
	// Use is the truth: when somebody really needs it.
	Use *Activity `yaml:"use"`
	// Calls are the requests that come in, to each variant that says nothing else; the use when left out.
	Calls *Activity `yaml:"calls"`
	// Errors is the share of the calls that fails with a 4xx status, 0 to 1.
	Errors float64 `yaml:"errors"`
	// Takes is how long an asynchronous request stays in the backlog; five minutes when left out.
	Takes Span `yaml:"takes"`
	// Metrics switches the derived series off.
	Metrics string `yaml:"metrics" jsonschema:"enum=none"`
}

// A Variant is a production or shadow variant.
type Variant struct {
	// Name is the variant's name; AllTraffic when left out.
	Name string `yaml:"name"`
	// Model is the model's name; the variant gets its own when left out.
	Model string `yaml:"model"`
	// InstanceType is ml.m5.xlarge when left out, and none for a serverless variant.
	InstanceType string `yaml:"instanceType"`
	// Count is how many instances it has now; one when left out.
	Count *int32 `yaml:"count"`
	// MemoryMB makes it serverless.
	MemoryMB int32 `yaml:"memoryMB"`
	// MaxConcurrency is how many calls a serverless variant answers at once.
	MaxConcurrency int32 `yaml:"maxConcurrency"`
	// Provisioned is the provisioned concurrency of a serverless variant.
	Provisioned int32 `yaml:"provisioned"`
	// MinScale is the least number of instances under managed instance scaling.
	MinScale int32 `yaml:"minScale"`
	// MaxScale is the greatest number of instances under managed instance scaling.
	MaxScale int32 `yaml:"maxScale"`
	// Calls are the requests that come in; those of the endpoint when left out.
	Calls *Activity `yaml:"calls"`
	// Container is the container that calls name, on a multi-container endpoint with direct invocation.
	Container string `yaml:"container"`
}

// A Config is an endpoint configuration.
type Config struct {
	Life `yaml:",inline"`
	// Name is the configuration's name.
	Name string `yaml:"name" jsonschema:"required"`
	// Variants are the production variants.
	Variants []Variant `yaml:"variants"`
	// Shadow are the shadow variants.
	Shadow []Variant `yaml:"shadow"`
	// Async makes its endpoints asynchronous.
	Async bool `yaml:"async"`
}

// A Model is a model with its containers.
type Model struct {
	Life `yaml:",inline"`
	// Name is the model's name.
	Name string `yaml:"name" jsonschema:"required"`
	// Containers are the container host names; more than one makes a multi-container model.
	Containers []string `yaml:"containers"`
	// MultiModel makes it a multi-model container.
	MultiModel bool `yaml:"multiModel"`
}

// A Component is an inference component.
type Component struct {
	Life `yaml:",inline"`
	// Name is the component's name.
	Name string `yaml:"name" jsonschema:"required"`
	// Endpoint is the endpoint that it runs on.
	Endpoint string `yaml:"endpoint" jsonschema:"required"`
	// Variant is the endpoint's first variant when left out.
	Variant string `yaml:"variant"`
	// Status is InService when left out.
	Status string `yaml:"status" jsonschema:"enum=InService,enum=Creating,enum=Updating,enum=Failed,enum=Deleting"`
	// Copies is how many copies run; one when left out.
	Copies *int32 `yaml:"copies"`
	// Use is the truth: when somebody really needs it.
	Use *Activity `yaml:"use"`
	// Calls are the requests that come in; the use when left out.
	Calls *Activity `yaml:"calls"`
	// Errors is the share of the calls that fails with a 4xx status, 0 to 1.
	Errors float64 `yaml:"errors"`
	// Metrics switches the derived series off.
	Metrics string `yaml:"metrics" jsonschema:"enum=none"`
}
