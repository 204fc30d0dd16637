package bench

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// billColumns are those of an export in CUR 2.0, in AWS's order.
const billColumns = "bill_bill_type bill_billing_entity bill_billing_period_end_date bill_billing_period_start_date bill_invoice_id bill_invoicing_entity bill_payer_account_id bill_payer_account_name cost_category discount " +
	"discount_bundled_discount discount_total_discount identity_line_item_id identity_time_interval line_item_availability_zone line_item_blended_cost line_item_blended_rate line_item_currency_code line_item_legal_entity " +
	"line_item_line_item_description line_item_line_item_type line_item_net_unblended_cost line_item_net_unblended_rate line_item_normalization_factor line_item_normalized_usage_amount line_item_operation line_item_product_code " +
	"line_item_resource_id line_item_tax_type line_item_unblended_cost line_item_unblended_rate line_item_usage_account_id line_item_usage_account_name line_item_usage_amount line_item_usage_end_date line_item_usage_start_date " +
	"line_item_usage_type pricing_currency pricing_lease_contract_length pricing_offering_class pricing_public_on_demand_cost pricing_public_on_demand_rate pricing_purchase_option pricing_rate_code pricing_rate_id pricing_term " +
	"pricing_unit product product_comment product_fee_code product_fee_description product_from_location product_from_location_type product_from_region_code product_instance_family product_instance_type product_instancesku " +
	"product_location product_location_type product_operation product_pricing_unit product_product_family product_region_code product_servicecode product_sku product_to_location product_to_location_type product_to_region_code " +
	"product_usagetype reservation_amortized_upfront_cost_for_usage reservation_amortized_upfront_fee_for_billing_period reservation_availability_zone reservation_effective_cost reservation_end_time " +
	"reservation_modification_status reservation_net_amortized_upfront_cost_for_usage reservation_net_amortized_upfront_fee_for_billing_period reservation_net_effective_cost reservation_net_recurring_fee_for_usage " +
	"reservation_net_unused_amortized_upfront_fee_for_billing_period reservation_net_unused_recurring_fee reservation_net_upfront_value reservation_normalized_units_per_reservation reservation_number_of_reservations " +
	"reservation_recurring_fee_for_usage reservation_reservation_a_r_n reservation_start_time reservation_subscription_id reservation_total_reserved_normalized_units reservation_total_reserved_units " +
	"reservation_units_per_reservation reservation_unused_amortized_upfront_fee_for_billing_period reservation_unused_normalized_unit_quantity reservation_unused_quantity reservation_unused_recurring_fee " +
	"reservation_upfront_value resource_tags savings_plan_amortized_upfront_commitment_for_billing_period savings_plan_end_time savings_plan_instance_type_family " +
	"savings_plan_net_amortized_upfront_commitment_for_billing_period savings_plan_net_recurring_commitment_for_billing_period savings_plan_net_savings_plan_effective_cost savings_plan_offering_type " +
	"savings_plan_payment_option savings_plan_purchase_term savings_plan_recurring_commitment_for_billing_period savings_plan_region savings_plan_savings_plan_a_r_n savings_plan_savings_plan_effective_cost " +
	"savings_plan_savings_plan_rate savings_plan_start_time savings_plan_total_commitment_to_date savings_plan_used_commitment"

// fileLines is how many lines AWS puts into a file, about.
const fileLines = 1_000_000

// manyBilled is a bill of so many lines as AWS would deliver it, gzipped, made once and kept. Nine lines of ten are SageMaker's.
func manyBilled(b *testing.B, lines int) (dir string, files []string) {
	b.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		b.Fatal(err)
	}
	dir = filepath.Join(cache, "sagewarden-dev", fmt.Sprintf("bill-%d", lines))
	for first := 0; first < lines; first += fileLines {
		file := filepath.Join(dir, fmt.Sprintf("bill-%05d.csv.gz", first/fileLines+1))
		files = append(files, file)
		if _, err := os.Stat(file); err == nil {
			continue
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			b.Fatal(err)
		}
		if err := bill(file+".part", first, min(first+fileLines, lines)); err != nil {
			b.Fatal(err)
		}
		if err := os.Rename(file+".part", file); err != nil {
			b.Fatal(err)
		}
	}
	return dir, files
}

// bill writes some of the lines.
func bill(file string, from, to int) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	packed, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(packed, 1<<20)
	names := strings.Fields(billColumns)
	_, _ = out.WriteString(strings.Join(names, ",") + "\n") // the writer keeps its first error
	begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	types, rates := []string{"ml.g5.xlarge", "ml.m5.xlarge", "ml.t3.medium", "ml.p4d.24xlarge", "ml.m7i.48xlarge"}, []int{14080, 2300, 500, 376880, 116120}
	uses := []string{"Host:", "Train:", "Notebk:", "Processing:", "Studio:JupyterLab-"}
	resources := []string{"endpoint", "training-job", "notebook-instance", "processing-job", "app/d-abcdef/ann/jupyterlab"}
	const stamp = "2006-01-02T15:04:05.000Z"
	cells := make([]string, len(names))
	for i := from; i < to; i++ {
		n := i % 5
		hash := uint32(i) * 2654435761
		hour := begin.Add(time.Duration(i%744) * time.Hour)
		account, rate := fmt.Sprintf("%012d", 100000000000+int(hash%50)), float64(rates[n])/10000
		amount := float64(hash%100000) / 100000
		cost := fmt.Sprintf("%.10f", rate*amount)
		service, kind := "AmazonSageMaker", "Usage"
		if i%10 == 9 {
			service = "AmazonEC2"
		}
		plan, effective := "", ""
		if i%8 == 0 {
			kind, plan, effective = "SavingsPlanCoveredUsage", "arn:aws:savingsplans::100000000000:savingsplan/11111111-2222-3333-4444-555555555555", fmt.Sprintf("%.10f", rate*amount*0.7)
		}
		tags := ""
		if hash%6 != 0 {
			tags = fmt.Sprintf(`"{""user_cost_center"":""cc-%d"",""user_project"":""p%d"",""user_environment"":""prod""}"`, hash%200, hash%1000)
		}
		use := uses[i/5%5]
		values := map[string]string{
			"bill_bill_type": "Anniversary", "bill_billing_entity": "AWS", "bill_billing_period_end_date": "2026-04-01T00:00:00.000Z", "bill_billing_period_start_date": "2026-03-01T00:00:00.000Z", "bill_payer_account_id": "100000000000",
			"bill_payer_account_name": "payer", "identity_line_item_id": fmt.Sprintf("%052x", hash), "identity_time_interval": hour.Format(time.RFC3339) + "/" + hour.Add(time.Hour).Format(time.RFC3339), "line_item_blended_cost": cost,
			"line_item_currency_code": "USD", "line_item_legal_entity": `"Amazon Web Services, Inc."`, "line_item_line_item_description": fmt.Sprintf("$%.4f per %s hour in US East (N. Virginia)", rate, types[n]),
			"line_item_line_item_type": kind, "line_item_operation": "RunInstance", "line_item_product_code": service, "line_item_resource_id": fmt.Sprintf("arn:aws:sagemaker:us-east-1:%s:%s/r%d", account, resources[i/5%5], hash%200000),
			"line_item_unblended_cost": cost, "line_item_unblended_rate": fmt.Sprintf("%.10f", rate), "line_item_usage_account_id": account, "line_item_usage_account_name": "account-" + account, "line_item_usage_amount": fmt.Sprintf("%.8f", amount),
			"line_item_usage_start_date": hour.Format(stamp), "line_item_usage_end_date": hour.Add(time.Hour).Format(stamp), "line_item_usage_type": "USE1-" + use + types[n], "pricing_currency": "USD", "pricing_public_on_demand_cost": cost,
			"pricing_rate_code": fmt.Sprintf("SKU%02d.JRTCKXETXF.6YS6EN2CT7", n), "pricing_term": "OnDemand", "pricing_unit": "Hrs", "product": `"{""product_name"":""Amazon SageMaker"",""region"":""us-east-1"",""component"":""Hosting""}"`,
			"product_instance_type": types[n] + "-Hosting", "product_location": "US East (N. Virginia)", "product_operation": "RunInstance", "product_product_family": "ML Instance", "product_region_code": "us-east-1",
			"product_servicecode": service, "product_sku": fmt.Sprintf("SKU%02d", n), "product_usagetype": "USE1-" + use + types[n], "resource_tags": tags, "savings_plan_savings_plan_a_r_n": plan, "savings_plan_savings_plan_effective_cost": effective,
		}
		for c, name := range names {
			cells[c] = values[name]
		}
		_, _ = out.WriteString(strings.Join(cells, ",") + "\n")
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	return f.Close()
}
