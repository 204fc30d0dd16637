package cloud

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
)

// credentials marks the errors of a provider as being about credentials, which the SDK's own errors do not say.
type credentials struct{ aws.CredentialsProvider }

// Retrieve returns the provider's credentials.
func (p credentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if p.CredentialsProvider == nil {
		return aws.Credentials{}, &credentialsError{errors.New("no provider of credentials is configured")}
	}
	v, err := p.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &credentialsError{err}
	}
	return v, nil
}

// A credentialsError is a failure to find credentials, as opposed to AWS refusing them.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return "find credentials: " + e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// aboutCredentials marks an error of loading the configuration, where it is about credentials.
func aboutCredentials(err error) error {
	_, noProfile := errors.AsType[config.SharedConfigProfileNotExistError](err)
	_, noToken := errors.AsType[config.AssumeRoleTokenProviderNotSetError](err)
	_, noRole := errors.AsType[config.SharedConfigAssumeRoleError](err)
	_, noARN := errors.AsType[config.CredentialRequiresARNError](err)
	if noProfile || noToken || noRole || noARN {
		return &credentialsError{err}
	}
	return err
}

// cause says in the user's words what is wrong with the credentials.
func (e *credentialsError) cause() string {
	if p, ok := errors.AsType[config.SharedConfigProfileNotExistError](e.err); ok {
		return "profile " + p.Profile + " does not exist"
	}
	if _, ok := errors.AsType[*processcreds.ProviderError](e.err); ok {
		// The SDK quotes what the process printed, which may be the secret itself.
		return "the profile's credential_process failed"
	}
	if _, ok := errors.AsType[config.AssumeRoleTokenProviderNotSetError](e.err); ok {
		return "the profile asks for an MFA code, which sagewarden does not take"
	}
	_, invalid := errors.AsType[*ssocreds.InvalidTokenError](e.err)
	switch said := e.err.Error(); {
	case invalid, strings.Contains(said, "SSO token"), strings.Contains(said, "SSO session"):
		return "the SSO session is missing or has expired"
	case strings.Contains(said, "EC2 IMDS"):
		// The metadata service is the last place that the SDK looks in.
		return "no credentials found in the environment, the AWS files or the instance's metadata"
	}
	return text(e.err)
}
