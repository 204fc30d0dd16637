// Package install has Studio start the agent: it renders the lifecycle configuration, and attaches it to domains, user profiles, spaces and notebook
// instances.
package install

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"text/template"
)

//go:embed script.sh.tmpl
var script string

var tmpl = template.Must(template.New("script").Option("missingkey=error").Parse(script))

// contentLimit is how long a script may be, as base64
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateStudioLifecycleConfig.html).
const contentLimit = 16_384

// A Package is what is installed.
type Package struct {
	// Agent is the place of the agent for linux/amd64 in S3, and SHA256 its digest in hexadecimal digits; AgentARM64 is the one for linux/arm64. One
	// of them may be empty.
	Agent, SHA256           string
	AgentARM64, ARM64SHA256 string
	// Extension is the place of the panel's archive, empty without it.
	Extension, ExtensionSHA256 string
	// Settings is the agent's configuration, as JSON.
	Settings []byte
}

var (
	place  = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9/_.+=@-]+$`)
	digest = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// Check says what is wrong with the package. What it lets pass can stand in a shell script as it is.
func (p Package) Check() error {
	switch {
	case (p.Agent != "" || p.AgentARM64 == "") && !place.MatchString(p.Agent):
		return fmt.Errorf("--agent: %q is not a place in S3 like s3://bucket/sagewarden-agent-linux-amd64", p.Agent)
	case p.Agent != "" && !digest.MatchString(p.SHA256):
		return errors.New("--sha256: the digest of the agent is 64 hexadecimal digits: sha256sum bin/sagewarden-agent-linux-amd64")
	case p.Agent == "" && p.SHA256 != "":
		return errors.New("--sha256 has no effect without --agent")
	case p.AgentARM64 != "" && !place.MatchString(p.AgentARM64):
		return fmt.Errorf("--agent-arm64: %q is not a place in S3 like s3://bucket/sagewarden-agent-linux-arm64", p.AgentARM64)
	case p.AgentARM64 != "" && !digest.MatchString(p.ARM64SHA256):
		return errors.New("--sha256-arm64: the digest of the agent is 64 hexadecimal digits: sha256sum bin/sagewarden-agent-linux-arm64")
	case p.AgentARM64 == "" && p.ARM64SHA256 != "":
		return errors.New("--sha256-arm64 has no effect without --agent-arm64")
	case p.Extension == "" && p.ExtensionSHA256 != "":
		return errors.New("--extension-sha256 has no effect without --extension")
	case p.Extension != "" && !place.MatchString(p.Extension):
		return fmt.Errorf("--extension: %q is not a place in S3 like s3://bucket/labextension.tar.gz", p.Extension)
	case p.Extension != "" && !digest.MatchString(p.ExtensionSHA256):
		return errors.New("--extension-sha256: the digest of the archive is 64 hexadecimal digits: sha256sum bin/labextension.tar.gz")
	case !json.Valid(p.Settings):
		return errors.New("--settings: this is no JSON")
	}
	return nil
}

// Script is the lifecycle configuration of a Studio app, or of a notebook instance.
func (p Package) Script(notebook bool) ([]byte, error) {
	var settings, b bytes.Buffer
	if err := json.Compact(&settings, p.Settings); err != nil {
		return nil, err
	}
	if err := tmpl.Execute(&b, map[string]any{"Agent": p.Agent, "SHA256": p.SHA256, "AgentARM64": p.AgentARM64, "ARM64SHA256": p.ARM64SHA256, "Extension": p.Extension, "ExtensionSHA256": p.ExtensionSHA256,
		"Settings": base64.StdEncoding.EncodeToString(settings.Bytes()), "Notebook": notebook}); err != nil {
		return nil, err
	}
	if n := base64.StdEncoding.EncodedLen(b.Len()); n > contentLimit {
		return nil, fmt.Errorf("the lifecycle configuration would have %d characters, and AWS takes %d: shorten the settings", n, contentLimit)
	}
	return b.Bytes(), nil
}

// Digest is what `studio compliance --approve` takes for a script.
func Digest(script []byte) string {
	sum := sha256.Sum256(script)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// prefix begins the names of our lifecycle configurations.
const prefix = "sagewarden-agent-"

// name is of a script for an app type: another script has another name, so that to install it again changes nothing.
func name(appType string, script []byte) string {
	return prefix + strings.ToLower(appType) + "-" + short(script)
}

// short is the part of a script's digest that its name has.
func short(script []byte) string { return strings.TrimPrefix(Digest(script), "sha256:")[:12] }

var made = regexp.MustCompile(`(^|/)` + prefix + `(jupyterlab|codeeditor|jupyterserver|` + notebookType + `)-[0-9a-f]{12}$`)

// ours reports whether a lifecycle configuration is one that install made, by its ARN or name.
func ours(arn string) bool { return made.MatchString(arn) }
