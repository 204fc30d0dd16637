package cloud

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Class says what kind of end a call came to.
type Class string

// The classes.
const (
	Ok Class = "ok"
	// Denied: the caller lacks the permission.
	Denied Class = "denied"
	// Throttled: AWS refused for load, to the last attempt.
	Throttled Class = "throttled"
	// NotFound: the resource does not exist, perhaps no longer.
	NotFound Class = "not-found"
	// Credentials: there are none, or they have expired or are not valid.
	Credentials Class = "credentials"
	// RegionOff: the account has not enabled the region, or the service is not there.
	RegionOff Class = "region-off"
	// NotOffered: the region's service does not know the operation, as new families are not everywhere.
	NotOffered Class = "not-offered"
	// Unreachable: no answer came from the network.
	Unreachable Class = "unreachable"
	// Canceled: the caller gave up.
	Canceled Class = "canceled"
	// Failed: anything else.
	Failed Class = "failed"
)

// Outcome is what the class means for coverage. A resource that is not found is an answer.
func (c Class) Outcome() estate.Outcome {
	switch c {
	case Ok, NotFound:
		return estate.OutcomeSeen
	case NotOffered:
		return estate.OutcomeNotOffered
	case Denied:
		return estate.OutcomeDenied
	case Throttled:
		return estate.OutcomeThrottled
	default:
		return estate.OutcomeFailed
	}
}

// Lost is the outcome of a call that failed and left something unseen: never one of those that leave nothing.
func Lost(err error) estate.Outcome {
	o := Classify(err).Outcome()
	if !(estate.Coverage{Outcome: o}).Hole() {
		return estate.OutcomeFailed
	}
	return o
}

var classByCode = map[string]Class{
	"AccessDenied":          Denied,
	"AccessDeniedException": Denied,
	"AuthorizationError":    Denied,
	"NotAuthorized":         Denied,
	"UnauthorizedException": Denied,
	"UnauthorizedOperation": Denied,

	"ResourceNotFound":          NotFound,
	"ResourceNotFoundException": NotFound,

	"AuthFailure":                         Credentials,
	"ExpiredToken":                        Credentials,
	"ExpiredTokenException":               Credentials,
	"IncompleteSignature":                 Credentials,
	"IncompleteSignatureException":        Credentials,
	"InvalidClientTokenId":                Credentials,
	"InvalidSignatureException":           Credentials,
	"InvalidToken":                        Credentials,
	"MissingAuthenticationToken":          Credentials,
	"MissingAuthenticationTokenException": Credentials,
	"RequestExpired":                      Credentials,
	"SignatureDoesNotMatch":               Credentials,
	"UnrecognizedClientException":         Credentials,

	"OptInRequired":           RegionOff,
	"RegionDisabledException": RegionOff,

	"UnknownOperationException": NotOffered,
}

// notFoundTexts are how SageMaker says in a ValidationException that the resource does not exist. The last is of training jobs
// (https://github.com/aws/aws-sdk/issues/165).
var notFoundTexts = []string{"could not find", "does not exist", "recordnotfound", "requested resource not found"}

// Uncertain reports whether nobody knows what a call that failed has done: its answer was lost, or AWS failed at it.
func Uncertain(err error) bool {
	if class := Classify(err); class == Unreachable || class == Canceled {
		return true
	}
	answer, ok := errors.AsType[interface {
		error
		HTTPStatusCode() int
	}](err)
	return ok && answer.HTTPStatusCode() >= 500
}

// Classify says what kind of end the call came to that returned err.
func Classify(err error) Class {
	if err == nil {
		return Ok
	}
	if _, late := errors.AsType[*lateError](err); late {
		return Unreachable
	}
	if errors.Is(err, context.Canceled) {
		return Canceled
	}
	// Before the SDK's own idea of cancelled: its search for credentials has time limits inside.
	if _, ok := errors.AsType[*credentialsError](err); ok {
		return Credentials
	}
	if gaveUp(err) {
		return Canceled
	}
	if _, ok := errors.AsType[*regionError](err); ok {
		return RegionOff
	}
	if throttles(err) {
		return Throttled
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		if class, known := classByCode[api.ErrorCode()]; known {
			return class
		}
		if api.ErrorCode() == "ValidationException" && saysNotFound(api.ErrorMessage()) {
			return NotFound
		}
		return Failed
	}
	if unreachable(err) {
		return Unreachable
	}
	return Failed
}

// gaveUp reports whether the caller's context ended the call, by cancellation or deadline.
func gaveUp(err error) bool {
	_, send := errors.AsType[*smithy.CanceledError](err)
	_, wait := errors.AsType[*aws.RequestCanceledError](err)
	return send || wait
}

func saysNotFound(message string) bool {
	message = strings.ToLower(message)
	for _, text := range notFoundTexts {
		if strings.Contains(message, text) {
			return true
		}
	}
	return false
}

func unreachable(err error) bool {
	if sent, ok := errors.AsType[interface {
		error
		ConnectionError() bool
	}](err); ok && sent.ConnectionError() {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, context.DeadlineExceeded)
}
