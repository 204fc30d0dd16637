// Package cli is the command line: it reads flags, calls the rooms that decide, and prints. It decides nothing itself.
package cli

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// Env is what a process is given. Tests give their own.
type Env struct {
	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	// Now is this machine's clock. Verdicts speak of AWS's, which a session knows.
	Now func() time.Time
	// Wait lets time pass, unless the context ends before.
	Wait func(context.Context, time.Duration) error
	// Width is the columns of a terminal, 0 where the writer is none.
	Width func(io.Writer) int
}

// OS is the environment of the process.
func OS() Env {
	return Env{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now, Wait: wait, Width: width}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil || columns == 0 { // a terminal need not tell
		return 80
	}
	return columns
}

// color follows NO_COLOR (no-color.org) and TERM.
func (e Env) color(w io.Writer) bool {
	return e.Width(w) > 0 && e.Getenv("NO_COLOR") == "" && e.Getenv("TERM") != "dumb"
}
