package studio

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
	"github.com/sagewarden/sagewarden/internal/studio/remote"
)

// E5: a terminal is judged by its use: one in which something runs is kept, an idle one ends, and an idle one keeps no app.
func TestE5_Terminals(t *testing.T) {
	r, a, whole, _ := inApp()
	a.StopTerminals = true
	r.kernel, r.running = nil, true
	r.minutes(t, a, 300)
	if len(r.stopped) > 0 {
		t.Fatalf("something runs in it: %v", r.stopped)
	}
	r.running = false
	r.minutes(t, a, 124)
	if r.terminal != nil || len(whole.stopped) == 0 {
		t.Errorf("%v", r.stopped)
	}
}

// E7: a name is a name, whatever is in it.
func TestE7_OddNames(t *testing.T) {
	r, a := newRoom()
	r.terminal.Name, r.kernel.Documents = "arn:aws:sagemaker:eu-west-1:1:app__x/..?", []jupyter.Document{{Path: "__/ü #.ipynb"}}
	r.minutes(t, a, 122)
	if len(r.stopped) != 2 {
		t.Errorf("%v", r.stopped)
	}
}

// E8: however long it runs, it asks once at each interval, and a change of the person's files is seen in seconds.
func TestE8_OneLookAtEachInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, a := newRoom()
		looks := 0
		a.Report = func(context.Context, Judgement, time.Time) error { looks++; return nil }
		a.Now = time.Now
		ctx, end := context.WithTimeout(t.Context(), time.Hour)
		defer end()
		asked := 0
		a.Run(ctx, time.Minute, func() bool { asked++; return asked == 3 })
		if looks != 61 || asked < 600 {
			t.Errorf("%d looks, %d times asked for a change; kernel %v", looks, asked, r.kernel)
		}
	})
}

// E1, E10, E11: it needs nothing of the server but its REST API, goes on whatever that answers, and says so.
func TestE1_ItNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, a, _, status := inApp()
		a.Now = time.Now
		ctx, end := context.WithTimeout(t.Context(), 24*time.Hour)
		defer end()
		r.fail = errors.New("502 Bad Gateway")
		a.Run(ctx, time.Minute, func() bool { return false })
		if status.State != Unknown || len(status.Problems) != 1 || len(r.stopped) > 0 {
			t.Errorf("%+v, %v", *status, r.stopped)
		}
	})
}

// L6, L7: it brings along all it needs: no cron to be emptied, no Python, pip or shell to be missing. Of programs it knows nvidia-smi alone.
func TestL6_L7_NothingIsNeeded(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || path == filepath.Join("process", "gpu.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, word := range []string{`"os/exec"`, `import "C"`, "ForkExec"} {
			if strings.Contains(string(text), word) {
				t.Errorf("%s has %s", path, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// N1: on a notebook instance, what is busy elsewhere than in a kernel counts, and a stop that is refused, as while it is updated, ends nothing.
func TestN1_NotebookInstance(t *testing.T) {
	r, a, whole, _ := inApp()
	r.kernel, r.running = nil, true
	r.minutes(t, a, 300)
	if len(whole.stopped) > 0 {
		t.Fatal("a terminal was busy")
	}
	r.running = false
	whole.refuse = errors.New("ValidationException: Status (Updating) not in ([InService])")
	r.minutes(t, a, 125)
	if len(whole.stopped) < 2 {
		t.Errorf("tried %d times", len(whole.stopped))
	}
}

// A redirection is no answer: a DELETE that led to a page to sign in at would be taken for done.
func TestARedirectionIsNoAnswer(t *testing.T) {
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/elsewhere/") {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, "[]")
			return
		}
		http.Redirect(w, r, s.URL+"/elsewhere/", http.StatusFound)
	}))
	defer s.Close()
	if status, _, errs := run(t, nil, "--no-heartbeat", "--once", "--server", s.URL+"/lab/"); status != 1 || !strings.Contains(errs, "302 Found") {
		t.Errorf("status %d: %s", status, errs)
	}
	base, err := url.Parse(s.URL + "/lab/")
	if err != nil {
		t.Fatal(err)
	}
	c := &jupyter.Client{Base: base, HTTP: jupyterHTTP()}
	if err := c.ShutDownKernel(t.Context(), "k-1"); err == nil {
		t.Error("a kernel was said to be shut down")
	}
}

// Finding credentials has an end, however long who gives them takes: a look is not to wait for it for good.
func TestCredentialsThatNeverCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
			<-ctx.Done()
			return aws.Credentials{}, ctx.Err()
		})
		caller := &remote.Caller{Region: "eu-west-1", Credentials: never, HTTP: http.DefaultClient, Getenv: func(string) string { return "" }, Now: time.Now}
		began := time.Now()
		if err := (&here{caller: caller}).Check(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if err := (heartbeat{caller: caller}).publish(t.Context(), Judgement{State: Active}, time.Now()); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if took := time.Since(began); took != 2*patience {
			t.Errorf("it took %s", took)
		}
	})
}
