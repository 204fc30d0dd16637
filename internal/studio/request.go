package studio

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
)

// fresh is how old a request may be. An older one was asked of an agent that did not run.
const fresh = 2 * time.Minute

// request carries out what the person asks for, once; unseen is why nothing could be seen, nil where it was. It is noted as handled before anything is
// done, and what cannot be noted is not done: whatever ends the agent on the way, the next one is not to do it again.
func (a *Agent) request(ctx context.Context, w Wishes, look Look, unseen error) {
	r := w.Request
	maps.DeleteFunc(a.handled, func(_ string, at time.Time) bool { return look.At.Sub(at) > 2*fresh })
	if _, handled := a.handled[r.ID]; handled || r.ID == "" || r.ID == a.About.Handled {
		return
	}
	at, err := time.Parse(time.RFC3339, r.At)
	if age := look.At.Sub(at); err != nil || age > fresh || age < -fresh {
		return
	}
	before := a.About
	a.About.Handled, a.About.HandledResult = r.ID, "begun"
	if !a.show(w, w.limits(a.Limits), look, Judgement{State: Unknown, Why: "shutting down what was asked for"}) {
		a.About = before
		return
	}
	if a.handled == nil {
		a.handled = map[string]time.Time{}
	}
	a.handled[r.ID] = look.At
	result, err := a.carryOut(ctx, r.What, look, unseen)
	if err != nil {
		result = err.Error()
	}
	a.About.HandledResult = result
	a.Log.Info("asked to shut down "+r.What+": "+result, "request", r.ID)
}

func (a *Agent) carryOut(ctx context.Context, what string, look Look, unseen error) (string, error) {
	kernels, terminals, app := what == "kernels", what == "terminals", what == "app"
	switch {
	case what == "everything":
		kernels, terminals, app = true, true, true
	case !kernels && !terminals && !app:
		return "", fmt.Errorf("%q cannot be shut down", what)
	}
	if app && a.Whole == nil {
		return "", errors.New("the agent does not know which app or instance this is")
	}
	if unseen != nil && !app { // all of it can be ended unseen: who asks for it may do so since the server hangs
		return "", unseen
	}
	var failed []error
	ended := 0
	end := func(err error) {
		if err != nil {
			failed = append(failed, err)
			return
		}
		ended++
	}
	if kernels {
		for _, k := range look.Kernels {
			err := a.save(ctx, []jupyter.Kernel{k}, "")
			if err == nil {
				err = a.Server.ShutDownKernel(ctx, k.ID)
			}
			end(err)
		}
	}
	if terminals {
		for _, t := range look.Terminals {
			end(a.Server.ShutDownTerminal(ctx, t.Name))
		}
	}
	result := fmt.Sprintf("%d shut down", ended)
	if app {
		if !kernels {
			failed = append(failed, a.save(ctx, look.Kernels, ""))
		}
		if err := errors.Join(failed...); err != nil {
			return "", err
		}
		a.attempted()
		if err := a.Whole.Check(ctx); err != nil {
			return "", err
		}
		if err := a.Whole.Stop(ctx); err != nil {
			return "", err
		}
		result = "stopping"
	}
	return result, errors.Join(failed...)
}
