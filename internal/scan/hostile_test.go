package scan_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// What a proxy, a poor emulator or an unlucky moment makes of answers, and what must not follow from it.

// answers rewrites SageMaker's answers on their way: operation and request in, answer changed in place; a status other than 0 and
// 200 is an error with the answer's members.
type answers func(operation string, in, out map[string]any) (status int)

func (f answers) between(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation, sageMaker := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "SageMaker.")
		if !sageMaker {
			next.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		var in, out map[string]any
		_ = json.Unmarshal(body, &in)
		_ = json.Unmarshal(rec.Body.Bytes(), &out)
		status := f(operation, in, out)
		if status == 0 {
			status = rec.Code
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("Date", rec.Header().Get("Date"))
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(out)
	})
}

func isIdle(t *testing.T, s *estate.Snapshot, name string) bool {
	t.Helper()
	return observed(t, s, name).Verdict.State == estate.Idle
}

// adapterLab is a base component that nobody calls by its own name, with an adapter of the age.
func adapterLab(age time.Duration) *lab {
	l := newLab()
	bare := host("main")
	bare.Model = ""
	endpointShape{name: "ep", variants: []world.Variant{bare}}.add(l.east)
	component(l.east, "ep", "base", 1, nil)
	component(l.east, "ep", "lora", 0, nil)
	lora := l.east.Components[1]
	lora.Base, lora.Copies, lora.Created = "base", 1, ago(age)
	return l
}

func TestAdapters(t *testing.T) {
	l := adapterLab(60 * day)
	if v := expect(t, l.scan(t), "base", estate.Idle, "traffic/silent").Verdict; v.Confidence != estate.Medium {
		t.Errorf("idle at %s: an adapter that was deleted leaves no trace", v.Confidence)
	}
	for name, broken := range map[string]answers{
		"denied": func(op string, in, out map[string]any) int {
			if op != "DescribeInferenceComponent" || in["InferenceComponentName"] != "lora" {
				return 0
			}
			clear(out)
			out["__type"] = "AccessDeniedException"
			return http.StatusBadRequest
		},
		"hollow": func(op string, in, out map[string]any) int {
			if op == "DescribeInferenceComponent" && in["InferenceComponentName"] == "lora" {
				clear(out)
				out["InferenceComponentName"] = "lora"
			}
			return 0
		},
	} {
		l := adapterLab(60 * day)
		l.rewrite = broken
		if isIdle(t, l.scan(t), "base") {
			t.Errorf("%s: the base is idle although nobody knows what runs on it", name)
		}
	}
	if isIdle(t, adapterLab(10*time.Minute).scan(t), "base") {
		t.Error("the base is idle, although its adapter is ten minutes old")
	}
	l = adapterLab(60 * day)
	l.east.Components[1].Status = "Creating"
	expect(t, l.scan(t), "base", estate.Unknown, "component/adapter-changing")
}

func TestProfileOfWhoWorksInASharedSpace(t *testing.T) {
	l := newLab()
	l.kinds = named("user-profile")
	d := studio(l.east, "d-one")
	person(d, "alice")
	person(d, "bob")
	room(l.east, d, "alice", "old", 120*day)
	room(l.east, d, "bob", "team", -1).Sharing = "Shared"
	a := &world.App{Space: "team", Type: "JupyterLab", Name: "default", InstanceType: "ml.t3.medium", Status: "InService", Life: world.Life{Created: ago(20 * day)}}
	d.Apps = append(d.Apps, a)
	heartbeat(l.east, d, a, time.Minute, 0)
	expect(t, l.scan(t), "alice", estate.Unknown, "profile/peer-unknown")
	d.Apps = nil
	l.kinds = named("studio-space", "user-profile")
	if v := observed(t, l.scan(t), "bob").Verdict; v.State == estate.Idle && v.Confidence != estate.Low {
		t.Errorf("bob is idle at %s", v.Confidence)
	}
}

func TestSpaceOfAnotherLife(t *testing.T) {
	l := newLab()
	l.kinds = named("studio-space")
	d := studio(l.east, "d-one")
	person(d, "ana")
	room(l.east, d, "ana", "remade", 150*day).Created = ago(40 * day)
	room(l.east, d, "ana", "reporting", 60*day)
	heartbeat(l.east, d, &world.App{Space: "reporting", Type: "JupyterLab", Name: "default"}, 13*time.Hour, 12*time.Hour)
	s := l.scan(t)
	if v := expect(t, s, "remade", estate.Idle, "space/age").Verdict; v.Confidence != estate.Low {
		t.Errorf("idle at %s by a log that ended before it was made", v.Confidence)
	}
	expect(t, s, "reporting", estate.Active, "space/ran")
}

func TestOwnerOfTheFormerResource(t *testing.T) {
	l := newLab()
	l.kinds = named("endpoint")
	l.owners = scan.Owners{Tags: ownerTags, TrailPages: 5, TrailCache: filepath.Join(t.TempDir(), "creators")}
	old := endpointShape{name: "churn", age: 30 * day}.add(l.east)
	old.Creator, old.Deleted = "arn:aws:iam::"+account+":user/ana", ago(20*day)
	endpointShape{name: "churn", age: 10 * time.Minute}.add(l.east).Creator = "arn:aws:iam::" + account + ":user/ben"
	endpointShape{name: "older", age: 60 * day}.add(l.east)
	l.Faults = []*world.Fault{{Operation: "cloudtrail:LookupEvents", Lag: 15 * time.Minute}}
	if o := observed(t, l.scan(t), "churn").Resource; o.Owner != "" {
		t.Errorf("before CloudTrail shows its creation, it is %s's", o.Owner)
	}
	l.Faults = nil
	if o := observed(t, l.scan(t), "churn").Resource; o.Owner != "ben" {
		t.Errorf("it is %q's, want ben's", o.Owner)
	}
}

// TestUnknownOperation: a region may lack an operation from the first call on; one that lacks it on the way is broken.
func TestUnknownOperation(t *testing.T) {
	l := newLab()
	l.kinds = named("studio-space", "studio-app")
	d := studio(l.east, "d-one")
	person(d, "ana")
	for i := range 110 {
		n := name("s", i)
		room(l.east, d, "ana", n, 90*day)
		a := &world.App{Space: n, Type: "JupyterLab", Name: "default", InstanceType: "ml.t3.medium", Status: "InService", Life: world.Life{Created: ago(100 * day)}}
		d.Apps = append(d.Apps, a)
		heartbeat(l.east, d, a, time.Minute, 0)
	}
	l.Faults = []*world.Fault{{Operation: "sagemaker:ListApps", After: 1, Error: "UnknownOperationException", Status: 400}}
	s := l.scan(t)
	if len(s.Holes()) == 0 {
		t.Error("the second page is missing, and no line says so")
	}
	for _, o := range s.Observations {
		if o.Verdict.State == estate.Idle {
			t.Fatalf("%s is idle by %s", o.Resource.Name, o.Verdict.Rule)
		}
	}
	for _, op := range []string{"cloudwatch:GetMetricData", "sagemaker:DescribeEndpoint", "tag:GetResources", "cloudtrail:LookupEvents"} {
		l := newLab()
		l.owners.TrailPages = 1
		endpointShape{name: "e", age: 60 * day}.add(l.east)
		l.Faults = []*world.Fault{{Operation: op, Error: "UnknownOperationException", Status: 400}}
		if len(l.scan(t).Holes()) == 0 {
			t.Errorf("%s was never answered, and no line says so", op)
		}
	}
	l = newLab()
	l.kinds = named("partner-app")
	l.Faults = []*world.Fault{{Operation: "sagemaker:ListPartnerApps", Error: "UnknownOperationException", Status: 400}}
	expectWhole(t, l.scan(t))
}

func TestWithoutStamps(t *testing.T) {
	l := newLab()
	l.kinds = named("studio-app", "studio-space", "user-profile")
	d := studio(l.east, "d-one")
	person(d, "gone")
	person(d, "ana")
	room(l.east, d, "ana", "risk", -1)
	room(l.east, d, "ana", "logged", 90*day)
	d.Apps = append(d.Apps, &world.App{User: "ana", Type: "TensorBoard", Name: "tb", InstanceType: "ml.t3.medium", Status: "InService", Life: world.Life{Created: ago(time.Hour)}})
	l.rewrite = func(_ string, _, out map[string]any) int {
		for _, listed := range []string{"UserProfiles", "Spaces", "Apps"} {
			items, _ := out[listed].([]any)
			for _, it := range items {
				delete(it.(map[string]any), "CreationTime")
				delete(it.(map[string]any), "LastModifiedTime")
			}
		}
		return 0
	}
	for _, o := range l.scan(t).Observations {
		if o.Verdict.State == estate.Idle {
			t.Errorf("%s is idle by %s, though nothing says since when", o.Resource.Name, o.Verdict.Rule)
		}
	}
}

// TestRepeatedToken: a listing that names its own page as the next one is given up, and is a hole.
func TestRepeatedToken(t *testing.T) {
	l := newLab()
	l.kinds = named("user-profile")
	person(studio(l.east, "d-one"), "ana")
	var first map[string]any
	l.rewrite = func(op string, _, out map[string]any) int {
		if op != "ListUserProfiles" {
			return 0
		}
		if first == nil {
			out["NextToken"] = "again"
			first = out
		}
		clear(out)
		maps.Copy(out, first)
		out["UserProfiles"], out["NextToken"] = []any{}, "again"
		return http.StatusOK
	}
	s := l.scan(t)
	if len(s.Holes()) != 1 || s.Holes()[0].Operation != "sagemaker:ListUserProfiles" {
		t.Errorf("holes: %+v", s.Holes())
	}
	if n := l.server.Calls()["sagemaker:ListUserProfiles"]; n > 2 {
		t.Errorf("%d pages were read", n)
	}
}

func TestVolumesOfUnknownSize(t *testing.T) {
	l := newLab()
	l.kinds = named("notebook-instance", "studio-space")
	d := studio(l.east, "d-one")
	person(d, "ana")
	room(l.east, d, "ana", "risk", 90*day)
	l.east.Records = append(l.east.Records, &world.Record{Life: world.Life{Created: ago(90 * day)}, Family: world.NotebookInstance, Name: "nb-stopped", Ended: ago(40 * day),
		Output: &sagemaker.DescribeNotebookInstanceOutput{InstanceType: types.InstanceTypeMlT3Medium, VolumeSizeInGB: aws.Int32(100)}})
	l.rewrite = func(_ string, _, out map[string]any) int {
		delete(out, "VolumeSizeInGB")
		items, _ := out["Spaces"].([]any)
		for _, it := range items {
			delete(it.(map[string]any)["SpaceSettingsSummary"].(map[string]any), "SpaceStorageSettings")
		}
		return 0
	}
	for _, o := range l.scan(t).Observations {
		if _, known := o.Resource.Hourly(); known {
			t.Errorf("the size of %s's volume was not told, and its price is known", o.Resource.Name)
		}
	}
}

// TestTagsThatBrokeOff: what was read of the tags stands, and nobody is named in the place of a tag that was not read.
func TestTagsThatBrokeOff(t *testing.T) {
	l := newLab()
	l.kinds = nil
	l.owners = scan.Owners{Tags: ownerTags, TrailPages: 5}
	endpointShape{name: "tagged", age: 40 * day}.add(l.east).Creator = "arn:aws:iam::" + account + ":user/ben"
	running(l.east)
	l.east.Tags = map[string]map[string]string{"arn:aws:sagemaker:us-east-1:" + account + ":endpoint/tagged": {"owner": "fraud"}}
	l.Faults = []*world.Fault{{Operation: "tag:GetResources", After: 1, Error: "InvalidParameterException", Status: 400}}
	s := l.scan(t)
	if o := observed(t, s, "tagged").Resource; o.Owner != "fraud" {
		t.Errorf("the endpoint is %q's by %s", o.Owner, o.OwnerFrom)
	}
	if o := observed(t, s, "tj-fresh").Resource; o.Tags != nil || o.OwnerFrom == "cloudtrail CreateTrainingJob" {
		t.Errorf("the job's tags were not read: %v, owner %q by %s", o.Tags, o.Owner, o.OwnerFrom)
	}
	l.Faults = []*world.Fault{{Operation: "tag:GetResources", Error: "InvalidParameterException", Status: 400}}
	if o := observed(t, l.scan(t), "tagged").Resource; o.Owner != "" {
		t.Errorf("the endpoint is %q's, although a tag may say otherwise", o.Owner)
	}
}
