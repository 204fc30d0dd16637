package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

// The exit statuses. They are part of the interface: scripts rely on them.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitFindings = 3 // --fail-on asked for it
	exitHoles    = 4 // done, but something could not be seen
)

// A status is an error that carries an exit status and has been told to the user by other means.
type status int

// Error says the status; nobody prints it.
func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// usageError is a mistake in the words of the command.
type usageError struct{ error }

// Unwrap returns the mistake itself, so that its hint is found.
func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Run runs the command line and returns the exit status.
func Run(ctx context.Context, env Env) int {
	if env.Getenv("GOGC") == "" {
		// A scan mostly waits for its turn, so memory is dearer than the collector's time.
		debug.SetGCPercent(26)
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	// The first signal ends the work in good order; with the handler gone, the second ends the process.
	context.AfterFunc(ctx, stop)

	root := newRoot(env) //nolint:contextcheck // cobra hands the context to each command
	if len(env.Args) == 0 && env.Getenv(runtimeVariable) != "" {
		env.Args = []string{"lambda"} // Lambda starts its bootstrap without a word
	}
	root.SetArgs(env.Args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	parsed := false
	root.PersistentPreRun = func(*cobra.Command, []string) { parsed = true }
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	if s, ok := errors.AsType[status](err); ok {
		return int(s)
	}
	complain(env.Stderr, err)
	if _, ok := errors.AsType[usageError](err); ok || !parsed {
		_, _ = fmt.Fprintf(env.Stderr, "  see: %s --help\n", cmd.CommandPath())
		return exitUsage
	}
	return exitFailed
}

// complain says what went wrong, each mistake of a file by itself.
func complain(to io.Writer, err error) {
	if all, ok := errors.AsType[strictyaml.ReadErrors](err); ok && len(all) > 1 {
		for _, e := range all {
			complain(to, e)
		}
		_, _ = fmt.Fprintf(to, "sagewarden: %d mistakes\n", len(all))
		return
	}
	_, _ = fmt.Fprintln(to, "sagewarden: "+report.Lines(err.Error()))
	if e, ok := errors.AsType[*estate.Error](err); ok && e.Hint != "" {
		_, _ = fmt.Fprintln(to, "  hint: "+report.Lines(e.Hint))
	}
}

// plain is the error of a flag without the words of Go's number parser.
func plain(err error) error {
	number, ok := errors.AsType[*strconv.NumError](err)
	if !ok {
		return err
	}
	want := map[string]string{"ParseInt": "a whole number", "ParseFloat": "a number", "ParseBool": "true or false"}[number.Func]
	return errors.New(strings.Replace(err.Error(), number.Error(), "write "+want, 1))
}

func newRoot(env Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "sagewarden",
		Short: "Find, price and explain idle Amazon SageMaker spend",
		Long: "Sagewarden finds Amazon SageMaker resources that bill by the hour for nothing, says how sure it is and why, and prices them.\n" +
			"It reads only, but for what is told to --apply. Try it without an AWS account: sagewarden demo",
		SilenceErrors: true, SilenceUsage: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return plain(err) })
	root.AddCommand(newScan(env), newInventory(env), newExplain(env), newTargets(env), newDoctor(env), newIAM(env), newPolicy(env), newPlan(env), newApply(env), newUndo(env), newServe(env), newLambda(env),
		newFindings(env), newHistory(env), newSavings(env), newCost(env), newHalt(env), newResume(env), newStudio(env), newNotify(env), newDemo(env), newSim(env), newVersion(env))
	return root
}
