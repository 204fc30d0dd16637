package athena

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"github.com/sagewarden/sagewarden/internal/cost/bill"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

// Options say how queries are run.
type Options struct {
	// Workgroup is theirs; primary when empty.
	Workgroup string
	// Results is where Athena puts answers, as s3://bucket/prefix/; the workgroup's own place when empty.
	Results string
	// MaxScan is how many bytes a query may read; zero sets no bound.
	MaxScan int64
	// Reuse takes the answer to the same statement that is no older, whoever asked, in whole minutes up to MaxReuse; zero takes none.
	Reuse time.Duration
	// Wait lets time pass, unless the context ends before.
	Wait func(context.Context, time.Duration) error
	// Target is where it is asked.
	Target estate.Target
}

// A Workgroup is what it says of queries that run in it.
type Workgroup struct {
	Name string
	// Limit is how many bytes it lets a query read, zero where it has no such limit.
	Limit int64
	// Results is its place for answers, empty where it has none.
	Results string
}

// An Engine runs statements in Athena.
type Engine struct {
	api     API
	options Options
	group   Workgroup
	spent   Spent
}

// Open looks at the workgroup, and fails where nothing can be run in it.
func Open(ctx context.Context, api API, o Options) (*Engine, error) {
	o.Workgroup = cmp.Or(o.Workgroup, "primary")
	e := &Engine{api: api, options: o}
	out, err := api.GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: &o.Workgroup})
	if err != nil {
		return nil, e.fail(OpWorkGroup, "workgroup "+o.Workgroup, err)
	}
	e.group = Workgroup{Name: o.Workgroup}
	wrong := func(hint, format string, args ...any) error {
		return &estate.Error{Op: "run queries", On: "workgroup " + o.Workgroup, Err: fmt.Errorf(format, args...), Hint: hint}
	}
	if out.WorkGroup == nil {
		return nil, wrong("name one that there is with --workgroup or cost.athena.workgroup: aws athena list-work-groups", "there is none of this name")
	}
	if out.WorkGroup.State == types.WorkGroupStateDisabled {
		return nil, wrong("name another with --workgroup, or have it enabled", "it is disabled")
	}
	managed, enforced := false, false
	if c := out.WorkGroup.Configuration; c != nil {
		e.group.Limit = aws.ToInt64(c.BytesScannedCutoffPerQuery)
		enforced = aws.ToBool(c.EnforceWorkGroupConfiguration)
		if c.ResultConfiguration != nil {
			e.group.Results = aws.ToString(c.ResultConfiguration.OutputLocation)
		}
		managed = c.ManagedQueryResultsConfiguration != nil && c.ManagedQueryResultsConfiguration.Enabled
	}
	switch {
	case managed:
		e.options.Results = "" // Athena keeps them itself, and refuses a place
	case enforced && e.group.Results != "":
		e.options.Results = "" // it would be passed over
	case e.group.Results == "" && o.Results == "":
		return nil, wrong("name a place in S3 with --results or cost.athena.results, or give the workgroup one", "it has no place for the results of queries")
	}
	return e, nil
}

// Workgroup is what queries run in.
func (e *Engine) Workgroup() Workgroup { return e.group }

// Describe is the table with the columns that the catalog has.
func (e *Engine) Describe(ctx context.Context, t Table) (Table, error) {
	out, err := e.api.GetTableMetadata(ctx, &athena.GetTableMetadataInput{CatalogName: aws.String(Catalog), DatabaseName: &t.Database, TableName: &t.Name})
	if err != nil {
		return t, e.fail(OpTable, "table "+t.String(), err)
	}
	if out.TableMetadata == nil {
		return t, &estate.Error{Op: OpTable, On: "table " + t.String(), Err: errEmpty}
	}
	t.Columns = []bill.Column{}
	for _, c := range append(out.TableMetadata.Columns, out.TableMetadata.PartitionKeys...) {
		t.Columns = append(t.Columns, bill.Column{Name: strings.ToLower(aws.ToString(c.Name)), Type: sqlType(aws.ToString(c.Type))})
	}
	return t, nil
}

var errEmpty = errors.New("the answer is empty")

// The waits between two looks at a query: the first, and the longest.
const (
	firstWait = 200 * time.Millisecond
	longWait  = 5 * time.Second
)

// An execution is a query that is over, and went well.
type execution struct {
	id string
	// kind is DML of what has rows.
	kind types.StatementType
}

// run carries a statement out. It is stopped when the context ends, and when it is seen to have read more than it may.
func (e *Engine) run(ctx context.Context, statement, database string) (*execution, error) {
	in := &athena.StartQueryExecutionInput{QueryString: &statement, WorkGroup: &e.options.Workgroup,
		QueryExecutionContext: &types.QueryExecutionContext{Database: &database, Catalog: aws.String(Catalog)}}
	if e.options.Results != "" {
		in.ResultConfiguration = &types.ResultConfiguration{OutputLocation: &e.options.Results}
	}
	if e.options.Reuse > 0 {
		in.ResultReuseConfiguration = &types.ResultReuseConfiguration{ResultReuseByAgeConfiguration: &types.ResultReuseByAgeConfiguration{
			Enabled: true, MaxAgeInMinutes: aws.Int32(int32(e.options.Reuse.Minutes()))}}
	}
	out, err := e.api.StartQueryExecution(ctx, in)
	if err != nil {
		return nil, e.fail(OpStart, "workgroup "+e.options.Workgroup, err)
	}
	id := aws.ToString(out.QueryExecutionId)
	for wait := firstWait; ; wait = min(wait*3/2, longWait) {
		look, err := e.api.GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: &id})
		if err != nil {
			return nil, e.stop(ctx, id, e.fail(OpLook, "query "+id, err))
		}
		q := look.QueryExecution
		if q == nil || q.Status == nil {
			return nil, e.stop(ctx, id, &estate.Error{Op: OpLook, On: "query " + id, Err: errEmpty})
		}
		var read int64
		if q.Statistics != nil {
			read = aws.ToInt64(q.Statistics.DataScannedInBytes)
		}
		if q.Status.State == types.QueryExecutionStateSucceeded {
			e.spent.add(q)
			return &execution{id: id, kind: q.StatementType}, nil
		}
		if q.Status.State == types.QueryExecutionStateFailed || q.Status.State == types.QueryExecutionStateCancelled {
			e.spent.add(q)
			return nil, ended(id, q.Status)
		}
		if e.options.MaxScan > 0 && read > e.options.MaxScan {
			e.spent.add(q)
			return nil, e.stop(ctx, id, &estate.Error{Op: "run SQL", On: "query " + id, Err: fmt.Errorf("it has read %s, and may read %s: it was stopped, and AWS charges what it has read", strictyaml.Size(read), strictyaml.Size(e.options.MaxScan)),
				Hint: "name fewer months, or allow more with --max-scan"})
		}
		if err := e.options.Wait(ctx, wait); err != nil {
			return nil, e.stop(ctx, id, &estate.Error{Op: "run SQL", On: "query " + id, Err: errors.New("interrupted: it was stopped, and AWS charges what it has read")})
		}
	}
}

// MaxReuse is the oldest answer that Athena gives again.
const MaxReuse = 7 * 24 * time.Hour

// patience is how long stopping a query may take after the user has lost theirs.
const patience = 10 * time.Second

// stop ends a query that nobody waits for any more, and returns why.
func (e *Engine) stop(ctx context.Context, id string, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if _, err := e.api.StopQueryExecution(ctx, &athena.StopQueryExecutionInput{QueryExecutionId: &id}); err != nil {
		return errors.Join(why, &estate.Error{Op: OpStop, On: "query " + id, Err: errors.New("it could not be stopped, and may still run: " + e.fail(OpStop, "", err).Err.Error()),
			Hint: "stop it: aws athena stop-query-execution --query-execution-id " + id})
	}
	return why
}
