package ledger

import (
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// The sorts of records.
const (
	SortFinding  = "finding"
	SortNotice   = "notice"
	SortIntent   = "intent"
	SortReceipt  = "receipt"
	SortHalt     = "halt"
	SortExempt   = "exemption"
	SortSpending = "spending" // what was done on a day, for its caps
	SortLink     = "link"     // a link of a notice that was used
	SortRun      = "run"      // when a policy looked last
	SortLease    = "lease"    // whose turn it is
)

// A Finding says that a policy matches a resource. It lives until it was acted on, or the policy does not match any more.
type Finding struct {
	// ID is the same at every run for the same policy, resource and bearer of the name.
	ID       string          `json:"id"`
	Policy   string          `json:"policy"`
	Resource Subject         `json:"resource"`
	Verdict  estate.Verdict  `json:"verdict"`
	Hourly   decimal.Decimal `json:"hourly"`
	// Known says that every price behind Hourly is known.
	Known bool `json:"known"`
	// By is who ran what made it: an ARN. It takes somebody else to approve it.
	By string `json:"by,omitempty"`
	// First and Last are when the policy matched first and last.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	// Next is the index of the policy's step that comes next, and Since when the one before was done: what its After counts from.
	Next  int       `json:"next"`
	Since time.Time `json:"since"`
	// Asks are the policy's steps as they were when the finding was made, as a digest: a policy that was changed begins anew.
	Asks string `json:"asks"`
	// Approvals are who has approved the steps that change something.
	Approvals []Approval `json:"approvals,omitempty"`
	// Snooze puts off every step that changes something.
	Snooze *Snooze `json:"snooze,omitempty"`
	// Trouble is why the last attempt of a step did not do it.
	Trouble string `json:"trouble,omitempty"`
	// Underway is the id of the first call of the step that was begun and is not through; empty where none is.
	Underway string `json:"underway,omitempty"`
	// Seen is when that step looked first, by AWS's clock: what was made later does not belong to what it does.
	Seen time.Time `json:"seen,omitzero"`
	// Done are the ids of the first receipts of the steps that were done.
	Done []string `json:"done,omitempty"`
	// Closed is when it ended, and Why how: acted, cleared, exempt.
	Closed time.Time `json:"closed,omitzero"`
	Why    string    `json:"why,omitempty"`
}

// Anew is the finding as it begins again at an instant: told again, approved again, with its time before it. What was under way is over.
func (f Finding) Anew(now time.Time) Finding {
	f.First, f.Since, f.Next, f.Approvals = now, now, 0, nil
	return f.Ended()
}

// Ended is the finding without a step under way.
func (f Finding) Ended() Finding {
	if f.Underway != "" {
		f.Done, f.Underway, f.Seen = append(f.Done, f.Underway), "", time.Time{}
	}
	return f
}

// A Subject is the resource of a finding, as far as it is named by.
type Subject struct {
	ARN     string        `json:"arn"`
	Kind    estate.Kind   `json:"kind"`
	Target  estate.Target `json:"target"`
	Name    string        `json:"name"`
	Owner   string        `json:"owner,omitempty"`
	Created time.Time     `json:"created,omitzero"`
}

// A Snooze puts a finding off.
type Snooze struct {
	Until time.Time `json:"until"`
	By    string    `json:"by"`
	Why   string    `json:"why,omitempty"`
}

// An Approval is one person's word that the steps of a finding may be carried out.
type Approval struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// An Exemption keeps a resource out of a policy, or of all of them.
type Exemption struct {
	ARN string `json:"arn"`
	// Policy is empty for all.
	Policy string `json:"policy,omitempty"`
	// Until is when it ends; zero for never.
	Until time.Time `json:"until,omitzero"`
	By    string    `json:"by"`
	Why   string    `json:"why"`
}

// A Notice is one message to one person or group through one channel. It is in the ledger before it is sent, and until the channel has taken it.
type Notice struct {
	// ID is the same however often it is sent: who gets it twice can tell.
	ID string `json:"id"`
	// To is whom, Channel the configured channel that reaches them.
	To      string `json:"to"`
	Channel string `json:"channel"`
	// Findings are those that it tells of, each with the step that told it.
	Findings []Told `json:"findings"`
	Subject  string `json:"subject"`
	Text     string `json:"text"`
	// HTML says the same for mail programs that show it; empty for nothing.
	HTML string    `json:"html,omitempty"`
	Made time.Time `json:"made"`
	// Attempts counts the times that it was sent, Trouble is why the last one failed, and Again when the next one comes.
	Attempts int       `json:"attempts,omitempty"`
	Trouble  string    `json:"trouble,omitempty"`
	Again    time.Time `json:"again,omitzero"`
	// Delivered is when the channel took it.
	Delivered time.Time `json:"delivered,omitzero"`
}

// Told is a step of a finding that a notice tells of.
type Told struct {
	Finding string `json:"finding"`
	Step    int    `json:"step"`
}

// An Action is what one step does, in the words of the ledger.
type Action struct {
	// Of is the id of the first call of the same step; empty for the first one itself. Undoes is the receipt of the call that this one takes back.
	Of string `json:"of,omitempty"`
	// Nth counts the calls of a step, from 0: several may begin in one second, and on nodes whose clocks differ.
	Nth      int           `json:"nth,omitempty"`
	Undoes   string        `json:"undoes,omitempty"`
	Finding  string        `json:"finding,omitempty"`
	Policy   string        `json:"policy,omitempty"`
	Target   estate.Target `json:"target"`
	Resource string        `json:"resource"`
	Kind     estate.Kind   `json:"kind"`
	Ask      estate.Ask    `json:"ask"`
	// Identity is what the resource was, as far as finding it again takes: it may be gone when the action is undone.
	Identity estate.Resource `json:"identity,omitzero"`
	// Operation is the call, as IAM names it, On the ARN of what it changes, Saved what that was, as far as undoing takes.
	Operation string          `json:"operation"`
	On        string          `json:"on"`
	Saved     json.RawMessage `json:"saved,omitempty"`
	// Evidence is the verdict that the action rests on, made right before it.
	Evidence estate.Verdict  `json:"evidence"`
	Hourly   decimal.Decimal `json:"hourly"`
	Known    bool            `json:"known"`
	By       string          `json:"by"`
}

// The events of the history. How an action ended is an event of the outcome's name.
const (
	EventBegun      = "begun"
	EventHalted     = "halted"
	EventResumed    = "resumed"
	EventSnoozed    = "snoozed"
	EventWoken      = "woken"
	EventApproved   = "approved"
	EventWithdrawn  = "withdrawn"
	EventExempted   = "exempted"
	EventUnexempted = "unexempted"
)
