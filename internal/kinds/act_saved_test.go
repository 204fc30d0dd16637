package kinds

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	alarms "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

// unions are a member of each union that descriptions hold.
var unions = map[reflect.Type]reflect.Type{
	reflect.TypeFor[types.CustomFileSystem]():       reflect.TypeFor[types.CustomFileSystemMemberEFSFileSystem](),
	reflect.TypeFor[types.CustomFileSystemConfig](): reflect.TypeFor[types.CustomFileSystemConfigMemberEFSFileSystemConfig](),
	reflect.TypeFor[alarms.EvaluationCriteria]():    reflect.TypeFor[alarms.EvaluationCriteriaMemberPromQLCriteria](),
	reflect.TypeFor[alarms.EvaluationWindow]():      reflect.TypeFor[alarms.EvaluationWindowMemberSlidingWindow](),
}

// A filler gives every member of a structure a value of its own, none of them zero.
type filler struct{ n int }

func (f *filler) fill(t *testing.T, v reflect.Value) {
	t.Helper()
	f.n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(t, v.Elem())
	case reflect.Interface:
		member, known := unions[v.Type()]
		if !known {
			t.Fatalf("no member of the union %s is known", v.Type())
		}
		one := reflect.New(member)
		f.fill(t, one.Elem())
		v.Set(one)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 2, 15, 0, f.n%60, 0, time.UTC)))
			return
		}
		for field, member := range v.Fields() {
			if field.IsExported() && field.Name != "ResultMetadata" {
				f.fill(t, member)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.fill(t, v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(t, key)
		f.fill(t, value)
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("text-" + strconv.Itoa(f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.n))
	default:
		t.Fatalf("a member of the kind %s is not filled", v.Kind())
	}
}

// zeros are the members within a value that are zero, by their path.
func zeros(path string, v reflect.Value) (all []string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return []string{path}
		}
		return zeros(path, v.Elem())
	case reflect.Slice:
		if v.Len() == 0 {
			return []string{path}
		}
		return zeros(path, v.Index(0))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			break
		}
		for field, member := range v.Fields() {
			if field.IsExported() && field.Name != "ResultMetadata" {
				all = append(all, zeros(strings.TrimPrefix(path+"."+field.Name, "."), member)...)
			}
		}
		return all
	}
	if v.IsZero() {
		return []string{path}
	}
	return nil
}

// A remaking is a call that makes something again from its description: in is the call by what was described, which is out.
type remaking struct {
	out interface {
		smithy.Serializable
		smithy.Deserializable
	}
	in func(any) any
	// lost are the members of the call that the description does not tell.
	lost []string
}

func remakes[D, I any](again func(*D) *I, lost ...string) remaking {
	return remaking{out: any(new(D)).(interface {
		smithy.Serializable
		smithy.Deserializable
	}), in: func(d any) any { return again(d.(*D)) }, lost: lost}
}

// byValue is a call by the value of a description.
func byValue[D, I any](again func(D) *I) func(*D) *I { return func(d *D) *I { return again(*d) } }

// TestWhatIsMadeAgainIsWhatWasDescribed: every member of a call that its description tells is in the call, through the ledger; what is not told
// is named here, and is the tags, which are saved beside it, or nothing.
func TestWhatIsMadeAgainIsWhatWasDescribed(t *testing.T) {
	for _, r := range []remaking{
		remakes(appAgain, "Tags"),
		remakes(notebookAgain, "Tags"),
		remakes(endpointAgain, "Tags"),
		remakes(configAgain, "Tags"),
		remakes(modelAgain, "Tags"),
		remakes(componentAgain, "Tags"),
		remakes(spaceAgain, "Tags"),
		remakes(profileAgain, "Tags"),
		// Application Auto Scaling finds its own role, and tells no tags but one resource at a time.
		remakes(byValue(targetAgain), "RoleARN", "Tags"),
		remakes(byValue(policyAgain)),
		remakes(byValue(scheduleAgain)),
		remakes(byValue(alarmAgain), "Tags"),
	} {
		t.Run(reflect.TypeOf(r.in(r.out)).Elem().Name(), func(t *testing.T) {
			new(filler).fill(t, reflect.ValueOf(r.out).Elem())
			body, err := written(r.out)
			if err != nil {
				t.Fatal(err)
			}
			kept := reflect.New(reflect.TypeOf(r.out).Elem()).Interface().(smithy.Deserializable)
			if err := read(body, kept); err != nil {
				t.Fatal(err)
			}
			want, got := r.in(r.out), r.in(kept)
			if !reflect.DeepEqual(want, got) {
				t.Errorf("through the ledger (-want +got):\n%s", cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true })))
			}
			if diff := cmp.Diff(r.lost, zeros("", reflect.ValueOf(got))); diff != "" {
				t.Errorf("members that are lost (-known +lost):\n%s", diff)
			}
		})
	}
}

func TestSecretsAreNotWrittenDown(t *testing.T) {
	d := &sagemaker.DescribeModelOutput{PrimaryContainer: &types.ContainerDefinition{Environment: map[string]string{
		"HF_TOKEN": "abc", "SETTINGS": "hf_abcdef", "DATABASE": "postgres://me:pass@host/db", "MODEL": "churn", "API_KEY": "",
	}}}
	body, err := saved{}.of(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"abc", "hf_abcdef", "pass@"} {
		if strings.Contains(string(body), secret) {
			t.Errorf("%q is in %s", secret, body)
		}
	}
	var s saved
	if err := json.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	if want := []string{"DATABASE", "HF_TOKEN", "SETTINGS"}; !slices.Equal(s.Withheld, want) {
		t.Errorf("withheld %v, want %v", s.Withheld, want)
	}
	if m, lost := s.lost(); !lost || m.State != Refuse {
		t.Errorf("it would be made again without its secrets: %+v", m)
	}
	told, secrets, err := public(d)
	if err != nil || len(secrets) != 3 || told.PrimaryContainer.Environment["MODEL"] != "churn" || len(d.PrimaryContainer.Environment) != 5 {
		t.Errorf("told %v without %v, %v", told.PrimaryContainer.Environment, secrets, err)
	}
}
