package remote

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSageMaker(t *testing.T) {
	c := caller(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var got map[string]string
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
		if d := cmp.Diff(map[string]string{"DomainId": "d-1", "AppName": "default"}, got); d != "" {
			t.Error(d)
		}
		if auth := r.Header.Get("Authorization"); !strings.Contains(auth, "/eu-west-1/sagemaker/aws4_request") || r.Header.Get("X-Amz-Target") != "SageMaker.DescribeApp" {
			t.Errorf("%v", r.Header)
		}
		_, _ = w.Write([]byte(`{"ResourceSpec": {"InstanceType": "ml.t3.medium"}}`))
	})
	var answer struct{ ResourceSpec struct{ InstanceType string } }
	if err := c.SageMaker(t.Context(), "DescribeApp", map[string]string{"DomainId": "d-1", "AppName": "default"}, &answer); err != nil || answer.ResourceSpec.InstanceType != "ml.t3.medium" {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestSageMakerRefuses(t *testing.T) {
	for name, f := range map[string]http.HandlerFunc{
		"AccessDeniedException: not authorized": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"__type":"AccessDeniedException","message":"not authorized"}`))
		},
		"502 Bad Gateway": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte("<html>"))
		},
	} {
		if err := caller(t, f).SageMaker(t.Context(), "DeleteApp", nil, nil); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "sagemaker:DeleteApp") {
			t.Errorf("%v", err)
		}
	}
	elsewhere := caller(t, nil)
	elsewhere.Getenv = func(name string) string {
		return map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1/?token=the-token"}[name]
	}
	if err := elsewhere.SageMaker(t.Context(), "DeleteApp", nil, nil); err == nil || strings.Contains(err.Error(), "the-token") {
		t.Errorf("%v", err)
	}
}
