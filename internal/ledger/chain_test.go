package ledger_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

// TestVerifySaysWhere: whatever is done to the history behind the ledger's back, the first entry that does not fit is named.
func TestVerifySaysWhere(t *testing.T) {
	for name, tamper := range map[string]struct {
		statement, why string
		number         int64
	}{
		"altered":                     {`UPDATE sagewarden_entry SET line = replace(line, '"counted"', '"nothing"') WHERE number = 3`, "was altered", 3},
		"altered in its form":         {`UPDATE sagewarden_entry SET line = replace(line, '"event"', ' "event"') WHERE number = 3`, "is not written as entries are", 3},
		"something added":             {`UPDATE sagewarden_entry SET line = replace(line, '"event"', '"x":1,"event"') WHERE number = 3`, "is not written as entries are", 3},
		"no JSON":                     {`UPDATE sagewarden_entry SET line = '' WHERE number = 3`, "is not JSON", 3},
		"taken away":                  {`DELETE FROM sagewarden_entry WHERE number = 3`, "is missing", 3},
		"the first taken away":        {`DELETE FROM sagewarden_entry WHERE number = 1`, "is missing", 1},
		"one in the place of another": {`UPDATE sagewarden_entry SET line = (SELECT line FROM sagewarden_entry WHERE number = 2) WHERE number = 3`, "is not written as entries are", 3},
		"the last taken away":         {`DELETE FROM sagewarden_entry WHERE number = 5`, "is missing: there is to be one with the number 5", 5},
		"the last forged":             {`UPDATE sagewarden_tip SET hash = 'x'`, "is not the one that the ledger ends with", 5},
		"all taken away":              {`DELETE FROM sagewarden_entry`, "is missing: there is to be one with the number 5", 1},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "state.db")
			l := open(t, file)
			for range 5 {
				if err := increment(t.Context(), l, "n"); err != nil {
					t.Fatal(err)
				}
			}
			db, err := sql.Open("sqlite", file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), tamper.statement); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			_, err = l.Verify(t.Context())
			broken, ok := errors.AsType[*ledger.BrokenError](err)
			if !ok || broken.Number != tamper.number || broken.Why != tamper.why {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestVerifyRewritten: who writes the whole history anew, hashes and all, is found out by an end that was noted elsewhere.
func TestVerifyRewritten(t *testing.T) {
	l, _ := clocked(t)
	begin(t, l, stop)
	noted, err := l.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other, _ := clocked(t)
	forged := stop
	forged.By = ben
	begin(t, other, forged)
	if _, err := other.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Verify(t.Context(), noted); err == nil || !strings.Contains(err.Error(), "is not the one that was noted") {
		t.Error(err)
	}
}

// TestHashIsOfTheLine: the hash can be worked out by anybody who has the lines, without this program.
func TestHashIsOfTheLine(t *testing.T) {
	l, _ := clocked(t)
	begin(t, l, stop)
	for _, e := range entries(t, l, 0) {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		text, _, ok := strings.Cut(string(line), `,"hash":"`)
		sum := sha256.Sum256([]byte(text + "}"))
		if !ok || e.Hash != hex.EncodeToString(sum[:]) {
			t.Errorf("%s", line)
		}
	}
}
