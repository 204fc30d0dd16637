//go:build cgo

package duck

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Available says whether this build has the engine.
const Available = true

// Open starts an engine.
func Open(ctx context.Context, o Options) (*DB, error) {
	settings := url.Values{}
	for name, value := range o.settings() {
		settings.Set(name, value)
	}
	connector, err := duckdb.NewConnector("?"+settings.Encode(), func(c driver.ExecerContext) error {
		_, err := c.ExecContext(ctx, "SET TimeZone = 'UTC'", nil)
		return err
	})
	if err != nil {
		return nil, &estate.Error{Op: "start DuckDB", Err: err}
	}
	db := &DB{sql.OpenDB(connector), o.threads()}
	if err := db.pool.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, &estate.Error{Op: "start DuckDB", Err: err}
	}
	return db, nil
}

// scale is that of money in the lake.
const scale = 18

func appendRows(conn any, table string, rows iter.Seq[[]any]) error {
	a, err := duckdb.NewAppenderFromConn(conn.(driver.Conn), "", table)
	if err != nil {
		return err
	}
	var values []driver.Value // which the appender copies
	for row := range rows {
		values = slices.Grow(values[:0], len(row))[:len(row)]
		for i, v := range row {
			if d, ok := v.(decimal.Decimal); ok {
				if v, err = units(d); err != nil {
					_ = a.Close() // the first error is the one that tells
					return err
				}
			}
			values[i] = v
		}
		if err := a.AppendRow(values...); err != nil {
			_ = a.Close()
			return err
		}
	}
	return a.Close()
}

// beyond is the first number of units that has more digits than the engine keeps.
var beyond = new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)

// units is the decimal as the engine keeps it. What has more digits than it keeps is refused, never rounded.
func units(d decimal.Decimal) (duckdb.Decimal, error) {
	value := d.Coefficient()
	if d.Exponent() != -scale {
		u := d.Shift(scale)
		if !u.IsInteger() {
			return duckdb.Decimal{}, fmt.Errorf("%s has more than %d digits behind the point", d, scale)
		}
		value = u.BigInt()
	}
	if value.CmpAbs(beyond) >= 0 {
		return duckdb.Decimal{}, fmt.Errorf("%s has more than 38 digits", d)
	}
	return duckdb.Decimal{Width: 38, Scale: scale, Value: value}, nil
}

// Function makes a function of Go one of SQL: from so many texts to a text, NULL being empty, the same answer for the same texts. It is asked
// once for texts that come again and again.
func (db *DB) Function(ctx context.Context, name string, texts int, f func([]string) (string, error)) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return wrong(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	kind, err := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	if err == nil {
		err = duckdb.RegisterScalarUDF(conn, name, &function{kind: kind, texts: texts, ask: f, answers: map[string]string{}})
	}
	if err != nil {
		return &estate.Error{Op: "make a function of SQL", On: name, Err: err}
	}
	return nil
}

// remembered is how many answers a function keeps at most.
const remembered = 1 << 15

// A function remembers its answers. Threads of the engine ask it at once.
type function struct {
	kind    duckdb.TypeInfo
	texts   int
	ask     func([]string) (string, error)
	mu      sync.RWMutex
	answers map[string]string
}

// Config implements duckdb.ScalarFunc.
func (f *function) Config() duckdb.ScalarFuncConfig {
	return duckdb.ScalarFuncConfig{InputTypeInfos: slices.Repeat([]duckdb.TypeInfo{f.kind}, f.texts), ResultTypeInfo: f.kind, SpecialNullHandling: true}
}

// Executor implements duckdb.ScalarFunc.
func (f *function) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i], _ = v.(string)
		}
		key := strings.Join(texts, "\x00")
		f.mu.RLock()
		answer, ok := f.answers[key]
		f.mu.RUnlock()
		if !ok {
			var err error
			if answer, err = f.ask(texts); err != nil {
				return nil, err
			}
			f.mu.Lock()
			if len(f.answers) == remembered {
				clear(f.answers)
			}
			f.answers[key] = answer
			f.mu.Unlock()
		}
		if answer == "" {
			return nil, nil //nolint:nilnil // that is NULL
		}
		return answer, nil
	}}
}

// plain is a value of the driver's in types that everybody knows.
func plain(v any) any {
	switch v := v.(type) {
	case duckdb.Decimal:
		return decimal.NewFromBigInt(v.Value, -int32(v.Scale))
	case *big.Int:
		return decimal.NewFromBigInt(v, 0)
	case duckdb.OrderedMap:
		o := Object{keys: v.Keys(), values: v.Values()}
		for i := range o.values {
			o.values[i] = plain(o.values[i])
		}
		return o
	case map[string]any:
		o := Object{}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			o.keys, o.values = append(o.keys, k), append(o.values, plain(v[k]))
		}
		return o
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
		return v
	case []byte:
		return hex.EncodeToString(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) { // which JSON has no word for
			return fmt.Sprint(v)
		}
		return v
	case float32:
		return plain(float64(v))
	case duckdb.Interval:
		return fmt.Sprintf("%d months %d days %s", v.Months, v.Days, time.Duration(v.Micros)*time.Microsecond)
	}
	return v
}
