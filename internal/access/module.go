package access

import (
	"io"
	"strconv"
	"strings"
)

// RoleTerraform prints a module that makes the role with the policies, formatted as terraform fmt does.
func (b *Bundle) RoleTerraform(w io.Writer, role string) error {
	var p page
	p.WriteString(b.printedBy("role", "terraform") + `
#
# A role for Sagewarden to assume. ` + b.about() + `

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "trusted_principal_arns" {
  description = "Who may assume the role, as arn:aws:iam::111122223333:role/sagewarden, or arn:aws:iam::111122223333:root for whoever that account allows to."
  type        = list(string)
}

variable "role_name" {
  description = "Name of the role, which sagewarden --role asks for."
  type        = string
  default     = "` + role + `"
}

variable "external_id" {
  description = "What the caller must give as --external-id; null where it need not."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds the role, where the organization asks for one."
  type        = string
  default     = null
}

variable "max_session_duration" {
  description = "Longest session in seconds."
  type        = number
  default     = ` + strconv.Itoa(defaultSession) + `
}

variable "tags" {
  description = "Tags of the role and its policies."
  type        = map(string)
  default     = {}
}

`)
	b.documents(&p)
	p.WriteString(`
data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Assume"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = var.trusted_principal_arns
    }

    dynamic "condition" {
      for_each = var.external_id == null ? [] : [var.external_id]
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }

  statement {
    sid     = "TagSession"
    actions = ["sts:TagSession"]

    principals {
      type        = "AWS"
      identifiers = var.trusted_principal_arns
    }
  }
}

resource "aws_iam_role" "reader" {
  name                 = var.role_name
  description          = "Sagewarden reads with it"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = var.max_session_duration
  tags                 = var.tags
}
`)
	b.attached(&p, "role_name", "reader")
	p.WriteString(`
output "role_arn" {
  description = "ARN of the role."
  value       = aws_iam_role.reader.arn
}
`)
	_, err := io.WriteString(w, p.String())
	return err
}

// attached are the policies, named after a variable of the module, and that a role of it has them.
func (b *Bundle) attached(p *page, variable, role string) {
	for i := range b.Policies {
		name := hclName(b.name(i))
		p.line(0, "")
		p.line(0, "resource \"aws_iam_policy\" %q {", name)
		p.line(1, "name        = \"${var.%s}-%s\"", variable, strings.TrimPrefix(b.name(i), "sagewarden-"))
		p.line(1, "description = %q", b.about())
		p.line(1, "policy      = data.aws_iam_policy_document.%s.json", name)
		p.line(1, "tags        = var.tags")
		p.line(0, "}")
		p.line(0, "")
		p.line(0, "resource \"aws_iam_role_policy_attachment\" %q {", name)
		p.line(1, "role       = aws_iam_role.%s.name", role)
		p.line(1, "policy_arn = aws_iam_policy.%s.arn", name)
		p.line(0, "}")
	}
}
