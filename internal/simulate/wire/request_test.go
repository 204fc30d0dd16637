package wire

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// send posts a raw request in the name of the account.
func send(t *testing.T, cfg aws.Config, path string, body []byte, headers map[string]string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, *cfg.BaseEndpoint+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIASIM"+research+"/20261118/us-east-1/any/aws4_request, SignedHeaders=host, Signature=00")
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, answer
}

func TestCompressedRequest(t *testing.T) {
	_, cfg := serve(t, studio())
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(cbor.Encode(cbor.Map{"MetricName": cbor.String("Nothing")}))
	_ = w.Close()
	resp, body := send(t, cfg, "/service/GraniteServiceVersion20100801/operation/ListMetrics", z.Bytes(), map[string]string{"Content-Encoding": "gzip"})
	tree, err := (&request{protocol: rpcCBOR, body: body}).tree()
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	if diff := cmp.Diff(map[string]any{"Metrics": []any{}}, tree); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Older SDKs speak awsJson 1.0 to CloudWatch.
func TestCloudWatchOverJSON(t *testing.T) {
	_, cfg := serve(t, studio())
	resp, body := send(t, cfg, "/", []byte(`{"Namespace": "AWS/SageMaker"}`), map[string]string{
		"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801.ListMetrics",
	})
	var out struct{ Metrics []struct{ MetricName string } }
	if err := json.Unmarshal(body, &out); err != nil || len(out.Metrics) != 1 || resp.Header.Get("Content-Type") != "application/x-amz-json-1.0" {
		t.Errorf("%s %v %s", resp.Status, resp.Header, body)
	}
	resp, _ = send(t, cfg, "/", []byte(`{"RecentlyActive": "PT4H"}`), map[string]string{
		"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801.ListMetrics", "X-Amzn-Query-Mode": "true",
	})
	if got := resp.Header.Get("X-Amzn-Query-Error"); got != "ValidationError;Sender" {
		t.Errorf("query mode answers %q", got)
	}
}

func TestBadRequests(t *testing.T) {
	_, cfg := serve(t, home(&world.Region{}))
	target := func(name string) map[string]string { return map[string]string{"X-Amz-Target": name} }
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	tests := []struct {
		name, path, body string
		headers          map[string]string
		status           int
		want             string
	}{
		{"no protocol", "/", "{}", nil, 404, "UnknownOperationException"},
		{"an unknown service", "/", "{}", target("DynamoDB.ListTables"), 404, "UnknownOperationException"},
		{"an unknown operation", "/", "{}", target("SageMaker.ListEverything"), 400, "UnknownOperationException"},
		{"an unknown path", "/service/GraniteServiceVersion20100801/ListMetrics", "", nil, 404, "UnknownOperationException"},
		{"an unknown action", "/", "Action=GetNothing", form, 400, "InvalidAction"},
		{"no JSON", "/", `{"MaxResults": `, target("SageMaker.ListApps"), 400, "SerializationException"},
		{"no structure", "/", `[]`, target("SageMaker.ListApps"), 400, "SerializationException"},
		{"a number for a text", "/", `{"DomainIdEquals": 7}`, target("SageMaker.ListApps"), 400, "SerializationException"},
		{"a text for a number", "/", `{"MaxResults": "7"}`, target("SageMaker.ListApps"), 400, "SerializationException"},
		{"no gzip", "/", `{}`, map[string]string{"X-Amz-Target": "SageMaker.ListApps", "Content-Encoding": "gzip"}, 400, "SerializationException"},
		{"no CBOR", "/service/GraniteServiceVersion20100801/operation/ListMetrics", "\xff", nil, 400, "SerializationException"},
		{"too long", "/", `{"a": "` + strings.Repeat("x", maxBody) + `"}`, target("SageMaker.ListApps"), 400, "SerializationException"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resp, body := send(t, cfg, test.path, []byte(test.body), test.headers)
			if resp.StatusCode != test.status || !bytes.Contains(body, []byte(test.want)) {
				t.Errorf("%s %.200s", resp.Status, body)
			}
		})
	}
}

// The decoder reads what the SDK writes, over both codecs.
func TestDecodeReadsWhatTheSDKWrites(t *testing.T) {
	want := ask(time.Hour, time.Minute, "Sum")
	want.MaxDatapoints, want.ScanBy, want.NextToken = aws.Int32(7), "TimestampAscending", aws.String("t")
	want.MetricDataQueries[0].ReturnData = aws.Bool(true)
	for _, p := range []protocol{json11, rpcCBOR} {
		op := operations["cloudwatch:GetMetricData"]
		body, err := encode(p, op.output, op.output, want)
		if err != nil {
			t.Fatal(err)
		}
		arguments, err := (&request{protocol: p, body: body}).arguments()
		if err != nil {
			t.Fatal(err)
		}
		got := new(cloudwatch.GetMetricDataInput)
		if err := decode(got, arguments); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(cloudwatch.GetMetricDataInput{}),
			cmp.FilterPath(func(p cmp.Path) bool { return strings.HasPrefix(p.Last().String(), ".noSmithy") }, cmp.Ignore())); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestDecodeKinds(t *testing.T) {
	type inner struct{ Name *string }
	type input struct {
		Bytes []byte
		Map   map[string]int32
		Inner map[string]inner
		Float *float32
		At    *time.Time
		Long  int64
	}
	tree, err := fromCBOR(cbor.Map{
		"bytes": cbor.Slice("abc"), "map": cbor.Map{"a": cbor.Uint(1), "b": cbor.NegInt(2)},
		"inner": cbor.Map{"x": cbor.Map{"name": cbor.String("n")}, "y": cbor.Map{"name": &cbor.Nil{}}},
		"float": cbor.Float64(0.5), "at": &cbor.Tag{ID: 1, Value: cbor.Float64(1.5)}, "long": cbor.NegInt(9), "unknown": cbor.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got input
	if err := decode(&got, tree.(map[string]any)); err != nil {
		t.Fatal(err)
	}
	want := input{
		Bytes: []byte("abc"), Map: map[string]int32{"a": 1, "b": -2}, Inner: map[string]inner{"x": {aws.String("n")}, "y": {}},
		Float: aws.Float32(0.5), At: aws.Time(time.UnixMilli(1500).UTC()), Long: -9,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := decode(&got, map[string]any{"map": map[string]any{"a": json.Number("99999999999")}}); err == nil {
		t.Error("a number that does not fit was taken")
	}
}
