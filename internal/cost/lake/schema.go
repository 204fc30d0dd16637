package lake

// A Column of the table charges.
type Column struct {
	Name string
	// Type is DuckDB's.
	Type string
	// Doc says what is in it, in a line.
	Doc string
}

// The types of columns.
const (
	text   = "VARCHAR"
	money  = "DECIMAL(38,18)"
	moment = "TIMESTAMP"
	labels = "MAP(VARCHAR, VARCHAR)"
)

// Partition is the column that is a folder's name and in no file.
const Partition = "billing_period"

// Schema is the table charges, column by column. What a bill does not say is NULL, never empty text.
var Schema = []Column{
	{Partition, text, "month of the bill as YYYY-MM; the folder's name, not a column of the files"},
	{"line_id", text, "the bill's own id of the line, where it has one"},
	{"charge_period_start", moment, "when the usage began, UTC"},
	{"charge_period_end", moment, "when it ended, UTC, not included"},
	{"billing_account_id", text, "account that pays, twelve digits"},
	{"sub_account_id", text, "account that used it, twelve digits"},
	{"sub_account_name", text, "its name, where the bill tells"},
	{"invoice_id", text, "invoice; NULL until the month is closed"},
	{"billing_entity", text, "who sells: AWS, AWS Marketplace"},
	{"service_code", text, "service, as AmazonSageMaker or MachineLearningSavingsPlans"},
	{"charge_category", text, "FOCUS's word: Usage, Purchase, Tax, Credit or Adjustment"},
	{"line_item_type", text, "CUR's word, as SavingsPlanCoveredUsage; NULL from FOCUS"},
	{"charge_description", text, "the bill's own words for the line"},
	{"operation", text, "AWS's word for what was done, as RunInstance"},
	{"usage_type", text, "AWS's word for what was used, as USE1-Host:ml.g5.xlarge"},
	{"region_id", text, "region, as eu-west-1"},
	{"availability_zone", text, "availability zone"},
	{"resource_id", text, "ARN or id of the resource"},
	{"consumed_quantity", money, "how much was used, in consumed_unit; never summed across units"},
	{"consumed_unit", text, "unit, as Hrs or GB-Mo"},
	{"billing_currency", text, "currency of all costs of the line; sums are within one"},
	{"unblended_cost", money, "what the invoice says"},
	{"net_unblended_cost", money, "the same after private discounts; the same where there are none"},
	{"amortized_cost", money, "fees of commitments spread over what they cover; unused commitment stays with its fee"},
	{"net_amortized_cost", money, "the same after private discounts"},
	{"list_cost", money, "at public on-demand prices"},
	{"trueup_cost", money, "upfront fees of earlier purchases that amortized_cost has spread into this month, negative"},
	{"upfront_cost", money, "upfront fees billed in this month, which amortized_cost leaves out"},
	{"commitment_id", text, "ARN of the savings plan or reservation that covers the line or is its reason"},
	{"commitment_type", text, "savings-plan or reservation"},
	{"purchase_option", text, "on-demand, spot, savings-plan or reserved; NULL for what is no usage"},
	{"sku", text, "AWS's id of the product"},
	{"rate_code", text, "AWS's id of the price"},
	{"tags", labels, "cost allocation tags in the bill's spelling, without its prefix; AWS's own begin with aws: or sagemaker:"},
	{"account_tags", labels, "tags of the account"},
	{"cost_categories", labels, "cost categories"},
	{"component", text, "part of SageMaker, from the usage type, as Host or Train"},
	{"usage_class", text, "compute, storage, data, requests, commitment, tax, support or other"},
	{"app_type", text, "type of Studio app, as JupyterLab"},
	{"instance_type", text, "instance type, as ml.g5.xlarge"},
	{"resource_kind", text, "family of the resource, as endpoint, in the words of sagewarden scan"},
	{"resource_name", text, "its name"},
	{"domain_id", text, "Studio domain"},
	{"space_name", text, "Studio space"},
	{"user_profile_name", text, "Studio user profile"},
}
