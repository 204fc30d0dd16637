package pricing

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

const csvHeader = "region,component,instance_type,usd_per_hour"

var csvHeaders = []string{csvHeader, csvHeader + ",sku", csvHeader + ",usd_per_gb_month", csvHeader + ",usd_per_gb_month,sku"}

// readCSV reads our own form. Lines that begin with # are comments.
func readCSV(r *bufio.Reader) (priceFile, place, error) {
	p := priceFile{found: make(map[Key][]quote)}
	lines := csv.NewReader(r)
	lines.Comment = '#'
	columns, err := lines.Read()
	if err != nil {
		return p, csvPlace(err), err
	}
	header := strings.TrimPrefix(strings.Join(columns, ","), "\ufeff")
	if !slices.Contains(csvHeaders, header) {
		line, column := lines.FieldPos(0)
		return p, place{line, column}, fmt.Errorf("the header is %q", header)
	}
	columns = strings.Split(header, ",")
	for {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return p, place{}, nil
		}
		if err != nil {
			return p, csvPlace(err), err
		}
		row := make(map[string]string, len(columns))
		for i, name := range columns {
			row[name] = fields[i]
		}
		k, q, column, err := readRow(row)
		if err != nil {
			line, at := lines.FieldPos(slices.Index(columns, column))
			return p, place{line, at}, fmt.Errorf("%s%w", column, err)
		}
		p.found[k] = append(p.found[k], q)
	}
}

// readRow reads a row by column. An error is the rest of a sentence that begins with the column.
func readRow(row map[string]string) (k Key, q quote, column string, err error) {
	empty := errors.New(" is empty")
	k, q.SKU = Key{row["region"], row["component"], row["instance_type"]}, row["sku"]
	known := componentOf(k.Component)
	column = "usd_per_hour"
	if row[column] == "" && row["usd_per_gb_month"] != "" {
		column = "usd_per_gb_month"
	}
	switch {
	case k.Region == "":
		return k, q, "region", empty
	case k.Component == "":
		return k, q, "component", empty
	case k.InstanceType == "" && known.typed:
		return k, q, "instance_type", empty
	case row[column] == "":
		return k, q, column, empty
	case row["usd_per_hour"] != "" && row["usd_per_gb_month"] != "":
		return k, q, "usd_per_gb_month", errors.New(" stands beside usd_per_hour: one price is wanted")
	case column == "usd_per_gb_month" && known.per != perGB:
		return k, q, column, fmt.Errorf(": %s is not sold by the GB", k.Component)
	}
	if q.Hourly, err = dollars(row[column]); err != nil {
		return k, q, column, fmt.Errorf(": %w", err)
	}
	if column == "usd_per_gb_month" {
		q.Hourly = gbHour(q.Hourly)
	}
	return k, q, column, nil
}

func csvPlace(err error) place {
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		return place{bad.Line, bad.Column}
	}
	return place{1, 1}
}
