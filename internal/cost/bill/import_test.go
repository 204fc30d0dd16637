//go:build cgo

package bill

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	simulated "github.com/sagewarden/sagewarden/internal/simulate/bill"
)

// months are lines of several months, in a file for each.
func months(t *testing.T, dir, cost string, periods ...string) string {
	t.Helper()
	for _, p := range periods {
		text := strings.Replace(strings.Replace(line, "2026-03-01T", p+"-01T", 1), "1.5", cost, 1)
		write(t, filepath.Join(dir, "BILLING_PERIOD="+p, "bill.csv.gz"), packed(header+strings.Repeat(text, 1000)))
	}
	return dir
}

// TestMonthsAreReplacedWhole: what did not change is left alone, what did is replaced, what was not delivered stays.
func TestMonthsAreReplacedWhole(t *testing.T) {
	dir, from := t.TempDir(), t.TempDir()
	told := func(rs []Result) (s string) {
		for _, r := range rs {
			s += fmt.Sprintf("%s %t; ", r.Period, r.Unchanged)
		}
		return s
	}
	for _, step := range []struct {
		prepare func()
		options Options
		want    string
		sums    []string
	}{
		{func() { months(t, from, "1", "2026-01", "2026-02") }, Options{}, "2026-01 false; 2026-02 false; ", []string{`["2026-01","1000"]`, `["2026-02","1000"]`}},
		{func() {}, Options{}, "2026-01 true; 2026-02 true; ", []string{`["2026-01","1000"]`, `["2026-02","1000"]`}},
		{func() { months(t, from, "2.5", "2026-02") }, Options{}, "2026-01 true; 2026-02 false; ", []string{`["2026-01","1000"]`, `["2026-02","2500"]`}},
		{func() { _ = os.RemoveAll(filepath.Join(from, "BILLING_PERIOD=2026-01")) }, Options{Force: true}, "2026-02 false; ", []string{`["2026-01","1000"]`, `["2026-02","2500"]`}},
		{func() {}, Options{All: true}, "2026-02 false; ", []string{`["2026-01","1000"]`, `["2026-02","2500"]`}}, // other services are kept: another import
		{func() {}, Options{Bill: "second"}, "2026-02 false; ", []string{`["2026-01","1000"]`, `["2026-02","5000"]`}},
	} {
		step.prepare()
		step.options.Lake = dir
		if got := told(must(t, step.options, from)); got != step.want {
			t.Errorf("told %q, want %q", got, step.want)
		}
		if diff := cmp.Diff(step.sums, ask(t, dir, "SELECT billing_period, sum(unblended_cost) FROM charges GROUP BY ALL ORDER BY ALL")); diff != "" {
			t.Error(diff)
		}
	}
}

// TestTwoFoldersOfAMonth: neither of two folders that bring one month is put in the other's place, and the lake is as it was.
func TestTwoFoldersOfAMonth(t *testing.T) {
	later := strings.Replace(line, "2026-03-01T", "2026-04-01T", 1)
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
		left  []string // what the lake has after it, where that is not what it had
	}{
		"each of one month":        {map[string]string{"a/bill.csv": header + line, "b/bill.csv": header + line + line}, "are two bills of 2026-03", nil},
		"another month between":    {map[string]string{"a/bill.csv": header + line, "b/bill.csv": header + later, "c/bill.csv.gz": header + line}, "are two bills of 2026-03", nil},
		"the month behind another": {map[string]string{"a/bill.csv": header + line, "b/bill.csv": header + later + line}, "are two bills of 2026-03", []string{`["2026-03","1.5"]`}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, to := t.TempDir(), t.TempDir()
			must(t, Options{Lake: to}, write(t, filepath.Join(t.TempDir(), "bill.csv"), []byte(header+strings.Repeat(line, 10))))
			want := tt.left
			if want == nil {
				want = []string{`["2026-03","15"]`}
			}
			for f, text := range tt.files {
				if strings.HasSuffix(f, ".gz") {
					text = string(packed(text))
				}
				write(t, filepath.Join(dir, f), []byte(text))
			}
			if _, err := try(t, Options{Lake: to}, dir); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %q, got %v", tt.want, err)
			}
			if diff := cmp.Diff(want, ask(t, to, "SELECT billing_period, sum(unblended_cost) FROM charges GROUP BY ALL ORDER BY ALL")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestVersionsOfAMonth: of several versions of a month the current one is that in whose folder the others lie. Where none is, nothing is imported.
func TestVersionsOfAMonth(t *testing.T) {
	const month = "p/r/20260301-20260401/"
	for name, tt := range map[string]struct {
		manifests map[string]string
		want      string // the version, or the error
	}{
		"older ones below":           {map[string]string{month + "r-Manifest.json": "a2", month + "a1/r-Manifest.json": "a1", month + "a2/r-Manifest.json": "a2"}, "a2"},
		"none above":                 {map[string]string{month + "a1/r-Manifest.json": "a1", month + "a2/r-Manifest.json": "a2"}, "are two versions of 2026-03, or two bills"},
		"two payers' of one name":    {map[string]string{"x/" + month + "r-Manifest.json": "a1", "y/z/" + month + "r-Manifest.json": "a2"}, "are two versions of 2026-03, or two bills"},
		"copies of one":              {map[string]string{"x/" + month + "r-Manifest.json": "a1", "y/" + month + "r-Manifest.json": "a1"}, "a1"},
		"a folder that begins alike": {map[string]string{"x/" + month + "r-Manifest.json": "a1", "x/p/r/20260301-20260401 old/r-Manifest.json": "a2"}, "are two versions of 2026-03, or two bills"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, to := t.TempDir(), t.TempDir()
			for f, version := range tt.manifests {
				write(t, filepath.Join(dir, filepath.Dir(f), "bill-"+version+".csv"), []byte(header+line))
				write(t, filepath.Join(dir, f), []byte(`{"assemblyId":"`+version+`","billingPeriod":"2026-03","reportKeys":["bill-`+version+`.csv"]}`))
			}
			rs, err := try(t, Options{Lake: to}, dir)
			got := fmt.Sprint(err)
			if err == nil && len(rs) == 1 {
				got = rs[0].Assembly
			}
			if !strings.Contains(got, tt.want) {
				t.Errorf("want %q, got %q", tt.want, got)
			}
		})
	}
}

// TestDrift: columns that come and go are told, and lines of before and after are read side by side.
func TestDrift(t *testing.T) {
	dir, from := t.TempDir(), t.TempDir()
	must(t, Options{Lake: dir}, months(t, from, "1", "2026-01"))
	text := strings.Replace(header, "resourceTags/user:team", "resourceTags/user:cost-center", 1)
	write(t, filepath.Join(from, "BILLING_PERIOD=2026-02", "bill.csv"), []byte(text+strings.Replace(line, "2026-03-01T", "2026-02-01T", 1)))
	rs := must(t, Options{Lake: dir}, from)
	r := rs[len(rs)-1]
	if r.Before != "2026-01" || !slices.Equal(r.Added, []string{"resourceTags/user:cost-center"}) || !slices.Equal(r.Gone, []string{"resourceTags/user:team"}) {
		t.Errorf("%+v", r)
	}
	want := []string{`["2026-01","red",null]`, `["2026-02",null,"red"]`}
	if diff := cmp.Diff(want, ask(t, dir, "SELECT DISTINCT billing_period, tags['team'], tags['cost-center'] FROM charges ORDER BY ALL")); diff != "" {
		t.Error(diff)
	}
}

// TestReservedInstancesOfPlans: the fee of a training plan is a commitment, though it names none; what runs on its instances is not.
func TestReservedInstancesOfPlans(t *testing.T) {
	dir := t.TempDir()
	used := strings.Replace(line, "USE1-Host:", "USE1-Cluster-Reserved:", 1)
	must(t, Options{Lake: dir}, write(t, filepath.Join(t.TempDir(), "a.csv"), []byte(header+used+strings.Replace(used, ",Usage,", ",Fee,", 1))))
	want := []string{`["Fee","Cluster-Reserved","commitment"]`, `["Usage","Cluster-Reserved","compute"]`}
	if diff := cmp.Diff(want, ask(t, dir, "SELECT line_item_type, component, usage_class FROM charges ORDER BY ALL")); diff != "" {
		t.Error(diff)
	}
}

// TestSeveralMonthsInAFile: each is a month of its own in the lake.
func TestSeveralMonthsInAFile(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(t.TempDir(), "a.csv"), []byte(header+line+strings.Replace(line, "2026-03-01T", "2026-04-01T", 1)+line))
	if rs := must(t, Options{Lake: dir}, file); len(rs) != 2 || rs[0].Lines() != 2 || rs[1].Lines() != 1 {
		t.Errorf("%+v", rs)
	}
	if rs := must(t, Options{Lake: dir}, file); len(rs) != 2 || !rs[0].Unchanged || !rs[1].Unchanged {
		t.Errorf("%+v", rs)
	}
}

// TestOnlyWhatIsNeeded: other services are left out with their sum, unless a line bears one of SageMaker's own tags.
func TestOnlyWhatIsNeeded(t *testing.T) {
	dir := t.TempDir()
	text := strings.Replace(header, "\n", ",resourceTags/user:ManagedByAmazonSageMakerResource\n", 1) +
		strings.Replace(line, "\n", ",\n", 1) +
		strings.Replace(strings.Replace(line, "AmazonSageMaker", "AmazonEC2", 1), "\n", ",\n", 1) +
		strings.Replace(strings.Replace(line, "AmazonSageMaker", "AmazonEFS", 1), "\n", ",arn:aws:sagemaker:us-east-1:000000000042:domain/d-1\n", 1)
	r := must(t, Options{Lake: dir}, write(t, filepath.Join(t.TempDir(), "a.csv"), []byte(text)))[0]
	if r.Kept[0].Lines != 2 || r.Kept[0].Unblended.String() != "3" || r.Skipped[0].Lines != 1 || r.Skipped[0].Unblended.String() != "1.5" {
		t.Errorf("kept %+v, left out %+v", r.Kept, r.Skipped)
	}
	want := []string{`["AmazonEFS","d-1"]`, `["AmazonSageMaker",null]`}
	if diff := cmp.Diff(want, ask(t, dir, "SELECT service_code, domain_id FROM charges ORDER BY ALL")); diff != "" {
		t.Error(diff)
	}
}

// childLake and childBill are told to the process that is killed.
const childLake, childBill = "SAGEWARDEN_TEST_LAKE", "SAGEWARDEN_TEST_BILL"

// TestMain imports in place of the tests where it is told to: the process that is to be killed.
func TestMain(m *testing.M) {
	if to := os.Getenv(childLake); to != "" {
		ds, err := Local(os.Getenv(childBill))
		if err == nil {
			err = Import(context.Background(), Options{Lake: to, Now: func() time.Time { return noon }, Progress: func(p Progress) { fmt.Println(p.Period, p.Stage) }}, ds, func(r Result) { fmt.Println("done", r.Period) })
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestKilled: an import that is killed at any point leaves whole months, and the next one goes on after them and sweeps up.
func TestKilled(t *testing.T) {
	from := months(t, t.TempDir(), "1", "2026-01", "2026-02", "2026-03")
	for _, at := range []string{"2026-01 importing", "2026-01 reconciling", "done 2026-01", "2026-02 importing", "2026-03 reconciling"} {
		dir := t.TempDir()
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), childLake+"="+dir, childBill+"="+from)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		seen := 0
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "done") {
				seen++
			}
			if lines.Text() == at {
				_ = child.Process.Kill()
				break
			}
		}
		_ = child.Wait() // it was killed
		rs := must(t, Options{Lake: dir}, from)
		done := 0
		for _, r := range rs {
			if r.Unchanged {
				done++
			}
		}
		if len(rs) != 3 || done < seen {
			t.Errorf("killed at %q after %d months: %d of %d were done", at, seen, done, len(rs))
		}
		if got := ask(t, dir, "SELECT count(*), sum(unblended_cost) FROM charges"); got[0] != `[3000,"3000"]` {
			t.Errorf("killed at %q: %v", at, got)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "staging", "*")); len(left) > 0 && done < 3 {
			t.Errorf("killed at %q: it leaves %v", at, left)
		}
	}
}

// TestTwoAtOnce: of two imports of the same months at once each month is one of them whole.
func TestTwoAtOnce(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	for _, cost := range []string{"1", "100"} {
		from := months(t, t.TempDir(), cost, "2026-01", "2026-02", "2026-03")
		group.Go(func() {
			if _, err := try(t, Options{Lake: dir}, from); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	got := ask(t, dir, "SELECT billing_period, count(*), count(DISTINCT unblended_cost) FROM charges GROUP BY ALL ORDER BY ALL")
	if diff := cmp.Diff([]string{`["2026-01",1000,1]`, `["2026-02",1000,1]`, `["2026-03",1000,1]`}, got); diff != "" {
		t.Error(diff)
	}
}

// shelf is S3 with these objects, which counts what it is asked for.
type shelf struct {
	objects map[string][]byte
	mu      sync.Mutex
	asked   []string
	// modified are when objects were written, of those of which that is said.
	modified map[string]time.Time
	// given, where there is one, is told of each object that was given, and may put others.
	given func(name string)
	// unlisted says that who asks may not list.
	unlisted bool
	// short cuts what it gives.
	short bool
}

// GetObject implements S3.
func (s *shelf) GetObject(_ context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, aws.ToString(in.Bucket)+"/"+aws.ToString(in.Key))
	text, ok := s.objects[aws.ToString(in.Bucket)+"/"+aws.ToString(in.Key)]
	if !ok && s.unlisted {
		return nil, &smithy.GenericAPIError{Code: "AccessDenied", Message: "Access Denied"}
	}
	if !ok {
		return nil, &types.NoSuchKey{}
	}
	size := int64(len(text))
	if s.short && !strings.HasSuffix(aws.ToString(in.Key), ".json") {
		text = text[:len(text)/2]
	}
	name := aws.ToString(in.Bucket) + "/" + aws.ToString(in.Key)
	out := &s3.GetObjectOutput{Body: io.NopCloser(bytes.NewReader(text)), ContentLength: aws.Int64(size)}
	if at, said := s.modified[name]; said {
		out.LastModified = aws.Time(at)
	}
	if s.given != nil {
		s.given(name)
	}
	return out, nil
}

// TestDeliveredMeanwhile: what AWS is overwriting is not imported under the manifest of before, and the lake is as it was.
func TestDeliveredMeanwhile(t *testing.T) {
	const folder = "p/r/20260301-20260401/"
	manifestOf := func(version, bucket, second string) []byte {
		return []byte(`{"assemblyId":"` + version + `","bucket":"` + bucket + `","billingPeriod":"2026-03","reportKeys":["` + folder + `r-1.csv","` + folder + second + `"]}`)
	}
	for name, tt := range map[string]struct {
		bucket string
		second time.Duration // when the second file was written, from the manifest on
		name   string        // how that file is named
		swap   string        // the version of which the manifest is once the second file was given
		want   string
	}{
		"delivered":                        {"b", -time.Minute, "r-2.csv", "", ""},
		"in the manifest's own second":     {"b", 0, "r-2.csv", "", ""},
		"a file that is newer":             {"b", time.Second, "r-2.csv", "", "r-2.csv: it was written at 2026-04-15T12:00:01Z, after its manifest, which is of 2026-04-15T12:00:00Z"},
		"a copy, made in any order":        {"original", time.Hour, "r-2.csv", "", ""},
		"a manifest that came meanwhile":   {"b", -time.Minute, "r-2.csv", "a3", "r-Manifest.json: it was replaced while its files were fetched: it is of a3, and was of a2"},
		"the same manifest, written again": {"b", -time.Minute, "r-2.csv", "a2", ""},
		"a file of its version's own name": {"b", time.Second, "a2/r-2.csv", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			to := t.TempDir()
			must(t, Options{Lake: to}, write(t, filepath.Join(t.TempDir(), "bill.csv"), []byte(header+strings.Repeat(line, 10))))
			s := &shelf{objects: map[string][]byte{"b/" + folder + "r-Manifest.json": manifestOf("a2", tt.bucket, tt.name), "b/" + folder + "r-1.csv": []byte(header + line), "b/" + folder + tt.name: []byte(header + line)},
				modified: map[string]time.Time{"b/" + folder + "r-Manifest.json": noon, "b/" + folder + "r-1.csv": noon.Add(-time.Minute), "b/" + folder + tt.name: noon.Add(tt.second)}}
			s.given = func(name string) {
				if tt.swap != "" && strings.HasSuffix(name, "r-2.csv") {
					s.objects["b/"+folder+"r-Manifest.json"] = manifestOf(tt.swap, tt.bucket, tt.name)
				}
			}
			ds, _, err := Remote(t.Context(), s, "s3://b/p/r", []string{"2026-03"})
			if err != nil {
				t.Fatal(err)
			}
			_, err = run(t, Options{Lake: to}, ds)
			sum := `["3"]`
			if tt.want != "" {
				sum = `["15"]`
			}
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), "s3://b/"+folder+tt.want) {
				t.Errorf("want %q, got %v", tt.want, err)
			}
			if diff := cmp.Diff([]string{sum}, ask(t, to, "SELECT sum(unblended_cost) FROM charges")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRemote: a bill in S3 is read by its manifest, from the manifest's own bucket; other months, other buckets and lists are not asked for.
func TestRemote(t *testing.T) {
	b := simulated.New(small(), march, false, simulated.Everyday(march, 2))
	for _, f := range []simulated.Format{simulated.CUR2, simulated.Legacy} {
		for _, keep := range []bool{false, true} {
			s := &shelf{objects: map[string][]byte{}}
			dir := t.TempDir()
			d, err := b.Write(simulated.Folder(dir), simulated.Export{Format: f, Encoding: simulated.Gzip, Bucket: "original", Prefix: "exports", Name: "org", Keep: keep, Rows: 1500})
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range append(d.Files, d.Manifest) {
				text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(key)))
				if err != nil {
					t.Fatal(err)
				}
				s.objects["copy/"+key] = text
			}
			ds, passed, err := Remote(t.Context(), s, "s3://copy/exports/org", []string{"2026-02", "2026-03", "2026-03"})
			if err != nil {
				t.Fatal(err)
			}
			if len(ds) != 1 || len(ds[0].Notes) != 1 || !strings.Contains(ds[0].Notes[0], "of bucket original") {
				t.Errorf("%s: %+v", f, ds)
			}
			if len(passed) != 1 || !strings.HasPrefix(passed[0].String(), "2026-02 was passed over: there is no manifest at s3://copy/exports/org/metadata/BILLING_PERIOD=2026-02/org-Manifest.json, nor at ") {
				t.Errorf("%s: passed over %v", f, passed)
			}
			// To who may not list, S3 says of what is not there that it is denied.
			s.unlisted = true
			if _, passed, err = Remote(t.Context(), s, "s3://copy/exports/org", []string{"2026-02", "2026-03"}); err != nil || len(passed) != 1 || passed[0].Denied == nil ||
				!strings.HasPrefix(passed[0].String(), "2026-02 was passed over: it was not delivered, or may not be read") {
				t.Errorf("%s: %v, passed over %v", f, err, passed)
			}
			s.unlisted = false
			to := t.TempDir()
			rs, err := run(t, Options{Lake: to}, ds)
			if err != nil {
				t.Fatal(err)
			}
			want := b.Total()["USD"]
			if sum := added(rs[0].Kept, rs[0].Skipped, "USD"); sum.Unblended.String() != want.Unblended.String() {
				t.Errorf("%s: %s, want %s", f, sum.Unblended, want.Unblended)
			}
			if slices.ContainsFunc(s.asked, func(a string) bool { return !strings.HasPrefix(a, "copy/exports/org/") }) {
				t.Errorf("%s: asked for %v", f, s.asked)
			}
			// The second time, the manifest is all that is read.
			s.asked = nil
			ds, _, err = Remote(t.Context(), s, "s3://copy/"+d.Manifest, nil)
			if err != nil {
				t.Fatal(err)
			}
			if rs, err = run(t, Options{Lake: to}, ds); err != nil || !rs[0].Unchanged || len(s.asked) != 1 {
				t.Errorf("%s: %v %+v, asked for %v", f, err, rs, s.asked)
			}
			s.short = true
			_, err = run(t, Options{Lake: to, Force: true}, ds)
			if err == nil || !strings.Contains(err.Error(), "bytes came") || !strings.Contains(err.Error(), "s3://copy/exports/org/") {
				t.Errorf("%s: an object that ends early: %v", f, err)
			}
		}
	}
	if _, _, err := Remote(t.Context(), &shelf{}, "s3://copy/exports/org", []string{"2026-02"}); err == nil || !strings.Contains(err.Error(), "there is no manifest at exports/org/metadata/BILLING_PERIOD=2026-02/org-Manifest.json, nor at exports/org/20260201-20260301/org-Manifest.json") {
		t.Errorf("no month: %v", err)
	}
}

// TestNothingTwice: lines count once, however often their file is found.
func TestNothingTwice(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string][]byte
		want  string
	}{
		"packed and unpacked side by side": {map[string][]byte{"a.csv": []byte(header + line), "a.csv.gz": packed(header + line)}, "it is the same as a.csv, by its name"},
		"two keys of which one file is left": {map[string][]byte{"part.csv": []byte(header + line),
			"r-Manifest.json": []byte(`{"assemblyId":"a1","billingPeriod":"2026-03","reportKeys":["x/1/part.csv","x/2/part.csv"]}`)}, "is all that is here of both"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for f, text := range tt.files {
				write(t, filepath.Join(dir, f), text)
			}
			if _, err := try(t, Options{Lake: t.TempDir()}, dir); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
	// Parts of one bill differ in more than that.
	dir, to := t.TempDir(), t.TempDir()
	for _, f := range []string{"bill-1.csv", "bill-2.csv", "bill.csv"} {
		write(t, filepath.Join(dir, f), []byte(header+line))
	}
	if rs := must(t, Options{Lake: to}, dir); rs[0].Lines() != 3 {
		t.Errorf("%+v", rs)
	}
}

// TestPatterns: what looks like a pattern in the name of a file or folder is a name.
func TestPatterns(t *testing.T) {
	from := delivered(t, simulated.New(small(), march, false, simulated.Everyday(march, 2)), simulated.CUR2, simulated.Parquet)
	found, err := filepath.Glob(filepath.Join(from, "exports", "org", "data", "*", "*.parquet"))
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "it's a [l]ake*?")
	want := must(t, Options{Lake: t.TempDir()}, write(t, filepath.Join(dir, "a.parquet"), text))[0].Lines()
	write(t, filepath.Join(dir, "bill1.parquet"), []byte("no bill"))
	for _, name := range []string{"bill[1].parquet", "b*.parquet", "b?ll1.parquet", "it's.parquet"} {
		if r := must(t, Options{Lake: to}, write(t, filepath.Join(dir, name), text))[0]; r.Lines() != want {
			t.Errorf("%s has %d lines, want %d", name, r.Lines(), want)
		}
	}
	if got := ask(t, to, "SELECT count(*) FROM charges"); got[0] != fmt.Sprintf("[%d]", want) {
		t.Errorf("the lake has %v, want %d", got, want)
	}
}

// TestManyFiles: a bill of more files than one statement reads is one month, and a mistake in any of them is told with its own file and row.
func TestManyFiles(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	euro := strings.Replace(line, "USD", "EUR", 1)
	none := strings.Replace(strings.Replace(line, "USD", "", 1), "AmazonSageMaker", "AmazonEC2", 1)
	for i := range 23 {
		write(t, filepath.Join(dir, fmt.Sprintf("bill-%02d.csv", i)), []byte(header+strings.Repeat(line, i)+euro+none))
	}
	r := must(t, Options{Lake: to}, dir)[0]
	if len(r.Kept) != 2 || r.Kept[0].Currency != "EUR" || r.Kept[0].Lines != 23 || r.Kept[1].Unblended.String() != "379.5" || len(r.Skipped) != 1 || r.Skipped[0].Lines != 23 {
		t.Errorf("kept %+v, left out %+v", r.Kept, r.Skipped)
	}
	if got := ask(t, to, "SELECT count(*), sum(unblended_cost) FROM charges"); got[0] != `[276,"414"]` {
		t.Errorf("the lake has %v", got)
	}
	before := state(t, to)
	for wrong, want := range map[string]string{"a,b\n": "row 18: it has 2 columns, the header has 15", strings.Replace(line, "1.5", "NaN", 1): `row 18, column lineItem/UnblendedCost: "NaN" is not an amount`} {
		file := write(t, filepath.Join(dir, "bill-17.csv"), []byte(header+strings.Repeat(line, 16)+wrong))
		if _, err := try(t, Options{Lake: to}, dir); err == nil || !strings.Contains(err.Error(), "on "+file+": "+want) {
			t.Errorf("want %q of %s, got %v", want, file, err)
		}
		if diff := cmp.Diff(before, state(t, to)); diff != "" {
			t.Error("the lake is not as it was")
		}
	}
}
