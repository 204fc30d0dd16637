package duck

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
)

// Values are the rows of an answer: nil, texts, truths, whole numbers, decimals, floats, times, lists and Objects. The rows are closed at the end.
func Values(rows *sql.Rows) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		defer func() { _ = rows.Close() }()
		names, err := rows.Columns()
		if err != nil {
			yield(nil, err)
			return
		}
		values, places := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(places...); err != nil {
				yield(nil, err)
				return
			}
			for i, v := range values {
				values[i] = plain(v)
			}
			if !yield(values, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, said(err))
		}
	}
}

// An Object is a map or a struct of an answer, in its order.
type Object struct{ keys, values []any }

// MarshalJSON writes keys that are no texts as they print.
func (o Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, k := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(fmt.Sprint(k))
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(o.values[i])
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
