package athena

import (
	"context"
	"fmt"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// A View is one over the organization's bill.
type View struct {
	// Name is without its database.
	Name string
	// Doc says what it is, in a line.
	Doc string
	// Query is what it stands for.
	Query string
	// Report is what it adds up, nil for what is no report.
	Report *showback.Query
}

// Views says which views are made.
type Views struct {
	Table Table
	// Database is where they are put; the table's when empty.
	Database string
	// Prefix begins their names.
	Prefix string
	// Tags are the keys that reports have a column for.
	Tags []string
}

// reports are the views that add up charges, each by what it groups by. All are by month, too, so that a condition on it reads no other.
var reports = []struct {
	name, doc string
	by        []string
	tags      bool
}{
	{"months", "each month by payer, account, service, kind of charge and class of use: it adds up to the bill", []string{"payer", "account", "account-name", "service", "category", "class"}, false},
	{"daily", "each day by account, region, component, class of use and instance type", []string{"day", "account", "region", "component", "class", "instance-type"}, false},
	{"daily_by_tag", "each day by the tags that were named, component and instance type", []string{"day", "component", "instance-type"}, true},
	{"resources", "each resource by its name and its ARN, with the tags that were named", []string{"account", "region", "component", "kind", "name", "resource"}, true},
	{"people", "who used Studio: domain, user profile, space and app", []string{"account", "domain", "user", "space", "app", "instance-type"}, false},
	{"commitments", "savings plans and reservations: what they cover, and their fees", []string{"commitment", "purchase-option", "line-type"}, false},
	{"unread", "usage types that the grammar does not know, which are of no component", []string{"service", "usage-type", "operation", "category"}, false},
}

// All are the views, in the order in which they have to be made.
func (v Views) All() ([]View, error) {
	if v.Database == "" {
		v.Database = v.Table.Database
	}
	charges, err := v.Table.Charges("", "")
	if err != nil {
		return nil, err
	}
	all := []View{{v.Prefix + "charges", "the bill, line by line, as sagewarden reads it: docs/lake.md has its columns", charges, nil}}
	over := "WITH charges AS (SELECT * FROM " + v.name("charges") + ")\n"
	for _, r := range reports {
		if r.tags && len(v.Tags) == 0 && r.name == "daily_by_tag" {
			continue
		}
		names := append([]string{"month"}, r.by...)
		if r.tags {
			for _, key := range v.Tags {
				names = append(names, "tag:"+key)
			}
		}
		q := showback.Query{}
		for _, name := range names {
			d, err := showback.ParseDimension(name)
			if err != nil {
				return nil, err
			}
			for _, o := range q.By {
				if o.Column() == d.Column() {
					return nil, fmt.Errorf("the tags %s and %s would both be the column %s of a view", strings.TrimPrefix(o.String(), "tag:"), strings.TrimPrefix(name, "tag:"), d.Column())
				}
			}
			q.By = append(q.By, d)
		}
		for _, name := range showback.CostNames() {
			c, err := showback.ParseCost(name)
			if err != nil {
				return nil, err
			}
			q.Costs = append(q.Costs, c)
		}
		if r.name == "unread" {
			for _, w := range []string{"component=other", "class=other"} {
				f, err := showback.ParseFilter(w)
				if err != nil {
					return nil, err
				}
				q.Where = append(q.Where, f)
			}
		}
		all = append(all, View{v.Prefix + r.name, r.doc, over + q.Unordered(dialect.Athena), &q})
	}
	all = append(all, View{v.Prefix + "tags", "how much of each month's use each tag covers", over + coverage, nil})
	return all, nil
}

// coverage tells of each tag of people's how much of the use it is on.
const coverage = "SELECT " + lake.Partition + " AS month, billing_currency AS currency, tag, count(*) AS line_count, sum(unblended_cost) AS unblended_cost, sum(amortized_cost) AS amortized_cost\n" +
	"FROM charges CROSS JOIN UNNEST(map_keys(tags)) AS keys (tag)\n" +
	"WHERE charge_category = 'Usage' AND tag NOT LIKE 'aws:%' AND tag NOT LIKE 'sagemaker:%'\nGROUP BY 1, 2, 3"

// name is that of a view in SQL, its database with it.
func (v Views) name(view string) string {
	return dialect.Name(v.Database) + "." + dialect.Name(v.Prefix+view)
}

// Statement makes or replaces the view.
func (v Views) Statement(view View) string {
	database := v.Database
	if database == "" {
		database = v.Table.Database
	}
	return "CREATE OR REPLACE VIEW " + dialect.Name(database) + "." + dialect.Name(view.Name) + " AS\n" + view.Query
}

// Apply makes the views in Athena, one after the other, and tells of each.
func (e *Engine) Apply(ctx context.Context, v Views, made func(View)) error {
	all, err := v.All()
	if err != nil {
		return err
	}
	for _, view := range all {
		statement := v.Statement(view)
		if len(statement) > maxStatement {
			return &estate.Error{Op: "make view", On: view.Name, Err: fmt.Errorf("its statement has %d characters, and Athena takes %d", len(statement), maxStatement), Hint: "name fewer tags"}
		}
		if _, err := e.run(ctx, statement, v.Table.Database); err != nil {
			return err
		}
		made(view)
	}
	return nil
}
