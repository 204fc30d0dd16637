// Package ledger keeps what was about to be done and how it ended, in a file that only grows: one JSON object a line.
package ledger

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An Intent is what is about to be done. It is on disk before that is begun.
type Intent struct {
	ID string    `json:"intent"`
	At time.Time `json:"at"`
	// Action is the operation, as IAM names it; Resource the ARN of what it changes; By the ARN of who calls.
	Action   string `json:"action"`
	Resource string `json:"resource"`
	By       string `json:"by,omitempty"`
	// Before is what the resource was, as far as undoing takes.
	Before json.RawMessage `json:"before,omitempty"`
}

// A Receipt is how an intent ended.
type Receipt struct {
	ID      string    `json:"receipt"`
	At      time.Time `json:"at"`
	Outcome string    `json:"outcome"`
	Why     string    `json:"why,omitempty"`
}

// A Ledger is the file, held by this process alone.
type Ledger struct {
	mu  sync.Mutex
	f   *os.File
	now func() time.Time
	// size is how long the file is; broken is why nothing more may be written.
	size   int64
	broken error
	// open are the intents without a receipt, in the order in which they were written.
	open []Intent
}

// Open opens the ledger, and makes it where there is none. Only its owner may read it, and one process at a time may hold it.
func Open(file string, now func() time.Time) (*Ledger, error) {
	fail := func(err error, hint string) (*Ledger, error) {
		if e, ok := errors.AsType[*os.PathError](err); ok {
			err = e.Err
		}
		return nil, &estate.Error{Op: "open the ledger", On: file, Err: err, Hint: hint}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fail(err, "name another with --ledger")
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fail(err, "name another with --ledger")
	}
	l := &Ledger{f: f, now: now}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return fail(errors.New("another process holds it"), "wait until that has ended")
	}
	err = l.read()
	if err == nil {
		err = f.Chmod(0o600)
	}
	if err != nil {
		_ = f.Close()
		return fail(err, "move it away to begin a new one; it may say what is still unsettled")
	}
	return l, nil
}

// read finds the intents without a receipt. A line that a crash cut short is taken away: it was promised to nobody, so that what it was for had not
// begun, or is found unsettled.
func (l *Ledger) read() error {
	r := bufio.NewReader(l.f)
	for number := 1; ; number++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			switch {
			case len(line) == 0:
				return nil
			case !begun(string(line)):
				return fmt.Errorf("line %d is no entry", number) // this file is somebody else's
			}
			return l.f.Truncate(l.size)
		}
		if err != nil {
			return err
		}
		l.size += int64(len(line))
		var entry struct {
			Intent
			Receipt string `json:"receipt"`
		}
		if err := json.Unmarshal(line, &entry); err != nil {
			return fmt.Errorf("line %d is no entry: %w", number, err)
		}
		if entry.ID == "" && entry.Receipt == "" {
			return fmt.Errorf("line %d is no entry", number)
		}
		if entry.Receipt != "" {
			l.settled(entry.Receipt)
		} else {
			l.open = append(l.open, entry.Intent)
		}
	}
}

// begun reports whether a text could be the beginning of an entry.
func begun(text string) bool {
	for _, head := range []string{`{"intent":"`, `{"receipt":"`} {
		if n := min(len(head), len(text)); text[:n] == head[:n] {
			return true
		}
	}
	return false
}

func (l *Ledger) settled(id string) {
	for i, in := range l.open {
		if in.ID == id {
			l.open = append(l.open[:i:i], l.open[i+1:]...)
			return
		}
	}
}

// Unsettled are the intents of which nobody knows how they ended, oldest first.
func (l *Ledger) Unsettled() []Intent {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Intent(nil), l.open...)
}

// Intend writes an intent down for good, and returns its id. What it is for must not begin after an error.
func (l *Ledger) Intend(in Intent) (id string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	in.ID, in.At = rand.Text(), l.now().UTC()
	if err := l.write(in); err != nil {
		return "", err
	}
	l.open = append(l.open, in)
	return in.ID, nil
}

// Settle writes down for good how an intent ended. After an error it stays unsettled.
func (l *Ledger) Settle(id, outcome, why string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.write(Receipt{ID: id, At: l.now().UTC(), Outcome: outcome, Why: why}); err != nil {
		return err
	}
	l.settled(id)
	return nil
}

func (l *Ledger) write(entry any) error {
	line, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	if l.broken != nil {
		return l.broken
	}
	n, err := l.f.Write(append(line, '\n'))
	if err == nil {
		err = l.f.Sync()
	}
	if err != nil { // half an entry would spoil the next one
		l.broken = errors.Join(err, l.f.Truncate(l.size))
		return l.broken
	}
	l.size += int64(n)
	return nil
}

// Close lets go of the file.
func (l *Ledger) Close() error { return l.f.Close() }

// Done are the intents on a resource that ended as they were meant to, newest first. The file is read as it is, whoever holds it, and may be missing.
func Done(file, resource string) ([]Intent, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	fail := func(err error) error { return &estate.Error{Op: "read the ledger", On: file, Err: err} }
	if err != nil {
		return nil, fail(errors.Unwrap(err))
	}
	meant := map[string]Intent{}
	var all []Intent
	for line := range strings.Lines(string(text)) {
		if !strings.HasSuffix(line, "\n") {
			break // somebody is about to write it
		}
		var entry struct {
			Intent
			Receipt string `json:"receipt"`
			Outcome string `json:"outcome"`
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			return nil, fail(err)
		}
		if in, ours := meant[entry.Receipt]; ours && entry.Outcome == "done" {
			all = append(all, in)
		}
		if entry.Resource == resource {
			meant[entry.ID] = entry.Intent
		}
	}
	slices.Reverse(all)
	return all, nil
}
