package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/notify"
	"github.com/sagewarden/sagewarden/internal/notify/link"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/server"
)

// loopFlags are those of the commands that run policies by themselves.
type loopFlags struct {
	workFlags
	every  duration
	format string
}

func (f *loopFlags) register(cmd *cobra.Command, format string) {
	f.add(cmd)
	fl := cmd.Flags()
	_ = fl.MarkHidden("from") // what is to be done rests on what is so now
	policyFlag(cmd, &f.policies)
	stateFlag(cmd, &f.state)
	f.every = duration(15 * time.Minute)
	fl.Var(&f.every, "every", "how often policies without a schedule look")
	fl.StringVar(&f.format, "log", format, "form of the log, on stderr: text or json")
	_ = cmd.RegisterFlagCompletionFunc("log", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
}

// logger writes the log. What AWS and others say goes through it as one line.
func (f *loopFlags) logger(env Env) (*slog.Logger, error) {
	o := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if err, ok := a.Value.Any().(error); ok {
			return slog.String(a.Key, report.Line(err.Error()))
		}
		return a
	}}
	switch f.format {
	case "text":
		return slog.New(slog.NewTextHandler(env.Stderr, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(env.Stderr, o)), nil
	}
	return nil, usagef("--log: unknown form %q: the forms are text, json", f.format)
}

// loop makes what runs policies by themselves. Its ledger stays open; every run reads the configuration anew.
func (f *loopFlags) loop(ctx context.Context, env Env, options cloud.Options) (*server.Loop, error) {
	if f.from != "" {
		return nil, usagef("--from: what is to be done rests on what is so now, not on what was saved")
	}
	if f.every < duration(time.Second) {
		return nil, usagef("--every: %s is too short", &f.every)
	}
	log, err := f.logger(env)
	if err != nil {
		return nil, err
	}
	file, err := f.configuration(env)
	if err != nil {
		return nil, err
	}
	l, err := openLedger(ctx, env, file, f.state)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	s := &server.Loop{Ledger: l, Node: host + "-" + strings.ToLower(rand.Text()[:10]), Every: time.Duration(f.every), Wait: env.Wait, Log: log, Watch: server.NewWatch(l.Now)}
	s.Load = func(ctx context.Context) (*policy.Set, error) {
		fresh := f.anew()
		files, err := fresh.policyFiles(env, fresh.policies)
		if err != nil {
			return nil, err
		}
		return policy.Load(ctx, files...)
	}
	s.Open = func(ctx context.Context, o server.Order) (*server.Bench, error) {
		fresh := f.anew()
		return fresh.bench(ctx, env, options, l, o)
	}
	return s, nil
}

// anew are the flags as they were given, with nothing that was read since.
func (f *loopFlags) anew() *loopFlags {
	fresh := *f
	fresh.file, fresh.memory = nil, nil
	return &fresh
}

// bench makes ready what one run works with.
func (f *loopFlags) bench(ctx context.Context, env Env, options cloud.Options, l *ledger.Ledger, o server.Order) (*server.Bench, error) {
	quiet := env
	quiet.Width = func(io.Writer) int { return 0 } // no progress is drawn into a log
	w, err := f.on(ctx, quiet, options, l, o.Set)
	if err != nil {
		return nil, err
	}
	w.Follow = o.Follow
	return &server.Bench{Engine: w.Engine, Office: w.office, Post: w.post, Calls: w.cloud.Stats,
		Scan: func(ctx context.Context) (*estate.Snapshot, error) { return w.scan(ctx, &f.workFlags) }}, nil
}

func newServe(env Env) *cobra.Command {
	var f loopFlags
	var listen string
	var once, unsafe bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the policies by their schedules, with health, metrics and the pages of links",
		Long: "Serve looks by each policy's schedule, and by --every where it has none; it tells people, and does what is due, as apply does. Nodes that share a\n" +
			"ledger take turns. Times that were missed are caught up once. Files are read anew for each run: a policy file with a mistake leaves the policies\n" +
			"as they were, and the log, /readyz and the metrics say so. SIGTERM ends it after the step that is under way.\n\n" +
			"It changes something only where enforce is set in sagewarden.yaml, in the accounts under guard, and within its bounds.\n\n" +
			"Exit status: 0 fine, 1 failed, 2 usage.",
		Example: "  sagewarden serve --policy pack:studio-basics --listen 127.0.0.1:8080\n  sagewarden serve --once --log json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !unsafe {
				if err := loopback(listen, "serve", "what is told there is for operators"); err != nil {
					return err
				}
			}
			return f.serve(cmd.Context(), env, cloud.Options{Load: loadConfig}, listen, once)
		},
	}
	f.register(cmd, "text")
	fl := cmd.Flags()
	fl.StringVar(&listen, "listen", "127.0.0.1:8080", "address that answers /healthz, /readyz, /metrics and the links of notices; port 0 takes any that is free")
	fl.BoolVar(&unsafe, "unsafe-listen", false, "allow an address that other machines can reach: what is told there is for operators, and links belong behind TLS")
	fl.BoolVar(&once, "once", false, "do what is due once, and end")
	return cmd
}

func (f *loopFlags) serve(ctx context.Context, env Env, options cloud.Options, listen string, once bool) (err error) {
	loop, err := f.loop(ctx, env, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, loop.Ledger.Close()) }()
	if once {
		_, err := loop.Once(ctx)
		return err
	}
	handler, err := f.handler(env, loop)
	if err != nil {
		return err
	}
	socket, err := net.Listen("tcp", listen)
	if err != nil {
		return &estate.Error{Op: "listen", On: listen, Err: err, Hint: "choose another port with --listen 127.0.0.1:PORT, or 127.0.0.1:0 for any"}
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, loop.Watch.Stop)
	served := make(chan error, 1)
	go func() {
		served <- s.Serve(socket)
		cancel() // without its health and metrics it would work unseen
	}()
	loop.Log.Info("serving", "node", loop.Node, "listen", socket.Addr().String(), "version", buildVersion())
	err = loop.Serve(ctx)
	end, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer done()
	err = errors.Join(err, s.Shutdown(end))
	if broken := <-served; !errors.Is(broken, http.ErrServerClosed) {
		err = errors.Join(err, broken)
	}
	return err
}

// handler answers for health, metrics, and the links of the configuration.
func (f *loopFlags) handler(env Env, loop *server.Loop) (http.Handler, error) {
	declared := f.file.Notify.Links
	links, err := notify.OpenLinks(declared, notifyEnvironment(env, ""))
	if err != nil {
		return nil, err
	}
	if links == nil {
		return loop.Watch.Handler(loop.Ledger, "", nil), nil
	}
	base, err := url.Parse(declared.BaseURL)
	if err != nil {
		return nil, &estate.Error{Op: "read notify.links.baseURL", On: config.FileName, Err: err}
	}
	return loop.Watch.Handler(loop.Ledger, base.Path, link.Handler(loop.Ledger, links.Keys())), nil
}
