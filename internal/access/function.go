package access

import (
	_ "embed"
	"io"
)

// functionModule is the Terraform module but for what is made from the families.
//
//go:embed function.tf.tmpl
var functionModule string

// functionTop is the head of the function's CloudFormation template.
const functionTop = `Parameters:
  CodeBucket:
    Type: String
    Description: Bucket that holds the function's archive, a zip with the program for linux/arm64 as bootstrap
  CodeKey:
    Type: String
    Description: Key of the archive
  Configuration:
    Type: String
    Description: The text of sagewarden.yaml, or where it is, as a path in the archive or s3://bucket/key in the state bucket
    Default: /var/task/sagewarden.yaml
  ScheduleExpression:
    Type: String
    Description: How often policies look that have no schedule of their own
    Default: rate(15 minutes)
  NoticeEmail:
    Type: String
    Description: Mail address that the topic tells; nothing for none
    Default: ""
  LogRetentionDays:
    Type: Number
    Description: Days that the log is kept
    Default: 365
    AllowedValues: [365, 400, 545, 731, 1096, 1827, 3653]
  CreateEventRule:
    Type: String
    Description: Whether to look at new resources at once, which takes a CloudTrail trail with management events
    Default: "true"
    AllowedValues: ["true", "false"]
Conditions:
  TellsByMail: !Not [!Equals [!Ref NoticeEmail, ""]]
  LooksAtOnce: !Equals [!Ref CreateEventRule, "true"]
`

// functionParts are the resources beside the role's policies. The key is for all: what it encrypts is one system's.
const functionParts = `  Key:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      Description: Encrypts Sagewarden's state, notices and logs
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Administer
            Effect: Allow
            Principal:
              AWS: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:root
            Action: kms:*
            Resource: "*"
          - Sid: Logs
            Effect: Allow
            Principal:
              Service: !Sub logs.${AWS::Region}.${AWS::URLSuffix}
            Action: [kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey*, kms:DescribeKey]
            Resource: "*"
            Condition:
              ArnLike:
                kms:EncryptionContext:aws:logs:arn: !Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*
          - Sid: Queue
            Effect: Allow
            Principal:
              Service: [events.amazonaws.com, sqs.amazonaws.com]
            Action: [kms:Decrypt, kms:GenerateDataKey]
            Resource: "*"
            Condition:
              StringEquals:
                aws:SourceAccount: !Ref AWS::AccountId
  State:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - BucketKeyEnabled: true
            ServerSideEncryptionByDefault:
              SSEAlgorithm: aws:kms
              KMSMasterKeyID: !GetAtt Key.Arn
      VersioningConfiguration:
        Status: Enabled
      OwnershipControls:
        Rules:
          - ObjectOwnership: BucketOwnerEnforced
      LifecycleConfiguration:
        Rules:
          - Id: old-versions
            Status: Enabled
            NoncurrentVersionExpiration:
              NoncurrentDays: 90
            AbortIncompleteMultipartUpload:
              DaysAfterInitiation: 7
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: true
  StatePolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref State
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: TLSOnly
            Effect: Deny
            Principal: "*"
            Action: s3:*
            Resource: [!GetAtt State.Arn, !Sub "${State.Arn}/*"]
            Condition:
              Bool:
                aws:SecureTransport: "false"
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      KmsMasterKeyId: !Ref Key
  Subscription:
    Type: AWS::SNS::Subscription
    Condition: TellsByMail
    Properties:
      TopicArn: !Ref Topic
      Protocol: email
      Endpoint: !Ref NoticeEmail
  DeadLetters:
    Type: AWS::SQS::Queue
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      KmsMasterKeyId: !Ref Key
      MessageRetentionPeriod: 1209600
  DeadLettersPolicy:
    Type: AWS::SQS::QueuePolicy
    Condition: LooksAtOnce
    Properties:
      Queues: [!Ref DeadLetters]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: RuleOnly
            Effect: Allow
            Principal:
              Service: events.amazonaws.com
            Action: sqs:SendMessage
            Resource: !GetAtt DeadLetters.Arn
            Condition:
              ArnEquals:
                aws:SourceArn: !GetAtt Created.Arn
  Log:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      LogGroupName: !Sub /aws/lambda/${AWS::StackName}
      RetentionInDays: !Ref LogRetentionDays
      KmsKeyId: !GetAtt Key.Arn
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Ref AWS::StackName
      Description: Runs Sagewarden's policies
      Runtime: provided.al2023
      Architectures: [arm64]
      Handler: bootstrap
      MemorySize: 1024
      Timeout: 900
      ReservedConcurrentExecutions: 5
      Role: !GetAtt Role.Arn
      Code:
        S3Bucket: !Ref CodeBucket
        S3Key: !Ref CodeKey
      KmsKeyArn: !GetAtt Key.Arn
      DeadLetterConfig:
        TargetArn: !GetAtt DeadLetters.Arn
      TracingConfig:
        Mode: PassThrough
      Environment:
        Variables:
          HOME: /tmp
          SAGEWARDEN_CONFIG: !Ref Configuration
          SAGEWARDEN_STATE: !Sub s3://${State}/sagewarden/state
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: Lambda
            Effect: Allow
            Principal:
              Service: lambda.amazonaws.com
            Action: sts:AssumeRole
      ManagedPolicyArns:
`

const functionOwn = `        - !Ref Own
  Own:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Description: What the function needs of its own stack
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: State
            Effect: Allow
            Action: [s3:GetObject, s3:PutObject, s3:DeleteObject]
            Resource: !Sub "${State.Arn}/*"
          - Sid: FindState
            Effect: Allow
            Action: s3:ListBucket
            Resource: !GetAtt State.Arn
          - Sid: Encrypt
            Effect: Allow
            Action: [kms:Decrypt, kms:GenerateDataKey]
            Resource: !GetAtt Key.Arn
          - Sid: Tell
            Effect: Allow
            Action: sns:Publish
            Resource: !Ref Topic
          - Sid: DeadLetters
            Effect: Allow
            Action: sqs:SendMessage
            Resource: !GetAtt DeadLetters.Arn
          - Sid: WriteLog
            Effect: Allow
            Action: [logs:CreateLogStream, logs:PutLogEvents]
            Resource: !GetAtt Log.Arn
`

const functionTriggers = `  SchedulerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: Scheduler
            Effect: Allow
            Principal:
              Service: scheduler.amazonaws.com
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                aws:SourceAccount: !Ref AWS::AccountId
  SchedulerPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Description: What the schedule needs to run Sagewarden
      Roles: [!Ref SchedulerRole]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: Invoke
            Effect: Allow
            Action: lambda:InvokeFunction
            Resource: !GetAtt Function.Arn
          - Sid: DeadLetters
            Effect: Allow
            Action: sqs:SendMessage
            Resource: !GetAtt DeadLetters.Arn
          - Sid: Encrypt
            Effect: Allow
            Action: [kms:Decrypt, kms:GenerateDataKey]
            Resource: !GetAtt Key.Arn
  Schedule:
    Type: AWS::Scheduler::Schedule
    DependsOn: SchedulerPolicy
    Properties:
      Description: Runs the policies that are due
      ScheduleExpression: !Ref ScheduleExpression
      KmsKeyArn: !GetAtt Key.Arn
      FlexibleTimeWindow:
        Mode: "OFF"
      Target:
        Arn: !GetAtt Function.Arn
        RoleArn: !GetAtt SchedulerRole.Arn
        Input: '{"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": {}}'
        RetryPolicy:
          MaximumEventAgeInSeconds: 900
          MaximumRetryAttempts: 2
        DeadLetterConfig:
          Arn: !GetAtt DeadLetters.Arn
  Created:
    Type: AWS::Events::Rule
    Condition: LooksAtOnce
    Properties:
      Description: What SageMaker has made
      EventPattern:
        source: [aws.sagemaker]
        detail-type: [AWS API Call via CloudTrail]
        detail:
          eventSource: [sagemaker.amazonaws.com]
          eventName:
`

const functionEnd = `      Targets:
        - Id: sagewarden
          Arn: !GetAtt Function.Arn
          DeadLetterConfig:
            Arn: !GetAtt DeadLetters.Arn
  CreatedPermission:
    Type: AWS::Lambda::Permission
    Condition: LooksAtOnce
    Properties:
      FunctionName: !Ref Function
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Created.Arn
Outputs:
  FunctionName:
    Description: Name of the function
    Value: !Ref Function
  RoleArn:
    Description: ARN of the function's role, which roles in other accounts may trust
    Value: !GetAtt Role.Arn
  StateAddress:
    Description: Address of the ledger, for --state
    Value: !Sub s3://${State}/sagewarden/state
  TopicArn:
    Description: ARN of the topic, for a channel under notify in sagewarden.yaml
    Value: !Ref Topic
  DeadLettersUrl:
    Description: Queue of the events that failed
    Value: !Ref DeadLetters
`

// FunctionCloudFormation prints a template that makes the function with the policies, its schedule, state and topic. Events are the names of the
// CloudTrail events that tell of a new resource.
func (b *Bundle) FunctionCloudFormation(w io.Writer, events []string) error {
	var p page
	p.line(0, "%s", b.printedBy("function", "cloudformation"))
	p.line(0, "AWSTemplateFormatVersion: %q", "2010-09-09")
	p.line(0, "Description: %q", "Sagewarden as a function that runs policies by itself. "+b.about())
	p.WriteString(functionTop)
	p.line(0, "Resources:")
	p.WriteString(functionParts)
	for i := range b.Policies {
		p.line(4, "- !Ref %s", logicalID(b.name(i)))
	}
	p.WriteString(functionOwn)
	for i := range b.Policies {
		b.managedPolicy(&p, i)
	}
	p.WriteString(functionTriggers)
	for _, e := range events {
		p.line(6, "- %s", e)
	}
	p.WriteString(functionEnd)
	_, err := io.WriteString(w, p.String())
	return err
}

// FunctionTerraform prints the same as a Terraform module, formatted as terraform fmt does.
func (b *Bundle) FunctionTerraform(w io.Writer, events []string) error {
	var p page
	p.line(0, "%s", b.printedBy("function", "terraform"))
	p.line(0, "#")
	p.line(0, "# Sagewarden as a function that runs policies by itself. %s", b.about())
	p.WriteString(functionModule)
	b.documents(&p)
	b.attached(&p, "name", "function")
	p.line(0, "")
	p.line(0, "locals {")
	p.line(1, "create_events = [")
	for _, e := range events {
		p.line(2, "%q,", e)
	}
	p.line(1, "]")
	p.line(0, "}")
	_, err := io.WriteString(w, p.String())
	return err
}
