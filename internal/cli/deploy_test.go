package cli

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

//go:generate go test -run TestDeployIsUpToDate . -update

const deployDir = "../../deploy"

// templates are the files of deploy/ and how they are printed.
var templates = map[string][]string{
	"reader-role.cloudformation.yaml":          {"iam", "--for", "scan,doctor", "--as", "role", "--format", "cloudformation"},
	"reader-role-stackset.cloudformation.yaml": {"iam", "--for", "scan,doctor", "--as", "stackset", "--format", "cloudformation"},
	"function.cloudformation.yaml":             {"iam", "--for", "scan,enforce", "--as", "function", "--format", "cloudformation"},
	"function/main.tf":                         {"iam", "--for", "scan,enforce", "--as", "function", "--format", "terraform"},
	"reader-role.tf":                           {"iam", "--for", "scan,doctor", "--as", "role", "--format", "terraform"},
}

// TestK8Templates: no template names a bucket, an account or a person of ours, so that it works wherever it is deployed.
func TestK8Templates(t *testing.T) {
	ours := regexp.MustCompile(`\b[0-9]{12}\b|s3://[a-z0-9]|@[a-z]+\.[a-z]`)
	for name := range templates {
		text, err := os.ReadFile(filepath.Join(deployDir, name))
		if err != nil {
			t.Fatal(err)
		}
		if found := ours.FindString(strings.NewReplacer("111122223333", "", "s3://bucket/key", "").Replace(string(text))); found != "" { // but those of examples
			t.Errorf("deploy/%s has %q", name, found)
		}
	}
}

func TestDeployIsUpToDate(t *testing.T) {
	for name, args := range templates {
		var stdout, stderr bytes.Buffer
		if status := Run(t.Context(), Env{Args: args, Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }, Now: time.Now,
			Width: func(io.Writer) int { return 0 }}); status != 0 || strings.Contains(strings.ReplaceAll(stderr.String(), "sagewarden: a managed policy", ""), "sagewarden:") {
			t.Fatalf("%v: exit status %d: %s", args, status, &stderr)
		}
		file := filepath.Join(deployDir, name)
		if *update {
			if err := os.WriteFile(file, stdout.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(got), stdout.String()); diff != "" {
			t.Errorf("%s is out of date: run go generate ./internal/cli (- file, + iam)\n%s", name, diff)
		}
	}
	if err := fs.WalkDir(os.DirFS(deployDir), ".", func(name string, f fs.DirEntry, err error) error {
		if err == nil && !f.IsDir() && templates[name] == nil {
			t.Errorf("deploy/%s is printed by nothing", name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
