//go:build browser

package browser_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/test/absent"
)

// What the browser has drawn.
type seen struct {
	Columns, Bars, Flat, Overflow int
	Ink, Paper                    string
}

const drawn = `(() => {
	const drawn = [...document.querySelectorAll('.plot rect')].map(r => r.getBoundingClientRect());
	const style = getComputedStyle(document.body);
	return {
		Columns: drawn.length, Flat: drawn.filter(r => r.width < 1 || r.height < 1).length, Bars: [...document.querySelectorAll('td.bar rect')].filter(r => r.getBoundingClientRect().width > 0).length,
		Overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth, Ink: style.color, Paper: style.backgroundColor,
	};
})()`

// TestTheReportOfABill opens the page that cost report writes: its charts are drawn, in light and dark, wide and narrow, and the browser has nothing to complain of
// and nothing to fetch.
func TestTheReportOfABill(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		absent.Peer(t, "Chromium is not installed, run make browser as root: ", err)
	}
	file := filepath.Join(t.TempDir(), "bill.html")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := bill().Print(out, report.Options{Format: report.HTML}); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}

	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	var mutex sync.Mutex
	var said, asked []string
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	err = chromedp.Listen(ctx, func(event any) {
		mutex.Lock()
		defer mutex.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			said = append(said, e.Entry.Text)
		case *runtime.EventConsoleAPICalled, *runtime.EventExceptionThrown:
			said = append(said, "a script ran")
		case *network.EventRequestWillBeSent:
			asked = append(asked, e.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	for _, look := range []struct {
		name, scheme  string
		width, height int64
	}{{"light", "light", 1280, 900}, {"dark", "dark", 1280, 900}, {"narrow", "light", 390, 800}} {
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}}); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(look.width, look.height), chromedp.Navigate("file://"+file)); err != nil {
			t.Fatal(err)
		}
		got, err := chromedp.Run(ctx, chromedp.Evaluate[seen](drawn))
		if err != nil {
			t.Fatal(err)
		}
		if got.Columns != 6 || got.Flat != 0 || got.Bars != 2 {
			t.Errorf("%s: %d columns, %d of them flat, %d bars; want 6, none and 2", look.name, got.Columns, got.Flat, got.Bars)
		}
		if got.Overflow > 0 {
			t.Errorf("%s: the page is %d pixels wider than the window", look.name, got.Overflow)
		}
		if dark := strings.HasPrefix(got.Paper, "rgb(20"); dark != (look.scheme == "dark") {
			t.Errorf("%s: ink %s on paper %s", look.name, got.Ink, got.Paper)
		}
	}
	mutex.Lock()
	defer mutex.Unlock()
	if len(said) > 0 {
		t.Errorf("the browser says %q", said)
	}
	if len(asked) == 0 {
		t.Error("nobody heard of the page's own request")
	}
	for _, url := range asked {
		if url != "file://"+file {
			t.Errorf("the page asks for %s", url)
		}
	}
}

// bill is a document with charts, bars and a stranger's name.
func bill() report.Document {
	money := func(dollars int64) report.Money { return report.Money{Value: decimal.NewFromInt(dollars)} }
	table := report.Data{Name: "by month", Columns: []report.DataColumn{{Name: "month", Head: "MONTH", Type: report.Date}, {Name: "cost", Head: "COST", Type: report.Amount}},
		Rows: func(yield func([]any, error) bool) {
			_ = yield([]any{"2026-02", money(70)}, nil) && yield([]any{"<script>alert(1)</script>", money(-20)}, nil)
		}}
	series := func(name string, values ...int64) report.Series {
		s := report.Series{Name: name}
		for _, v := range values {
			s.Values = append(s.Values, decimal.NewFromInt(v))
		}
		return s
	}
	return report.Document{Title: "What SageMaker cost", Figures: []report.Figure{{Label: "All of it", Text: "$50.00", Note: "+3.0%"}}, Parts: []report.Part{
		{Title: "By month", Data: table, Bars: "cost", Chart: &report.Chart{Labels: []string{"2026-01", "2026-02", "2026-03"}, Series: []report.Series{series("compute", 50, 60, 70), series("credits", -5, -6, -7)}}},
	}}
}
