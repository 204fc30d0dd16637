# Printed by: sagewarden iam --for scan,doctor --as role --format terraform
#
# A role for Sagewarden to assume. What Sagewarden needs for: scan, doctor.

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
  default     = "SagewardenReader"
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
  default     = 3600
}

variable "tags" {
  description = "Tags of the role and its policies."
  type        = map(string)
  default     = {}
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "sagewarden_scan_doctor" {
  statement {
    sid = "ReadCaller"
    actions = [
      "sts:GetCallerIdentity",
    ]
    resources = [
      "*",
    ]
  }

  statement {
    sid = "ReadLogs"
    actions = [
      "logs:DescribeLogStreams",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:logs:*:${data.aws_caller_identity.current.account_id}:log-group:/aws/sagemaker/studio*",
    ]
  }

  statement {
    sid = "ReadOwners"
    actions = [
      "cloudtrail:LookupEvents",
      "tag:GetResources",
    ]
    resources = [
      "*",
    ]
  }

  statement {
    sid = "ReadPrices"
    actions = [
      "pricing:GetProducts",
    ]
    resources = [
      "*",
    ]
  }

  statement {
    sid = "ReadQuotas"
    actions = [
      "servicequotas:ListServiceQuotas",
    ]
    resources = [
      "*",
    ]
  }

  statement {
    sid = "ReadRegions"
    actions = [
      "account:ListRegions",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:account::${data.aws_caller_identity.current.account_id}:account",
    ]
  }

  statement {
    sid = "ReadSageMaker"
    actions = [
      "sagemaker:ListAppImageConfigs",
      "sagemaker:ListApps",
      "sagemaker:ListAutoMLJobs",
      "sagemaker:ListClusters",
      "sagemaker:ListCompilationJobs",
      "sagemaker:ListDomains",
      "sagemaker:ListEndpointConfigs",
      "sagemaker:ListEndpoints",
      "sagemaker:ListFeatureGroups",
      "sagemaker:ListHubs",
      "sagemaker:ListHyperParameterTuningJobs",
      "sagemaker:ListImages",
      "sagemaker:ListInferenceComponents",
      "sagemaker:ListLabelingJobs",
      "sagemaker:ListMlflowApps",
      "sagemaker:ListMlflowTrackingServers",
      "sagemaker:ListModelPackageGroups",
      "sagemaker:ListModels",
      "sagemaker:ListMonitoringSchedules",
      "sagemaker:ListNotebookInstanceLifecycleConfigs",
      "sagemaker:ListNotebookInstances",
      "sagemaker:ListOptimizationJobs",
      "sagemaker:ListPartnerApps",
      "sagemaker:ListProcessingJobs",
      "sagemaker:ListSpaces",
      "sagemaker:ListStudioLifecycleConfigs",
      "sagemaker:ListTrainingJobs",
      "sagemaker:ListTrainingPlans",
      "sagemaker:ListTransformJobs",
      "sagemaker:ListUserProfiles",
      "sagemaker:ListWorkteams",
      "sagemaker:Search",
    ]
    resources = [
      "*",
    ]
  }

  statement {
    sid = "ReadSageMakerByName"
    actions = [
      "sagemaker:DescribeApp",
      "sagemaker:DescribeCluster",
      "sagemaker:DescribeDomain",
      "sagemaker:DescribeEndpoint",
      "sagemaker:DescribeEndpointConfig",
      "sagemaker:DescribeFeatureGroup",
      "sagemaker:DescribeInferenceComponent",
      "sagemaker:DescribeMlflowTrackingServer",
      "sagemaker:DescribeModel",
      "sagemaker:DescribeNotebookInstance",
      "sagemaker:DescribePartnerApp",
      "sagemaker:DescribeProcessingJob",
      "sagemaker:DescribeTrainingJob",
      "sagemaker:DescribeTransformJob",
      "sagemaker:DescribeUserProfile",
      "sagemaker:ListHubContents",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:*",
    ]
  }

  statement {
    sid = "ReadUse"
    actions = [
      "cloudwatch:GetMetricData",
      "cloudwatch:ListMetrics",
    ]
    resources = [
      "*",
    ]
  }

  statement {
    sid = "SimulatePolicies"
    actions = [
      "iam:SimulatePrincipalPolicy",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/*",
      "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:user/*",
    ]
  }
}

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

resource "aws_iam_policy" "sagewarden_scan_doctor" {
  name        = "${var.role_name}-scan-doctor"
  description = "What Sagewarden needs for: scan, doctor."
  policy      = data.aws_iam_policy_document.sagewarden_scan_doctor.json
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "sagewarden_scan_doctor" {
  role       = aws_iam_role.reader.name
  policy_arn = aws_iam_policy.sagewarden_scan_doctor.arn
}

output "role_arn" {
  description = "ARN of the role."
  value       = aws_iam_role.reader.arn
}
