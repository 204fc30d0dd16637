package studio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
	"github.com/sagewarden/sagewarden/internal/studio/process"
)

// An Agent looks again and again. It never ends on an error: a server that does not answer now may answer later.
type Agent struct {
	// Server is nil in Code Editor, which has none; then Editor says when it was used last.
	Server Jupyter
	Editor func() (time.Time, error)
	// Processes reads what runs on this machine, GPU how busy its GPUs are, nil where there are none.
	Processes func() (process.Sample, error)
	// Network and Disks read what the devices have carried, nil where nobody looks.
	Network, Disks func() (process.Devices, error)
	GPU            func(context.Context) (percent int, err error)
	// Limits and Bounds are the administrator's.
	Limits Limits
	Bounds Bounds
	// StopKernels, StopTerminals and StopWhole have the idle ones shut down. Without them the agent only tells.
	StopKernels, StopTerminals, StopWhole bool
	// Whole is the app or the instance that all of it runs in, nil where it is not known.
	Whole Whole
	// Wishes reads what the person wants, nil where nobody is asked.
	Wishes func(Bounds) (Wishes, error)
	// Report tells others of a judgement, nil nobody. Of what is not known, nothing is to be told but that.
	Report func(context.Context, Judgement, time.Time) error
	// Show shows the person how things are, nil nobody.
	Show func(Status) error
	// About is the part of the status that does not change; its Handled is the last request that was answered.
	About Status
	// Rates are dollars per hour by instance type.
	Rates map[string]string
	Log   *slog.Logger
	// Now is this machine's clock, Self the agent's own process.
	Now  func() time.Time
	Self int

	memory  Memory
	attempt attempt
	// handled are the requests that were carried out, and when, as long as one could be taken for fresh.
	handled map[string]time.Time
	// ask is when to ask next what the whole runs on.
	ask time.Time
}

// A Whole is an app or a notebook instance.
type Whole interface {
	// Check is an error where it does not run, or is not the one that this agent began in. It takes its time.
	Check(context.Context) error
	// Stop deletes the app, or stops the instance. What is saved stays.
	Stop(context.Context) error
	// Describe says what it runs on, and since when, zero for not known.
	Describe(context.Context) (instanceType string, began time.Time, err error)
}

// Look looks once, judges, tells, and shuts down what is due. What it returns was judged before anything was shut down. An error says that
// something could not be read, so that nothing was judged: then nothing is told and nothing is shut down, unless a person asks for it.
func (a *Agent) Look(ctx context.Context) (Judgement, error) {
	a.describe(ctx)
	wishes, problem := a.wishes()
	limits := wishes.limits(a.Limits)
	look, err := a.look(ctx)
	if err != nil {
		// What was used meanwhile, nobody saw: everything begins anew.
		a.memory = Memory{}
		a.request(ctx, wishes, Look{At: a.Now()}, err)
		a.show(wishes, limits, Look{At: a.Now(), Keep: wishes.keep}, Judgement{State: Unknown, Why: err.Error()}, problem, err)
		return Judgement{}, err
	}
	if look.Keep = wishes.keep; problem != nil {
		look.Keep = look.At.Add(a.Limits.Gap) // for all that anybody knows, everything is to be kept
	}
	var j Judgement
	j, a.memory = Judge(look, a.memory, limits)
	if wishes.keep.After(look.At) {
		j.Keep = wishes.keep
	}
	a.request(ctx, wishes, look, nil)
	a.show(wishes, limits, look, j, problem)
	if a.Report != nil {
		if err := a.Report(ctx, j, look.At); err != nil {
			a.Log.Error("the heartbeat was not published", "error", err)
		}
	}
	a.act(ctx, j, look)
	return j, nil
}

// act shuts down what is due.
func (a *Agent) act(ctx context.Context, j Judgement, look Look) {
	for _, f := range j.Findings {
		if f.Due && (f.Kernel != "" && a.StopKernels || f.Terminal != "" && a.StopTerminals) {
			a.stop(ctx, f, look)
		}
	}
	switch {
	case !j.Due:
		a.attempt = attempt{}
	case a.StopWhole && a.Whole != nil:
		a.stopWhole(ctx, look)
	}
}

// describe asks what the whole runs on, until it is known. The panel shows it.
func (a *Agent) describe(ctx context.Context) {
	now := a.Now()
	if a.Whole == nil || a.Show == nil || a.About.InstanceType != "" || now.Before(a.ask) {
		return
	}
	a.ask = now.Add(10 * time.Minute)
	instanceType, began, err := a.Whole.Describe(ctx)
	if err != nil {
		a.Log.Warn("the panel shows no price", "error", err)
		return
	}
	if !began.IsZero() {
		a.About.StartedAt = stamp(began)
	}
	a.About.InstanceType, a.About.Hourly = instanceType, a.Rates[instanceType]
}

func (a *Agent) wishes() (Wishes, error) {
	if a.Wishes == nil {
		return Wishes{}, nil
	}
	w, err := a.Wishes(a.Bounds)
	if err != nil {
		a.Log.Error("nothing is shut down before the person's settings can be read", "error", err)
	}
	return w, err
}

// glance is how long a look may take: what took longer to see is old before it is judged.
const glance = 30 * time.Second

// look reads the processes first, and what Jupyter says after: what begins in between changes a kernel's state or a stamp.
func (a *Agent) look(ctx context.Context) (Look, error) {
	ctx, end := context.WithTimeout(ctx, glance)
	defer end()
	processes, err := a.Processes()
	if err != nil {
		return Look{}, err
	}
	look := Look{Processes: processes, Self: a.Self}
	for devices, read := range map[*process.Devices]func() (process.Devices, error){&look.Network: a.Network, &look.Disks: a.Disks} {
		if read == nil {
			continue
		}
		if *devices, err = read(); err != nil {
			return Look{}, err
		}
	}
	if a.GPU != nil {
		if look.GPU, err = a.GPU(ctx); err != nil {
			return Look{}, err
		}
	}
	if a.Editor != nil {
		if look.Editor, err = a.Editor(); err != nil {
			return Look{}, err
		}
	}
	if a.Server != nil {
		if look.Terminals, err = a.Server.Terminals(ctx); err != nil {
			return Look{}, err
		}
		if look.Kernels, err = a.Server.Kernels(ctx); err != nil {
			return Look{}, err
		}
	}
	look.At = a.Now()
	return look, nil
}

// again takes the last look before something is shut down, at everything, and at the person's wishes last: whatever is not due any more is left alone.
func (a *Agent) again(ctx context.Context) (Judgement, error) {
	look, err := a.look(ctx)
	if err != nil {
		return Judgement{}, err
	}
	wishes, err := a.wishes()
	if err != nil {
		return Judgement{}, err
	}
	look.Keep = wishes.keep
	j, _ := Judge(look, a.memory, wishes.limits(a.Limits))
	return j, nil
}

// stop shuts a kernel or a terminal down. What takes its time, as saving, comes before the last look.
func (a *Agent) stop(ctx context.Context, f Finding, look Look) {
	log := a.Log.With("what", f.Label, "idleSince", stamp(f.Since))
	var err error
	if f.Kernel != "" {
		err = a.save(ctx, look.Kernels, f.Kernel)
	}
	var j Judgement
	if err == nil {
		j, err = a.again(ctx)
	}
	if err != nil {
		log.Error("not shut down", "error", err)
		return
	}
	now := slices.IndexFunc(j.Findings, func(g Finding) bool { return g.Kernel == f.Kernel && g.Terminal == f.Terminal })
	switch {
	case now < 0:
		log.Info("it is gone already")
		return
	case !j.Findings[now].Due:
		log.Info("not shut down: " + j.Findings[now].Why)
		return
	}
	if f.Kernel != "" {
		err = a.Server.ShutDownKernel(ctx, f.Kernel)
	} else {
		err = a.Server.ShutDownTerminal(ctx, f.Terminal)
	}
	if err != nil {
		log.Error("not shut down", "error", err)
		return
	}
	log.Info("shut down: " + f.Why)
}

// save has the server keep the Data Wrangler flow of the kernel, or of any kernel where none is named.
func (a *Agent) save(ctx context.Context, kernels []jupyter.Kernel, id string) error {
	for _, k := range kernels {
		for _, d := range k.Documents {
			if !strings.HasSuffix(d.Path, ".flow") || id != "" && k.ID != id {
				continue
			}
			if err := a.Server.Checkpoint(ctx, d.Path); err != nil && !errors.Is(err, jupyter.ErrGone) {
				return fmt.Errorf("save %s: %w", d.Path, err)
			}
		}
	}
	return nil
}

// An attempt to stop the whole, and when to make the next one: AWS takes a while to end what this agent runs in.
type attempt struct {
	made int
	next time.Time
}

// attempted notes an attempt: the next one waits for twice as long, up to half an hour.
func (a *Agent) attempted() {
	a.attempt.next = a.Now().Add(time.Minute << a.attempt.made)
	a.attempt.made = min(a.attempt.made+1, 5)
}

// stopWhole stops the app or the instance, after a last look, and never twice in a short time.
func (a *Agent) stopWhole(ctx context.Context, look Look) {
	if now := a.Now(); now.Before(a.attempt.next) {
		return
	}
	var j Judgement
	err := a.save(ctx, look.Kernels, "")
	if err == nil {
		err = a.Whole.Check(ctx)
	}
	if err == nil {
		j, err = a.again(ctx)
	}
	if err == nil && !j.Due {
		a.Log.Info("the whole is not stopped: " + j.Why)
		return
	}
	if err == nil {
		a.Log.Info("stopping the whole: "+j.Why, "resource", a.About.Resource)
		err = a.Whole.Stop(ctx)
	}
	a.attempted()
	if err != nil {
		a.Log.Error("the whole was not stopped", "error", err)
	}
}

// watch is how often the person's files are looked at for a change between two looks.
const watch = 5 * time.Second

// Run looks at every interval until the context ends, and once more whenever changed says so.
func (a *Agent) Run(ctx context.Context, interval time.Duration, changed func() bool) {
	var said string
	every := time.NewTicker(min(watch, interval))
	defer every.Stop()
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
		for began := time.Now(); time.Since(began) < interval-watch/10; {
			select {
			case <-every.C:
			case <-ctx.Done():
				return
			}
			if changed() {
				break
			}
		}
	}
}
