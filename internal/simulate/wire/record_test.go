package wire

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// crowd is how many records there are of each family in China.
const crowd = 201

// china is an account in aws-cn with a crowd of each family. What belongs to something belongs to the first of that.
func china() *world.World {
	r := &world.Region{Name: "cn-north-1", Tags: map[string]map[string]string{}}
	a := &world.Account{ID: research, Partition: "aws-cn", Regions: []*world.Region{r}}
	for _, f := range world.Families() {
		for i := range crowd {
			record := &world.Record{Life: life(time.Duration(i+1) * day), Family: f, Name: fmt.Sprintf("%s-%03d", f, i)}
			if p := f.Parent(); p != "" {
				record.Parent = string(p) + "-000"
			}
			r.Records = append(r.Records, record)
			r.Tags[a.ARN(r.Name, record.Resource())] = map[string]string{"number": fmt.Sprint(i)}
		}
	}
	return &world.World{At: at, Accounts: []*world.Account{a}}
}

// invoke calls an operation of the SDK's client by name. Members that the input does not have are left out.
func invoke(t *testing.T, cfg aws.Config, operation string, members map[string]any) reflect.Value {
	t.Helper()
	method := reflect.ValueOf(api.NewFromConfig(cfg)).MethodByName(strings.TrimPrefix(operation, "sagemaker:"))
	in := reflect.New(method.Type().In(1).Elem())
	for name, value := range members {
		if field := in.Elem().FieldByName(name); field.IsValid() {
			field.Set(reflect.ValueOf(value).Convert(field.Type()))
		}
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
	if err, failed := reflect.TypeAssert[error](results[1]); failed {
		t.Fatalf("%s: %v", operation, err)
	}
	return results[0]
}

// spoken are a family's name, ARN and status in a summary or a description.
func spoken(f world.Family, face reflect.Value) (name, arn, status string) {
	say := func(members ...string) string {
		return strings.Join(texts(condition{members: members}.on(face)), " ")
	}
	return say(f.Stem()+"Name", "Name", "InstanceId"), say(f.Stem()+"Arn", "Arn"), say(f.Stem()+"Status", "Status")
}

// Each family is listed in pages of a hundred, and what is listed can be described by what the list says, in any partition.
func TestFamiliesInPages(t *testing.T) {
	s, cfg := serve(t, china())
	cfg.Region = "cn-north-1"
	for i, f := range world.Families() {
		list, describe := operationsOf(t, f)
		t.Run(list, func(t *testing.T) {
			s.Reset()
			in := map[string]any{
				"MaxResults": aws.Int32(100), "PipelineName": aws.String("pipeline-000"), "HubName": aws.String("hub-000"),
				"HubContentType": "Model", "ClusterName": aws.String("cluster-000"), "ModelPackageGroupName": aws.String("model-package-group-000"),
			}
			seen, pages := map[string]string{}, 0
			for more := true; more; pages++ {
				out := invoke(t, cfg, list, in).Elem()
				page := out.FieldByIndex(summariesOf(out.Type()).Index)
				for i := range page.Len() {
					name, arn, _ := spoken(f, page.Index(i))
					if !strings.HasPrefix(arn, "arn:aws-cn:sagemaker:cn-north-1:"+research+":") && f != world.ClusterNode {
						t.Fatalf("%s has ARN %q", name, arn)
					}
					seen[name+arn] = arn
				}
				token := out.FieldByName("NextToken")
				in["NextToken"], more = token.Interface(), !token.IsNil()
			}
			if len(seen) != crowd || pages != 3 {
				t.Errorf("%d records in %d pages", len(seen), pages)
			}

			record := s.world.Accounts[0].Regions[0].Records[i*crowd+7]
			arn := "arn:aws-cn:sagemaker:cn-north-1:" + research + ":" + record.Resource()
			id := &record.Name
			if _, ok := addressed[f]; ok {
				id = &arn
			}
			in = map[string]any{"HubName": aws.String("hub-000"), "HubContentType": "Model", "ClusterName": aws.String("cluster-000"), "NodeId": id}
			in[f.Stem()+"Name"], in[f.Stem()+"Arn"], in["Arn"] = id, id, id
			name, got, _ := spoken(f, world.Members(invoke(t, cfg, describe, in).Interface()))
			if f != world.ClusterNode && got != arn || f != world.PipelineExecution && name != record.Name {
				t.Errorf("described as %s %s, want %s %s", name, got, record.Name, arn)
			}
		})
	}
}

// operationsOf are the names of the operations that list and describe a family.
func operationsOf(t *testing.T, f world.Family) (list, describe string) {
	t.Helper()
	output := reflect.TypeOf(f.NewOutput()).Elem().Name()
	for i, o := range families {
		if strings.TrimSuffix(output, "Output") == strings.TrimPrefix(o.name, "sagemaker:") {
			return families[i-1].name, o.name
		}
	}
	t.Fatalf("%s is not served", f)
	return "", ""
}

// Every filter of every List operation says something here: none is passed over in silence.
func TestEveryFilterIsSimulated(t *testing.T) {
	s, _ := serve(t, china())
	for _, f := range world.Families() {
		list, _ := operationsOf(t, f)
		method, _ := reflect.TypeFor[*api.Client]().MethodByName(strings.TrimPrefix(list, "sagemaker:"))
		input := method.Type.In(2).Elem()
		for field := range input.Fields() {
			if !field.IsExported() || field.Name == "NextToken" || field.Name == "Filters" || f.Parent() != "" && field.Name == f.Parent().Stem()+"Name" {
				continue
			}
			in := reflect.New(input)
			member := in.Elem().FieldByIndex(field.Index)
			if member.Kind() == reflect.Pointer {
				member.Set(reflect.New(member.Type().Elem()))
				member = member.Elem()
			}
			switch member.Interface().(type) {
			case bool:
				member.SetBool(true)
			case int32:
				member.SetInt(10)
			case time.Time:
				member.Set(reflect.ValueOf(at.Add(-1000 * day)))
			default:
				member.SetString("nothing like it")
			}
			v := &view{server: s, region: emptyRegion, now: at, operation: list}
			if _, err := operations[list].serve(v, in.Interface()); err != nil {
				t.Errorf("%s by %s: %v", list, field.Name, err)
			}
		}
	}
}

func TestListTrainingJobs(t *testing.T) {
	resources := func(keep int32, plan string) *api.DescribeTrainingJobOutput {
		return &api.DescribeTrainingJobOutput{ResourceConfig: &types.ResourceConfig{KeepAlivePeriodInSeconds: &keep, TrainingPlanArn: given(plan)}}
	}
	job := func(name string, age, ended time.Duration, end string, out *api.DescribeTrainingJobOutput) *world.Record {
		r := &world.Record{Life: life(age), Family: world.TrainingJob, Name: name, EndStatus: end}
		if ended != 0 {
			r.Ended = ago(ended)
		}
		if out != nil {
			r.Output = out
		}
		return r
	}
	_, cfg := serve(t, home(&world.Region{Records: []*world.Record{
		job("running", 3*time.Hour, 0, "", nil),
		job("will-end", 2*time.Hour, -time.Hour, "Completed", nil),
		job("failed", 5*day, 4*day, "Failed", nil),
		job("warm", 2*day, 10*time.Minute, "", resources(3600, "")),
		job("cold", 4*day, 3*day, "", resources(3600, "")),
		job("planned", 6*day, 0, "", resources(0, "arn:plan")),
		job("not-yet", -time.Hour, 0, "", nil),
		{Life: until(9*day, day), Family: world.TrainingJob, Name: "deleted"},
		{Life: life(day), Family: world.ProcessingJob, Name: "another-family"},
	}}))
	tests := []struct {
		name string
		in   api.ListTrainingJobsInput
		want string
	}{
		{"newest first", api.ListTrainingJobsInput{}, "will-end running warm cold failed planned"},
		{"oldest first", api.ListTrainingJobsInput{SortOrder: types.SortOrderAscending}, "planned failed cold warm running will-end"},
		{"by name", api.ListTrainingJobsInput{SortBy: types.SortByName, SortOrder: types.SortOrderAscending}, "cold failed planned running warm will-end"},
		{"by status", api.ListTrainingJobsInput{SortBy: types.SortByStatus, SortOrder: types.SortOrderAscending}, "cold warm failed planned running will-end"},
		{"of a status", api.ListTrainingJobsInput{StatusEquals: types.TrainingJobStatusInProgress}, "will-end running planned"},
		{"of a name", api.ListTrainingJobsInput{NameContains: aws.String("LL-E")}, "will-end"},
		{"created after", api.ListTrainingJobsInput{CreationTimeAfter: aws.Time(ago(2 * day))}, "will-end running"},
		{"created before", api.ListTrainingJobsInput{CreationTimeBefore: aws.Time(ago(4 * day))}, "failed planned"},
		{"modified after: its end changes a job", api.ListTrainingJobsInput{LastModifiedTimeAfter: aws.Time(ago(time.Hour))}, "warm"},
		{"modified before", api.ListTrainingJobsInput{LastModifiedTimeBefore: aws.Time(ago(4 * day))}, "planned"},
		{"kept warm", api.ListTrainingJobsInput{WarmPoolStatusEquals: types.WarmPoolResourceStatusAvailable}, "warm"},
		{"no longer warm", api.ListTrainingJobsInput{WarmPoolStatusEquals: types.WarmPoolResourceStatusTerminated}, "cold"},
		{"in a training plan", api.ListTrainingJobsInput{TrainingPlanArnEquals: aws.String("arn:plan")}, "planned"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, err := api.NewFromConfig(cfg).ListTrainingJobs(t.Context(), &test.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, j := range out.TrainingJobSummaries {
				got = append(got, *j.TrainingJobName)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSummariesAreAbridged(t *testing.T) {
	_, cfg := serve(t, studio())
	tests := []struct{ operation, members, want string }{
		{"ListNotebookInstances", "InstanceType NotebookInstanceLifecycleConfigName", "ml.t3.medium stop-idle"},
		{"ListTrainingJobs", "SecondaryStatus WarmPoolStatus TrainingPlanArn", "Completed Terminated arn:plan"},
		{"ListHyperParameterTuningJobs", "Strategy", "Bayesian"},
		{"ListLabelingJobs", "WorkteamArn PreHumanTaskLambdaArn AnnotationConsolidationLambdaArn", "arn:team arn:pre arn:consolidate"},
		{"ListCompilationJobs", "CompilationTargetPlatformOs CompilationTargetPlatformArch", "LINUX ARM64"},
		{"ListOptimizationJobs", "OptimizationTypes", "Quantization"},
		{"ListTrainingPlans", "UpfrontFee TotalInstanceCount TargetResources", "3000.00 4 training-job"},
		{"ListClusters", "TrainingPlanArns", "arn:plan"},
		{"ListMlflowTrackingServers", "IsActive", "Active"},
		{"ListPartnerApps", "Type", "comet"},
		{"ListFeatureGroups", "OfflineStoreStatus", "Active"},
		{"ListMonitoringSchedules", "EndpointName MonitoringJobDefinitionName", "churn drift-1"},
		{"ListHubs", "HubDescription", "ours"},
		{"ListWorkteams", "Description", "ours"},
	}
	for _, test := range tests {
		out := invoke(t, cfg, test.operation, nil).Elem()
		summary := out.FieldByIndex(summariesOf(out.Type()).Index).Index(0)
		var got []string
		for name := range strings.FieldsSeq(test.members) {
			got = append(got, texts(summary.FieldByName(name))...)
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: %s, want %s", test.operation, got, test.want)
		}
	}
	client := api.NewFromConfig(cfg)
	pipelines, err := client.ListPipelines(t.Context(), nil)
	if err != nil || !pipelines.PipelineSummaries[0].LastExecutionTime.Equal(ago(day)) {
		t.Errorf("a pipeline's last execution: %v, %v", pipelines, err)
	}
	runs, err := client.ListPipelineExecutions(t.Context(), &api.ListPipelineExecutionsInput{PipelineName: aws.String("nightly")})
	if err != nil || !runs.PipelineExecutionSummaries[0].StartTime.Equal(ago(day)) || *runs.PipelineExecutionSummaries[0].PipelineExecutionFailureReason != "no data" {
		t.Errorf("an execution's start and failure: %v, %v", runs, err)
	}
	transforms, err := client.ListTransformJobs(t.Context(), nil)
	if err != nil || !transforms.TransformJobSummaries[0].LastModifiedTime.Equal(ago(8*day)) || !transforms.TransformJobSummaries[0].TransformEndTime.Equal(ago(8*day)) {
		t.Errorf("a transform job's end: %v, %v", transforms, err)
	}
}

func TestModelPackagesOfAGroup(t *testing.T) {
	model := func(group, name string) *world.Record {
		return &world.Record{Life: life(day), Family: world.ModelPackage, Parent: group, Name: name}
	}
	_, cfg := serve(t, home(&world.Region{Records: []*world.Record{
		{Life: life(day), Family: world.ModelPackageGroup, Name: "churn"}, {Life: life(day), Family: world.ModelPackageGroup, Name: "fraud"},
		model("churn", "1"), model("churn", "2"), model("fraud", "1"), model("", "alone"),
	}}))
	const group = "arn:aws:sagemaker:us-east-1:" + research + ":model-package-group/churn"
	for name, test := range map[string]struct {
		in   api.ListModelPackagesInput
		want int
	}{
		"without versions": {api.ListModelPackagesInput{}, 1},
		"with versions":    {api.ListModelPackagesInput{ModelPackageType: types.ModelPackageTypeVersioned}, 3},
		"both":             {api.ListModelPackagesInput{ModelPackageType: types.ModelPackageTypeBoth}, 4},
		"of a group":       {api.ListModelPackagesInput{ModelPackageGroupName: aws.String("churn")}, 2},
		"of a group's ARN": {api.ListModelPackagesInput{ModelPackageGroupName: aws.String(group)}, 2},
	} {
		out, err := api.NewFromConfig(cfg).ListModelPackages(t.Context(), &test.in)
		if err != nil || len(out.ModelPackageSummaryList) != test.want {
			t.Errorf("%s: %v, %v", name, out, err)
		}
	}
}

func TestRecordsThatAreMissing(t *testing.T) {
	_, cfg := serve(t, home(&world.Region{Records: []*world.Record{
		{Life: world.Life{Created: ago(day), Vanishes: true}, Family: world.NotebookInstance, Name: "ghost"},
		{Life: life(day), Family: world.TrainingJob, Name: "job"},
	}}))
	client := api.NewFromConfig(cfg)
	if out, err := client.ListNotebookInstances(t.Context(), nil); err != nil || len(out.NotebookInstances) != 1 {
		t.Errorf("a vanishing notebook instance is not listed: %v, %v", out, err)
	}
	for name, test := range map[string]struct {
		call func() error
		want string
	}{
		"a notebook instance that vanished": {func() error {
			_, err := client.DescribeNotebookInstance(t.Context(), &api.DescribeNotebookInstanceInput{NotebookInstanceName: aws.String("ghost")})
			return err
		}, "ValidationException RecordNotFound"},
		"a pipeline's executions": {func() error {
			_, err := client.ListPipelineExecutions(t.Context(), &api.ListPipelineExecutionsInput{PipelineName: aws.String("none")})
			return err
		}, "ResourceNotFound Pipeline [none] does not exist."},
		"a cluster's node": {func() error {
			_, err := client.DescribeClusterNode(t.Context(), &api.DescribeClusterNodeInput{ClusterName: aws.String("none"), NodeId: aws.String("i")})
			return err
		}, "ResourceNotFound Cluster [none] does not exist."},
		"a training job by its ARN": {func() error {
			_, err := client.DescribeTrainingJob(t.Context(), &api.DescribeTrainingJobInput{TrainingJobName: aws.String("arn:aws:sagemaker:us-east-1:" + research + ":training-job/job")})
			return err
		}, "ValidationException Requested resource not found."},
	} {
		if err := test.call(); code(err)+" "+message(err) != test.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTagsOfRecords(t *testing.T) {
	_, cfg := serve(t, china())
	cfg.Region = "cn-north-1"
	for _, test := range []struct {
		sort   string
		want   int
		prefix string
	}{
		{"sagemaker:notebook-instance", crowd, "notebook-instance/"},
		{"sagemaker:training-job", crowd, "training-job/"},
		// Executions have ARNs of their pipeline's type.
		{"sagemaker:pipeline", 2 * crowd, "pipeline/"},
	} {
		pages := tagging.NewGetResourcesPaginator(tagging.NewFromConfig(cfg), &tagging.GetResourcesInput{ResourceTypeFilters: []string{test.sort}, ResourcesPerPage: aws.Int32(100)})
		found := 0
		for pages.HasMorePages() {
			out, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range out.ResourceTagMappingList {
				if found++; !strings.HasPrefix(*m.ResourceARN, "arn:aws-cn:sagemaker:cn-north-1:"+research+":"+test.prefix) {
					t.Errorf("%s among %s", *m.ResourceARN, test.sort)
				}
			}
		}
		if found != test.want {
			t.Errorf("%d of %s, want %d", found, test.sort, test.want)
		}
	}
	out, err := api.NewFromConfig(cfg).ListTags(t.Context(), &api.ListTagsInput{ResourceArn: aws.String("arn:aws-cn:sagemaker:cn-north-1:" + research + ":image/image-003")})
	if err != nil || len(out.Tags) != 1 || *out.Tags[0].Value != "3" {
		t.Errorf("%v, %v", out, err)
	}
}

func TestRecordsUnderPolicy(t *testing.T) {
	w := home(&world.Region{Records: []*world.Record{
		{Life: life(day), Family: world.NotebookInstance, Name: "mine"}, {Life: life(day), Family: world.NotebookInstance, Name: "theirs"},
		{Life: life(day), Family: world.Cluster, Name: "pod"}, {Life: life(day), Family: world.ClusterNode, Parent: "pod", Name: "i-1"},
	}})
	pod := (&world.Record{Family: world.Cluster, Name: "pod"}).Resource()
	w.Accounts[0].Keys = []world.Key{{Policies: []string{`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "sagemaker:Describe*", "Resource": ["arn:aws:sagemaker:*:*:notebook-instance/mine", "arn:aws:sagemaker:*:*:` + pod + `"]},
		{"Effect": "Allow", "Action": "sagemaker:Search", "Resource": "*"}]}`}}}
	_, cfg := serve(t, w)
	client := api.NewFromConfig(cfg)
	describe := func(name string) error {
		_, err := client.DescribeNotebookInstance(t.Context(), &api.DescribeNotebookInstanceInput{NotebookInstanceName: &name})
		return err
	}
	if err := describe("mine"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"theirs", "nobodys"} {
		if err := describe(name); code(err) != "AccessDeniedException" || !strings.Contains(message(err), ":notebook-instance/"+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := client.DescribeCluster(t.Context(), &api.DescribeClusterInput{ClusterName: aws.String("pod")}); err != nil {
		t.Error(err)
	}
	if _, err := client.ListNotebookInstances(t.Context(), nil); code(err) != "AccessDeniedException" || !strings.Contains(message(err), "on resource: * ") {
		t.Errorf("listing: %v", err)
	}
	if _, err := client.Search(t.Context(), &api.SearchInput{Resource: types.ResourceTypeTrainingJob}); err != nil {
		t.Error(err)
	}
}

func TestNewRefusesRecords(t *testing.T) {
	for name, record := range map[string]*world.Record{
		"of no family":         {Family: "toaster", Name: "a"},
		"of another output":    {Family: world.Image, Name: "a", Output: &api.DescribeHubOutput{}},
		"without their parent": {Family: world.ClusterNode, Name: "a"},
		"with a parent":        {Family: world.Image, Parent: "b", Name: "a"},
	} {
		if _, err := New(Options{World: home(&world.Region{Records: []*world.Record{record}})}); err == nil {
			t.Errorf("records %s are served", name)
		}
	}
	if _, err := New(Options{World: home(&world.Region{Histories: []*world.History{{Family: "toaster", Count: 1}}})}); err == nil {
		t.Error("a history of no family is served")
	}
}

func TestDomainsAndUsersSayWhoPays(t *testing.T) {
	_, cfg := serve(t, home(&world.Region{Domains: []*world.Domain{
		{Life: life(day), ID: "d-1", HomeEFS: "fs-1", TagPropagation: "ENABLED", Users: []*world.User{{Life: life(day), Name: "ann", SSOUser: "ann@example.com"}, {Life: life(day), Name: "bob"}}},
		{Life: life(day), ID: "d-2"},
	}}))
	client := api.NewFromConfig(cfg)
	for id, want := range map[string]string{"d-1": "^fs-1 ENABLED$", "d-2": "^fs-[0-9a-f]{17} DISABLED$"} {
		out, err := client.DescribeDomain(t.Context(), &api.DescribeDomainInput{DomainId: &id})
		if err != nil {
			t.Fatal(err)
		}
		if got := *out.HomeEfsFileSystemId + " " + string(out.TagPropagation); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	for name, want := range map[string]*string{"ann": aws.String("ann@example.com"), "bob": nil} {
		out, err := client.DescribeUserProfile(t.Context(), &api.DescribeUserProfileInput{DomainId: aws.String("d-1"), UserProfileName: &name})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.SingleSignOnUserValue); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
