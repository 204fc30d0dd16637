//go:build interop

package interop_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A terminal is where somebody types AWS CLI commands.
type terminal struct {
	*testing.T
	venv
	env []string
}

// aws runs the AWS CLI, which asks for page after page on its own, and reads what it prints.
func (c terminal) aws(out any, arguments ...string) {
	c.Helper()
	r := c.try(arguments...)
	if r.status != 0 {
		c.Fatalf("aws %v: exit status %d\n%s", arguments, r.status, r.stderr)
	}
	if err := json.Unmarshal(r.stdout, out); err != nil {
		c.Fatalf("aws %v: %v in %s", arguments, err, r.stdout)
	}
}

func (c terminal) try(arguments ...string) result {
	c.Helper()
	cmd := exec.CommandContext(c.Context(), c.program("aws"), append([]string{"--output", "json"}, arguments...)...)
	cmd.Env = c.env
	return run(c.T, cmd)
}

// length is how many items a listing has under the name.
func (c terminal) length(name string, arguments ...string) (n int) {
	c.Helper()
	c.aws(&n, append(arguments, "--query", "length("+name+"||`[]`)")...)
	return n
}

// count takes the census of the environment's account and region.
func (c terminal) count(region string, win window) census {
	var caller struct{ Account string }
	c.aws(&caller, "sts", "get-caller-identity")
	account, err := strconv.Atoi(caller.Account)
	if err != nil {
		c.Fatal(err)
	}
	n := census{"account": account, "users": 0, "spaces": 0, "apps listed": 0, "configs": 0, "instances": 0, "variants": 0, "samples": 0}

	var domains struct {
		Domains []struct {
			ID string `json:"DomainId"`
		}
	}
	c.aws(&domains, "sagemaker", "list-domains")
	n["domains"] = len(domains.Domains)
	for _, d := range domains.Domains {
		here := []string{"--domain-id-equals", d.ID}
		n["users"] += c.length("UserProfiles", append([]string{"sagemaker", "list-user-profiles"}, here...)...)
		n["spaces"] += c.length("Spaces", append([]string{"sagemaker", "list-spaces"}, here...)...)
		n["apps listed"] += c.apps(here)
	}
	c.endpoints(n, win)
	n["components"] = c.length("InferenceComponents", "sagemaker", "list-inference-components")
	n["configurations"] = c.length("EndpointConfigs", "sagemaker", "list-endpoint-configs")
	n["models"] = c.length("Models", "sagemaker", "list-models")
	for _, l := range listings {
		n[string(l.Family)] = c.listed(l)
	}
	n["created"] = c.length("Events", "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=EventName,AttributeValue=CreateEndpoint")
	n["metrics"] = c.length("Metrics", "cloudwatch", "list-metrics", "--namespace", "AWS/SageMaker")
	n["streams"] = c.length("logStreams", "logs", "describe-log-streams", "--log-group-name", "/aws/sagemaker/studio")
	n["tagged"] = c.length("ResourceTagMappingList", "resourcegroupstaggingapi", "get-resources", "--resource-type-filters", "sagemaker")
	n["prices"] = c.length("PriceList", "pricing", "get-products", "--region", "us-east-1", "--service-code", "AmazonSageMaker",
		"--filters", "Type=TERM_MATCH,Field=regionCode,Value="+region)
	n["regions"] = c.length("Regions", "account", "list-regions")
	return n
}

// listed is how many a family has, over all that its members may belong to.
func (c terminal) listed(l listing) (n int) {
	command := func(operation string) []string {
		return []string{"sagemaker", strings.ReplaceAll(operation, "_", "-")}
	}
	option := func(member string) string {
		return "-" + strings.ToLower(regexp.MustCompile("[A-Z]").ReplaceAllString(member, "-$0"))
	}
	calls := [][]string{command(l.Operation)}
	if l.Within != "" {
		var above []string
		c.aws(&above, append(command(l.Within), "--query", "*[]."+l.Parent)...)
		calls = nil
		for _, name := range above {
			calls = append(calls, append(command(l.Operation), option(l.Parent), name))
		}
	}
	if l.Sort != "" {
		var each [][]string
		for _, call := range calls {
			for _, sort := range l.Sorts {
				each = append(each, append(slices.Clone(call), option(l.Sort), sort))
			}
		}
		calls = each
	}
	for _, call := range calls {
		n += c.length("*[]", call...) // the one list that the answer has
	}
	return n
}

// apps counts the apps of a domain, and describes the first of each type that is not gone.
func (c terminal) apps(domain []string) int {
	type app struct {
		DomainID                                             string `json:"DomainId"`
		UserProfileName, SpaceName, AppType, AppName, Status string
	}
	var listed struct{ Apps []app }
	c.aws(&listed, append([]string{"sagemaker", "list-apps"}, domain...)...)
	described := map[string]bool{}
	for _, a := range listed.Apps {
		if described[a.AppType] || a.Status != "InService" {
			continue
		}
		home := []string{"--user-profile-name", a.UserProfileName}
		if a.SpaceName != "" {
			home = []string{"--space-name", a.SpaceName}
		}
		var got app
		c.aws(&got, append([]string{"sagemaker", "describe-app", "--domain-id", a.DomainID, "--app-type", a.AppType, "--app-name", a.AppName}, home...)...)
		if got != a {
			c.Errorf("described as %+v, listed as %+v", got, a)
		}
		described[a.AppType] = true
	}
	return len(listed.Apps)
}

// endpoints counts the endpoints with their variants, instances and metrics.
func (c terminal) endpoints(n census, win window) {
	type variant struct {
		VariantName          string
		CurrentInstanceCount int
	}
	var listed struct {
		Endpoints []struct{ EndpointName string }
	}
	c.aws(&listed, "sagemaker", "list-endpoints")
	n["endpoints"] = len(listed.Endpoints)
	period := []string{"--start-time", win.Start.Format(time.RFC3339), "--end-time", win.End.Format(time.RFC3339)}
	var queries []string
	for _, e := range listed.Endpoints {
		var described struct {
			EndpointConfigName                           string
			ProductionVariants, ShadowProductionVariants []variant
		}
		c.aws(&described, "sagemaker", "describe-endpoint", "--endpoint-name", e.EndpointName)
		variants := append(described.ProductionVariants, described.ShadowProductionVariants...)
		n["configs"]++
		if configured := c.length("[ProductionVariants,ShadowProductionVariants][]", "sagemaker", "describe-endpoint-config",
			"--endpoint-config-name", described.EndpointConfigName); configured != len(variants) {
			c.Errorf("%s has %d variants, its configuration %d", e.EndpointName, len(variants), configured)
		}
		for _, v := range variants {
			n["variants"]++
			n["instances"] += v.CurrentInstanceCount
			dimensions := fmt.Sprintf(`[{"Name":"EndpointName","Value":%q},{"Name":"VariantName","Value":%q}]`, e.EndpointName, v.VariantName)
			queries = append(queries, fmt.Sprintf(`{"Id":"m%d","MetricStat":{"Metric":{"Namespace":"AWS/SageMaker","MetricName":"Invocations","Dimensions":%s},"Period":3600,"Stat":"Sum"}}`,
				len(queries), dimensions))
			var samples float64
			c.aws(&samples, append([]string{"cloudwatch", "get-metric-statistics", "--query", "sum(Datapoints[].SampleCount)", "--namespace", "/aws/sagemaker/Endpoints",
				"--metric-name", "CPUUtilization", "--period", "3600", "--statistics", "SampleCount", "--dimensions", dimensions}, period...)...)
			n["samples"] += int(samples)
		}
	}
	var invocations float64
	c.aws(&invocations, append([]string{"cloudwatch", "get-metric-data", "--query", "sum(MetricDataResults[].Values[])",
		"--metric-data-queries", "[" + strings.Join(queries, ",") + "]"}, period...)...)
	n["invocations"] = int(invocations)
}
