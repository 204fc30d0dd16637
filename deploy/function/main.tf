# Printed by: sagewarden iam --for scan,enforce --as function --format terraform
#
# Sagewarden as a function that runs policies by itself. What Sagewarden needs for: scan, enforce.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "name" {
  description = "Name of the function and of what belongs to it."
  type        = string
  default     = "sagewarden"
}

variable "package" {
  description = "Path of the function's archive, a zip with the program for linux/arm64 as bootstrap."
  type        = string
}

variable "configuration" {
  description = "The text of sagewarden.yaml, or where it is: a path in the archive, or s3://bucket/key in the state bucket."
  type        = string
  default     = "/var/task/sagewarden.yaml"
}

variable "schedule_expression" {
  description = "How often policies look that have no schedule of their own."
  type        = string
  default     = "rate(15 minutes)"
}

variable "notice_email" {
  description = "Mail address that the topic tells; null for none."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that the log is kept."
  type        = number
  default     = 365
}

variable "create_event_rule" {
  description = "Whether to look at new resources at once, which takes a CloudTrail trail with management events."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}

data "aws_region" "current" {}

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Administer"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  statement {
    sid       = "Logs"
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.current.name}.${data.aws_partition.current.dns_suffix}"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:*"]
    }
  }

  statement {
    sid       = "Queue"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com", "sqs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_kms_key" "this" {
  description         = "Encrypts Sagewarden's state, notices and logs"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
  tags                = var.tags
}

resource "aws_s3_bucket" "state" {
  bucket_prefix = "${var.name}-state-"
  tags          = var.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "state" {
  statement {
    sid       = "TLSOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = data.aws_iam_policy_document.state.json
}

resource "aws_sns_topic" "this" {
  name              = var.name
  kms_master_key_id = aws_kms_key.this.id
  tags              = var.tags
}

resource "aws_sns_topic_subscription" "mail" {
  count     = var.notice_email == null ? 0 : 1
  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = var.notice_email
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  kms_master_key_id         = aws_kms_key.this.id
  message_retention_seconds = 1209600
  tags                      = var.tags
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this.arn
  tags              = var.tags
}

data "aws_iam_policy_document" "lambda" {
  statement {
    sid     = "Lambda"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  name_prefix        = "${var.name}-"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
  tags               = var.tags
}

data "aws_iam_policy_document" "own" {
  statement {
    sid       = "State"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${aws_s3_bucket.state.arn}/*"]
  }

  statement {
    sid       = "FindState"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.state.arn]
  }

  statement {
    sid       = "Encrypt"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.this.arn]
  }

  statement {
    sid       = "Tell"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.this.arn]
  }

  statement {
    sid       = "DeadLetters"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]
  }

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }
}

resource "aws_iam_policy" "own" {
  name        = "${var.name}-own"
  description = "What the function needs of its own module"
  policy      = data.aws_iam_policy_document.own.json
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "own" {
  role       = aws_iam_role.function.name
  policy_arn = aws_iam_policy.own.arn
}

resource "aws_lambda_function" "this" {
  function_name                  = var.name
  description                    = "Runs Sagewarden's policies"
  runtime                        = "provided.al2023"
  architectures                  = ["arm64"]
  handler                        = "bootstrap"
  filename                       = var.package
  source_code_hash               = filebase64sha256(var.package)
  memory_size                    = 1024
  timeout                        = 900
  reserved_concurrent_executions = 5
  role                           = aws_iam_role.function.arn
  kms_key_arn                    = aws_kms_key.this.arn
  tags                           = var.tags

  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }

  tracing_config {
    mode = "PassThrough"
  }

  environment {
    variables = {
      HOME              = "/tmp"
      SAGEWARDEN_CONFIG = var.configuration
      SAGEWARDEN_STATE  = "s3://${aws_s3_bucket.state.id}/sagewarden/state"
    }
  }

  depends_on = [aws_iam_role_policy_attachment.own, aws_cloudwatch_log_group.this]
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    sid     = "Scheduler"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role" "scheduler" {
  name_prefix        = "${var.name}-"
  assume_role_policy = data.aws_iam_policy_document.scheduler.json
  tags               = var.tags
}

data "aws_iam_policy_document" "schedule" {
  statement {
    sid       = "Invoke"
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.this.arn]
  }

  statement {
    sid       = "DeadLetters"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]
  }

  statement {
    sid       = "Encrypt"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.this.arn]
  }
}

resource "aws_iam_policy" "schedule" {
  name        = "${var.name}-schedule"
  description = "What the schedule needs to run Sagewarden"
  policy      = data.aws_iam_policy_document.schedule.json
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "schedule" {
  role       = aws_iam_role.scheduler.name
  policy_arn = aws_iam_policy.schedule.arn
}

resource "aws_scheduler_schedule" "this" {
  name                = var.name
  description         = "Runs the policies that are due"
  schedule_expression = var.schedule_expression
  kms_key_arn         = aws_kms_key.this.arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.this.arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ source = "aws.scheduler", "detail-type" = "Scheduled Event", detail = {} })

    retry_policy {
      maximum_event_age_in_seconds = 900
      maximum_retry_attempts       = 2
    }

    dead_letter_config {
      arn = aws_sqs_queue.dead_letters.arn
    }
  }

  depends_on = [aws_iam_role_policy_attachment.schedule]
}

resource "aws_cloudwatch_event_rule" "created" {
  count       = var.create_event_rule ? 1 : 0
  name        = "${var.name}-created"
  description = "What SageMaker has made"
  tags        = var.tags

  event_pattern = jsonencode({
    source        = ["aws.sagemaker"]
    "detail-type" = ["AWS API Call via CloudTrail"]
    detail = {
      eventSource = ["sagemaker.amazonaws.com"]
      eventName   = local.create_events
    }
  })
}

resource "aws_cloudwatch_event_target" "created" {
  count = var.create_event_rule ? 1 : 0
  rule  = aws_cloudwatch_event_rule.created[0].name
  arn   = aws_lambda_function.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_lambda_permission" "created" {
  count         = var.create_event_rule ? 1 : 0
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.created[0].arn
}

data "aws_iam_policy_document" "dead_letters" {
  count = var.create_event_rule ? 1 : 0

  statement {
    sid       = "RuleOnly"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.created[0].arn]
    }
  }
}

resource "aws_sqs_queue_policy" "dead_letters" {
  count     = var.create_event_rule ? 1 : 0
  queue_url = aws_sqs_queue.dead_letters.id
  policy    = data.aws_iam_policy_document.dead_letters[0].json
}

output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "role_arn" {
  description = "ARN of the function's role, which roles in other accounts may trust."
  value       = aws_iam_role.function.arn
}

output "state_address" {
  description = "Address of the ledger, for --state."
  value       = "s3://${aws_s3_bucket.state.id}/sagewarden/state"
}

output "topic_arn" {
  description = "ARN of the topic, for a channel under notify in sagewarden.yaml."
  value       = aws_sns_topic.this.arn
}

output "dead_letters_url" {
  description = "Queue of the events that failed."
  value       = aws_sqs_queue.dead_letters.id
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "sagewarden_scan_enforce_1" {
  statement {
    sid = "ReadAlarms"
    actions = [
      "cloudwatch:DescribeAlarms",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:cloudwatch:*:${data.aws_caller_identity.current.account_id}:alarm:*",
    ]
  }

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
    sid = "ReadScaling"
    actions = [
      "application-autoscaling:DescribeScalableTargets",
      "application-autoscaling:DescribeScalingPolicies",
      "application-autoscaling:DescribeScheduledActions",
    ]
    resources = [
      "*",
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
    sid = "ActOnApp"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteApp",
      "sagemaker:DescribeApp",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:app/*",
    ]
  }

  statement {
    sid = "ActOnAppImageConfig"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteAppImageConfig",
      "sagemaker:DescribeAppImageConfig",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:app-image-config/*",
    ]
  }

  statement {
    sid = "ActOnAutomlJob"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribeAutoMLJobV2",
      "sagemaker:ListTags",
      "sagemaker:StopAutoMLJob",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:automl-job/*",
    ]
  }

  statement {
    sid = "ActOnCluster"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteCluster",
      "sagemaker:DescribeCluster",
      "sagemaker:ListTags",
      "sagemaker:UpdateCluster",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:cluster/*",
    ]
  }

  statement {
    sid = "ActOnCompilationJob"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribeCompilationJob",
      "sagemaker:ListTags",
      "sagemaker:StopCompilationJob",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:compilation-job/*",
    ]
  }

  statement {
    sid = "ActOnDomain"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteDomain",
      "sagemaker:DescribeDomain",
      "sagemaker:ListTags",
      "sagemaker:UpdateDomain",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:domain/*",
    ]
  }

  statement {
    sid = "ActOnEndpoint"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteEndpoint",
      "sagemaker:DescribeEndpoint",
      "sagemaker:ListTags",
      "sagemaker:UpdateEndpointWeightsAndCapacities",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:endpoint/*",
    ]
  }

  statement {
    sid = "ActOnEndpointConfig"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteEndpointConfig",
      "sagemaker:DescribeEndpointConfig",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:endpoint-config/*",
    ]
  }

  statement {
    sid = "ActOnFeatureGroup"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteFeatureGroup",
      "sagemaker:DescribeFeatureGroup",
      "sagemaker:ListTags",
      "sagemaker:UpdateFeatureGroup",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:feature-group/*",
    ]
  }

  statement {
    sid = "ActOnHubContent"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteHubContent",
      "sagemaker:DeleteHubContentReference",
      "sagemaker:DescribeHubContent",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:hub-content/*",
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:hub/*",
    ]
  }

  statement {
    sid = "ActOnHyperParameterTuningJob"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribeHyperParameterTuningJob",
      "sagemaker:ListTags",
      "sagemaker:StopHyperParameterTuningJob",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:hyper-parameter-tuning-job/*",
    ]
  }

  statement {
    sid = "ActOnImage"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteImage",
      "sagemaker:DescribeImage",
      "sagemaker:DescribeImageVersion",
      "sagemaker:ListAliases",
      "sagemaker:ListImageVersions",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:image-version/*",
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:image/*",
    ]
  }

  statement {
    sid = "ActOnInferenceComponent"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteInferenceComponent",
      "sagemaker:DescribeInferenceComponent",
      "sagemaker:ListTags",
      "sagemaker:UpdateInferenceComponentRuntimeConfig",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:inference-component/*",
    ]
  }
}

data "aws_iam_policy_document" "sagewarden_scan_enforce_2" {
  statement {
    sid = "ActOnLabelingJob"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribeLabelingJob",
      "sagemaker:ListTags",
      "sagemaker:StopLabelingJob",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:labeling-job/*",
    ]
  }

  statement {
    sid = "ActOnMlflowApp"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteMlflowApp",
      "sagemaker:DescribeMlflowApp",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:mlflow-app/*",
    ]
  }

  statement {
    sid = "ActOnMlflowTrackingServer"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteMlflowTrackingServer",
      "sagemaker:DescribeMlflowTrackingServer",
      "sagemaker:ListTags",
      "sagemaker:StartMlflowTrackingServer",
      "sagemaker:StopMlflowTrackingServer",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:mlflow-tracking-server/*",
    ]
  }

  statement {
    sid = "ActOnModel"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteModel",
      "sagemaker:DescribeModel",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:model/*",
    ]
  }

  statement {
    sid = "ActOnModelPackageGroup"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribeModelPackageGroup",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:model-package-group/*",
    ]
  }

  statement {
    sid = "ActOnMonitoringSchedule"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteMonitoringSchedule",
      "sagemaker:DescribeMonitoringSchedule",
      "sagemaker:ListTags",
      "sagemaker:StartMonitoringSchedule",
      "sagemaker:StopMonitoringSchedule",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:monitoring-schedule/*",
    ]
  }

  statement {
    sid = "ActOnNotebookInstance"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteNotebookInstance",
      "sagemaker:DescribeNotebookInstance",
      "sagemaker:ListTags",
      "sagemaker:StartNotebookInstance",
      "sagemaker:StopNotebookInstance",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:notebook-instance/*",
    ]
  }

  statement {
    sid = "ActOnNotebookInstanceLifecycleConfig"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteNotebookInstanceLifecycleConfig",
      "sagemaker:DescribeNotebookInstanceLifecycleConfig",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:notebook-instance-lifecycle-config/*",
    ]
  }

  statement {
    sid = "ActOnOptimizationJob"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribeOptimizationJob",
      "sagemaker:ListTags",
      "sagemaker:StopOptimizationJob",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:optimization-job/*",
    ]
  }

  statement {
    sid = "ActOnPartnerApp"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeletePartnerApp",
      "sagemaker:DescribePartnerApp",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:partner-app/*",
    ]
  }

  statement {
    sid = "ActOnPipeline"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribePipelineExecution",
      "sagemaker:ListTags",
      "sagemaker:StopPipelineExecution",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:pipeline/*",
    ]
  }

  statement {
    sid = "ActOnProcessingJob"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribeProcessingJob",
      "sagemaker:ListTags",
      "sagemaker:StopProcessingJob",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:processing-job/*",
    ]
  }

  statement {
    sid = "ActOnSpace"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteSpace",
      "sagemaker:DescribeSpace",
      "sagemaker:ListTags",
      "sagemaker:UpdateSpace",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:space/*",
    ]
  }

  statement {
    sid = "ActOnStudioLifecycleConfig"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteStudioLifecycleConfig",
      "sagemaker:DescribeStudioLifecycleConfig",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:studio-lifecycle-config/*",
    ]
  }

  statement {
    sid = "ActOnTrainingJob"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribeTrainingJob",
      "sagemaker:ListTags",
      "sagemaker:StopTrainingJob",
      "sagemaker:UpdateTrainingJob",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:training-job/*",
    ]
  }

  statement {
    sid = "ActOnTrainingPlan"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribeTrainingPlan",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:training-plan/*",
    ]
  }

  statement {
    sid = "ActOnTransformJob"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DescribeTransformJob",
      "sagemaker:ListTags",
      "sagemaker:StopTransformJob",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:transform-job/*",
    ]
  }

  statement {
    sid = "ActOnUserProfile"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteUserProfile",
      "sagemaker:DescribeUserProfile",
      "sagemaker:ListTags",
      "sagemaker:UpdateUserProfile",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:user-profile/*",
    ]
  }

  statement {
    sid = "ActOnWorkteam"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:DeleteWorkteam",
      "sagemaker:DescribeWorkteam",
      "sagemaker:ListTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:workteam/*",
    ]
  }

  statement {
    sid = "ChangeAlarms"
    actions = [
      "cloudwatch:DeleteAlarms",
      "cloudwatch:PutMetricAlarm",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:cloudwatch:*:${data.aws_caller_identity.current.account_id}:alarm:*",
    ]
  }

  statement {
    sid = "ChangeScaling"
    actions = [
      "application-autoscaling:DeleteScalingPolicy",
      "application-autoscaling:DeregisterScalableTarget",
      "application-autoscaling:PutScalingPolicy",
      "application-autoscaling:PutScheduledAction",
      "application-autoscaling:RegisterScalableTarget",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:application-autoscaling:*:${data.aws_caller_identity.current.account_id}:scalable-target/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "application-autoscaling:service-namespace"
      values   = ["sagemaker"]
    }
  }

  statement {
    sid = "GiveRolesBack"
    actions = [
      "iam:PassRole",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }

  statement {
    sid = "LinkScaling"
    actions = [
      "iam:CreateServiceLinkedRole",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
    ]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = ["sagemaker.application-autoscaling.amazonaws.com"]
    }
  }

  statement {
    sid = "UndoOnApp"
    actions = [
      "sagemaker:CreateApp",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:app/*",
    ]
  }
}

data "aws_iam_policy_document" "sagewarden_scan_enforce_3" {
  statement {
    sid = "UndoOnAppImageConfig"
    actions = [
      "sagemaker:CreateAppImageConfig",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:app-image-config/*",
    ]
  }

  statement {
    sid = "UndoOnAutomlJob"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:automl-job/*",
    ]
  }

  statement {
    sid = "UndoOnCluster"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:cluster/*",
    ]
  }

  statement {
    sid = "UndoOnCompilationJob"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:compilation-job/*",
    ]
  }

  statement {
    sid = "UndoOnDomain"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:domain/*",
    ]
  }

  statement {
    sid = "UndoOnEndpoint"
    actions = [
      "sagemaker:CreateEndpoint",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:endpoint-config/*",
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:endpoint/*",
    ]
  }

  statement {
    sid = "UndoOnEndpointConfig"
    actions = [
      "sagemaker:CreateEndpointConfig",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:endpoint-config/*",
    ]
  }

  statement {
    sid = "UndoOnFeatureGroup"
    actions = [
      "sagemaker:CreateFeatureGroup",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:feature-group/*",
    ]
  }

  statement {
    sid = "UndoOnHubContent"
    actions = [
      "sagemaker:CreateHubContentReference",
      "sagemaker:DeleteTags",
      "sagemaker:ImportHubContent",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:hub-content/*",
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:hub/*",
    ]
  }

  statement {
    sid = "UndoOnHyperParameterTuningJob"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:hyper-parameter-tuning-job/*",
    ]
  }

  statement {
    sid = "UndoOnImage"
    actions = [
      "sagemaker:CreateImage",
      "sagemaker:CreateImageVersion",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:image-version/*",
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:image/*",
    ]
  }

  statement {
    sid = "UndoOnInferenceComponent"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:CreateInferenceComponent",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:endpoint/*",
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:inference-component/*",
    ]
  }

  statement {
    sid = "UndoOnLabelingJob"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:labeling-job/*",
    ]
  }

  statement {
    sid = "UndoOnMlflowApp"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:mlflow-app/*",
    ]
  }

  statement {
    sid = "UndoOnMlflowTrackingServer"
    actions = [
      "sagemaker:CreateMlflowTrackingServer",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:mlflow-tracking-server/*",
    ]
  }

  statement {
    sid = "UndoOnModel"
    actions = [
      "sagemaker:CreateModel",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:model/*",
    ]
  }

  statement {
    sid = "UndoOnModelPackageGroup"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:model-package-group/*",
    ]
  }

  statement {
    sid = "UndoOnMonitoringSchedule"
    actions = [
      "sagemaker:CreateMonitoringSchedule",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:monitoring-schedule/*",
    ]
  }

  statement {
    sid = "UndoOnNotebookInstance"
    actions = [
      "sagemaker:CreateNotebookInstance",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:notebook-instance/*",
    ]
  }

  statement {
    sid = "UndoOnNotebookInstanceLifecycleConfig"
    actions = [
      "sagemaker:CreateNotebookInstanceLifecycleConfig",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:notebook-instance-lifecycle-config/*",
    ]
  }

  statement {
    sid = "UndoOnOptimizationJob"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:optimization-job/*",
    ]
  }

  statement {
    sid = "UndoOnPartnerApp"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:partner-app/*",
    ]
  }

  statement {
    sid = "UndoOnPipeline"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:pipeline/*",
    ]
  }

  statement {
    sid = "UndoOnProcessingJob"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:processing-job/*",
    ]
  }

  statement {
    sid = "UndoOnSpace"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:CreateSpace",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:space/*",
    ]
  }

  statement {
    sid = "UndoOnStudioLifecycleConfig"
    actions = [
      "sagemaker:CreateStudioLifecycleConfig",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:studio-lifecycle-config/*",
    ]
  }

  statement {
    sid = "UndoOnTrainingJob"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:training-job/*",
    ]
  }

  statement {
    sid = "UndoOnTrainingPlan"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:training-plan/*",
    ]
  }

  statement {
    sid = "UndoOnTransformJob"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:transform-job/*",
    ]
  }

  statement {
    sid = "UndoOnUserProfile"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:CreateUserProfile",
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:user-profile/*",
    ]
  }

  statement {
    sid = "UndoOnWorkteam"
    actions = [
      "sagemaker:DeleteTags",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:sagemaker:*:${data.aws_caller_identity.current.account_id}:workteam/*",
    ]
  }
}

resource "aws_iam_policy" "sagewarden_scan_enforce_1" {
  name        = "${var.name}-scan-enforce-1"
  description = "What Sagewarden needs for: scan, enforce."
  policy      = data.aws_iam_policy_document.sagewarden_scan_enforce_1.json
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "sagewarden_scan_enforce_1" {
  role       = aws_iam_role.function.name
  policy_arn = aws_iam_policy.sagewarden_scan_enforce_1.arn
}

resource "aws_iam_policy" "sagewarden_scan_enforce_2" {
  name        = "${var.name}-scan-enforce-2"
  description = "What Sagewarden needs for: scan, enforce."
  policy      = data.aws_iam_policy_document.sagewarden_scan_enforce_2.json
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "sagewarden_scan_enforce_2" {
  role       = aws_iam_role.function.name
  policy_arn = aws_iam_policy.sagewarden_scan_enforce_2.arn
}

resource "aws_iam_policy" "sagewarden_scan_enforce_3" {
  name        = "${var.name}-scan-enforce-3"
  description = "What Sagewarden needs for: scan, enforce."
  policy      = data.aws_iam_policy_document.sagewarden_scan_enforce_3.json
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "sagewarden_scan_enforce_3" {
  role       = aws_iam_role.function.name
  policy_arn = aws_iam_policy.sagewarden_scan_enforce_3.arn
}

locals {
  create_events = [
    "CreateApp",
    "CreateAppImageConfig",
    "CreateAutoMLJobV2",
    "CreateCluster",
    "CreateCompilationJob",
    "CreateDomain",
    "CreateEndpoint",
    "CreateEndpointConfig",
    "CreateFeatureGroup",
    "CreateHyperParameterTuningJob",
    "CreateImage",
    "CreateInferenceComponent",
    "CreateLabelingJob",
    "CreateMlflowApp",
    "CreateMlflowTrackingServer",
    "CreateModel",
    "CreateModelPackageGroup",
    "CreateMonitoringSchedule",
    "CreateNotebookInstance",
    "CreateNotebookInstanceLifecycleConfig",
    "CreateOptimizationJob",
    "CreatePartnerApp",
    "CreateProcessingJob",
    "CreateSpace",
    "CreateStudioLifecycleConfig",
    "CreateTrainingJob",
    "CreateTrainingPlan",
    "CreateTransformJob",
    "CreateUserProfile",
    "CreateWorkteam",
    "ImportHubContent",
    "StartPipelineExecution",
  ]
}
