//go:build interop

package interop_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

// TestLedgerInMoto: moto keeps the conditions of a write, too, and what several write at once is all there.
func TestLedgerInMoto(t *testing.T) {
	client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: aws.String(serveMoto(t, peer(t))), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("testing", "testing", "")})
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("ledgers")}); err != nil {
		t.Fatal(err)
	}
	open := func() *ledger.Ledger {
		l, err := ledger.Open(t.Context(), "s3://ledgers/team/state", ledger.Environment{Now: time.Now,
			S3: func(context.Context, string, string) (ledger.S3, error) { return client, nil }})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	const writers, each = 3, 10
	var wg sync.WaitGroup
	for range writers {
		l := open() // each with a lock of its own, as in processes of their own
		wg.Go(func() {
			for range each {
				if err := l.Update(t.Context(), func(tx *ledger.Tx) error {
					n, err := ledger.Get[int](t.Context(), tx, "counter", "n")
					if err != nil && !errors.Is(err, ledger.ErrNone) {
						return err
					}
					return errors.Join(tx.Put(t.Context(), "counter", "n", n+1), tx.Log("", "counted", "n", n+1))
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	l := open()
	n, err := ledger.Get[int](t.Context(), l, "counter", "n")
	tip, broken := l.Verify(t.Context())
	if err != nil || broken != nil || n != writers*each || tip.Number != writers*each {
		t.Errorf("%d, %v; %+v, %v", n, err, tip, broken)
	}
}
