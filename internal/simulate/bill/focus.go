package bill

import (
	"iter"
	"strings"
	"time"
)

// rows are the rows that FOCUS makes of the lines: of one that only takes another's cost back none, and two of a fee with an unused part.
func rows(lines iter.Seq[*Line]) iter.Seq[*Line] {
	return func(yield func(*Line) bool) {
		for l := range lines {
			if l.Type == PlanNegation {
				continue
			}
			if !yield(l) {
				return
			}
			if (l.Type == PlanRecurring || l.Type == ReservationRecurring) && l.Committed != l.Used {
				rest := *l
				rest.unused = true
				if !yield(&rest) {
					return
				}
			}
		}
	}
}

// billed is what the invoice says: nothing for what a commitment covers.
func (l *Line) billed() Amount {
	if l.unused || l.Type == PlanCovered {
		return 0
	}
	return l.Net
}

// effective is what it costs once commitments are spread over what they cover.
func (l *Line) effective() Amount {
	switch {
	case l.unused:
		return l.Committed - l.Used
	case l.purchase():
		return 0
	}
	return l.NetAmortized()
}

// purchase reports whether it is a fee of a commitment.
func (l *Line) purchase() bool {
	switch l.Type {
	case PlanRecurring, PlanUpfront, ReservationRecurring:
		return !l.unused
	}
	return false
}

func (l *Line) category() string {
	switch {
	case l.Type == Tax:
		return "Tax"
	case l.Type == Credit:
		return "Credit"
	case l.Type == Refund:
		return "Adjustment"
	case l.purchase(), l.Type == Fee:
		return "Purchase"
	}
	return "Usage"
}

// covered is Used for what a commitment covers, Unused for what it leaves, empty for all else.
func (l *Line) covered() string {
	switch {
	case l.unused:
		return "Unused"
	case l.Type == PlanCovered, l.Type == ReservationCovered:
		return "Used"
	}
	return ""
}

// commitment is the ARN of the commitment, which a refund names in its description alone.
func (l *Line) commitment(payer string) string {
	switch {
	case l.Plan != nil && l.Type != Refund:
		return l.Plan.ARN
	case l.Reservation != nil:
		return l.Reservation.ARN(payer)
	}
	return ""
}

// focusColumns are those of FOCUS 1.0, or of 1.2.
func (b *Bill) focusColumns(v Format) []column {
	constant := func(s string) func(*Line) string { return func(*Line) string { return s } }
	empty := constant("")
	never := func(*Line) (Amount, bool) { return 0, false }
	committed := func(spend, usage string) func(*Line) string {
		return func(l *Line) string {
			switch {
			case l.commitment(b.Payer.ID) == "":
				return ""
			case l.Plan != nil:
				return spend
			}
			return usage
		}
	}
	used := func(f func(*Line) Amount) func(*Line) (Amount, bool) {
		return func(l *Line) (Amount, bool) { return f(l), l.Quantity != 0 && l.category() == "Usage" && !l.unused }
	}
	unit := func(l *Line) string {
		if l.Quantity == 0 || l.category() != "Usage" || l.unused {
			return ""
		}
		return l.Product.Unit
	}
	contracted := func(l *Line) Amount {
		if l.unused || l.purchase() && l.List == 0 {
			return l.billed()
		}
		if l.Type == PlanCovered || l.Type == ReservationCovered {
			return l.List
		}
		return l.Net
	}
	pricing := func(l *Line) string {
		switch {
		case l.covered() != "":
			return "Committed"
		case l.category() != "Usage":
			return ""
		case strings.Contains(l.Product.Usage, "TrSpt:"):
			return "Dynamic"
		}
		return "Standard"
	}
	columns := []column{
		words("AvailabilityZone", (*Line).zone),
		amounts("BilledCost", (*Line).billed),
		words("BillingAccountId", constant(b.Payer.ID)), words("BillingAccountName", constant(b.Payer.Name)),
		words("BillingCurrency", func(l *Line) string { return l.Currency }),
		moments("BillingPeriodEnd", func(*Line) time.Time { return b.end }), moments("BillingPeriodStart", func(*Line) time.Time { return b.Month }),
		words("ChargeCategory", (*Line).category),
		words("ChargeClass", func(l *Line) string {
			if l.Type == Refund {
				return "Correction"
			}
			return ""
		}),
		words("ChargeDescription", (*Line).text),
		words("ChargeFrequency", func(l *Line) string {
			switch {
			case l.Type == PlanRecurring || l.Type == ReservationRecurring || l.Product.Service == "AWSSupportBusiness":
				return "Recurring"
			case l.category() == "Usage":
				return "Usage-Based"
			}
			return "One-Time"
		}),
		moments("ChargePeriodEnd", func(l *Line) time.Time { return l.End }), moments("ChargePeriodStart", func(l *Line) time.Time { return l.Start }),
		words("CommitmentDiscountCategory", committed("Spend", "Usage")),
		words("CommitmentDiscountId", func(l *Line) string { return l.commitment(b.Payer.ID) }),
		words("CommitmentDiscountName", empty),
		words("CommitmentDiscountStatus", (*Line).covered),
		words("CommitmentDiscountType", committed("Machine Learning Savings Plan", "Reserved")),
		some("ConsumedQuantity", used(func(l *Line) Amount { return l.Quantity })),
		words("ConsumedUnit", unit),
		amounts("ContractedCost", contracted),
		some("ContractedUnitPrice", used(func(l *Line) Amount { return l.Rate })),
		amounts("EffectiveCost", (*Line).effective),
		words("InvoiceIssuerName", (*Line).issuer),
		amounts("ListCost", func(l *Line) Amount {
			if l.unused {
				return 0
			}
			return l.List
		}),
		some("ListUnitPrice", used(func(l *Line) Amount { return l.Rate })),
		words("PricingCategory", pricing),
		some("PricingQuantity", used(func(l *Line) Amount { return l.Quantity })),
		words("PricingUnit", unit),
		words("ProviderName", constant("AWS")),
		words("PublisherName", (*Line).issuer),
		words("RegionId", func(l *Line) string { return l.Product.Region }),
		words("RegionName", func(l *Line) string { return l.Product.Location }),
		words("ResourceId", func(l *Line) string { return l.Subject.ID }),
		words("ResourceName", empty), words("ResourceType", empty),
		words("ServiceCategory", func(l *Line) string {
			switch l.Product.Service {
			case sageMaker, planService:
				return "AI and Machine Learning"
			case "AmazonS3", "AmazonECR", "AmazonEFS":
				return "Storage"
			case "AmazonEC2", "AmazonEKS":
				return "Compute"
			case "AWSDataTransfer":
				return "Networking"
			}
			return "Other"
		}),
		words("ServiceName", func(l *Line) string { return l.Product.ServiceName }),
		words("SkuId", func(l *Line) string { return l.Product.SKU }),
		words("SkuPriceId", func(l *Line) string { return l.Product.RateCode() }),
		words("SubAccountId", func(l *Line) string { return l.Subject.Account.ID }), words("SubAccountName", func(l *Line) string { return l.Subject.Account.Name }),
		mapping("Tags", pairs, func(l *Line) []pair {
			return append(l.Tags.entries("", l.Tags.AWS, nil), l.Tags.entries("", l.Tags.User, nil)...)
		}),
		mapping("x_Discounts", shares, (*Line).discounts),
		words("x_Operation", func(l *Line) string { return l.Product.Operation }),
		words("x_ServiceCode", func(l *Line) string { return l.Product.Service }),
	}
	if v == FOCUS10 {
		columns = append(columns,
			mapping("x_CostCategories", pairs, func(l *Line) []pair { return l.Tags.entries("", l.Tags.Categories, nil) }),
			words("x_UsageType", func(l *Line) string { return l.Product.Usage }))
	} else {
		columns = append(columns,
			words("BillingAccountType", constant("Management Account")),
			words("CapacityReservationId", empty), words("CapacityReservationStatus", empty),
			some("CommitmentDiscountQuantity", never), words("CommitmentDiscountUnit", empty),
			words("InvoiceId", b.Invoice),
			words("PricingCurrency", func(l *Line) string { return l.Currency }),
			some("PricingCurrencyContractedUnitPrice", used(func(l *Line) Amount { return l.Rate })),
			some("PricingCurrencyEffectiveCost", func(l *Line) (Amount, bool) { return l.effective(), true }),
			some("PricingCurrencyListUnitPrice", used(func(l *Line) Amount { return l.Rate })),
			words("ServiceSubcategory", empty),
			words("SkuMeter", func(l *Line) string { return l.Product.Usage }),
			mapping("SkuPriceDetails", pairs, func(l *Line) []pair {
				if l.Product.Instance == "" {
					return nil
				}
				return []pair{{key: "InstanceType", text: l.Product.Instance}}
			}),
			words("SubAccountType", constant("Linked Account")))
	}
	return columns
}
