package policy

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/policies"
)

//go:generate go test -run TestSchemaIsUpToDate . -update

var update = flag.Bool("update", false, "write the schema")

const schemaFile = "../../schemas/policy.schema.json"

// schema describes policy files to editors.
func schema(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, Anonymous: true}
	if err := r.AddGoComments("github.com/sagewarden/sagewarden/internal/policy", "."); err != nil {
		t.Fatal(err)
	}
	words := func(all ...any) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Enum: all} }
	var families []any
	for _, k := range kinds.All() {
		families = append(families, string(k.Family().Name))
	}
	var packs []any
	for _, name := range policies.Names() {
		packs = append(packs, name)
	}
	written := map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[time.Duration]():        {Type: "string", Pattern: `^([0-9]+d|([0-9]+d)?([0-9]+(\.[0-9]+)?(ms|h|m|s))+)$`},
		reflect.TypeFor[Instant]():              {Type: "string", Format: "date-time"},
		reflect.TypeFor[Percent]():              {Type: "string", Pattern: `^[0-9]+(\.[0-9]+)?%$`},
		reflect.TypeFor[Dollars]():              {Type: "number", ExclusiveMinimum: json.Number("0")},
		reflect.TypeFor[estate.Kind]():          words(families...),
		reflect.TypeFor[estate.Confidence]():    words("high", "medium", "low"),
		reflect.TypeFor[estate.State]():         words("idle", "active", "unknown"),
		reflect.TypeFor[estate.ConditionType](): words("Stuck", "Broken", "Relaunching", "Overlong", "Orphaned"),
	}
	r.Mapper = func(t reflect.Type) *jsonschema.Schema {
		s, ok := written[t]
		if !ok {
			return nil
		}
		one := *s // descriptions are put on it
		return &one
	}
	s := r.Reflect(&File{})
	s.Title = "Sagewarden's policies"
	property := func(of, name string) *jsonschema.Schema {
		p, ok := s.Definitions[of].Properties.Get(name)
		if !ok {
			t.Fatalf("%s has no %s", of, name)
		}
		return p
	}
	property("Form", "kind").Enum = families
	property("Form", "kinds").Items.Enum = families
	property("File", "include").Items.Enum = packs
	property("Case", "want").Enum = []any{wantMatched, wantExempt, wantTrouble, wantNothing}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func TestSchemaIsUpToDate(t *testing.T) {
	want := schema(t)
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go generate (-want +got):\n%s", diff)
	}
}

func TestSchemaDescribesEveryField(t *testing.T) {
	var s struct {
		Defs map[string]struct {
			Properties map[string]map[string]any
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schema(t), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Defs) < 10 {
		t.Errorf("%d definitions", len(s.Defs))
	}
	for name, d := range s.Defs {
		for field, p := range d.Properties {
			if p["description"] == nil && !strings.HasPrefix(name, "Case") {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
}

// TestSchemaAgreesWithTheReader: what the reader takes the schema takes, and it sees mistakes of form.
func TestSchemaAgreesWithTheReader(t *testing.T) {
	document, err := validator.UnmarshalJSON(strings.NewReader(string(schema(t))))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource("policy.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(name, text string) error {
		j, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		v, err := validator.UnmarshalJSON(strings.NewReader(string(j)))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(v)
	}
	for _, name := range policies.Names() {
		for what, read := range map[string]func(string) (string, error){name: policies.Read, name + policies.TestEnding: policies.Tests} {
			text, err := read(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(what, text); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	full, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := validate("full", string(full)); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"unknown-field", "unknown-kind", "unknown-verb", "not-a-duration", "not-a-share", "unknown-pack"} {
		text, err := os.ReadFile("testdata/bad/" + bad + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if validate(bad, string(text)) == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
