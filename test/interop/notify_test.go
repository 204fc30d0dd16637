//go:build interop

package interop_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestNotices: who is not covered reaches a queue through moto's SNS, and a mailbox through a real mail server over TLS; and what was
// told is not told again. Moto lacks ListApps and the rest of Studio: what is not known is told, too.
func TestNotices(t *testing.T) {
	v := peer(t)
	program := build(t)
	url := serveMoto(t, v)
	env := motoEnvironment(t, url)
	cli := terminal{t, v, env}
	var topic struct{ TopicArn string }
	cli.aws(&topic, "sns", "create-topic", "--name", "ml")
	var queue struct {
		URL string `json:"QueueUrl"`
	}
	cli.aws(&queue, "sqs", "--endpoint-url", url, "create-queue", "--queue-name", "ml")
	cli.aws(&topic, "sns", "subscribe", "--topic-arn", topic.TopicArn, "--protocol", "sqs", "--notification-endpoint", "arn:aws:sqs:eu-west-1:123456789012:ml", "--attributes", "RawMessageDelivery=true")
	var made struct{ NotebookInstanceArn string }
	cli.aws(&made, "sagemaker", "create-notebook-instance", "--notebook-instance-name", "forgotten", "--instance-type", "ml.t2.medium", "--role-arn", "arn:aws:iam::123456789012:role/ml")

	port, certificate, inbox := serveMail(t, v)
	log := filepath.Join(t.TempDir(), "told.json")
	tell := func(extra ...string) result {
		c := exec.CommandContext(t.Context(), program, append([]string{"studio", "compliance", "--region", "eu-west-1", "--notify", "sns:" + topic.TopicArn, "--notify-log", log,
			"--notify", fmt.Sprintf("smtp://localhost:%d?from=sagewarden@example.com&to=ml@example.com", port)}, extra...)...)
		c.Env = append(env, "SSL_CERT_FILE="+certificate)
		return run(t, c)
	}
	if r := tell(); !strings.Contains(string(r.stderr), "told sns:"+topic.TopicArn) || !strings.Contains(string(r.stderr), "told smtp://localhost") || strings.Contains(string(r.stderr), "panic") {
		t.Fatalf("exit status %d: %s\n%s", r.status, r.stdout, r.stderr)
	}
	var got struct{ Messages []struct{ Body string } }
	cli.aws(&got, "sqs", "--endpoint-url", url, "receive-message", "--queue-url", queue.URL)
	if len(got.Messages) != 1 || !strings.Contains(got.Messages[0].Body, "notebook-instance  forgotten") {
		t.Errorf("the queue holds %v", got.Messages)
	}
	text, err := os.ReadFile(inbox)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Subject: Sagewarden: Studio, 0 uncovered, 2 unknown, ", "To: <ml@example.com>", "notebook-instance  forgotten"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the mail lacks %q:\n%s", want, text)
		}
	}
	if r := tell(); strings.Contains(string(r.stderr), "told ") {
		t.Errorf("the same was told again: %s", r.stderr)
	}
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	t.Run("a server that nobody vouches for", func(t *testing.T) {
		certificate = os.DevNull
		if r := tell(); r.status != 1 || !strings.Contains(string(r.stderr), "send mail on localhost") || !strings.Contains(string(r.stderr), "told sns:") {
			t.Errorf("exit status %d: %s", r.status, r.stderr)
		}
	})
}

// TestChannels: every channel that there is a peer for takes a notice: SMTP over TLS, SES and SNS in moto, and a receiver that checks signatures itself.
func TestChannels(t *testing.T) {
	v := peer(t)
	program := build(t)
	url := serveMoto(t, v)
	cli := terminal{t, v, motoEnvironment(t, url)}
	var topic struct{ TopicArn string }
	cli.aws(&topic, "sns", "create-topic", "--name", "ml")
	var queue struct {
		URL string `json:"QueueUrl"`
	}
	cli.aws(&queue, "sqs", "--endpoint-url", url, "create-queue", "--queue-name", "ml")
	cli.aws(&topic, "sns", "subscribe", "--topic-arn", topic.TopicArn, "--protocol", "sqs", "--notification-endpoint", "arn:aws:sqs:eu-west-1:123456789012:ml", "--attributes", "RawMessageDelivery=true")
	port, certificate, inbox := serveMail(t, v)
	const secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	taken := filepath.Join(t.TempDir(), "taken")
	receiver := exec.CommandContext(t.Context(), v.program("python"), "webhook_receiver.py", taken)
	receiver.Env = environment(t, "WEBHOOK_SECRET="+secret)
	hook := serve(t, receiver, regexp.MustCompile(`Running on (http://\S+)`))

	config := filepath.Join(t.TempDir(), "sagewarden.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, `notify:
  channels:
    mail: {smtp: {host: localhost, port: %d, from: Sagewarden <sagewarden@example.com>}}
    ses: {ses: {region: eu-west-1, from: sagewarden@example.com}}
    topic: {sns: "%s"}
    hook: {webhook: {url: HOOK, secret: SECRET}}
    wrong: {webhook: {url: HOOK, secret: OTHER}}
  people: {ana: {email: ana@example.com}}
`, port, topic.TopicArn), 0o600); err != nil {
		t.Fatal(err)
	}
	env := append(cli.env, "SSL_CERT_FILE="+certificate, "HOOK="+hook, "SECRET="+secret, "OTHER=whsec_"+strings.Repeat("A", 32))
	send := func(channel string) result {
		return try(t, env, program, "notify", "test", "--config", config, "--channel", channel, "--to", "ana")
	}
	if r := send("ses"); r.status != 1 || !strings.Contains(string(r.stderr), "verify sagewarden@example.com in SES") {
		t.Errorf("a sender that is not verified: exit status %d: %s", r.status, r.stderr)
	}
	if r := cli.try("sesv2", "create-email-identity", "--email-identity", "sagewarden@example.com"); r.status != 0 {
		t.Fatalf("%s", r.stderr)
	}
	for _, channel := range []string{"mail", "ses", "topic", "hook"} {
		if r := send(channel); r.status != 0 || !strings.Contains(string(r.stderr), channel+" has taken the notice") {
			t.Errorf("%s: exit status %d: %s", channel, r.status, r.stderr)
		}
	}
	if r := send("wrong"); r.status != 1 || !strings.Contains(string(r.stderr), "401 Unauthorized") || strings.Contains(string(r.stderr), hook) {
		t.Errorf("a wrong signature: exit status %d: %s", r.status, r.stderr)
	}

	var got struct{ Messages []struct{ Body string } }
	cli.aws(&got, "sqs", "--endpoint-url", url, "receive-message", "--queue-url", queue.URL)
	if len(got.Messages) != 1 || !strings.Contains(got.Messages[0].Body, "1. example-notebook (notebook-instance, ") {
		t.Errorf("the queue holds %v", got.Messages)
	}
	contains := func(file string, wants ...string) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s lacks %q:\n%s", file, want, text)
			}
		}
	}
	contains(inbox, "To: <ana@example.com>", "Auto-Submitted: auto-generated", "Message-ID: <", "1. example-notebook (notebook-instance, ")
	contains(taken, `"type": "sagewarden.notice"`, `"to": "ana"`, "example-notebook")
	var quota struct{ SentLast24Hours float64 }
	cli.aws(&quota, "ses", "get-send-quota")
	if quota.SentLast24Hours != 1 {
		t.Errorf("SES has sent %v", quota.SentLast24Hours)
	}
}

// serveMail runs a mail server that offers TLS, and prints it into a file.
func serveMail(t *testing.T, v venv) (port int, certificate, inbox string) {
	t.Helper()
	dir := t.TempDir()
	certificate, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	port = free.Addr().(*net.TCPAddr).Port
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	inbox = filepath.Join(dir, "inbox")
	f, err := os.Create(inbox)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	server := exec.CommandContext(t.Context(), v.program("python"), "-u", "-m", "aiosmtpd", "-n", "-l", fmt.Sprintf("localhost:%d", port),
		"--tlscert", certificate, "--tlskey", key, "-c", "aiosmtpd.handlers.Debugging", "stdout")
	server.Stdout = f
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	for { // until it listens, or the test's deadline
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", fmt.Sprintf("localhost:%d", port))
		if err == nil {
			_ = conn.Close()
			return port, certificate, inbox
		}
		if t.Context().Err() != nil || server.ProcessState != nil {
			t.Fatalf("the mail server does not listen: %v", err)
		}
	}
}
