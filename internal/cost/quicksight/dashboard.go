package quicksight

import "fmt"

// A node is a structure of QuickSight's, in its own spelling.
type node map[string]any

// dataSetName is how the definition calls the data set.
const dataSetName = "charges"

// gridColumns is how many columns a sheet has (a visual has 21 rows at most), and wide, half and third what visuals take of them.
const (
	gridColumns = 36
	half        = gridColumns / 2
	third       = gridColumns / 3
)

// A sheet is one in the making.
type sheet struct {
	id, name string
	visuals  []node
	elements []node
	// row and column are where the next visual goes.
	row, column int
	height      int
}

// put adds a visual behind the one before, or below where there is no room. Each sort of visual is the only member of its node.
func (s *sheet) put(sort, id, title string, width, height int, configuration node) {
	id = s.id + "-" + id
	s.visuals = append(s.visuals, node{sort: node{"VisualId": id, "Title": node{"Visibility": "VISIBLE", "FormatText": node{"PlainText": title}}, "ChartConfiguration": configuration}})
	if s.column+width > gridColumns {
		s.row, s.column, s.height = s.row+s.height, 0, 0
	}
	s.elements = append(s.elements, node{"ElementId": id, "ElementType": "VISUAL", "ColumnIndex": s.column, "RowIndex": s.row, "ColumnSpan": width, "RowSpan": height})
	s.column, s.height = s.column+width, max(s.height, height)
}

func identifier(column string) node {
	return node{"DataSetIdentifier": dataSetName, "ColumnName": column}
}

func by(column string) node {
	return node{"CategoricalDimensionField": node{"FieldId": "by-" + column, "Column": identifier(column)}}
}

func byDay() node {
	return node{"DateDimensionField": node{"FieldId": "by-" + colDay, "Column": identifier(colDay), "DateGranularity": "DAY"}}
}

// money is a number with two digits behind the point. Which currency it is, a filter says.
var money = node{"FormatConfiguration": node{"NumberDisplayFormatConfiguration": node{"DecimalPlacesConfiguration": node{"DecimalPlaces": 2},
	"SeparatorConfiguration": node{"ThousandsSeparator": node{"Visibility": "VISIBLE", "Symbol": "COMMA"}}}}}

func sum(column string) node {
	return node{"NumericalMeasureField": node{"FieldId": "sum-" + column, "Column": identifier(column), "AggregationFunction": node{"SimpleNumericalAggregation": "SUM"}, "FormatConfiguration": money}}
}

// dearest sorts by the cost, dearest first.
func dearest() []node {
	return []node{{"FieldSort": node{"FieldId": "sum-" + colAmortized, "Direction": "DESC"}}}
}

// bars are bars of what it costs by a column, dearest first.
func bars(column string, most int) node {
	return node{"Orientation": "HORIZONTAL",
		"FieldWells":        node{"BarChartAggregatedFieldWells": node{"Category": []node{by(column)}, "Values": []node{sum(colAmortized)}}},
		"SortConfiguration": node{"CategorySort": dearest(), "CategoryItemsLimit": node{"ItemsLimit": most, "OtherCategories": "INCLUDE"}},
		"DataLabels":        node{"Visibility": "VISIBLE"}}
}

// days are bars a day, stacked by a column.
func days(column string) node {
	return node{"Orientation": "VERTICAL", "BarsArrangement": "STACKED",
		"FieldWells":        node{"BarChartAggregatedFieldWells": node{"Category": []node{byDay()}, "Values": []node{sum(colAmortized)}, "Colors": []node{by(column)}}},
		"SortConfiguration": node{"ColorSort": dearest(), "ColorItemsLimit": node{"ItemsLimit": 12, "OtherCategories": "INCLUDE"}}}
}

// list is a table by columns, dearest first.
func list(columns ...string) node {
	var group []node
	for _, c := range columns {
		group = append(group, by(c))
	}
	return node{"FieldWells": node{"TableAggregatedFieldWells": node{"GroupBy": group, "Values": []node{sum(colAmortized), sum(colUnblended)}}},
		"SortConfiguration": node{"RowSort": dearest()}, "TotalOptions": node{"TotalsVisibility": "VISIBLE"}}
}

// figure is a number by itself.
func figure(of node) node {
	return node{"FieldWells": node{"Values": []node{of}}}
}

// share is the part of the cost that has no value in a column, as a percentage.
func share(column string) node {
	return node{"CalculatedMeasureField": node{"FieldId": "untagged-" + column, "Expression": fmt.Sprintf("100 * sumIf({%s}, isNull({%s})) / sum({%s})", colAmortized, column, colAmortized)}}
}

// sheets are those of the dashboard.
func (o Options) sheets() []*sheet {
	spend := &sheet{id: "spend", name: "Spend"}
	spend.put("KPIVisual", "amortized", "Amortized cost", third, 5, figure(sum(colAmortized)))
	spend.put("KPIVisual", "unblended", "On the invoice", third, 5, figure(sum(colUnblended)))
	spend.put("KPIVisual", "list", "At list prices", third, 5, figure(sum(colList)))
	spend.put("BarChartVisual", "days", "Each day by component", gridColumns, 12, days(colComponent))
	spend.put("BarChartVisual", "instances", "By instance type", half, 12, bars(colInstance, 20))
	spend.put("BarChartVisual", "options", "By purchase option", half, 12, bars(colOption, 10))
	spend.put("BarChartVisual", "accounts", "By account", half, 12, bars(colAccount, 20))
	spend.put("BarChartVisual", "regions", "By region", half, 12, bars(colRegion, 20))

	who := &sheet{id: "teams", name: "Teams"}
	for _, key := range o.Tags {
		c := tagColumn(key)
		who.put("KPIVisual", "untagged-"+c, "Percent of the cost without "+key, third, 8, figure(share(c)))
		who.put("BarChartVisual", "by-"+c, "By "+key, 2*third, 8, bars(c, 20))
		who.put("BarChartVisual", "days-"+c, "Each day by "+key, gridColumns, 12, days(c))
	}
	who.put("TableVisual", "people", "By user profile and space", gridColumns, 14, list("domain", colUser, colSpace, colComponent, colInstance))

	what := &sheet{id: "resources", name: "Resources"}
	what.put("TableVisual", "dearest", "The dearest resources", gridColumns, 21, list(append([]string{colResource, colKind, colComponent, colInstance, colAccount, colRegion}, o.tagColumns()...)...))
	return []*sheet{spend, who, what}
}

func (o Options) tagColumns() (all []string) {
	for _, key := range o.Tags {
		all = append(all, tagColumn(key))
	}
	return all
}

// filters are the columns that each sheet can be narrowed by, with what people call them.
var filters = []struct{ column, title string }{{colMonth, "Month"}, {colAccount, "Account"}, {colRegion, "Region"}, {colCurrency, "Currency"}}

// definition is the dashboard over a data set.
func (o Options) definition(dataSet any) node {
	var sheets, groups []node
	for _, s := range o.sheets() {
		var controls []node
		for _, f := range filters {
			id := s.id + "-" + f.column
			groups = append(groups, node{"FilterGroupId": "group-" + id, "CrossDataset": "SINGLE_DATASET", "Status": "ENABLED",
				"Filters": []node{{"CategoryFilter": node{"FilterId": "filter-" + id, "Column": identifier(f.column),
					"Configuration": node{"FilterListConfiguration": node{"MatchOperator": "CONTAINS", "SelectAllOptions": "FILTER_ALL_VALUES"}}}}},
				"ScopeConfiguration": node{"SelectedSheets": node{"SheetVisualScopingConfigurations": []node{{"SheetId": s.id, "Scope": "ALL_VISUALS"}}}}})
			controls = append(controls, node{"Dropdown": node{"FilterControlId": "control-" + id, "SourceFilterId": "filter-" + id, "Title": f.title, "Type": "MULTI_SELECT"}})
		}
		sheets = append(sheets, node{"SheetId": s.id, "Name": s.name, "ContentType": "INTERACTIVE", "Visuals": s.visuals, "FilterControls": controls,
			"Layouts": []node{{"Configuration": node{"GridLayout": node{"Elements": s.elements}}}}})
	}
	return node{"DataSetIdentifierDeclarations": []node{{"Identifier": dataSetName, "DataSetArn": dataSet}}, "Sheets": sheets, "FilterGroups": groups}
}

// dashboard is the dashboard over a data set.
func (o Options) dashboard(dataSet any) node {
	return node{"DashboardId": o.ID, "Name": o.Name, "Definition": o.definition(dataSet)}
}
