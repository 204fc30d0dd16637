package scenario

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
	checker "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

//go:generate go test -run TestSchemaIsUpToDate . -update

var update = flag.Bool("update", false, "write the schema")

const schemaFile = "../../../schemas/scenario.schema.json"

// schema is made from the Go types and their comments.
func schema(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, Anonymous: true}
	if err := r.AddGoComments("github.com/sagewarden/sagewarden/internal/simulate/scenario", "."); err != nil {
		t.Fatal(err)
	}
	// The comment map has paths relative to the package's directory.
	text := func(pattern, description string) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "string", Pattern: pattern, Description: description}
	}
	r.Mapper = func(typ reflect.Type) *jsonschema.Schema {
		switch typ {
		case reflect.TypeFor[Instant]():
			return text(`^(now|[-+]([0-9]+(\.[0-9]+)?(ms|w|d|h|m|s))+|[0-9]{4}-[0-9]{2}-[0-9]{2}T.+)$`, "RFC 3339, now, or relative to at: -3d4h.")
		case reflect.TypeFor[Span]():
			return text(spanSyntax.String(), "A length of time: 90s, 2h30m, 3d, 2w.")
		case reflect.TypeFor[Text]():
			return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}}}
		case reflect.TypeFor[world.Family]():
			family := &jsonschema.Schema{Type: "string"}
			for _, f := range world.Families() {
				family.Enum = append(family.Enum, string(f))
			}
			return family
		case reflect.TypeFor[Members]():
			return &jsonschema.Schema{Type: "object"}
		case reflect.TypeFor[Policy]():
			return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "object"}, {Type: "string"}}, Description: "An IAM policy document."}
		}
		return nil
	}
	s := r.Reflect(&File{})
	s.Title = "A Sagewarden scenario"
	written := s.Definitions["Activity"]
	words := &jsonschema.Schema{Type: "string", Enum: []any{"never", "always"}}
	s.Definitions["Activity"] = &jsonschema.Schema{OneOf: []*jsonschema.Schema{words, written}, Description: written.Description}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func TestSchemaIsUpToDate(t *testing.T) {
	want := schema(t)
	if *update {
		if err := os.MkdirAll(filepath.Dir(schemaFile), 0o755); err != nil {
			t.Fatal(err)
		}
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

// Every field of the format says what it is to an editor.
func TestSchemaDescribesEveryField(t *testing.T) {
	var s struct {
		Defs map[string]struct {
			Properties map[string]map[string]any
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schema(t), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Defs) < 15 {
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

func TestSchemaAcceptsExamples(t *testing.T) {
	document, err := checker.UnmarshalJSON(strings.NewReader(string(schema(t))))
	if err != nil {
		t.Fatal(err)
	}
	c := checker.NewCompiler()
	if err := c.AddResource("scenario.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	read := func(file string) any {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		j, err := yaml.YAMLToJSON(b)
		if err != nil {
			t.Fatal(err)
		}
		v, err := checker.UnmarshalJSON(strings.NewReader(string(j)))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		if err := s.Validate(read(file)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, bad := range []string{"unknown-field", "unknown-nested-field", "bad-span", "wrong-type", "activity-word", "bad-instant", "app-type"} {
		if s.Validate(read("testdata/bad/"+bad+".yaml")) == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
