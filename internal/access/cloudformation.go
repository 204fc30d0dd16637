package access

import (
	"io"
	"strconv"
	"strings"
)

// CloudFormation prints a template that makes the policies.
func (b *Bundle) CloudFormation(w io.Writer) error {
	var p page
	p.line(0, "AWSTemplateFormatVersion: %q", "2010-09-09")
	p.line(0, "Description: %q", b.about())
	p.line(0, "Resources:")
	for i := range b.Policies {
		b.managedPolicy(&p, i)
	}
	p.line(0, "Outputs:")
	for i := range b.Policies {
		p.line(1, "%sArn:", logicalID(b.name(i)))
		p.line(2, "Description: ARN of the policy")
		p.line(2, "Value: !Ref %s", logicalID(b.name(i)))
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// logicalID is a name as CloudFormation takes it: letters and digits.
func logicalID(name string) string { return camel(name) }

// managedPolicy prints one policy as a resource of a template.
func (b *Bundle) managedPolicy(p *page, i int) {
	p.line(1, "%s:", logicalID(b.name(i)))
	p.line(2, "Type: AWS::IAM::ManagedPolicy")
	p.line(2, "Properties:")
	p.line(3, "Description: %q", b.about())
	p.line(3, "PolicyDocument:")
	p.line(4, "Version: %q", language)
	p.line(4, "Statement:")
	for _, s := range b.Policies[i] {
		p.line(5, "- Sid: %s", s.Sid)
		p.line(6, "Effect: %s", allow)
		p.line(6, "Action:")
		for _, a := range s.Actions {
			p.line(7, "- %s", a)
		}
		p.line(6, "Resource:")
		for _, r := range s.Resources {
			p.line(7, "- %s", substituted(r))
		}
		if len(s.Condition) > 0 {
			p.line(6, "Condition:")
		}
		for _, operator := range keys(s.Condition) {
			p.line(7, "%s:", operator)
			for _, key := range keys(s.Condition[operator]) {
				p.line(8, "%s: [%s]", key, strings.Join(s.Condition[operator][key], ", "))
			}
		}
	}
}

// substituted is an ARN in which the stack fills in its own partition and account.
func substituted(arn string) string {
	filled := strings.NewReplacer(partition, "${AWS::Partition}", account, "${AWS::AccountId}").Replace(arn)
	if filled == arn {
		return strconv.Quote(arn)
	}
	return "!Sub " + strconv.Quote(filled)
}
