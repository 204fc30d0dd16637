//go:build interop

package trino

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// An engine is a Trino.
type engine struct{ address string }

// start runs one over the files of a folder.
func start(t *testing.T, root string) *engine {
	t.Helper()
	java, libraries := os.Getenv("SAGEWARDEN_JAVA"), filepath.Join(os.Getenv("SAGEWARDEN_TRINO"), "lib")
	found, err := filepath.Glob(filepath.Join(libraries, "trino-main-*.jar"))
	if java == "" || err != nil || len(found) != 1 {
		if os.Getenv("CI") == "true" {
			t.Fatal("Trino is not installed: ", libraries, found, err)
		}
		t.Skip("Trino is not installed, run make interop: ", libraries)
	}
	at := filepath.Join(t.TempDir(), "address")
	cmd := exec.Command(java, "-Xmx2g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--add-modules", "jdk.incubator.vector", "-cp", filepath.Join(libraries, "*"), "Engine.java", root, at)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	input, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = input.Close() // which ends it
		<-over
		_ = log.Close()
	})
	for {
		if text, err := os.ReadFile(at); err == nil {
			return &engine{string(text)}
		}
		select {
		case err := <-over:
			over <- err
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("Trino has ended: %v\n%s", err, text)
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		default:
			pause()
		}
	}
}

// A result is what Trino answers, a page of it.
type result struct {
	Next    string `json:"nextUri"`
	Columns []struct {
		Name, Type string
	}
	Data  [][]any
	Error *struct {
		Message, ErrorName string
	}
	Stats struct {
		PhysicalInputBytes int64
	}
}

// ask runs a statement.
func (e *engine) ask(ctx context.Context, statement string) (*result, error) {
	whole := &result{}
	method, address, body := http.MethodPost, e.address+"/v1/statement", statement
	for address != "" {
		req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("X-Trino-User", "sagewarden")
		req.Header.Set("X-Trino-Catalog", "awsdatacatalog")
		req.Header.Set("X-Trino-Schema", "billing")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil, err
		}
		page := &result{}
		d := json.NewDecoder(resp.Body)
		d.UseNumber()
		err = errors.Join(d.Decode(page), resp.Body.Close())
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", resp.Status, address, err)
		}
		if page.Error != nil {
			return nil, fmt.Errorf("%s: %s", page.Error.ErrorName, page.Error.Message)
		}
		if page.Columns != nil {
			whole.Columns = page.Columns
		}
		whole.Data, whole.Stats = append(whole.Data, page.Data...), page.Stats
		method, address, body = http.MethodGet, page.Next, ""
	}
	return whole, nil
}

// athena is the answer as Athena has it: texts, and types without their measures.
func (e *engine) athena(ctx context.Context, statement string) *world.Query {
	r, err := e.ask(ctx, statement)
	if err != nil {
		return &world.Query{Failure: err.Error()}
	}
	q := &world.Query{Scanned: r.Stats.PhysicalInputBytes}
	for _, c := range r.Columns {
		kind, _, _ := strings.Cut(c.Type, "(")
		q.Columns = append(q.Columns, world.QueryColumn{Name: c.Name, Type: kind})
	}
	for _, row := range r.Data {
		texts := make([]*string, len(row))
		for i, v := range row {
			texts[i] = text(v)
		}
		q.Rows = append(q.Rows, texts)
	}
	return q
}

func text(v any) *string {
	var s string
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		s = v
	case json.Number:
		s = v.String()
	case bool:
		s = strconv.FormatBool(v)
	case map[string]any:
		var parts []string
		for k, item := range v {
			parts = append(parts, k+"="+*text(item))
		}
		slices.Sort(parts)
		s = "{" + strings.Join(parts, ", ") + "}"
	default:
		s = fmt.Sprint(v)
	}
	return &s
}
