package remote

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// asked is a caller of a server, and what it was asked last.
func asked(t *testing.T, status int, answer string) (*Caller, *http.Request, *string) {
	t.Helper()
	var last http.Request
	var body string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		last, body = *r, string(text)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	env := map[string]string{"AWS_ENDPOINT_URL": s.URL, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI", "AWS_SESSION_TOKEN": "t0ken"}
	getenv := func(name string) string { return env[name] }
	return &Caller{Partition: "aws", Region: "eu-west-1", Credentials: Credentials(getenv), HTTP: s.Client(), Getenv: getenv, Now: time.Now}, &last, &body
}

func TestPutObject(t *testing.T) {
	c, last, body := asked(t, http.StatusOK, "")
	if err := c.PutObject(t.Context(), "beats", "hb/aws/x.json", "arn:aws:kms:eu-west-1:1:key/2", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	h := last.Header
	if last.Method != http.MethodPut || last.URL.Path != "/beats/hb/aws/x.json" || *body != "{}" || h.Get("X-Amz-Server-Side-Encryption") != "aws:kms" ||
		h.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id") != "arn:aws:kms:eu-west-1:1:key/2" || !strings.Contains(h.Get("Authorization"), "/eu-west-1/s3/aws4_request") {
		t.Errorf("%s %s %s %v", last.Method, last.URL, *body, h)
	}
	c, last, _ = asked(t, http.StatusOK, "")
	if err := c.PutObject(t.Context(), "beats", "k", "", nil); err != nil || last.Header.Get("X-Amz-Server-Side-Encryption") != "" {
		t.Errorf("%v: without a key, the bucket decides: %v", err, last.Header)
	}
}

func TestSign(t *testing.T) {
	key, err := estate.ParseARN("arn:aws:kms:us-east-1:111122223333:key/1")
	if err != nil {
		t.Fatal(err)
	}
	c, last, body := asked(t, http.StatusOK, `{"Signature":"c2ln"}`)
	got, err := c.Sign(t.Context(), key, []byte("text"))
	if err != nil || string(got) != "sig" {
		t.Fatalf("%q, %v", got, err)
	}
	// The key may be in another region than the app.
	if last.Header.Get("X-Amz-Target") != "TrentService.Sign" || !strings.Contains(last.Header.Get("Authorization"), "/us-east-1/kms/aws4_request") ||
		*body != `{"KeyId":"arn:aws:kms:us-east-1:111122223333:key/1","MessageType":"RAW","SigningAlgorithm":"ECDSA_SHA_256","Message":"dGV4dA=="}` {
		t.Errorf("%v %s", last.Header, *body)
	}
}

// TestRefusalsKeepSecrets holds that an error says what was refused and what to do, and nothing that should not be in a log.
func TestRefusalsKeepSecrets(t *testing.T) {
	c, _, _ := asked(t, http.StatusForbidden, `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`)
	put := c.PutObject(t.Context(), "beats", "k", "", nil)
	c, _, _ = asked(t, http.StatusBadRequest, `{"__type":"AccessDeniedException","message":"no"}`)
	sign := func() error { _, err := c.Sign(t.Context(), estate.ARN{Region: "eu-west-1"}, nil); return err }()
	for _, err := range []error{put, sign} {
		if err == nil || !strings.Contains(err.Error(), "AccessDenied") {
			t.Fatalf("got %v", err)
		}
		for _, secret := range []string{"wJalrXUtnFEMI", "t0ken", "AKIDEXAMPLE"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%v tells a secret", err)
			}
		}
	}
}
