package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// changeFlags are those of the commands that change something where they are told to.
type changeFlags struct {
	apply, sure bool
	state       string
}

// planFormats are the forms of a plan.
var planFormats = []string{"table", "json"}

func (f *changeFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVar(&f.apply, "apply", false, "do what is planned, after asking")
	fl.BoolVar(&f.sure, "auto-approve", false, "do not ask")
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
	case !f.apply && (f.sure || f.state != ""):
		return usagef("--auto-approve and --state have no effect without --apply")
	case f.apply && !f.sure && format == "json":
		return usagef("--output json leaves no room for a question: add --auto-approve")
	}
	return nil
}

// openJournal opens the ledger for what is about to be changed, and says what of earlier has no known end.
func (f *changeFlags) openJournal(ctx context.Context, env Env, file *config.File) (ledger.Journal, error) {
	l, err := openLedger(ctx, env, file, f.state)
	if err != nil {
		return ledger.Journal{}, err
	}
	j := l.Journal()
	left, err := j.Unsettled(ctx)
	for _, in := range left {
		note(env, fmt.Sprintf("%s of %s at %s has no known end: look at it", in.Action, in.Resource, in.At.Format(time.RFC3339)))
	}
	return j, err
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
