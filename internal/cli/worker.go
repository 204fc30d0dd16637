package cli

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/notify"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/pulse"
	"github.com/sagewarden/sagewarden/internal/remediate"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// workFlags are those of the commands that work by policies.
type workFlags struct {
	evidenceFlags
	policies []string
	state    string
}

// A worker is what one run by policies works with. Its sessions carry AWS's clock of when they were opened.
type worker struct {
	*remediate.Engine
	env     Env
	cloud   *cloud.Cloud
	opened  *cloud.Opened
	options scan.Options
	office  *notify.Office
	post    *notify.Post
}

// start reads the policies, opens the ledger and the accounts, and makes ready what is needed to scan, to tell and to act.
func (f *workFlags) start(ctx context.Context, env Env, options cloud.Options) (*worker, error) {
	file, err := f.configuration(env)
	if err != nil {
		return nil, err
	}
	files, err := f.policyFiles(env, f.policies)
	if err != nil {
		return nil, err
	}
	set, err := policy.Load(ctx, files...)
	if err != nil {
		return nil, err
	}
	l, err := openLedger(ctx, env, file, f.state)
	if err != nil {
		return nil, err
	}
	w, err := f.on(ctx, env, options, l, set)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if len(f.policies) == 0 {
		for _, p := range set.Policies {
			w.All = append(w.All, p.Name)
		}
	}
	return w, nil
}

// on makes a worker of these policies on a ledger.
func (f *workFlags) on(ctx context.Context, env Env, options cloud.Options, l *ledger.Ledger, set *policy.Set) (*worker, error) {
	file, err := f.configuration(env)
	if err != nil {
		return nil, err
	}
	limits, ks, err := f.limits()
	if err != nil {
		return nil, err
	}
	g, err := guard(file)
	if err != nil {
		return nil, err
	}
	w := &worker{Engine: &remediate.Engine{Ledger: l, Set: set, Guard: g}, env: env}
	return w, f.reachOut(ctx, w, options, scan.Options{Kinds: wanted(set, ks), Limits: limits})
}

// wanted are the families that the policies are about, of those that are asked for; none asks for all.
func wanted(set *policy.Set, asked []kinds.Kind) (all []kinds.Kind) {
	for _, k := range kinds.All() {
		about := slices.ContainsFunc(set.Policies, func(p *policy.Policy) bool { return slices.Contains(p.Kinds, k.Family().Name) })
		if about && (len(asked) == 0 || slices.Contains(asked, k)) {
			all = append(all, k)
		}
	}
	return all
}

// reachOut opens the accounts and the channels.
func (f *workFlags) reachOut(ctx context.Context, w *worker, options cloud.Options, o scan.Options) (err error) {
	if w.cloud, w.opened, err = f.open(ctx, w.env, options); err != nil {
		return err
	}
	if o.Prices, err = f.book(w.env, w.opened.Sessions); err != nil {
		return err
	}
	o.Holes, o.Owners = w.opened.Holes, f.owners(f.file, w.opened.Sessions)
	w.options = o
	w.Now = func() time.Time { return time.Time{} }
	if len(w.opened.Sessions) > 0 {
		w.Now = w.opened.Sessions[0].Now
	}
	hear := func(ctx context.Context) ([]*pulse.Reader, error) { return f.hear(ctx, w.cloud) }
	w.Site = func(t estate.Target) (remediate.Site, error) {
		for _, s := range w.opened.Sessions {
			if s.Target().Key() == t.Key() {
				return remediate.Place{Session: s, Options: w.options, Hear: hear}, nil
			}
		}
		return nil, fmt.Errorf("%s is not among what this run reaches", t)
	}
	return w.correspond(f)
}

// correspond opens what people are told through.
func (w *worker) correspond(f *workFlags) error {
	var profile string
	if len(f.profiles) > 0 {
		profile = f.profiles[0]
	}
	environment := notifyEnvironment(w.env, profile)
	templates, err := notify.ReadTemplates(templatesDir(f.file))
	if err != nil {
		return err
	}
	if w.office, err = notify.NewOffice(f.file.Notify, templates); err != nil {
		return err
	}
	channels, err := notify.OpenChannels(f.file.Notify.Channels, environment)
	if err != nil {
		return err
	}
	links, err := notify.OpenLinks(f.file.Notify.Links, environment)
	if err != nil {
		return err
	}
	w.post = &notify.Post{Ledger: w.Ledger, Channels: channels, Directory: w.office.Directory(), Links: links, Jitter: rand.Float64, By: w.by()}
	return nil
}

// by is who works, as the ledger has it.
func (w *worker) by() string {
	if len(w.opened.Sessions) == 0 {
		return ""
	}
	return w.opened.Sessions[0].Principal()
}

// scan looks at all that the policies are about.
func (w *worker) scan(ctx context.Context, f *workFlags) (*estate.Snapshot, error) {
	o := w.options
	var err error
	if o.Heartbeats, err = f.hear(ctx, w.cloud); err != nil {
		return nil, err
	}
	step, done := progress(w.env, len(w.opened.Sessions))
	o.Progress = step
	snap, err := scan.Run(ctx, w.opened.Sessions, o)
	done()
	if err == nil {
		err = blind(snap)
	}
	if err == nil {
		err = f.memory.Commit()
	}
	return snap, err
}

// ledgerOf opens the ledger alone, for what needs no account.
func (f *workFlags) ledgerOf(ctx context.Context, env Env) (*ledger.Ledger, error) {
	file, err := f.configuration(env)
	if err != nil {
		return nil, err
	}
	return openLedger(ctx, env, file, f.state)
}
