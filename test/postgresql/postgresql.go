// Package postgresql lends tests a real PostgreSQL, which nobody else knows: it is started when it is first asked for, on a socket in a folder of its own.
package postgresql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"github.com/sagewarden/sagewarden/test/absent"
)

var server struct {
	start sync.Once
	err   error
	dir   string
	stop  func()
	// databases counts those that were made.
	databases int
}

// Empty is the address of a database without anything in it. Where PostgreSQL is not installed the test skips, and with CI=true it fails.
func Empty(t *testing.T) string {
	t.Helper()
	server.start.Do(func() { server.err = start() })
	if server.err != nil {
		absent.Peer(t, server.err)
	}
	server.databases++
	name := "ledger" + strconv.Itoa(server.databases)
	if err := execute("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	return address(name)
}

func address(database string) string {
	return "postgres://ledger@/" + database + "?host=" + server.dir
}

// program finds one of PostgreSQL's, which Debian keeps out of the way.
func program(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		return "", errors.New("PostgreSQL is not installed here: " + name + " is missing")
	}
	return slices.Max(found), nil
}

func start() error {
	_, err := program("initdb")
	if err != nil {
		return err
	}
	if server.dir, err = os.MkdirTemp("", "pg"); err != nil { // a socket's path must be short
		return err
	}
	attributes := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // which PostgreSQL refuses to run as
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return err
		}
		uid, _ := strconv.ParseUint(nobody.Uid, 10, 32)
		gid, _ := strconv.ParseUint(nobody.Gid, 10, 32)
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(server.dir, int(uid), int(gid)); err != nil {
			return err
		}
	}
	run := func(name string, args ...string) error {
		path, err := program(name)
		if err != nil {
			return err
		}
		cmd := exec.Command(path, args...)
		cmd.Dir, cmd.SysProcAttr = server.dir, attributes
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	data := filepath.Join(server.dir, "data")
	if err := run("initdb", "--pgdata", data, "--username", "ledger", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"); err != nil {
		return err
	}
	if err := run("pg_ctl", "start", "--wait", "--pgdata", data, "--log", filepath.Join(server.dir, "log"),
		"--options", "-k "+server.dir+" -c listen_addresses= -c fsync=off"); err != nil {
		return err
	}
	server.stop = func() { _ = run("pg_ctl", "stop", "--mode", "immediate", "--pgdata", data) }
	return nil
}

// execute runs a statement in the database that is always there.
func execute(statement string) error {
	db, err := sql.Open("pgx", address("postgres"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(context.Background(), statement)
	return errors.Join(err, db.Close())
}

// Stop ends the server, where there is one. It comes at the end of TestMain.
func Stop() {
	if server.stop != nil {
		server.stop()
	}
	if server.dir != "" {
		_ = os.RemoveAll(server.dir)
	}
}
