package studio

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// MetadataFile is where SageMaker says what an app or a notebook instance is.
const MetadataFile = "/opt/ml/metadata/resource-metadata.json"

// A Place is the app or the notebook instance in which the agent runs.
type Place struct {
	ARN estate.ARN
	// Notebook is the name of a notebook instance; the rest is of an app.
	Notebook                                  string
	Domain, AppType, AppName, Space, UserName string
}

// Find reads the metadata file.
func Find(file string) (Place, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Place{}, &estate.Error{Op: "read the resource metadata", On: file, Err: cause(err),
			Hint: "the agent runs in a Studio app or on a notebook instance; elsewhere, name the server with --server and leave the heartbeat out with --no-heartbeat"}
	}
	var m struct {
		AppType         string
		DomainID        string `json:"DomainId"`
		UserProfileName string
		SpaceName       string
		ResourceArn     string
		ResourceName    string
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return Place{}, &estate.Error{Op: "read the resource metadata", On: file, Err: err}
	}
	p := Place{Domain: m.DomainID, AppType: m.AppType, AppName: m.ResourceName, Space: m.SpaceName, UserName: m.UserProfileName}
	if p.ARN, err = estate.ParseARN(m.ResourceArn); err != nil {
		return Place{}, &estate.Error{Op: "read the resource metadata", On: file, Err: err}
	}
	switch p.ARN.Type() {
	case "notebook-instance":
		return Place{ARN: p.ARN, Notebook: strings.TrimPrefix(p.ARN.Resource, "notebook-instance/")}, nil
	case "app":
		if p.Domain == "" || p.AppType == "" || p.AppName == "" || p.Space == "" && p.UserName == "" {
			return Place{}, &estate.Error{Op: "read the resource metadata", On: file, Err: errors.New("the app's domain, type, name or home is missing")}
		}
		return p, nil
	}
	return Place{}, &estate.Error{Op: "read the resource metadata", On: file, Err: fmt.Errorf("%s is neither an app nor a notebook instance", m.ResourceArn)}
}

func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// Server is where the Jupyter Server of such a place answers.
func (p Place) Server() string {
	switch {
	case p.Notebook != "":
		return "https://localhost:8443/"
	case p.AppType == "JupyterServer":
		return "http://localhost:8888/jupyter/default/"
	}
	return "http://localhost:8888/jupyterlab/default/"
}

// A Dimension is one of the heartbeat metric's.
type Dimension struct{ Name, Value string }

// Dimensions are those under which the heartbeat of the place is looked for: see docs/signals.md.
func (p Place) Dimensions() []Dimension {
	if p.Notebook != "" {
		return []Dimension{{"NotebookInstanceName", p.Notebook}}
	}
	home := Dimension{"UserProfileName", p.UserName}
	if p.Space != "" {
		home = Dimension{"SpaceName", p.Space}
	}
	return []Dimension{{"DomainId", p.Domain}, home, {"AppType", p.AppType}, {"AppName", p.AppName}}
}

// Key is what names the place in SageMaker's API.
func (p Place) Key() map[string]string {
	if p.Notebook != "" {
		return map[string]string{"NotebookInstanceName": p.Notebook}
	}
	key := map[string]string{"DomainId": p.Domain, "AppType": p.AppType, "AppName": p.AppName}
	if p.Space != "" {
		key["SpaceName"] = p.Space
	} else {
		key["UserProfileName"] = p.UserName
	}
	return key
}

// Kind is the kind of the place in the estate.
func (p Place) Kind() string {
	switch {
	case p.Notebook != "":
		return "notebook-instance"
	case p.AppType != "":
		return "studio-app"
	}
	return ""
}
