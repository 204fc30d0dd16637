package cloud

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/smithy-go"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// calls are one call of every client, by operation.
var calls = map[string]func(context.Context, *Session) error{
	"sagemaker:ListApps": listApps,
	"sagemaker:DescribeEndpoint": func(ctx context.Context, s *Session) error {
		_, err := s.SageMaker().DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: new("e")})
		return err
	},
	"cloudwatch:ListMetrics": func(ctx context.Context, s *Session) error {
		_, err := s.CloudWatch().ListMetrics(ctx, new(cloudwatch.ListMetricsInput))
		return err
	},
	"logs:DescribeLogStreams": func(ctx context.Context, s *Session) error {
		_, err := s.Logs().DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: new("g")})
		return err
	},
	"tag:GetResources": func(ctx context.Context, s *Session) error {
		_, err := s.Tagging().GetResources(ctx, new(resourcegroupstaggingapi.GetResourcesInput))
		return err
	},
}

func TestClassesOfAnswers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		op    string
		reply reply
		// home is true to call in the region where the caller was identified.
		home  bool
		class Class
		brief string
		hint  string
	}{
		{
			name: "well", op: "sagemaker:ListApps", reply: says(map[string]any{}), class: Ok,
		},
		{
			name: "denied, JSON", op: "sagemaker:ListApps",
			reply: refuses(400, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sagemaker:ListApps"),
			class: Denied,
			brief: "AccessDeniedException: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sagemaker:ListApps",
			hint:  "allow sagemaker:ListApps to the caller",
		},
		{
			name: "denied by an organization", op: "sagemaker:ListApps",
			reply: refuses(400, "AccessDeniedException", "not authorized, with an explicit deny in a service control policy"),
			class: Denied, brief: "AccessDeniedException: not authorized, with an explicit deny in a service control policy",
			hint: "service control policies",
		},
		{
			name: "denied, CBOR", op: "cloudwatch:ListMetrics", reply: refusesCBOR(403, "AccessDenied", "no"),
			class: Denied, brief: "AccessDenied: no", hint: "allow cloudwatch:ListMetrics",
		},
		{
			name: "denied, logs", op: "logs:DescribeLogStreams", reply: refuses(400, "AccessDeniedException", "no"),
			class: Denied, brief: "AccessDeniedException: no", hint: "allow logs:DescribeLogStreams",
		},
		{
			name: "denied, tags", op: "tag:GetResources", reply: refuses(400, "AccessDeniedException", "no"),
			class: Denied, brief: "AccessDeniedException: no", hint: "allow tag:GetResources",
		},
		{
			name: "throttled, JSON", op: "sagemaker:ListApps", reply: throttle,
			class: Throttled, brief: "ThrottlingException: Rate exceeded", hint: "lower limit for sagemaker:ListApps",
		},
		{
			name: "throttled, CBOR", op: "cloudwatch:ListMetrics", reply: refusesCBOR(400, "ThrottlingException", "Rate exceeded"),
			class: Throttled, brief: "ThrottlingException: Rate exceeded", hint: "lower limit",
		},
		{
			name: "throttled by a proxy", op: "sagemaker:ListApps", reply: page(429),
			class: Throttled, brief: "HTTP 429 with an answer that is not from AWS", hint: "lower limit",
		},
		{
			name: "endpoint that is gone", op: "sagemaker:DescribeEndpoint",
			reply: refuses(400, "ValidationException", `Could not find endpoint "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/e".`),
			class: NotFound, brief: `ValidationException: Could not find endpoint "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/e".`,
		},
		{
			name: "notebook that is gone", op: "sagemaker:DescribeEndpoint", reply: refuses(400, "ValidationException", "RecordNotFound"),
			class: NotFound, brief: "ValidationException: RecordNotFound",
		},
		{
			name: "training job that is gone", op: "sagemaker:DescribeEndpoint", reply: refuses(400, "ValidationException", "Requested resource not found."),
			class: NotFound, brief: "ValidationException: Requested resource not found.",
		},
		{
			name: "domain that is gone", op: "sagemaker:ListApps", reply: refuses(400, "ResourceNotFound", "Domain [d-1] does not exist"),
			class: NotFound, brief: "ResourceNotFound: Domain [d-1] does not exist",
		},
		{
			name: "log group that is gone", op: "logs:DescribeLogStreams", reply: refuses(400, "ResourceNotFoundException", "The specified log group does not exist."),
			class: NotFound, brief: "ResourceNotFoundException: The specified log group does not exist.",
		},
		{
			name: "a request that is wrong", op: "sagemaker:ListApps", reply: refuses(400, "ValidationException", "1 validation error detected"),
			class: Failed, brief: "ValidationException: 1 validation error detected",
		},
		{
			name: "expired on the way", op: "sagemaker:ListApps", reply: refuses(400, "ExpiredTokenException", "The security token included in the request is expired"),
			class: Credentials, brief: "ExpiredTokenException: The security token included in the request is expired", hint: "aws sso login",
		},
		{
			name: "region that is off", op: "sagemaker:ListApps",
			reply: refuses(400, "UnrecognizedClientException", "The security token included in the request is invalid."),
			class: RegionOff,
			brief: "region ap-east-1 is off, or lacks the service: UnrecognizedClientException: The security token included in the request is invalid.",
			hint:  "enable region ap-east-1 in the account, or leave it out",
		},
		{
			name: "the same answer at home", op: "sagemaker:ListApps", home: true,
			reply: refuses(400, "UnrecognizedClientException", "The security token included in the request is invalid."),
			class: Credentials, brief: "UnrecognizedClientException: The security token included in the request is invalid.", hint: "aws configure",
		},
		{
			name: "opt-in required", op: "cloudwatch:ListMetrics", home: true, reply: refusesCBOR(403, "OptInRequired", "subscribe first"),
			class: RegionOff, brief: "OptInRequired: subscribe first", hint: "enable region eu-west-1",
		},
		{
			name: "signature with its headers", op: "sagemaker:ListApps", reply: refuses(400, "InvalidSignatureException", "should have been: x-amz-security-token:"+secretToken),
			class: Credentials, brief: "InvalidSignatureException: the signature is not valid: is the secret access key right, and the clock?", hint: "aws configure",
		},
		{
			name: "a fault of the service", op: "sagemaker:ListApps", reply: refuses(500, "InternalFailure", "try\nlater"),
			class: Failed, brief: "InternalFailure: try",
		},
		{
			name: "a web page for an error", op: "sagemaker:ListApps", reply: page(502),
			class: Failed, brief: "HTTP 502 with an answer that is not from AWS",
		},
		{
			name: "a web page that forbids", op: "sagemaker:ListApps", reply: page(403),
			class: Failed, brief: "HTTP 403 with an answer that is not from AWS",
		},
		{
			name: "a web page for an answer", op: "sagemaker:ListApps", reply: page(200),
			class: Failed, brief: "HTTP 200 with an answer that is not from AWS",
		},
		{
			name: "a web page for CBOR", op: "cloudwatch:ListMetrics", reply: page(200),
			class: Failed, brief: "HTTP 200 with an answer that is not from AWS",
		},
		{
			name: "nothing, then the end of the connection", op: "sagemaker:ListApps",
			reply: func(http.ResponseWriter, *http.Request, int) { panic(http.ErrAbortHandler) },
			class: Unreachable, brief: "EOF", hint: "check the network",
		},
		{
			name: "silence", op: "sagemaker:ListApps",
			reply: func(_ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() },
			class: Unreachable, brief: "cannot reach", hint: "check the network",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			signedIn(t)
			fake := newFakeAWS(map[string]reply{tt.op: tt.reply})
			serve(t, fake)
			region := "ap-east-1"
			if tt.home {
				region = "eu-west-1"
			}
			c := New(Options{
				MaxAttempts: 2, MaxBackoff: time.Millisecond, Limits: []Limit{{"sagemaker:List*", 0}, {"cloudwatch:ListMetrics", 0}},
				HTTPClient: newHTTPClient().WithReadTimeout(200 * time.Millisecond),
			})
			s := open(t.Context(), t, c, region)
			err := calls[tt.op](t.Context(), s)
			if got := Classify(err); got != tt.class {
				t.Fatalf("class %q, want %q: %v", got, tt.class, err)
			}
			if err == nil {
				return
			}
			if n := fake.count(tt.op); tt.class == Throttled && n != 2 || tt.class == Denied && n != 1 {
				t.Errorf("%d attempts", n)
			}
			e := Fail(tt.op, s.Target(), err)
			if got := Brief(err); got != tt.brief && (tt.class != Unreachable || !strings.Contains(got, tt.brief)) {
				t.Errorf("brief %q\nwant  %q", got, tt.brief)
			}
			if want := tt.op + " on 111122223333/" + region + ": " + Brief(err); e.Error() != want {
				t.Errorf("error %q\nwant  %q", e, want)
			}
			if !strings.Contains(e.Hint, tt.hint) || tt.hint == "" && e.Hint != "" {
				t.Errorf("hint %q, want %q", e.Hint, tt.hint)
			}
			if Classify(e) != tt.class || Fail("again", s.Target(), e) != e {
				t.Error("the class is lost on the way to the user")
			}
			for _, noise := range []string{"operation error", "RequestID", "https response error", "attempts", "NotARealToken", "\n"} {
				if strings.Contains(e.Error()+e.Hint, noise) {
					t.Errorf("%q holds %q", e, noise)
				}
			}
		})
	}
}

func TestClassesOfOtherErrors(t *testing.T) {
	dns := &net.DNSError{Err: "no such host", Name: "api.sagemaker.xx-west-9.amazonaws.com", IsNotFound: true}
	for _, tt := range []struct {
		err  error
		want Class
	}{
		{nil, Ok},
		{context.Canceled, Canceled},
		{fmt.Errorf("list: %w", context.Canceled), Canceled},
		{&credentialsError{context.Canceled}, Canceled},
		{&credentialsError{context.DeadlineExceeded}, Credentials},
		{context.DeadlineExceeded, Unreachable},
		{dns, Unreachable},
		{&regionError{"xx-west-9", dns}, RegionOff},
		{&smithy.GenericAPIError{Code: "UnknownOperationException"}, NotOffered},
		{errors.New("other"), Failed},
		{&estate.Error{Op: "read", Err: errors.New("other")}, Failed},
	} {
		if got := Classify(tt.err); got != tt.want {
			t.Errorf("%v is %q, want %q", tt.err, got, tt.want)
		}
	}
}

// A host that does not exist is a region that lacks the service, unless it is the region that just worked.
func TestUnknownHostOfARegion(t *testing.T) {
	signedIn(t)
	fake := newFakeAWS(nil)
	client := roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Host, "api.sagemaker.") {
			return nil, &net.DNSError{Err: "no such host", Name: r.URL.Host, IsNotFound: true}
		}
		return fake.Do(r)
	})
	for region, want := range map[string]Class{"eu-west-1": Unreachable, "xx-west-9": RegionOff} {
		s := open(t.Context(), t, New(Options{HTTPClient: client}), region)
		if err := listApps(t.Context(), s); Classify(err) != want {
			t.Errorf("%s: %q, want %q: %v", region, Classify(err), want, err)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) Do(r *http.Request) (*http.Response, error) { return f(r) }

func TestOutcomes(t *testing.T) {
	for class, want := range map[Class]estate.Outcome{
		Ok: estate.OutcomeSeen, NotFound: estate.OutcomeSeen, Denied: estate.OutcomeDenied, Throttled: estate.OutcomeThrottled,
		NotOffered: estate.OutcomeNotOffered, Credentials: estate.OutcomeFailed, RegionOff: estate.OutcomeFailed, Unreachable: estate.OutcomeFailed,
		Canceled: estate.OutcomeFailed, Failed: estate.OutcomeFailed,
	} {
		if got := class.Outcome(); got != want {
			t.Errorf("%s: %s, want %s", class, got, want)
		}
	}
}

func TestCleanIsOneShortLineWithoutSecrets(t *testing.T) {
	for in, want := range map[string]string{
		" two\nlines ":                          "two",
		"key AKIAIOSFODNN7EXAMPLE is bad":       "key [hidden] is bad",
		"token: " + secretToken:                 "token: [hidden]",
		strings.Repeat("é ", 300):               strings.Repeat("é ", 133) + "…",
		"arn:aws:sagemaker:eu-west-1:1:app/d/u": "arn:aws:sagemaker:eu-west-1:1:app/d/u",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzBrief(f *testing.F) {
	f.Add("ThrottlingException", "Rate exceeded")
	f.Add("", strings.Repeat("\xff", 500))
	f.Fuzz(func(t *testing.T, code, message string) {
		got := Brief(fmt.Errorf("%s: %s", code, message))
		if strings.Contains(got, "\n") || len(got) > longest+len("…") {
			t.Errorf("%q", got)
		}
	})
}
