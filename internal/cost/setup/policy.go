package setup

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// deliverers are the services that deliver bills, and deliver what they do in the bucket: they look at its policy first.
var (
	deliverers = []string{"bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"}
	deliver    = []string{"s3:PutObject", "s3:GetBucketPolicy"}
)

// mostPolicy is how many bytes a bucket policy may have (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html).
const mostPolicy = 20 << 10

// texts are one text or a list of them, as policies have it.
type texts []string

// UnmarshalJSON reads either.
func (t *texts) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// whom is a principal: everybody, or some by their sort.
type whom map[string]texts

// UnmarshalJSON reads either form.
func (w *whom) UnmarshalJSON(b []byte) error {
	var all string
	if json.Unmarshal(b, &all) == nil {
		*w = whom{"AWS": {all}}
		return nil
	}
	return json.Unmarshal(b, (*map[string]texts)(w))
}

func (w whom) everybody() bool { return slices.Contains(w["AWS"], "*") }

// A rule is a statement of a bucket policy, as far as it is looked at.
type rule struct {
	Sid, Effect       string
	Principal         whom
	Action, NotAction texts
	Resource          texts
	Condition         map[string]map[string]texts
}

// A document is a bucket policy. Its statements are kept as they are written.
type document struct {
	text  map[string]json.RawMessage
	raw   []json.RawMessage
	rules []rule
}

func readPolicy(text string) (*document, error) {
	d := &document{}
	if text == "" {
		d.text = map[string]json.RawMessage{"Version": json.RawMessage(`"2012-10-17"`)}
		return d, nil
	}
	if err := json.Unmarshal([]byte(text), &d.text); err != nil {
		return nil, err
	}
	if all := d.text["Statement"]; len(all) > 0 && json.Unmarshal(all, &d.raw) != nil {
		d.raw = []json.RawMessage{all} // one may stand without brackets
	}
	d.rules = make([]rule, len(d.raw))
	for i, raw := range d.raw {
		if err := json.Unmarshal(raw, &d.rules[i]); err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
	}
	return d, nil
}

// A delivery is what billing does in a bucket for an account.
type delivery struct {
	partition, region, account, bucket, prefix string
}

// source is the ARN in whose name billing comes: that of an export, up to what AWS adds to its name, or of a legacy report.
func (d delivery) source(service string) string {
	arn := estate.ARN{Partition: d.partition, Service: "bcm-data-exports", Region: d.region, Account: d.account, Resource: "export/any"}
	if service == deliverers[1] {
		arn.Service, arn.Resource = "cur", "definition/any"
	}
	return arn.String()
}

func (d delivery) on(action string) string {
	arn := "arn:" + d.partition + ":s3:::" + d.bucket
	if action == deliver[0] {
		arn += "/" + d.prefix + "/any"
	}
	return arn
}

// statement is what lets billing deliver for the account, and for it alone.
func (d delivery) statement() map[string]any {
	bucket := "arn:" + d.partition + ":s3:::" + d.bucket
	from := func(service, resource string) string {
		return estate.ARN{Partition: d.partition, Service: service, Region: d.region, Account: d.account, Resource: resource}.String()
	}
	return map[string]any{
		"Sid": "SagewardenBillDelivery", "Effect": "Allow", "Principal": map[string]any{"Service": deliverers}, "Action": deliver, "Resource": []string{bucket, bucket + "/*"},
		"Condition": map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": d.account},
			"ArnLike":      map[string]any{"aws:SourceArn": []string{from("bcm-data-exports", "export/*"), from("cur", "definition/*")}},
		},
	}
}

// allowed reports whether the policy lets billing deliver.
func (p *document) allowed(d delivery) bool {
	for _, service := range deliverers {
		for _, action := range deliver {
			if !slices.ContainsFunc(p.rules, func(r rule) bool {
				return r.Effect == "Allow" && slices.Contains(r.Principal["Service"], service) && r.about(action, d) && r.holds(service, d)
			}) {
				return false
			}
		}
	}
	return true
}

// about reports whether a rule is about an action of the delivery.
func (r rule) about(action string, d delivery) bool {
	named := slices.ContainsFunc(r.Action, func(a string) bool { return like(strings.ToLower(a), strings.ToLower(action)) })
	if len(r.NotAction) > 0 {
		named = !slices.ContainsFunc(r.NotAction, func(a string) bool { return like(strings.ToLower(a), strings.ToLower(action)) })
	}
	return named && slices.ContainsFunc(r.Resource, func(pattern string) bool { return like(pattern, d.on(action)) })
}

// holds reports whether the conditions of a rule hold for the delivery. One that is not known does not.
func (r rule) holds(service string, d delivery) bool {
	for operator, keys := range r.Condition {
		for key, values := range keys {
			is := map[string]string{"aws:sourceaccount": d.account, "aws:sourcearn": d.source(service), "aws:securetransport": "true"}[strings.ToLower(key)]
			matches := map[string]func(pattern, text string) bool{"StringEquals": equal, "StringLike": like, "ArnEquals": like, "ArnLike": like, "Bool": equal}[operator]
			if is == "" || matches == nil || !slices.ContainsFunc(values, func(v string) bool { return matches(v, is) }) {
				return false
			}
		}
	}
	return true
}

func equal(pattern, text string) bool { return pattern == text }

// like reports whether a pattern of policies matches: * stands for any characters, ? for one.
func like(pattern, text string) bool {
	quoted := strings.NewReplacer(`\`, `\\`, "[", `\[`).Replace(pattern)
	// A slash is a character as any other, which path.Match would not let a star pass.
	ok, err := path.Match(strings.ReplaceAll(quoted, "/", "\x00"), strings.ReplaceAll(text, "/", "\x00"))
	return ok && err == nil
}

// open is the name of a statement that lets everybody in without a condition, empty for none.
func (p *document) open() string {
	for i, r := range p.rules {
		if r.Effect == "Allow" && r.Principal.everybody() && len(r.Condition) == 0 {
			return r.name(i)
		}
	}
	return ""
}

// loose are the statements that let billing deliver for whomever.
func (p *document) loose() (names []string) {
	for i, r := range p.rules {
		if r.Effect == "Allow" && len(r.Condition) == 0 && slices.ContainsFunc(deliverers, func(s string) bool { return slices.Contains(r.Principal["Service"], s) }) {
			names = append(names, r.name(i))
		}
	}
	return names
}

// denying are the statements that may deny what billing does. One that asks for TLS alone does not.
func (p *document) denying(d delivery) (names []string) {
	for i, r := range p.rules {
		if r.Effect != "Deny" || !r.Principal.everybody() && !slices.ContainsFunc(deliverers, func(s string) bool { return slices.Contains(r.Principal["Service"], s) }) {
			continue
		}
		plain := len(r.Condition) == 1 && len(r.Condition["Bool"]) == 1 && len(r.Condition["Bool"]["aws:SecureTransport"]) > 0
		if !plain && slices.ContainsFunc(deliver, func(action string) bool { return r.about(action, d) }) {
			names = append(names, r.name(i))
		}
	}
	return names
}

func (r rule) name(i int) string {
	if r.Sid != "" {
		return r.Sid
	}
	return fmt.Sprintf("number %d", i+1)
}

// with is the policy with one more statement; those that are there stay as they are written.
func (p *document) with(statement map[string]any) (string, error) {
	added, err := json.Marshal(statement)
	if err != nil {
		return "", err
	}
	all, err := json.Marshal(append(slices.Clone(p.raw), added))
	if err != nil {
		return "", err
	}
	next := maps.Clone(p.text)
	next["Statement"] = all
	text, err := json.Marshal(next)
	if err == nil && len(text) > mostPolicy {
		err = fmt.Errorf("with the statement it would have %d bytes, and S3 takes %d", len(text), mostPolicy)
	}
	return string(text), err
}

// alike reports whether two texts are the same policy: S3 may write it anew.
func alike(a, b string) bool {
	var x, y any
	if a == "" || json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}
