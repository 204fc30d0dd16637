package world

// Truth is when everything that can be idle lives, and when it is really used, by ARN: apps, endpoints, inference
// components and records.
func (w *World) Truth() map[string]Life {
	truth := map[string]Life{}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, d := range r.Domains {
				for _, app := range d.Apps {
					truth[a.ARN(r.Name, app.Resource(d.ID))] = app.Life
				}
			}
			for _, e := range r.Endpoints {
				truth[a.ARN(r.Name, e.Resource())] = e.Life
			}
			for _, c := range r.Components {
				truth[a.ARN(r.Name, c.Resource())] = c.Life
			}
			for _, record := range r.Records {
				truth[a.ARN(r.Name, record.Resource())] = record.Life
			}
		}
	}
	return truth
}
