package ledger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

func put(t *testing.T, l *ledger.Ledger, f ledger.Finding) {
	t.Helper()
	if err := l.Update(t.Context(), func(tx *ledger.Tx) error { return tx.Put(t.Context(), ledger.SortFinding, f.ID, f) }); err != nil {
		t.Fatal(err)
	}
}

func finding(t *testing.T, l *ledger.Ledger, id string) ledger.Finding {
	t.Helper()
	f, err := ledger.Get[ledger.Finding](t.Context(), l, ledger.SortFinding, id)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func refused(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

func TestFind(t *testing.T) {
	l, _ := clocked(t)
	other := ledger.Subject{ARN: churn + "2"}
	put(t, l, ledger.Finding{ID: "aaaa1", Resource: ledger.Subject{ARN: churn}})
	put(t, l, ledger.Finding{ID: "aaaa2", Resource: ledger.Subject{ARN: churn}, Closed: at})
	put(t, l, ledger.Finding{ID: "aaaa22", Resource: other, Closed: at})
	put(t, l, ledger.Finding{ID: "b1", Resource: ledger.Subject{ARN: churn}})
	for word, want := range map[string]string{
		"aaaa1": "aaaa1", "aaaa2": "aaaa2", "b": "b1", churn: "aaaa1 b1", churn + "2": "aaaa22",
		"aaaa": `3 findings have ids that begin with "aaaa": write more of it`, "c": `there is no finding "c"`, churn + "3": "there is no finding", "": "there is no finding",
	} {
		found, err := l.Find(t.Context(), word)
		var ids []string
		for _, f := range found {
			ids = append(ids, f.ID)
		}
		got := strings.Join(ids, " ")
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

// TestApprovals: a person counts once, and who made a finding not at all.
func TestApprovals(t *testing.T) {
	l, _ := clocked(t)
	put(t, l, ledger.Finding{ID: "f", By: ana})
	approve := func(by string) error { return l.Approve(t.Context(), "f", by) }
	refused(t, approve(ana), "was made by "+ana+": somebody else must approve it")
	refused(t, approve(""), "nobody knows who approves")
	if err := approve(ben); err != nil {
		t.Fatal(err)
	}
	refused(t, approve(ben), ben+" has approved the finding f already")
	f := finding(t, l, "f")
	if f.Approvers(nil) != 1 || len(f.Approvals) != 1 || f.Approvals[0] != (ledger.Approval{By: ben, At: at}) {
		t.Errorf("%+v", f)
	}
	f.Approvals = append(f.Approvals, f.Approvals[0], ledger.Approval{By: ana}) // as somebody might write it by hand
	if f.Approvers(nil) != 1 {
		t.Errorf("%d people", f.Approvers(nil))
	}
	refused(t, l.Withdraw(t.Context(), "f", ana), "has not approved")
	if err := l.Withdraw(t.Context(), "f", ben); err != nil || finding(t, l, "f").Approvers(nil) != 0 {
		t.Error(err)
	}
	put(t, l, ledger.Finding{ID: "closed", Closed: at, Why: "cleared"})
	refused(t, l.Approve(t.Context(), "closed", ben), "has been closed since 2026-03-02T15:00:00Z: cleared")
	refused(t, l.Approve(t.Context(), "none", ben), `there is no finding "none"`)
	if got := events(t, l); got != "approved withdrawn" {
		t.Error(got)
	}
}

func TestSnooze(t *testing.T) {
	l, _ := clocked(t)
	put(t, l, ledger.Finding{ID: "f"})
	refused(t, l.Wake(t.Context(), "f", ana), "is not put off")
	s := ledger.Snooze{Until: at.Add(time.Hour), By: ana, Why: "month end"}
	if err := l.Snooze(t.Context(), "f", s); err != nil || *finding(t, l, "f").Snooze != s {
		t.Error(err)
	}
	if err := l.Wake(t.Context(), "f", ben); err != nil || finding(t, l, "f").Snooze != nil {
		t.Error(err)
	}
	if got := events(t, l); got != "snoozed woken" {
		t.Error(got)
	}
}

func TestExempt(t *testing.T) {
	l, _ := clocked(t)
	for _, policy := range []string{"", "idle-endpoints"} {
		if err := l.Exempt(t.Context(), ledger.Exemption{ARN: churn, Policy: policy, By: ana, Why: "batch"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Exempt(t.Context(), ledger.Exemption{ARN: churn + "2", By: ana, Why: "batch"}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for e, err := range ledger.All[ledger.Exemption](t.Context(), l, ledger.SortExempt, ledger.ExemptionKey(churn, "")) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.ARN+e.Policy)
	}
	if strings.Join(got, " ") != churn+" "+churn+"idle-endpoints" {
		t.Error(got)
	}
	if err := l.Unexempt(t.Context(), churn, "", ben); err != nil {
		t.Error(err)
	}
	refused(t, l.Unexempt(t.Context(), churn, "", ben), "there is no such exemption")
	if got := events(t, l); got != "exempted exempted exempted unexempted" {
		t.Error(got)
	}
}
