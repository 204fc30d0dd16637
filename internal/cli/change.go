package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/install"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/govern/shutdown"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// changeFlags are those of the commands that change something where they are told to.
type changeFlags struct {
	apply, sure bool
	ledger      string
	accounts    []string
	// reads says that the ledger is read for the plan, too.
	reads bool
}

// planFormats are the forms of a plan.
var planFormats = []string{"table", "json"}

func (f *changeFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVar(&f.apply, "apply", false, "do what is planned, after asking")
	fl.BoolVar(&f.sure, "auto-approve", false, "do not ask; it takes --account")
	fl.StringArrayVar(&f.accounts, "account", nil, "account that is meant, by its id: nothing is changed in another; repeatable")
	fl.StringVar(&f.ledger, "ledger", "", "file that keeps what was done (default: sagewarden/ledger.ndjson in $XDG_STATE_HOME or ~/.local/state)")
}

// check looks at the flags together with the form of the plan and the names that narrow it. An empty name, as an unset variable of a shell gives,
// would mean everything.
func (f *changeFlags) check(format string, names ...[]string) error {
	switch {
	case !slices.Contains(planFormats, format):
		return usagef("--output: unknown format %q: the formats are %s", format, strings.Join(planFormats, ", "))
	case slices.Contains(slices.Concat(names...), ""):
		return usagef("a name is empty, which would mean all: give --user, --space, --app and --type a name, or leave them out")
	case !f.apply && (f.sure || f.ledger != "" && !f.reads || len(f.accounts) > 0):
		return usagef("--auto-approve, --account and --ledger have no effect without --apply")
	case slices.ContainsFunc(f.accounts, func(a string) bool { return !accountID.MatchString(a) }):
		return usagef("--account: an account's id is twelve digits")
	case f.sure && len(f.accounts) == 0:
		return usagef("--auto-approve asks nobody: name the account that is meant with --account, so that nothing is changed in another")
	case f.apply && !f.sure && format == "json":
		return usagef("--output json leaves no room for a question: add --auto-approve and --account")
	}
	return nil
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// meant refuses targets in accounts that are not those of --account.
func (f *changeFlags) meant(targets []estate.Target) error {
	for _, t := range targets {
		if len(f.accounts) > 0 && !slices.Contains(f.accounts, t.Account) {
			return &estate.Error{Op: "change", On: t.String(), Err: errors.New("the account is not the one that --account names: nothing was changed"), Hint: "look which credentials are in use: sagewarden targets"}
		}
	}
	return nil
}

// ledgerFile is where the ledger is.
func (f *changeFlags) ledgerFile(env Env) (string, error) {
	if f.ledger != "" {
		return f.ledger, nil
	}
	home := cmp.Or(env.Getenv("XDG_STATE_HOME"), filepath.Join(env.Getenv("HOME"), ".local", "state"))
	file := filepath.Join(home, "sagewarden", "ledger.ndjson")
	if !filepath.IsAbs(file) {
		return "", usagef("nothing says where your ledger is: name it with --ledger, or set HOME") // not another one in every folder
	}
	return file, nil
}

// openLedger opens the ledger, and settles what of earlier has no known end by looking at it. What cannot be settled is said.
func (f *changeFlags) openLedger(ctx context.Context, env Env, sessions []*cloud.Session) (*ledger.Ledger, error) {
	file, err := f.ledgerFile(env)
	if err != nil {
		return nil, err
	}
	l, err := ledger.Open(file, env.Now)
	if err != nil {
		return nil, err
	}
	for _, in := range l.Unsettled() {
		what := fmt.Sprintf("%s of %s at %s", in.Action, in.Resource, in.At.Format(time.RFC3339))
		outcome, why, known := settle(ctx, sessions, in, env.Now().Sub(in.At))
		if !known {
			note(env, fmt.Sprintf("%s has no known end: %s", what, cmp.Or(why, "look at it")))
			continue
		}
		if err := l.Settle(in.ID, outcome, why); err != nil {
			_ = l.Close()
			return nil, err
		}
		note(env, fmt.Sprintf("%s by an earlier run: %s, %s", what, outcome, why))
	}
	return l, nil
}

// settle looks how an intent of an earlier run ended.
func settle(ctx context.Context, sessions []*cloud.Session, in ledger.Intent, age time.Duration) (outcome, why string, known bool) {
	s := sessionFor(sessions, in.Resource)
	if s == nil {
		return "", "it is in an account or region that this run does not reach", false
	}
	if in.Action == "sagemaker:DeleteApp" {
		var step shutdown.Step
		if json.Unmarshal(in.Before, &step) != nil {
			return "", "", false
		}
		r, known := shutdown.Settle(ctx, s.SageMaker(), step, age)
		return string(r.Outcome), r.Why, known
	}
	if slices.Contains(settings.Updates, in.Action) {
		var change settings.Change
		if json.Unmarshal(in.Before, &change) != nil {
			return "", "", false
		}
		r, known := settings.Settle(ctx, s.SageMaker(), change, age)
		return string(r.Outcome), r.Why, known
	}
	var step install.Step
	if json.Unmarshal(in.Before, &step) != nil || step.Operation() != in.Action {
		return "", "", false
	}
	o, why, known := install.Settle(ctx, s.SageMaker(), s.S3(), step, age)
	return string(o), why, known
}

// sessionFor is the session that reaches a resource; an object of S3, by whichever there is.
func sessionFor(sessions []*cloud.Session, arn string) *cloud.Session {
	a, err := estate.ParseARN(arn)
	if err != nil {
		return nil
	}
	for _, s := range sessions {
		if t := s.Target(); t.Partition == a.Partition && (a.Account == "" || t.Account == a.Account) && (a.Region == "" || t.Region == a.Region) {
			return s
		}
	}
	return nil
}

// A journal writes changes down, with who makes them.
type journal struct {
	*ledger.Ledger
	sessions []*cloud.Session
}

// Intend keeps what undoing takes.
func (j journal) Intend(operation, resource string, undo any) (string, error) {
	before, err := json.Marshal(undo)
	if err != nil {
		return "", err
	}
	in := ledger.Intent{Action: operation, Resource: resource, Before: before}
	if s := sessionFor(j.sessions, resource); s != nil {
		in.By = s.Principal()
	}
	return j.Ledger.Intend(in)
}

// Settle keeps how it ended. What nobody knows the end of stays unsettled.
func (j journal) Settle(id string, o settings.Outcome, why string) error {
	if o == settings.Unsettled {
		return nil
	}
	return j.Ledger.Settle(id, string(o), why)
}

// confirm asks for the word that nobody types by mistake: the account, or how many there are.
func confirm(ctx context.Context, env Env, what string, targets []estate.Target) error {
	var accounts, names []string
	for _, t := range targets {
		if !slices.Contains(accounts, t.Account) {
			accounts = append(accounts, t.Account)
		}
		names = append(names, t.String())
	}
	word := accounts[0]
	if len(accounts) > 1 {
		word = fmt.Sprintf("%d accounts", len(accounts))
	}
	_, _ = fmt.Fprintf(env.Stdout, "\n%s in %s? Type %q to go on: ", what, strings.Join(names, ", "), word)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(env.Stdin).ReadString('\n') // an end without an answer is none
		answer <- strings.TrimSpace(line)
	}()
	select {
	case a := <-answer:
		_, _ = fmt.Fprintln(env.Stdout)
		if a == word {
			return nil
		}
	case <-ctx.Done():
		_, _ = fmt.Fprintln(env.Stdout)
	}
	return &estate.Error{Op: "ask", Err: errors.New("not confirmed: nothing was changed")}
}
