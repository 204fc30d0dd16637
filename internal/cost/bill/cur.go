package bill

import "github.com/sagewarden/sagewarden/internal/cost/dialect"

// readCUR reads legacy reports and CUR 2.0, whose columns are the same but for tags, categories and a few of the product.
func readCUR(c *columns) reading {
	kind, service, description := c.text("line_item_line_item_type"), c.text("line_item_product_code"), c.text("line_item_line_item_description")
	plan, reservation := c.text("savings_plan_savings_plan_a_r_n"), c.text("reservation_reservation_a_r_n")
	unblended := c.cost("line_item_unblended_cost")
	net := "COALESCE(" + c.money("line_item_net_unblended_cost") + ", " + unblended + ")"
	is := func(kinds string) string { return kind + " IN (" + kinds + ")" }

	// Fees paid upfront, and what AWS gives back of them, are spread elsewhere: they are in none of the amortized costs.
	upfront := "(" + kind + " = 'SavingsPlanUpfrontFee' OR " + kind + " = 'Fee' AND " + reservation + " IS NOT NULL OR " + kind + " = 'Refund' AND " +
		service + " LIKE '%SavingsPlans' AND " + description + " LIKE 'Refund for one-time fee for Savings Plan ID%')"
	amortized := func(whole, planCost, reservationCost, unusedUpfront, unusedFee string) string {
		return "CASE WHEN " + upfront + " OR " + kind + " = 'SavingsPlanNegation' THEN 0" +
			" WHEN " + kind + " = 'SavingsPlanCoveredUsage' THEN " + planCost +
			" WHEN " + kind + " = 'SavingsPlanRecurringFee' THEN " + c.cost("savings_plan_total_commitment_to_date") + " - " + c.cost("savings_plan_used_commitment") +
			" WHEN " + kind + " = 'DiscountedUsage' THEN " + reservationCost +
			" WHEN " + kind + " = 'RIFee' THEN " + unusedUpfront + " + " + unusedFee +
			" ELSE " + whole + " END"
	}
	either := func(first, second string) string {
		return "COALESCE(" + c.money(first) + ", " + c.money(second) + ", 0)"
	}

	product := func(flat, key string) string {
		if s := c.byName["product"]; s != nil && s.kind != "VARCHAR" {
			return "COALESCE(" + c.text(flat) + ", NULLIF(" + c.Value(s.sql, key) + ", ''))"
		} else if s != nil {
			return "COALESCE(" + c.text(flat) + ", NULLIF(" + c.Member(s.sql, key) + ", ''))"
		}
		return c.text(flat, "product_"+key)
	}

	tags, accountTags, categories := keyed(c.tags), "CAST(NULL AS "+dialect.Labels+")", keyed(c.categories)
	if c.has("resource_tags") {
		tags = c.labels("resource_tags", "")
	}
	if c.has("cost_category") {
		categories = c.labels("cost_category", "")
	}
	if c.has("tags") { // where each key is as people spell it, behind a prefix that says whose it is
		tags = "COALESCE(" + c.labels("tags", "resourceTags/") + ", " + tags + ")"
		accountTags = c.labels("tags", "accountTag/")
		categories = "COALESCE(" + c.labels("tags", "costCategory/") + ", " + categories + ")"
	}

	usage := is("'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'FlatRateSubscription'")
	return reading{
		period:   c.Month(c.moment("bill_billing_period_start_date")),
		instance: c.text("product_instance_type"),
		split:    "COALESCE(" + c.text("line_item_operation") + " IN ('EKSPod-EC2', 'ECSTask-EC2'), false)",
		values: map[string]string{
			"line_id": c.text("identity_line_item_id"), "charge_period_start": c.moment("line_item_usage_start_date"), "charge_period_end": c.moment("line_item_usage_end_date"),
			"billing_account_id": c.text("bill_payer_account_id"), "sub_account_id": c.text("line_item_usage_account_id"), "sub_account_name": c.text("line_item_usage_account_name"),
			"invoice_id": c.text("bill_invoice_id"), "billing_entity": c.text("bill_billing_entity"), "service_code": service,
			"charge_category": "CASE WHEN " + kind + " = 'Tax' THEN 'Tax' WHEN " + kind + " = 'Credit' THEN 'Credit' WHEN " + kind + " = 'Refund' THEN 'Adjustment' WHEN " +
				is("'Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee'") + " THEN 'Purchase' ELSE 'Usage' END",
			"line_item_type": kind, "charge_description": description, "operation": c.text("line_item_operation"), "usage_type": c.text("line_item_usage_type"),
			"region_id": product("product_region_code", "region"), "availability_zone": c.text("line_item_availability_zone"), "resource_id": c.text("line_item_resource_id"),
			"consumed_quantity": "CASE WHEN " + usage + " THEN " + c.money("line_item_usage_amount") + " END", "consumed_unit": "CASE WHEN " + usage + " THEN " + c.text("pricing_unit") + " END",
			"billing_currency": c.text("line_item_currency_code"), "unblended_cost": unblended, "net_unblended_cost": net,
			"amortized_cost": amortized(unblended, c.cost("savings_plan_savings_plan_effective_cost"), c.cost("reservation_effective_cost"),
				c.cost("reservation_unused_amortized_upfront_fee_for_billing_period"), c.cost("reservation_unused_recurring_fee")),
			"net_amortized_cost": amortized(net, either("savings_plan_net_savings_plan_effective_cost", "savings_plan_savings_plan_effective_cost"), either("reservation_net_effective_cost", "reservation_effective_cost"),
				either("reservation_net_unused_amortized_upfront_fee_for_billing_period", "reservation_unused_amortized_upfront_fee_for_billing_period"),
				either("reservation_net_unused_recurring_fee", "reservation_unused_recurring_fee")),
			"list_cost": "CASE WHEN " + kind + " = 'SavingsPlanNegation' THEN 0 ELSE " + c.cost("pricing_public_on_demand_cost") + " END",
			"trueup_cost": "CASE WHEN " + kind + " = 'SavingsPlanRecurringFee' THEN -" + c.cost("savings_plan_amortized_upfront_commitment_for_billing_period") +
				" WHEN " + kind + " = 'RIFee' THEN -" + c.cost("reservation_amortized_upfront_fee_for_billing_period") + " ELSE 0 END",
			"upfront_cost":    "CASE WHEN " + upfront + " THEN " + unblended + " ELSE 0 END",
			"commitment_id":   "COALESCE(" + plan + ", " + reservation + ")",
			"commitment_type": "CASE WHEN " + plan + " IS NOT NULL THEN 'savings-plan' WHEN " + reservation + " IS NOT NULL THEN 'reservation' END",
			"purchase_option": "CASE WHEN NOT " + usage + " THEN NULL WHEN " + plan + " IS NOT NULL THEN 'savings-plan' WHEN " + reservation + " IS NOT NULL THEN 'reserved' WHEN " +
				c.Matches(c.text("line_item_usage_type"), "TrSpt|Spot") + " THEN 'spot' ELSE 'on-demand' END",
			"sku": c.text("product_sku"), "rate_code": c.text("pricing_rate_code"), "tags": tags, "account_tags": accountTags, "cost_categories": categories,
		},
	}
}
