package pulse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/heartbeat"
)

// The operations of a reader, as IAM names them.
const (
	OpList    = "s3:ListBucket"
	OpGet     = "s3:GetObject"
	OpKey     = "kms:GetPublicKey"
	OpDecrypt = "kms:Decrypt"
)

// hides is what is not known without them.
const hides = "what agents inside of apps and notebook instances say of their use"

// readsAtOnce bounds the objects that are read together, over all targets.
const readsAtOnce = 32

// A Reader reads the heartbeats of one source. It is safe for concurrent use.
type Reader struct {
	source  Source
	session *cloud.Session
	trust   heartbeat.Trust
	record  Record
	// listed are the instants at which the heartbeats were written, by key.
	listed map[string]time.Time
	// broken is why the source cannot be read or nothing in it believed, nil where it can.
	broken error
	places chan struct{}

	mu       sync.Mutex
	coverage map[string]estate.Coverage
}

// Open lists a source and fetches the key that its heartbeats are signed by. It always returns a reader: one of a source that cannot be read
// says so of every resource. What it believes, it keeps in the record, and what has not moved on since is no heartbeat.
func Open(ctx context.Context, session *cloud.Session, source Source, record Record) *Reader {
	r := &Reader{source: source, session: session, record: record, listed: map[string]time.Time{}, places: make(chan struct{}, readsAtOnce), coverage: map[string]estate.Coverage{}}
	if source.SigningKey != "" {
		r.broken = r.fetchKey(ctx)
		r.cover(OpKey, r.broken)
	}
	if r.broken == nil {
		r.broken = r.list(ctx)
		r.cover(OpList, r.broken)
	}
	return r
}

func (r *Reader) fetchKey(ctx context.Context) error {
	arn, err := estate.ParseARN(r.source.SigningKey)
	if err != nil {
		return err
	}
	out, err := r.session.KMS().GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &r.source.SigningKey}, func(o *kms.Options) { o.Region = arn.Region })
	if err != nil {
		return err
	}
	if out.KeyUsage != types.KeyUsageTypeSignVerify {
		return fmt.Errorf("%s is for %s, not for signing", r.source.SigningKey, out.KeyUsage)
	}
	r.trust, err = heartbeat.NewTrust(r.source.SigningKey, out.PublicKey)
	return err
}

// list walks the whole prefix, a thousand keys a call. What lies there besides heartbeats is passed over.
func (r *Reader) list(ctx context.Context) error {
	pages := s3.NewListObjectsV2Paginator(r.session.S3(), &s3.ListObjectsV2Input{Bucket: &r.source.Bucket, Prefix: &r.source.Prefix},
		func(o *s3.ListObjectsV2PaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		if page.KeyCount == nil || page.IsTruncated == nil {
			return cloud.ErrHollow
		}
		for _, o := range page.Contents {
			if _, err := heartbeat.Resource(r.source.Prefix, aws.ToString(o.Key)); err == nil {
				r.listed[*o.Key] = aws.ToTime(o.LastModified).UTC()
			}
		}
	}
	return nil
}

// Source is the place that it reads.
func (r *Reader) Source() string { return r.source.String() }

// Len is how many heartbeats lie there, of the living and the dead.
func (r *Reader) Len() int { return len(r.listed) }

// A Heartbeat is the newest one of a resource.
type Heartbeat struct {
	// Source is where it lies.
	Source string
	// Quality is Good for one that can be believed and Absent for none; of any other, Note says why it cannot be.
	Quality estate.Quality
	Note    string
	// Signed says that it has to be of an agent which the source's key has certified.
	Signed bool
	// Beat is what it says; set only when Quality is Good.
	Beat heartbeat.Beat
	// Seen is which one it is.
	Seen heartbeat.Seen
}

// Look reads the heartbeat of a resource as it is now, by AWS's clock.
func (r *Reader) Look(ctx context.Context, arn string) Heartbeat {
	h := Heartbeat{Source: r.source.String(), Signed: r.source.SigningKey != ""}
	key, err := heartbeat.Key(r.source.Prefix, arn)
	if err != nil {
		h.Quality = estate.Absent // nothing of the kind has one
		return h
	}
	h.Source = "s3://" + r.source.Bucket + "/" + key
	if r.broken != nil {
		h.Quality, h.Note = quality(r.broken), cloud.Brief(r.broken)
		return h
	}
	switch modified, listed := r.listed[key]; {
	case !listed:
		h.Quality = estate.Absent
		return h
	case r.session.Now().Sub(modified) > 3*heartbeat.MaxInterval:
		// Whatever its interval: a bucket may be full of those of apps long gone.
		h.Quality, h.Note = estate.Stale, "it stopped at "+modified.Format("2006-01-02 15:04 MST")
		return h
	}
	object, err := r.get(ctx, key, arn)
	if _, gone := errors.AsType[*s3types.NoSuchKey](err); gone {
		h.Quality = estate.Absent // since it was listed
		return h
	}
	r.cover(OpGet, err)
	if err != nil {
		h.Quality, h.Note = quality(err), cloud.Brief(err)
		return h
	}
	if h.Beat, h.Seen, err = r.trust.Open(object, r.session.Now(), r.record.Get(h.Source)); err != nil {
		h.Quality, h.Note = refused(err), "refused: "+err.Error()
		return h
	}
	r.record.Put(h.Source, h.Seen)
	h.Quality = estate.Good
	return h
}

// get reads an object: what it holds, and when S3 took it.
func (r *Reader) get(ctx context.Context, key, arn string) (heartbeat.Object, error) {
	select {
	case r.places <- struct{}{}:
		defer func() { <-r.places }()
	case <-ctx.Done():
		return heartbeat.Object{}, ctx.Err()
	}
	out, err := r.session.S3().GetObject(ctx, &s3.GetObjectInput{Bucket: &r.source.Bucket, Key: &key})
	if err != nil {
		return heartbeat.Object{}, err
	}
	defer func() { _ = out.Body.Close() }()
	if out.LastModified == nil {
		return heartbeat.Object{}, cloud.ErrHollow
	}
	body, err := io.ReadAll(io.LimitReader(out.Body, heartbeat.MaxBody+1))
	return heartbeat.Object{Resource: arn, Body: body, Modified: out.LastModified.UTC()}, err
}

// Signal is what a heartbeat says of use. One that is refused, has stopped or could not be read is a signal too: then nobody knows.
func (r *Reader) Signal(ctx context.Context, arn string) estate.Signal {
	h := r.Look(ctx, arn)
	s := estate.Signal{Name: SignalSigned, Source: h.Source, Quality: h.Quality, Note: h.Note}
	if !h.Signed {
		s.Name = SignalUnsigned
	}
	if h.Quality != estate.Good {
		return s
	}
	// The age is by the agent's clock, the instant by S3's: an agent whose clock is off does not shift anything.
	s.At, s.Unit, s.Note = h.Seen.At, "s", told(h.Beat)
	switch h.Beat.State {
	case estate.Active:
	case estate.Idle:
		s.Value = h.Beat.At.Sub(h.Beat.LastUse).Seconds()
	default:
		s.Quality, s.Note = estate.Partial, "the agent does not know: "+s.Note
	}
	return s
}

// The names of the signals.
const (
	SignalSigned   = "agent"
	SignalUnsigned = "agent-unsigned"
)

// told is what a beat says, for people.
func told(b heartbeat.Beat) string {
	parts := []string{b.Why}
	for _, e := range b.Evidence {
		parts = append(parts, e.Name+": "+e.Value)
	}
	if !b.KeepUntil.IsZero() {
		parts = append(parts, "kept until "+b.KeepUntil.UTC().Format("2006-01-02 15:04 MST"))
	}
	if !b.ShutdownAt.IsZero() {
		parts = append(parts, "to be stopped by its agent at "+b.ShutdownAt.UTC().Format("2006-01-02 15:04 MST"))
	}
	return strings.Join(parts, "; ")
}

// refused is the quality of a heartbeat that is not believed: one that stopped was good once, any other never was.
func refused(err error) estate.Quality {
	if e, ok := errors.AsType[*heartbeat.RefusedError](err); ok && (e.Reason == heartbeat.Stale || e.Reason == heartbeat.Replayed) {
		return estate.Stale
	}
	return estate.Failed
}

func quality(err error) estate.Quality {
	switch cloud.Lost(err) {
	case estate.OutcomeDenied:
		return estate.Denied
	case estate.OutcomeThrottled:
		return estate.Throttled
	default:
		return estate.Failed
	}
}

// cover records how a call ended. Of many the worst is kept.
func (r *Reader) cover(operation string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if before, known := r.coverage[operation]; known && (err == nil || before.Hole()) {
		return
	}
	c := estate.Coverage{Target: r.session.Target(), Operation: operation, Outcome: estate.OutcomeSeen}
	if err != nil {
		e := cloud.Fail(operation, r.session.Target(), err)
		c.Outcome, c.Error, c.Hint, c.Hides = cloud.Lost(err), r.source.String()+": "+e.Err.Error(), e.Hint, hides
	}
	r.coverage[operation] = c
}

// Coverage is what could be read of the source, and what could not.
func (r *Reader) Coverage() []estate.Coverage {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []estate.Coverage
	for _, c := range r.coverage {
		all = append(all, c)
	}
	estate.SortCoverage(all)
	return all
}
