package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/bill"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A simulation is a simulated organization that listens.
type simulation struct {
	world  *world.World
	bills  *bill.Shelf // nil without an account that pays
	clock  *clock
	url    string
	config string // an AWS configuration file with a profile for each account
	server *http.Server
	failed chan error
}

// A clock stands still at an instant until it is started, and runs on from there.
type clock struct {
	at      time.Time
	started atomic.Pointer[time.Time]
}

func (c *clock) start() {
	now := time.Now()
	c.started.Store(&now)
}

func (c *clock) now() time.Time {
	if started := c.started.Load(); started != nil {
		return c.at.Add(time.Since(*started))
	}
	return c.at
}

// simulate begins to serve the world, at the world's instant. What is written to it is gone with the server.
func simulate(w *world.World, addr, config string, writable bool) (*simulation, error) {
	c, bills := &clock{at: w.At}, bill.Shelve(w)
	handler, err := wire.New(wire.Options{World: w, Now: c.now, Writable: writable})
	if err != nil {
		return nil, fmt.Errorf("simulated organization: %w", err)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		if op, ok := errors.AsType[*net.OpError](err); ok {
			err = op.Err // the rest says "listen" and the address again
		}
		return nil, &estate.Error{Op: "listen", On: addr, Err: err, Hint: "choose another port with --listen 127.0.0.1:PORT, or 127.0.0.1:0 for any"}
	}
	s := &simulation{world: w, bills: bills, clock: c, url: "http://" + l.Addr().String(), config: config, failed: make(chan error, 1),
		server: &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}}
	if err := s.writeProfiles(); err != nil {
		_ = l.Close()
		return nil, err
	}
	go func() { s.failed <- s.server.Serve(l) }()
	return s, nil
}

// wait serves until the context ends.
func (s *simulation) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.failed:
		return fmt.Errorf("simulated organization: %w", err)
	}
}

// close ends the server and removes the profiles, which lead nowhere now.
func (s *simulation) close() {
	_ = s.server.Close()
	_ = os.Remove(s.config)
}

// writeProfiles writes the AWS configuration file. It never writes over a file: it may be somebody's own.
func (s *simulation) writeProfiles() error {
	f, err := os.OpenFile(s.config, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.WriteString(s.profiles())
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return &estate.Error{Op: "write the AWS profiles", On: s.config, Err: cause(err), Hint: "name a new file with --config"}
	}
	return nil
}

// cause is an error of the file system without the path, which its reader has seen already.
func cause(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err
	}
	return err
}

// profile is the name of an account's profile.
func profile(a *world.Account) string {
	if a.Name == "" {
		return "account-" + a.ID
	}
	return a.Name
}

// profiles is an AWS configuration file: for each account a profile with its key, a region of its partition and this endpoint.
func (s *simulation) profiles() string {
	var b strings.Builder
	for i, a := range s.world.Accounts {
		names := []string{profile(a)}
		if i == 0 {
			names = append(names, "default")
		}
		key := a.Signers()[0]
		for _, name := range names {
			section := "profile " + name
			if name == "default" {
				section = name
			}
			fmt.Fprintf(&b, "[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", section, key.AccessKeyID, key.SecretAccessKey)
			if key.SessionToken != "" {
				fmt.Fprintf(&b, "aws_session_token = %s\n", key.SessionToken)
			}
			fmt.Fprintf(&b, "region = %s\nendpoint_url = %s\n\n", s.home(a), s.url)
		}
	}
	return b.String()
}

// regions are the regions that the organization uses.
func (s *simulation) regions() []string {
	names := s.world.Regions()
	if len(names) == 0 {
		return []string{"us-east-1"}
	}
	slices.Reverse(names) // us-east-1 before eu-west-1, as people expect of a default
	return names
}

// home is the first region of the organization that is of an account's partition.
func (s *simulation) home(a *world.Account) string {
	all := s.regions()
	i := slices.IndexFunc(all, func(r string) bool { return estate.PartitionOf(r) == a.InPartition() })
	return all[max(i, 0)]
}

// instructions say how another shell can talk to the organization.
func (s *simulation) instructions(w io.Writer) error {
	var names []string
	for _, a := range s.world.Accounts {
		names = append(names, profile(a))
	}
	_, err := fmt.Fprintf(w, `The simulated organization listens on %[1]s until Ctrl-C. Its clock says %[2]s. In another shell:

  export AWS_CONFIG_FILE=%[3]s AWS_ENDPOINT_URL=%[1]s
  unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION

  sagewarden scan --profile %[4]s --region all
  aws sagemaker list-apps --profile %[4]s --region %[5]s

Profiles: %[6]s. Regions: %[7]s.
`, s.url, s.world.At.Format(time.RFC3339), s.config, names[0], s.regions()[0], strings.Join(names, ", "), strings.Join(s.regions(), ", "))
	if s.bills == nil || err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "Its bills are in the bucket %s: of the month before by s3://%[1]s/%[2]s, of this one by s3://%[1]s/%[3]s.\n",
		s.bills.Name, s.bills.Manifests[0], s.bills.Manifests[len(s.bills.Manifests)/2])
	return err
}

// scratch is a file name in a new folder of our own.
func scratch() (name string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "sagewarden-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for the AWS profiles: %w", err)
	}
	return filepath.Join(dir, "config"), func() { _ = os.RemoveAll(dir) }, nil
}

// loopback refuses an address that others could reach. Who is the command that takes it nevertheless.
func loopback(addr, who, why string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return usagef("--listen: %q is not host:port", addr)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return usageError{&estate.Error{Op: "listen", On: addr, Err: errors.New("the address can be reached from other machines, and " + why),
		Hint: "listen on 127.0.0.1; sagewarden " + who + " takes --unsafe-listen, if you mean it"}}
}
