package organization

import (
	"encoding/base64"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A leftover is a model, or an endpoint configuration with its model, that no endpoint has.
type leftover struct {
	age        span
	configured bool
}

var deployables = []holding{
	{"model that nothing serves", 150, leftover{age: span{40 * day, 300 * day}}},
	{"model just registered", 60, leftover{age: span{time.Hour, 20 * day}}},
	{"configuration that no endpoint has", 90, leftover{age: span{40 * day, 300 * day}, configured: true}},
	{"configuration just made", 20, leftover{age: span{time.Hour, 20 * day}, configured: true}},
}

func (p leftover) make(k *keeper) string {
	created := k.At.Add(-k.within(p.age))
	m := &world.Model{Life: world.Life{Created: created}, Name: k.site.unique(pick(k.dice, k.owner.team.products) + created.Format("-20060102-1504"))}
	k.site.Models = append(k.site.Models, m)
	k.claim(k.site, &m.Life, m.Resource())
	if !p.configured {
		return k.site.arn(m.Resource())
	}
	c := &world.EndpointConfig{Life: world.Life{Created: created.Add(k.between(time.Second, time.Minute))}, Name: m.Name,
		Variants: []world.Variant{{Name: "AllTraffic", Model: m.Name, InstanceType: pick(k.dice, solid), Count: 1}}}
	k.site.Configs = append(k.site.Configs, c)
	k.claim(k.site, &c.Life, c.Resource())
	return k.site.arn(c.Resource())
}

// shelves are entries in SageMaker's books: they bill nothing.
var shelves = []holding{
	{"image", 60, recordPlan{family: world.Image, stem: "image", output: image}},
	{"image that failed", 3, recordPlan{family: world.Image, stem: "image", status: "CREATE_FAILED", age: weeks, output: image}},
	{"app image configuration", 60, recordPlan{family: world.AppImageConfig, stem: "kernel", output: imageConfig}},
	{"Studio lifecycle script", 70, recordPlan{family: world.StudioLifecycleConfig, stem: "setup", output: studioScript}},
	{"notebook lifecycle script", 40, recordPlan{family: world.NotebookInstanceLifecycleConfig, stem: "setup", output: func(*keeper, *world.Record) any { return notebookScript }}},
	{"hub", 12, offer{}},
	{"model package group", 160, recordPlan{family: world.ModelPackageGroup, stem: "models", output: group}},
	{"work team", 20, recordPlan{family: world.Workteam, stem: "reviewers", output: workteam}},
}

var script64 = aws.String(base64.StdEncoding.EncodeToString([]byte("#!/bin/bash\nset -eu\n")))

var notebookScript = &sagemaker.DescribeNotebookInstanceLifecycleConfigOutput{OnStart: []types.NotebookInstanceLifecycleHook{{Content: script64}}}

// image has a version and, where it is of use, a second one.
func image(k *keeper, r *world.Record) any {
	for n := int32(1); n <= 2 && r.Status == ""; n++ {
		v := &world.ImageVersion{Life: r.Life, Image: r.Name, Number: n, Output: sagemaker.DescribeImageVersionOutput{JobType: types.JobTypeNotebookKernel,
			BaseImage: aws.String(k.site.account.ID + ".dkr.ecr." + k.site.Name + ".amazonaws.com/" + r.Name + ":" + strconv.Itoa(int(n)))}}
		if n == 2 {
			v.Aliases = []string{"stable"}
		}
		k.site.ImageVersions = append(k.site.ImageVersions, v)
	}
	return &sagemaker.DescribeImageOutput{DisplayName: aws.String(k.owner.team.name + " kernels"), RoleArn: k.executionRole()}
}

func imageConfig(k *keeper, _ *world.Record) any {
	switch k.IntN(3) {
	case 0:
		return &sagemaker.DescribeAppImageConfigOutput{CodeEditorAppImageConfig: &types.CodeEditorAppImageConfig{}}
	case 1:
		return &sagemaker.DescribeAppImageConfigOutput{KernelGatewayImageConfig: &types.KernelGatewayImageConfig{KernelSpecs: []types.KernelSpec{{Name: aws.String("python3")}}}}
	}
	return &sagemaker.DescribeAppImageConfigOutput{JupyterLabAppImageConfig: &types.JupyterLabAppImageConfig{}}
}

func studioScript(k *keeper, _ *world.Record) any {
	return &sagemaker.DescribeStudioLifecycleConfigOutput{StudioLifecycleConfigContent: script64,
		StudioLifecycleConfigAppType: pick(k.dice, types.StudioLifecycleConfigAppType("").Values())}
}

func group(k *keeper, _ *world.Record) any {
	return &sagemaker.DescribeModelPackageGroupOutput{ModelPackageGroupDescription: aws.String("models of " + k.owner.team.name), CreatedBy: k.user()}
}

func workteam(k *keeper, _ *world.Record) any {
	return &sagemaker.DescribeWorkteamOutput{Workteam: &types.Workteam{Description: aws.String("who labels for " + k.owner.team.name),
		MemberDefinitions: []types.MemberDefinition{{OidcMemberDefinition: &types.OidcMemberDefinition{Groups: []string{k.owner.team.name}}}}}}
}

// An offer is a private hub with some content.
type offer struct{}

func (offer) make(k *keeper) string {
	hub := k.record(recordPlan{family: world.Hub, stem: "hub", output: func(k *keeper, _ *world.Record) any {
		return &sagemaker.DescribeHubOutput{HubDescription: aws.String("what " + k.owner.team.name + " may deploy")}
	}})
	for _, sort := range []types.HubContentType{types.HubContentTypeModel, types.HubContentTypeNotebook} {
		k.add(&world.Record{Life: world.Life{Created: hub.Created.Add(k.between(time.Hour, 20*day))}, Family: world.HubContent, Parent: hub.Name,
			Name: pick(k.dice, k.owner.team.products), Output: &sagemaker.DescribeHubContentOutput{HubContentType: sort, DocumentSchemaVersion: aws.String("2.3.0"), HubContentDocument: aws.String("{}")}})
	}
	return k.site.arn(hub.Resource())
}
