package resend_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/sagewarden/sagewarden/internal/simulate/resend"
)

// TestLost: what was answered well is answered so again, and everything else is asked anew.
func TestLost(t *testing.T) {
	asked := 0
	h := resend.Lost(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("X-Asked", strconv.Itoa(asked))
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, r.URL.Path)
	}))
	for _, tt := range []struct{ path, id, header string }{
		{"/a", "1", "1"}, {"/a", "1", "1"}, {"/b", "2", "2"}, {"/no", "3", "3"}, {"/no", "3", "4"}, {"/a", "", "5"}, {"/a", "", "6"},
	} {
		r := httptest.NewRequest(http.MethodPost, tt.path, nil)
		r.Header.Set("Amz-Sdk-Invocation-Id", tt.id)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Header().Get("X-Asked") != tt.header || w.Body.String() != tt.path {
			t.Errorf("%+v: %v, %s", tt, w.Header(), w.Body)
		}
	}
}
