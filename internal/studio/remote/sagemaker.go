package remote

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// SageMaker calls an operation of SageMaker's (AWS JSON 1.1) with these parameters, and reads what it needs of the answer, nil for nothing.
func (c *Caller) SageMaker(ctx context.Context, operation string, parameters map[string]string, answer any) error {
	if err := c.sageMaker(ctx, operation, parameters, answer); err != nil {
		return &estate.Error{Op: "sagemaker:" + operation, On: c.Region, Err: err,
			Hint: "allow sagemaker:" + operation + " on the resource itself to the execution role; in a VPC without internet, it needs an endpoint for the SageMaker API"}
	}
	return nil
}

// maxAnswer bounds an answer of AWS's.
const maxAnswer = 256 << 10

func (c *Caller) sageMaker(ctx context.Context, operation string, parameters map[string]string, answer any) error {
	endpoint := cmp.Or(c.Getenv("AWS_ENDPOINT_URL_SAGEMAKER"), c.Getenv("AWS_ENDPOINT_URL"),
		"https://api.sagemaker."+c.Region+"."+cmp.Or(domains[c.Partition], "amazonaws.com"))
	body, err := json.Marshal(parameters)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "SageMaker."+operation)
	who, err := c.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("find credentials: %w", secretless(err))
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, who, req, hex.EncodeToString(sum[:]), "sagemaker", c.Region, c.Now()); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return secretless(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case resp.StatusCode/100 != 2:
		var refusal struct {
			Type    string `json:"__type"`
			Message string `json:"message"`
		}
		if json.Unmarshal(text, &refusal) == nil && refusal.Type != "" {
			return fmt.Errorf("%s: %s", refusal.Type, refusal.Message)
		}
		return errors.New(resp.Status)
	case err != nil:
		return err
	case answer != nil:
		return json.Unmarshal(text, answer)
	}
	return nil
}
