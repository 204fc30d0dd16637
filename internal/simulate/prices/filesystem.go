package prices

import "github.com/sagewarden/sagewarden/internal/simulate/world"

// filesystem is the price list of AmazonEFS, as far as domains need it. The rates of us-east-1 are public.
func filesystem(r region) []world.Price {
	var list []world.Price
	for _, class := range []struct {
		name, usage string
		rate        dollars
	}{
		{"General Purpose", "TimedStorage-ByteHrs", 0.3 * dollar},
		{"One Zone-General Purpose", "TimedStorage-Z-ByteHrs", 0.16 * dollar},
		{"Infrequent Access", "IATimedStorage-ByteHrs", 0.025 * dollar},
	} {
		a := attributes(r, "", r.prefix+"-"+class.usage)
		a["servicecode"], a["servicename"] = "AmazonEFS", "Amazon Elastic File System"
		a["storageClass"] = class.name
		list = append(list, numbered(world.Price{Family: "Storage", Attributes: a, USD: class.rate.scaled(r.permille).String(), Unit: "GB-Mo"}))
	}
	return list
}
