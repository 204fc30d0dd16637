package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A field is a column of the flat forms, CSV and Parquet, made of a T. Its value is always of the same type: a string, time.Time, cost,
// int, float64 or bool.
type field[T any] struct {
	name  string
	value func(T) any
}

// itemFields are the columns of an inventory's resources. Money is dollars and empty where nothing is known; it is a lower bound where
// price_known is false. Times are UTC. Tags are a JSON object, empty where they could not be read.
var itemFields = []field[item]{
	{"name", func(it item) any { return it.Name }},
	{"kind", func(it item) any { return string(it.Kind) }},
	{"type", func(it item) any { return it.Type }},
	{"status", func(it item) any { return it.Status }},
	{"partition", func(it item) any { return it.Partition }},
	{"account", func(it item) any { return it.Account }},
	{"account_name", func(it item) any { return it.AccountName }},
	{"region", func(it item) any { return it.Region }},
	{"domain", func(it item) any { return it.Domain }},
	{"user", func(it item) any { return it.User }},
	{"space", func(it item) any { return it.Space }},
	{"owner", func(it item) any { return it.Owner }},
	{"owner_from", func(it item) any { return it.OwnerFrom }},
	{"created", func(it item) any { return it.Created }},
	{"modified", func(it item) any { return it.Modified }},
	{"state", func(it item) any { return string(it.State) }},
	{"instances", func(it item) any { return strings.Join(it.Instances, "; ") }},
	{"storage_gb", func(it item) any { return it.StorageGB }},
	{"hourly_usd", func(it item) any { return it.Hourly }},
	{"monthly_usd", func(it item) any { return it.Monthly }},
	{"price_known", func(it item) any { return it.PriceKnown }},
	{"note", func(it item) any { return it.Note }},
	{"tags", func(it item) any { return tagsText(it.Tags) }},
	{"arn", func(it item) any { return it.ARN }},
}

func tagsText(tags map[string]string) string {
	if tags == nil {
		return ""
	}
	text, err := json.Marshal(tags)
	if err != nil {
		panic(err) // strings alone
	}
	return string(text)
}

// groupFields are the columns of groups: one for each dimension, the account's name beside its id, and the sums.
func groupFields(by []Dimension) []field[group] {
	var out []field[group]
	for _, d := range by {
		out = append(out, field[group]{string(d), func(g group) any { return g.Keys[d] }})
		if d == "account" {
			out = append(out, field[group]{"account_name", func(g group) any { return g.AccountName }})
		}
	}
	return slices.Concat(out, []field[group]{
		{"resources", func(g group) any { return g.Resources }},
		{"hourly_usd", func(g group) any { return g.Hourly }},
		{"monthly_usd", func(g group) any { return g.Monthly }},
		{"price_known", func(g group) any { return g.PriceKnown }},
		{"unpriced", func(g group) any { return g.Unpriced }},
	})
}

// text is a field's value as CSV has it.
func text(value any) string {
	switch v := value.(type) {
	case string:
		return harmless(v)
	case time.Time:
		return stamp(v)
	case float64:
		return amount(v)
	}
	return fmt.Sprint(value)
}

// writeCSV prints RFC 4180 with a header.
func writeCSV[T any](w io.Writer, fields []field[T], rows []T) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	record := make([]string, len(fields))
	for i, f := range fields {
		record[i] = harmless(f.name)
	}
	// The writer keeps its first error for Flush to tell.
	_ = out.Write(record)
	for _, r := range rows {
		for i, f := range fields {
			record[i] = text(f.value(r))
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}
