package access

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A Place is whose policies are printed as JSON, which has no words of its own for that. Empty fields stand for the partition aws
// and for any account: a policy reaches no other than its own.
type Place struct{ Partition, Account string }

func (p Place) fill(arn string) string {
	return strings.NewReplacer(partition, cmp.Or(p.Partition, "aws"), account, cmp.Or(p.Account, "*")).Replace(arn)
}

// An iamPolicy is a policy document as IAM reads it.
type iamPolicy struct {
	Version   string
	Statement []iamStatement
}

type iamStatement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition condition `json:",omitempty"`
}

const (
	language = "2012-10-17" // the version of IAM's language
	allow    = "Allow"
)

func document(all []Statement, fill func(string) string) iamPolicy {
	p := iamPolicy{Version: language}
	for _, s := range all {
		var resources []string
		for _, r := range s.Resources {
			resources = append(resources, fill(r))
		}
		p.Statement = append(p.Statement, iamStatement{Sid: s.Sid, Effect: allow, Action: s.Actions, Resource: resources, Condition: s.Condition})
	}
	return p
}

// JSON prints the policies as IAM reads them, one document behind the other.
func (b *Bundle) JSON(w io.Writer, p Place) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	for _, all := range b.Policies {
		if err := e.Encode(document(all, p.fill)); err != nil {
			return fmt.Errorf("encode the policy: %w", err)
		}
	}
	_, err := w.Write(text.Bytes())
	return err
}
