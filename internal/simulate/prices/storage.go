package prices

import "github.com/sagewarden/sagewarden/internal/simulate/world"

// A volume is storage by the GB-month.
type volume struct {
	// usage is the usage type without its region, kind what volumeType says after General Purpose.
	usage, operation, kind string
	// rate is that of us-east-1.
	rate dollars
}

// The rates of notebooks, endpoints and spaces are public. The others keep the proportion that one bill of eu-west-1 has
// between them, and Cluster is an assumption.
var volumes = []volume{
	{"Notebk:VolumeUsage.gp2", "CreateVolume-Gp2", "Notebook", 0.14 * dollar},
	{"Host:VolumeUsage.gp2", "CreateVolume-Gp2", "Hosting", 0.14 * dollar},
	{"Train:VolumeUsage.gp2", "CreateVolume-Gp2", "Training", 0.14 * dollar},
	{"TrainWarmPool:VolumeUsage.gp2", "CreateVolume-Gp2", "Training", 0.14 * dollar},
	{"Processing:VolumeUsage.gp2", "CreateVolume-Gp2", "Processing", 0.1 * dollar},
	{"Cluster:VolumeUsage.gp2", "CreateVolume-Gp2", "Cluster", 0.14 * dollar},
	{"Studio:VolumeUsage.gp3", "CreateVolume-Gp3", "Studio", 0.112 * dollar},
}

// storage is what the region sells by the GB-month.
func storage(r region) []world.Price {
	var list []world.Price
	for _, v := range volumes {
		a := attributes(r, v.operation, r.prefix+"-"+v.usage)
		a["volumeType"] = "General Purpose-" + v.kind
		if v.kind == "Hosting" { // the only one known to have an attribute of the instances
			a["platoinstancetype"] = v.kind
		}
		list = append(list, numbered(world.Price{Family: "Storage", Attributes: a, USD: v.rate.scaled(r.permille).String(), Unit: "GB-Mo"}))
	}
	a := attributes(r, "", r.prefix+"-FeatureStore:TimedAndPITRStorage")
	features := world.Price{Family: "ML Feature Store", Attributes: a, USD: dollars(0.45 * dollar).scaled(r.permille).String(), Unit: "GB-Month"}
	if r.code == "sa-east-1" { // what tiers look like
		features.Then = dollars(0.4 * dollar).scaled(r.permille).String()
	}
	return append(list, numbered(features))
}
