// Package ledger keeps what holds (findings, notices, what is under way) and how it came to that: a history of which nothing can be altered or taken away
// unseen. It is a file, a database or an object in S3, and several processes may share it.
package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// A Store keeps records, which say what holds now, and entries, which say how it came to that and only grow. SQLite, S3 and PostgreSQL are stores.
type Store interface {
	// Get reads a record; ErrNone where there is none.
	Get(ctx context.Context, sort, key string) (Record, error)
	// Scan visits the records of a sort whose keys begin with the prefix, in order of their keys (of their bytes), as of one instant.
	Scan(ctx context.Context, sort, prefix string, visit func(Record) error) error
	// Commit changes records and appends entries, all of it or nothing. It returns ErrConflict where a record is no longer what it is said to be:
	// read again, decide again. After any other error nobody knows whether it was done: read to find out.
	Commit(ctx context.Context, c Change) error
	// Entries visits the entries after a number, oldest first.
	Entries(ctx context.Context, after int64, visit func(Entry) error) error
	// Tip is where the entries end, as it was written with the newest of them.
	Tip(ctx context.Context) (Tip, error)
	Close() error
}

// The errors of a store that are no failures.
var (
	ErrNone     = errors.New("there is no such record")
	ErrConflict = errors.New("somebody else has changed it")
)

// A Record is one thing that holds now: a finding, a notice, an intent without an end.
type Record struct {
	// Sort is what sort of thing it is, and Key which one.
	Sort string `json:"sort"`
	Key  string `json:"key"`
	// Version counts the changes of the record, from the number of the commit that made it: one that is taken away and made anew has no version that it
	// had before. In a Change it is the version that was read, 0 for one that must not be there yet.
	Version int64 `json:"version"`
	// Body is the thing; in a Change nil takes it away.
	Body json.RawMessage `json:"body,omitempty"`
}

// A Change is what one commit does.
type Change struct {
	Records []Record
	Entries []Entry
}

// An Entry is one line of the history. Entries form a chain: each has the hash of the one before, so that none can be altered or taken away unseen.
type Entry struct {
	// Number counts from 1 without a gap; the store gives it, and the hashes.
	Number int64     `json:"number"`
	At     time.Time `json:"at"`
	// By is who: an ARN, or what people call the person.
	By string `json:"by,omitempty"`
	// Event is what happened, Subject to what: the id of a finding, an ARN.
	Event   string          `json:"event"`
	Subject string          `json:"subject"`
	Body    json.RawMessage `json:"body,omitempty"`
	// Previous is the hash of the entry before, and Hash that of this one with Previous in it. Both are SHA-256 in hex.
	Previous string `json:"previous"`
	Hash     string `json:"hash"`
}
