package wire

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// TestWorldAsCallsHaveChangedIt holds that what was deleted ends, that what was stopped and started again is there as it was from call to call, and that
// the rest is as it was described.
func TestWorldAsCallsHaveChangedIt(t *testing.T) {
	born := at.Add(-24 * time.Hour)
	w := furnished()
	home := w.Accounts[0].Regions[0]
	home.Records = append(home.Records, &world.Record{Life: world.Life{Created: born}, Family: world.NotebookInstance, Name: "bench", Output: &api.DescribeNotebookInstanceOutput{InstanceType: "ml.t3.medium"}})
	s := onStage(t, w)
	apps := func(w *world.World) (n int) {
		for _, d := range w.Accounts[0].Regions[0].Domains {
			n += len(d.Apps)
		}
		return n
	}
	all := apps(s.World(at))
	s.now = at.Add(time.Minute)
	if err := s.deleteLab(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.StopNotebookInstance(t.Context(), &api.StopNotebookInstanceInput{NotebookInstanceName: aws.String("bench")}); err != nil {
		t.Fatal(err)
	}
	s.now = at.Add(time.Hour)
	if _, err := s.StartNotebookInstance(t.Context(), &api.StartNotebookInstanceInput{NotebookInstanceName: aws.String("bench")}); err != nil {
		t.Fatal(err)
	}
	type stretch struct {
		Status   string
		From, To time.Time
	}
	var bench, lab []stretch
	after := s.World(s.now.Add(time.Hour))
	for _, r := range after.Accounts[0].Regions[0].Records {
		if r.Name == "bench" {
			bench = append(bench, stretch{r.StatusAt(r.Created), r.Created, r.Deleted})
		}
	}
	for _, d := range after.Accounts[0].Regions[0].Domains {
		for _, a := range d.Apps {
			if a.Space == "lab" && a.Name == "default" {
				lab = append(lab, stretch{a.Status, a.Created, a.Deleted})
			}
		}
	}
	stop, start := at.Add(time.Minute), at.Add(time.Hour)
	want := []stretch{{"InService", born, stop}, {"Stopping", stop, start}, {"Pending", start, start.Add(notebookStarts)}, {"InService", start.Add(notebookStarts), time.Time{}}}
	if diff := cmp.Diff(want, bench); diff != "" {
		t.Errorf("the notebook instance (-want +got)\n%s", diff)
	}
	if len(lab) != 2 || !lab[0].To.Equal(stop) || !lab[1].To.Equal(stop.Add(appStops)) {
		t.Errorf("the app was %+v, and is to end after it was deleted", lab)
	}
	if got := apps(after); got != all+1 {
		t.Errorf("%d stretches of apps, of which one was changed; there were %d", got, all)
	}
	if apps(w) != all || !w.At.Equal(s.World(w.At).At) {
		t.Error("the world itself was changed")
	}
}
