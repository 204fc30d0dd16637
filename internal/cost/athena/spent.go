package athena

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/shopspring/decimal"
)

// Spent is what queries have read.
type Spent struct {
	// Queries are those that were run, and Reused those of them whose answer was there already.
	Queries, Reused int
	// Scanned are the bytes that they have read.
	Scanned int64
	// Billed are the bytes that Athena charges: whole megabytes, ten at least for each query; none for one that failed, for a definition, and for an answer used again.
	Billed int64
}

const (
	megabyte = 1 << 20
	// leastBilled is what the shortest query is charged as.
	leastBilled = 10 * megabyte
)

// add counts a query that is over, or that is stopped now.
func (s *Spent) add(q *types.QueryExecution) {
	s.Queries++
	if q.Statistics == nil {
		return
	}
	read := aws.ToInt64(q.Statistics.DataScannedInBytes)
	s.Scanned += read
	reused := q.Statistics.ResultReuseInformation != nil && q.Statistics.ResultReuseInformation.ReusedPreviousResult
	if reused {
		s.Reused++
	}
	if q.Status.State == types.QueryExecutionStateFailed || reused || q.StatementType == types.StatementTypeDdl {
		return
	}
	s.Billed += max((read+megabyte-1)/megabyte*megabyte, leastBilled)
}

// Spent is what the engine's queries have read so far.
func (e *Engine) Spent() Spent { return e.spent }

// String says it in a line. The price of a terabyte is what people pay; without one no dollars are told.
func (s Spent) String(price decimal.Decimal) string {
	var b strings.Builder
	queries := "1 query"
	if s.Queries != 1 {
		queries = fmt.Sprintf("%d queries", s.Queries)
	}
	fmt.Fprintf(&b, "Athena read %s in %s", Bytes(s.Scanned), queries)
	if s.Reused > 0 {
		fmt.Fprintf(&b, ", %d of them answered before", s.Reused)
	}
	fmt.Fprintf(&b, ", and charges %s", Bytes(s.Billed))
	if price.IsPositive() {
		// Of the two sizes that people call a terabyte the smaller is the dearer.
		cost := decimal.NewFromInt(s.Billed).Mul(price).Shift(-12)
		fmt.Fprintf(&b, ": at most $%s at $%s a terabyte", cost.RoundUp(6), price)
	}
	return b.String()
}

// units are sizes, the largest first.
var units = []struct {
	name string
	size int64
}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}}

// Bytes are so many as people read them.
func Bytes(n int64) string {
	for _, u := range units {
		if n >= u.size {
			return decimal.NewFromInt(n).DivRound(decimal.NewFromInt(u.size), 1).String() + " " + u.name
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// ParseBytes reads a size as people write it: 500MB, 1.5 TB, or a number of bytes. It is what Athena's own limits mean by these words: a kB is 1024 bytes.
func ParseBytes(text string) (int64, error) {
	number, size := strings.TrimSpace(text), int64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(strings.ToUpper(number), strings.ToUpper(u.name)); ok {
			number, size = strings.TrimSpace(rest), u.size
			break
		}
	}
	n, err := decimal.NewFromString(number)
	switch {
	case err != nil || n.IsNegative():
		return 0, fmt.Errorf("%q is no size: write it as 500MB, 20GB or 1.5TB; 0 is no bound", text)
	case n.Mul(decimal.NewFromInt(size)).GreaterThan(decimal.NewFromInt(1 << 60)):
		return 0, fmt.Errorf("%q is more than any bill: 0 is no bound", text)
	}
	return n.Mul(decimal.NewFromInt(size)).IntPart(), nil
}
