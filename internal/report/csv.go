package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// csvHeader are the columns of the form CSV. Money is dollars and empty where nothing is known; it is a lower bound
// where price_known is false. Times are RFC 3339 in UTC.
var csvHeader = []string{
	"state", "resource", "part", "kind", "type", "account", "account_name", "region", "owner", "idle_since", "idle_hours",
	"idle_open", "confidence", "hourly_usd", "wasted_usd", "price_known", "last_use", "instances", "status", "rule", "why", "remedy", "note", "arn",
	"owner_from", "storage_gb", "conditions",
}

// csv prints RFC 4180: commas, quotes where needed, CRLF.
func (d digest) csv(w io.Writer, o Options) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	// The writer keeps its first error for Flush to tell.
	_ = out.Write(csvHeader)
	for _, r := range d.rows(o.All) {
		hours := ""
		if r.IdleFor > 0 {
			hours = decimal.NewFromFloat(time.Duration(r.IdleFor).Hours()).Round(2).String()
		}
		wasted := ""
		if r.Wasted != nil {
			wasted = r.Wasted.String()
		}
		record := []string{
			string(r.State), r.Label, r.Part, string(r.Kind), r.Type, r.Account, r.AccountName, r.Region, r.Owner, stamp(r.IdleSince), hours,
			strconv.FormatBool(r.IdleOpen), string(r.Confidence), r.Hourly.String(), wasted, strconv.FormatBool(r.PriceKnown), stamp(r.LastUse),
			strings.Join(r.Instances, "; "), r.Status, r.Rule, r.Why, r.Remedy, r.Note, r.ARN,
			r.OwnerFrom, amount(r.StorageGB), conditionsText(r.Conditions),
		}
		for i := range record {
			record[i] = harmless(record[i])
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}

// conditionsText has the conditions in one field, each with why.
func conditionsText(cs []estate.Condition) string {
	var out []string
	for _, c := range cs {
		out = append(out, string(c.Type)+": "+c.Why)
	}
	return strings.Join(out, "; ")
}

// amount is a number, empty for none.
func amount(v float64) string {
	if v == 0 {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// harmless keeps a spreadsheet from taking a stranger's text for a formula. Spreadsheets skip blanks before a formula,
// and some take the full-width signs too.
func harmless(s string) string {
	start := strings.TrimLeftFunc(s, unicode.IsSpace)
	if strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.IndexAny(start, "=+-@＝＋－＠") == 0 {
		return "'" + Line(s)
	}
	return Line(s)
}
