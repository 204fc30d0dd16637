package organization

import "time"

// A sort is a sort of endpoint.
type sort struct {
	name string
	// stage ends the endpoint's name.
	stage string
	// weight is its share among the endpoints beyond the first of each sort; zero for what is rare.
	weight int
	// status is InService when empty; failure is the reason for it.
	status, failure string
	// age is how long before At it was created, zero for long ago; changed when it was changed last, zero for never.
	age, changed span
	variants     []variantPlan
	shadow       []variantPlan
	async        bool
	// stay is how long an asynchronous request takes.
	stay       time.Duration
	containers []string
	multiModel bool
	// pending is a deployment under way of the same variants on other machines.
	pending []string
	// orphaned lacks its configuration, which was deleted under it.
	orphaned bool
	vanishes bool
}

// A span is a range to choose a duration from.
type span struct{ low, high time.Duration }

// A variantPlan is a variant of a sort of endpoint.
type variantPlan struct {
	name     string
	machines []string
	// count is the most instances it has; zero is scaled to zero.
	count int32
	calls caller
	// memory makes it serverless, with provisioned concurrency or without.
	memory, provisioned int32
	// components run on it instead of a model of its own, unless nil; managed scaling may take it to zero.
	components []componentPlan
}

// A componentPlan is an inference component on a variant.
type componentPlan struct {
	stage  string
	copies int32
	calls  caller
}

var (
	modest = []string{"ml.t2.medium", "ml.m5.large", "ml.c5.large", "ml.c5.xlarge"}
	solid  = []string{"ml.m5.xlarge", "ml.c5.2xlarge", "ml.c6i.2xlarge", "ml.m6i.2xlarge", "ml.g4dn.xlarge"}
	strong = []string{"ml.g5.xlarge", "ml.g5.2xlarge", "ml.g4dn.2xlarge", "ml.g6.2xlarge", "ml.inf2.xlarge"}
	heavy  = []string{"ml.g5.12xlarge", "ml.g6.12xlarge", "ml.g4dn.12xlarge"}
)

// only is the variant of an endpoint that has one.
func only(machines []string, count int32, calls caller) []variantPlan {
	return []variantPlan{{name: "AllTraffic", machines: machines, count: count, calls: calls}}
}

var (
	young   = span{45 * time.Minute, 20 * time.Hour}
	justNow = span{2 * time.Minute, 15 * time.Minute}
	lately  = span{3 * time.Hour, 30 * time.Hour}
	weeks   = span{15 * day, 70 * day}
)

var sorts = []sort{
	{name: "used daily", stage: "prod", weight: 24, variants: only(solid, 8, customers)},
	{name: "used daily on accelerators", stage: "prod", weight: 10, variants: only(strong, 6, customers)},
	{name: "large", stage: "llm", weight: 2, variants: only(heavy, 2, customers)},
	{name: "nightly batch", stage: "nightly", weight: 4, variants: only(solid, 2, nightly)},
	{name: "weekly batch", stage: "weekly", weight: 2, variants: only(solid, 1, weekly)},
	{name: "monthly batch", stage: "monthly", weight: 1, variants: only(modest, 1, monthly)},
	{name: "never called", stage: "poc", weight: 3, age: weeks, variants: only(solid, 1, nobody)},
	{name: "never called on accelerators", stage: "demo", weight: 1, variants: only(strong, 1, nobody)},
	{name: "long idle", stage: "v1", weight: 6, variants: only(solid, 3, gone)},
	{name: "long idle on accelerators", stage: "pilot", weight: 3, variants: only(strong, 2, gone)},
	{name: "falling idle", stage: "v2", weight: 3, variants: only(solid, 2, going)},
	{name: "fresh", stage: "new", age: young, variants: only(solid, 1, nobody)},
	{name: "just updated", stage: "staging", changed: lately, variants: only(solid, 1, nobody)},
	{name: "creating", stage: "next", status: "Creating", age: justNow, variants: only(modest, 0, nobody)},
	{name: "updating", stage: "blue", status: "Updating", changed: justNow, variants: only(solid, 1, customers)},
	{name: "failed", stage: "trial", status: "Failed", failure: "The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.",
		age: weeks, variants: only(strong, 0, nobody)},
	{name: "pending deployment", stage: "green", status: "Updating", changed: justNow, pending: strong, variants: only(solid, 2, customers)},
	{name: "configuration deleted", stage: "old", orphaned: true, variants: only(modest, 1, gone)},
	{name: "vanishing", stage: "tmp", vanishes: true, age: weeks, variants: only(modest, 1, nobody)},

	{name: "A/B test", stage: "ab", weight: 2, variants: []variantPlan{{name: "champion", machines: solid, count: 2, calls: customers}, {name: "challenger", machines: solid, count: 2, calls: customers}}},
	{name: "A/B test with a dead variant", stage: "abtest", weight: 1, variants: []variantPlan{{name: "champion", machines: solid, count: 2, calls: customers}, {name: "challenger", machines: strong, count: 1, calls: gone}}},
	{name: "A/B test never begun", stage: "variants", variants: []variantPlan{{name: "control", machines: solid, count: 1, calls: customers}, {name: "treatment", machines: solid, count: 1, calls: nobody}}},
	{name: "shadow", stage: "canary", weight: 1, variants: only(solid, 2, customers), shadow: []variantPlan{{name: "shadow", machines: solid, count: 1, calls: mirror}}},
	{name: "shadow traffic alone", stage: "shadowed", variants: only(solid, 1, nobody), shadow: []variantPlan{{name: "shadow", machines: solid, count: 1, calls: replay}}},
	{name: "warmed", stage: "standby", weight: 1, variants: only(solid, 1, warmer)},
	{name: "errors only", stage: "legacy", variants: only(modest, 1, monitor)},

	{name: "async", stage: "async", weight: 2, async: true, stay: 4 * time.Minute, variants: only(strong, 1, customers)},
	{name: "async, seen by its backlog alone", stage: "jobs", async: true, stay: 50 * time.Minute, variants: only(strong, 1, backlogged)},
	{name: "async, drained", stage: "queue", weight: 1, async: true, stay: 6 * time.Minute, variants: only(strong, 1, gone)},
	{name: "async, never called", stage: "async-poc", async: true, stay: 6 * time.Minute, variants: only(solid, 1, nobody)},
	{name: "async at zero", stage: "ondemand", async: true, stay: 6 * time.Minute, variants: only(strong, 0, longGone)},

	{name: "serverless", stage: "lite", weight: 2, variants: []variantPlan{{name: "AllTraffic", memory: 2048, calls: customers}}},
	{name: "serverless, never called", stage: "lite-poc", weight: 1, variants: []variantPlan{{name: "AllTraffic", memory: 3072, calls: nobody}}},
	{name: "serverless, provisioned", stage: "burst", weight: 1, variants: []variantPlan{{name: "AllTraffic", memory: 4096, provisioned: 4, calls: customers}}},
	{name: "serverless, provisioned for nobody", stage: "burst-v1", variants: []variantPlan{{name: "AllTraffic", memory: 6144, provisioned: 10, calls: gone}}},

	{name: "multi-model", stage: "tenants", weight: 1, multiModel: true, variants: only(solid, 2, customers)},
	{name: "multi-container", stage: "pipeline", containers: []string{"ranker", "featurizer"}, variants: only(solid, 1, direct)},

	{name: "components, one busy", stage: "hub", weight: 1, variants: []variantPlan{{name: "AllTraffic", machines: heavy[:1], count: 1, components: []componentPlan{
		{"chat", 2, customers}, {"summarize", 1, gone}, {"embed", 1, nobody}}}}},
	{name: "components, all idle", stage: "lab", variants: []variantPlan{{name: "AllTraffic", machines: strong[:2], count: 1, components: []componentPlan{
		{"draft", 1, gone}, {"classify", 1, nobody}}}}},
	{name: "components at zero", stage: "elastic", variants: []variantPlan{{name: "AllTraffic", machines: strong, components: []componentPlan{
		{"answer", 0, longGone}}}}},
	{name: "components, none placed", stage: "empty", variants: []variantPlan{{name: "AllTraffic", machines: strong, count: 1, components: []componentPlan{}}}},
}
