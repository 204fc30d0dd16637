package athena

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

const permissions = "sagewarden iam --for cost prints what it takes"

// fail is the error of a call.
func (e *Engine) fail(op, on string, err error) *estate.Error {
	f := cloud.Fail(op, e.options.Target, err)
	made := &estate.Error{Op: f.Op, On: on, Err: f.Err, Hint: f.Hint}
	if hint := hintOf(f.Err.Error()); hint != "" {
		made.Hint = hint
	} else if cloud.Classify(err) == cloud.Denied {
		made.Hint = permissions
	}
	return made
}

// ended is the error of a query that did not succeed.
func ended(id string, s *types.QueryExecutionStatus) error {
	why := aws.ToString(s.StateChangeReason)
	if s.AthenaError != nil && why == "" {
		why = aws.ToString(s.AthenaError.ErrorMessage)
	}
	what := "it failed"
	if s.State == types.QueryExecutionStateCancelled {
		what = "it was cancelled"
	}
	if why = strings.Join(strings.Fields(why), " "); why != "" {
		what += ": " + why
	}
	hint := hintOf(why)
	if hint == "" && s.State == types.QueryExecutionStateCancelled {
		hint = "someone stopped it, or the workgroup did: run it again, or ask who"
	}
	return &estate.Error{Op: "run SQL", On: "query " + id, Err: errors.New(what), Hint: hint}
}

// hints say what to do about what Athena says, by words in it. The first that is there counts.
var hints = []struct{ words, hint string }{
	{cutOff, "the workgroup stops queries that read that much: name fewer months, or have its limit raised"},
	{"output location", "name a place in S3 with --results or cost.athena.results, or give the workgroup one"},
	{"workgroup is not found", "name one that there is with --workgroup or cost.athena.workgroup: aws athena list-work-groups"},
	{"unable to verify/create output bucket", "look at the place of the results, --results, and at " + permissions},
	{"not authorized", permissions + "; where Lake Formation guards the table, it has to grant SELECT, too"},
	{"insufficient permissions", permissions + "; where Lake Formation guards the table, it has to grant SELECT, too"},
	{"insufficient lake formation", "Lake Formation guards the table: have it grant SELECT to the caller"},
	{"access denied", permissions + ", on the bill's bucket and on that of the results"},
	{"accessdenied", permissions + ", on the bill's bucket and on that of the results"},
	{"column_not_found", "charges has the columns that docs/lake.md lists"},
	{"table_not_found", "ask charges, or what the catalog has, with its database before it: billing.cur2"},
	{"schema_not_found", "name a database that the catalog of this region has: --database is the bill's, --views-database that of views"},
	{"entitynotfound", "name the table of the bill with --database and --table, in the region of its catalog"},
	{"entity not found", "name the table of the bill with --database and --table, in the region of its catalog"},
	{"exhausted resources", "name fewer months, or group by less"},
	{"hive_bad_data", "a file of the table is not of its columns: were they changed after the table was made?"},
	{"hive_cursor_error", "a file of the table could not be read: does another query of the same months fail as well?"},
	{"invalid_cast", "a column holds what its type cannot be: is the table of CUR 2.0?"},
	{"syntax_error", "the statement is in Athena's SQL, over the table charges: docs/lake.md has its columns"},
	{"too many requests", "others use up the account's rate: run again later"},
}

func hintOf(text string) string {
	text = strings.ToLower(text)
	for _, h := range hints {
		if strings.Contains(text, h.words) {
			return h.hint
		}
	}
	return ""
}
