package ledger

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver
)

// inSQLite: a transaction takes the only lock there is when it begins.
var inSQLite = dialect{
	number: "?",
	exists: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1",
	take:   "SELECT commits, number, hash FROM sagewarden_tip",
}

// openSQLite opens the file, and makes it where there is none. Only its owner may read it; several processes may have it open.
func openSQLite(ctx context.Context, file string) (Store, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, bare(err)
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600) // SQLite would make it for everybody to read
	if err != nil {
		return nil, bare(err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return nil, bare(err)
	}
	// What was committed must outlast a loss of power: hence FULL.
	address := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(file), RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(30000)", "journal_mode(WAL)", "synchronous(FULL)"},
	}.Encode()}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, err
	}
	s := &sqlStore{db: db, dialect: inSQLite}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// bare is an error of the file system without the path, which the reader sees already.
func bare(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}
