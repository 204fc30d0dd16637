package bill

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

// kinds are the families of resources, by the type in their ARN where that is another word.
var kinds = map[string]string{
	"app": "studio-app", "space": "studio-space", "domain": "studio-domain", "automl-job": "auto-ml-job",
	"notebook-instance-lifecycle-config": "notebook-lifecycle-config", "pipeline": "pipeline-execution", "hyper-parameter-tuning-job": "tuning-job",
}

// spaceApps are the types of Studio apps that belong to a space; all others belong to a user profile, unless a tag says otherwise.
var spaceApps = []string{"JupyterLab", "CodeEditor", "jupyterlab", "codeeditor"}

// trainingPlans is the component of plans of reserved instances, whose fees name no commitment.
const trainingPlans = "Cluster-Reserved"

// derived are the columns that are read out of others: out of the ARN of a resource of SageMaker, and out of the tags that SageMaker sets itself.
// They are of a relation that has the columns of the lake; grammar is SQL of what the usage type says.
func derived(d dialect.Dialect, grammar func(column string) string) map[string]string {
	arn := "CASE WHEN split_part(resource_id, ':', 3) = 'sagemaker' THEN split_part(resource_id, ':', 6) END"
	part := func(text string, n int) string { return fmt.Sprintf("NULLIF(split_part(%s, '/', %d), '')", text, n) }
	family := part(arn, 1)
	var kind strings.Builder
	kind.WriteString("CASE " + family)
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(&kind, " WHEN %s THEN %s", dialect.Text(k), dialect.Text(kinds[k]))
	}
	kind.WriteString(" ELSE " + family + " END")

	// Tags name a domain, a space and a profile by their ARNs.
	tagged := func(key string, n int) string {
		return part("split_part("+d.Value("tags", key)+", ':', 6)", n)
	}
	inSpace := part(arn, 4) + " IN (" + dialect.Texts(spaceApps...) + ")"
	inDomain := family + " IN ('app', 'space', 'user-profile', 'domain')"
	return map[string]string{
		"resource_kind": kind.String(),
		// An app's name alone is 'default' everywhere.
		"resource_name": "CASE WHEN " + family + " IN ('app', 'space', 'user-profile') THEN NULLIF(substr(" + arn + ", strpos(" + arn + ", '/d-') + 1 + strpos(substr(" + arn + ", strpos(" + arn + ", '/d-') + 1), '/')), '')" +
			" ELSE NULLIF(substr(" + arn + ", strpos(" + arn + ", '/') + 1), '') END",
		"domain_id": "COALESCE(CASE WHEN " + inDomain + " THEN " + part(arn, 2) + " END, " + tagged("sagemaker:domain-arn", 2) + ", " +
			tagged("sagemaker:space-arn", 2) + ", " + tagged("sagemaker:user-profile-arn", 2) + ", " + tagged("ManagedByAmazonSageMakerResource", 2) + ")",
		"space_name": "COALESCE(" + tagged("sagemaker:space-arn", 3) + ", CASE WHEN " + family + " = 'space' OR " + family + " = 'app' AND " + inSpace + " THEN " + part(arn, 3) + " END)",
		"user_profile_name": "COALESCE(" + tagged("sagemaker:user-profile-arn", 3) + ", CASE WHEN " + family + " = 'user-profile' OR " + family + " = 'app' AND NOT COALESCE(" + inSpace + ", false) AND " +
			tagged("sagemaker:space-arn", 3) + " IS NULL THEN " + part(arn, 3) + " END)",
		"usage_class": "CASE WHEN charge_category = 'Tax' THEN 'tax' WHEN service_code LIKE 'AWSSupport%' OR service_code LIKE 'AWS Support%' THEN 'support'" +
			" WHEN charge_category = 'Purchase' AND (commitment_id IS NOT NULL OR " + grammar("component") + " = " + dialect.Text(trainingPlans) + ") THEN 'commitment' ELSE " +
			grammar("usage_class") + " END",
	}
}
