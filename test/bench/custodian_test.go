package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// custodian, in the environment, names the folder of a Python environment with Cloud Custodian in it.
const custodian = "SAGEWARDEN_CUSTODIAN"

// shelf is one account and region with what Cloud Custodian knows of SageMaker: endpoints, of which each has a configuration and a model
// of its own, and notebook instances. A quarter of it is of the team vision.
func shelf() *world.World {
	const region = "us-east-1"
	account := &world.Account{ID: "123456789012", Name: "shelf"}
	r := &world.Region{Name: region, Tags: map[string]map[string]string{}}
	life := world.Life{Created: at.Add(-90 * 24 * time.Hour)}
	label := func(i int, resource string) {
		tags := map[string]string{"owner": fmt.Sprintf("person-%d", i%40)}
		if i%4 == 0 {
			tags["team"] = "vision"
		}
		r.Tags[account.ARN(region, resource)] = tags
	}
	for i := range 500 {
		name := fmt.Sprintf("ranker-%03d", i)
		served := []world.Variant{{Name: "all", Model: name, InstanceType: "ml.m5.large", Count: 1}}
		e := &world.Endpoint{Life: life, Name: name, Config: name, Status: "InService", Variants: served}
		c := &world.EndpointConfig{Life: life, Name: name, Variants: served}
		m := &world.Model{Life: life, Name: name, Containers: []string{""}}
		r.Endpoints, r.Configs, r.Models = append(r.Endpoints, e), append(r.Configs, c), append(r.Models, m)
		label(i, e.Resource())
		label(i, c.Resource())
		label(i, m.Resource())
	}
	for i := range 200 {
		n := &world.Record{Life: life, Family: world.NotebookInstance, Name: fmt.Sprintf("desk-%03d", i),
			Output: &sagemaker.DescribeNotebookInstanceOutput{InstanceType: types.InstanceTypeMlT3Medium, VolumeSizeInGB: aws.Int32(20)}}
		r.Records = append(r.Records, n)
		label(i, n.Resource())
	}
	account.Regions = []*world.Region{r}
	return &world.World{At: at, Accounts: []*world.Account{account}, Prices: prices.List([]string{region})}
}

// An answer is what somebody found, and what that took.
type answer struct {
	who   string
	calls calls
	wall  time.Duration
	found int
}

// A comparison is a question with the answers to it.
type comparison struct {
	question string
	answers  []answer
}

// BenchmarkCustodian lists the same account and region with Cloud Custodian and with Sagewarden, whole and by a tag. Nobody's rate is limited,
// and every answer takes as long.
func BenchmarkCustodian(b *testing.B) {
	program := filepath.Join(os.Getenv(custodian), "bin", "custodian")
	if _, err := os.Stat(program); os.Getenv(custodian) == "" || err != nil {
		if os.Getenv("CI") == "true" {
			b.Fatal("Cloud Custodian is not installed: run make bench")
		}
		b.Skip("Cloud Custodian is not installed: run make bench, or name its Python environment in " + custodian)
	}
	st := newStageOf(b, shelf(), &world.Fault{Latency: latency})
	for b.Loop() {
		results.custodian = nil
		for _, q := range []struct{ question, filter, tag string }{
			{"what there is", "", ""},
			{"what there is of one team", "tag:team", "vision"},
		} {
			theirs := st.custodian(b, program, q.filter, q.tag)
			var only []string
			if q.tag != "" {
				only = []string{"--tag", "team=" + q.tag}
			}
			ours := st.command(b, "sagewarden inventory", append([]string{"inventory"}, only...))
			judged := st.command(b, "sagewarden scan", append([]string{"scan", "--all"}, only...))
			if ours.found != theirs.found {
				b.Errorf("%s: %d, and Cloud Custodian finds %d", q.question, ours.found, theirs.found)
			}
			results.custodian = append(results.custodian, comparison{q.question, []answer{theirs, ours, judged}})
		}
	}
	b.ReportMetric(float64(results.custodian[0].answers[0].calls.total()), "custodian-calls")
	b.ReportMetric(float64(results.custodian[0].answers[1].calls.total()), "inventory-calls")
}

// custodianKinds are the families that both know, as each calls them.
var custodianKinds = map[string]string{
	"sagemaker-notebook": "notebook-instance", "sagemaker-endpoint": "endpoint", "sagemaker-endpoint-config": "endpoint-config", "sagemaker-model": "model",
}

// custodian runs a policy without an action for each family.
func (st *stage) custodian(tb testing.TB, program, key, value string) answer {
	tb.Helper()
	dir := tb.TempDir()
	type policy struct {
		Name     string           `json:"name"`
		Resource string           `json:"resource"`
		Filters  []map[string]any `json:"filters,omitempty"`
	}
	var policies []policy
	for _, resource := range slices.Sorted(maps.Keys(custodianKinds)) {
		p := policy{Name: resource, Resource: "aws." + resource}
		if key != "" {
			p.Filters = []map[string]any{{key: value}}
		}
		policies = append(policies, p)
	}
	text, err := json.Marshal(map[string]any{"policies": policies})
	if err != nil {
		tb.Fatal(err)
	}
	file, out := filepath.Join(dir, "policies.json"), filepath.Join(dir, "out")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		tb.Fatal(err)
	}
	a, _ := st.time(tb, exec.CommandContext(tb.Context(), program, "run", "--cache-period", "0", "--region", st.regions()[0], "--output-dir", out, file), "HOME="+dir)
	a.who = "cloud custodian"
	for _, p := range policies {
		text, err := os.ReadFile(filepath.Join(out, p.Name, "resources.json"))
		if err != nil {
			tb.Fatal(err)
		}
		var found []any
		if err := json.Unmarshal(text, &found); err != nil {
			tb.Fatal(err)
		}
		a.found += len(found)
	}
	return a
}

// command runs Sagewarden on the same families.
func (st *stage) command(tb testing.TB, who string, arguments []string) answer {
	tb.Helper()
	args := append(arguments, "--region", st.regions()[0], "--output", "ndjson")
	for _, kind := range custodianKinds {
		args = append(args, "--kind", kind)
	}
	a, text := st.time(tb, exec.CommandContext(tb.Context(), os.Args[0], append(args, unlimited()...)...), asProgram+"="+filepath.Join(tb.TempDir(), "memory"))
	a.who, a.found = who, bytes.Count(text, []byte("\n"))
	return a
}

// time runs a program as a user of the stage's first account, and counts its calls.
func (st *stage) time(tb testing.TB, cmd *exec.Cmd, more ...string) (answer, []byte) {
	tb.Helper()
	var text bytes.Buffer
	cmd.Env = append(append(st.environment(tb), "AWS_PROFILE="+st.Accounts[0].Name, "AWS_EC2_METADATA_DISABLED=true"), more...)
	cmd.Stdout = &text
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	st.server.Reset()
	start := time.Now()
	if err := cmd.Run(); err != nil {
		tb.Fatalf("%s: %v\n%s", cmd.Path, err, complaints.String())
	}
	return answer{wall: time.Since(start), calls: st.made().all()}, text.Bytes()
}

// String is the comparison as a table.
func (c comparison) String() string {
	var b strings.Builder
	row(&b, "\n"+c.question, each(c.answers, func(a answer) string { return a.who })...)
	operations := calls{}
	for _, a := range c.answers {
		maps.Copy(operations, a.calls)
	}
	for _, op := range slices.Sorted(maps.Keys(operations)) {
		row(&b, op, each(c.answers, func(a answer) string { return number(a.calls[op]) })...)
	}
	row(&b, "all", each(c.answers, func(a answer) string { return number(a.calls.total()) })...)
	row(&b, "wall time without rate limits", each(c.answers, func(a answer) string { return seconds(a.wall) })...)
	row(&b, "time at the documented rates, at least", each(c.answers, func(a answer) string { return seconds(leastNaiveTime(a.calls)) })...)
	row(&b, "resources", each(c.answers, func(a answer) string { return number(a.found) })...)
	return b.String()
}
