package usage

import "strings"

// Family is the family of an instance type: "p4de" of "ml.p4de.24xlarge". It is empty for what is no instance type.
func Family(instanceType string) string {
	if _, ok := instance(instanceType); !ok {
		return ""
	}
	return strings.Split(instanceType, ".")[1]
}

// accelerated are the series of families with a GPU, an FPGA or a chip of AWS's own: what stands before the generation.
// A list of families would be out of date with the next generation.
var accelerated = map[string]bool{"p": true, "g": true, "trn": true, "inf": true, "dl": true, "f": true, "vt": true}

// Accelerated reports whether an instance type has an accelerator.
func Accelerated(instanceType string) bool {
	family := Family(instanceType)
	generation := strings.IndexAny(family, "0123456789")
	return generation > 0 && accelerated[family[:generation]]
}
