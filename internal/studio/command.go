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
	// procfs is where the processes are.
	procfs = "/proc"
	// patience is how long an answer may take.
	patience = 15 * time.Second
)

// options are what the command line says.
type options struct {
	metadata, server, token, log, lock, config, home string
	heartbeats, signingKey                           string
	interval                                         time.Duration
	limits                                           Limits
	stop                                             []string
	noHeartbeat, once, version                       bool
	decided                                          Config
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
	case err != nil && !isDoor(err):
		return 2
	case err != nil:
		return fail(stderr, err)
	case o.version:
		_, _ = fmt.Fprintln(stdout, version())
		return 0
	}
	if err := o.run(ctx, getenv, stderr); err != nil {
		return fail(stderr, err)
	}
	return 0
}

func isDoor(err error) bool {
	_, ok := errors.AsType[*estate.Error](err)
	return ok
}

// fail says what went wrong, and what to do.
func fail(stderr io.Writer, err error) int {
	_, _ = fmt.Fprintln(stderr, "sagewarden-agent: "+err.Error())
	if e, ok := errors.AsType[*estate.Error](err); ok && e.Hint != "" {
		_, _ = fmt.Fprintln(stderr, "  hint: "+e.Hint)
	}
	return 1
}

func version() string {
	if b, ok := debug.ReadBuildInfo(); ok {
		return b.Main.Version
	}
	return "unknown"
}

func parse(args []string, getenv func(string) string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("sagewarden-agent", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		_, _ = fmt.Fprintln(stderr, "Usage: sagewarden-agent [flags]\n\nWatches what runs in this Studio app or notebook instance, publishes a heartbeat, and, where --stop says so,\nshuts down idle kernels and terminals, one by one, and the app or instance itself.\n\nFlags:")
		f.PrintDefaults()
	}
	f.StringVar(&o.metadata, "metadata", MetadataFile, "`file` in which SageMaker says what this is")
	f.StringVar(&o.server, "server", "", "`address` of the Jupyter Server, on this machine (default: where Studio has it)")
	f.StringVar(&o.log, "log", "", "`file` to append the log to (default: the app's own log where there is one, else standard error)")
	f.StringVar(&o.lock, "lock", "", "`file` that keeps a second agent from running (default: in the folder for temporary files)")
	f.StringVar(&o.config, "config", getenv("SAGEWARDEN_AGENT_CONFIG"), "`file` of the administrator's configuration (default: "+ConfigFile+" where there is one)")
	f.StringVar(&o.home, "home", getenv("HOME"), "home `folder` of the person whose settings and keep file count")
	f.DurationVar(&o.interval, "interval", time.Minute, "how often to look")
	f.DurationVar(&o.limits.Kernels, "kernels-idle", Default.Kernels, "how long a kernel must have been seen unused")
	f.DurationVar(&o.limits.Terminals, "terminals-idle", Default.Terminals, "how long a terminal must have been seen unused")
	f.DurationVar(&o.limits.Whole, "app-idle", Default.Whole, "how long everything in the app or instance must have been seen unused")
	f.DurationVar(&o.limits.Grace, "grace", Default.Grace, "how long before its end something is announced at least")
	f.Func("stop", "shut down what is idle: `kernels`, terminals or app, which is the app or the notebook instance; repeatable (default: nothing)", func(what string) error {
		if what != "kernels" && what != "terminals" && what != "app" {
			return errors.New("write kernels, terminals or app")
		}
		o.stop = append(o.stop, what)
		return nil
	})
	f.StringVar(&o.heartbeats, "heartbeats", "", "`place` in S3 to put signed heartbeats, like s3://bucket/heartbeats/ (default: the configuration's)")
	f.StringVar(&o.signingKey, "signing-key", "", "`ARN` of the KMS key that certifies this agent's heartbeats (default: the configuration's)")
	f.BoolVar(&o.noHeartbeat, "no-heartbeat", false, "publish nothing")
	f.BoolVar(&o.once, "once", false, "look once, say what was seen, and end")
	f.BoolVar(&o.version, "version", false, "say which version this is")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.token = cmp.Or(getenv("SAGEWARDEN_JUPYTER_TOKEN"), getenv("JUPYTER_TOKEN"))
	if o.version {
		return o, nil
	}
	if err := o.configure(f); err != nil {
		return o, err
	}
	var wrong string
	switch {
	case f.NArg() > 0:
		wrong = fmt.Sprintf("%q is not expected", f.Arg(0))
	case o.interval < time.Second || o.interval > Default.Gap:
		wrong = "--interval: a second at least, and ten minutes at most"
	case o.limits.Grace < 0:
		wrong = "--grace: it cannot be negative"
	case min(o.limits.Kernels, o.limits.Terminals, o.limits.Whole) < o.interval:
		wrong = "--kernels-idle, --terminals-idle, --app-idle: no shorter than --interval: nothing else could be seen to be unused for so long"
	}
	if wrong != "" {
		_, _ = fmt.Fprintln(stderr, "sagewarden-agent: "+wrong+"\n  see: sagewarden-agent --help")
		return o, errors.New(wrong)
	}
	return o, nil
}

// stay follows no redirection: it would take a session's token along to another host, and one of Jupyter's leads to a page that signs in, by which a
// DELETE would be taken for done.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// jupyterHTTP asks the Jupyter Server.
func jupyterHTTP() *http.Client {
	return &http.Client{Timeout: patience, CheckRedirect: stay,
		// A notebook instance signs its certificate itself, and the connection never leaves the machine.
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxIdleConns: 2, IdleConnTimeout: time.Minute}} //nolint:gosec // see above
}

// configure takes what the command line does not say from the administrator's configuration.
func (o *options) configure(f *flag.FlagSet) (err error) {
	if o.decided, err = ReadConfig(cmp.Or(o.config, ConfigFile), o.config != ""); err != nil {
		return err
	}
	o.decided.Heartbeats, o.decided.SigningKeyID = cmp.Or(o.heartbeats, o.decided.Heartbeats), cmp.Or(o.signingKey, o.decided.SigningKeyID)
	decided := o.decided.limits()
	o.limits.Share, o.limits.Quiet, o.limits.Gap = decided.Share, decided.Quiet, decided.Gap
	said := map[string]bool{}
	f.Visit(func(one *flag.Flag) { said[one.Name] = true })
	for name, limit := range map[string]struct{ from, to *time.Duration }{
		"interval": {(*time.Duration)(&o.decided.Interval), &o.interval}, "grace": {&decided.Grace, &o.limits.Grace}, "app-idle": {&decided.Whole, &o.limits.Whole},
		"kernels-idle": {&decided.Kernels, &o.limits.Kernels}, "terminals-idle": {&decided.Terminals, &o.limits.Terminals},
	} {
		if !said[name] {
			*limit.to = *limit.from
		}
	}
	if stop := o.decided.Stop; !said["stop"] {
		for what, on := range map[string]bool{"kernels": stop.Kernels, "terminals": stop.Terminals, "app": stop.App} {
			if on {
				o.stop = append(o.stop, what)
			}
		}
		slices.Sort(o.stop)
	}
	return nil
}

func (o options) run(ctx context.Context, getenv func(string) string, stderr io.Writer) error {
	var place Place
	if found, err := Find(o.metadata); err == nil {
		place = found
	} else if !o.noHeartbeat || o.server == "" || slices.Contains(o.stop, "app") {
		return err
	}
	editor := place.AppType == "CodeEditor" && o.server == ""
	base, err := address(cmp.Or(o.server, place.Server()))
	if err != nil {
		return err
	}
	if !o.once {
		if info, err := os.Stat(o.home); err != nil || !info.IsDir() {
			return &estate.Error{Op: "find the person's settings and keep file", On: o.home, Err: errors.New("there is no such home folder"), Hint: "name it with --home: without it, nobody could keep anything"}
		}
		unlock, err := lock(cmp.Or(o.lock, lockFile()))
		if err != nil {
			return err
		}
		defer unlock()
	}
	groups, err := os.Getgroups()
	if err == nil {
		err = process.Hidden(procfs, append(groups, os.Getegid()))
	}
	if err != nil {
		return &estate.Error{Op: "see all processes", On: procfs, Err: err, Hint: "run the agent as a member of the group that the mount option gid names, or mount it without hidepid"}
	}
	out, closeLog, err := o.logTo(stderr)
	if err != nil {
		return err
	}
	defer closeLog()
	a := &Agent{
		Server:    &jupyter.Client{Base: base, Token: o.token, HTTP: jupyterHTTP()},
		Processes: func() (process.Sample, error) { return process.Read(procfs) },
		Network:   func() (process.Devices, error) { return process.Network(procfs) },
		Disks:     func() (process.Devices, error) { return process.Disks(procfs) },
		Limits:    o.limits, Bounds: o.decided.Bounds, Rates: o.decided.Rates,
		StopKernels: slices.Contains(o.stop, "kernels"), StopTerminals: slices.Contains(o.stop, "terminals"), StopWhole: slices.Contains(o.stop, "app"),
		Log: slog.New(slog.NewTextHandler(out, nil)).With("program", "sagewarden-agent"), Now: time.Now, Self: os.Getpid(),
	}
	if editor {
		a.Server, a.Editor = nil, Editor{Stamp: editorStamp, Terminals: "/dev/pts"}.Used
	}
	if process.HasGPU() {
		a.GPU = process.GPU
	}
	caller := &remote.Caller{Partition: place.ARN.Partition, Region: place.ARN.Region, Credentials: remote.Credentials(getenv),
		HTTP: &http.Client{Timeout: patience, CheckRedirect: stay}, Getenv: getenv, Now: time.Now}
	if !o.noHeartbeat {
		a.Report = heartbeat{place: place, caller: caller}.publish
	}
	if place.Kind() != "" {
		a.Whole = &here{place: place, caller: caller}
	}
	if a.StopWhole && place.AppType == "JupyterServer" {
		a.StopWhole = false
		a.Log.Warn("the JupyterServer app of classic Studio costs nothing: it is not stopped")
	}
	if !o.noHeartbeat && o.decided.Heartbeats != "" {
		b, err := newBeats(o.decided, place, caller, o.interval, a.StopWhole)
		if err != nil {
			return err
		}
		a.Report = both(a.Report, b.publish)
	}
	if o.once { // without wishes: the agent that runs beside it may have carried them out already
		j, err := a.Look(ctx)
		if err != nil {
			return &estate.Error{Op: "look at the Jupyter Server", On: base.String(), Err: err}
		}
		_, err = io.WriteString(stderr, j.text())
		return err
	}
	room := FindRoom(o.home, getenv)
	before := room.ReadStatus()
	a.Wishes, a.Show = room.Wishes, room.WriteStatus
	a.About = Status{Agent: version(), Interval: int(o.interval / time.Second), Kind: place.Kind(), StartedAt: stamp(began()), Handled: before.Handled, HandledResult: before.HandledResult}
	if place.Kind() != "" {
		a.About.Resource = place.ARN.String()
	}
	a.Log.Info("watching", "server", base.String(), "interval", o.interval, "kernelsIdle", o.limits.Kernels, "terminalsIdle", o.limits.Terminals, "appIdle", o.limits.Whole,
		"stops", strings.Join(o.stop, " and "))
	a.Run(ctx, o.interval, room.Watch())
	return nil
}

// began is when the first process of the machine began, which in an app is the app itself; zero where it is not known.
func began() time.Time {
	at, err := process.Began(procfs)
	if err != nil {
		return time.Time{}
	}
	return at
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

// address is that of the server. What it says of a wrong one leaves out what may be a token.
func address(text string) (*url.URL, error) {
	wrong := func(on, why, hint string) (*url.URL, error) {
		return nil, &estate.Error{Op: "ask the Jupyter Server", On: on, Err: errors.New(why), Hint: hint}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return wrong("--server", "it is not an address", "write it like http://localhost:8888/jupyterlab/default/")
	case !local(u.Hostname()):
		return wrong(u.Host, "it is not on this machine", "the agent judges by the processes beside it: run it where the server runs")
	case u.RawQuery != "" || u.User != nil || u.Fragment != "":
		return wrong(u.Host, "the address holds more than a place", "a token belongs into SAGEWARDEN_JUPYTER_TOKEN")
	}
	return u, nil
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
