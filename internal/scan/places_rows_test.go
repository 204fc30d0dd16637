package scan_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// Spaces, profiles and domains are judged by what is in them.

// room adds a space with a volume whose app last wrote its log at the age; a negative age leaves the log out.
func room(r *world.Region, d *world.Domain, owner, name string, ran time.Duration) *world.Space {
	s := &world.Space{Name: name, Owner: owner, AppType: "JupyterLab", VolumeGB: 100, Life: world.Life{Created: ago(200 * day)}}
	d.Spaces = append(d.Spaces, s)
	if ran >= 0 {
		logs(r, d.ID+"/"+name+"/JupyterLab/default", ran)
	}
	return s
}

// fileSystem publishes what a domain's file system holds, and its mounts.
func fileSystem(r *world.Region, d *world.Domain, gigabytes float64, mounts world.Activity) {
	d.HomeEFS = "fs-" + d.ID
	r.Metrics = append(r.Metrics,
		&world.Metric{Namespace: "AWS/EFS", Name: "StorageBytes", Dimensions: map[string]string{"FileSystemId": d.HomeEFS, "StorageClass": "Standard"},
			Pattern: world.Gauge{Value: gigabytes * (1 << 30), Every: 15 * time.Minute, From: ago(300 * day)}})
	if mounts != nil {
		r.Metrics = append(r.Metrics, &world.Metric{Namespace: "AWS/EFS", Name: "ClientConnections", Dimensions: map[string]string{"FileSystemId": d.HomeEFS}, Pattern: world.Samples{Of: mounts, Value: 1}})
	}
}

func TestSpacesAreJudgedByTheirApps(t *testing.T) {
	l := newLab()
	l.kinds = named("studio-space", "user-profile", "studio-domain")
	d := studio(l.east, "d-one")
	fileSystem(l.east, d, 50, nil)
	person(d, "ana")
	person(d, "ben")
	person(d, "gone")
	room(l.east, d, "ana", "busy", -1)
	busy := &world.App{Space: "busy", Type: "JupyterLab", Name: "default", InstanceType: "ml.t3.medium", Status: "InService", Life: world.Life{Created: ago(20 * day)}}
	d.Apps = append(d.Apps, busy)
	heartbeat(l.east, d, busy, time.Minute, 0)
	room(l.east, d, "ben", "left", 90*day)
	room(l.east, d, "ben", "yesterday", day)
	room(l.east, d, "ben", "silent", -1)

	s := l.scan(t)
	expectWhole(t, s)
	expect(t, s, "busy", estate.Active, "space/peer-active")
	left := expect(t, s, "left", estate.Idle, "space/empty")
	expect(t, s, "yesterday", estate.Active, "space/ran")
	expect(t, s, "silent", estate.Idle, "space/age")
	expect(t, s, "ana", estate.Active, "profile/peer-active")
	expect(t, s, "ben", estate.Active, "profile/peer-active")
	expect(t, s, "gone", estate.Idle, "profile/age")
	expect(t, s, "d-one", estate.Active, "domain/peer-active")
	if left.Resource.Owner != "ben" || left.Resource.OwnerFrom != "space owner" {
		t.Errorf("the space is %s's by %s", left.Resource.Owner, left.Resource.OwnerFrom)
	}
	if hourly, known := left.Resource.Hourly(); !known || !left.Waste.Hourly.Equal(hourly) || !hourly.IsPositive() {
		t.Errorf("its volume bills %s (known %v), wasted %s", hourly, known, left.Waste.Hourly)
	}

	l.Faults = []*world.Fault{{Operation: "sagemaker:ListApps", Error: "AccessDeniedException", Status: 400}}
	s = l.scan(t)
	for _, name := range []string{"left", "silent", "gone", "d-one"} {
		expect(t, s, name, estate.Unknown, "")
	}
}

func TestDomainBillsWhatItsFileSystemHolds(t *testing.T) {
	l := newLab()
	l.kinds = named("studio-domain")
	fileSystem(l.east, studio(l.east, "d-left"), 50, nil)
	fileSystem(l.east, studio(l.east, "d-used"), 20, world.NewInstants(ago(5*day)))
	studio(l.east, "d-dark")
	s := l.scan(t)
	left := expect(t, s, "d-left", estate.Idle, "domain/file-system-silent")
	if m := left.Resource.Meters; len(m) != 1 || m[0].GB != 50 || !m[0].Rate.Known || m[0].Component != pricing.ComponentHomeDirectory {
		t.Errorf("it bills %+v", m)
	}
	if len(left.Verdict.Conditions) != 1 || left.Verdict.Conditions[0].Type != estate.Orphaned {
		t.Errorf("nobody is in it: %+v", left.Verdict.Conditions)
	}
	expect(t, s, "d-used", estate.Active, "domain/file-system-used")
	dark := expect(t, s, "d-dark", estate.Unknown, "domain/file-system-no-control")
	if _, known := dark.Resource.Hourly(); known {
		t.Error("what its file system holds is not known, and so is its price not")
	}
}

func TestCanvasThatStartsItselfAgain(t *testing.T) {
	l := newLab()
	l.kinds = named("studio-app")
	d := studio(l.east, "d-one")
	canvas := func(name string, starts int) {
		person(d, name)
		a := &world.App{User: name, Type: "Canvas", Name: "default", Status: "InService", Life: world.Life{Created: ago(20 * day), Creator: "arn:aws:iam::" + account + ":user/" + name}}
		for i := range starts {
			a.Relaunches = append(a.Relaunches, ago(time.Duration(i+1)*4*time.Hour))
		}
		d.Apps = append(d.Apps, a)
	}
	canvas("looping", 4)
	canvas("steady", 1)
	s := l.scan(t)
	if c := expect(t, s, "looping/default", estate.Unknown, "").Verdict.Conditions; len(c) != 1 || c[0].Type != estate.Relaunching {
		t.Errorf("looping has %+v", c)
	}
	if c := expect(t, s, "steady/default", estate.Unknown, "").Verdict.Conditions; len(c) != 0 {
		t.Errorf("steady has %+v", c)
	}
}

// TestOwners: tags go before the person of the space, and CloudTrail knows the rest.
func TestOwners(t *testing.T) {
	l := newLab()
	l.kinds = named("endpoint")
	l.owners = scan.Owners{Tags: ownerTags, TrailPages: 5, TrailCache: filepath.Join(t.TempDir(), "creators")}
	by := func(name, principal string, age time.Duration) {
		endpointShape{name: name, age: age}.add(l.east).Creator = principal
	}
	by("sso", "arn:aws:sts::"+account+":assumed-role/AWSReservedSSO_DataScientist_1/ana@example.com", 20*day)
	by("user", "arn:aws:iam::"+account+":user/ben", 30*day)
	by("pipeline", "arn:aws:sts::"+account+":assumed-role/Deployer/botocore-session-1700000000", 40*day)
	by("tagged", "arn:aws:iam::"+account+":user/ben", 40*day)
	by("old", "arn:aws:iam::"+account+":user/ben", 100*day)
	by("traceless", "", 10*day)
	l.east.Tags = map[string]map[string]string{"arn:aws:sagemaker:us-east-1:" + account + ":endpoint/tagged": {"Team": "fraud", "created-by": "x"}}
	want := map[string][2]string{"sso": {"ana@example.com", "cloudtrail CreateEndpoint"}, "user": {"ben", "cloudtrail CreateEndpoint"}, "pipeline": {"Deployer", "cloudtrail CreateEndpoint"},
		"tagged": {"fraud", "tag Team"}, "old": {}, "traceless": {}}
	check := func(s *estate.Snapshot) {
		t.Helper()
		expectWhole(t, s)
		for _, o := range s.Observations {
			if got := [2]string{o.Resource.Owner, o.Resource.OwnerFrom}; got != want[o.Resource.Name] {
				t.Errorf("%s is owned by %v, want %v", o.Resource.Name, got, want[o.Resource.Name])
			}
		}
	}
	check(l.scan(t))
	if n := l.server.Calls()["cloudtrail:LookupEvents"]; n != 1 {
		t.Errorf("%d calls of LookupEvents; one page holds it all", n)
	}
	check(l.scan(t)) // from the cache
	if n := l.server.Calls()["cloudtrail:LookupEvents"]; n != 0 {
		t.Errorf("%d calls of LookupEvents for what is known", n)
	}

	l.owners.Tags = []string{"created-by"}
	l.owners.TrailPages = 0
	s := l.scan(t)
	if o := expect(t, s, "tagged", estate.Idle, ""); o.Resource.Owner != "x" {
		t.Errorf("by other keys it is owned by %q", o.Resource.Owner)
	}
	if slices.ContainsFunc(s.Coverage, func(c estate.Coverage) bool { return c.Operation == "cloudtrail:LookupEvents" }) {
		t.Error("CloudTrail was asked although nobody wanted that")
	}
}

// TestAMuteTrail: CloudTrail that has failed once in a target is not asked for another sort of creation.
func TestAMuteTrail(t *testing.T) {
	l := newLab()
	l.kinds, l.owners = nil, scan.Owners{Tags: ownerTags, TrailPages: 5}
	endpointShape{name: "churn", age: 40 * day}.add(l.east)
	running(l.east)
	// Not AccessDeniedException: the SDK takes that for a clock that is wrong where the world stands at another time than ours, and asks again.
	l.Faults = []*world.Fault{{Operation: "cloudtrail:LookupEvents", Error: "OperationNotPermittedException", Status: 400}}
	l.scan(t)
	if n := l.server.Calls()["cloudtrail:LookupEvents"]; n != 1 {
		t.Errorf("CloudTrail was asked %d times, want once: it had refused", n)
	}
}

// TestSignInNames: in a domain of single sign-on, who is to be told of something is known by the name that the person signs in with.
func TestSignInNames(t *testing.T) {
	l := newLab()
	l.kinds = named("studio-space", "studio-domain")
	d := studio(l.east, "d-one")
	d.AuthMode = "SSO"
	d.Users = append(d.Users, &world.User{Name: "ana-x1", SSOUser: "ana@example.com", Life: world.Life{Created: ago(300 * day)}})
	room(l.east, d, "ana-x1", "left", 90*day)
	room(l.east, d, "ana-x1", "lately", day)
	room(l.east, d, "nobody", "orphan", 90*day)
	s := l.scan(t)
	expectWhole(t, s)
	for name, want := range map[string]string{"left": "ana@example.com", "lately": "ana@example.com", "orphan": "nobody"} {
		if o := observed(t, s, name); o.Resource.Owner != want {
			t.Errorf("%s is %s's, want %s", name, o.Resource.Owner, want)
		}
	}
	if n := l.server.Calls()["sagemaker:DescribeUserProfile"]; n != 2 {
		t.Errorf("%d profiles were described; two people own something idle", n)
	}
}

// TestTagsByName: the tags of families with a history are asked for by the names of what was seen.
func TestTagsByName(t *testing.T) {
	l := newLab()
	l.scan(t)
	if l.server.Calls()["tag:GetResources"] > 0 {
		t.Error("there is nothing whose tags could be wanted")
	}
}

// TestOneByName: of everything that a name may be, only what has it is read whole.
func TestOneByName(t *testing.T) {
	l := newLab()
	l.kinds, l.only = nil, "churn"
	for _, name := range []string{"churn", "other", "third"} {
		endpointShape{name: name}.add(l.east)
	}
	s := l.scan(t)
	expect(t, s, "churn", estate.Idle, "traffic/silent")
	if n := l.server.Calls()["sagemaker:DescribeEndpoint"]; n != 2 { // to find it, and to judge it
		t.Errorf("%d endpoints were described", n)
	}
	l.only = "churn-config"
	expect(t, l.scan(t), "churn-config", estate.Active, "endpoint-config/named")
	if n := l.server.Calls()["sagemaker:DescribeEndpoint"]; n != 3 {
		t.Errorf("%d endpoints were described: a configuration may be any one's", n)
	}
	l.only = "nothing"
	if s := l.scan(t); len(s.Observations) != 0 {
		t.Errorf("%d resources are named so", len(s.Observations))
	}
}
