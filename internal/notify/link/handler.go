package link

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"path"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/report"
)

//go:embed page.html.tmpl
var pageText string

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("page").Parse(pageText))

// policy allows the page its own style and its own button, and nothing else.
var policy = func() string {
	hash := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}()

type view struct {
	Title  string
	Says   []string
	Facts  []fact
	Button string
	Style  template.CSS
}

type fact struct{ Label, Text string }

// Handler answers links, whose token is the last element of the path. To look at one changes nothing, since programs that guard mail and chats follow
// every link; the button of the page does.
func Handler(l *ledger.Ledger, keys Keys) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer",
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex"} {
			w.Header().Set(name, value)
		}
		at := l.Now()
		grant, err := keys.Open(path.Base(r.URL.Path), at)
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			var f ledger.Finding
			if err == nil {
				f, err = Find(r.Context(), l, grant)
			}
			if err == nil {
				show(w, http.StatusOK, question(grant, f, at))
				return
			}
		case http.MethodPost:
			if err == nil {
				err = Use(r.Context(), l, grant)
			}
			if err == nil {
				show(w, http.StatusOK, done(grant, at))
				return
			}
		default:
			w.Header().Set("Allow", "GET, HEAD, POST")
			show(w, http.StatusMethodNotAllowed, view{Title: "This cannot be done here"})
			return
		}
		show(w, statusOf(err), refusal(err))
	})
}

func show(w http.ResponseWriter, status int, v view) {
	v.Style = template.CSS(pageStyle)
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

const dayAndTime = "Mon 2 Jan 2006, 15:04 UTC"

// question asks before anything is done.
func question(g Grant, f ledger.Finding, now time.Time) view {
	name := report.Line(f.Resource.Name)
	until := now.Add(g.For).UTC().Format(dayAndTime)
	v := view{Facts: []fact{{"what", report.Line(string(f.Resource.Kind)) + " " + name}, {"where", report.Line(f.Resource.Target.String())},
		{"why", report.Line(f.Verdict.Why)}, {"policy", report.Line(f.Policy)}}}
	if hourly := report.Hourly(f.Hourly, f.Known); hourly != "" {
		v.Facts = append(v.Facts, fact{"costs", hourly + " an hour, " + report.Monthly(f.Hourly, f.Known) + " a month"})
	}
	switch g.Act {
	case Snooze:
		v.Title, v.Button = "Not now: put off "+name+"?", "Put it off"
		v.Says = []string{"Nothing is done to it before " + until + ", unless somebody else decides otherwise."}
	case Keep:
		v.Title, v.Button = "Keep "+name+"?", "Keep it"
		v.Says = []string{"This policy leaves it alone until " + until + ". It goes on costing what it costs."}
	case Approve:
		v.Title, v.Button = "Approve for "+name+"?", "I approve"
		v.Says = []string{"You say yes to what this policy does to it. It is looked at again right before, and left alone if it is used."}
	}
	return v
}

func done(g Grant, now time.Time) view {
	until := now.Add(g.For).UTC().Format(dayAndTime)
	return view{Title: "Done", Says: []string{map[Act]string{
		Snooze:  "It is put off until " + until + ".",
		Keep:    "It is kept until " + until + ".",
		Approve: "Your approval is recorded.",
	}[g.Act], "You can close this page."}}
}

func refusal(err error) view {
	switch {
	case errors.Is(err, ErrForged):
		return view{Title: "This link is not known", Says: []string{"It may have been cut short: copy all of it from the notice."}}
	case errors.Is(err, ErrExpired):
		return view{Title: "This link has ended", Says: []string{"Nothing was changed. The newest notice has a link that works."}}
	case errors.Is(err, ErrSpent):
		return view{Title: "This link was used already", Says: []string{"What it does is done. It works once."}}
	case errors.Is(err, ErrOver):
		return view{Title: "This is over", Says: []string{"The policy does not match any more, or what it does is done. Nothing was changed."}}
	}
	return view{Title: "This did not work", Says: []string{"Nobody knows whether it was done: look at this page again in a moment."}}
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, ErrForged):
		return http.StatusNotFound
	case errors.Is(err, ErrExpired), errors.Is(err, ErrOver):
		return http.StatusGone
	case errors.Is(err, ErrSpent):
		return http.StatusConflict
	}
	return http.StatusServiceUnavailable
}
