package report

import (
	"io"
	"math/big"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Dollars in Parquet: every digit that a price list gives, in a type that every engine reads.
const (
	dollarScale     = 18
	dollarPrecision = 38
	dollarBytes     = 16
)

// writeParquet prints a flat table, compressed by Snappy, whose columns are in the order of the fields. All but counts and truths are
// optional: what is not known is null.
func writeParquet[T any](w io.Writer, s *estate.Snapshot, fields []field[T], rows []T) error {
	columns := record{Group: parquet.Group{}}
	var zero T
	for _, f := range fields {
		columns.names = append(columns.names, f.name)
		columns.Group[f.name] = node(f.value(zero))
	}
	out := parquet.NewWriter(w, parquet.NewSchema("inventory", columns), parquet.Compression(&parquet.Snappy),
		parquet.KeyValueMetadata("sagewarden.schema", inventorySchema), parquet.KeyValueMetadata("sagewarden.at", stamp(s.At)))
	row := make(parquet.Row, len(fields))
	for _, r := range rows {
		for i, f := range fields {
			row[i] = leaf(f.value(r), i)
		}
		if _, err := out.WriteRows([]parquet.Row{row}); err != nil {
			return err
		}
	}
	return out.Close()
}

// A record is a group that keeps the order of its columns.
type record struct {
	parquet.Group
	names []string
}

// Fields returns the columns in their order.
func (r record) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range r.Group.Fields() {
		byName[f.Name()] = f
	}
	fields := make([]parquet.Field, len(r.names))
	for i, name := range r.names {
		fields[i] = byName[name]
	}
	return fields
}

// node is the column of values like this one.
func node(value any) parquet.Node {
	switch value.(type) {
	case string:
		return parquet.Optional(parquet.String())
	case time.Time:
		return parquet.Optional(parquet.Timestamp(parquet.Millisecond))
	case cost:
		return parquet.Optional(parquet.Decimal(dollarScale, dollarPrecision, parquet.FixedLenByteArrayType(dollarBytes)))
	case float64:
		return parquet.Optional(parquet.Leaf(parquet.DoubleType))
	case int:
		return parquet.Leaf(parquet.Int64Type)
	}
	return parquet.Leaf(parquet.BooleanType)
}

// leaf is the value in a column.
func leaf(value any, column int) parquet.Value {
	const optional = 1
	switch v := value.(type) {
	case string:
		if v != "" {
			return parquet.ByteArrayValue([]byte(v)).Level(0, optional, column)
		}
	case time.Time:
		if !v.IsZero() {
			return parquet.Int64Value(v.UnixMilli()).Level(0, optional, column)
		}
	case cost:
		if v.figure() {
			return parquet.FixedLenByteArrayValue(fixed(v.amount)).Level(0, optional, column)
		}
	case float64:
		if v != 0 {
			return parquet.DoubleValue(v).Level(0, optional, column)
		}
	case int:
		return parquet.Int64Value(int64(v)).Level(0, 0, column)
	case bool:
		return parquet.BooleanValue(v).Level(0, 0, column)
	}
	return parquet.NullValue().Level(0, 0, column)
}

// fixed is the amount in units of the scale, as a two's complement of sixteen bytes, the highest first.
func fixed(amount decimal.Decimal) []byte {
	units := amount.Shift(dollarScale).Round(0).BigInt()
	if units.Sign() < 0 {
		units.Add(units, new(big.Int).Lsh(big.NewInt(1), 8*dollarBytes))
	}
	return units.FillBytes(make([]byte, dollarBytes))
}
