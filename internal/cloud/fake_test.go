package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// A reply answers the n-th request for an operation, counted from one.
type reply func(w http.ResponseWriter, r *http.Request, n int)

// A fakeAWS answers by operation, in the protocol that each service speaks.
type fakeAWS struct {
	replies map[string]reply

	mu   sync.Mutex
	seen map[string]int
}

func newFakeAWS(replies map[string]reply) *fakeAWS {
	all := map[string]reply{"sts:GetCallerIdentity": caller("arn:aws:iam::111122223333:user/ana")}
	maps.Copy(all, replies)
	return &fakeAWS{replies: all, seen: map[string]int{}}
}

func (f *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	op := requested(r, string(body))
	f.mu.Lock()
	f.seen[op]++
	n := f.seen[op]
	f.mu.Unlock()
	answer, ok := f.replies[op]
	if !ok {
		http.Error(w, "no reply for "+op, http.StatusNotImplemented)
		return
	}
	answer(w, r, n)
}

func (f *fakeAWS) count(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen[op]
}

// Do serves a request in memory, so that a test can run in a bubble of virtual time.
func (f *fakeAWS) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Result(), r.Context().Err()
}

func requested(r *http.Request, body string) string {
	service, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case service != "":
		prefix := map[string]string{
			"SageMaker": "sagemaker", "Logs_20140328": "logs", "AWSPriceListService": "pricing",
			"ResourceGroupsTaggingAPI_20170126": "tag", "AWSOrganizationsV20161128": "organizations",
		}[service]
		return prefix + ":" + op
	case strings.HasPrefix(r.URL.Path, "/service/GraniteServiceVersion20100801/operation/"):
		return "cloudwatch:" + filepath.Base(r.URL.Path)
	case r.URL.Path == "/listRegions":
		return "account:ListRegions"
	case strings.HasPrefix(body, "Action="):
		op, _, _ := strings.Cut(strings.TrimPrefix(body, "Action="), "&")
		return "sts:" + op
	}
	return r.URL.Path
}

// caller identifies every caller by one ARN.
func caller(arn string) reply {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Arn>%s</Arn><UserId>AIDA</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
			arn, strings.Split(arn, ":")[4])
	}
}

// says answers in JSON.
func says(v any) reply {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(v)
	}
}

// refuses answers with an error in JSON.
func refuses(status int, code, message string) reply {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
	}
}

// refusesXML answers with an error in the query protocol.
func refusesXML(status int, code, message string) reply {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>"+
			"<RequestId>7a62c49f-347e-4fc4-9331-6e8e0a0e6f3a</RequestId></ErrorResponse>", code, message)
	}
}

// refusesCBOR answers with an error in CloudWatch's protocol.
func refusesCBOR(status int, code, message string) reply {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", "application/cbor")
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.WriteHeader(status)
		_, _ = w.Write(cbor.Encode(cbor.Map{"__type": cbor.String(code), "message": cbor.String(message)}))
	}
}

// page answers with HTML, as proxies and load balancers do.
func page(status int) reply {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html><body><h1>Welcome</h1></body></html>")
	}
}

// hangs answers when the caller has gone.
type hangs struct{ *fakeAWS }

func (h hangs) Do(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

var throttle = refuses(http.StatusBadRequest, "ThrottlingException", "Rate exceeded")

// isolate keeps the machine's own AWS settings out of the test. Config is the text of an AWS config file.
func isolate(t *testing.T, config string) {
	t.Helper()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

const secretToken = "FwoGZXIvYXdzEBYaDNotARealTokenButAsLongAsOneFwoGZXIvYXdzEBYaDNotARealTokenButAsLongAsOneFwoGZXIvYXdzEBYaDNotAReal"

// signedIn is isolate with credentials and a region.
func signedIn(t *testing.T) {
	t.Helper()
	isolate(t, "")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY")
	t.Setenv("AWS_SESSION_TOKEN", secretToken)
	t.Setenv("AWS_REGION", "eu-west-1")
}

// open returns the one session of the default profile.
func open(ctx context.Context, t *testing.T, c *Cloud, regions ...string) *Session {
	t.Helper()
	sessions, err := c.Open(ctx, "", regions)
	if err != nil {
		t.Fatal(err)
	}
	if len(sessions) == 0 {
		t.Fatal(errors.New("no session"))
	}
	return sessions[len(sessions)-1]
}

// pass lets time pass in a synctest bubble, where the clock is virtual and nobody waits.
func pass(d time.Duration) { <-time.After(d) }
