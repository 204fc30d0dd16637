package ledger_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "notes.txt")
	const notes = "notes of mine, which are long enough to be taken for the header of something or other: they are no database at all"
	if err := os.WriteFile(file, []byte(notes), 0o600); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"":                                 "the address is empty",
		file:                               "file is not a database",
		filepath.Join(file, "below"):       "not a directory",
		"ftp://host/x":                     "ftp: is no sort of place",
		"postgres://ana:hunter2@:x/ledger": "not the address of a database",
		"postgres://ana:hunter2@127.0.0.1:1/ledger?password=hunter2": "connect",
		"s3://": "names no bucket",
	} {
		_, err := ledger.Open(t.Context(), address, environment())
		e, ok := errors.AsType[*estate.Error](err)
		if !ok || e.Op != "open the ledger" || !strings.Contains(err.Error(), want) || !strings.Contains(e.Hint, "--state") {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error()+e.Hint, "hunter2") {
			t.Errorf("a password is shown: %v", err)
		}
	}
	if left, err := os.ReadFile(file); err != nil || string(left) != notes {
		t.Errorf("%q, %v", left, err)
	}
}

// TestFile: the file is its owner's alone, with those that SQLite lays beside it.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "new", "state.db")
	l := open(t, "sqlite:"+file)
	if err := increment(t.Context(), l, "n"); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(file + "*")
	if err != nil || len(found) < 2 {
		t.Fatal(found, err)
	}
	for _, f := range found {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
}

// TestUpdateIsBounded: who is always too late gives up, after pauses that somebody else decides.
func TestUpdateIsBounded(t *testing.T) {
	var pauses []int
	env := environment()
	env.Pause = func(_ context.Context, attempt int) error {
		pauses = append(pauses, attempt)
		return nil
	}
	l, err := ledger.Open(t.Context(), "memory:", env)
	if err != nil {
		t.Fatal(err)
	}
	tries := 0
	err = l.Update(t.Context(), func(tx *ledger.Tx) error {
		tries++
		if err := tx.Put(t.Context(), "s", "k", tries); err != nil {
			return err
		}
		r, err := l.Get(t.Context(), "s", "k")
		if errors.Is(err, ledger.ErrNone) {
			r = record("s", "k", 0, "")
		}
		commit(t, l, record("s", "k", r.Version, "0")) // somebody else
		return nil
	})
	if !errors.Is(err, ledger.ErrConflict) || tries != 50 || len(pauses) != 49 || pauses[48] != 49 {
		t.Errorf("%d tries, %d pauses, %v", tries, len(pauses), err)
	}
	wrong := errors.New("wrong")
	if err := l.Update(t.Context(), func(tx *ledger.Tx) error {
		return errors.Join(tx.Put(t.Context(), "s", "other", 1), tx.Log("", "e", "s", nil), wrong)
	}); !errors.Is(err, wrong) || len(scan(t, l, "s", "other"))+len(entries(t, l, 0)) != 0 {
		t.Errorf("after an error something was done: %v", err)
	}
}

// TestTxSeesItself: an update reads what it has written.
func TestTxSeesItself(t *testing.T) {
	l, _ := clocked(t)
	ctx := t.Context()
	if err := l.Update(ctx, func(tx *ledger.Tx) error {
		if err := tx.Put(ctx, "s", "k", 1); err != nil {
			return err
		}
		if n, err := ledger.Get[int](ctx, tx, "s", "k"); err != nil || n != 1 {
			t.Error(n, err)
		}
		if err := tx.Delete(ctx, "s", "k"); err != nil {
			return err
		}
		if _, err := tx.Get(ctx, "s", "k"); !errors.Is(err, ledger.ErrNone) {
			t.Error(err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if all := scan(t, l, "s", ""); len(all) != 0 {
		t.Error(all)
	}
}

func TestAllStopsAtAnError(t *testing.T) {
	l, _ := clocked(t)
	commit(t, l, record("s", "1", 0, "1"), record("s", "2", 0, `"two"`), record("s", "3", 0, "3"))
	var got []int
	var last error
	for n, err := range ledger.All[int](t.Context(), l, "s", "") {
		got, last = append(got, n), err
	}
	if len(got) != 2 || got[0] != 1 || last == nil || !strings.Contains(last.Error(), "the ledger's s 2 cannot be read") {
		t.Error(got, last)
	}
	for n, err := range ledger.All[int](t.Context(), l, "s", "") {
		if n != 1 || err != nil {
			t.Error(n, err)
		}
		break
	}
}
