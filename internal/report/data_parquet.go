package report

import (
	"io"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
)

// rowGroup is how many rows are held until they are written.
const rowGroup = 100_000

// parquet prints a flat table of optional columns, compressed by Snappy. Money is a decimal.
func (d Data) parquet(w io.Writer) error {
	columns := record{Group: parquet.Group{}}
	for _, c := range d.Columns {
		columns.names = append(columns.names, c.Name)
		columns.Group[c.Name] = parquet.Optional(c.Type.node())
	}
	out := parquet.NewWriter(w, parquet.NewSchema(d.Name, columns), parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(rowGroup),
		parquet.KeyValueMetadata("sagewarden.schema", "sagewarden."+d.Name+"/1"))
	row := make(parquet.Row, len(d.Columns))
	for values, err := range d.Rows {
		if err != nil {
			return err
		}
		for i, value := range values {
			row[i] = dataLeaf(value, i)
		}
		if _, err := out.WriteRows([]parquet.Row{row}); err != nil {
			return err
		}
	}
	return out.Close()
}

// node is the Parquet type of the values.
func (t DataType) node() parquet.Node {
	switch t {
	case Count:
		return parquet.Leaf(parquet.Int64Type)
	case Number, Amount, Percent, Share:
		return parquet.Decimal(dollarScale, dollarPrecision, parquet.FixedLenByteArrayType(dollarBytes))
	case Moment:
		return parquet.Timestamp(parquet.Millisecond)
	}
	return parquet.String()
}

func dataLeaf(value any, column int) parquet.Value {
	const there = 1
	switch v := value.(type) {
	case string:
		return parquet.ByteArrayValue([]byte(v)).Level(0, there, column)
	case int64:
		return parquet.Int64Value(v).Level(0, there, column)
	case decimal.Decimal:
		return parquet.FixedLenByteArrayValue(fixed(v)).Level(0, there, column)
	case Money:
		return parquet.FixedLenByteArrayValue(fixed(v.Value)).Level(0, there, column)
	case time.Time:
		return parquet.Int64Value(v.UnixMilli()).Level(0, there, column)
	}
	return parquet.NullValue().Level(0, 0, column)
}
