//go:build interop

package interop_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The AWS CLI, which knows nothing of the simulator, changes an organization and finds what it has written.
func TestWritableOrganization(t *testing.T) {
	v := peer(t)
	url, _ := simulate(t, build(t), "--scenario", "testdata/writable.yaml", "--writable")
	c := terminal{t, v, environment(t, "AWS_ENDPOINT_URL="+url, "AWS_ACCESS_KEY_ID=AKIAADMIN", "AWS_SECRET_ACCESS_KEY=simulated", "AWS_DEFAULT_REGION=eu-west-1")}
	done := func(arguments ...string) result {
		t.Helper()
		r := c.try(arguments...)
		if r.status != 0 {
			t.Fatalf("aws %v: exit status %d\n%s", arguments, r.status, r.stderr)
		}
		return r
	}
	says := func(want string, arguments ...string) {
		t.Helper()
		var got string
		c.aws(&got, arguments...)
		if got != want {
			t.Errorf("aws %v: %q, want %q", arguments, got, want)
		}
	}

	t.Run("scripts and settings", func(t *testing.T) {
		arn := "arn:aws:sagemaker:eu-west-1:111111111111:studio-lifecycle-config/agent"
		says(arn, "sagemaker", "create-studio-lifecycle-config", "--studio-lifecycle-config-name", "agent", "--studio-lifecycle-config-app-type", "JupyterLab",
			"--studio-lifecycle-config-content", "ZWNobyBoaQo=", "--query", "StudioLifecycleConfigArn")
		done("sagemaker", "update-domain", "--domain-id", "d-lab", "--default-user-settings",
			`{"JupyterLabAppSettings": {"LifecycleConfigArns": ["`+arn+`"], "AppLifecycleManagement": {"IdleSettings": {"LifecycleManagement": "ENABLED", "IdleTimeoutInMinutes": 90}}}}`)
		var lab struct {
			LifecycleConfigArns    []string
			AppLifecycleManagement struct {
				IdleSettings struct{ IdleTimeoutInMinutes int }
			}
		}
		c.aws(&lab, "sagemaker", "describe-domain", "--domain-id", "d-lab", "--query", "DefaultUserSettings.JupyterLabAppSettings")
		if lab.AppLifecycleManagement.IdleSettings.IdleTimeoutInMinutes != 90 || !cmp.Equal(lab.LifecycleConfigArns, []string{arn}) {
			t.Errorf("the domain has %+v", lab)
		}
		if r := c.try("sagemaker", "delete-studio-lifecycle-config", "--studio-lifecycle-config-name", "agent"); !strings.Contains(string(r.stderr), "(ResourceInUse)") {
			t.Errorf("deletion of a script in use: %s", r.stderr)
		}
	})
	t.Run("apps and notebook instances", func(t *testing.T) {
		app := []string{"--domain-id", "d-lab", "--space-name", "desk", "--app-type", "JupyterLab", "--app-name", "default"}
		done(append([]string{"sagemaker", "delete-app"}, app...)...)
		says("Deleting", append(append([]string{"sagemaker", "describe-app"}, app...), "--query", "Status")...)
		done("sagemaker", "stop-notebook-instance", "--notebook-instance-name", "old")
		says("Stopping", "sagemaker", "describe-notebook-instance", "--notebook-instance-name", "old", "--query", "NotebookInstanceStatus")
		if r := c.try("sagemaker", "stop-notebook-instance", "--notebook-instance-name", "old"); !strings.Contains(string(r.stderr), "Status (Stopping) not in ([InService])") {
			t.Errorf("a second stop: %s", r.stderr)
		}
	})
	t.Run("objects", func(t *testing.T) {
		dir := t.TempDir()
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
		if err := os.WriteFile(from, []byte("a\x00b\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		done("s3", "cp", from, "s3://acme-heartbeats/agent/a b", "--sse", "aws:kms", "--sse-kms-key-id", "store")
		done("s3", "cp", "s3://acme-heartbeats/agent/a b", to)
		if got, err := os.ReadFile(to); string(got) != "a\x00b\n" {
			t.Errorf("the copy is %q, %v", got, err)
		}
		if r := done("s3", "ls", "s3://acme-heartbeats/"); !strings.Contains(string(r.stdout), "PRE agent/") {
			t.Errorf("listed %s", r.stdout)
		}
		says("aws:kms", "s3api", "head-object", "--bucket", "acme-heartbeats", "--key", "agent/a b", "--query", "ServerSideEncryption")
		if r := c.try("s3api", "put-object", "--bucket", "acme-heartbeats", "--key", "agent/a b", "--if-none-match", "*"); !strings.Contains(string(r.stderr), "(PreconditionFailed)") {
			t.Errorf("a second first write: %s", r.stderr)
		}
		done("s3", "rm", "s3://acme-heartbeats/agent/a b")
		if n := c.length("Contents", "s3api", "list-objects-v2", "--bucket", "acme-heartbeats"); n != 0 {
			t.Errorf("%d objects are left", n)
		}
	})
	t.Run("signatures", func(t *testing.T) {
		var signature string
		c.aws(&signature, "kms", "sign", "--key-id", "alias/sagewarden", "--message", base64.StdEncoding.EncodeToString([]byte("beat")), "--message-type", "RAW",
			"--signing-algorithm", "ECDSA_SHA_256", "--query", "Signature")
		if der, err := base64.StdEncoding.DecodeString(signature); err != nil || len(der) < 64 {
			t.Errorf("the signature is %q", signature)
		}
		says("ECC_NIST_P256", "kms", "get-public-key", "--key-id", "beats", "--query", "KeySpec")
	})
}
