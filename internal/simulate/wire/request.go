package wire

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// maxBody bounds a request, also after decompression. AWS itself takes 1 MB at most for these services.
const maxBody = 8 << 20

// maxObject bounds what is put to S3 at once.
const maxObject = 64 << 20

// services are the IAM prefixes by the name that stands in X-Amz-Target or in the path of RPC v2.
var services = map[string]string{
	"SageMaker":                              "sagemaker",
	"GraniteServiceVersion20100801":          "cloudwatch",
	"Logs_20140328":                          "logs",
	"AWSPriceListService":                    "pricing",
	"ResourceGroupsTaggingAPI_20170126":      "tag",
	"AWSOrganizationsV20161128":              "organizations",
	"CloudTrail_20131101":                    "cloudtrail",
	"ServiceQuotasV20190624":                 "servicequotas",
	"TrentService":                           "kms",
	"AnyScaleFrontendService":                "application-autoscaling",
	"AWSInsightsIndexService":                "ce",
	"AWSBillingAndCostManagementDataExports": "bcm-data-exports",
	"AWSOrigamiServiceGatewayService":        "cur",
	"AmazonAthena":                           "athena",
}

// homes are the regions that the services of a whole partition answer from, whatever region a call is signed for.
var homes = map[string]map[string]string{
	"organizations":    {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"},
	"ce":               {"aws": "us-east-1", "aws-cn": "cn-northwest-1"},
	"bcm-data-exports": {"aws": "us-east-1"},
	"cur":              {"aws": "us-east-1", "aws-cn": "cn-northwest-1"},
	"iam":              {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"},
}

// A request is a call as it came in, before it is known whether it may be answered.
type request struct {
	protocol protocol
	// operation as IAM names it.
	operation  string
	credential credential
	body       []byte
	// object is what a call of S3 says outside its body.
	object map[string]any
	// queryMode asks for the codes of the query protocol beside those of the protocol spoken.
	queryMode bool
}

// read finds protocol and operation of a call. On error the request still says how to answer.
func read(w http.ResponseWriter, r *http.Request) (*request, error) {
	req := &request{
		protocol:   json11,
		credential: credentialOf(r),
		queryMode:  r.Header.Get("X-Amzn-Query-Mode") == "true",
	}
	var service, name string
	target := r.Header.Get("X-Amz-Target")
	switch {
	case strings.HasPrefix(r.URL.Path, "/service/"):
		req.protocol = rpcCBOR
		parts := strings.Split(r.URL.Path, "/")
		if len(parts) != 5 || parts[3] != "operation" {
			return req, &apiError{code: "UnknownOperationException", status: http.StatusNotFound}
		}
		service, name = services[parts[2]], parts[4]
	case target != "":
		if strings.HasSuffix(r.Header.Get("Content-Type"), "json-1.0") {
			req.protocol = json10
		}
		// Some clients write more before the service: com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents.
		parts := strings.Split(target, ".")
		service, name = services[parts[max(0, len(parts)-2)]], parts[len(parts)-1]
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		req.protocol = query
		service = cmp.Or(querySignings[req.credential.service], "sts")
	case req.credential.service == "s3":
		req.protocol = restXML
		var err error
		if name, req.object, err = objectCall(r); err != nil {
			return req, err
		}
		service = "s3"
	case r.URL.Path == "/listRegions":
		req.protocol = restJSON
		service, name = "account", "ListRegions"
	}
	if service == "" {
		return req, &apiError{
			code:    "UnknownOperationException",
			message: fmt.Sprintf("the simulated organization has no service for %s %s %s", r.Method, r.URL.Path, target),
			status:  http.StatusNotFound,
		}
	}
	readBody := readBody
	if service == "s3" {
		readBody = readObject
	}
	body, err := readBody(w, r)
	if err != nil {
		return req, &apiError{code: "SerializationException", message: err.Error()}
	}
	req.body = body
	if req.protocol == query {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return req, &apiError{code: "MalformedQueryString", message: err.Error()}
		}
		name = form.Get("Action")
	}
	req.operation = service + ":" + name
	req.credential.region = cmp.Or(homes[service][estate.PartitionOf(req.credential.region)], req.credential.region)
	return req, nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	var body io.Reader = http.MaxBytesReader(w, r.Body, maxBody)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		body = http.MaxBytesReader(w, z, maxBody)
	}
	return io.ReadAll(body)
}

// readObject reads what is put to S3, which keeps it as it is encoded.
func readObject(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxObject))
}

// arguments are the request's members as a tree of map[string]any, []any, string, bool, number, time and nil.
func (req *request) arguments() (map[string]any, error) {
	tree, err := req.tree()
	if err != nil {
		return nil, &apiError{code: "SerializationException", message: err.Error()}
	}
	if tree == nil {
		return map[string]any{}, nil
	}
	members, ok := tree.(map[string]any)
	if !ok {
		return nil, &apiError{code: "SerializationException", message: "the request is not a structure"}
	}
	return members, nil
}

func (req *request) tree() (any, error) {
	if req.protocol == restXML {
		req.object["Body"] = string(req.body)
		return req.object, nil
	}
	if len(req.body) == 0 {
		return nil, nil
	}
	switch req.protocol {
	case rpcCBOR:
		v, err := cbor.Decode(req.body)
		if err != nil {
			return nil, err
		}
		return fromCBOR(v)
	case query:
		values, err := url.ParseQuery(string(req.body))
		if err != nil {
			return nil, err
		}
		return form(values)
	default:
		d := json.NewDecoder(bytes.NewReader(req.body))
		d.UseNumber()
		var tree any
		err := d.Decode(&tree)
		return tree, err
	}
}
