package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// Options says which world to serve, and at which instant.
type Options struct {
	World *world.World
	// Now is the world's clock. The default stands still at World.At.
	Now func() time.Time
	// Sleep waits for a latency fault, or until the context ends. The default is real time.
	Sleep func(context.Context, time.Duration)
	// Writable lets calls change the organization. What they write is kept beside the world, which stays as it is.
	Writable bool
	// Remember keeps every good answer, and gives it again to the same question of the same caller. It is for benchmarks, which have the
	// processor to themselves then; the clock must stand still and nothing be written.
	Remember bool
	// Athena answers statements that nobody prepared an answer to, in the place of an engine; nil answers none.
	Athena func(statement string) *world.Query
	// OnCall is told of each call after it was answered. It may be called concurrently.
	OnCall func(Call)
}

// A Call is one attempt of a client at an operation.
type Call struct {
	// Account is empty when nobody known signed.
	Account, Region string
	// Operation as IAM names it: "sagemaker:ListApps".
	Operation string
	// Principal is the caller's ARN.
	Principal string
	// Error is the error code that was answered, RawBody for a fault's body, empty when the call went well.
	Error string
}

// A Server answers AWS calls from a world. It is safe for concurrent use.
type Server struct {
	world        *world.World
	now          func() time.Time
	sleep        func(context.Context, time.Duration)
	onCall       func(Call)
	identities   *identities
	organization *organization
	vault        *vault
	billings     map[string]*billing
	executions   executions
	athena       func(statement string) *world.Query
	faults       []*fault
	requests     atomic.Uint64
	writable     bool
	// state is held by each call while it looks or writes, so that calls that compete have an order, which is the clock's.
	state sync.RWMutex
	// mutations are what was written, oldest first.
	mutations []Mutation
	// answers are those that are remembered, by question; nil remembers none.
	answers *sync.Map

	mu    sync.Mutex
	calls map[Call]int
}

// New indexes the world. It fails on an IAM policy that the simulator cannot enforce, on an access key that opens two
// accounts, on a record that is not of its family, and on an organization that cannot be.
func New(o Options) (*Server, error) {
	s := &Server{
		world:  o.World,
		now:    o.Now,
		sleep:  o.Sleep,
		onCall: o.OnCall,
		calls:  map[Call]int{},

		writable:   o.Writable,
		billings:   billings(o.World),
		athena:     o.Athena,
		executions: executions{all: askedBefore(o.World)},
	}
	if o.Writable && o.Remember {
		return nil, errors.New("an organization that can be written to cannot repeat its answers")
	}
	if s.now == nil {
		at := o.World.At
		s.now = func() time.Time { return at }
	}
	if s.sleep == nil {
		s.sleep = sleep
	}
	err := o.World.CheckRecords()
	if err != nil {
		return nil, err
	}
	if s.identities, err = newIdentities(o.World); err != nil {
		return nil, err
	}
	if s.organization, err = newOrganization(o.World); err != nil {
		return nil, err
	}
	if s.vault, err = newVault(o.World); err != nil {
		return nil, err
	}
	if o.Remember {
		s.answers = new(sync.Map)
	}
	for _, f := range o.World.Faults {
		s.faults = append(s.faults, &fault{Fault: f})
	}
	return s, nil
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Calls counts the calls since the last Reset by operation, failed attempts included.
func (s *Server) Calls() map[string]int {
	return s.count(func(Call) bool { return true })
}

// CallsIn counts as Calls does, on one account and region.
func (s *Server) CallsIn(account, region string) map[string]int {
	return s.count(func(c Call) bool { return c.Account == account && c.Region == region })
}

func (s *Server) count(want func(Call) bool) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[string]int{}
	for c, n := range s.calls {
		if want(c) {
			counts[c.Operation] += n
		}
	}
	return counts
}

// Reset forgets the counts. What the faults counted stays.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.calls)
}

func (s *Server) record(c Call) {
	s.mu.Lock()
	s.calls[c]++
	s.mu.Unlock()
	if s.onCall != nil {
		s.onCall(c)
	}
}

// ServeHTTP answers one AWS call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", fmt.Sprintf("00000000-0000-4000-8000-%012x", s.requests.Add(1)))
	// Clients read the world's time off the answer, as they read AWS's.
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	req, err := read(w, r)
	if err != nil {
		req.protocol.fail(w, req, apiErrorOf(err))
		return
	}
	call := Call{Region: req.credential.region, Operation: req.operation}
	firing := s.firing(req)
	if firing.latency > 0 {
		s.sleep(r.Context(), firing.latency)
	}
	answer, err := s.answer(req, firing, &call)
	switch {
	case firing.body != "":
		call.Error = "RawBody"
		firing.write(w, req.protocol)
	case err != nil:
		f := apiErrorOf(err)
		call.Error = f.code
		req.protocol.fail(w, req, f)
	default:
		req.protocol.succeed(w, answer)
	}
	s.record(call)
}

// answer goes the way of a call through AWS: who is it, is the service up, may they, what is it.
func (s *Server) answer(req *request, firing firing, call *Call) (reply, error) {
	who, err := s.authenticate(req)
	if who != nil {
		call.Account, call.Principal = who.account.ID, who.arn
	}
	if err != nil {
		return reply{}, err
	}
	if firing.failure != nil {
		return reply{}, firing.failure
	}
	if Mutating(req.operation) && !s.writable {
		return reply{}, &apiError{code: "AccessDeniedException", message: "simulated organization is read-only: " + req.operation}
	}
	if s.answers == nil || req.protocol == restXML || len(firing.withheld) > 0 || firing.lag > 0 {
		return s.workOut(req, firing, who)
	}
	q := question{who.arn, req.credential.region, req.operation, string(req.body)}
	if known, ok := s.answers.Load(q); ok {
		return known.(reply), nil
	}
	answer, err := s.workOut(req, firing, who)
	if err == nil {
		s.answers.Store(q, answer)
	}
	return answer, err
}

// A question is what an answer depends on, besides the clock.
type question struct{ principal, region, operation, body string }

// workOut answers a caller who is known, if they may ask.
func (s *Server) workOut(req *request, firing firing, who *principal) (reply, error) {
	op, ok := operations[req.operation]
	if !ok {
		return reply{}, unknownOperation(req)
	}
	arguments, err := req.arguments()
	if err != nil {
		return reply{}, err
	}
	if Mutating(req.operation) {
		s.state.Lock()
		defer s.state.Unlock()
	} else {
		s.state.RLock()
		defer s.state.RUnlock()
	}
	v := &view{
		server:    s,
		principal: who,
		region:    who.regions[req.credential.region],
		target:    who.account.Target(req.credential.region),
		now:       s.now().UTC(),
		firing:    firing,
		operation: req.operation,
		arguments: arguments,
	}
	if v.region == nil {
		v.region = emptyRegion
	}
	in, err := op.decode(arguments)
	if err != nil {
		return reply{}, &apiError{code: "SerializationException", message: err.Error()}
	}
	if err := who.authorize(req.operation, op.resource(v, in), req.credential.region); err != nil {
		return reply{}, err
	}
	out, err := op.serve(v, in)
	if err != nil {
		return reply{}, err
	}
	return op.encode(req.protocol, out)
}

// A view is what one caller sees of one region at one instant: the receiver of every operation.
type view struct {
	*region
	server    *Server
	principal *principal
	target    estate.Target
	now       time.Time
	firing    firing
	operation string
	arguments map[string]any
}

// metricsUntil is the instant from which metric data is not visible yet.
func (v *view) metricsUntil() time.Time {
	return v.now.Add(-max(v.server.world.MetricLag, v.firing.lag))
}

// logsUntil is the instant after which log events are not visible yet.
func (v *view) logsUntil() time.Time {
	return v.now.Add(-max(v.server.world.LogLag, v.firing.lag))
}
