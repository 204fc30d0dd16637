package organization

import (
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// Truth is when everything lives and when it is really used, by ARN: apps, endpoints and inference components. Of an
// endpoint with several production variants, each variant is there too, as <endpoint ARN>#<variant>.
func Truth(w *world.World) map[string]world.Life {
	truth := w.Truth()
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			called := callsByVariant(r)
			for _, e := range r.Endpoints {
				if len(e.Variants) < 2 {
					continue
				}
				for _, v := range e.Variants {
					l := e.Life
					if l.Use != nil {
						l.Use = called[e.Name+"/"+v.Name]
					}
					truth[a.ARN(r.Name, e.Resource())+"#"+v.Name] = l
				}
			}
		}
	}
	return truth
}

// callsByVariant are the invocations by endpoint and variant. On an endpoint that is used at all they are use: warmers and monitors have
// endpoints of their own.
func callsByVariant(r *world.Region) map[string]world.Activity {
	called := map[string]world.Activity{}
	for _, m := range r.Metrics {
		if s, ok := m.Pattern.(world.Samples); ok && m.Name == "Invocations" && m.Dimensions["VariantName"] != "" {
			called[m.Dimensions["EndpointName"]+"/"+m.Dimensions["VariantName"]] = s.Of
		}
	}
	return called
}
