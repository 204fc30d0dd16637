package cloud

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Fail makes the error that a person sees: the operation as IAM names it, the target, the cause, and what to do.
// It keeps err, which must not be nil, so that the result classifies as err does. What already is such an error is
// returned as it is.
func Fail(op string, t estate.Target, err error) *estate.Error {
	return fail(op, t.String(), t, err)
}

func fail(op, on string, t estate.Target, err error) *estate.Error {
	if e, ok := errors.AsType[*estate.Error](err); ok {
		return e
	}
	return &estate.Error{Op: op, On: on, Err: &briefError{err}, Hint: hint(op, t, err)}
}

// A briefError shows the cause of an error in place of its text.
type briefError struct{ err error }

func (b *briefError) Error() string { return Brief(b.err) }
func (b *briefError) Unwrap() error { return b.err }

// Brief is the cause of a failed call in one line: no request ids, no chain of the SDK's layers, no secrets.
func Brief(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*estate.Error](err); ok {
		err = e.Err
	}
	switch Classify(err) {
	case Canceled:
		return "cancelled"
	case Credentials:
		if e, ok := errors.AsType[*credentialsError](err); ok {
			return e.cause()
		}
	case RegionOff:
		if off, ok := errors.AsType[*regionError](err); ok {
			return "region " + off.region + " is off, or lacks the service: " + text(off.err)
		}
	}
	return text(err)
}

// text is the innermost useful text of an error.
func text(err error) string {
	if late, ok := errors.AsType[*lateError](err); ok {
		return late.Error()
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return apiText(api, err)
	}
	if send, ok := errors.AsType[*url.Error](err); ok {
		return clean("cannot reach " + host(send.URL) + ": " + inner(send.Err))
	}
	if resp, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return fmt.Sprintf("HTTP %d with an answer that is not from AWS", resp.HTTPStatusCode())
	}
	if op, ok := errors.AsType[*smithy.OperationError](err); ok {
		err = op.Err
	}
	return clean(err.Error())
}

func apiText(api smithy.APIError, err error) string {
	code, message := api.ErrorCode(), api.ErrorMessage()
	switch code {
	case "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException":
		// AWS repeats the signed headers here, the session token among them.
		return code + ": the signature is not valid: is the secret access key right, and the clock?"
	case "", "UnknownError":
		if resp, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
			return fmt.Sprintf("HTTP %d with an answer that is not from AWS", resp.HTTPStatusCode())
		}
	}
	if message == "" || message == code {
		return code
	}
	return clean(code + ": " + message)
}

// inner is the text of a network error without the layers around it.
func inner(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.Err
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err.Error()
	}
	return err.Error()
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the endpoint"
	}
	return u.Host
}

// longest is the number of bytes that a cause may have. AWS's own messages stay below it.
const longest = 400

// secrets are access key ids, and anything as long and as dense as a session token.
var secrets = regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|[A-Za-z0-9+/=]{100,}`)

// clean makes one line of limited length without secrets.
func clean(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	s = secrets.ReplaceAllString(s, "[hidden]")
	if len(s) <= longest {
		return s
	}
	end := longest
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
