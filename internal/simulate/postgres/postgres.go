// Package postgres is a real PostgreSQL of one's own, for tests of what is kept there.
package postgres

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
	"sync/atomic"
	"syscall"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// A Server is one that nobody else knows, on a socket in a folder of its own.
type Server struct {
	dir  string
	stop func()
	// databases counts those that were made.
	databases atomic.Int64
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

// Start starts a server. Whoever does stops it; an error says that there is no PostgreSQL here, or why it does not start.
func Start(ctx context.Context) (*Server, error) {
	if _, err := program("initdb"); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pg") // a socket's path must be short
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	attributes := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // which PostgreSQL refuses to run as
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return err
		}
		uid, _ := strconv.ParseUint(nobody.Uid, 10, 32)
		gid, _ := strconv.ParseUint(nobody.Gid, 10, 32)
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(s.dir, int(uid), int(gid)); err != nil {
			return err
		}
	}
	run := func(ctx context.Context, name string, args ...string) error {
		path, err := program(name)
		if err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, path, args...)
		cmd.Dir, cmd.SysProcAttr = s.dir, attributes
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	data := filepath.Join(s.dir, "data")
	if err := run(ctx, "initdb", "--pgdata", data, "--username", "ledger", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"); err != nil {
		return err
	}
	s.stop = func() { _ = run(context.Background(), "pg_ctl", "stop", "--mode", "immediate", "--pgdata", data) }
	return run(ctx, "pg_ctl", "start", "--wait", "--pgdata", data, "--log", filepath.Join(s.dir, "log"), "--options", "-k "+s.dir+" -c listen_addresses= -c fsync=off")
}

func (s *Server) address(database string) string {
	return "postgres://ledger@/" + database + "?host=" + s.dir
}

// Empty makes a database without anything in it, and returns its address.
func (s *Server) Empty(ctx context.Context) (string, error) {
	name := "ledger" + strconv.FormatInt(s.databases.Add(1), 10)
	db, err := sql.Open("pgx", s.address("postgres"))
	if err != nil {
		return "", err
	}
	_, err = db.ExecContext(ctx, "CREATE DATABASE "+name)
	return s.address(name), errors.Join(err, db.Close())
}

// Stop ends the server, and takes away all that it had.
func (s *Server) Stop() {
	s.stop()
	_ = os.RemoveAll(s.dir)
}
