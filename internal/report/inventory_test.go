package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func TestParseDimensions(t *testing.T) {
	got, err := ParseDimensions([]string{"account", "tag:Cost Center", "domain"})
	if diff := cmp.Diff([]Dimension{"account", "tag:Cost Center", "domain"}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for words, want := range map[string]string{
		"colour":    `unknown dimension "colour": the dimensions are account, region, kind, type, status, owner, domain, tag:KEY`,
		"tag:":      `"tag:" names no tag: write tag:team`,
		"kind kind": `"kind" is given twice`,
	} {
		if _, err := ParseDimensions(strings.Fields(words)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", words, err, want)
		}
	}
}

// TestEveryGroupingSumsToTheWhole: no resource is lost or counted twice, whatever it is grouped by, and a shared instance bills once.
func TestEveryGroupingSumsToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		want, known, shared := decimal.Zero, true, map[string]bool{}
		for i, ob := range s.Observations {
			if rapid.Bool().Draw(t, "tagged") {
				s.Observations[i].Resource.Tags = map[string]string{"team": rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "team")}
			}
			for _, m := range ob.Resource.Meters {
				if m.Share == "" || !shared[m.Share] {
					amount, ok := m.Hourly()
					want, known = want.Add(amount), known && ok
				}
				shared[m.Share] = true
			}
		}
		by := rapid.SampledFrom([][]Dimension{nil, {"account"}, {"kind", "region"}, {"tag:team"}, {"owner", "tag:team", "account"}}).Draw(t, "by")
		inv := newInventory(s, by)
		sum := func(hourly []cost) cost {
			all := cost{known: true}
			for _, c := range hourly {
				all = all.plus(c)
			}
			return all
		}
		var items, groups []cost
		resources, unpriced := 0, 0
		for _, it := range inv.items {
			items = append(items, it.Hourly)
		}
		for _, g := range inv.groups {
			groups = append(groups, g.Hourly)
			resources, unpriced = resources+g.Resources, unpriced+g.Unpriced
		}
		check := func(name string, c cost) {
			if !c.amount.Equal(want) || c.known != known {
				t.Errorf("%s: %v, known %v; want %v, %v", name, c.amount, c.known, want, known)
			}
		}
		check("all", inv.all.Hourly)
		check("items", sum(items))
		if len(by) > 0 {
			check(fmt.Sprint("by ", by), sum(groups))
			if resources != len(s.Observations) || unpriced != inv.all.Unpriced {
				t.Errorf("by %v: %d resources, %d unpriced; want %d, %d", by, resources, unpriced, len(s.Observations), inv.all.Unpriced)
			}
		}
	})
}

func TestGroupsAreNested(t *testing.T) {
	ob := func(account string, kind estate.Kind, hourly string) *estate.Observation {
		return &estate.Observation{Resource: estate.Resource{ARN: account + string(kind) + hourly, Kind: kind, Target: estate.Target{Account: account},
			Meters: []estate.Meter{{Count: 1, Rate: listed(hourly)}}}}
	}
	s := &estate.Snapshot{At: at, Observations: []*estate.Observation{
		ob("1", "app", "4"), ob("1", "endpoint", "3"), ob("2", "app", "5"), ob("2", "endpoint", "1"), ob("2", "endpoint", "0.5"), ob("3", "app", "0")}}
	var got []string
	for _, g := range newInventory(s, []Dimension{"account", "kind"}).groups {
		got = append(got, fmt.Sprintf("%s %s %d %s", g.Keys["account"], g.Keys["kind"], g.Resources, g.Hourly))
	}
	if diff := cmp.Diff([]string{"1 app 1 4", "1 endpoint 1 3", "2 app 1 5", "2 endpoint 2 1.5", "3 app 1 0"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// dollarsRead is what a reader makes of a decimal: it knows the scale from the schema.
func dollarsRead(b [dollarBytes]byte) decimal.Decimal {
	n := new(big.Int).SetBytes(b[:])
	if b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), 8*dollarBytes))
	}
	return decimal.NewFromBigInt(n, -dollarScale)
}

func TestParquetReadsBack(t *testing.T) {
	type record struct {
		Name       *string    `parquet:"name,optional"`
		Owner      *string    `parquet:"owner,optional"`
		Created    *time.Time `parquet:"created,optional,timestamp(millisecond)"`
		StorageGB  *float64   `parquet:"storage_gb,optional"`
		Hourly     *[16]byte  `parquet:"hourly_usd,optional,decimal(18:38)"`
		PriceKnown bool       `parquet:"price_known"`
		Tags       *string    `parquet:"tags,optional"`
	}
	s := unjudged()
	s.Observations = append(s.Observations, named(broad(), "sandbox"))
	inv := newInventory(s, nil)
	var b bytes.Buffer
	if err := Inventory(&b, s, nil, Options{Format: Parquet}); err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names, columns []string
	for _, f := range itemFields {
		names = append(names, f.name)
	}
	for _, f := range file.Schema().Fields() {
		columns = append(columns, f.Name())
	}
	if diff := cmp.Diff(names, columns); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if schema, _ := file.Lookup("sagewarden.schema"); schema != inventorySchema {
		t.Errorf("the schema's name is %q", schema)
	}
	if codec := file.Metadata().RowGroups[0].Columns[0].MetaData.Codec.String(); codec != "SNAPPY" {
		t.Errorf("compressed by %s", codec)
	}
	rows, err := parquet.Read[record](bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || len(rows) != len(inv.items) {
		t.Fatalf("%d rows, %v; want %d", len(rows), err, len(inv.items))
	}
	value := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	for i, want := range inv.items {
		got := rows[i]
		if value(got.Name) != want.Name || value(got.Owner) != want.Owner || value(got.Tags) != tagsText(want.Tags) || got.PriceKnown != want.PriceKnown {
			t.Errorf("row %d: %q, %q, %q, %v; want those of %+v", i, value(got.Name), value(got.Owner), value(got.Tags), got.PriceKnown, want)
		}
		if got.Created == nil || !got.Created.Equal(want.Created) {
			t.Errorf("%s: created %v, want %v", want.Name, got.Created, want.Created)
		}
		if (got.StorageGB != nil) != (want.StorageGB > 0) || got.StorageGB != nil && *got.StorageGB != want.StorageGB {
			t.Errorf("%s: %v GB, want %v", want.Name, got.StorageGB, want.StorageGB)
		}
		switch {
		case got.Hourly == nil != want.Hourly.blank():
			t.Errorf("%s: %v, want %v", want.Name, got.Hourly, want.Hourly)
		case got.Hourly != nil && !dollarsRead(*got.Hourly).Equal(want.Hourly.amount):
			t.Errorf("%s: $%v, want $%v", want.Name, dollarsRead(*got.Hourly), want.Hourly.amount)
		}
	}
}

func TestParquetOfGroups(t *testing.T) {
	var b bytes.Buffer
	if err := Inventory(&b, rich(), []Dimension{"kind", "account", "tag:owner"}, Options{Format: Parquet}); err != nil {
		t.Fatal(err)
	}
	type record struct {
		Kind      *string   `parquet:"kind,optional"`
		Account   *string   `parquet:"account,optional"`
		Name      *string   `parquet:"account_name,optional"`
		Owner     *string   `parquet:"tag:owner,optional"`
		Resources int64     `parquet:"resources"`
		Hourly    *[16]byte `parquet:"hourly_usd,optional,decimal(18:38)"`
		Unpriced  int64     `parquet:"unpriced"`
	}
	rows, err := parquet.Read[record](bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || len(rows) == 0 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	r := rows[0]
	if *r.Kind != "endpoint" || *r.Account != "111111111111" || *r.Name != "ml-prod" || *r.Owner != "recsys@example.com" || r.Resources != 1 || r.Unpriced != 0 ||
		dollarsRead(*r.Hourly).String() != "75.376" {
		t.Errorf("the dearest is %+v", r)
	}
}

func TestDollarsInParquet(t *testing.T) {
	for _, amount := range []string{"0", "0.1369863013698630", "123456789012.000000000000000001", "-1.5"} {
		var b [dollarBytes]byte
		copy(b[:], fixed(usd(amount)))
		if got := dollarsRead(b); !got.Equal(usd(amount)) {
			t.Errorf("%s becomes %s", amount, got)
		}
	}
}

func TestInventoryTellsWriteErrors(t *testing.T) {
	for _, f := range InventoryFormats() {
		for _, by := range [][]Dimension{nil, {"kind"}} {
			if err := Inventory(brokenPipe{}, rich(), by, Options{Format: f}); !errors.Is(err, errPipe) {
				t.Errorf("%s by %v: %v", f, by, err)
			}
		}
	}
	if err := Inventory(io.Discard, rich(), nil, Options{Format: "sarif"}); err == nil || !strings.Contains(err.Error(), "parquet") {
		t.Errorf("%v, want the formats that are possible", err)
	}
}
