package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/setup"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/install"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/govern/shutdown"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// approvalFlags say whether to ask before something is changed, and in which accounts.
type approvalFlags struct {
	sure     bool
	accounts []string
}

func (f *approvalFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVar(&f.sure, "auto-approve", false, "do not ask; it takes --account")
	fl.StringArrayVar(&f.accounts, "account", nil, "account that is meant, by its id: nothing is changed in another; repeatable")
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

func (f *approvalFlags) checkApproval(format string) error {
	switch {
	case slices.ContainsFunc(f.accounts, func(a string) bool { return !accountID.MatchString(a) }):
		return usagef("--account: an account's id is twelve digits")
	case f.sure && len(f.accounts) == 0:
		return usagef("--auto-approve asks nobody: name the account that is meant with --account, so that nothing is changed in another")
	case !f.sure && format == "json":
		return usagef("--output json leaves no room for a question: add --auto-approve and --account")
	}
	return nil
}

// changeFlags are those of the commands that change something where they are told to.
type changeFlags struct {
	approvalFlags
	apply bool
	state string
	// reads says that the ledger is read for the plan, too.
	reads bool
}

// planFormats are the forms of a plan.
var planFormats = []string{"table", "json"}

func (f *changeFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.apply, "apply", false, "do what is planned, after asking")
	f.approvalFlags.register(cmd)
	stateFlag(cmd, &f.state)
}

// check looks at the flags together with the form of the plan and the names that narrow it. An empty name, as an unset variable of a shell gives,
// would mean everything.
func (f *changeFlags) check(format string, names ...[]string) error {
	switch {
	case !slices.Contains(planFormats, format):
		return usagef("--output: unknown format %q: the formats are %s", format, strings.Join(planFormats, ", "))
	case slices.Contains(slices.Concat(names...), ""):
		return usagef("a name is empty, which would mean all: give --user, --space, --app and --type a name, or leave them out")
	case !f.apply && (f.sure || f.state != "" && !f.reads || len(f.accounts) > 0):
		return usagef("--auto-approve, --account and --state have no effect without --apply")
	case f.apply:
		return f.checkApproval(format)
	}
	return nil
}

// meant refuses targets in accounts that are not those of --account.
func (f *changeFlags) meant(targets []estate.Target) error {
	for _, t := range targets {
		if len(f.accounts) > 0 && !slices.Contains(f.accounts, t.Account) {
			return &estate.Error{Op: "change", On: t.String(), Err: errors.New("the account is not the one that --account names: nothing was changed"), Hint: "look which credentials are in use: sagewarden targets"}
		}
	}
	return nil
}

// openJournal opens the ledger for what is about to be changed, and settles what of earlier has no known end by looking at it. What cannot be settled is
// said.
func (f *changeFlags) openJournal(ctx context.Context, env Env, file *config.File, sessions []*cloud.Session) (journal, error) {
	l, err := openLedger(ctx, env, file, f.state)
	if err != nil {
		return journal{}, err
	}
	j := journal{l.Journal(), sessions}
	left, err := j.Unsettled(ctx)
	for _, in := range left {
		what := fmt.Sprintf("%s of %s at %s", in.Action, in.Resource, in.At.Format(time.RFC3339))
		outcome, why, known := settle(ctx, sessions, in, env.Now().Sub(in.At))
		if !known {
			note(env, fmt.Sprintf("%s has no known end: %s", what, cmp.Or(why, "look at it")))
			continue
		}
		if err := j.Settle(in.ID, outcome, why); err != nil { //nolint:contextcheck // it is written down also where the run is interrupted
			return journal{}, errors.Join(err, j.Close())
		}
		note(env, fmt.Sprintf("%s by an earlier run: %s, %s", what, outcome, why))
	}
	return j, err
}

// settle looks how an intent of an earlier run of these commands ended. Those of others are theirs to settle.
func settle(ctx context.Context, sessions []*cloud.Session, in ledger.Intent, age time.Duration) (outcome settings.Outcome, why string, known bool) {
	s := sessionFor(sessions, in.Resource)
	if s == nil {
		return "", "it is in an account or region that this run does not reach", false
	}
	var stop shutdown.Step
	var change settings.Change
	var step install.Step
	var billing setup.Step
	switch {
	case in.Action == "sagemaker:DeleteApp" && json.Unmarshal(in.Before, &stop) == nil && stop.ARN == in.Resource:
		r, known := shutdown.Settle(ctx, s.SageMaker(), stop, age)
		return shutdownOutcomes[r.Outcome], r.Why, known
	case slices.Contains(settings.Updates, in.Action) && json.Unmarshal(in.Before, &change) == nil && change.Resource == in.Resource:
		r, known := settings.Settle(ctx, s.SageMaker(), change, age)
		return r.Outcome, r.Why, known
	case json.Unmarshal(in.Before, &step) == nil && step.Resource == in.Resource && step.Operation() == in.Action:
		return install.Settle(ctx, s.SageMaker(), s.S3(), step, age)
	case json.Unmarshal(in.Before, &billing) == nil && billing.Resource == in.Resource && billing.Operation() == in.Action:
		if payer, ok := s.Billing(); ok && payer.Target().Account == billing.Target.Account {
			return setup.Settle(ctx, *payerOf(payer), billing, age)
		}
	}
	return "", "", false
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
	ledger.Journal
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
	return j.Journal.Intend(in)
}

// Settle keeps how it ended. What nobody knows the end of has none yet: a later run looks.
func (j journal) Settle(id string, o settings.Outcome, why string) error {
	ends := map[settings.Outcome]ledger.Outcome{settings.Done: ledger.Done, settings.Refused: ledger.Failed, settings.Changed: ledger.Cancelled, settings.Untried: ledger.Cancelled}
	end, known := ends[o]
	if !known {
		return nil
	}
	return j.Journal.Settle(id, end, why)
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
