//go:build cgo

package cli

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMonthsPassedOver: a month of S3 that is not there is told, and is a hole where the user named it.
func TestMonthsPassedOver(t *testing.T) {
	const header = "identity/LineItemId,bill/BillingPeriodStartDate,bill/PayerAccountId,lineItem/LineItemType,lineItem/ProductCode,lineItem/UnblendedCost,lineItem/UsageAccountId," +
		"lineItem/UsageAmount,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/UsageType,lineItem/Operation,lineItem/CurrencyCode,lineItem/ResourceId\n"
	objects := map[string]string{
		"/b/p/r/20260301-20260401/r-Manifest.json": `{"assemblyId":"a1","bucket":"b","billingPeriod":"2026-03","reportKeys":["p/r/20260301-20260401/r-1.csv"]}`,
		"/b/p/r/20260301-20260401/r-1.csv": header + "a,2026-03-01T00:00:00Z,000000000001,Usage,AmazonSageMaker,1.5,000000000042,1,2026-03-02T00:00:00Z,2026-03-02T01:00:00Z," +
			"USE1-Host:ml.m5.xlarge,RunInstance,USD,arn:aws:sagemaker:us-east-1:000000000042:endpoint/churn\n"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost { // who asks
			w.Header().Set("Content-Type", "text/xml")
			_, _ = io.WriteString(w, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::000000000001:user/finops</Arn><Account>000000000001</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
			return
		}
		text, ok := objects[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			text = "<Error><Code>NoSuchKey</Code></Error>"
		}
		_, _ = io.WriteString(w, text)
	}))
	defer server.Close()
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none} {
		t.Setenv(name, value)
	}
	for name, tt := range map[string]struct {
		months []string
		want   string // the month that was passed over
		status int
	}{
		"named":     {[]string{"--month", "2026-02", "--month", "2026-03"}, "2026-02", exitHoles},
		"not named": {nil, "2026-04", exitOK}, // that of a month that has just begun is often not there yet
		"all there": {[]string{"--month", "2026-03"}, "", exitOK},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			status := Run(t.Context(), Env{Args: append([]string{"cost", "import", "s3://b/p/r", "--lake", t.TempDir()}, tt.months...), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
				Getenv: func(string) string { return "" }, Now: func() time.Time { return time.Date(2026, 4, 1, 6, 0, 0, 0, time.UTC) }, Width: func(io.Writer) int { return 0 }})
			if status != tt.status || !strings.Contains(out.String(), "2026-03  legacy CUR") || strings.Contains(out.String(), "passed over") != (tt.want != "") ||
				!strings.Contains(out.String(), strings.TrimPrefix(tt.want+" was passed over", " was passed over")) {
				t.Errorf("status %d, want %d and %q\n%s%s", status, tt.status, tt.want, &out, &errs)
			}
		})
	}
}
