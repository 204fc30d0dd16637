//go:build interop

package trino

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
	"github.com/sagewarden/sagewarden/test/absent"
)

// An engine is a Trino.
type engine struct{ address string }

// start runs one over the files of a folder.
func start(t *testing.T, root string) *engine {
	t.Helper()
	java, libraries := os.Getenv("SAGEWARDEN_JAVA"), filepath.Join(os.Getenv("SAGEWARDEN_TRINO"), "lib")
	found, err := filepath.Glob(filepath.Join(libraries, "trino-main-*.jar"))
	if java == "" || err != nil || len(found) != 1 {
		absent.Peer(t, "Trino is not installed, run make interop: ", libraries, found, err)
	}
	cmd := exec.Command(java, "-Xmx2g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--add-modules", "jdk.incubator.vector", "-cp", filepath.Join(libraries, "*"), "Engine.java", root)
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := cmd.StderrPipe() // to which Trino takes whatever is printed, too
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	up, over := make(chan string, 1), make(chan string, 1)
	go func() {
		var last []string
		lines := bufio.NewScanner(log)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if found := serves.FindStringSubmatch(lines.Text()); found != nil {
				up <- found[1]
			}
			if last = append(last, lines.Text()); len(last) > 40 {
				last = last[1:]
			}
		}
		over <- fmt.Sprintf("%v\n%s", cmd.Wait(), strings.Join(last, "\n"))
	}()
	select {
	case address := <-up:
		t.Cleanup(func() {
			_ = input.Close() // which ends it
			<-over
		})
		return &engine{address}
	case why := <-over:
		t.Fatalf("Trino has ended: %s", why)
	}
	return nil
}

// serves is the line that tells its address.
var serves = regexp.MustCompile(`serves (http://[0-9.:]+)`)

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
