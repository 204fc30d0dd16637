package quicksight

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/quicksight/types"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

func two() Options {
	return Options{ID: "sagewarden", Name: "SageMaker bill", Database: "billing", Prefix: "sagewarden_", Workgroup: "primary", Tags: []string{"team", "cost-center"}, Months: 13,
		User: "arn:aws:quicksight:us-east-1:111122223333:user/default/ana"}
}

// read is a file as JSON.
func read(t *testing.T, o Options, name string) map[string]any {
	t.Helper()
	if err := o.Check(); err != nil {
		t.Fatal(err)
	}
	files, err := o.Files()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f File) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no %s", name)
	}
	var tree map[string]any
	if err := json.Unmarshal(files[i].Content, &tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

// conforms holds a tree against a type of the SDK, which is made from AWS's own model: members as they are spelled there, of their types, and of enumerations what
// they have.
func conforms(tree any, as reflect.Type, at string) (wrong []string) {
	if as.Kind() == reflect.Pointer {
		as = as.Elem()
	}
	say := func(format string, args ...any) []string { return []string{at + ": " + fmt.Sprintf(format, args...)} }
	switch value := tree.(type) {
	case map[string]any:
		if as.Kind() != reflect.Struct {
			return say("want %s, not a structure", as)
		}
		for name, member := range value {
			f, ok := as.FieldByName(name)
			if !ok {
				wrong = append(wrong, say("%s has no %s", as.Name(), name)...)
				continue
			}
			wrong = append(wrong, conforms(member, f.Type, at+"."+name)...)
		}
	case []any:
		if as.Kind() != reflect.Slice {
			return say("want %s, not a list", as)
		}
		for i, member := range value {
			wrong = append(wrong, conforms(member, as.Elem(), fmt.Sprintf("%s[%d]", at, i))...)
		}
	case string:
		if as.Kind() != reflect.String {
			return say("want %s, not a text", as)
		}
		if values, ok := as.MethodByName("Values"); ok {
			all := fmt.Sprint(values.Func.Call([]reflect.Value{reflect.Zero(as)})[0])
			if !slices.Contains(strings.Fields(strings.Trim(all, "[]")), value) {
				return say("%q is none of %s", value, all)
			}
		}
	case float64:
		if k := as.Kind(); k != reflect.Int32 && k != reflect.Int64 && k != reflect.Float64 {
			return say("want %s, not a number", as)
		}
	case bool:
		if as.Kind() != reflect.Bool {
			return say("want %s, not a truth", as)
		}
	}
	return wrong
}

// TestModel: what is written is of the API's own model.
func TestModel(t *testing.T) {
	set := read(t, two(), "data-set.json")
	source := read(t, two(), "data-source.json")
	for _, c := range []struct {
		tree any
		as   any
	}{
		{read(t, two(), "dashboard.json")["Definition"], types.DashboardVersionDefinition{}},
		{set["PhysicalTableMap"].(map[string]any)["charges"].(map[string]any)["CustomSql"], types.CustomSql{}},
		{source["DataSourceParameters"].(map[string]any)["AthenaParameters"], types.AthenaParameters{}},
		{read(t, two(), "refresh-schedule.json")["Schedule"], types.RefreshSchedule{}},
		{set["ImportMode"], types.DataSetImportMode("")},
		{source["Type"], types.DataSourceType("")},
		{source["Permissions"], []types.ResourcePermission{}},
	} {
		for _, w := range conforms(c.tree, reflect.TypeOf(c.as), reflect.TypeOf(c.as).String()) {
			t.Error(w)
		}
	}
	for name, bad := range map[string]any{"a member": map[string]any{"SheetID": "x"}, "an enumeration": map[string]any{"ContentType": "SHEET"}, "a type": map[string]any{"Visuals": "x"}} {
		if len(conforms(bad, reflect.TypeFor[types.SheetDefinition](), "")) != 1 {
			t.Errorf("the test does not know %s that there is not", name)
		}
	}
}

// each calls f with every structure of a tree.
func each(tree any, f func(map[string]any)) {
	switch value := tree.(type) {
	case map[string]any:
		f(value)
		for _, member := range value {
			each(member, f)
		}
	case []any:
		for _, member := range value {
			each(member, f)
		}
	}
}

// TestDashboardHangsTogether: visuals are of columns that the data set has and sort by fields that they have, no two lie on one another, and a control is of a filter
// of its sheet.
func TestDashboardHangsTogether(t *testing.T) {
	o := two()
	definition := read(t, o, "dashboard.json")["Definition"].(map[string]any)
	columns := map[string]bool{}
	each(read(t, o, "data-set.json")["PhysicalTableMap"], func(m map[string]any) {
		if m["Type"] != nil {
			columns[m["Name"].(string)] = true
		}
	})
	named := 0
	each(definition, func(m map[string]any) {
		if name, ok := m["ColumnName"].(string); ok {
			named++
			if !columns[name] || m["DataSetIdentifier"] != dataSetName {
				t.Errorf("there is no column %s of %v", name, m["DataSetIdentifier"])
			}
		}
	})
	if named < 50 {
		t.Errorf("only %d columns are named: the test proves nothing", named)
	}
	filters := map[string]string{}
	for _, g := range definition["FilterGroups"].([]any) {
		var sheet, filter string
		each(g, func(m map[string]any) {
			if s, ok := m["SheetId"].(string); ok {
				sheet = s
			}
			if f, ok := m["FilterId"].(string); ok {
				filter = f
			}
		})
		filters[filter] = sheet
	}
	ids := map[string]bool{}
	for _, s := range definition["Sheets"].([]any) {
		s := s.(map[string]any)
		for _, c := range s["FilterControls"].([]any) {
			of := c.(map[string]any)["Dropdown"].(map[string]any)["SourceFilterId"].(string)
			if filters[of] != s["SheetId"] {
				t.Errorf("a control on %v is of the filter %s on %s", s["SheetId"], of, filters[of])
			}
		}
		own := map[string]bool{}
		for _, v := range s["Visuals"].([]any) {
			for _, visual := range v.(map[string]any) {
				visual := visual.(map[string]any)
				id := visual["VisualId"].(string)
				if ids[id] {
					t.Errorf("two visuals are called %s", id)
				}
				ids[id], own[id] = true, true
				fields := map[string]int{}
				each(visual, func(m map[string]any) {
					if f, ok := m["FieldId"].(string); ok && m["Direction"] == nil {
						fields[f]++
					}
				})
				each(visual, func(m map[string]any) {
					if f, ok := m["FieldId"].(string); ok && m["Direction"] != nil && fields[f] == 0 {
						t.Errorf("%s sorts by %s, which it has not", id, f)
					}
				})
				for f, n := range fields {
					if n > 1 {
						t.Errorf("%s has %d fields %s", id, n, f)
					}
				}
			}
		}
		taken := map[[2]int]bool{}
		elements := s["Layouts"].([]any)[0].(map[string]any)["Configuration"].(map[string]any)["GridLayout"].(map[string]any)["Elements"].([]any)
		for _, e := range elements {
			e := e.(map[string]any)
			at := func(name string) int { return int(e[name].(float64)) }
			if !own[e["ElementId"].(string)] || at("ColumnIndex")+at("ColumnSpan") > gridColumns || at("RowSpan") > 21 {
				t.Errorf("%v", e)
			}
			for x := range at("ColumnSpan") {
				for y := range at("RowSpan") {
					place := [2]int{at("ColumnIndex") + x, at("RowIndex") + y}
					if taken[place] {
						t.Fatalf("%v lies on another", e)
					}
					taken[place] = true
				}
			}
		}
		if len(elements) != len(own) {
			t.Errorf("%d places for %d visuals", len(elements), len(own))
		}
	}
}

// TestTemplate: the template has what the files have, and of the account, the user, the workgroup and the database what it is told.
func TestTemplate(t *testing.T) {
	o := two()
	template := read(t, o, "template.json")
	resources := template["Resources"].(map[string]any)
	text, _ := json.Marshal(resources)
	if strings.Contains(string(text), "111122223333") {
		t.Error("the account is written in the template's resources")
	}
	_, _, set := o.places()
	want, _ := json.Marshal(read(t, o, "dashboard.json")["Definition"])
	got, _ := json.Marshal(resources["Dashboard"].(map[string]any)["Properties"].(map[string]any)["Definition"])
	if strings.Replace(string(got), `{"Fn::GetAtt":["DataSet","Arn"]}`, `"`+set+`"`, 1) != string(want) {
		t.Error("the dashboards of the template and the file differ")
	}
	query := resources["DataSet"].(map[string]any)["Properties"].(map[string]any)["PhysicalTableMap"].(map[string]any)["charges"].(map[string]any)["CustomSql"].(map[string]any)["SqlQuery"].(map[string]any)["Fn::Sub"].(string)
	if strings.Replace(query, "${Database}", "billing", 1) != o.query(dialect.Athena, `"billing"`) || strings.Count(query, "${") != 1 {
		t.Errorf("%s", query)
	}
	o.User = ""
	files, err := o.Files()
	if err != nil || len(files) != 2 || !strings.Contains(string(files[1].Content), "QuickSightUser=ARN_OF_THE_USER") {
		t.Errorf("without a user: %d files, %v", len(files), err)
	}
	for range mostTags - 2 {
		o.Tags = append(o.Tags, fmt.Sprintf("key-%d", len(o.Tags)))
	}
	if files, err := o.Files(); err != nil || len(files[0].Content) < mostTemplate || !strings.Contains(string(files[1].Content), "--template-file template.json --s3-bucket BUCKET") {
		t.Errorf("a template of %d bytes goes with the call: %v", len(files[0].Content), err)
	}
}

// TestCheck: each mistake is told by its flag.
func TestCheck(t *testing.T) {
	for want, change := range map[string]func(*Options){
		"--id: ":                 func(o *Options) { o.ID = "a b" },
		"--database: ":           func(o *Options) { o.Database = `x"; DROP` },
		"--prefix: ":             func(o *Options) { o.Prefix = "1" },
		"--workgroup: ":          func(o *Options) { o.Workgroup = "a b" },
		"--months: ":             func(o *Options) { o.Months = -1 },
		"--tag: no tag is named": func(o *Options) { o.Tags = nil },
		"--tag: a dashboard has": func(o *Options) { o.Tags = make([]string, 21) },
		`--tag: "CostCenter" and "costcenter" would both be the column`: func(o *Options) { o.Tags = []string{"costcenter", "CostCenter"} },
		`--tag: "팀" has no letter`:                                      func(o *Options) { o.Tags = []string{"팀"} },
		"--region has no effect":                                        func(o *Options) { o.User, o.Region = "", "eu-west-1" },
		"--region: ":                                                    func(o *Options) { o.Region = "mars" },
		`--user: "ana" is no user`:                                      func(o *Options) { o.User = "ana" },
		`--user: "arn:aws:iam::111122223333:user/ana" is no user`:       func(o *Options) { o.User = "arn:aws:iam::111122223333:user/ana" },
	} {
		o := two()
		change(&o)
		if err := o.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
	o := two()
	o.User, o.Region = "arn:aws-cn:quicksight:cn-north-1:111122223333:group/default/finops", "cn-northwest-1"
	if _, source, _ := o.places(); o.Check() != nil || source != "arn:aws-cn:quicksight:cn-northwest-1:111122223333:datasource/sagewarden" {
		t.Errorf("%v, %s", o.Check(), source)
	}
}
