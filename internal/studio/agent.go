package studio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
	"github.com/sagewarden/sagewarden/internal/studio/process"
)

// An Agent looks again and again. It never ends on an error: a server that does not answer now may answer later.
type Agent struct {
	Server Jupyter
	// Processes reads what runs on this machine.
	Processes func() (process.Sample, error)
	Limits    Limits
	// StopKernels and StopTerminals have the idle ones shut down. Without them the agent only tells.
	StopKernels, StopTerminals bool
	// Report tells others of a judgement, nil nobody. Of what is not known, nothing is to be told but that.
	Report func(context.Context, Judgement, time.Time) error
	Log    *slog.Logger
	// Now is this machine's clock, Self the agent's own process.
	Now  func() time.Time
	Self int

	memory Memory
}

// Look looks once, judges, tells, and shuts down what is due. What it returns was judged before anything was shut down. An error says that
// something could not be read, so that nothing was judged: then nothing is told and nothing done.
func (a *Agent) Look(ctx context.Context) (Judgement, error) {
	look, err := a.look(ctx)
	if err != nil {
		// What was used meanwhile, nobody saw: everything begins anew.
		a.memory = Memory{}
		return Judgement{}, err
	}
	var j Judgement
	j, a.memory = Judge(look, a.memory, a.Limits)
	if a.Report != nil {
		if err := a.Report(ctx, j, look.At); err != nil {
			a.Log.Error("the heartbeat was not published", "error", err)
		}
	}
	for _, f := range j.Findings {
		if f.Due && (f.Kernel != "" && a.StopKernels || f.Terminal != "" && a.StopTerminals) {
			a.stop(ctx, f)
		}
	}
	return j, nil
}

func (a *Agent) look(ctx context.Context) (Look, error) {
	kernels, err := a.Server.Kernels(ctx)
	if err != nil {
		return Look{}, err
	}
	terminals, err := a.Server.Terminals(ctx)
	if err != nil {
		return Look{}, err
	}
	processes, err := a.Processes()
	if err != nil {
		return Look{}, err
	}
	return Look{At: a.Now(), Kernels: kernels, Terminals: terminals, Processes: processes, Self: a.Self}, nil
}

// stop shuts a kernel or a terminal down, after a last look at it: anything that is not as it was judged cancels.
func (a *Agent) stop(ctx context.Context, f Finding) {
	log := a.Log.With("what", f.Label, "idleSince", f.Since.UTC().Format(time.RFC3339))
	changed, err := a.changed(ctx, f)
	if err == nil && changed != "" {
		log.Info("not shut down: " + changed)
		return
	}
	if err == nil && f.Kernel != "" {
		err = a.Server.ShutDownKernel(ctx, f.Kernel)
	} else if err == nil {
		err = a.Server.ShutDownTerminal(ctx, f.Terminal)
	}
	switch {
	case errors.Is(err, jupyter.ErrGone):
		log.Info("it is gone already")
	case err != nil:
		log.Error("not shut down", "error", err)
	default:
		log.Info("shut down: " + f.Why)
	}
}

// startled is what a process may have computed between the judgement and the last look: less than it takes to run anything.
const startled = 100 * time.Millisecond

// changed says what is not as it was judged, empty for nothing. The processes come last: they are what changes soonest.
func (a *Agent) changed(ctx context.Context, f Finding) (string, error) {
	var stamp time.Time
	if f.Kernel != "" {
		k, err := a.Server.Kernel(ctx, f.Kernel)
		if err != nil {
			return "", err
		}
		if k.State != f.state {
			return "it is " + k.State, nil
		}
		stamp = k.LastActivity
	} else {
		t, err := a.Server.Terminal(ctx, f.Terminal)
		if err != nil {
			return "", err
		}
		stamp = t.LastActivity
	}
	if !stamp.Equal(f.stamp) {
		return "it was used just now", nil
	}
	processes, err := a.Processes()
	if err != nil {
		return "", err
	}
	mine, commands := inTerminals(processes)
	if f.Kernel != "" {
		mine, commands = processes.Tree(kernelProcess(processes, f.Kernel)), nil
	}
	switch {
	case len(commands) > 0:
		return "something runs in a terminal", nil
	case mine.Worked(a.memory.last.Processes) > startled:
		return "it computes", nil
	}
	return "", nil
}

// Run looks at every interval until the context ends.
func (a *Agent) Run(ctx context.Context, interval time.Duration) {
	var said string
	for {
		j, err := a.Look(ctx)
		now := fmt.Sprintf("%s: %s", j.State, j.Why)
		if err != nil {
			now = "unknown: " + err.Error()
		}
		// Ages change at every look: only what else changes is worth a line.
		if topic, _, _ := strings.Cut(now, " for "); topic != said {
			said = topic
			a.Log.Info(now)
		}
		t := time.NewTimer(interval)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}
