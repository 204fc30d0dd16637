package script

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

// keep DATABASE FILE puts records in a ledger, as a run of policies would: a line of the file is {"sort":…,"key":…,"body":…}.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep DATABASE FILE")
	}
	l, err := ledger.Open(context.Background(), ts.MkAbs(args[0]), ledger.Environment{Now: time.Now})
	ts.Check(err)
	var c ledger.Change
	for line := range bytes.Lines([]byte(ts.ReadFile(args[1]))) {
		var r ledger.Record
		ts.Check(json.Unmarshal(line, &r))
		c.Records = append(c.Records, r)
	}
	ts.Check(l.Commit(context.Background(), c))
	ts.Check(l.Close())
}
