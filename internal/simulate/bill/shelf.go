package bill

import (
	"bytes"
	"io"
	"math"
	"sync"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// shelved are the reports that lie in the bucket, each under a prefix of its own.
var shelved = []Export{
	{Format: CUR2, Encoding: Gzip, Prefix: "cur2"},
	{Format: Legacy, Encoding: Zip, Prefix: "cur", Keep: true},
	{Format: FOCUS12, Encoding: Parquet, Prefix: "focus"},
}

// ReportName is what the reports in the bucket are called.
const ReportName = "organization-bill"

// reportName is the name of a shelved report: exports of an account have different ones.
func (e Export) reportName() string { return ReportName + "-" + e.Prefix }

// A Shelf is a bucket with the bills of the month at hand and of the one before.
type Shelf struct {
	*world.Bucket
	// Manifests are the keys of the manifests, those of the month before first.
	Manifests []string
}

// BucketName is what the payer's bucket is called.
func BucketName(w *world.World) string {
	p := payer(w)
	return p.Name + "-billing-" + p.ID
}

// Shelve gives the payer the bucket. What lies in it is made when it is asked for. Without accounts there is none.
func Shelve(w *world.World) *Shelf {
	p := payer(w)
	if len(p.Regions) == 0 {
		return nil
	}
	home := p.Regions[0]
	for _, r := range p.Regions {
		if r.Name == "us-east-1" {
			home = r
		}
	}
	s := &Shelf{Bucket: &world.Bucket{Name: BucketName(w), Life: world.Life{Created: w.At.AddDate(-1, 0, 0)}, Policy: world.BillingPolicy(p.InPartition(), BucketName(w), p.ID)}}
	// The month before was delivered again.
	for n, month := range []time.Time{w.At.AddDate(0, 0, -w.At.Day()), w.At} {
		b := New(w, month, false, Everyday(month, 2-n))
		for _, e := range shelved {
			e.Bucket, e.Name, e.Rows, e.Delivery = s.Name, e.reportName(), math.MaxInt, 2-n
			d := &delivery{bill: b, export: e}
			manifests := b.manifests(e)
			for _, key := range append(manifests, b.key(e, 1)) {
				s.Objects = append(s.Objects, &world.Object{Key: key, Content: content{d, key}})
			}
			s.Manifests = append(s.Manifests, manifests[len(manifests)-1])
		}
	}
	home.Buckets = append(home.Buckets, s.Bucket)
	if p.Billing == nil {
		p.Billing = switchedOn(New(w, w.At, false, Everyday(w.At, 1)), s.Name, home.Name)
	}
	return s
}

// A delivery is made once.
type delivery struct {
	bill   *Bill
	export Export
	once   sync.Once
	files  map[string]*bytes.Buffer
}

// Create takes a file of the delivery into memory.
func (d *delivery) Create(key string) (io.WriteCloser, error) {
	d.files[key] = &bytes.Buffer{}
	return kept{d.files[key]}, nil
}

type kept struct{ io.Writer }

func (kept) Close() error { return nil }

// A content is a file of a delivery.
type content struct {
	of  *delivery
	key string
}

// At is the file from the delivery on.
func (c content) At(t time.Time) (body []byte, put time.Time) {
	b, e := c.of.bill, c.of.export
	put = world.Earlier(b.delivered(e), b.world.At)
	if t.Before(put) {
		return nil, time.Time{}
	}
	c.of.once.Do(func() {
		c.of.files = map[string]*bytes.Buffer{}
		if _, err := b.Write(c.of, e); err != nil {
			panic("bill: " + err.Error()) // into memory, in a format that there is
		}
	})
	return c.of.files[c.key].Bytes(), put
}
