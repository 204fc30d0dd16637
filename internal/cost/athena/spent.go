package athena

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/strictyaml"
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

// cutOff is what Athena says of a query that its workgroup lets read no more.
const cutOff = "bytes scanned limit"

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
	// What the workgroup has cut off is charged like what people stop.
	failed := q.Status.State == types.QueryExecutionStateFailed && !strings.Contains(strings.ToLower(aws.ToString(q.Status.StateChangeReason)), cutOff)
	if failed || reused || q.StatementType == types.StatementTypeDdl {
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
	fmt.Fprintf(&b, "Athena read %s in %s", strictyaml.Size(s.Scanned), queries)
	if s.Reused > 0 {
		fmt.Fprintf(&b, ", %d of them answered before", s.Reused)
	}
	fmt.Fprintf(&b, ", and charges %s", strictyaml.Size(s.Billed))
	if price.IsPositive() {
		// Of the two sizes that people call a terabyte the smaller is the dearer.
		cost := decimal.NewFromInt(s.Billed).Mul(price).Shift(-12)
		fmt.Fprintf(&b, ": at most $%s at $%s a terabyte", cost.RoundUp(6), price)
	}
	return b.String()
}
