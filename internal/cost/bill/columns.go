package bill

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

// columns finds a source's columns by their canonical names, and writes the SQL that reads them.
type columns struct {
	dialect.Dialect
	byName map[string]*source
	// tags and categories are the columns of legacy reports that are one key each.
	tags, categories []labelled
	// casts are all that was read as something else than text: what may fail for what a file holds.
	casts []cast
}

// A source is a column: its name in the file, and the SQL of its value.
type source struct {
	name, sql, kind string
}

// labelled is a column of one tag.
type labelled struct {
	key string
	*source
}

// A cast reads a column as a type.
type cast struct {
	*source
	as string
}

// The types that columns are read as.
const (
	asMoney  = "DECIMAL(38,18)"
	asMoment = "TIMESTAMP"
	asJSON   = "JSON"
)

// position is the name that a column of CSV has for the engine, which takes Client and client for one.
func position(i int) string { return fmt.Sprintf("c%d", i) }

// newColumns refuses a table in which a column that is no tag is there twice.
func newColumns(t *table) (*columns, error) {
	c := &columns{Dialect: dialect.DuckDB, byName: map[string]*source{}}
	for i, col := range t.columns {
		s := &source{name: col.name, kind: col.kind, sql: dialect.Name(col.name)}
		if t.packed {
			s.sql = position(i)
		}
		if key, ok := labelKey(col.name, "resourceTags/", "resource_tags_"); ok {
			c.tags = append(c.tags, labelled{key, s})
			continue
		}
		if key, ok := labelKey(col.name, "costCategory/", "cost_category_"); ok {
			c.categories = append(c.categories, labelled{key, s})
			continue
		}
		name := canonical(col.name)
		if other := c.byName[name]; other != nil {
			return nil, wrongf(t.files[0], "fetch it again from AWS, whose bills have each column once", "row 1: there are two columns %s: %q and %q", name, other.name, col.name)
		}
		c.byName[name] = s
	}
	return c, nil
}

// labelKey is the key of a column that is one tag: resourceTags/user:team and resource_tags_user_team are team.
func labelKey(name, slash, snake string) (string, bool) {
	if key, ok := strings.CutPrefix(name, slash); ok {
		return strings.TrimPrefix(key, "user:"), true
	}
	key, ok := strings.CutPrefix(name, snake)
	if !ok || key == "" {
		return "", false
	}
	return labelName(key), true
}

func (c *columns) has(names ...string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return c.byName[n] == nil })
}

const null = "CAST(NULL AS VARCHAR)"

// text is the first of these columns that is not empty.
func (c *columns) text(names ...string) string {
	var found []string
	for _, n := range names {
		if s := c.byName[n]; s != nil {
			found = append(found, s.text())
		}
	}
	switch len(found) {
	case 0:
		return null
	case 1:
		return found[0]
	}
	return "COALESCE(" + strings.Join(found, ", ") + ")"
}

// text of CSV is NULL already where it is empty.
func (s *source) text() string {
	switch {
	case s.csv():
		return s.sql
	case s.kind == "VARCHAR":
		return "NULLIF(" + s.sql + ", '')"
	}
	return "CAST(" + s.sql + " AS VARCHAR)"
}

func (s *source) csv() bool { return !strings.HasPrefix(s.sql, `"`) }

// money reads an amount, digit by digit: a float is taken as the shortest text that means it.
func (c *columns) money(name string) string {
	s := c.byName[name]
	if s == nil {
		return "CAST(NULL AS " + asMoney + ")"
	}
	c.casts = append(c.casts, cast{s, asMoney})
	return s.as(asMoney)
}

// cost is money that is nothing where the bill says nothing.
func (c *columns) cost(name string) string { return "COALESCE(" + c.money(name) + ", 0)" }

func (c *columns) moment(name string) string {
	s := c.byName[name]
	if s == nil {
		return "CAST(NULL AS " + asMoment + ")"
	}
	c.casts = append(c.casts, cast{s, asMoment})
	if !s.timed() && !s.csv() {
		return c.Instant(s.text())
	}
	return s.as(asMoment)
}

// as reads the column as a type. An instant with a zone is taken to UTC.
func (s *source) as(kind string) string {
	if s.timed() && kind == asMoment || strings.HasPrefix(s.kind, "DECIMAL") {
		return "CAST(" + s.sql + " AS " + kind + ")"
	}
	return "CAST(" + s.text() + " AS " + kind + ")"
}

func (s *source) timed() bool { return strings.HasPrefix(s.kind, "TIMESTAMP") }

// labels is SQL of the column as a map.
func (s *source) labels(d dialect.Dialect) string {
	if s.kind == "VARCHAR" {
		return d.ParseLabels(s.text())
	}
	return s.sql
}

// labels is a column that is a map, or JSON of one, with the keys that begin with the prefix, without it.
func (c *columns) labels(name, prefix string) string {
	s := c.byName[name]
	if s == nil {
		return "CAST(NULL AS " + dialect.Labels + ")"
	}
	text := s.text()
	switch {
	case c.Name != dialect.DuckDB.Name:
		return labelsSQL(c.Dialect, s.labels(c.Dialect), prefix)
	case s.kind == "VARCHAR":
		c.casts = append(c.casts, cast{s, asJSON})
	default:
		text = "CAST(to_json(" + s.sql + ") AS VARCHAR)"
	}
	return "CAST(CAST(" + labelsFunction + "(" + text + ", " + dialect.Text(prefix) + ") AS JSON) AS " + dialect.Labels + ")"
}

// labelsFunction reads labels for the engine: few of them are different, and lists of SQL take three times as long.
const labelsFunction = "sagewarden_labels"

// readLabels takes JSON of a map and a prefix, and returns the same with the keys as people and AWS spell them.
func readLabels(from []string) (string, error) {
	if from[0] == "" {
		return "", nil
	}
	var all map[string]any
	read := json.NewDecoder(strings.NewReader(from[0]))
	read.UseNumber() // which keeps the digits
	if err := read.Decode(&all); err != nil {
		return "", err
	}
	if _, err := read.Token(); !errors.Is(err, io.EOF) {
		return "", errors.New("more stands behind the labels")
	}
	named, plain := map[string]string{}, map[string]string{}
	for key, value := range all {
		rest, ours := strings.CutPrefix(key, from[1])
		text, ok := value.(string)
		if !ok && value != nil {
			text = fmt.Sprint(value)
		}
		if !ours || text == "" {
			continue
		}
		plain[rest] = text
		named[labelName(rest)] = text
	}
	switch {
	case len(plain) == 0:
		return "", nil
	case len(named) < len(plain): // two spellings are one without their prefix: the keys stay as they are
		named = plain
	}
	text, err := json.Marshal(named)
	return string(text), err
}

// keyed is a map of the columns that are one key each. Of several columns of a key the first that is not empty counts.
func keyed(columns []labelled) string {
	if len(columns) == 0 {
		return "CAST(NULL AS " + dialect.Labels + ")"
	}
	byKey := map[string][]string{}
	var keys []string
	for _, c := range columns {
		if byKey[c.key] == nil {
			keys = append(keys, c.key)
		}
		byKey[c.key] = append(byKey[c.key], c.text())
	}
	entries := make([]string, len(keys))
	for i, k := range keys {
		value := byKey[k][0]
		if len(byKey[k]) > 1 {
			value = "COALESCE(" + strings.Join(byKey[k], ", ") + ")"
		}
		entries[i] = "{'key': " + dialect.Text(k) + ", 'value': " + value + "}"
	}
	return "map_from_entries(list_filter([" + strings.Join(entries, ", ") + "], lambda e: e.value IS NOT NULL))"
}

// ownLabels are the keys of AWS's own tags as reports without colons and capitals spell them.
var ownLabels = map[string]string{
	"sagemaker_domain_arn":                      "sagemaker:domain-arn",
	"sagemaker_user_profile_arn":                "sagemaker:user-profile-arn",
	"sagemaker_space_arn":                       "sagemaker:space-arn",
	"managed_by_amazon_sage_maker_resource":     "ManagedByAmazonSageMakerResource",
	"amazon_data_zone_project":                  "AmazonDataZoneProject",
	"amazon_data_zone_domain":                   "AmazonDataZoneDomain",
	"amazon_data_zone_user":                     "AmazonDataZoneUser",
	"aws_created_by":                            "aws:createdBy",
	"aws_cloudformation_stack_name":             "aws:cloudformation:stack-name",
	"aws_autoscaling_group_name":                "aws:autoscaling:groupName",
	"aws_servicecatalog_provisioning_principal": "aws:servicecatalog:provisioningPrincipal",
}

// marks are the keys by which a line is SageMaker's, whatever its service.
var marks = []string{"ManagedByAmazonSageMakerResource", "sagemaker:domain-arn", "sagemaker:space-arn", "sagemaker:user-profile-arn"}

// labelName is a key without the format's prefix; AWS's own are as AWS spells them.
func labelName(key string) string {
	for _, prefix := range []string{"user_", "user:"} {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			return cmp.Or(ownLabels[rest], rest)
		}
	}
	if own, ok := ownLabels[key]; ok {
		return own
	}
	if rest, ok := strings.CutPrefix(key, "aws_"); ok {
		return "aws:" + rest
	}
	return key
}

// spellings are all that a key may be written as in a bill.
func spellings(key string) []string {
	all := []string{key, "user:" + key, "user_" + key, "resourceTags/" + key, "resourceTags/user:" + key}
	for spelling, own := range ownLabels {
		if own == key {
			all = append(all, spelling, "user_"+spelling)
		}
	}
	slices.Sort(all)
	return all
}

// marked tells whether a line bears one of SageMaker's own tags, without reading all of them.
func (c *columns) marked() string {
	var tests []string
	for _, t := range c.tags {
		if slices.Contains(marks, t.key) {
			tests = append(tests, t.text()+" IS NOT NULL")
		}
	}
	var keys []string
	for _, m := range marks {
		keys = append(keys, spellings(m)...)
	}
	for _, name := range []string{"resource_tags", "tags"} {
		s := c.byName[name]
		switch {
		case s == nil:
		case s.kind == "VARCHAR":
			tests = append(tests, c.Matches(s.sql, `"(`+strings.Join(keys, "|")+`)"`))
		default:
			tests = append(tests, c.HasAny(s.sql, keys...))
		}
	}
	if len(tests) == 0 {
		return "false"
	}
	return strings.Join(tests, " OR ")
}
