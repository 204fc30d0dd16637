//go:build browser

package browser_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/sagewarden/sagewarden/test/absent"
)

const space = "arn:aws:sagemaker:eu-west-1:111122223333:app/d-abcdefghijkl/risk/jupyterlab/default"

// A desk is a JupyterLab with the extension installed, and a browser that looks at it.
type desk struct {
	t         *testing.T
	home, url string
	env       []string
	browser   context.Context //nolint:containedctx // chromedp keeps its browser in a context
	lab       *exec.Cmd
}

// sitDown starts the server and the browser. Without them, the test is skipped, which fails with CI=true.
func sitDown(t *testing.T) *desk {
	t.Helper()
	lab := filepath.Join(os.Getenv("SAGEWARDEN_JUPYTER"), "bin", "jupyter-lab")
	chromium, err := exec.LookPath("chromium")
	if err == nil {
		_, err = os.Stat(lab)
	}
	if err == nil {
		err = exec.Command("unshare", "--pid", "--fork", "--mount-proc", "true").Run()
	}
	if err != nil {
		absent.Peer(t, "Chromium or JupyterLab is not installed, run make browser as root: ", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().(*net.TCPAddr)
	_ = listener.Close()

	d := &desk{t: t, home: t.TempDir(), url: fmt.Sprintf("http://%s/jupyterlab/default/", address)}
	shared := filepath.Join(d.home, "share")
	if err := os.CopyFS(filepath.Join(shared, "labextensions", "@sagewarden", "labextension"), os.DirFS("../../labextension/prebuilt")); err != nil {
		t.Fatal(err)
	}
	d.write("work/risk.ipynb", notebook)
	d.write(".jupyter/lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings", `{"fetchNews":"false","checkForUpdates":false}`)
	d.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + d.home, "JUPYTER_PATH=" + shared, "SHELL=/bin/sh", "PYTHONDONTWRITEBYTECODE=1", "AWS_EC2_METADATA_DISABLED=true"}
	// In a room of its own, so that the agent sees no browser at work: a person's browser is on a machine of theirs.
	d.lab = exec.Command("unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", `"$@"; exit`, "sh", lab, "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", fmt.Sprintf("--ServerApp.port=%d", address.Port),
		"--ServerApp.port_retries=0", "--ServerApp.base_url=/jupyterlab/default/", "--IdentityProvider.token=", "--ServerApp.password=",
		"--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--ServerApp.root_dir="+filepath.Join(d.home, "work"))
	d.start(d.lab, "lab.log")
	d.until("the server to answer", func() bool {
		resp, err := http.Get(d.url + "api/status?no_track_activity=1")
		if err == nil {
			_ = resp.Body.Close()
		}
		return err == nil
	})

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1180, 860))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	var done context.CancelFunc
	d.browser, done = chromedp.NewContext(allocator)
	t.Cleanup(done)
	// The browser lives as long as the context of its first step: it must be one without a limit.
	if err := chromedp.Do(d.browser, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	go d.leave(chromedp.Events(d.browser, page.JavascriptDialogOpening))
	return d
}

// leave agrees when the browser asks whether to leave a page with a notebook that is not saved: it would wait for an answer for good.
func (d *desk) leave(questions iter.Seq2[page.EventJavascriptDialogOpening, error]) {
	for _, err := range questions {
		if err != nil {
			return
		}
		_, _ = chromedp.Call(d.browser, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
	}
}

const notebook = `{"cells":[{"cell_type":"code","id":"a1","execution_count":null,"metadata":{},"outputs":[],"source":"x = 6 * 7"}],
"metadata":{"kernelspec":{"display_name":"Python 3","language":"python","name":"python3"}},"nbformat":4,"nbformat_minor":5}`

func (d *desk) write(name, text string) {
	d.t.Helper()
	file := filepath.Join(d.home, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// start starts a process that ends with the test, and shows what it said when the test failed.
func (d *desk) start(cmd *exec.Cmd, name string) {
	d.t.Helper()
	log, err := os.Create(filepath.Join(d.home, name))
	if err != nil {
		d.t.Fatal(err)
	}
	cmd.Env, cmd.Stdout, cmd.Stderr = d.env, log, log
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		_ = cmd.Process.Kill() // the room and all that is in it end with it
		_ = cmd.Wait()
		_ = log.Close()
		if said, err := os.ReadFile(log.Name()); d.t.Failed() && err == nil {
			d.t.Logf("%s:\n%s", name, said)
		}
	})
}

// employ starts the real agent, whose limits and countdown are as given.
func (d *desk) employ(limit, grace string) {
	d.t.Helper()
	program := filepath.Join(d.home, "sagewarden-agent")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/sagewarden-agent").CombinedOutput(); err != nil {
		d.t.Fatalf("build the agent: %v\n%s", err, out)
	}
	d.write("metadata.json", `{"AppType":"JupyterLab","DomainId":"d-abcdefghijkl","SpaceName":"risk","ResourceName":"default","ResourceArn":"`+space+`"}`)
	d.write("agent.json", `{"interval":"1s","bounds":{"min":30,"max":720},"stop":{"app":true},"rates":{"ml.t3.medium":"0.05"},"quiet":{"networkBytesPerSecond":1000000000000}}`) // this machine's network carries what others do
	// What this app is, as SageMaker says it, and yes to all else.
	begun := time.Now().Add(-2 * time.Hour)
	sagemaker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = fmt.Fprintf(w, `{"Status":"InService","CreationTime":%d,"ResourceSpec":{"InstanceType":"ml.t3.medium"}}`, begun.Unix())
	}))
	d.t.Cleanup(sagemaker.Close)
	d.env = append(d.env, "AWS_ENDPOINT_URL="+sagemaker.URL, "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none")
	room := fmt.Sprintf("/proc/%d/ns/", d.lab.Process.Pid)
	agent := exec.Command("nsenter", "--pid="+room+"pid_for_children", "--mount="+room+"mnt", program, "--config", filepath.Join(d.home, "agent.json"), "--metadata", filepath.Join(d.home, "metadata.json"), "--home", d.home,
		"--server", d.url, "--no-heartbeat", "--lock", filepath.Join(d.home, "lock"), "--app-idle", limit, "--kernels-idle", limit, "--terminals-idle", limit, "--grace", grace)
	d.start(agent, "agent.log")
}

// said is what the agent last wrote for the extension.
func (d *desk) said() (status struct {
	KeepUntil, ShutdownAt, Handled, HandledResult string
	KernelIdleMinutes                             int
}) {
	text, err := os.ReadFile(filepath.Join(d.home, ".jupyter/lab/user-settings/@sagewarden/labextension/status.jupyterlab-settings"))
	if err == nil {
		_ = json.Unmarshal(text, &status)
	}
	return status
}

// until waits for something to be so.
func (d *desk) until(what string, so func() bool) {
	d.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if so() {
			return
		}
		if time.Now().After(deadline) {
			d.look("failed.png")
			d.t.Fatalf("waited in vain for %s; the panel shows:\n%s", what, d.text(".jp-Sagewarden"))
		}
	}
}

// ask sends a request to the server.
func (d *desk) ask(method, path, body string) []byte {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path+"?no_track_activity=1", strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Cookie", "_xsrf=5a67")
	req.Header.Set("X-Xsrftoken", "5a67")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		d.t.Fatalf("%s %s: %s %v\n%s", method, path, resp.Status, err, answer)
	}
	return bytes.TrimSpace(answer)
}

// do runs steps in the browser.
func (d *desk) do(steps ...chromedp.Action[chromedp.Void]) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.browser, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		d.t.Fatalf("%v; the panel shows:\n%s", err, d.text(".jp-Sagewarden"))
	}
}

// open loads JupyterLab, and shows the panel.
func (d *desk) open() {
	d.t.Helper()
	d.do(chromedp.Navigate(d.url + "lab/tree/risk.ipynb?reset"))
	d.until("the tab of the panel", func() bool {
		return d.evaluate(`document.querySelector('.jp-SideBar [data-id="sagewarden-panel"]') !== null && document.querySelector('#jupyterlab-splash') === null`) == true
	})
	d.until("the panel", func() bool {
		return d.evaluate(`(() => {
			const shown = document.querySelector('.jp-Sagewarden')?.offsetParent;
			if (!shown) {
				const tab = document.querySelector('.jp-SideBar [data-id="sagewarden-panel"]'), at = tab.getBoundingClientRect();
				const where = {bubbles: true, clientX: at.x + at.width / 2, clientY: at.y + at.height / 2};
				for (const type of ['pointerdown', 'pointerup', 'click']) { tab.dispatchEvent(new PointerEvent(type, where)); }
			}
			return Boolean(shown);
		})()`) == true
	})
}

// press clicks the button that is called so, by its label or its text.
func (d *desk) press(within, name string) {
	d.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll(%q)].flatMap(e => [...e.querySelectorAll('button')]).find(b => (b.ariaLabel || b.textContent.trim()) === %q)`, within, name)
	d.until("the button "+name, func() bool {
		return d.evaluate(`(() => { const b = `+find+`; b?.click(); return b !== undefined; })()`) == true
	})
}

// evaluate is what a script gives, nil while the page has no answer.
func (d *desk) evaluate(script string) any {
	ctx, cancel := context.WithTimeout(d.browser, 5*time.Second)
	defer cancel()
	answer, _ := chromedp.Run(ctx, chromedp.Evaluate[any](script))
	return answer
}

// text is what an element shows.
func (d *desk) text(selector string) string {
	shown, _ := d.evaluate(fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.innerText).join('\n')`, selector)).(string)
	return shown
}

// look takes a picture, where SAGEWARDEN_PICTURES names a folder to keep it in.
func (d *desk) look(name string) {
	folder := os.Getenv("SAGEWARDEN_PICTURES")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(d.browser, chromedp.CaptureScreenshot())
	if err != nil {
		d.t.Log(err)
		return
	}
	if err := os.WriteFile(filepath.Join(folder, name), picture, 0o644); err != nil {
		d.t.Fatal(err)
	}
}
