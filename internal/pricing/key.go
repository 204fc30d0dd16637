package pricing

import (
	"fmt"
	"strings"
)

// A Key names one price. Upper and lower case do not matter. The instance type is empty where the component has none.
type Key struct{ Region, Component, InstanceType string }

// String reads as part of a sentence: "ml.m5.xlarge under Hosting in eu-west-3".
func (k Key) String() string {
	if k.InstanceType == "" {
		return k.Component + " in " + k.Region
	}
	return fmt.Sprintf("%s under %s in %s", k.InstanceType, k.Component, k.Region)
}

// sheet identifies the sheet that the key's price is on.
func (k Key) sheet() sheetID {
	return sheetID{strings.ToLower(k.Region), strings.ToLower(k.Component)}
}

// quote identifies the key's price on its sheet.
func (k Key) quote() string { return strings.ToLower(k.InstanceType) }
