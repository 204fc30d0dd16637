package bill

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// curColumns are the columns of both reports of costs and usage: of CUR 2.0 all, of the legacy report those that the month has, without maps
// and the accounts' names.
func (b *Bill) curColumns() []column {
	constant := func(s string) func(*Line) string { return func(*Line) string { return s } }
	empty := constant("")
	never := func(*Line) (Amount, bool) { return 0, false }
	product := func(f func(*Product) string) func(*Line) string { return func(l *Line) string { return f(l.Product) } }
	usage := func(l *Line) bool { return l.Quantity != 0 }
	used := func(f func(*Line) Amount) func(*Line) (Amount, bool) {
		return func(l *Line) (Amount, bool) { return f(l), usage(l) }
	}
	plan := func(name string, f func(*Line) string) column { return where(withPlans, words("savingsPlan/"+name, f)) }
	planned := func(name string, types []LineType, f func(*Line) Amount) column {
		return where(withPlans, some("savingsPlan/"+name, func(l *Line) (Amount, bool) { return f(l), slices.Contains(types, l.Type) }))
	}
	reserved := func(name string, types []LineType, f func(*Line) Amount) column {
		return where(withReservations, some("reservation/"+name, func(l *Line) (Amount, bool) { return f(l), slices.Contains(types, l.Type) }))
	}
	reservation := func(name string, f func(*Line) string) column {
		return where(withReservations, words("reservation/"+name, f))
	}
	split := func(name string, f func(*Split) Amount) column {
		return where(withSplits, amounts("splitLineItem/"+name, func(l *Line) Amount { return f(l.Split) }))
	}
	// Without a private discount, nothing is net.
	net := func(c column) column {
		c.only = withNet
		if !b.discounted() {
			c.text, c.number = empty, never
		}
		return c
	}
	covered, fee := []LineType{PlanCovered}, []LineType{PlanRecurring}
	applied, recurring := []LineType{ReservationCovered}, []LineType{ReservationRecurring}
	// The share of what a plan takes that was paid upfront, and of what a reservation does.
	unusedUpfront := func(l *Line) Amount {
		return l.Reservation.Upfront.Times(l.Quantity).over(l.Reservation.Idle, l.Reservation.Count)
	}
	unusedRecurring := func(l *Line) Amount { return l.Committed - l.Used - unusedUpfront(l) }
	effective := func(l *Line) Amount { return l.Effective }
	location := func(l *Line) string { return l.Product.Location }

	return []column{
		words("identity/LineItemId", (*Line).ID),
		words("identity/TimeInterval", func(l *Line) string { return stamp(l.Start) + "/" + stamp(l.End) }),
		words("bill/BillType", (*Line).kind),
		words("bill/BillingEntity", func(l *Line) string { return l.Seller }),
		moments("bill/BillingPeriodEndDate", func(*Line) time.Time { return b.end }),
		moments("bill/BillingPeriodStartDate", func(*Line) time.Time { return b.Month }),
		words("bill/InvoiceId", b.Invoice),
		words("bill/InvoicingEntity", (*Line).issuer),
		words("bill/PayerAccountId", constant(b.Payer.ID)),
		words("bill/PayerAccountName", constant(b.Payer.Name)),
		mapping("costCategory", pairs, func(l *Line) []pair { return l.Tags.entries("", l.Tags.Categories, snake) }),
		mapping("discount", shares, (*Line).discounts),
		net(some("discount/BundledDiscount", func(l *Line) (Amount, bool) { return 0, l.Discount != 0 })),
		net(some("discount/TotalDiscount", func(l *Line) (Amount, bool) { return l.Discount, l.Discount != 0 })),
		words("lineItem/AvailabilityZone", (*Line).zone),
		amounts("lineItem/BlendedCost", func(l *Line) Amount { return l.Unblended }),
		words("lineItem/BlendedRate", (*Line).rate),
		words("lineItem/CurrencyCode", func(l *Line) string { return l.Currency }),
		words("lineItem/LegalEntity", (*Line).issuer),
		words("lineItem/LineItemDescription", (*Line).text),
		words("lineItem/LineItemType", func(l *Line) string { return string(l.Type) }),
		net(some("lineItem/NetUnblendedCost", func(l *Line) (Amount, bool) { return l.Net, true })),
		net(words("lineItem/NetUnblendedRate", func(l *Line) string {
			if l.Discount == 0 {
				return ""
			}
			return l.Rate.over(1000-b.Discount, 1000).String()
		})),
		some("lineItem/NormalizationFactor", never),
		some("lineItem/NormalizedUsageAmount", never),
		words("lineItem/Operation", product(func(p *Product) string { return p.Operation })),
		words("lineItem/ProductCode", product(func(p *Product) string { return p.Service })),
		words("lineItem/ResourceId", func(l *Line) string { return l.Subject.ID }),
		words("lineItem/TaxType", func(l *Line) string {
			if l.Type == Tax {
				return "VAT"
			}
			return ""
		}),
		amounts("lineItem/UnblendedCost", func(l *Line) Amount { return l.Unblended }),
		words("lineItem/UnblendedRate", (*Line).rate),
		words("lineItem/UsageAccountId", func(l *Line) string { return l.Subject.Account.ID }),
		words("lineItem/UsageAccountName", func(l *Line) string { return l.Subject.Account.Name }),
		amounts("lineItem/UsageAmount", func(l *Line) Amount { return l.Quantity }),
		moments("lineItem/UsageEndDate", func(l *Line) time.Time { return l.End }),
		moments("lineItem/UsageStartDate", func(l *Line) time.Time { return l.Start }),
		words("lineItem/UsageType", product(func(p *Product) string { return p.Usage })),

		words("pricing/currency", func(l *Line) string { return l.Currency }),
		words("pricing/LeaseContractLength", func(l *Line) string {
			if l.Reservation != nil {
				return "1yr"
			}
			return ""
		}),
		words("pricing/OfferingClass", func(l *Line) string {
			if l.Reservation != nil {
				return "standard"
			}
			return ""
		}),
		amounts("pricing/publicOnDemandCost", func(l *Line) Amount {
			if l.Type == PlanNegation { // which is not to be added up
				return l.Unblended
			}
			return l.List
		}),
		words("pricing/publicOnDemandRate", (*Line).rate),
		words("pricing/PurchaseOption", func(l *Line) string {
			if l.Reservation != nil {
				return "Partial Upfront"
			}
			return ""
		}),
		words("pricing/RateCode", product((*Product).RateCode)),
		words("pricing/RateId", func(l *Line) string {
			if l.Product.SKU == "" {
				return ""
			}
			return strconv.Itoa(int(10_000_000_000 + number32(l.Product.SKU)))
		}),
		words("pricing/term", func(l *Line) string {
			switch {
			case l.Reservation != nil:
				return "Reserved"
			case l.Plan != nil || !usage(l):
				return ""
			}
			return "OnDemand"
		}),
		words("pricing/unit", product(func(p *Product) string { return p.Unit })),

		mapping("product", pairs, func(l *Line) []pair {
			return entries("", map[string]string{"product_name": l.Product.ServiceName, "region": l.Product.Region, "servicename": l.Product.ServiceName}, nil)
		}),
		words("product/comment", empty), words("product/fee_code", empty), words("product/fee_description", empty),
		words("product/from_location", empty), words("product/from_location_type", empty), words("product/from_region_code", empty),
		words("product/instance_family", product(func(p *Product) string {
			if p.Instance == "" {
				return ""
			}
			return "General purpose"
		})),
		words("product/instance_type", product(func(p *Product) string { return p.Instance })),
		words("product/instancesku", empty),
		words("product/location", location),
		words("product/location_type", func(l *Line) string {
			if l.Product.Location == "" {
				return ""
			}
			return "AWS Region"
		}),
		words("product/operation", product(func(p *Product) string { return p.Operation })),
		words("product/pricing_unit", empty),
		words("product/product_family", product(func(p *Product) string { return p.Family })),
		words("product/region_code", product(func(p *Product) string { return p.Region })),
		words("product/servicecode", product(func(p *Product) string { return p.Service })),
		words("product/sku", product(func(p *Product) string { return p.SKU })),
		words("product/to_location", empty), words("product/to_location_type", empty), words("product/to_region_code", empty),
		words("product/usagetype", product(func(p *Product) string { return p.Usage })),

		reserved("AmortizedUpfrontCostForUsage", applied, func(l *Line) Amount { return l.Reservation.Upfront.Times(l.Quantity) }),
		reserved("AmortizedUpfrontFeeForBillingPeriod", recurring, func(l *Line) Amount { return l.Upfront }),
		reservation("AvailabilityZone", empty),
		reserved("EffectiveCost", applied, effective),
		reservation("EndTime", func(*Line) string { return stamp(b.end.AddDate(0, 5, 0)) }),
		reservation("ModificationStatus", constant("Original")),
		net(reserved("NetAmortizedUpfrontCostForUsage", nil, effective)),
		net(reserved("NetAmortizedUpfrontFeeForBillingPeriod", nil, effective)),
		net(reserved("NetEffectiveCost", applied, effective)),
		net(reserved("NetRecurringFeeForUsage", nil, effective)),
		net(reserved("NetUnusedAmortizedUpfrontFeeForBillingPeriod", recurring, unusedUpfront)),
		net(reserved("NetUnusedRecurringFee", recurring, unusedRecurring)),
		net(reserved("NetUpfrontValue", nil, effective)),
		reservation("NormalizedUnitsPerReservation", constant("4.0")),
		reservation("NumberOfReservations", func(l *Line) string { return strconv.FormatInt(l.Reservation.Count, 10) }),
		reserved("RecurringFeeForUsage", applied, func(l *Line) Amount { return l.Reservation.Recurring.Times(l.Quantity) }),
		reservation("ReservationARN", func(l *Line) string { return l.Reservation.ARN(b.Payer.ID) }),
		reservation("StartTime", func(*Line) string { return stamp(b.end.AddDate(0, -7, 0)) }),
		reservation("SubscriptionId", func(l *Line) string { return strconv.Itoa(int(number32(l.Reservation.ID))) }),
		reservation("TotalReservedNormalizedUnits", empty), reservation("TotalReservedUnits", empty), reservation("UnitsPerReservation", constant("1.0")),
		reserved("UnusedAmortizedUpfrontFeeForBillingPeriod", recurring, unusedUpfront),
		reserved("UnusedNormalizedUnitQuantity", nil, effective),
		reserved("UnusedQuantity", recurring, func(l *Line) Amount { return l.Quantity.over(l.Reservation.Idle, l.Reservation.Count) }),
		reserved("UnusedRecurringFee", recurring, unusedRecurring),
		reserved("UpfrontValue", nil, effective),

		mapping("resourceTags", pairs, func(l *Line) []pair {
			return append(l.Tags.entries("aws_", trimmed(l.Tags.AWS), snake), l.Tags.entries("user_", l.Tags.User, snake)...)
		}),

		planned("AmortizedUpfrontCommitmentForBillingPeriod", fee, func(l *Line) Amount { return l.Upfront }),
		plan("EndTime", func(l *Line) string { return stamp(l.Plan.Ends()) }),
		plan("InstanceTypeFamily", empty),
		net(planned("NetAmortizedUpfrontCommitmentForBillingPeriod", fee, func(l *Line) Amount { return l.Upfront })),
		net(planned("NetRecurringCommitmentForBillingPeriod", fee, func(l *Line) Amount { return l.Committed - l.Upfront })),
		net(planned("NetSavingsPlanEffectiveCost", covered, effective)),
		plan("OfferingType", constant("MachineLearningSavingsPlans")),
		plan("PaymentOption", func(l *Line) string { return l.Plan.Payment() }),
		plan("PurchaseTerm", func(l *Line) string { return strconv.Itoa(l.Plan.Years) + "yr" }),
		planned("RecurringCommitmentForBillingPeriod", fee, func(l *Line) Amount { return l.Committed - l.Upfront }),
		plan("Region", constant("Any")),
		where(withPlans, words("savingsPlan/SavingsPlanARN", func(l *Line) string {
			if l.Type == Refund { // of which only the description tells the plan
				return ""
			}
			return l.Plan.ARN
		})),
		planned("SavingsPlanEffectiveCost", covered, effective),
		planned("SavingsPlanRate", covered, func(l *Line) Amount { return l.Product.PlanRate }),
		plan("StartTime", func(l *Line) string { return stamp(l.Plan.Bought) }),
		planned("TotalCommitmentToDate", fee, func(l *Line) Amount { return l.Committed }),
		planned("UsedCommitment", fee, func(l *Line) Amount { return l.Used }),

		mapping("tags", pairs, func(l *Line) []pair {
			return slices.Concat(l.Tags.entries("accountTag/", l.Tags.Account, nil), l.Tags.entries("costCategory/", l.Tags.Categories, nil),
				l.Tags.entries("resourceTags/", l.Tags.AWS, nil), l.Tags.entries("resourceTags/", l.Tags.User, nil))
		}),

		split("ActualUsage", func(s *Split) Amount { return s.Actual }),
		split("NetSplitCost", func(s *Split) Amount { return s.Cost }),
		split("NetUnusedCost", func(s *Split) Amount { return s.Unused }),
		where(withSplits, words("splitLineItem/ParentResourceId", func(l *Line) string { return l.Split.Parent })),
		split("PublicOnDemandSplitCost", func(s *Split) Amount { return s.List }),
		split("PublicOnDemandUnusedCost", func(s *Split) Amount { return s.Unused }),
		split("ReservedUsage", func(s *Split) Amount { return s.Reserved }),
		split("SplitCost", func(s *Split) Amount { return s.Cost }),
		split("SplitUsage", func(s *Split) Amount { return s.Used }),
		where(withSplits, some("splitLineItem/SplitUsageRatio", used(func(l *Line) Amount { return l.Split.Used.over(int64(One), int64(8*One)) }))),
		split("UnusedCost", func(s *Split) Amount { return s.Unused }),
	}
}

// legacyColumns are those of the legacy report: of what the lines have, with a column for each tag and category.
func (b *Bill) legacyColumns() []column {
	found := map[feature]bool{always: true, withNet: b.discounted()}
	user, aws, categories := map[string]bool{}, map[string]bool{}, map[string]bool{}
	note := func(keys map[string]bool, tags map[string]string) {
		for key := range tags {
			keys[key] = true
		}
	}
	seen := map[*Tags]bool{}
	for l := range b.Lines() {
		for _, f := range []feature{withPlans, withReservations, withSplits} {
			found[f] = found[f] || f.has(l)
		}
		if !seen[l.Tags] {
			seen[l.Tags] = true
			note(user, l.Tags.User)
			note(aws, l.Tags.AWS)
			note(categories, l.Tags.Categories)
		}
	}
	var list []column
	for _, c := range b.curColumns() {
		if c.sort == pairs || c.sort == shares || !found[c.only] || strings.HasSuffix(c.name, "AccountName") {
			continue
		}
		if legacy, other := legacyNames[c.name]; other {
			c.name = legacy
		}
		list = append(list, c)
	}
	list = append(list, words("product/ProductName", func(l *Line) string { return l.Product.ServiceName }), words("product/region", func(l *Line) string { return l.Product.Region }))
	slices.SortStableFunc(list, func(a, b column) int { return cmp.Compare(group(a.name), group(b.name)) })
	for _, key := range slices.Sorted(maps.Keys(aws)) {
		list = append(list, words("resourceTags/"+key, func(l *Line) string { return l.Tags.AWS[key] }))
	}
	for _, key := range slices.Sorted(maps.Keys(user)) {
		list = append(list, words("resourceTags/user:"+key, func(l *Line) string { return l.Tags.User[key] }))
	}
	for _, key := range slices.Sorted(maps.Keys(categories)) {
		list = append(list, words("costCategory/"+key, func(l *Line) string { return l.Tags.Categories[key] }))
	}
	return list
}

// legacyNames are what the legacy report calls otherwise.
var legacyNames = map[string]string{
	"product/fee_code": "product/feeCode", "product/fee_description": "product/feeDescription", "product/from_location": "product/fromLocation",
	"product/from_location_type": "product/fromLocationType", "product/from_region_code": "product/fromRegionCode", "product/instance_family": "product/instanceFamily",
	"product/instance_type": "product/instanceType", "product/location_type": "product/locationType", "product/pricing_unit": "product/pricingUnit",
	"product/product_family": "product/productFamily", "product/region_code": "product/regionCode", "product/to_location": "product/toLocation",
	"product/to_location_type": "product/toLocationType", "product/to_region_code": "product/toRegionCode",
}

// discounted reports whether a private discount is in columns of its own.
func (b *Bill) discounted() bool { return b.Discount > 0 && !b.DiscountRows }

// group is where the columns of a group stand in the file.
func group(name string) int {
	before, _, _ := strings.Cut(name, "/")
	return slices.Index([]string{"identity", "bill", "lineItem", "product", "pricing", "reservation", "savingsPlan", "discount", "splitLineItem"}, before)
}

// stamp is an instant as the reports write it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// trimmed are tags of AWS's without the aws: of their keys.
func trimmed(tags map[string]string) map[string]string {
	short := map[string]string{}
	for key, value := range tags {
		short[strings.TrimPrefix(key, "aws:")] = value
	}
	return short
}

// entries are the tags, sorted, under keys that are spelled anew and begin with a prefix.
func (t *Tags) entries(prefix string, tags map[string]string, spell func(string) string) []pair {
	return entries(prefix, tags, spell)
}

func entries(prefix string, of map[string]string, spell func(string) string) []pair {
	var list []pair
	for _, key := range slices.Sorted(maps.Keys(of)) {
		if of[key] == "" {
			continue
		}
		name := key
		if spell != nil {
			name = spell(key)
		}
		if name = prefix + name; !slices.ContainsFunc(list, func(p pair) bool { return p.key == name }) {
			list = append(list, pair{key: name, text: of[key]})
		}
	}
	return list
}

// discounts are the discounts that the line's net cost has.
func (l *Line) discounts() []pair {
	if l.Discount == 0 {
		return nil
	}
	return []pair{{key: "edp_discount", number: l.Discount}}
}

// issuer is the company that sells.
func (l *Line) issuer() string {
	switch {
	case l.Seller == marketplace:
		return "Contextual Models, Inc."
	case l.Currency == "EUR":
		return "Amazon Web Services EMEA SARL"
	}
	return "Amazon Web Services, Inc."
}

// zone is an availability zone, which only some usage has.
func (l *Line) zone() string {
	if l.Product.Service == "AmazonEC2" && l.Product.Region != "" {
		return l.Product.Region + "a"
	}
	return ""
}

// rate is the price of a unit, empty for what has none.
func (l *Line) rate() string {
	if l.Quantity == 0 {
		return ""
	}
	return l.Rate.String()
}

// number32 is a number that follows from a name.
func number32(name string) int64 {
	var n int64
	for _, c := range []byte(name) {
		n = (n*31 + int64(c)) % 1_000_000_007
	}
	return n
}
