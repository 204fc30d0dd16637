package prices

import "github.com/sagewarden/sagewarden/internal/simulate/world"

// decoys are the products that a careless reader takes for a price.
func decoys(r region) []world.Price {
	hosted := func(component, instance string) map[string]string {
		a := attributes(r, "RunInstance", r.prefix+"-Host:"+instance)
		a["platoinstancetype"], a["instanceName"], a["instanceType"] = component, instance, instance+"-Hosting"
		return a
	}
	product := func(family string, a map[string]string, rate dollars, unit string) world.Price {
		return numbered(world.Price{Family: family, Attributes: a, USD: rate.String(), Unit: unit})
	}

	free := hosted("Hosting-Free", "ml.m5.xlarge")
	free["groupDescription"] = "hour under the monthly free tier"
	freeName := hosted("Hosting", "ml.m5.xlarge-Free")
	outpost := hosted("Hosting", "ml.m5.xlarge")
	outpost["locationType"] = "AWS Outposts"
	unified := attributes(r, "CreateVolume-Gp3", r.prefix+"-UnifiedStudio:VolumeUsage.gp3")
	rack := attributes(r, "CreateVolume-Gp2", r.prefix+"-Notebk:VolumeUsage.gp2")
	rack["locationType"] = "AWS Outposts"
	allowance := attributes(r, "Session", r.prefix+"-Canvas:Session-Hrs-Parent")
	reads := attributes(r, "", r.prefix+"-FeatureStore:ReadRequestUnits")
	writes := attributes(r, "", r.prefix+"-FeatureStore:WriteRequestUnits")
	data := attributes(r, "Invoke-Endpoint", r.prefix+"-Hst:Data-Bytes-In")
	data["group"] = "Hosting:IN"
	answers := attributes(r, "Invoke-Endpoint", r.prefix+"-Hst:Data-Bytes-Out")
	answers["group"] = "Hosting:OUT"

	list := []world.Price{
		product("ML Instance", free, 0, "Hrs"),
		product("ML Instance", freeName, 0, "Hrs"),
		product("ML Instance", outpost, 0.19*dollar, "Hrs"),
		product("Storage", unified, dollars(0.112*dollar).scaled(r.permille), "GB-Mo"),
		product("Storage", rack, 0.2*dollar, "GB-Mo"),
		product("ML Hours", allowance, 0, "Hrs"),
		product("ML Feature Store", reads, 0.0000003*dollar, "ReadRequestUnits"),
		product("ML Feature Store", writes, 0.0000015*dollar, "WriteRequestUnits"),
		product("ML Data Processing", data, 0.016*dollar, "GB"),
		product("ML Data Processing", answers, 0.016*dollar, "GB"),
	}
	switch r.code {
	case "us-west-2":
		list = append(list,
			product("ML Instance", hosted("Processing_Geo", "ml.m5.xlarge"), 0.15*dollar, "Hrs"),
			product("ML Instance", hosted("Hosting", "ml.g4ad.4xlarge"), 0, "Hrs"))
	case "eu-central-1":
		list = append(list,
			product("ML Instance", hosted("Hosting", "ml.g4ad.4xlarge"), 1.31*dollar, "Hrs"),
			product("ML Instance", hosted("Hosting", "ml.g4ad.4xlarge"), 1.42*dollar, "Hrs"))
	}
	return list
}
