// Package resend keeps counts of calls exact in tests.
package resend

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
)

// Lost gives a call that was answered well, and that the SDK makes once more, the same answer without asking next: net/http gives up a connection now and
// then in the middle of an answer, and what tests count are the calls that are needed. It keeps all answers, for as long as a test takes.
func Lost(next http.Handler) http.Handler {
	var answers sync.Map
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("Amz-Sdk-Invocation-Id")
		first, again := answers.Load(id)
		if !again {
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			if first = answer; id != "" && answer.Code == http.StatusOK {
				answers.Store(id, first)
			}
		}
		answer := first.(*httptest.ResponseRecorder)
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}
