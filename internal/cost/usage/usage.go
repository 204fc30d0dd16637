package usage

import "strings"

// A Class says what is paid for. Hours of compute are never added to months of storage.
type Class string

// The classes.
const (
	Compute    Class = "compute"
	Storage    Class = "storage"
	Data       Class = "data"
	Requests   Class = "requests"
	Commitment Class = "commitment"
	Tax        Class = "tax"
	Support    Class = "support"
	Other      Class = "other"
)

// Unknown is the component of what the table does not have.
const Unknown = "other"

// A Unit is what a quantity counts.
type Unit string

// The units, as bills spell them. It is empty where the form leaves it open.
const (
	Hours      Unit = "Hrs"
	Seconds    Unit = "seconds"
	GBMonths   Unit = "GB-Mo"
	Gigabytes  Unit = "GB"
	NumberOf   Unit = "Requests"
	Objects    Unit = "Objects"
	NoneStated Unit = ""
)

// A Usage is what a usage type says.
type Usage struct {
	// Raw is the usage type as the bill has it.
	Raw string
	// Region is that of the usage type's prefix, empty without one.
	Region string
	// Component is the use, in the words of the price list where those mean the same: "Hosting", "SpotTraining", "Studio".
	Component string
	Class     Class
	// App is the Studio or RStudio application, as the API spells it.
	App string
	// InstanceType is "ml.m5.xlarge", or the size where there is no instance: "Mem-4GB", "Small".
	InstanceType string
	Unit         Unit
	// Meter is the component by which the price list and the watch's meters know the same thing, empty where they do not.
	Meter string
}

// Parse reads the usage type of a bill line. The operation tells the class where the usage type is not known, the product's
// instance type the instance where the usage type has none.
func Parse(usageType, operation, productInstanceType string) Usage {
	u := Usage{Raw: usageType, Component: Unknown, Class: classOfOperation(operation)}
	tail := usageType
	if prefix, rest, cut := strings.Cut(usageType, "-"); cut {
		if r, known := regions[prefix]; known {
			u.Region, tail = r, rest
		}
	}
	for _, f := range forms {
		if rest, ok := f.match(tail); ok {
			f.fill(&u, rest)
			break
		}
	}
	if u.InstanceType == "" && u.Class == Compute {
		u.InstanceType, _ = instance(productInstanceType)
	}
	return u
}

// operations are those that say what is paid for, whatever the usage type. Ends with a hyphen what others go on from.
var operations = []struct {
	operation string
	class     Class
}{
	{"RunInstance", Compute},
	{"CreateVolume-", Storage},
	{"Invoke-Endpoint", Data},
}

func classOfOperation(operation string) Class {
	for _, o := range operations {
		if operation == o.operation || strings.HasSuffix(o.operation, "-") && strings.HasPrefix(operation, o.operation) {
			return o.class
		}
	}
	return Other
}

// instance is the instance type that the text begins with: family and size, without what product columns put behind it
// (ml.m5.xlarge-Hosting). A family may have a hyphen (ml.p6-b200.48xlarge), a size has none.
func instance(text string) (string, bool) {
	parts := strings.Split(text, ".")
	if len(parts) < 3 || parts[0] != "ml" && parts[0] != "sc" {
		return "", false
	}
	size, _, _ := strings.Cut(parts[2], "-")
	if parts[1] == "" || size == "" {
		return "", false
	}
	return parts[0] + "." + parts[1] + "." + size, true
}
