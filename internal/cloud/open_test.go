package cloud

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// serve starts the fake on loopback and makes it every service's endpoint, the way a user would.
func serve(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	t.Setenv("AWS_ENDPOINT_URL", srv.URL)
	return srv
}

func TestOpen(t *testing.T) {
	const keys = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY\n"
	target := func(partition, profile, region string) estate.Target {
		return estate.Target{Partition: partition, Account: "111122223333", AccountName: profile, Region: region}
	}
	for _, tt := range []struct {
		name    string
		config  string
		env     map[string]string
		profile string
		regions []string
		arn     string
		want    []estate.Target
	}{
		{
			name: "default profile and its region", config: "[default]\nregion = eu-west-1\n" + keys,
			want: []estate.Target{target("aws", "", "eu-west-1")},
		},
		{
			name: "named profile", config: "[profile ml]\nregion = us-east-2\n" + keys, profile: "ml",
			want: []estate.Target{target("aws", "ml", "us-east-2")},
		},
		{
			name: "profile of the environment", config: "[profile ml]\nregion = us-east-2\n" + keys,
			env:  map[string]string{"AWS_PROFILE": "ml"},
			want: []estate.Target{target("aws", "", "us-east-2")},
		},
		{
			name: "regions in the order asked, once each, without a configured one", config: "[default]\n" + keys,
			regions: []string{"us-west-2", "eu-west-1", "us-west-2"},
			want:    []estate.Target{target("aws", "", "us-west-2"), target("aws", "", "eu-west-1")},
		},
		{
			name: "the partition is the caller's", config: "[default]\nregion = cn-north-1\n" + keys,
			arn:  "arn:aws-cn:sts::111122223333:assumed-role/admin/ana",
			want: []estate.Target{target("aws-cn", "", "cn-north-1")},
		},
		{
			name: "all enabled regions, paged", config: "[default]\nregion = us-east-1\n" + keys, regions: []string{"all"},
			want: []estate.Target{target("aws", "", "af-south-1"), target("aws", "", "eu-west-1"), target("aws", "", "us-east-1")},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			isolate(t, tt.config)
			for k, v := range tt.env {
				t.Setenv(k, v)
			}
			arn := tt.arn
			if arn == "" {
				arn = "arn:aws:iam::111122223333:user/ana"
			}
			fake := newFakeAWS(map[string]reply{
				"sts:GetCallerIdentity": caller(arn),
				"account:ListRegions": func(w http.ResponseWriter, r *http.Request, n int) {
					region := func(name, status string) map[string]string {
						return map[string]string{"RegionName": name, "RegionOptStatus": status}
					}
					switch n {
					case 1:
						says(map[string]any{"NextToken": "2", "Regions": []any{region("us-east-1", "ENABLED_BY_DEFAULT"), region("eu-west-1", "ENABLED_BY_DEFAULT")}})(w, r, n)
					default:
						says(map[string]any{"Regions": []any{region("af-south-1", "ENABLED")}})(w, r, n)
					}
				},
			})
			serve(t, fake)
			sessions, err := New(Options{}).Open(t.Context(), tt.profile, tt.regions)
			if err != nil {
				t.Fatal(err)
			}
			var got []estate.Target
			for _, s := range sessions {
				got = append(got, s.Target())
				if s.Principal() != arn {
					t.Errorf("principal %q", s.Principal())
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if n := fake.count("sts:GetCallerIdentity"); n != 1 {
				t.Errorf("%d calls of GetCallerIdentity", n)
			}
		})
	}
}

func TestOpenFails(t *testing.T) {
	const signIn = "[default]\nregion = eu-west-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY\n"
	unused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := unused.Close(); err != nil {
		t.Fatal(err)
	}
	leaky := filepath.Join(t.TempDir(), "leaky")
	if err := os.WriteFile(leaky, []byte("#!/bin/sh\necho SecretAccessKey=hunter2\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		config  string
		env     map[string]string
		profile string
		regions []string
		replies map[string]reply
		want    string
		hint    string
		class   Class
	}{
		{
			name: "no region", config: strings.ReplaceAll(signIn, "region = eu-west-1\n", ""),
			want: "choose a region on the default profile: no region is given or configured", hint: "--region or AWS_REGION", class: Failed,
		},
		{
			name: "no region to ask for all", config: strings.ReplaceAll(signIn, "region = eu-west-1\n", ""), regions: []string{"all"},
			want: "choose a region on the default profile: no region is given or configured", hint: "--region or AWS_REGION", class: Failed,
		},
		{
			name: "no such profile", config: signIn, profile: "prod",
			want: "load the AWS configuration on profile prod: profile prod does not exist", hint: "list-profiles", class: Credentials,
		},
		{
			name: "broken setting", config: signIn, env: map[string]string{"AWS_MAX_ATTEMPTS": "many"},
			want: "load the AWS configuration on the default profile: ", class: Failed,
		},
		{
			name: "no credentials", config: "[default]\nregion = eu-west-1\n",
			want: "find credentials on the default profile: no credentials found in the environment, the AWS files or the instance's metadata",
			hint: "aws sso login, or aws configure; sagewarden demo", class: Credentials,
		},
		{
			name:    "no SSO session",
			config:  "[profile ml]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = r\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example\n",
			profile: "ml",
			want:    "find credentials on profile ml: the SSO session is missing or has expired",
			hint:    "aws sso login --profile ml", class: Credentials,
		},
		{
			name: "credential process that prints a secret", config: "[default]\nregion = eu-west-1\ncredential_process = " + leaky + "\n",
			want: "find credentials on the default profile: the profile's credential_process failed", hint: "aws configure", class: Credentials,
		},
		{
			name:   "role that may not be assumed",
			config: signIn + "[profile ml]\nregion = eu-west-1\nsource_profile = default\nrole_arn = arn:aws:iam::444455556666:role/ml\n", profile: "ml",
			replies: map[string]reply{"sts:AssumeRole": refusesXML(http.StatusForbidden, "AccessDenied", "User: ana is not authorized to perform: sts:AssumeRole")},
			want:    "find credentials on profile ml: AccessDenied: User: ana is not authorized to perform: sts:AssumeRole",
			hint:    "--profile ml", class: Credentials,
		},
		{
			name:   "role with MFA",
			config: signIn + "[profile ml]\nregion = eu-west-1\nsource_profile = default\nmfa_serial = m\nrole_arn = arn:aws:iam::444455556666:role/ml\n", profile: "ml",
			want: "load the AWS configuration on profile ml: the profile asks for an MFA code, which sagewarden does not take",
			hint: "get-session-token", class: Credentials,
		},
		{
			name: "expired token", config: signIn,
			replies: map[string]reply{"sts:GetCallerIdentity": refusesXML(http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired")},
			want:    "sts:GetCallerIdentity on the default profile: ExpiredToken: The security token included in the request is expired",
			hint:    "aws sso login", class: Credentials,
		},
		{
			name: "wrong key", config: signIn,
			replies: map[string]reply{"sts:GetCallerIdentity": refusesXML(http.StatusForbidden, "InvalidClientTokenId", "The security token AKIAIOSFODNN7EXAMPLE included in the request is invalid.")},
			want:    "sts:GetCallerIdentity on the default profile: InvalidClientTokenId: The security token [hidden] included in the request is invalid.",
			hint:    "aws configure", class: Credentials,
		},
		{
			name: "wrong secret", config: signIn,
			replies: map[string]reply{"sts:GetCallerIdentity": refusesXML(http.StatusForbidden, "SignatureDoesNotMatch", "The Canonical String should have been x-amz-security-token:"+secretToken)},
			want:    "sts:GetCallerIdentity on the default profile: SignatureDoesNotMatch: the signature is not valid: is the secret access key right, and the clock?",
			hint:    "aws configure", class: Credentials,
		},
		{
			name: "a web page", config: signIn,
			replies: map[string]reply{"sts:GetCallerIdentity": page(http.StatusOK)},
			want:    "sts:GetCallerIdentity on the default profile: HTTP 200 with an answer that is not from AWS", class: Failed,
		},
		{
			name: "nobody listens", config: signIn, env: map[string]string{"AWS_ENDPOINT_URL": "http://" + unused.Addr().String()},
			want: "sts:GetCallerIdentity on the default profile: cannot reach " + unused.Addr().String() + ": connect: connection refused",
			hint: "AWS_ENDPOINT_URL", class: Unreachable,
		},
		{
			name: "regions may not be listed", config: signIn, regions: []string{"all"},
			replies: map[string]reply{"account:ListRegions": refuses(http.StatusForbidden, "AccessDeniedException", "no")},
			want:    "account:ListRegions on the default profile: AccessDeniedException: no",
			hint:    "name the regions with --region; allow account:ListRegions", class: Denied,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			isolate(t, tt.config)
			serve(t, newFakeAWS(tt.replies))
			for k, v := range tt.env {
				t.Setenv(k, v)
			}
			sessions, err := New(Options{MaxBackoff: time.Millisecond}).Open(t.Context(), tt.profile, tt.regions)
			e, ok := errors.AsType[*estate.Error](err)
			if !ok || sessions != nil {
				t.Fatalf("got %v, %v", sessions, err)
			}
			if !strings.HasPrefix(e.Error(), tt.want) || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("error %q\nwant  %q\nhint  %q\nwant  %q", e, tt.want, e.Hint, tt.hint)
			}
			if got := Classify(err); got != tt.class {
				t.Errorf("class %q, want %q", got, tt.class)
			}
			for _, secret := range []string{"hunter2", "AKIAIOSFODNN7EXAMPLE", "NotARealToken", "wJalr"} {
				if strings.Contains(e.Error()+e.Hint, secret) {
					t.Errorf("%q shows a secret", e)
				}
			}
		})
	}
}

func TestUnreachableIsNotTriedForLong(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		client := roundTrip(func(*http.Request) (*http.Response, error) {
			tries++
			return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
		})
		_, err := New(Options{HTTPClient: client, MaxAttempts: 20}).Open(t.Context(), "", nil)
		if Classify(err) != Unreachable || tries != identityAttempts {
			t.Errorf("%d tries: %v", tries, err)
		}
	})
}

func TestOpenDoesNotHang(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := New(Options{HTTPClient: hangs{newFakeAWS(nil)}}).Open(t.Context(), "", nil)
		if got := time.Since(start); got != identityTimeout {
			t.Errorf("gave up after %v", got)
		}
		if Classify(err) != Unreachable || !strings.HasSuffix(err.Error(), "no answer within 10s") {
			t.Errorf("%v", err)
		}
	})
}

func TestOpenIsCancelled(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := New(Options{HTTPClient: hangs{newFakeAWS(nil)}}).Open(ctx, "", nil)
		if Classify(err) != Canceled || !strings.HasSuffix(err.Error(), "cancelled") {
			t.Errorf("%v", err)
		}
	})
}

// A metadata service that is not there must not cost the retries and backoffs that AWS calls have.
func TestNoCredentialsFailsFast(t *testing.T) {
	isolate(t, "[default]\nregion = eu-west-1\n")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeAWS(nil)
		fake.replies["/latest/api/token"] = page(http.StatusServiceUnavailable)
		start := time.Now()
		_, err := New(Options{HTTPClient: fake}).Open(t.Context(), "", nil)
		if Classify(err) != Credentials || !strings.Contains(err.Error(), "no credentials found") {
			t.Errorf("%v", err)
		}
		if fake.count("/latest/api/token") == 0 {
			t.Error("the metadata service was not asked")
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestConnectionsAreKept(t *testing.T) {
	signedIn(t)
	fake := newFakeAWS(map[string]reply{"sagemaker:ListApps": says(map[string]any{"Apps": []any{}})})
	var opened atomic.Int32
	srv := httptest.NewUnstartedServer(fake)
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	t.Setenv("AWS_ENDPOINT_URL", srv.URL)
	s := open(t.Context(), t, New(Options{Limits: []Limit{{"sagemaker:ListApps", 0}}}))
	for range 5 {
		var wg sync.WaitGroup
		for range conns {
			wg.Go(func() {
				if err := listApps(t.Context(), s); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	if n := opened.Load(); n > 2*conns {
		t.Errorf("%d connections for %d calls at once", n, conns)
	}
}

func TestPricingByPartition(t *testing.T) {
	for _, tt := range []struct {
		region, arn, want string
	}{
		{"eu-west-1", "arn:aws:iam::111122223333:user/ana", "us-east-1"},
		{"cn-north-1", "arn:aws-cn:iam::111122223333:user/ana", "cn-northwest-1"},
		{"us-gov-west-1", "arn:aws-us-gov:iam::111122223333:user/ana", ""},
	} {
		t.Run(tt.region, func(t *testing.T) {
			signedIn(t)
			s := open(t.Context(), t, New(Options{
				HTTPClient: newFakeAWS(map[string]reply{"sts:GetCallerIdentity": caller(tt.arn)}),
			}), tt.region)
			client, ok := s.Pricing()
			if !ok {
				if tt.want != "" {
					t.Error("no client")
				}
				return
			}
			if got := client.Options().Region; got != tt.want {
				t.Errorf("asked in %q, want %q", got, tt.want)
			}
			if again, _ := s.Pricing(); again != client {
				t.Error("a second client")
			}
		})
	}
}

func TestGlobalServicesByPartition(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1": "us-east-1", "cn-north-1": "cn-northwest-1", "us-gov-east-1": "us-gov-west-1", "eusc-de-east-1": "eusc-de-east-1",
	} {
		signedIn(t)
		arn := estate.ARN{Partition: estate.PartitionOf(region), Service: "iam", Account: "111122223333", Resource: "user/ana"}
		s := open(t.Context(), t, New(Options{HTTPClient: newFakeAWS(map[string]reply{"sts:GetCallerIdentity": caller(arn.String())})}), region)
		if o, i := s.Organizations().Options().Region, s.IAM().Options().Region; o != want || i != want {
			t.Errorf("from %s, Organizations is asked in %s and IAM in %s, want %s", region, o, i, want)
		}
		if c, q := s.CloudTrail().Options().Region, s.ServiceQuotas().Options().Region; c != region || q != region {
			t.Errorf("in %s, CloudTrail is asked in %s and Service Quotas in %s", region, c, q)
		}
	}
}

func TestUserAgentNamesTheProgram(t *testing.T) {
	signedIn(t)
	var agent string
	fake := newFakeAWS(map[string]reply{"sagemaker:ListApps": func(w http.ResponseWriter, r *http.Request, _ int) {
		agent = r.UserAgent()
		_, _ = io.WriteString(w, "{}")
	}})
	if err := listApps(t.Context(), open(t.Context(), t, New(Options{HTTPClient: fake, Version: "1.2.3"}))); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(agent, "sagewarden/1.2.3") {
		t.Errorf("user agent %q", agent)
	}
}
