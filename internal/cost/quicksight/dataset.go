package quicksight

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
)

// A column is one of the data set.
type column struct {
	name string
	// kind is QuickSight's type.
	kind string
	// sql is what it is of the view of charges.
	sql string
	// sum says that it is added up. All others are what it is added up by.
	sum bool
}

// The types of columns.
const (
	text   = "STRING"
	moment = "DATETIME"
	number = "DECIMAL"
)

// The columns that visuals name.
const (
	colDay       = "day"
	colMonth     = "month"
	colAccount   = "account"
	colRegion    = "region"
	colCurrency  = "currency"
	colComponent = "component"
	colInstance  = "instance_type"
	colOption    = "purchase_option"
	colResource  = "resource"
	colKind      = "resource_kind"
	colUser      = "user_profile"
	colSpace     = "space"
	colAmortized = "amortized_cost"
	colUnblended = "unblended_cost"
	colNet       = "net_amortized_cost"
	colList      = "list_cost"
)

// columns are those of the data set: one row a day for all that is the same but for the hour.
func (o Options) columns(d dialect.Dialect) []column {
	plain := func(name, of string) column { return column{name: name, kind: text, sql: of} }
	all := []column{
		{name: colDay, kind: moment, sql: d.Truncate("day", "charge_period_start")},
		plain(colMonth, lake.Partition), plain("payer", "billing_account_id"), plain(colAccount, "sub_account_id"), plain("account_name", "sub_account_name"), plain(colRegion, "region_id"),
		plain("service", "service_code"), plain("category", "charge_category"), plain(colComponent, "component"), plain("usage_class", "usage_class"),
		plain(colInstance, "instance_type"), plain(colOption, "purchase_option"), plain(colKind, "resource_kind"), plain(colResource, "resource_id"),
		plain("domain", "domain_id"), plain(colSpace, "space_name"), plain(colUser, "user_profile_name"), plain(colCurrency, "billing_currency"),
	}
	for _, key := range o.Tags {
		all = append(all, column{name: tagColumn(key), kind: text, sql: d.Value("tags", key)})
	}
	for _, cost := range []string{colUnblended, colAmortized, colNet, colList} {
		all = append(all, column{name: cost, kind: number, sql: "sum(" + cost + ")", sum: true})
	}
	return all
}

// tagColumn is the column of a tag's values.
func tagColumn(key string) string {
	return "tag_" + strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, key), "_")
}

// query reads the view of charges in the database, which is SQL. Without months it reads all; with them it is of Athena alone.
func (o Options) query(d dialect.Dialect, database string) string {
	var list, by []string
	for n, c := range o.columns(d) {
		list = append(list, c.sql+" AS "+c.name)
		if !c.sum {
			by = append(by, strconv.Itoa(n+1))
		}
	}
	where := ""
	if o.Months > 0 {
		// It is constant, so that Athena reads no other month's files.
		where = fmt.Sprintf("\nWHERE %s >= date_format(date_add('month', -%d, current_date), '%%Y-%%m')", lake.Partition, o.Months-1)
	}
	return "SELECT " + strings.Join(list, ",\n  ") + "\nFROM " + database + "." + dialect.Name(o.Prefix+"charges") + where + "\nGROUP BY " + strings.Join(by, ", ")
}

// dataSet is the data set over a data source.
func (o Options) dataSet(source any, query any) node {
	var inputs []node
	for _, c := range o.columns(dialect.Athena) {
		in := node{"Name": c.name, "Type": c.kind}
		if c.kind == number {
			in["SubType"] = "FLOAT" // which has more digits behind the point than four
		}
		inputs = append(inputs, in)
	}
	return node{
		"DataSetId": o.ID, "Name": o.Name, "ImportMode": "SPICE",
		"PhysicalTableMap": node{"charges": node{"CustomSql": node{"DataSourceArn": source, "Name": "charges by the day", "SqlQuery": query, "Columns": inputs}}},
	}
}

// dataSource is Athena with a workgroup.
func (o Options) dataSource(workgroup any) node {
	return node{"DataSourceId": o.ID, "Name": o.Name, "Type": "ATHENA", "DataSourceParameters": node{"AthenaParameters": node{"WorkGroup": workgroup}}}
}

// How the API and CloudFormation spell the zone of a schedule.
const (
	zoneOfAPI      = "Timezone"
	zoneOfTemplate = "TimeZone"
)

// schedule refreshes the data set each day, after the bill was delivered.
func schedule(zone string) node {
	return node{"ScheduleId": "daily", "RefreshType": "FULL_REFRESH", "ScheduleFrequency": node{"Interval": "DAILY", "TimeOfTheDay": "06:00", zone: "UTC"}}
}
