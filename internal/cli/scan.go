package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// judgeFlags say what to look at and how to judge it.
type judgeFlags struct {
	kinds, idleFor []string
	warmers        float64
	from           string
}

func (f *judgeFlags) add(cmd *cobra.Command) {
	var names []string
	for _, k := range kinds.All() {
		names = append(names, string(k.Family().Name))
	}
	fl := cmd.Flags()
	fl.StringArrayVar(&f.kinds, "kind", nil, "family to look at, one of "+strings.Join(names, ", ")+"; repeatable (default: all)")
	fl.StringArrayVar(&f.idleFor, "idle-for", nil, "how long without use makes idle: 3h, 7d, or for one kind endpoint=7d; repeatable (default: each kind's own, such as 2h for Studio apps and 7d for endpoints)")
	fl.Float64Var(&f.warmers, "min-invocations", 0, "invocations a day below which an endpoint's traffic counts as warmers and health checks")
	fl.StringVar(&f.from, "from", "", "judge a snapshot that scan --save wrote, instead of asking AWS")
	_ = cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kindCompletions(), cobra.ShellCompDirectiveNoFileComp))
}

func (f *judgeFlags) limits() (scan.Limits, []kinds.Kind, error) {
	l := scan.Limits{IdleFor: map[estate.Kind]time.Duration{}, MinDailyInvocations: f.warmers}
	if f.warmers < 0 {
		return l, nil, usagef("--min-invocations: %g is below zero", f.warmers)
	}
	for _, v := range f.idleFor {
		name, text, named := strings.Cut(v, "=")
		if !named {
			name, text = "", v
		} else if _, err := kinds.Get(estate.Kind(name)); err != nil {
			return l, nil, usagef("--idle-for: %w", err)
		}
		d, err := parseDuration(text)
		if err != nil {
			return l, nil, usagef("--idle-for: %w", err)
		}
		l.IdleFor[estate.Kind(name)] = d
	}
	ks, err := parseKinds(f.kinds)
	return l, ks, err
}

// parseKinds are the families of the names, each once.
func parseKinds(names []string) ([]kinds.Kind, error) {
	var ks []kinds.Kind
	for _, name := range names {
		k, err := kinds.Get(estate.Kind(name))
		if err != nil {
			return nil, usagef("--kind: %w", err)
		}
		if !slices.Contains(ks, k) {
			ks = append(ks, k)
		}
	}
	return ks, nil
}

// outputFlags say how to print.
type outputFlags struct {
	format string
	all    bool
	top    int
}

func (f *outputFlags) options(env Env) (report.Options, error) {
	format, err := report.ParseFormat(f.format, report.Formats())
	if err != nil {
		return report.Options{}, usagef("--output: %w", err)
	}
	if f.top < 0 {
		return report.Options{}, usagef("--top: %d is below zero", f.top)
	}
	return report.Options{Format: format, All: f.all, Top: f.top, Color: env.color(env.Stdout), Width: env.Width(env.Stdout)}, nil
}

// names are words of a type as text.
func names[T ~string](words []T) []string {
	var names []string
	for _, w := range words {
		names = append(names, string(w))
	}
	return names
}

type scanFlags struct {
	evidenceFlags
	outputFlags
	domain, save string
	tags, failOn []string
	// then tells more of what was found, below a report on a terminal, and what to try next.
	then func(context.Context, *estate.Snapshot, report.Options) error
}

// failures are what --fail-on takes for a finding.
var failures = map[string]func(*estate.Observation) bool{"idle": wasteful, "conditions": report.Wrong}

func newScan(env Env) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Find what is idle, and what it costs",
		Long: "Scan looks at the SageMaker resources of one or more accounts and regions, and prints what is idle: dearest first, with its owner,\n" +
			"how long it has been idle, how sure that is, what it costs and why it is thought idle. It makes no call that changes anything.\n\n" +
			"Exit status: 0 fine, 1 failed, 2 usage, 3 there are findings and --fail-on asked for them, 4 done but something could not be seen.",
		Example: "  sagewarden scan --region all\n  sagewarden scan --profile research --profile prod --region eu-west-1 --kind endpoint --idle-for 14d\n" +
			"  sagewarden scan --save friday.json && sagewarden scan --from friday.json --idle-for 6h -o markdown",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("fail-on") && len(f.failOn) == 0 {
				f.failOn = []string{""} // which is refused as any other word that is unknown
			}
			return runScan(cmd.Context(), env, &f, cloud.Options{Load: loadConfig})
		},
	}
	f.add(cmd)
	fl := cmd.Flags()
	fl.StringVarP(&f.format, "output", "o", string(report.Table), "form of the output: "+strings.Join(names(report.Formats()), ", "))
	fl.BoolVar(&f.all, "all", false, "also show what is in use, what could not be judged, and what is idle but bills nothing")
	fl.IntVar(&f.top, "top", 0, "print only that many idle resources, the dearest, and as many broken ones; the totals count all (default: every one)")
	fl.StringVar(&f.domain, "domain", "", "only this Studio domain")
	fl.StringArrayVar(&f.tags, "tag", nil, "only resources with this tag, as key=value; repeatable, all must match")
	fl.StringSliceVar(&f.failOn, "fail-on", nil, "exit with status 3 on findings: idle, or conditions for what is broken, stuck or orphaned; repeatable, or separated by commas")
	fl.StringVar(&f.save, "save", "", "also write the snapshot to this file")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(names(report.Formats()), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(slices.Sorted(maps.Keys(failures)), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runScan(ctx context.Context, env Env, f *scanFlags, options cloud.Options, next ...string) error {
	limits, ks, err := f.limits()
	if err != nil {
		return err
	}
	out, err := f.options(env)
	if err != nil {
		return err
	}
	out.Next = func() []string { return next }
	for _, word := range f.failOn {
		if failures[word] == nil {
			return usagef("--fail-on: %q is unknown: the values are %s", word, strings.Join(slices.Sorted(maps.Keys(failures)), ", "))
		}
	}
	tags, err := parseTags("--tag", f.tags)
	if err != nil {
		return err
	}

	var save *outFile
	if f.save != "" {
		if save, err = createOut("save snapshot", f.save); err != nil {
			return err
		}
		defer save.discard()
	}

	snap, stats, err := f.snapshot(ctx, env, options, scan.Options{Kinds: ks, Limits: limits, Domain: f.domain, Packed: true}, nil)
	defer stats()
	if err != nil {
		return err
	}
	var saved error // what was found is printed all the same
	var saving sync.WaitGroup
	if save != nil {
		saving.Go(func() { saved = save.commit(scan.Save(save, snap)) })
	}
	shown := scan.Keep(snap, ks, f.domain, tags)
	if len(next) == 0 {
		lead := lead{}
		shown = lead.follow(shown)
		out.Next = func() []string { return f.suggestions(lead) }
	}
	more := f.then != nil && !snap.Interrupted && (out.Format == report.Table || out.Format == report.Wide)
	above := out
	if more {
		above.Next = nil
	}
	printed := report.Scan(env.Stdout, shown, above)
	if more && printed == nil {
		printed = f.then(ctx, shown, out)
	}
	saving.Wait()
	if err := errors.Join(printed, saved); err != nil {
		return err
	}
	if out.Format.Rows() {
		if err := report.Holes(env.Stderr, shown); err != nil {
			return err
		}
	}
	if snap.Interrupted {
		return status(exitHoles) // whatever was found, there may be more
	}
	for _, word := range f.failOn {
		if anyOf(shown, failures[word]) {
			return status(exitFindings)
		}
	}
	if len(snap.Holes()) > 0 || snap.Interrupted {
		return status(exitHoles)
	}
	return nil
}

func parseTags(flag string, words []string) (map[string]string, error) {
	tags := map[string]string{}
	for _, t := range words {
		k, v, ok := strings.Cut(t, "=")
		if !ok || k == "" {
			return nil, usagef("%s: %q is not key=value", flag, t)
		}
		tags[k] = v
	}
	return tags, nil
}

// requireDomain refuses a domain of which a whole snapshot has nothing, as a scan refuses one that no target has.
func requireDomain(s *estate.Snapshot, domain string) error {
	inDomain := func(o *estate.Observation) bool { return o.Resource.Domain == domain }
	if domain == "" || s.Interrupted || len(s.Holes()) > 0 || anyOf(s, inDomain) {
		return nil
	}
	return &estate.Error{Op: "scan", On: "domain " + domain, Err: errors.New("no such Studio domain in the snapshot"),
		Hint: "see what it holds with `sagewarden scan --from FILE --all`; of a domain with nothing in it, it says nothing"}
}

// anyOf reports whether f holds of an observation.
func anyOf(s *estate.Snapshot, f func(*estate.Observation) bool) bool {
	for o := range s.All() {
		if f(o) {
			return true
		}
	}
	return false
}

// wasteful reports whether the resource or a part of it is idle, and bills something or nobody knows what.
func wasteful(o *estate.Observation) bool {
	hourly, known := o.Resource.Hourly()
	return o.Verdict.State == estate.Idle && (!known || !hourly.IsZero()) || len(o.Waste.Parts) > 0
}

// blind is the error of a scan that saw nothing at all: that is a failure, not an estate without waste.
func blind(s *estate.Snapshot) error {
	holes := s.Holes()
	if len(holes) == 0 || len(holes) < len(s.Coverage) || s.Interrupted {
		return nil
	}
	h, what := holes[0], "nothing could be seen in "+places(s.Targets)
	if len(s.Targets) == 0 {
		what = "no account could be opened"
	}
	h.Target.Account = cmp.Or(h.Target.Account, h.Target.AccountName) // that of a profile which does not open is not known
	return &estate.Error{Op: h.Operation, On: h.Target.String(), Err: fmt.Errorf("%s (%s)", h.Error, what), Hint: h.Hint}
}

// shellWords are words as a shell takes them.
func shellWords(words []string) (quoted []string) {
	for _, w := range words {
		quoted = append(quoted, shellWord(w))
	}
	return quoted
}

func shellWord(w string) string {
	if strings.ContainsFunc(w, func(r rune) bool {
		return !strings.ContainsRune("-_./:=@,+", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return w
}

// A lead is what of a scan to look into next.
type lead struct {
	dearest *estate.Observation
	doubts  bool
}

// follow is the snapshot, of which the lead takes note while it is read: reading it once more is work where it is packed.
func (l *lead) follow(s *estate.Snapshot) *estate.Snapshot {
	followed, all := *s, s.All()
	followed.Packed = func(yield func(*estate.Observation) bool) {
		for o := range all {
			l.doubts = l.doubts || o.Verdict.State == estate.Unknown
			if wasteful(o) && (l.dearest == nil || o.Waste.Hourly.GreaterThan(l.dearest.Waste.Hourly)) {
				l.dearest = o
			}
			if !yield(o) {
				return
			}
		}
	}
	return &followed
}

// suggestions are what to try next after a scan: with the same profiles and regions, or the same snapshot.
func (f *scanFlags) suggestions(of lead) []string {
	flags := func(name string, values ...string) string {
		var text strings.Builder
		for _, v := range values {
			text.WriteString(" --" + name + " " + v)
		}
		return text.String()
	}
	var from string
	if f.from != "" {
		from = flags("from", f.from)
	}
	from = strings.Join(append([]string{from}, shellWords(f.again())...), " ")
	var next []string
	if of.dearest != nil {
		dearest := of.dearest.Resource
		explain := "sagewarden explain " + dearest.ARN + from
		switch {
		case f.organization && len(f.profiles) > 0:
			explain += flags("profile", f.profiles[0])
		case len(f.profiles) > 0:
			explain += flags("profile", dearest.Target.AccountName)
		}
		next = append(next, explain)
	}
	if !f.all && of.doubts {
		next = append(next, "sagewarden scan --all"+flags("profile", f.profiles...)+flags("region", f.regions...)+from)
	}
	return next
}
