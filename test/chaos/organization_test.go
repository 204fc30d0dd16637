package chaos_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const (
	account = "111111111111"
	region  = "eu-west-1"
	bucket  = "sagewarden-state"
	day     = 24 * time.Hour
)

// opening is when the organization is looked at first.
var opening = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

// policies tell by every channel, and change by one call and by a saga of several.
const policies = `policies:
  - name: apps
    kind: studio-app
    when: verdict.idle && verdict.idleFor > duration("2h")
    steps:
      - notify: {to: ana, via: [hook]}
      - after: 1h
        stop: {}
  - name: notebooks
    kind: notebook-instance
    when: verdict.idle && verdict.idleFor > duration("2h")
    steps:
      - notify: {to: ben, via: [mail]}
      - after: 1h
        delete: {data: true}
  - name: endpoints
    kind: endpoint
    when: verdict.idle && verdict.idleFor > duration("7d")
    steps:
      - notify: {to: ana, cc: [ben], via: [hook, mail]}
      - after: 1h
        delete: {}
  - name: models
    kind: model
    when: verdict.idle && resource.tags["seen"] != "yes"
    steps:
      - notify: {to: ben, via: [hook]}
      - tag: {seen: "yes"}
`

// grace is how long before a change by a policy, at the least, whoever is told of it hears of it.
var grace = map[string]time.Duration{"tag": 0, "stop": time.Hour, "delete": time.Hour}

// channels are those by which each policy tells of its first step.
var channels = map[string][]string{"apps": {"hook"}, "notebooks": {"mail"}, "endpoints": {"hook", "mail"}, "models": {"hook"}}

// A draft is a region that fills.
type draft struct {
	*world.Region
	domain *world.Domain
}

// organization is one of a few things that idle, and some that do not.
func organization(draw *rand.Rand) *world.World {
	d := draft{&world.Region{Name: region, Buckets: []*world.Bucket{{Life: since(300), Name: bucket}}},
		&world.Domain{ID: "d-one", Name: "one", AuthMode: "IAM", Life: since(300)}}
	d.Domains = append(d.Domains, d.domain)
	for i := range 2 + draw.IntN(2) {
		d.app(fmt.Sprintf("user-%d", i), idle(draw))
	}
	for i := range 1 + draw.IntN(2) {
		d.notebook(fmt.Sprintf("book-%d", i), idle(draw))
	}
	for i := range 1 + draw.IntN(2) {
		d.endpoint(fmt.Sprintf("model-%d", i), draw.IntN(2) == 0)
	}
	d.Models = append(d.Models, &world.Model{Life: since(60), Name: "spare", Containers: []string{"main"}})
	d.app("user-at-work", busy)
	d.notebook("book-in-use", busy)
	return &world.World{At: opening, Prices: prices.List([]string{region}), Accounts: []*world.Account{{ID: account, Name: "lab", Regions: []*world.Region{d.Region}}}}
}

func since(days int) world.Life { return world.Life{Created: opening.AddDate(0, 0, -days)} }

// busy is use that goes on for longer than anything takes here.
var busy = world.NewSessions(world.Interval{From: opening.Add(-5 * time.Hour), To: opening.Add(100 * day)})

// idle is use that ended hours ago.
func idle(draw *rand.Rand) world.Activity {
	end := opening.Add(-time.Duration(150+draw.IntN(600)) * time.Minute)
	return world.NewSessions(world.Interval{From: end.Add(-time.Hour), To: end})
}

// heard has an agent report the use.
func (d draft) heard(of world.Activity, namespace, metric string, dimensions map[string]string) {
	d.Metrics = append(d.Metrics, &world.Metric{Namespace: namespace, Name: metric, Dimensions: dimensions, Pattern: world.Elapsed{Of: of, From: opening.Add(-19 * day)}})
}

func (d draft) app(user string, use world.Activity) {
	life := since(20)
	life.Use = use
	d.domain.Users = append(d.domain.Users, &world.User{Name: user, Life: since(100)})
	d.domain.Apps = append(d.domain.Apps, &world.App{User: user, Type: "KernelGateway", Name: "kernels", InstanceType: "ml.t3.medium", Status: "InService", Life: life})
	d.heard(use, "Sagewarden/Studio", "SecondsSinceLastUse", map[string]string{"DomainId": d.domain.ID, "AppType": "KernelGateway", "AppName": "kernels", "UserProfileName": user})
}

func (d draft) notebook(name string, use world.Activity) {
	life := since(20)
	life.Use = use
	d.Records = append(d.Records, &world.Record{Life: life, Family: world.NotebookInstance, Name: name,
		Output: &sagemaker.DescribeNotebookInstanceOutput{InstanceType: types.InstanceTypeMlT3Medium, VolumeSizeInGB: aws.Int32(5),
			RoleArn: aws.String("arn:aws:iam::" + account + ":role/notebooks"), PlatformIdentifier: aws.String("notebook-al2023-v1")}})
	d.heard(use, world.HeartbeatNamespace, world.HeartbeatMetric, map[string]string{"NotebookInstanceName": name})
}

// endpoint adds one that nobody has ever called; where it is scaled, the deletion has to come by what scales it first.
func (d draft) endpoint(name string, several bool) {
	variants := []world.Variant{{Name: "main", Model: name, InstanceType: "ml.m5.large", Count: 1}}
	if several {
		variants = append(variants, world.Variant{Name: "other", Model: name, InstanceType: "ml.m5.large", Count: 2})
	}
	e := &world.Endpoint{Life: since(200), Name: name, Config: name, Status: "InService", Variants: variants}
	d.Models = append(d.Models, &world.Model{Life: e.Life, Name: name, Containers: []string{"main"}})
	d.Configs = append(d.Configs, &world.EndpointConfig{Life: e.Life, Name: name, Variants: variants})
	d.Endpoints = append(d.Endpoints, e)
	for _, v := range variants {
		d.Metrics = append(d.Metrics, e.VariantMetrics(v, world.Calls{Of: world.Never{}})...)
	}
}
