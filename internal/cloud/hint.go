package cloud

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// hint says what to do about an error of an operation on a target.
func hint(op string, t estate.Target, err error) string {
	if e, ok := errors.AsType[*assumeError](err); ok && e.hint() != "" {
		return e.hint()
	}
	switch Classify(err) {
	case Denied:
		if strings.Contains(err.Error(), "explicit deny") {
			return "a policy forbids " + op + " in so many words: look at service control policies, permissions boundaries and the caller's own policies"
		}
		return "allow " + op + " to the caller"
	case Throttled:
		return "others use up the account's rate: run again later, or with a lower limit for " + op
	case Credentials:
		return credentialsHint(t.AccountName, err)
	case RegionOff:
		return "enable region " + t.Region + " in the account, or leave it out"
	case Unreachable:
		return "check the network, HTTPS_PROXY and NO_PROXY, AWS_ENDPOINT_URL, and the region's name"
	default:
		return ""
	}
}

// credentialsHint names the ways to credentials.
func credentialsHint(profile string, err error) string {
	if _, ok := errors.AsType[config.SharedConfigProfileNotExistError](err); ok {
		return "aws configure list-profiles shows those that do"
	}
	if _, ok := errors.AsType[config.AssumeRoleTokenProviderNotSetError](err); ok {
		return "get a session with the code first: aws sts get-session-token or aws sts assume-role, and export what it prints"
	}
	var flag string
	if profile != "" {
		flag = " --profile " + profile
	}
	return "aws sso login" + flag + ", or aws configure" + flag + "; sagewarden demo needs no account"
}

// join puts two hints behind one another.
func join(first, second string) string {
	if second == "" {
		return first
	}
	return first + "; " + second
}
