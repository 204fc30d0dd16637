package install

import (
	"bytes"
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// A Bucket is what install asks of S3. The SDK's client is one.
type Bucket interface {
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

// An Upload is a file that is to lie in S3. Its digest is in its key, so that it never takes the place of one that something names.
type Upload struct {
	File   string `json:"file"`
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	SHA256 string `json:"sha256"`
	// KMSKey is the ARN of the key that encrypts it, empty for the bucket's default encryption.
	KMSKey string `json:"kmsKey,omitempty"`

	// part is what it is: the agent for a machine, or the panel's archive.
	part part
	body []byte
}

type part int

const (
	agentAMD64 part = iota + 1
	agentARM64
	panel
)

// NewUpload reads a file that is to lie under a place like s3://bucket/tools/. What it is shows in its content.
func NewUpload(file, place, kmsKey string) (Upload, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return Upload{}, &estate.Error{Op: "read", On: file, Err: errors.Unwrap(err)}
	}
	u := Upload{File: file, KMSKey: kmsKey, body: body}
	var stem string
	switch {
	case bytes.HasPrefix(body, []byte(elf.ELFMAG)):
		binary, err := elf.NewFile(bytes.NewReader(body))
		if err != nil {
			return Upload{}, &estate.Error{Op: "read", On: file, Err: err}
		}
		switch binary.Machine {
		case elf.EM_X86_64:
			u.part, stem = agentAMD64, "sagewarden-agent-linux-amd64-"
		case elf.EM_AARCH64:
			u.part, stem = agentARM64, "sagewarden-agent-linux-arm64-"
		default:
			return Upload{}, &estate.Error{Op: "read", On: file, Err: fmt.Errorf("it is a program for %s, on which no app runs", binary.Machine)}
		}
	case bytes.HasPrefix(body, []byte{0x1f, 0x8b}):
		u.part, stem = panel, "labextension-"
	default:
		return Upload{}, &estate.Error{Op: "read", On: file, Err: errors.New("it is neither an agent for linux/amd64 or linux/arm64 nor the panel's archive"), Hint: "make agent labextension builds them into bin/"}
	}
	sum := sha256.Sum256(body)
	u.SHA256 = hex.EncodeToString(sum[:])
	var folder string
	u.Bucket, folder, _ = strings.Cut(strings.TrimPrefix(place, "s3://"), "/")
	u.Key = strings.TrimSuffix(folder, "/")
	if u.Key != "" {
		u.Key += "/"
	}
	u.Key += stem + u.SHA256[:12]
	if u.part == panel {
		u.Key += ".tar.gz"
	}
	return u, nil
}

// Add names the file in the package.
func (u Upload) Add(p *Package) error {
	at, sum := &p.Agent, &p.SHA256
	switch u.part {
	case agentARM64:
		at, sum = &p.AgentARM64, &p.ARM64SHA256
	case panel:
		at, sum = &p.Extension, &p.ExtensionSHA256
	}
	if *at != "" || *sum != "" {
		return fmt.Errorf("--upload: %s is one thing too many of its kind", u.File)
	}
	*at, *sum = "s3://"+u.Bucket+"/"+u.Key, u.SHA256
	return nil
}

// ARN is that of the object.
func (u Upload) ARN(partition string) string {
	return "arn:" + partition + ":s3:::" + u.Bucket + "/" + u.Key
}

// There reports whether the object is there, whole and encrypted.
func (u Upload) There(ctx context.Context, b Bucket) (bool, error) {
	out, err := b.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &u.Bucket, Key: &u.Key, ChecksumMode: types.ChecksumModeEnabled})
	on := "s3://" + u.Bucket + "/" + u.Key
	switch {
	case missing(err):
		return false, nil
	case err != nil:
		return false, settings.Failed("s3:GetObject", on, err)
	case aws.ToString(out.ChecksumSHA256) != u.sum():
		return false, &estate.Error{Op: "verify", On: on, Err: errors.New("S3 does not vouch for its checksum: it holds something else, or was put there by other means"), Hint: "look at it, and delete it"}
	case out.ServerSideEncryption == "":
		return false, &estate.Error{Op: "verify", On: on, Err: errors.New("it is not encrypted"), Hint: "have the bucket encrypt by default, or name a key with --kms-key"}
	case u.KMSKey != "" && aws.ToString(out.SSEKMSKeyId) != u.KMSKey:
		return false, &estate.Error{Op: "verify", On: on, Err: errors.New("it is encrypted by another key"), Hint: "look at it, and delete it"}
	}
	return true, nil
}

// missing reports whether nothing lies there. Who may not list the bucket is denied instead.
func missing(err error) bool {
	_, head := errors.AsType[*types.NotFound](err)
	return head
}

// sum is the digest as S3 has it.
func (u Upload) sum() string {
	raw, _ := hex.DecodeString(u.SHA256) // it was encoded here
	return base64.StdEncoding.EncodeToString(raw)
}

// put sends the file. S3 takes nothing that is not what it was said to be, and nothing where something is.
func (u Upload) put(ctx context.Context, b Bucket) error {
	in := &s3.PutObjectInput{Bucket: &u.Bucket, Key: &u.Key, Body: bytes.NewReader(u.body), ChecksumSHA256: aws.String(u.sum()), IfNoneMatch: aws.String("*")}
	if u.KMSKey != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &u.KMSKey
	}
	if _, err := b.PutObject(ctx, in); err != nil {
		return settings.Failed("s3:PutObject", "s3://"+u.Bucket+"/"+u.Key, err)
	}
	return nil
}
