package bill

import "github.com/sagewarden/sagewarden/internal/cost/dialect"

// readFOCUS reads FOCUS. It has one cost that is billed and one that is effective, each after private discounts, and no line types.
func readFOCUS(c *columns) reading {
	category, commitment := c.text("chargecategory"), c.text("commitmentdiscountid")
	billed, effective := c.cost("billedcost"), c.cost("effectivecost")
	upfront := "CASE WHEN " + category + " = 'Purchase' AND " + c.text("chargefrequency") + " = 'One-Time' AND " + commitment + " IS NOT NULL THEN " + billed + " ELSE 0 END"
	publisher := c.text("publishername")
	plan := c.text("commitmentdiscountcategory") + " = 'Spend'"
	// Version 1.2 has no usage type: its meter is the nearest.
	usageType := c.text("x_usagetype", "skumeter")
	return reading{
		period:   c.Month(c.moment("billingperiodstart")),
		instance: null,
		split:    "false",
		values: map[string]string{
			"charge_period_start": c.moment("chargeperiodstart"), "charge_period_end": c.moment("chargeperiodend"),
			"billing_account_id": c.text("billingaccountid"), "sub_account_id": c.text("subaccountid"), "sub_account_name": c.text("subaccountname"), "invoice_id": c.text("invoiceid"),
			"billing_entity": "CASE WHEN " + publisher + " LIKE 'Amazon %' OR " + publisher + " = 'AWS' THEN 'AWS' WHEN " + c.text("providername") + " = 'AWS' AND " + publisher +
				" IS NOT NULL THEN 'AWS Marketplace' ELSE " + publisher + " END",
			"service_code":    "COALESCE(" + c.text("x_servicecode") + ", CASE WHEN " + c.text("servicename") + " = 'Amazon SageMaker' THEN 'AmazonSageMaker' ELSE " + c.text("servicename") + " END)",
			"charge_category": category, "charge_description": c.text("chargedescription"), "operation": c.text("x_operation"), "usage_type": usageType,
			"region_id": c.text("regionid"), "availability_zone": c.text("availabilityzone"), "resource_id": c.text("resourceid"),
			"consumed_quantity": "CASE WHEN " + category + " = 'Usage' THEN " + c.money("consumedquantity") + " END", "consumed_unit": c.text("consumedunit"),
			"billing_currency": c.text("billingcurrency"), "unblended_cost": billed, "net_unblended_cost": billed, "amortized_cost": effective, "net_amortized_cost": effective,
			"list_cost": c.cost("listcost"),
			// What commitments move from line to line: fees are billed on one and effective on others.
			"trueup_cost": billed + " - " + effective + " - " + upfront, "upfront_cost": upfront,
			"commitment_id":   commitment,
			"commitment_type": "CASE WHEN " + commitment + " IS NULL THEN NULL WHEN " + plan + " THEN 'savings-plan' ELSE 'reservation' END",
			"purchase_option": "CASE WHEN " + category + " <> 'Usage' OR " + c.text("consumedquantity") + " IS NULL THEN NULL WHEN " + commitment + " IS NOT NULL THEN CASE WHEN " + plan + " THEN 'savings-plan' ELSE 'reserved' END WHEN " +
				c.text("pricingcategory") + " = 'Dynamic' OR " + dialect.DuckDB.Matches("COALESCE("+usageType+", '')", "TrSpt|Spot") + " THEN 'spot' ELSE 'on-demand' END",
			"sku": c.text("skuid"), "rate_code": c.text("skupriceid"), "tags": c.labels("tags", ""), "cost_categories": c.labels("x_costcategories", ""),
		},
	}
}
