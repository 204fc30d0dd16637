package studio

import (
	"context"
	"crypto/rand"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	signed "github.com/sagewarden/sagewarden/internal/heartbeat"
	"github.com/sagewarden/sagewarden/internal/studio/remote"
)

// beats puts a heartbeat into S3 at every look, over the one before.
type beats struct {
	sealer              *signed.Sealer
	caller              *remote.Caller
	bucket, key, kmsKey string
	interval            time.Duration
	// stops says that the agent itself will end the place.
	stops bool
}

var bucketPlace = regexp.MustCompile(`^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?$`)

// newBeats begins the heartbeats of a place.
func newBeats(c Config, place Place, caller *remote.Caller, interval time.Duration, stops bool) (*beats, error) {
	m := bucketPlace.FindStringSubmatch(c.Heartbeats)
	if m == nil {
		return nil, &estate.Error{Op: "begin the heartbeat", On: c.Heartbeats, Err: errors.New("it is not a place in S3"), Hint: "write it like s3://bucket/heartbeats/"}
	}
	prefix := m[2]
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	b := &beats{caller: caller, bucket: m[1], kmsKey: c.KMSKeyID, interval: interval, stops: stops}
	var err error
	if b.key, err = signed.Key(prefix, place.ARN.String()); err != nil {
		return nil, &estate.Error{Op: "begin the heartbeat", On: place.ARN.String(), Err: err}
	}
	var certifier signed.Certifier
	if c.SigningKeyID != "" {
		key, err := estate.ParseARN(c.SigningKeyID)
		if err != nil || key.Service != "kms" || !strings.HasPrefix(key.Resource, "key/") {
			return nil, &estate.Error{Op: "begin the heartbeat", On: c.SigningKeyID, Err: errors.New("it is not the ARN of a KMS key"), Hint: "write the key's own ARN, not an alias: arn:aws:kms:REGION:ACCOUNT:key/ID"}
		}
		certifier = kmsKey{caller, key}
	}
	if b.sealer, err = signed.NewSealer(rand.Reader, place.ARN.String(), certifier, c.SigningKeyID); err != nil {
		return nil, &estate.Error{Op: "begin the heartbeat", On: place.ARN.String(), Err: err}
	}
	return b, nil
}

// kmsKey certifies by a key of KMS.
type kmsKey struct {
	caller *remote.Caller
	key    estate.ARN
}

// Certify has KMS sign.
func (k kmsKey) Certify(ctx context.Context, certificate []byte) ([]byte, error) {
	return k.caller.Sign(ctx, k.key, certificate)
}

// publish puts the heartbeat of a judgement. Also that something is unknown is told, so that a reader can tell a silent agent from one that does not know.
func (b *beats) publish(ctx context.Context, j Judgement, at time.Time) error {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	beat := signed.Beat{At: at, Interval: estate.Duration(b.interval), Agent: version(), State: estate.State(j.State), LastUse: j.LastUse, Why: j.Why, KeepUntil: j.Keep}
	if beat.LastUse.After(at) {
		beat.LastUse = at
	}
	if b.stops {
		beat.ShutdownAt = j.End
	}
	for _, f := range j.Findings {
		beat.Evidence = append(beat.Evidence, signed.Evidence{Name: f.Label, Value: string(f.State) + ": " + f.Why, At: f.Since})
	}
	if j.Machine != "" {
		beat.Evidence = append(beat.Evidence, signed.Evidence{Name: "processes", Value: j.Machine, At: at})
	}
	body, err := b.sealer.Seal(ctx, beat)
	if err != nil {
		return err
	}
	return b.caller.PutObject(ctx, b.bucket, b.key, b.kmsKey, body)
}

// both tells two listeners: that one does not hear keeps nothing from the other.
func both(first, second func(context.Context, Judgement, time.Time) error) func(context.Context, Judgement, time.Time) error {
	return func(ctx context.Context, j Judgement, at time.Time) error {
		return errors.Join(first(ctx, j, at), second(ctx, j, at))
	}
}
