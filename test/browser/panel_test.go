//go:build browser

package browser_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestPanelWithoutAnAgent: what runs is shown and can be shut down, and it is said plainly that nobody watches.
func TestPanelWithoutAnAgent(t *testing.T) {
	d := sitDown(t)
	d.ask("POST", "api/terminals", "")
	d.open()
	d.until("the kernel and the terminal", func() bool {
		shown := d.text(".jp-Sagewarden")
		return strings.Contains(shown, "risk.ipynb") && strings.Contains(shown, "Terminal 1") && strings.Contains(shown, "Nothing is stopped, nothing is reported.")
	})
	d.look("panel-alone.png")

	d.press(".jp-Sagewarden", "Shut down risk.ipynb")
	d.until("the question", func() bool { return strings.Contains(d.text(".jp-Dialog"), "Variables in memory, lost\nrisk.ipynb") })
	d.press(".jp-Dialog", "Cancel")
	if got := string(d.ask("GET", "api/kernels", "")); got == "[]" {
		t.Fatal("the kernel is gone, though nobody agreed")
	}
	d.press(".jp-Sagewarden", "Shut down risk.ipynb")
	d.until("the question", func() bool { return d.text(".jp-Dialog") != "" })
	d.press(".jp-Dialog", "Shut down")
	d.until("the kernel to be gone", func() bool { return string(d.ask("GET", "api/kernels", "")) == "[]" })
	d.until("its row to be gone", func() bool { return !strings.Contains(d.text(".jp-Sagewarden"), "risk.ipynb") })
	if got := string(d.ask("GET", "api/terminals", "")); got == "[]" {
		t.Error("the terminal is gone with it")
	}
}

// TestPanelWithTheAgent: the countdown is seen, a warning can be put off, and what is chosen reaches the agent.
func TestPanelWithTheAgent(t *testing.T) {
	d := sitDown(t)
	d.ask("POST", "api/terminals", "")
	d.open()
	d.employ("1s", "9m30s")
	d.until("the agent to count down", func() bool { return d.said().ShutdownAt != "" })

	clock := regexp.MustCompile(`^[0-9]:[0-5][0-9]$`)
	var first string
	d.until("the countdown", func() bool { first = d.text(".jp-Sagewarden time"); return clock.MatchString(first) })
	d.until("the countdown to tick", func() bool { now := d.text(".jp-Sagewarden time"); return clock.MatchString(now) && now < first })
	d.until("the warning", func() bool { return strings.Contains(d.text(".Toastify"), "The app") })
	d.look("panel-warning.png")

	d.press(".Toastify", "Keep 1 h")
	d.until("the snooze to reach the agent", func() bool { return within(d.said().KeepUntil, time.Hour) })
	d.until("the agent to take the end back", func() bool { return d.said().ShutdownAt == "" })
	d.until("the panel to say so", func() bool {
		return strings.Contains(d.text(".jp-Sagewarden"), "Kept for") && d.text(".jp-Sagewarden time") == ""
	})
	d.press(".jp-Sagewarden", "Keep for 4 hours")
	d.until("the keep to reach the agent", func() bool { return within(d.said().KeepUntil, 4*time.Hour) })

	// A limit is moved into the administrator's bounds, and outlives a reload.
	d.evaluate(`document.querySelector('.jp-Sagewarden input[name="kernelIdleMinutes"]').focus()`)
	d.do(chromedp.KeyEvent("5\r"))
	d.until("the limit to reach the agent", func() bool { return d.said().KernelIdleMinutes == 30 })
	d.open()
	d.until("the limit to be there again", func() bool {
		return d.evaluate(`document.querySelector('.jp-Sagewarden input[name="kernelIdleMinutes"]')?.value`) == "30"
	})
	d.look("panel-light.png")

	// Everything is beyond what a browser can shut down: the agent is asked.
	d.press(".jp-Sagewarden", "Everything")
	d.until("the question", func() bool {
		asked := d.text(".jp-Dialog")
		return strings.Contains(asked, "risk.ipynb") && strings.Contains(asked, "Terminal 1")
	})
	d.look("dialog.png")
	d.press(".jp-Dialog", "Shut down")
	d.until("the agent to carry it out", func() bool { return d.said().Handled != "" && string(d.ask("GET", "api/kernels", "")) == "[]" })
	d.until("its answer to be shown", func() bool { return strings.Contains(d.text(".jp-Sagewarden"), d.said().HandledResult) })

	d.press(".jp-Sagewarden", "Release")
	d.until("the release to reach the agent", func() bool { return d.said().KeepUntil == "" })
}

// within reports whether an instant is so far from now, to a minute.
func within(text string, far time.Duration) bool {
	at, err := time.Parse(time.RFC3339, text)
	return err == nil && (time.Until(at)-far).Abs() < time.Minute
}

// TestPanelInTheDark: the panel follows the theme.
func TestPanelInTheDark(t *testing.T) {
	d := sitDown(t)
	d.write(".jupyter/lab/user-settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings", `{"theme":"JupyterLab Dark"}`)
	d.open()
	d.employ("1s", "9m30s")
	d.until("the countdown", func() bool { return d.text(".jp-Sagewarden time") != "" })
	var colours []string
	script := `JSON.stringify(['backgroundColor', 'color'].map(p => getComputedStyle(document.querySelector('.jp-Sagewarden'))[p]))`
	if text, ok := d.evaluate(script).(string); !ok || json.Unmarshal([]byte(text), &colours) != nil || colours[0] == "rgb(255, 255, 255)" || colours[0] == colours[1] {
		t.Errorf("in the dark, the panel has the colours %v", colours)
	}
	d.look("panel-dark.png")
}
