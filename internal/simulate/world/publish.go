package world

import (
	"maps"
	"time"
)

// The names under which use is published.
const (
	StudioLogGroup     = "/aws/sagemaker/studio"
	HeartbeatNamespace = "Sagewarden/Studio"
	HeartbeatMetric    = "SecondsSinceLastUse"

	canvasNamespace     = "/aws/sagemaker/Canvas/AppActivity"
	invocationNamespace = "AWS/SageMaker"
	instanceNamespace   = "/aws/sagemaker/Endpoints"
	componentNamespace  = "/aws/sagemaker/InferenceComponents"
)

// warmUp is how long after its creation an instance publishes its first utilisation.
const warmUp = 5 * time.Minute

// use is the life's activity while the resource exists; never nil.
func (l Life) use() Activity {
	if l.Use == nil {
		return Never{}
	}
	if l.Deleted.IsZero() {
		return l.Use
	}
	return Until(l.Use, l.Deleted)
}

// Stream is the log stream that the app writes as Studio names it. Events may be nil for a stream without any.
func (a *App) Stream(domainID string, events Activity) *Stream {
	return &Stream{Group: StudioLogGroup, Name: domainID + "/" + a.Owner() + "/" + a.Type + "/" + a.Name, Created: a.Created, Events: events}
}

// Log is what the app writes to its stream if nothing else is known. A KernelGateway app writes when it starts and while it is used; any
// other app writes all the time that it runs, whatever the use.
func (a *App) Log() Activity {
	if a.Type == "KernelGateway" {
		return Union{NewInstants(a.Created), a.use()}
	}
	return Every{Period: time.Minute, From: a.Created, To: a.Deleted}
}

// Heartbeat is the series that an agent in the app publishes until the instant; zero means as long as the app lives.
func (a *App) Heartbeat(domainID string, until time.Time) *Metric {
	dims := map[string]string{"DomainId": domainID, "AppType": a.Type, "AppName": a.Name}
	if a.User != "" {
		dims["UserProfileName"] = a.User
	} else {
		dims["SpaceName"] = a.Space
	}
	if until.IsZero() {
		until = a.Deleted
	}
	return &Metric{Namespace: HeartbeatNamespace, Name: HeartbeatMetric, Unit: "Seconds", Dimensions: dims,
		Pattern: Elapsed{Of: a.use(), From: a.Created, To: until}}
}

// CanvasActivity is the series that a Canvas app publishes.
func (a *App) CanvasActivity(domainID string) *Metric {
	return &Metric{Namespace: canvasNamespace, Name: "TimeSinceLastActive", Unit: "Seconds",
		Dimensions: map[string]string{"DomainId": domainID, "UserProfileName": a.User},
		Pattern:    Elapsed{Of: a.use(), From: a.Created, To: a.Deleted, Every: 5 * time.Minute}}
}

// Calls are what a variant or an inference component is sent.
type Calls struct {
	// Of is when calls come in. Nil means never.
	Of Activity
	// Errors is the share of them that is answered with a 4xx status, 0 to 1.
	Errors float64
	// Container is the container that they name, on a multi-container endpoint with direct invocation.
	Container string
}

// VariantMetrics are the series that a variant publishes: none for calls that did not come, and no utilisation where there is no instance.
func (e *Endpoint) VariantMetrics(v Variant, calls Calls) []*Metric {
	dims := map[string]string{"EndpointName": e.Name, "VariantName": v.Name}
	var ms []*Metric
	if v.MemoryMB == 0 && v.Count > 0 && e.serves() {
		ms = append(ms, &Metric{Namespace: instanceNamespace, Name: "CPUUtilization", Unit: "Percent", Dimensions: dims,
			Pattern: Gauge{From: e.Created.Add(warmUp), To: e.Deleted, Value: 2.5, Each: int(v.Count)}})
	}
	if calls.Of == nil {
		return ms
	}
	if e.Async {
		return append(ms,
			&Metric{Namespace: invocationNamespace, Name: "InvocationsProcessed", Dimensions: dims, Pattern: Samples{calls.Of, 1}})
	}
	if calls.Container != "" {
		dims = maps.Clone(dims)
		dims["ContainerName"] = calls.Container
	}
	return append(ms, calls.metrics(dims)...)
}

// Backlog is the series that an asynchronous endpoint publishes for the requests sent to it. Stay is how long each takes;
// the series is sampled often enough to meet each request, and no more often than that, for a hundred days are asked for at a time.
func (e *Endpoint) Backlog(requests Activity, stay time.Duration) *Metric {
	if requests == nil {
		requests = Never{}
	}
	return &Metric{Namespace: invocationNamespace, Name: "ApproximateBacklogSize", Dimensions: map[string]string{"EndpointName": e.Name},
		Pattern: Backlog{Of: requests, Stay: stay, From: e.Created, To: e.Deleted, Every: max(time.Minute, min(stay/2, 15*time.Minute))}}
}

// Metrics are the series that the inference component publishes.
func (c *Component) Metrics(calls Calls) []*Metric {
	name := map[string]string{"InferenceComponentName": c.Name}
	var ms []*Metric
	if c.Copies > 0 {
		alive := Gauge{From: c.Created.Add(warmUp), To: c.Deleted, Value: 3, Each: int(c.Copies)}
		placed := map[string]string{"EndpointName": c.Endpoint, "VariantName": c.Variant, "InferenceComponentName": c.Name}
		for _, dims := range []map[string]string{name, placed} {
			ms = append(ms, &Metric{Namespace: componentNamespace, Name: "CPUUtilizationNormalized", Unit: "Percent", Dimensions: dims, Pattern: alive})
		}
	}
	if calls.Of == nil {
		return ms
	}
	return append(ms, calls.metrics(name)...)
}

func (c Calls) metrics(dims map[string]string) []*Metric {
	return []*Metric{
		{Namespace: invocationNamespace, Name: "Invocations", Dimensions: dims, Pattern: Samples{c.Of, 1}},
		{Namespace: invocationNamespace, Name: "Invocation4XXErrors", Dimensions: dims, Pattern: Samples{c.Of, c.Errors}},
	}
}

// serves says whether the endpoint has instances that run.
func (e *Endpoint) serves() bool {
	switch e.Status {
	case "Creating", "Failed", "OutOfService":
		return false
	}
	return true
}
