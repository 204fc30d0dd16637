package pricing

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

const csvHeader = "region,component,instance_type,usd_per_hour"

// readCSV reads our own form. Lines that begin with # are comments.
func readCSV(r *bufio.Reader) (priceFile, place, error) {
	p := priceFile{found: make(map[Key][]quote)}
	lines := csv.NewReader(r)
	lines.Comment = '#'
	columns, err := lines.Read()
	if err != nil {
		return p, csvPlace(err), err
	}
	names := strings.TrimPrefix(strings.Join(columns, ","), "\ufeff")
	if names != csvHeader && names != csvHeader+",sku" {
		line, column := lines.FieldPos(0)
		return p, place{line, column}, fmt.Errorf("the header is %q", names)
	}
	for {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return p, place{}, nil
		}
		if err != nil {
			return p, csvPlace(err), err
		}
		for i, name := range strings.Split(csvHeader, ",") {
			if fields[i] == "" {
				line, column := lines.FieldPos(i)
				return p, place{line, column}, fmt.Errorf("%s is empty", name)
			}
		}
		hourly, err := dollars(fields[3])
		if err != nil {
			line, column := lines.FieldPos(3)
			return p, place{line, column}, fmt.Errorf("usd_per_hour: %w", err)
		}
		q := quote{Hourly: hourly}
		if len(fields) > 4 {
			q.SKU = fields[4]
		}
		k := Key{fields[0], fields[1], fields[2]}
		p.found[k] = append(p.found[k], q)
	}
}

func csvPlace(err error) place {
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		return place{bad.Line, bad.Column}
	}
	return place{1, 1}
}
