// Package shelf simulates what signed heartbeats need besides SageMaker: a bucket in S3, by gofakes3, and a signing key in KMS.
package shelf

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// KeyID is the ARN of the signing key.
const KeyID = "arn:aws:kms:us-east-1:111111111111:key/5a9e0000-0000-4000-8000-000000000001"

// A Shelf answers requests to its bucket and its key.
type Shelf struct {
	// Bucket is its name.
	Bucket string
	s3     http.Handler
	key    *ecdsa.PrivateKey
	now    func() time.Time

	mu     sync.Mutex
	denied map[string]bool
	calls  map[string]int
}

// New returns an empty shelf that lives by the clock.
func New(bucket string, now func() time.Time) (*Shelf, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	backend := s3mem.New(s3mem.WithTimeSource(clock(now)))
	if err := backend.CreateBucket(bucket); err != nil {
		return nil, err
	}
	return &Shelf{Bucket: bucket, key: key, now: now, denied: map[string]bool{}, calls: map[string]int{},
		s3: gofakes3.New(backend, gofakes3.WithTimeSource(clock(now)), gofakes3.WithTimeSkewLimit(0)).Server()}, nil
}

type clock func() time.Time

// Now is the present instant.
func (c clock) Now() time.Time { return c() }

// Since is how long ago an instant was.
func (c clock) Since(t time.Time) time.Duration { return c().Sub(t) }

// Deny refuses an operation from now on, by its name in IAM.
func (s *Shelf) Deny(operation string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied[operation] = true
}

// Calls are how often an operation was called.
func (s *Shelf) Calls(operation string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[operation]
}

// In answers what is for the shelf, and leaves the rest to another.
func (s *Shelf) In(rest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
		target, kms := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "TrentService.")
		switch object, mine := strings.CutPrefix(r.URL.Path, "/"+s.Bucket); {
		case kms:
			s.sign(w, r, target)
		case mine && (object == "" || object[0] == '/'):
			s.store(w, r, strings.Trim(object, "/"))
		default:
			rest.ServeHTTP(w, r)
		}
	})
}

// refuses counts a call, and reports whether it is refused.
func (s *Shelf) refuses(operation string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[operation]++
	return s.denied[operation]
}

func (s *Shelf) store(w http.ResponseWriter, r *http.Request, object string) {
	operation := "s3:GetObject"
	switch {
	case r.Method == http.MethodPut:
		operation = "s3:PutObject"
	case object == "":
		operation = "s3:ListBucket"
	}
	if s.refuses(operation) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code><Message>no identity-based policy allows "+operation+"</Message></Error>")
		return
	}
	s.s3.ServeHTTP(w, r)
}

func (s *Shelf) sign(w http.ResponseWriter, r *http.Request, target string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	fail := func(kind, message string) {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": kind, "message": message})
	}
	var in struct {
		KeyId, MessageType, SigningAlgorithm string
		Message                              []byte
	}
	switch err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); {
	case err != nil:
		fail("ValidationException", err.Error())
	case s.refuses("kms:" + target):
		fail("AccessDeniedException", "no identity-based policy allows kms:"+target)
	case in.KeyId != KeyID:
		fail("NotFoundException", fmt.Sprintf("Key '%s' does not exist", in.KeyId))
	case target == "GetPublicKey":
		der, _ := x509.MarshalPKIXPublicKey(&s.key.PublicKey) // a key of this curve always encodes
		_ = json.NewEncoder(w).Encode(map[string]any{"KeyId": KeyID, "PublicKey": der, "KeyUsage": "SIGN_VERIFY", "KeySpec": "ECC_NIST_P256", "SigningAlgorithms": []string{"ECDSA_SHA_256"}})
	case target == "Sign" && in.MessageType == "RAW" && in.SigningAlgorithm == "ECDSA_SHA_256" && len(in.Message) <= 4096:
		sum := sha256.Sum256(in.Message)
		signature, err := ecdsa.SignASN1(rand.Reader, s.key, sum[:])
		if err != nil {
			fail("KMSInternalException", err.Error())
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"KeyId": KeyID, "Signature": signature, "SigningAlgorithm": in.SigningAlgorithm})
	default:
		fail("ValidationException", "not as the simulated key takes it")
	}
}
