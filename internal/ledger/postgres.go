package ledger

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// inPostgreSQL: the tip's row is locked for the time of a transaction.
var inPostgreSQL = dialect{
	number: "$",
	exact:  ` COLLATE "C"`,
	lock:   "SELECT pg_advisory_xact_lock(7236837453)",
	exists: "SELECT count(*) FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false)) AND table_name = ?1",
	take:   "SELECT commits, number, hash FROM sagewarden_tip FOR UPDATE",
}

// openPostgreSQL opens the database that a URL names. Its tables are made where there are none.
func openPostgreSQL(ctx context.Context, address string) (Store, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errors.New("it is not the address of a database: " + err.Error()) // pgx hides the password
	}
	s := &sqlStore{db: sql.OpenDB(stdlib.GetConnector(*c)), dialect: inPostgreSQL}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	return s, nil
}
