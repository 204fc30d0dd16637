package usage

import "strings"

// supportServices begin the codes of AWS Support's plans.
var supportServices = []string{"AWSSupport", "OCBPremiumSupport"}

// commitmentLines are the line item types in which a commitment is paid for, used or not.
var commitmentLines = []string{"SavingsPlanUpfrontFee", "SavingsPlanRecurringFee", "RIFee"}

// Of is the class of a charge: what it is goes before what its usage type says. The category is FOCUS's, the type CUR's, empty where the bill has none.
func (u Usage) Of(service, category, lineItemType string) Class {
	for _, s := range supportServices {
		if strings.HasPrefix(service, s) {
			return Support
		}
	}
	switch {
	case category == "Tax" || lineItemType == "Tax":
		return Tax
	case category == "Purchase":
		return Commitment
	}
	for _, l := range commitmentLines {
		if l == lineItemType {
			return Commitment
		}
	}
	return u.Class
}
