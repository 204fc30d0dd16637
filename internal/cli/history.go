package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/ledger/show"
	"github.com/sagewarden/sagewarden/internal/report"
)

var historyFormats = []report.Format{report.Table, report.JSON, report.NDJSON}

type historyFlags struct {
	ledgerFlags
	resource, since, format string
}

func newHistory(env Env) *cobra.Command {
	var f historyFlags
	cmd := &cobra.Command{
		Use:   "history",
		Short: "Print what was done and decided, by whom, and how it ended",
		Long: "History prints the entries of the ledger, oldest first. Each has the hash of the one before, so that none can be altered or taken away unseen:\n" +
			"history verify looks. The form ndjson has each entry as it is hashed.",
		Example: "  sagewarden history --since 7d\n  sagewarden history --resource arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn\n  sagewarden history -o ndjson > history.ndjson",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			format, err := report.ParseFormat(f.format, historyFormats)
			if err != nil {
				return usagef("--output: %w", err)
			}
			l, err := f.open(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			return f.print(cmd.Context(), env, l, format)
		},
	}
	f.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.resource, "resource", "", "only what concerns the resource with this ARN, and its findings")
	fl.StringVar(&f.since, "since", "", "only from then on: a day like 2026-03-01, an instant like 2026-03-01T15:00:00Z, or how long ago, like 7d")
	fl.StringVarP(&f.format, "output", "o", string(report.Table), "form of the output: "+strings.Join(names(historyFormats), ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(names(historyFormats), cobra.ShellCompDirectiveNoFileComp))
	cmd.AddCommand(newVerify(env), newUnsettled(env), newSettle(env))
	return cmd
}

// print prints entries as they are read, since there may be more than memory has room for.
func (f *historyFlags) print(ctx context.Context, env Env, l *ledger.Ledger, format report.Format) error {
	since, err := parseSince(f.since, env.Now())
	if err != nil {
		return err
	}
	concerns, err := f.concerns(ctx, l)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(env.Stdout)
	before, between, after := "", "", ""
	if format == report.JSON {
		before, between, after = "[\n  ", ",\n  ", "\n]\n"
	}
	_, _ = out.WriteString(before)
	first := true
	err = l.Entries(ctx, 0, func(e ledger.Entry) error {
		if e.At.Before(since) || !concerns(e) {
			return nil
		}
		if !first {
			_, _ = out.WriteString(between)
		}
		first = false
		if format == report.Table {
			_, err := fmt.Fprintln(out, report.Line(show.Entry(e)))
			return err
		}
		line, err := e.Line()
		if err != nil {
			return err
		}
		_, err = out.Write(line)
		if format == report.NDJSON && err == nil {
			err = out.WriteByte('\n')
		}
		return err
	})
	_, _ = out.WriteString(after)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	return err
}

// concerns tells the entries that are about the resource asked for.
func (f *historyFlags) concerns(ctx context.Context, l *ledger.Ledger) (func(ledger.Entry) bool, error) {
	if f.resource == "" {
		return func(ledger.Entry) bool { return true }, nil
	}
	about := map[string]bool{f.resource: true}
	for finding, err := range ledger.All[ledger.Finding](ctx, l, ledger.SortFinding, "") {
		if err != nil {
			return nil, err
		}
		if finding.Resource.ARN == f.resource {
			about[finding.ID] = true
		}
	}
	return func(e ledger.Entry) bool {
		var on struct{ On string }
		_ = json.Unmarshal(e.Body, &on) // what has no such word is about its subject
		return about[e.Subject] || about[on.On]
	}, nil
}

// parseSince reads an instant, a day (UTC) or how long ago.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	d, err := parseDuration(text)
	if err != nil {
		return time.Time{}, usagef("--since: %q is neither a day like 2026-03-01, an instant like 2026-03-01T15:00:00Z, nor how long ago, like 7d", text)
	}
	return now.Add(-d), nil
}

func newVerify(env Env) *cobra.Command {
	var f ledgerFlags
	var known []string
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Look whether the history is whole and unaltered",
		Long: "Verify works out the hash of every entry anew, and says the first that does not fit. Whoever can write to the ledger can write all of it anew, hashes\n" +
			"and all: note the end that verify prints in another place, and give it back with --known.\n\n" +
			"Exit status: 0 whole, 1 it is not.",
		Example: "  sagewarden history verify\n  sagewarden history verify --known 1204:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var tips []ledger.Tip
			for _, k := range known {
				number, hash, ok := strings.Cut(k, ":")
				n, err := strconv.ParseInt(number, 10, 64)
				if !ok || err != nil || n < 1 {
					return usagef("--known: %q is not written as verify prints it: NUMBER:HASH", k)
				}
				tips = append(tips, ledger.Tip{Number: n, Hash: hash})
			}
			l, err := f.open(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			tip, err := l.Verify(cmd.Context(), tips...)
			if err != nil {
				return fmt.Errorf("the history is not whole: %w", err)
			}
			if tip.Number == 0 {
				_, err = fmt.Fprintln(env.Stdout, "the history is empty")
				return err
			}
			_, err = fmt.Fprintf(env.Stdout, "whole and unaltered\nend: %d:%s\n", tip.Number, tip.Hash)
			return err
		},
	}
	f.add(cmd)
	cmd.Flags().StringArrayVar(&known, "known", nil, "an end that was printed earlier, as NUMBER:HASH, which must still be there; repeatable")
	return cmd
}
