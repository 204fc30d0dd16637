package prices

import "github.com/sagewarden/sagewarden/internal/simulate/world"

// hours is what the region sells by the hour that is no instance. A Canvas session has its public rate; those of tracking
// servers are assumptions.
func hours(r region) []world.Price {
	var list []world.Price
	for _, h := range []struct {
		usage, operation string
		rate             dollars
	}{
		{"Canvas:Session-Hrs", "Session", 1.9 * dollar},
		{"MLflow:TrackingServerCompute-Small", "RunTrackingServer", 0.642 * dollar},
		{"MLflow:TrackingServerCompute-Medium", "RunTrackingServer", 1.284 * dollar},
		{"MLflow:TrackingServerCompute-Large", "RunTrackingServer", 2.568 * dollar},
	} {
		a := attributes(r, h.operation, r.prefix+"-"+h.usage)
		list = append(list, numbered(world.Price{Family: "ML Hours", Attributes: a, USD: h.rate.scaled(r.permille).String(), Unit: "Hrs"}))
	}
	return list
}
