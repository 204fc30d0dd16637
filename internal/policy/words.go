package policy

import (
	"errors"
	"maps"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A moment is what a condition speaks of: a resource as it was seen, at an instant.
type moment struct {
	seen      *estate.Observation
	now       time.Time
	zone      *time.Location
	calendars map[string]*calendar
}

// today is the date of the moment.
func (m *moment) today() string { return m.now.In(m.zone).Format(time.DateOnly) }

// The words with members, by their types' names.
const (
	wordResource = "resource"
	wordVerdict  = "verdict"
	wordRate     = "rate"
	wordCalendar = "calendar"
	// typeCalendar is the type of each member of calendar.
	typeCalendar = "Calendar"
)

// words are what a condition may speak of, with their types.
var words = map[string]*types.Type{
	wordResource: types.NewObjectType("Resource"),
	wordVerdict:  types.NewObjectType("Verdict"),
	wordRate:     types.NewObjectType("Rate"),
	wordCalendar: types.NewObjectType("Calendars"),
	"owner":      types.StringType,
	"now":        types.TimestampType,
	"today":      types.StringType,
}

// ResolveName gives a word its value.
func (m *moment) ResolveName(name string) (any, bool) {
	switch name {
	case "owner":
		return types.String(m.seen.Resource.Owner), true
	case "now":
		return types.Timestamp{Time: m.now.UTC()}, true
	case "today":
		return types.String(m.today()), true
	}
	t, ok := words[name]
	return object{t, m}, ok
}

// Parent is nothing: there are no other words.
func (m *moment) Parent() interpreter.Activation { return nil }

// A member is one member of a word: has() asks whether it is known, and reading one that is not is an error.
func member[From any](t *types.Type, get func(From) (value any, unknown string)) *types.FieldType {
	return &types.FieldType{Type: t,
		IsSet: func(of any) bool { _, unknown := get(of.(From)); return unknown == "" },
		GetFrom: func(of any) (any, error) {
			value, unknown := get(of.(From))
			if unknown != "" {
				return nil, errors.New(unknown)
			}
			return value, nil
		},
	}
}

// plain is a member that is always known.
func plain[From, To any](t *types.Type, get func(From) To) *types.FieldType {
	return member(t, func(of From) (any, string) { return get(of), "" })
}

// text is a member of the resource that is text.
func text(get func(r *estate.Resource) string) *types.FieldType {
	return plain(types.StringType, func(m *moment) string { return get(&m.seen.Resource) })
}

// instant is a member that is an instant, which nobody may know.
func instant(what string, get func(m *moment) time.Time) *types.FieldType {
	return member(types.TimestampType, func(m *moment) (any, string) {
		at := get(m)
		if at.IsZero() {
			return nil, what + " is not known"
		}
		return at, ""
	})
}

var textMap = types.NewMapType(types.StringType, types.StringType)

// hoursPerMonth is the month that AWS's own price pages reckon with.
const hoursPerMonth = 730

// members are the members of the words, by their types' names and their own.
var members = map[string]map[string]*types.FieldType{
	"Resource": {
		"arn":     text(func(r *estate.Resource) string { return r.ARN }),
		"kind":    text(func(r *estate.Resource) string { return string(r.Kind) }),
		"name":    text(func(r *estate.Resource) string { return r.Name }),
		"type":    text(func(r *estate.Resource) string { return r.Type }),
		"status":  text(func(r *estate.Resource) string { return r.Status }),
		"account": text(func(r *estate.Resource) string { return r.Target.Account }),
		"region":  text(func(r *estate.Resource) string { return r.Target.Region }),
		"domain":  text(func(r *estate.Resource) string { return r.Domain }),
		"user":    text(func(r *estate.Resource) string { return r.User }),
		"space":   text(func(r *estate.Resource) string { return r.Space }),
		"owner":   text(func(r *estate.Resource) string { return r.Owner }),

		"created":  instant("when it was created", func(m *moment) time.Time { return m.seen.Resource.Created }),
		"modified": instant("when it was last changed", func(m *moment) time.Time { return m.seen.Resource.Modified }),
		"age": member(types.DurationType, func(m *moment) (any, string) {
			if m.seen.Resource.Created.IsZero() {
				return nil, "when it was created is not known"
			}
			return m.now.Sub(m.seen.Resource.Created), ""
		}),
		"tags": member(textMap, func(m *moment) (any, string) {
			if m.seen.Resource.Tags == nil {
				return nil, tagsUnread
			}
			return tags{m.seen.Resource.Tags, types.NewStringStringMap(types.DefaultTypeAdapter, m.seen.Resource.Tags)}, ""
		}),
		"attributes": plain(textMap, func(m *moment) map[string]string { return m.seen.Resource.Attributes }),
		"instanceTypes": plain(types.NewListType(types.StringType), func(m *moment) []string {
			all := []string{}
			for _, meter := range m.seen.Resource.Meters {
				if meter.InstanceType != "" && !slices.Contains(all, meter.InstanceType) {
					all = append(all, meter.InstanceType)
				}
			}
			return all
		}),
	},
	"Verdict": {
		"state":      plain(types.StringType, func(m *moment) string { return string(m.seen.Verdict.State) }),
		"idle":       plain(types.BoolType, func(m *moment) bool { return m.seen.Verdict.State == estate.Idle }),
		"active":     plain(types.BoolType, func(m *moment) bool { return m.seen.Verdict.State == estate.Active }),
		"unknown":    plain(types.BoolType, func(m *moment) bool { return unknown(m.seen.Verdict) }),
		"idleFor":    plain(types.DurationType, func(m *moment) time.Duration { return m.seen.Verdict.IdleFor(m.now) }),
		"since":      instant("since when it is idle", func(m *moment) time.Time { return m.seen.Verdict.Since }),
		"lastUse":    instant("when it was last used", func(m *moment) time.Time { return m.seen.Verdict.LastUse }),
		"confidence": plain(types.StringType, func(m *moment) string { return string(m.seen.Verdict.Confidence) }),
		"rule":       plain(types.StringType, func(m *moment) string { return m.seen.Verdict.Rule }),
		"why":        plain(types.StringType, func(m *moment) string { return m.seen.Verdict.Why }),
		"conditions": plain(types.NewListType(types.StringType), func(m *moment) []string {
			all := []string{}
			for _, c := range m.seen.Verdict.Conditions {
				all = append(all, string(c.Type))
			}
			return all
		}),
	},
	"Rate": {
		"known":  plain(types.BoolType, func(m *moment) bool { _, known := m.seen.Resource.Hourly(); return known }),
		"hourly": member(types.DoubleType, func(m *moment) (any, string) { return dollars(m, 1) }),
		"monthly": member(types.DoubleType, func(m *moment) (any, string) {
			if m.seen.Resource.Ends {
				return nil, "what it costs in a month is not known, since it ends by itself"
			}
			return dollars(m, hoursPerMonth)
		}),
	},
	typeCalendar: {
		"officeHours": plain(types.BoolType, func(d day) bool { return d.calendar.officeHours(d.now) }),
		"holiday":     plain(types.BoolType, func(d day) bool { return d.calendar.holiday(d.now) }),
		"weekend":     plain(types.BoolType, func(d day) bool { return d.calendar.weekend(d.now) }),
	},
}

// tagsUnread is why nothing is known that depends on the tags.
const tagsUnread = "its tags could not be read"

func unknown(v estate.Verdict) bool { return v.State != estate.Idle && v.State != estate.Active }

// dollars are what the resource bills in some hours. Conditions only compare: no sum is made of them.
func dollars(m *moment, hours float64) (any, string) {
	hourly, known := m.seen.Resource.Hourly()
	if !known {
		return nil, "what it costs is not known"
	}
	return hourly.InexactFloat64() * hours, ""
}

// A day is an instant in a calendar.
type day struct {
	calendar *calendar
	now      time.Time
}

// calendarsType are the members of the word calendar: one for each calendar of a file.
func calendarsType(calendars map[string]*calendar) map[string]*types.FieldType {
	all := map[string]*types.FieldType{}
	for name := range calendars {
		all[name] = plain(types.NewObjectType(typeCalendar), func(m *moment) object {
			return object{types.NewObjectType(typeCalendar), day{m.calendars[name], m.now}}
		})
	}
	return all
}

// A provider knows the types of the words.
type provider struct {
	types.Provider
	members map[string]map[string]*types.FieldType
}

// FindStructType finds the type of a word.
func (p provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := p.members[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames are the members of a word.
func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	if fields, ok := p.members[name]; ok {
		return slices.Sorted(maps.Keys(fields)), true
	}
	return p.Provider.FindStructFieldNames(name)
}

// FindStructFieldType finds a member of a word.
func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if fields, ok := p.members[name]; ok {
		f, found := fields[field]
		return f, found
	}
	return p.Provider.FindStructFieldType(name, field)
}

// NewValue makes none of them: a condition speaks of what there is.
func (p provider) NewValue(name string, fields map[string]ref.Val) ref.Val {
	if _, ok := p.members[name]; ok {
		return types.NewErr("a condition cannot make a %s", name)
	}
	return p.Provider.NewValue(name, fields)
}

// newEnv is the language of the conditions of a file with these calendars.
func newEnv(calendars map[string]*calendar) (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	known := maps.Clone(members)
	known["Calendars"] = calendarsType(calendars)
	options := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(withoutDuration)), duration(), cel.CrossTypeNumericComparisons(true),
		cel.CustomTypeAdapter(registry), cel.CustomTypeProvider(provider{registry, known}),
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals(), cel.ValidateComprehensionNestingLimit(2)),
		cel.ParserRecursionLimit(50), cel.ParserExpressionSizeLimit(maxExpression),
	}
	for name, t := range words {
		options = append(options, cel.Variable(name, t))
	}
	return cel.NewCustomEnv(options...)
}
