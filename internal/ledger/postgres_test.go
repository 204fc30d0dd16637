package ledger_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/sagewarden/sagewarden/internal/simulate/postgres"
)

// database is the PostgreSQL of these tests, started with the first of them that needs it.
var database = sync.OnceValues(func() (*postgres.Server, error) {
	server, err := postgres.Start(context.Background())
	if err == nil {
		stopDatabase = server.Stop
	}
	return server, err
})

var stopDatabase = func() {}

// emptyDatabase is the address of a database without anything in it.
func emptyDatabase(t *testing.T) string {
	server, err := database()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	address, err := server.Empty(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return address
}
