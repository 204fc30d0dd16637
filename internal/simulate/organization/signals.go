package organization

import (
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// logging is what an app writes to its log stream.
type logging int

const (
	// The zero value is what apps of the type usually write: kernels at the start and under somebody's hands, other apps all the time.
	_ logging = iota
	// chatty is a kernel that writes every minute, whatever its use.
	chatty
	// missing has no stream; empty has one without events.
	missing
	empty
)

// log gives the app its stream.
func (g *generator) log(st *studio, plan appPlan, app *world.App) {
	writes := app.Log()
	if app.Type == kernelGateway && app.Use != nil {
		writes = world.Union{world.NewInstants(app.Created), keyboard(app.Use)}
	}
	switch plan.log {
	case missing:
		return
	case empty:
		writes = nil
	case chatty:
		writes = world.Every{Period: time.Minute, From: app.Created, To: app.Deleted}
	}
	streams := &st.site.Streams
	s := app.Stream(st.domain.ID, writes)
	*streams = append(*streams, s)
	if plan.bootLog {
		boot := *s
		boot.Name += "/LifecycleConfigOnStart"
		boot.Events = world.NewInstants(app.Created.Add(20*time.Second), app.Created.Add(50*time.Second))
		*streams = append(*streams, &boot)
	}
}

// report gives the app the metric that speaks of its use, where something publishes one.
func (g *generator) report(st *studio, plan appPlan, app *world.App) {
	metrics := &st.site.Metrics
	switch app.Type {
	case canvas:
		*metrics = append(*metrics, app.CanvasActivity(st.domain.ID))
	case kernelGateway, jupyterLab, codeEditor:
		if !st.covered || app.Status != "" {
			return
		}
		var until time.Time
		if plan.stale {
			// The agent dies with the person at work, so that its last word is not that nobody is there.
			until = g.At.Add(-g.between(6*time.Hour, g.At.Sub(app.Created)-day))
			if used, ok := app.Use.Last(until); ok {
				until = used
			}
		}
		*metrics = append(*metrics, app.Heartbeat(st.domain.ID, until))
	}
}
