package scenario

// A Metric is a CloudWatch series with exactly one pattern: samples, gauge, elapsed, backlog, points or silent.
type Metric struct {
	// Namespace is the metric's namespace, such as AWS/SageMaker.
	Namespace string `yaml:"namespace" jsonschema:"required"`
	// Name is the metric's name, such as Invocations.
	Name string `yaml:"name" jsonschema:"required"`
	// Dimensions name the series.
	Dimensions map[string]string `yaml:"dimensions"`
	// Unit is what the data is published with; None when left out.
	Unit string `yaml:"unit"`
	// Samples publishes one sample for each event, and nothing when nothing happens.
	Samples *Samples `yaml:"samples"`
	// Gauge publishes the same value each minute.
	Gauge *Gauge `yaml:"gauge"`
	// Elapsed publishes the seconds since the last use.
	Elapsed *Elapsed `yaml:"elapsed"`
	// Backlog publishes how many requests came in lately, zeros too.
	Backlog *Backlog `yaml:"backlog"`
	// Points are samples written down one by one.
	Points []Point `yaml:"points"`
	// Silent publishes nothing.
	Silent bool `yaml:"silent"`
}

// Samples publishes one sample for each event of an activity.
type Samples struct {
	// Of is the activity.
	Of *Activity `yaml:"of" jsonschema:"required"`
	// Value is the value of each sample; one when left out.
	Value *float64 `yaml:"value"`
}

// A Sampling is when a series publishes.
type Sampling struct {
	// From is when it begins; 30 days before at when left out.
	From Instant `yaml:"from"`
	// To is when it ends; never when left out.
	To Instant `yaml:"to"`
	// Every is the sampling period; a minute when left out.
	Every Span `yaml:"every"`
}

// A Gauge publishes the same value while something is alive.
type Gauge struct {
	Sampling `yaml:",inline"`
	// Value is the value.
	Value float64 `yaml:"value"`
	// Each is how many samples are published at a time, such as one per instance; one when left out.
	Each int `yaml:"each"`
}

// Elapsed publishes the seconds since the last use.
type Elapsed struct {
	Sampling `yaml:",inline"`
	// Of is the activity.
	Of *Activity `yaml:"of" jsonschema:"required"`
}

// A Backlog publishes how many requests are queued or being worked on.
type Backlog struct {
	Sampling `yaml:",inline"`
	// Of is when requests come in.
	Of *Activity `yaml:"of" jsonschema:"required"`
	// Takes is how long a request stays; five minutes when left out.
	Takes Span `yaml:"takes"`
}

// A Point is one sample.
type Point struct {
	// At is its time.
	At Instant `yaml:"at" jsonschema:"required"`
	// Value is its value.
	Value float64 `yaml:"value"`
}

// A Stream is a CloudWatch log stream.
type Stream struct {
	// Group is the log group; /aws/sagemaker/studio when left out.
	Group string `yaml:"group"`
	// Name is the stream's name, such as d-awkward/anna/KernelGateway/app-1.
	Name string `yaml:"name" jsonschema:"required"`
	// Created is 30 days before at when left out.
	Created Instant `yaml:"created"`
	// Events is when something was written; a stream without any when left out.
	Events *Activity `yaml:"events"`
}
