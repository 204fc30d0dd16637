package chaos_test

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// A cable leads to a database, and has the process that uses it die at what it sends.
type cable struct {
	net.Listener
	socket string
	reaper atomic.Pointer[reaper]
}

// newCable leads to the database of an address, and returns the address by which it is reached over the cable.
func newCable(t *testing.T, database string) (*cable, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{socket: filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")}
	if c.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go c.serve()
	u.Host, u.RawQuery = c.Addr().String(), "sslmode=disable"
	return c, u.String()
}

func (c *cable) serve() {
	for {
		conn, err := c.Accept()
		if err != nil {
			return
		}
		go c.carry(conn)
	}
}

// carry carries what is said on a connection, until one side has nothing to say any more.
func (c *cable) carry(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("unix", c.socket)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	r := c.reaper.Load()
	var heard atomic.Value // the moment of what the server is at
	heard.Store(moment(""))
	go func() {
		defer func() { _ = client.Close() }()
		pass(server, client, func() bool { return heard.Load() == between }, func() bool { return heard.Load() == after }, r)
	}()
	pass(client, server, func() bool {
		m := r.at(query)
		heard.Store(m)
		return m == before
	}, nil, r)
}

// pass carries from one side to the other. The process dies where kept says so, with what was said last kept back, or where through does, after it.
func pass(from io.Reader, to io.Writer, kept, through func() bool, r *reaper) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if kept() {
			r.kill()
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
		if through != nil && through() {
			r.kill()
			return
		}
	}
}
