package estate

import "testing"

func TestReason(t *testing.T) {
	const ana = "arn:aws:iam::111122223333:user/ana"
	const user = "AccessDenied: User: " + ana + " is not authorized to perform: "
	for _, c := range []struct {
		outcome   Outcome
		err, want string
	}{
		{OutcomeDenied, user + "sts:AssumeRole on resource: arn:aws:iam::444455556666:role/Reader", ana + " is not authorized"},
		{OutcomeDenied, user + "sts:AssumeRole on resource: * because no identity-based policy allows the sts:AssumeRole action", "no identity-based policy allows it"},
		{OutcomeDenied, user + "sts:AssumeRole because no identity-based policy allows the sts:AssumeRole action", "no identity-based policy allows it"},
		{OutcomeDenied, user + "sts:AssumeRole on resource: * with an explicit deny in a service control policy", "explicit deny in a service control policy"},
		{OutcomeDenied, user + "sts:TagSession on resource: * because no identity-based policy allows the sts:TagSession action", "no identity-based policy allows the sts:TagSession action"},
		{OutcomeDenied, user + "sts:TagSession on resource: *", ana + " is not authorized to perform sts:TagSession"},
		{OutcomeDenied, "AccessDeniedException: You don't have permissions to access this resource.", "AccessDeniedException: You don't have permissions to access this resource."},
		{OutcomeFailed, user + "sts:AssumeRole", user + "sts:AssumeRole"},
		{OutcomeThrottled, "", ""},
	} {
		if got := (Coverage{Operation: "sts:AssumeRole", Outcome: c.outcome, Error: c.err}).Reason(); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.outcome, c.err, got, c.want)
		}
	}
}
