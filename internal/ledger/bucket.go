package ledger

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// S3 is what a ledger in a bucket is reached by. The SDK's client is one.
type S3 interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
}

// bucket keeps a ledger in S3: a head, and the pages that it names. A commit writes the pages that it changes under new names, and then the head, if that
// is still the one it has read. Of a commit that does not come that far there are pages that nobody names, and nothing else.
type bucket struct {
	Place
	s3    S3
	now   func() time.Time
	pause func(ctx context.Context, attempt int) error

	// mu lets the commits of this process wait for each other, where they would otherwise all lose but one.
	mu sync.Mutex
	// cache has bodies of pages, which never change.
	cacheMu sync.Mutex
	cache   map[string][]byte
}

// cached is how many pages are kept at hand.
const cached = 16

// The operations that a ledger in S3 takes, as IAM names them. OpList has S3 say that there is nothing yet; OpEncrypt and OpDecrypt are where a key encrypts.
const (
	OpGet     = "s3:GetObject"
	OpPut     = "s3:PutObject"
	OpDelete  = "s3:DeleteObject"
	OpList    = "s3:ListBucket"
	OpEncrypt = "kms:GenerateDataKey"
	OpDecrypt = "kms:Decrypt"
)

// A Place is where a ledger in S3 is: an object, and those beside it whose keys begin with Pages.
type Place struct {
	Bucket, Key string
	// Region and Profile say how it is reached, and KMSKey what encrypts it, where that is not left to the bucket.
	Region, Profile, KMSKey string
}

// Pages begins the keys of the objects that the head names.
func (p Place) Pages() string { return p.Key + ".pages/" }

// ParsePlace reads an address like s3://bucket/key.
func ParsePlace(address string) (Place, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" {
		return Place{}, errors.New("it is not written as s3://bucket/key")
	}
	key, options := strings.TrimPrefix(u.Path, "/"), u.Query()
	if u.Host == "" || key == "" || strings.HasSuffix(key, "/") {
		return Place{}, errors.New("it names no bucket and key, as s3://bucket/key does")
	}
	for name := range options {
		if !slices.Contains([]string{"region", "profile", "kms-key"}, name) {
			return Place{}, fmt.Errorf("%s is none of what can be said of a bucket: region, profile, kms-key", name)
		}
	}
	return Place{u.Host, key, options.Get("region"), options.Get("profile"), options.Get("kms-key")}, nil
}

func openBucket(ctx context.Context, address string, l *Ledger, env Environment) (Store, error) {
	p, err := ParsePlace(address)
	if err != nil {
		return nil, err
	}
	client, err := env.S3(ctx, p.Profile, p.Region)
	if err != nil {
		return nil, err
	}
	b := &bucket{Place: p, s3: client, now: l.Now, pause: l.pause, cache: map[string][]byte{}}
	_, _, err = b.head(ctx)
	return b, err
}

// answered is the status of an answer, 0 for none.
func answered(err error) int {
	if a, ok := errors.AsType[interface {
		error
		HTTPStatusCode() int
	}](err); ok {
		return a.HTTPStatusCode()
	}
	return 0
}

// A refusal is an error of S3 in its own words, without the SDK's.
type refusal struct {
	error
	text string
}

// Error says the operation, and what S3 says of it.
func (r refusal) Error() string { return r.text }

// Unwrap returns the SDK's error.
func (r refusal) Unwrap() error { return r.error }

func refused(operation string, err error) error {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return err
	}
	return refusal{err, operation + ": " + api.ErrorCode() + ": " + api.ErrorMessage()}
}

// fetch reads an object whole.
func (b *bucket) fetch(ctx context.Context, key string) (body []byte, etag string, err error) {
	for attempt := 1; ; attempt++ {
		out, err := b.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.Bucket, Key: &key})
		if err != nil {
			return nil, "", refused(OpGet, err)
		}
		body, err = io.ReadAll(out.Body)
		_ = out.Body.Close()
		if err == nil || attempt == 3 {
			return body, aws.ToString(out.ETag), err
		}
	}
}

// head reads it. Where there is none, the ledger is empty, and the tag too.
func (b *bucket) head(ctx context.Context) (*head, string, error) {
	body, etag, err := b.fetch(ctx, b.Key)
	if _, none := errors.AsType[*types.NoSuchKey](err); none {
		return &head{Form: headForm}, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	h := new(head)
	if err := json.Unmarshal(body, h); err != nil || h.Form == 0 {
		return nil, "", errors.New("the object there is no ledger")
	}
	if h.Form > headForm {
		return nil, "", fmt.Errorf("it has form %d, and this version of sagewarden knows %d at most", h.Form, headForm)
	}
	return h, etag, nil
}

func (b *bucket) pageKey(name string) string { return b.Pages() + name }

func (b *bucket) body(ctx context.Context, p page) ([]byte, error) {
	b.cacheMu.Lock()
	body, ok := b.cache[p.Name]
	b.cacheMu.Unlock()
	if ok {
		return body, nil
	}
	body, _, err := b.fetch(ctx, b.pageKey(p.Name))
	if err != nil {
		if _, none := errors.AsType[*types.NoSuchKey](err); none {
			err = fmt.Errorf("the page %s is gone: read again, and if it is still gone, somebody has deleted it", p.Name)
		}
		return nil, err
	}
	b.keep(p.Name, body)
	return body, nil
}

func (b *bucket) keep(name string, body []byte) {
	b.cacheMu.Lock()
	defer b.cacheMu.Unlock()
	if len(b.cache) >= cached {
		clear(b.cache)
	}
	b.cache[name] = body
}

func (b *bucket) records(ctx context.Context, p page) ([]Record, error) {
	body, err := b.body(ctx, p)
	if err != nil {
		return nil, err
	}
	return p.records(body)
}

func (b *bucket) Get(ctx context.Context, sort, key string) (Record, error) {
	h, _, err := b.head(ctx)
	if err != nil {
		return Record{}, err
	}
	i := h.at(place(sort, key))
	if i < 0 {
		return Record{}, ErrNone
	}
	records, err := b.records(ctx, h.Records[i])
	if err != nil {
		return Record{}, err
	}
	for _, r := range records {
		if r.Sort == sort && r.Key == key {
			return r, nil
		}
	}
	return Record{}, ErrNone
}

func (b *bucket) Scan(ctx context.Context, sort, prefix string, visit func(Record) error) error {
	h, _, err := b.head(ctx)
	if err != nil {
		return err
	}
	from := place(sort, prefix)
	for _, p := range h.Records[max(h.at(from), 0):] {
		if p.First > from && !strings.HasPrefix(p.First, from) {
			return nil // it begins behind all of them
		}
		records, err := b.records(ctx, p)
		if err != nil {
			return err
		}
		for _, r := range records {
			if r.Sort == sort && strings.HasPrefix(r.Key, prefix) {
				if err := visit(r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (b *bucket) Entries(ctx context.Context, after int64, visit func(Entry) error) error {
	h, _, err := b.head(ctx)
	if err != nil {
		return err
	}
	for _, p := range h.Journal {
		if p.Number+int64(p.Count) <= after+1 {
			continue
		}
		body, err := b.body(ctx, p)
		if err != nil {
			return err
		}
		lines, err := p.lines(body)
		if err != nil {
			return err
		}
		for i, line := range lines {
			number := p.Number + int64(i)
			if number <= after {
				continue
			}
			e, err := parseLine(number, line)
			if err != nil {
				return err
			}
			if err := visit(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bucket) Commit(ctx context.Context, c Change) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for attempt := 1; ; attempt++ {
		done, err := b.attempt(ctx, c)
		if done || err != nil {
			return err
		}
		if attempt == mostAttempts {
			return fmt.Errorf("%w: %d times in a row", ErrConflict, attempt)
		}
		if err := b.pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// attempt commits to the head that is there. It is not done and has no error where another commit came in between.
func (b *bucket) attempt(ctx context.Context, c Change) (done bool, err error) {
	old, etag, err := b.head(ctx)
	if err != nil {
		return false, err
	}
	next, drafts, gone, err := b.plan(ctx, old, c)
	if err != nil {
		return false, err
	}
	for _, d := range drafts {
		err := b.put(ctx, b.pageKey(d.Name), d.body, "")
		if err != nil && answered(err) != http.StatusPreconditionFailed { // the name is random: what is there is what was sent before
			return false, err
		}
		b.keep(d.Name, d.body)
	}
	if done, err = b.swap(ctx, next, etag); err != nil {
		return false, err
	}
	if !done { // these pages are nobody's
		gone = nil
		for _, d := range drafts {
			gone = append(gone, d.Name)
		}
	}
	for _, name := range gone {
		_, _ = b.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.Bucket, Key: aws.String(b.pageKey(name))}) // what stays does no harm
	}
	return done, nil
}

// plan is the head that follows, with the pages that are new on it, and those that may be deleted once it is written.
func (b *bucket) plan(ctx context.Context, old *head, c Change) (next *head, drafts []draft, gone []string, err error) {
	h := *old
	h.Commits++
	h.Recent = append(slices.Clone(h.Recent[max(0, len(h.Recent)-keptCommits+1):]), rand.Text())
	var replaced []string
	add := func(new []draft) (pages []page) {
		for _, d := range new {
			d.Name = rand.Text()
			drafts, pages = append(drafts, d), append(pages, d.page)
		}
		return pages
	}

	changes := map[int][]Record{}
	for _, r := range c.Records {
		i := h.at(place(r.Sort, r.Key))
		changes[i] = append(changes[i], r)
	}
	h.Records = slices.Clone(h.Records)
	for i := len(old.Records) - 1; i >= -1; i-- { // from behind, so that the indexes of those before stay
		if changes[i] == nil {
			continue
		}
		var records []Record
		if i >= 0 {
			if records, err = b.records(ctx, old.Records[i]); err != nil {
				return nil, nil, nil, err
			}
			replaced = append(replaced, old.Records[i].Name)
		}
		if records, err = rewrite(records, changes[i], h.Commits); err != nil {
			return nil, nil, nil, err
		}
		pages, err := draftRecords(records)
		if err != nil {
			return nil, nil, nil, err
		}
		h.Records = slices.Replace(h.Records, max(i, 0), max(i, 0)+min(i+1, 1), add(pages)...)
	}

	lines, tip, err := h.Tip.seal(c.Entries)
	if err != nil {
		return nil, nil, nil, err
	}
	if len(lines) > 0 {
		number := h.Tip.Number + 1
		h.Journal = slices.Clone(h.Journal)
		if n := len(h.Journal) - 1; n >= 0 && h.Journal[n].Count+len(lines) <= pageCount && h.Journal[n].Size <= pageSize {
			last := h.Journal[n]
			body, err := b.body(ctx, last)
			if err != nil {
				return nil, nil, nil, err
			}
			before, err := last.lines(body)
			if err != nil {
				return nil, nil, nil, err
			}
			lines, number, h.Journal = slices.Concat(before, lines), last.Number, h.Journal[:n]
			replaced = append(replaced, last.Name)
		}
		h.Journal, h.Tip = append(h.Journal, add(draftEntries(lines, number))...), tip
	}
	h.Litter, gone = sweep(h.Litter, b.now(), replaced...)
	return &h, drafts, gone, nil
}

// swap writes the head in place of the one that has the tag, and reports whether it did.
func (b *bucket) swap(ctx context.Context, h *head, etag string) (bool, error) {
	body, err := json.Marshal(h)
	if err != nil {
		return false, err
	}
	for attempt := 1; ; attempt++ {
		// It is sent once, since who sends twice does not know whether it was himself who came first.
		err = b.put(ctx, b.Key, body, etag, func(o *s3.Options) { o.Retryer = aws.NopRetryer{} })
		status := answered(err)
		switch {
		case err == nil:
			return true, nil
		case status >= 400 && status < 500 && status != http.StatusPreconditionFailed && status != http.StatusConflict:
			return false, err // refused for another reason than the head: nothing was done
		case attempt == 1 && (status == http.StatusPreconditionFailed || status == http.StatusConflict):
			return false, nil // nothing was sent before that could have been heard
		}
		// The answer was lost: the head itself says what has become of it.
		now, tag, look := b.head(ctx)
		switch {
		case look != nil:
			return false, errors.Join(err, look)
		case slices.Contains(now.Recent, h.Recent[len(h.Recent)-1]):
			return true, nil
		case now.Commits-h.Commits >= keptCommits:
			return false, fmt.Errorf("nobody knows whether it was committed: %w", err)
		case tag != etag:
			return false, nil // and now it never will be
		case attempt == mostAttempts:
			return false, err
		}
		if err := b.pause(ctx, attempt); err != nil {
			return false, err
		}
	}
}

// put writes an object: a new one where the tag is empty, else in place of the one that has it.
func (b *bucket) put(ctx context.Context, key string, body []byte, etag string, options ...func(*s3.Options)) error {
	in := &s3.PutObjectInput{Bucket: &b.Bucket, Key: &key, Body: bytes.NewReader(body), ContentType: aws.String("application/json")}
	if etag == "" {
		in.IfNoneMatch = aws.String("*")
	} else {
		in.IfMatch = &etag
	}
	if b.KMSKey != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &b.KMSKey
	}
	_, err := b.s3.PutObject(ctx, in, append(options, func(o *s3.Options) {
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired // the signature has one, and it needs no trailer
	})...)
	if err != nil {
		return refused(OpPut, err)
	}
	return nil
}

func (b *bucket) Tip(ctx context.Context) (Tip, error) {
	h, _, err := b.head(ctx)
	if err != nil {
		return Tip{}, err
	}
	return h.Tip, nil
}

func (*bucket) Close() error { return nil }
