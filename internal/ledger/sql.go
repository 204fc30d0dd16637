package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// A dialect is where SQLite and PostgreSQL differ. Statements are written with ?1, ?2 … for their arguments.
type dialect struct {
	// number is how the number of an argument is written.
	number string
	// exact makes a text sort by its bytes.
	exact string
	// lock keeps others from making the tables at the same time, and exists counts the tables of a name.
	lock, exists string
	// take reads the tip in a way that nobody else takes it before this transaction ends.
	take string
}

// forms lead from one form of the tables to the next. One that was released is never changed.
var forms = []string{`
CREATE TABLE sagewarden_form (form INTEGER NOT NULL);
INSERT INTO sagewarden_form VALUES (0);
CREATE TABLE sagewarden_tip (commits BIGINT NOT NULL, number BIGINT NOT NULL, hash TEXT NOT NULL);
INSERT INTO sagewarden_tip VALUES (0, 0, '');
CREATE TABLE sagewarden_record (sort TEXT EXACT NOT NULL, key TEXT EXACT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (sort, key));
CREATE TABLE sagewarden_entry (number BIGINT PRIMARY KEY, line TEXT NOT NULL);
`}

// sqlStore keeps records and entries in tables. Commits go one after the other: the row that has the tip is their lock.
type sqlStore struct {
	db *sql.DB
	dialect
	// mu lets the commits of this process wait here rather than in the database, where SQLite has no queue.
	mu sync.Mutex
}

func (s *sqlStore) query(q string) string { return strings.ReplaceAll(q, "?", s.number) }

// migrate makes the tables, or brings them to their newest form.
func (s *sqlStore) migrate(ctx context.Context) error {
	form, err := s.form(ctx, s.db)
	if err != nil || form == len(forms) {
		return err
	}
	return s.within(ctx, func(tx *sql.Tx) error {
		if s.lock != "" {
			if _, err := tx.ExecContext(ctx, s.lock); err != nil {
				return err
			}
		}
		form, err := s.form(ctx, tx) // somebody may have been faster
		if err != nil {
			return err
		}
		for _, f := range forms[form:] {
			for statement := range strings.SplitSeq(strings.ReplaceAll(f, " EXACT", s.exact), ";\n") {
				if strings.TrimSpace(statement) == "" {
					continue
				}
				if _, err := tx.ExecContext(ctx, statement); err != nil {
					return err
				}
			}
		}
		_, err = tx.ExecContext(ctx, s.query("UPDATE sagewarden_form SET form = ?1"), len(forms))
		return err
	})
}

func (s *sqlStore) form(ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (form int, err error) {
	var tables int
	if err := q.QueryRowContext(ctx, s.query(s.exists), "sagewarden_form").Scan(&tables); err != nil || tables == 0 {
		return 0, err
	}
	if err := q.QueryRowContext(ctx, "SELECT form FROM sagewarden_form").Scan(&form); err != nil {
		return 0, err
	}
	if form > len(forms) {
		return 0, fmt.Errorf("it has form %d, and this version of sagewarden knows %d at most", form, len(forms))
	}
	return form, nil
}

// within runs f in a transaction, and commits where f has no error.
func (s *sqlStore) within(ctx context.Context, f func(*sql.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

func (s *sqlStore) Get(ctx context.Context, sort, key string) (Record, error) {
	r := Record{Sort: sort, Key: key}
	err := s.db.QueryRowContext(ctx, s.query("SELECT version, body FROM sagewarden_record WHERE sort = ?1 AND key = ?2"), sort, key).Scan(&r.Version, (*[]byte)(&r.Body))
	if errors.Is(err, sql.ErrNoRows) {
		return Record{}, ErrNone
	}
	return r, err
}

func (s *sqlStore) Scan(ctx context.Context, sort, prefix string, visit func(Record) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		r := Record{Sort: sort}
		if err := rows.Scan(&r.Key, &r.Version, (*[]byte)(&r.Body)); err != nil {
			return err
		}
		return visit(r)
	}, "SELECT key, version, body FROM sagewarden_record WHERE sort = ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2 ORDER BY key", sort, prefix)
}

func (s *sqlStore) Entries(ctx context.Context, after int64, visit func(Entry) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var number int64
		var line []byte
		if err := rows.Scan(&number, &line); err != nil {
			return err
		}
		e, err := parseLine(number, line)
		if err == nil && e.Number != number {
			err = &BrokenError{number, "is not written as entries are"}
		}
		if err != nil {
			return err
		}
		return visit(e)
	}, "SELECT number, line FROM sagewarden_entry WHERE number > ?1 ORDER BY number", after)
}

// each visits the rows of a query as they come.
func (s *sqlStore) each(ctx context.Context, visit func(*sql.Rows) error, query string, args ...any) error {
	rows, err := s.db.QueryContext(ctx, s.query(query), args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := visit(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *sqlStore) Commit(ctx context.Context, c Change) error {
	return s.within(ctx, func(tx *sql.Tx) error {
		var commits int64
		var tip Tip
		if err := tx.QueryRowContext(ctx, s.take).Scan(&commits, &tip.Number, &tip.Hash); err != nil {
			return err
		}
		commits++
		for _, r := range c.Records {
			if err := s.write(ctx, tx, r, commits); err != nil {
				return err
			}
		}
		lines, next, err := tip.seal(c.Entries)
		if err != nil {
			return err
		}
		for i, line := range lines {
			if _, err := tx.ExecContext(ctx, s.query("INSERT INTO sagewarden_entry (number, line) VALUES (?1, ?2)"), tip.Number+int64(i)+1, string(line)); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, s.query("UPDATE sagewarden_tip SET commits = ?1, number = ?2, hash = ?3"), commits, next.Number, next.Hash)
		return err
	})
}

// write changes a record that is still the version that is said; ErrConflict where it is not.
func (s *sqlStore) write(ctx context.Context, tx *sql.Tx, r Record, commit int64) error {
	q, args := "UPDATE sagewarden_record SET version = ?4, body = ?5 WHERE sort = ?1 AND key = ?2 AND version = ?3", []any{r.Sort, r.Key, r.Version, r.next(commit), string(r.Body)}
	switch {
	case r.Version == 0:
		q, args = "INSERT INTO sagewarden_record (sort, key, version, body) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING", []any{r.Sort, r.Key, r.next(commit), string(r.Body)}
	case r.Body == nil:
		q, args = "DELETE FROM sagewarden_record WHERE sort = ?1 AND key = ?2 AND version = ?3", args[:3]
	}
	done, err := tx.ExecContext(ctx, s.query(q), args...)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return ErrConflict
}

func (s *sqlStore) Tip(ctx context.Context) (t Tip, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT number, hash FROM sagewarden_tip").Scan(&t.Number, &t.Hash)
	return t, err
}

func (s *sqlStore) Close() error { return s.db.Close() }
