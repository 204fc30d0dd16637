package studio

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
	"github.com/sagewarden/sagewarden/internal/studio/process"
	"github.com/sagewarden/sagewarden/internal/studio/remote"
)

const (
	// appLog is what Studio sends to CloudWatch of an app.
	appLog = "/var/log/apps/app_container.log"
	// The heartbeat's metric: see docs/signals.md.
	namespace = "Sagewarden/Studio"
	metric    = "SecondsSinceLastUse"
	// patience is how long an answer may take.
	patience = 15 * time.Second
)

// options are what the command line says.
type options struct {
	metadata, server, token, log, lock string
	interval                           time.Duration
	limits                             Limits
	stop                               []string
	noHeartbeat, once, version         bool
}

// Run runs the agent's command line and returns the exit status: 0 fine, 1 failed, 2 usage.
func Run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	// The agent is small, and is to stay so beside the work of others.
	debug.SetGCPercent(20)
	debug.SetMemoryLimit(12 << 20)
	ctx, end := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer end()
	o, err := parse(args, getenv, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case o.version:
		_, _ = fmt.Fprintln(stdout, version())
		return 0
	}
	if err := o.run(ctx, getenv, stderr); err != nil {
		_, _ = fmt.Fprintln(stderr, "sagewarden-agent: "+err.Error())
		if e, ok := errors.AsType[*estate.Error](err); ok && e.Hint != "" {
			_, _ = fmt.Fprintln(stderr, "  hint: "+e.Hint)
		}
		return 1
	}
	return 0
}

func version() string {
	if b, ok := debug.ReadBuildInfo(); ok {
		return b.Main.Version
	}
	return "unknown"
}

func parse(args []string, getenv func(string) string, stderr io.Writer) (options, error) {
	o := options{limits: Default}
	f := flag.NewFlagSet("sagewarden-agent", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		_, _ = fmt.Fprintln(stderr, "Usage: sagewarden-agent [flags]\n\nWatches what runs in this Studio app or notebook instance, publishes a heartbeat, and, where --stop says so,\nshuts down idle kernels and terminals, one by one.\n\nFlags:")
		f.PrintDefaults()
	}
	f.StringVar(&o.metadata, "metadata", MetadataFile, "`file` in which SageMaker says what this is")
	f.StringVar(&o.server, "server", "", "`address` of the Jupyter Server, on this machine (default: where Studio has it)")
	f.StringVar(&o.log, "log", "", "`file` to append the log to (default: the app's own log where there is one, else standard error)")
	f.StringVar(&o.lock, "lock", "", "`file` that keeps a second agent from running (default: in the folder for temporary files)")
	f.DurationVar(&o.interval, "interval", time.Minute, "how often to look")
	f.DurationVar(&o.limits.Kernels, "kernels-idle", Default.Kernels, "how long a kernel must have been seen unused")
	f.DurationVar(&o.limits.Terminals, "terminals-idle", Default.Terminals, "how long a terminal must have been seen unused")
	f.Func("stop", "shut down what is idle: `kernels` or terminals; repeatable (default: nothing)", func(what string) error {
		if what != "kernels" && what != "terminals" {
			return errors.New("write kernels or terminals")
		}
		o.stop = append(o.stop, what)
		return nil
	})
	f.BoolVar(&o.noHeartbeat, "no-heartbeat", false, "publish nothing")
	f.BoolVar(&o.once, "once", false, "look once, say what was seen, and end")
	f.BoolVar(&o.version, "version", false, "say which version this is")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.token = cmp.Or(getenv("SAGEWARDEN_JUPYTER_TOKEN"), getenv("JUPYTER_TOKEN"))
	var wrong string
	switch {
	case f.NArg() > 0:
		wrong = fmt.Sprintf("%q is not expected", f.Arg(0))
	case o.interval < time.Second || o.interval > Default.Gap:
		wrong = "--interval: a second at least, and ten minutes at most"
	case o.limits.Kernels < o.interval || o.limits.Terminals < o.interval:
		wrong = "--kernels-idle, --terminals-idle: no shorter than --interval: nothing else could be seen to be unused for so long"
	}
	if wrong != "" {
		_, _ = fmt.Fprintln(stderr, "sagewarden-agent: "+wrong+"\n  see: sagewarden-agent --help")
		return o, errors.New(wrong)
	}
	return o, nil
}

func (o options) run(ctx context.Context, getenv func(string) string, stderr io.Writer) error {
	var place Place
	if !o.noHeartbeat || o.server == "" {
		var err error
		if place, err = Find(o.metadata); err != nil {
			return err
		}
	}
	base, err := url.Parse(cmp.Or(o.server, place.Server()))
	if err != nil || base.Host == "" {
		return &estate.Error{Op: "ask the Jupyter Server", On: o.server, Err: errors.New("it is not an address"), Hint: "write it like http://localhost:8888/jupyterlab/default/"}
	}
	if !local(base.Hostname()) {
		return &estate.Error{Op: "ask the Jupyter Server", On: o.server, Err: errors.New("it is not on this machine"), Hint: "the agent judges by the processes beside it: run it where the server runs"}
	}
	if !o.once {
		unlock, err := lock(cmp.Or(o.lock, lockFile()))
		if err != nil {
			return err
		}
		defer unlock()
	}
	out, closeLog, err := o.logTo(stderr)
	if err != nil {
		return err
	}
	defer closeLog()
	a := &Agent{
		Server: &jupyter.Client{Base: base, Token: o.token, HTTP: &http.Client{Timeout: patience,
			// A redirection leads to a page that signs in: it is no answer, and a DELETE would be taken for done.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			// A notebook instance signs its certificate itself, and the connection never leaves the machine.
			Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxIdleConns: 2, IdleConnTimeout: time.Minute}}}, //nolint:gosec // see above
		Processes: func() (process.Sample, error) { return process.Read("/proc") },
		Limits:    o.limits, StopKernels: slices.Contains(o.stop, "kernels"), StopTerminals: slices.Contains(o.stop, "terminals"),
		Log: slog.New(slog.NewTextHandler(out, nil)).With("program", "sagewarden-agent"), Now: time.Now, Self: os.Getpid(),
	}
	if !o.noHeartbeat {
		h := heartbeat{place: place, caller: &remote.Caller{Partition: place.ARN.Partition, Region: place.ARN.Region, Credentials: remote.Credentials(getenv),
			HTTP: &http.Client{Timeout: patience}, Getenv: getenv, Now: time.Now}}
		a.Report = h.publish
	}
	if o.once {
		j, err := a.Look(ctx)
		if err != nil {
			return &estate.Error{Op: "look at the Jupyter Server", On: base.Redacted(), Err: err}
		}
		_, err = io.WriteString(stderr, j.text())
		return err
	}
	a.Log.Info("watching", "server", base.Redacted(), "interval", o.interval, "kernelsIdle", o.limits.Kernels, "terminalsIdle", o.limits.Terminals, "stops", strings.Join(o.stop, " and "))
	a.Run(ctx, o.interval)
	return nil
}

// text is a judgement for people.
func (j Judgement) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", j.State, j.Why)
	for _, f := range j.Findings {
		fmt.Fprintf(&b, "  %-8s %s: %s\n", f.State, f.Label, f.Why)
	}
	return b.String()
}

func local(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1" || host == "0.0.0.0"
}

// logTo opens where the log goes.
func (o options) logTo(stderr io.Writer) (io.Writer, func(), error) {
	const appending = os.O_APPEND | os.O_WRONLY
	if o.log != "" {
		f, err := os.OpenFile(o.log, appending|os.O_CREATE, 0o644)
		if err != nil {
			return nil, nil, &estate.Error{Op: "open the log", On: o.log, Err: cause(err)}
		}
		return f, func() { _ = f.Close() }, nil
	}
	f, err := os.OpenFile(appLog, appending, 0)
	if err != nil { // elsewhere there is none, or it is another's
		return stderr, func() {}, nil //nolint:nilerr // the log goes elsewhere then
	}
	return f, func() { _ = f.Close() }, nil
}

// A heartbeat tells CloudWatch when this place was last used.
type heartbeat struct {
	place  Place
	caller *remote.Caller
}

// publish publishes the seconds since the last use, 0 while something is in use. Where it is not known whether something is in use, nothing
// is published: silence is what a reader takes for unknown.
func (h heartbeat) publish(ctx context.Context, j Judgement, at time.Time) error {
	// Finding credentials has no limit of its own.
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	var seconds float64
	switch j.State {
	case Active:
	case Idle:
		seconds = max(0, at.Sub(j.LastUse).Seconds())
	default:
		return nil
	}
	var dimensions []remote.Dimension
	for _, d := range h.place.Dimensions() {
		dimensions = append(dimensions, remote.Dimension(d))
	}
	return h.caller.PutMetric(ctx, namespace, metric, float64(int64(seconds)), at, dimensions)
}
