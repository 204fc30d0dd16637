package scenario

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStore(t *testing.T) {
	w := load(t, "testdata/store.yaml")
	r := w.Accounts[0].Regions[0]
	if k := r.KMSKeys[1]; !k.Encrypts || r.KMSKeys[0].Encrypts || r.KMSKeys[0].Alias != "sagewarden" {
		t.Errorf("keys %+v, %+v", r.KMSKeys[0], k)
	}
	b := r.Buckets[0]
	if diff := cmp.Diff([]string{"222222222222"}, b.Trusts); diff != "" {
		t.Error(diff)
	}
	lies := map[string]string{}
	for _, o := range b.Objects {
		body, put := o.Content.At(noon)
		lies[o.Key] = put.Format(time.TimeOnly)
		if !json.Valid(body) && string(body) != "keep out" {
			t.Errorf("%s holds %s", o.Key, body)
		}
	}
	// The agent of another account's app puts its heartbeat here too; where there is no agent, nothing lies.
	if diff := cmp.Diff(map[string]string{"notice": "10:00:00", "aws/222222222222/us-east-1/app/d-1/desk/jupyterlab/default.json": "12:00:00"}, lies); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

func TestSettings(t *testing.T) {
	d := load(t, "testdata/store.yaml").Accounts[1].Regions[0].Domains[0]
	if m := d.UserSettings.JupyterLabAppSettings.AppLifecycleManagement.IdleSettings; *m.IdleTimeoutInMinutes != 90 || m.LifecycleManagement != "ENABLED" {
		t.Errorf("idle settings %+v", m)
	}
	if *d.SpaceSettings.ExecutionRole != "arn:aws:iam::222222222222:role/Shared" || d.Settings.SecurityGroupIds[0] != "sg-1" {
		t.Errorf("settings %+v, %+v", d.SpaceSettings, d.Settings)
	}
	if d.Users[0].Settings.StudioWebPortal != "ENABLED" || d.Spaces[0].Settings.AppType != "JupyterLab" {
		t.Errorf("settings %+v, %+v", d.Users[0].Settings, d.Spaces[0].Settings)
	}
	a := d.Apps[0]
	if *a.Spec.SageMakerImageVersionAlias != "2.4.1" || a.LifecycleConfig != "arn:aws:sagemaker:us-east-1:222222222222:studio-lifecycle-config/idle" || d.Apps[1].Spec != nil {
		t.Errorf("the app runs %+v", a)
	}
}
