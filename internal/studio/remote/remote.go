// Package remote makes the agent's few calls to AWS, by hand: a service's client alone would weigh more than all the rest of the agent.
package remote

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Caller signs and sends requests for one region.
type Caller struct {
	Partition, Region string
	Credentials       aws.CredentialsProvider
	// HTTP carries the requests. Its Timeout bounds each.
	HTTP   *http.Client
	Getenv func(string) string
	Now    func() time.Time
}

// containerHost is where a container is told its role's credentials, by the SDK's convention.
const containerHost = "http://169.254.170.2"

// Credentials are those of the environment, else of the container, as in a Studio app, else of the machine, as on a notebook instance.
func Credentials(getenv func(string) string) aws.CredentialsProvider {
	if key := getenv("AWS_ACCESS_KEY_ID"); key != "" {
		return credentials.NewStaticCredentialsProvider(key, getenv("AWS_SECRET_ACCESS_KEY"), getenv("AWS_SESSION_TOKEN"))
	}
	endpoint := getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	if path := getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); path != "" {
		endpoint = containerHost + path
	}
	if endpoint != "" {
		return aws.NewCredentialsCache(endpointcreds.New(endpoint, func(o *endpointcreds.Options) {
			o.AuthorizationToken = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
		}))
	}
	return aws.NewCredentialsCache(ec2rolecreds.New())
}

// A Dimension is one of a metric's.
type Dimension struct{ Name, Value string }

// PutMetric publishes one datapoint to CloudWatch.
func (c *Caller) PutMetric(ctx context.Context, namespace, name string, value float64, at time.Time, dimensions []Dimension) error {
	const datum = "MetricData.member.1."
	form := url.Values{"Action": {"PutMetricData"}, "Version": {"2010-08-01"}, "Namespace": {namespace},
		datum + "MetricName": {name}, datum + "Value": {strconv.FormatFloat(value, 'f', -1, 64)}, datum + "Timestamp": {at.UTC().Format(time.RFC3339)}}
	for i, d := range dimensions {
		member := datum + "Dimensions.member." + strconv.Itoa(i+1)
		form.Set(member+".Name", d.Name)
		form.Set(member+".Value", d.Value)
	}
	if err := c.post(ctx, "monitoring", cmp.Or(c.Getenv("AWS_ENDPOINT_URL_CLOUDWATCH"), c.Getenv("AWS_ENDPOINT_URL")), form.Encode()); err != nil {
		return &estate.Error{Op: "cloudwatch:PutMetricData", On: c.Region, Err: err,
			Hint: "allow cloudwatch:PutMetricData for the namespace " + namespace + " to the execution role; in a VPC without internet, it needs an endpoint for CloudWatch"}
	}
	return nil
}

// domains are where the services of a partition are.
var domains = map[string]string{"aws-cn": "amazonaws.com.cn", "aws-iso": "c2s.ic.gov", "aws-iso-b": "sc2s.sgov.gov", "aws-iso-e": "cloud.adc-e.uk", "aws-iso-f": "csp.hci.ic.gov", "aws-eusc": "amazonaws.eu"}

// post sends a form, signed.
func (c *Caller) post(ctx context.Context, service, endpoint, body string) error {
	if endpoint == "" {
		endpoint = "https://" + service + "." + c.Region + "." + cmp.Or(domains[c.Partition], "amazonaws.com") + "/"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(body))
	if err != nil {
		return err
	}
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	who, err := c.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("find credentials: %w", secretless(err))
	}
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(ctx, who, req, hex.EncodeToString(sum[:]), service, c.Region, c.Now()); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return secretless(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode/100 == 2 {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if m := failure.FindSubmatch(text); m != nil {
		return fmt.Errorf("%s: %s", m[1], m[2])
	}
	return errors.New(resp.Status)
}

// failure is how the query protocol says what is wrong.
var failure = regexp.MustCompile(`(?s)<Code>([^<]*)</Code>\s*<Message>([^<]*)</Message>`)

// secretless is the error without the address that was asked: one of credentials is a secret of its own.
func secretless(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
