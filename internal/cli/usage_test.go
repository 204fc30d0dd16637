package cli

import (
	"strings"
	"testing"
)

// TestUsage: what cannot be is refused before anybody is asked, in words of ours, with what helps.
func TestUsage(t *testing.T) {
	const organization = "targets --organization "
	for line, want := range map[string]string{
		"scan --region us-esat-1":                       "sagewarden: --region: no such region: \"us-esat-1\"; did you mean us-east-1?\n  hint: ",
		"targets --region us-east-1 --region US-EAST-1": `"US-EAST-1"; did you mean us-east-1?`,
		"doctor --region cn-nort-1":                     "did you mean cn-north-1?",
		"explain churn --region usa":                    "--region: no such region: \"usa\": write it as eu-west-1",
		"inventory --region=":                           `--region: no such region: ""`,
		organization + "--exclude-account 123":          "--exclude-account: 3 digits are no account id: account ids have twelve",
		organization + "--exclude-account sandbox-[":    `--exclude-account: "sandbox-[" is no pattern: use *`,
		organization + "--duration 5m":                  "--duration: AWS gives no credentials for 5m: say 15m to 12h",
		organization + "--duration 12h30m":              "for 12h30m: say",
		organization + "--duration 1d":                  "for 1d: say",
		organization + "--duration abc":                 `invalid argument "abc" for "--duration" flag: "abc" is not a duration: write it like 2h`,
		organization + "--duration 0":                   "is not a duration above zero",
		"scan --top abc":                                `invalid argument "abc" for "--top" flag: write a whole number`,
		"scan --min-invocations abc":                    `flag: write a number`,
		"scan --all=abc":                                `flag: write true or false`,
		"scan --fail-on idle,broken":                    `--fail-on: "broken" is unknown: the values are conditions, idle`,
		"iam --for=":                                    "--for: no purpose is named: the purposes are scan, ",
		"iam --role Auditor":                            "--role has no effect on a policy that assumes none: add --for organization, or --as role",
		"iam --as role":                                 "--as: a role is printed as cloudformation or terraform\n  hint: add --format cloudformation or --format terraform\n",
		"iam --as stackset --format terraform":          "hint: add --format cloudformation\n",
	} {
		args := strings.Fields(line)
		status, stdout, stderr := try(t, 0, args...)
		if see := "\n  see: sagewarden " + args[0] + " --help\n"; status != exitUsage || stdout != "" || !strings.Contains(stderr, want) || !strings.HasSuffix(stderr, see) {
			t.Errorf("%s: status %d, want %q in\n%s%s", line, status, want, stdout, stderr)
		}
	}
	for _, line := range []string{"iam --for scan,organization --role Auditor", "iam --as role --format terraform --role Auditor", "iam --for all --role Auditor"} {
		if status, stdout, stderr := try(t, 0, strings.Fields(line)...); status != exitOK || !strings.Contains(stdout, "Auditor") {
			t.Errorf("%s: status %d, the role is not in\n%s%s", line, status, stdout, stderr)
		}
	}
}
