package kinds

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Canvas apps are known to start themselves again after they were deleted, as long as a page of Canvas is open in some browser.

const (
	signalRelaunches = "relaunches"
	// relaunchWindow is the stretch in which starts are counted, and relaunchLoop how many of them are more than a person's.
	relaunchWindow = 24 * time.Hour
	relaunchLoop   = 3
	// relaunchPages bounds what is read of CloudTrail.
	relaunchPages = 4
)

// countRelaunches counts the starts of each Canvas app of late.
func countRelaunches(ctx context.Context, s *Scope, obs []*estate.Observation, c estate.Criteria) {
	starts := map[string]*estate.Signal{}
	key := func(domain, user, name string) string { return strings.Join([]string{domain, user, name}, "/") }
	from := c.Now.Add(-relaunchWindow)
	var canvas []*estate.Observation
	for _, o := range obs {
		if r := o.Resource; r.Type == string(types.AppTypeCanvas) {
			canvas = append(canvas, o)
			starts[key(r.Domain, r.User, r.Attributes["appName"])] = &estate.Signal{Name: signalRelaunches, Source: "cloudtrail:LookupEvents CreateApp", Quality: estate.Good,
				Window: estate.Window{From: from, To: c.Now}}
		}
	}
	if len(canvas) == 0 {
		return
	}
	all, err := s.Creations(ctx, "CreateApp", from, relaunchPages, func(e Creation) bool {
		if sig := starts[key(e.Arguments["domainId"], e.Arguments["userProfileName"], e.Arguments["appName"])]; sig != nil && e.Arguments["appType"] == string(types.AppTypeCanvas) {
			sig.Value++
			sig.At = later(sig.At, e.At)
		}
		return true
	})
	for _, o := range canvas {
		sig := *starts[key(o.Resource.Domain, o.Resource.User, o.Resource.Attributes["appName"])]
		switch {
		case err != nil:
			sig = brokenSignal(signalRelaunches, "", sig.Source, err)
		case !all:
			sig.Quality, sig.Note = estate.Partial, "there are more events than were read"
		}
		o.Signals = append(o.Signals, sig)
	}
}

// relaunching is the condition of an app that starts itself again and again. What could be counted of the starts is enough to tell.
func relaunching(sigs estate.Signals) []estate.Condition {
	s, ok := sigs.Find(signalRelaunches, "")
	if !ok || s.Value < relaunchLoop {
		return nil
	}
	return []estate.Condition{{Type: estate.Relaunching, Since: s.Window.From, Why: fmt.Sprintf("it was started %.0f times within %s", s.Value, span(relaunchWindow)),
		Remedy: "close Canvas in every browser, or sign out of it, before deleting the app"}}
}
