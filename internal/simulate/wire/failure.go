package wire

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// An apiError is an error as AWS answers it.
type apiError struct {
	code, message string
	// status is zero for the usual one of the code.
	status int
	// region is where S3 says that a bucket is instead, empty where that is not the matter.
	region string
}

// Error is for the simulator's own tests.
func (f *apiError) Error() string { return f.code + ": " + f.message }

func invalid(format string, args ...any) error {
	return &apiError{code: "ValidationException", message: fmt.Sprintf(format, args...)}
}

// apiErrorOf keeps an AWS error, and makes any other one an error of the service.
func apiErrorOf(err error) *apiError {
	if f, ok := errors.AsType[*apiError](err); ok {
		return f
	}
	return &apiError{code: "InternalFailure", message: err.Error()}
}

func (f *apiError) fault() string {
	if f.statusIn(json11) >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

func (f *apiError) statusIn(p protocol) int {
	if f.status != 0 {
		return f.status
	}
	if p == restXML {
		return f.objectStatus()
	}
	switch f.code {
	case "ServiceUnavailable", "ServiceUnavailableException":
		return http.StatusServiceUnavailable
	case "InternalFailure", "InternalError", "InternalServerError", "InternalServiceFault", "InternalServerException",
		"InternalServiceException", "InternalErrorException":
		return http.StatusInternalServerError
	}
	// JSON services answer 400 to the unauthorized too; the older protocols have the status that HTTP means for it.
	if p == query || p == restJSON {
		switch f.queryCode() {
		case "AccessDenied", "InvalidClientTokenId", "ExpiredToken", "MissingAuthenticationToken":
			return http.StatusForbidden
		case "Throttling":
			if p == restJSON {
				return http.StatusTooManyRequests
			}
		}
	}
	return http.StatusBadRequest
}

// queryCodes are the codes of the query protocol where they are not those of JSON without "Exception".
var queryCodes = map[string]string{
	"UnrecognizedClientException":       "InvalidClientTokenId",
	"MissingRequiredParameterException": "MissingParameter",
	"ValidationException":               "ValidationError",
	"InternalServiceFault":              "InternalServiceError",
	"UnknownOperationException":         "InvalidAction",
	"ExpiredTokenException":             "ExpiredToken",
}

func (f *apiError) queryCode() string {
	if code, ok := queryCodes[f.code]; ok {
		return code
	}
	return strings.TrimSuffix(f.code, "Exception")
}

func unknownOperation(req *request) error {
	f := &apiError{code: "UnknownOperationException", message: "the simulated organization does not know " + req.operation}
	if req.protocol == rpcCBOR {
		f.status = http.StatusNotFound
	}
	return f
}
