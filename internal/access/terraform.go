package access

import (
	"io"
	"strings"
)

// Terraform prints a configuration that makes the policies, formatted as terraform fmt does.
func (b *Bundle) Terraform(w io.Writer) error {
	var p page
	b.documents(&p)
	for i := range b.Policies {
		p.line(0, "")
		p.line(0, "resource \"aws_iam_policy\" %q {", hclName(b.name(i)))
		p.line(1, "name        = %q", b.name(i))
		p.line(1, "description = %q", b.about())
		p.line(1, "policy      = data.aws_iam_policy_document.%s.json", hclName(b.name(i)))
		p.line(0, "}")
	}
	_, err := io.WriteString(w, p.String())
	return err
}

func hclName(name string) string { return strings.ReplaceAll(name, "-", "_") }

// documents prints the policies as data, with what their ARNs are filled in from.
func (b *Bundle) documents(p *page) {
	p.line(0, "data \"aws_partition\" \"current\" {}")
	p.line(0, "")
	p.line(0, "data \"aws_caller_identity\" \"current\" {}")
	for i, all := range b.Policies {
		p.line(0, "")
		p.line(0, "data \"aws_iam_policy_document\" %q {", hclName(b.name(i)))
		for n, s := range all {
			if n > 0 {
				p.line(0, "")
			}
			hclStatement(p, s)
		}
		p.line(0, "}")
	}
}

func hclStatement(p *page, s Statement) {
	p.line(1, "statement {")
	p.line(2, "sid = %q", s.Sid)
	hclList(p, "actions", s.Actions)
	hclList(p, "resources", s.Resources)
	for _, operator := range keys(s.Condition) {
		for _, key := range keys(s.Condition[operator]) {
			p.line(0, "")
			p.line(2, "condition {")
			p.line(3, "test     = %q", operator)
			p.line(3, "variable = %q", key)
			p.line(3, "values   = [%q]", strings.Join(s.Condition[operator][key], `", "`))
			p.line(2, "}")
		}
	}
	p.line(1, "}")
}

func hclList(p *page, name string, values []string) {
	fill := strings.NewReplacer(partition, "${data.aws_partition.current.partition}", account, "${data.aws_caller_identity.current.account_id}")
	p.line(2, "%s = [", name)
	for _, v := range values {
		p.line(3, "%q,", fill.Replace(v))
	}
	p.line(2, "]")
}
