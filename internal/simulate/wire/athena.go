package wire

import (
	"cmp"
	"regexp"
	"slices"
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
	group, err := v.workgroup(in.WorkGroup)
	if err != nil {
		return nil, err
	}
	results := group.Results
	if in.ResultConfiguration != nil && !group.Enforced {
		results = cmp.Or(aws.ToString(in.ResultConfiguration.OutputLocation), results)
	}
	if results == "" {
		return nil, &apiError{code: "InvalidRequestException", message: "No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input."}
	}
	if group.Disabled {
		return nil, &apiError{code: "InvalidRequestException", message: "WorkGroup " + group.Name + " is disabled."}
	}
	prepared := v.prepared(text)
	var refused string
	if prepared == nil && v.server.athena != nil {
		prepared = v.server.athena(text)
	}
	if err := v.inTheirName(text, results); err != nil {
		refused = err.Error()
	} else if prepared != nil && group.Limit > 0 && prepared.Scanned > group.Limit {
		refused = "Query cancelled! : Bytes scanned limit was exceeded"
	}
	if refused != "" {
		prepared = &world.Query{Failure: refused}
	}
	q := &v.server.executions
	q.mu.Lock()
	defer q.mu.Unlock()
	n := strings.ToLower(mark(v.target.Key()+strconv.Itoa(len(q.all)), 32))
	e := &execution{StartQueryExecutionInput: in, account: v.target.Account, region: v.target.Region, asked: v.now,
		id: n[:8] + "-" + n[8:12] + "-" + n[12:16] + "-" + n[16:20] + "-" + n[20:], answer: prepared}
	q.all[e.id] = e
	return &athena.StartQueryExecutionOutput{QueryExecutionId: &e.id}, nil
}

// prepared is the answer that the world has to a statement, or nil.
func (v *view) prepared(text string) *world.Query {
	for _, a := range v.server.world.Accounts {
		for _, known := range a.Queries {
			if a.ID == v.target.Account && strings.Contains(text, known.Has) {
				return known
			}
		}
	}
	return nil
}

// throughAthena is what AWS tells of calls that Athena makes in somebody's name.
const throughAthena = "athena.amazonaws.com"

// inTheirName asks IAM for what Athena does for the caller: of the tables of the world that the statement names, and at the place of its results.
func (v *view) inTheirName(text, results string) error {
	asks := [][2]string{}
	at := func(place string, operations ...string) {
		name, prefix, _ := strings.Cut(strings.TrimPrefix(place, "s3://"), "/")
		bucket := "arn:" + v.target.Partition + ":s3:::" + name
		for _, op := range operations {
			on := bucket
			if strings.HasSuffix(op, "Object") {
				on += "/" + prefix + "any"
			}
			asks = append(asks, [2]string{op, on})
		}
	}
	catalog := func(operation, resource string) {
		asks = append(asks, [2]string{operation, estate.ARN{Partition: v.target.Partition, Service: "glue", Region: v.target.Region, Account: v.target.Account, Resource: resource}.String()})
	}
	if v.principal.account != nil {
		for _, t := range v.principal.account.Tables {
			if !strings.Contains(text, `"`+t.Database+`"."`+t.Name+`"`) {
				continue
			}
			for operation, resource := range map[string]string{"glue:GetDatabase": "database/" + t.Database, "glue:GetTable": "table/" + t.Database + "/" + t.Name, "glue:GetPartitions": "table/" + t.Database + "/" + t.Name} {
				catalog(operation, resource)
			}
			at(t.Place, "s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject")
		}
	}
	if made := viewMade.FindStringSubmatch(text); made != nil {
		catalog("glue:CreateTable", "table/"+made[1]+"/"+made[2])
		catalog("glue:UpdateTable", "table/"+made[1]+"/"+made[2])
	}
	at(results, "s3:GetBucketLocation", "s3:PutObject")
	slices.SortFunc(asks, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	for _, a := range asks {
		if err := v.principal.authorize(a[0], a[1], v.target.Region, throughAthena); err != nil {
			return err
		}
	}
	return nil
}

// viewMade is the view that a statement makes.
var viewMade = regexp.MustCompile(`^CREATE OR REPLACE VIEW "([^"]+)"\."([^"]+)"`)

// workgroup is one of the account's. An account that lists none has any: primary, without a place for results, and others with one.
func (v *view) workgroup(name *string) (*world.Workgroup, error) {
	asked := cmp.Or(aws.ToString(name), "primary")
	if v.principal.account == nil || len(v.principal.account.Workgroups) == 0 {
		g := &world.Workgroup{Name: asked}
		if asked != "primary" {
			g.Results = "s3://aws-athena-query-results-" + asked + "/"
		}
		return g, nil
	}
	for _, g := range v.principal.account.Workgroups {
		if g.Name == asked {
			return g, nil
		}
	}
	return nil, &apiError{code: "InvalidRequestException", message: "WorkGroup " + asked + " is not found."}
}

func (v *view) getWorkGroup(in *athena.GetWorkGroupInput) (*athena.GetWorkGroupOutput, error) {
	g, err := v.workgroup(in.WorkGroup)
	if err != nil {
		return nil, err
	}
	c := &types.WorkGroupConfiguration{EnforceWorkGroupConfiguration: &g.Enforced, PublishCloudWatchMetricsEnabled: aws.Bool(false), RequesterPaysEnabled: aws.Bool(false),
		EngineVersion:       &types.EngineVersion{SelectedEngineVersion: aws.String("AUTO"), EffectiveEngineVersion: aws.String("Athena engine version 3")},
		ResultConfiguration: &types.ResultConfiguration{}}
	if g.Limit > 0 {
		c.BytesScannedCutoffPerQuery = &g.Limit
	}
	if g.Results != "" {
		c.ResultConfiguration.OutputLocation = &g.Results
	}
	state := types.WorkGroupStateEnabled
	if g.Disabled {
		state = types.WorkGroupStateDisabled
	}
	return &athena.GetWorkGroupOutput{WorkGroup: &types.WorkGroup{Name: &g.Name, State: state, Configuration: c}}, nil
}

func (v *view) getTableMetadata(in *athena.GetTableMetadataInput) (*athena.GetTableMetadataOutput, error) {
	database, name := aws.ToString(in.DatabaseName), aws.ToString(in.TableName)
	for _, t := range v.principal.account.Tables {
		if t.Database != database || t.Name != name {
			continue
		}
		on := estate.ARN{Partition: v.target.Partition, Service: "glue", Region: v.target.Region, Account: v.target.Account, Resource: "table/" + database + "/" + name}.String()
		if err := v.principal.authorize("glue:GetTable", on, v.target.Region, throughAthena); err != nil {
			return nil, err
		}
		columns := func(of []world.QueryColumn) []types.Column {
			all := []types.Column{}
			for _, c := range of {
				all = append(all, types.Column{Name: aws.String(c.Name), Type: aws.String(c.Type)})
			}
			return all
		}
		return &athena.GetTableMetadataOutput{TableMetadata: &types.TableMetadata{Name: &t.Name, TableType: aws.String("EXTERNAL_TABLE"), Columns: columns(t.Columns), PartitionKeys: columns(t.Partitions)}}, nil
	}
	return nil, &apiError{code: "MetadataException", message: "EntityNotFoundException: Entity Not Found"}
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
	return &athena.GetQueryExecutionOutput{QueryExecution: &types.QueryExecution{QueryExecutionId: &e.id, Query: e.QueryString, StatementType: e.kind(), WorkGroup: &group,
		QueryExecutionContext: e.QueryExecutionContext, ResultConfiguration: result, Status: status, Statistics: spent}}, nil
}

// kind is what sort of statement it is.
func (e *execution) kind() types.StatementType {
	if viewMade.MatchString(aws.ToString(e.QueryString)) {
		return types.StatementTypeDdl
	}
	return types.StatementTypeDml
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
	// The names are the first row.
	all := len(e.answer.Rows) + 1
	end := min(begin+limit, all)
	for n := min(begin, end); n < end; n++ {
		if n == 0 {
			set.Rows = append(set.Rows, header)
			continue
		}
		row := types.Row{}
		for _, value := range e.answer.Rows[n-1] {
			row.Data = append(row.Data, types.Datum{VarCharValue: value})
		}
		set.Rows = append(set.Rows, row)
	}
	out := &athena.GetQueryResultsOutput{ResultSet: set}
	if end < all {
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

// inCatalog is the catalog of a table.
func inCatalog(v *view, in *athena.GetTableMetadataInput) string {
	return estate.ARN{Partition: v.target.Partition, Service: "athena", Region: v.target.Region, Account: v.target.Account, Resource: "datacatalog/" + aws.ToString(in.CatalogName)}.String()
}
