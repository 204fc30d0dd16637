package wire

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// executions are the queries that Athena was asked. They change nothing of the organization, so that they are kept also where it cannot be written.
type executions struct {
	mu  sync.Mutex
	all map[string]*execution
}

// An execution is a query that was asked.
type execution struct {
	*athena.StartQueryExecutionInput
	id, account, region string
	asked, stopped      time.Time
	// answer is nil where nobody prepared one.
	answer *world.Query
}

// askedBefore are the queries of the world that were asked before anybody called.
func askedBefore(w *world.World) map[string]*execution {
	all := map[string]*execution{}
	for _, a := range w.Accounts {
		for _, q := range a.Queries {
			if q.ID != "" && len(a.Regions) > 0 {
				all[q.ID] = &execution{StartQueryExecutionInput: &athena.StartQueryExecutionInput{QueryString: &q.Has}, id: q.ID, account: a.ID, region: a.Regions[0].Name, asked: q.Asked, answer: q}
			}
		}
	}
	return all
}

// queryQueues is how long a query waits for its turn.
const queryQueues = 200 * time.Millisecond

func (v *view) startQuery(in *athena.StartQueryExecutionInput) (*athena.StartQueryExecutionOutput, error) {
	text := aws.ToString(in.QueryString)
	if text == "" || len(text) > 262144 {
		return nil, &apiError{code: "InvalidRequestException", message: "QueryString must have between 1 and 262144 characters."}
	}
	if in.ResultConfiguration == nil || aws.ToString(in.ResultConfiguration.OutputLocation) == "" {
		if aws.ToString(in.WorkGroup) == "" || aws.ToString(in.WorkGroup) == "primary" {
			return nil, &apiError{code: "InvalidRequestException", message: "No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input."}
		}
	}
	q := &v.server.executions
	q.mu.Lock()
	defer q.mu.Unlock()
	n := strings.ToLower(mark(v.target.Key()+strconv.Itoa(len(q.all)), 32))
	e := &execution{StartQueryExecutionInput: in, account: v.target.Account, region: v.target.Region, asked: v.now,
		id: n[:8] + "-" + n[8:12] + "-" + n[12:16] + "-" + n[16:20] + "-" + n[20:]}
	for _, a := range v.server.world.Accounts {
		for _, known := range a.Queries {
			if a.ID == v.target.Account && e.answer == nil && strings.Contains(text, known.Has) {
				e.answer = known
			}
		}
	}
	q.all[e.id] = e
	return &athena.StartQueryExecutionOutput{QueryExecutionId: &e.id}, nil
}

// execution is a query of the caller's account and region.
func (v *view) execution(id *string) (*execution, error) {
	q := &v.server.executions
	q.mu.Lock()
	defer q.mu.Unlock()
	e := q.all[aws.ToString(id)]
	if e == nil || e.account != v.target.Account || e.region != v.target.Region {
		return nil, &apiError{code: "InvalidRequestException", message: "QueryExecution " + aws.ToString(id) + " was not found"}
	}
	return new(*e), nil
}

// at is the state of the query at the instant, since when it is over (zero for not), and why it failed.
func (e *execution) at(now time.Time) (state types.QueryExecutionState, over time.Time, why string) {
	begins := e.asked.Add(queryQueues)
	switch {
	case !e.stopped.IsZero():
		return types.QueryExecutionStateCancelled, e.stopped, "Query cancelled by user"
	case now.Before(begins):
		return types.QueryExecutionStateQueued, time.Time{}, ""
	case e.answer == nil:
		return types.QueryExecutionStateFailed, begins, "SYNTAX_ERROR: the simulated organization has no answer to this statement"
	}
	over = begins.Add(e.answer.Takes)
	switch {
	case now.Before(over):
		return types.QueryExecutionStateRunning, time.Time{}, ""
	case e.answer.Failure != "":
		return types.QueryExecutionStateFailed, over, e.answer.Failure
	}
	return types.QueryExecutionStateSucceeded, over, ""
}

func (v *view) getQuery(in *athena.GetQueryExecutionInput) (*athena.GetQueryExecutionOutput, error) {
	e, err := v.execution(in.QueryExecutionId)
	if err != nil {
		return nil, err
	}
	state, over, why := e.at(v.now)
	status := &types.QueryExecutionStatus{State: state, SubmissionDateTime: &e.asked}
	spent := &types.QueryExecutionStatistics{DataScannedInBytes: aws.Int64(0)}
	if !over.IsZero() {
		status.CompletionDateTime = &over
		spent.EngineExecutionTimeInMillis, spent.TotalExecutionTimeInMillis = aws.Int64(over.Sub(e.asked).Milliseconds()), aws.Int64(over.Sub(e.asked).Milliseconds())
		if state == types.QueryExecutionStateSucceeded {
			spent.DataScannedInBytes = &e.answer.Scanned
		}
	}
	if why != "" {
		status.StateChangeReason = &why
	}
	group := aws.ToString(e.WorkGroup)
	if group == "" {
		group = "primary"
	}
	result := e.ResultConfiguration
	if result != nil && result.OutputLocation != nil {
		result = new(*result)
		result.OutputLocation = aws.String(strings.TrimSuffix(*result.OutputLocation, "/") + "/" + e.id + ".csv")
	}
	return &athena.GetQueryExecutionOutput{QueryExecution: &types.QueryExecution{QueryExecutionId: &e.id, Query: e.QueryString, StatementType: types.StatementTypeDml, WorkGroup: &group,
		QueryExecutionContext: e.QueryExecutionContext, ResultConfiguration: result, Status: status, Statistics: spent}}, nil
}

// mostResults is how many rows a page of results has at most.
const mostResults = 1000

// getResults answers pages of rows, of which the first begins with the names of the columns.
func (v *view) getResults(in *athena.GetQueryResultsInput) (*athena.GetQueryResultsOutput, error) {
	e, err := v.execution(in.QueryExecutionId)
	if err != nil {
		return nil, err
	}
	if state, _, _ := e.at(v.now); state != types.QueryExecutionStateSucceeded {
		return nil, &apiError{code: "InvalidRequestException", message: "Query has not yet finished. Current state: " + string(state)}
	}
	limit := mostResults
	if in.MaxResults != nil {
		if limit = int(*in.MaxResults); limit < 1 || limit > mostResults {
			return nil, &apiError{code: "InvalidRequestException", message: "MaxResults must be between 1 and 1000."}
		}
	}
	begin := 0
	if at, err := v.cursor(in.NextToken); err != nil {
		return nil, &apiError{code: "InvalidRequestException", message: "Invalid NextToken."}
	} else if at != "" {
		if begin, err = strconv.Atoi(at); err != nil {
			return nil, &apiError{code: "InvalidRequestException", message: "Invalid NextToken."}
		}
	}
	set := &types.ResultSet{ResultSetMetadata: &types.ResultSetMetadata{ColumnInfo: []types.ColumnInfo{}}, Rows: []types.Row{}}
	header := types.Row{}
	for _, c := range e.answer.Columns {
		set.ResultSetMetadata.ColumnInfo = append(set.ResultSetMetadata.ColumnInfo, types.ColumnInfo{Name: aws.String(c.Name), Label: aws.String(c.Name), Type: aws.String(c.Type)})
		header.Data = append(header.Data, types.Datum{VarCharValue: aws.String(c.Name)})
	}
	rows := []types.Row{header}
	for _, r := range e.answer.Rows {
		row := types.Row{}
		for _, value := range r {
			row.Data = append(row.Data, types.Datum{VarCharValue: value})
		}
		rows = append(rows, row)
	}
	end := min(begin+limit, len(rows))
	set.Rows = rows[min(begin, end):end]
	out := &athena.GetQueryResultsOutput{ResultSet: set}
	if end < len(rows) {
		out.NextToken = v.token(strconv.Itoa(end))
	}
	return out, nil
}

func (v *view) stopQuery(in *athena.StopQueryExecutionInput) (*athena.StopQueryExecutionOutput, error) {
	e, err := v.execution(in.QueryExecutionId)
	if err != nil {
		return nil, err
	}
	if _, over, _ := e.at(v.now); over.IsZero() {
		q := &v.server.executions
		q.mu.Lock()
		defer q.mu.Unlock()
		q.all[e.id].stopped = v.now
	}
	return &athena.StopQueryExecutionOutput{}, nil
}

// inWorkGroup is the workgroup of a query, which IAM is asked about.
func inWorkGroup(v *view, group *string) string {
	name := aws.ToString(group)
	if name == "" {
		name = "primary"
	}
	return estate.ARN{Partition: v.target.Partition, Service: "athena", Region: v.target.Region, Account: v.target.Account, Resource: "workgroup/" + name}.String()
}

// ofExecution is the workgroup of a query that was asked.
func ofExecution(v *view, id *string) string {
	e, err := v.execution(id)
	if err != nil {
		return inWorkGroup(v, nil)
	}
	return inWorkGroup(v, e.WorkGroup)
}
