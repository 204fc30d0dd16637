package config

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

//go:generate go test -run TestSchemaIsUpToDate . -update

var update = flag.Bool("update", false, "write the schema")

const schemaFile = "../../schemas/sagewarden.schema.json"

// schema is made from the Go types and their comments.
func schema(t *testing.T) []byte {
	t.Helper()
	// What a file leaves out is as in Default, so nothing is required.
	r := &jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, Anonymous: true}
	if err := r.AddGoComments("github.com/sagewarden/sagewarden/internal/config", "."); err != nil {
		t.Fatal(err)
	}
	r.Mapper = func(typ reflect.Type) *jsonschema.Schema {
		if typ == reflect.TypeFor[time.Duration]() {
			return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+d|([0-9]+d)?([0-9]+(\.[0-9]+)?(ms|h|m|s))+)$`}
		}
		return nil
	}
	s := r.Reflect(&File{})
	s.Title = "Sagewarden's configuration"
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

// Every field says to an editor what it is.
func TestSchemaDescribesEveryField(t *testing.T) {
	var s struct {
		Defs map[string]struct {
			Properties map[string]map[string]any
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schema(t), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Defs) < 6 {
		t.Errorf("%d definitions", len(s.Defs))
	}
	for name, d := range s.Defs {
		for field, p := range d.Properties {
			if p["description"] == nil {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
}

// The schema takes what is written as it should be, and sees the mistakes that are mistakes of form.
func TestSchemaSeesMistakesOfForm(t *testing.T) {
	document, err := validator.UnmarshalJSON(strings.NewReader(string(schema(t))))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource("sagewarden.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("sagewarden.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(file string) error {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		j, err := yaml.YAMLToJSON(b)
		if err != nil {
			t.Fatal(err)
		}
		v, err := validator.UnmarshalJSON(strings.NewReader(string(j)))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(v)
	}
	if err := validate("testdata/full.yaml"); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"unknown-field", "unknown-nested-field", "unknown-inlined-field", "not-a-mapping", "not-a-list", "not-a-number", "not-text", "duration"} {
		if validate(filepath.Join("testdata", "bad", bad+".yaml")) == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
