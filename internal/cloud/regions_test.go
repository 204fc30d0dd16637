package cloud

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

var update = flag.Bool("update", false, "write the region table")

const regionTable = "regions_gen.go"

func TestRegionTableIsUpToDate(t *testing.T) {
	want := generateRegions(t)
	if *update {
		if err := os.WriteFile(regionTable, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(regionTable)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go generate (-want +got):\n%s", diff)
	}
}

// generateRegions writes the table from the endpoint tables of the SDK, which it keeps to itself.
func generateRegions(t *testing.T) []byte {
	t.Helper()
	const sdk = "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}\t{{.Version}}", sdk).Output()
	if err != nil {
		t.Fatal(err)
	}
	dir, version, _ := strings.Cut(strings.TrimSpace(string(module)), "\t")
	regions := endpointRegions(t, filepath.Join(dir, "internal", "endpoints", "endpoints.go"))
	var b bytes.Buffer
	fmt.Fprintf(&b, "// Code generated from %s %s. DO NOT EDIT.\n\npackage cloud\n\n", sdk, version)
	b.WriteString("// sageMakerRegions are the regions that SageMaker is in, by partition, in alphabetical order.\n")
	b.WriteString("var sageMakerRegions = map[string][]string{\n")
	for _, partition := range slices.Sorted(maps.Keys(regions)) {
		fmt.Fprintf(&b, "%q: {\n", partition)
		for _, r := range slices.Sorted(slices.Values(regions[partition])) {
			fmt.Fprintf(&b, "%q,\n", r)
		}
		b.WriteString("},\n")
	}
	b.WriteString("}\n")
	text, err := format.Source(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// endpointRegions reads the partitions' ID and Endpoints. Endpoints of a variant, and deprecated ones such as
// us-east-1-fips, are other names of a region.
func endpointRegions(t *testing.T, file string) map[string][]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	regions := map[string][]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		partition, ok := n.(*ast.CompositeLit)
		if !ok || literal(t, field(partition, "ID")) == "" {
			return true
		}
		id := literal(t, field(partition, "ID"))
		regions[id] = nil
		endpoints, ok := field(partition, "Endpoints").(*ast.CompositeLit)
		if !ok {
			return false
		}
		for _, e := range endpoints.Elts {
			entry := e.(*ast.KeyValueExpr)
			key, endpoint := entry.Key.(*ast.CompositeLit), entry.Value.(*ast.CompositeLit)
			if field(key, "Variant") == nil && field(endpoint, "Deprecated") == nil {
				regions[id] = append(regions[id], literal(t, field(key, "Region")))
			}
		}
		return false
	})
	return regions
}

func field(lit *ast.CompositeLit, name string) ast.Expr {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == name {
				return kv.Value
			}
		}
	}
	return nil
}

func literal(t *testing.T, e ast.Expr) string {
	t.Helper()
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Partitions are told by a region's name, everywhere and without this table: the two must agree.
func TestPartitionOfEveryRegion(t *testing.T) {
	if len(sageMakerRegions) < 7 || len(sageMakerRegions["aws"]) < 30 {
		t.Fatalf("%d partitions, %d regions in aws", len(sageMakerRegions), len(sageMakerRegions["aws"]))
	}
	for partition, regions := range sageMakerRegions {
		for _, r := range regions {
			if got := estate.PartitionOf(r); got != partition {
				t.Errorf("%s is in %s, and by its name in %s", r, partition, got)
			}
			if !HasSageMaker(r) {
				t.Errorf("%s is not found", r)
			}
		}
	}
	for _, r := range []string{"", "all", "us-east-1-fips", "eu-west-9"} {
		if HasSageMaker(r) {
			t.Errorf("SageMaker is in %q", r)
		}
	}
}
