package setup

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	"github.com/google/go-cmp/cmp"
)

var acme = delivery{"aws", "us-east-1", "111122223333", "acme-billing", "exports"}

// TestWhomThePolicyLets: billing delivers where both of its services may do both things for this account; what is not known for sure does not count.
func TestWhomThePolicyLets(t *testing.T) {
	const both, bucket = `"Principal":{"Service":["billingreports.amazonaws.com","bcm-data-exports.amazonaws.com"]}`, `"arn:aws:s3:::acme-billing"`
	const each = `"Action":["s3:PutObject","s3:GetBucketPolicy"],"Resource":["arn:aws:s3:::acme-billing","arn:aws:s3:::acme-billing/*"]`
	const sources = `["arn:aws:cur:us-east-1:111122223333:definition/*","arn:aws:bcm-data-exports:us-east-1:111122223333:export/*"]`
	for name, tt := range map[string]struct {
		statements string
		allowed    bool
	}{
		"none":               {``, false},
		"as AWS has it":      {`{"Effect":"Allow",` + both + `,` + each + `,"Condition":{"StringLike":{"aws:SourceAccount":"111122223333","aws:SourceArn":` + sources + `}}}`, true},
		"in other operators": {`{"Effect":"Allow",` + both + `,` + each + `,"Condition":{"StringEquals":{"AWS:SourceAccount":["111122223333"]},"ArnLike":{"aws:SourceArn":` + sources + `}}}`, true},
		"for whomever":       {`{"Effect":"Allow",` + both + `,` + each + `}`, true},
		"in two statements": {`{"Effect":"Allow",` + both + `,"Action":"s3:Put*","Resource":"arn:aws:s3:::acme-billing/exports/*"},
			{"Effect":"Allow",` + both + `,"Action":"s3:getbucketpolicy","Resource":` + bucket + `}`, true},
		"for another prefix":          {`{"Effect":"Allow",` + both + `,"Action":["s3:PutObject","s3:GetBucketPolicy"],"Resource":["arn:aws:s3:::acme-billing","arn:aws:s3:::acme-billing/cur/*"]}`, false},
		"for another account":         {`{"Effect":"Allow",` + both + `,` + each + `,"Condition":{"StringEquals":{"aws:SourceAccount":"999999999999"}}}`, false},
		"for legacy reports alone":    {`{"Effect":"Allow","Principal":{"Service":"billingreports.amazonaws.com"},` + each + `}`, false},
		"without a look at itself":    {`{"Effect":"Allow",` + both + `,"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-billing/*"}`, false},
		"by a condition of whichever": {`{"Effect":"Allow",` + both + `,` + each + `,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`, false},
		"denied":                      {`{"Effect":"Deny",` + both + `,` + each + `}`, false},
	} {
		text := `{"Version":"2012-10-17","Statement":[` + tt.statements + `]}`
		p, err := readPolicy(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := p.allowed(acme); got != tt.allowed {
			t.Errorf("%s: %t", name, got)
		}
		after, err := p.with(acme.statement())
		if err != nil {
			t.Fatal(err)
		}
		q, err := readPolicy(after)
		if err != nil || !q.allowed(acme) || len(q.rules) != len(p.rules)+1 {
			t.Errorf("%s: with the statement: %v: %s", name, err, after)
		}
		for i := range p.raw {
			if !alike(string(p.raw[i]), string(q.raw[i])) {
				t.Errorf("%s: statement %d has changed: %s", name, i+1, q.raw[i])
			}
		}
	}
}

// TestPolicyIsKept: what is there stays, whatever it says, and what is not understood is not touched.
func TestPolicyIsKept(t *testing.T) {
	const text = `{"Id":"x","Version":"2008-10-17","Statement":{"Sid":"Mine","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"NotAction":"s3:Delete*","Resource":"*","Condition":{"Null":{"aws:x":true}}}}`
	for _, tt := range []struct{ text, wrong string }{{`{`, "unexpected end"}, {`{"Statement":[{"Action":7}]}`, "statement 1"}, {`[]`, "cannot unmarshal array"}} {
		if _, err := readPolicy(tt.text); err == nil || !strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("%s: %v", tt.text, err)
		}
	}
	p, err := readPolicy(strings.ReplaceAll(text, `"Condition":{"Null":{"aws:x":true}}`, `"Condition":{"Null":{"aws:x":"true"}}`))
	if err != nil {
		t.Fatal(err)
	}
	after, err := p.with(acme.statement())
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		ID, Version string
		Statement   []map[string]any
	}
	if err := json.Unmarshal([]byte(after), &got); err != nil || got.ID != "x" || got.Version != "2008-10-17" || len(got.Statement) != 2 || got.Statement[0]["NotAction"] != "s3:Delete*" {
		t.Errorf("%v: %s", err, after)
	}
	big, _ := readPolicy(`{"Statement":[{"Sid":"` + strings.Repeat("x", mostPolicy) + `","Effect":"Allow"}]}`)
	if _, err := big.with(acme.statement()); err == nil || !strings.Contains(err.Error(), "S3 takes 20480") {
		t.Errorf("a policy that is too long: %v", err)
	}
}

// TestWhatIsWrongWithAPolicy: a bucket that is open, statements that deny, and those that let billing deliver for anybody, are told by name.
func TestWhatIsWrongWithAPolicy(t *testing.T) {
	p, err := readPolicy(`{"Statement":[
		{"Sid":"TLS","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-billing","arn:aws:s3:::acme-billing/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},
		{"Sid":"Org","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::acme-billing/*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}},
		{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:role/x"},"Action":"s3:*","Resource":"*"},
		{"Sid":"Elsewhere","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-billing/private/*"},
		{"Sid":"Loose","Effect":"Allow","Principal":{"Service":"bcm-data-exports.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-billing/*"},
		{"Sid":"Site","Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-billing/*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{[]string{"Org"}, []string{"Loose"}, "Site"}, []any{p.denying(acme), p.loose(), p.open()}); diff != "" {
		t.Error(diff)
	}
}

// TestColumns: the columns are those that there are, and the needed ones are all that an import reads.
func TestColumns(t *testing.T) {
	all := Columns(true)
	if len(Columns(false)) != 115 || len(all) != 126 || len(slices.Compact(slices.Sorted(slices.Values(all)))) != 126 {
		t.Errorf("%d columns, with split data %d", len(Columns(false)), len(all))
	}
	read := regexp.MustCompile(`"((?:bill|line_item|pricing|product|reservation|savings_plan|identity)_[a-z_]+|resource_tags|cost_category)"`)
	words := map[string]bool{}
	for _, file := range []string{"cur.go", "derive.go"} {
		text, err := os.ReadFile(filepath.Join("..", "bill", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range read.FindAllStringSubmatch(string(text), -1) {
			words[m[1]] = true
		}
	}
	if len(words) < 30 {
		t.Errorf("only %d columns were found in the import: the test proves nothing", len(words))
	}
	for _, column := range needed {
		if !slices.Contains(all, column) {
			t.Errorf("%s is needed and not asked for", column)
		}
	}
	for column := range words {
		if strings.HasPrefix(column, "line_item_type") { // a column of the lake
			continue
		}
		if !slices.Contains(needed, column) {
			t.Errorf("%s is read and not needed", column)
		}
	}
}

// TestLacks: what an export has not is told in words, and one of another table is no export of costs.
func TestLacks(t *testing.T) {
	good := func() *types.Export { return Wish{Export: "x"}.wanted("b", "p", "us-east-1") }
	for name, tt := range map[string]struct {
		change  func(*types.Export)
		split   bool
		want    string
		another bool
	}{
		"nothing":  {change: func(*types.Export) {}},
		"split":    {change: func(*types.Export) {}, split: true, want: "split cost allocation data"},
		"asterisk": {change: func(e *types.Export) { e.DataQuery.QueryStatement = aws.String("select * from cost_and_usage_report") }},
		"columns": {change: func(e *types.Export) {
			e.DataQuery.QueryStatement = aws.String("SELECT " + strings.Join(slices.DeleteFunc(Columns(false), func(c string) bool { return c == "resource_tags" || c == "product" }), ", ") + " FROM " + table)
		}, want: "2 columns (product, resource_tags)"},
		"under other names": {change: func(e *types.Export) {
			*e.DataQuery.QueryStatement = strings.Replace(*e.DataQuery.QueryStatement, "product_sku", "product['sku'] AS product_sku", 1)
		}},
		"daily": {change: func(e *types.Export) { e.DataQuery.TableConfigurations[table][granularity] = "DAILY" }, want: "hourly lines (it has daily)"},
		"the rest": {change: func(e *types.Export) {
			e.DataQuery.TableConfigurations = nil
			e.DestinationConfigurations = nil
		}, want: "hourly lines (it has none); resources; Parquet; overwriting of what it delivered before"},
		"FOCUS":        {change: func(e *types.Export) { e.DataQuery.QueryStatement = aws.String("SELECT BilledCost FROM FOCUS_1_2_AWS") }, another: true},
		"no statement": {change: func(e *types.Export) { e.DataQuery = nil }, another: true},
	} {
		e := good()
		tt.change(e)
		missing, another := lacks(e, tt.split)
		if got := strings.Join(missing, "; "); got != tt.want || another != tt.another {
			t.Errorf("%s: %q, another %t", name, got, another)
		}
	}
}

// TestImproved: an export that lacks something is given it, and goes on to ask for what it has asked for besides.
func TestImproved(t *testing.T) {
	is := Wish{Export: "x", Split: true}.wanted("b", "p", "us-east-1")
	is.Description = aws.String("theirs")
	is.DataQuery.QueryStatement = aws.String("SELECT line_item_iam_principal, discount.total_discount AS edp, split_line_item_split_cost FROM " + table)
	is.DataQuery.TableConfigurations[table][granularity], is.DataQuery.TableConfigurations[table]["INCLUDE_IAM_PRINCIPAL_DATA"] = "DAILY", "TRUE"
	got := improved(is, Wish{Export: "x"}.wanted("b", "p", "us-east-1"))
	if missing, another := lacks(got, true); len(missing) > 0 || another {
		t.Errorf("it lacks %v", missing)
	}
	if diff := cmp.Diff(map[string]string{granularity: "HOURLY", resources: "TRUE", splits: "TRUE", discounts: "FALSE", "INCLUDE_IAM_PRINCIPAL_DATA": "TRUE"}, got.DataQuery.TableConfigurations[table]); diff != "" {
		t.Error(diff)
	}
	query := *got.DataQuery.QueryStatement
	if *got.Description != "theirs" || !strings.Contains(query, ", line_item_iam_principal, discount.total_discount AS edp FROM "+table) || strings.Count(query, ",") != 127 || strings.Contains(query, "*") {
		t.Errorf("%s: %s", *got.Description, query)
	}
	if is.DataQuery.TableConfigurations[table][granularity] != "DAILY" {
		t.Error("what was read has been written over")
	}
}
