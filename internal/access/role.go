package access

import "io"

// defaultSession is the longest session of the templates' role, in seconds.
const defaultSession = 3600

// roleParameters are those of the role's template, which the stack set's hands through.
const roleParameters = `Parameters:
  TrustedPrincipalArn:
    Type: String
    Description: Who may assume the role, as arn:aws:iam::111122223333:role/sagewarden, or arn:aws:iam::111122223333:root for whoever that account allows to
    AllowedPattern: ^arn:[a-z-]+:iam::[0-9]{12}:(root|(role|user)/.+)$
  RoleName:
    Type: String
    Description: Name of the role, which sagewarden --role asks for
    Default: %[1]s
    AllowedPattern: ^[A-Za-z0-9_+=,.@-]{1,64}$
  ExternalId:
    Type: String
    Description: What the caller must give as --external-id; nothing where it need not
    Default: ""
    AllowedPattern: ^([A-Za-z0-9_+=,.@:/-]{2,1224})?$
  PermissionsBoundaryArn:
    Type: String
    Description: Policy that bounds the role, where the organization asks for one; nothing for none
    Default: ""
    AllowedPattern: ^(arn:[a-z-]+:iam::(aws|[0-9]{12}):policy/.+)?$
  MaxSessionDuration:
    Type: Number
    Description: Longest session in seconds
    Default: %[2]d
    MinValue: 3600
    MaxValue: 43200`

// RoleCloudFormation prints a template that makes a role with the policies, for one account to assume in another.
func (b *Bundle) RoleCloudFormation(w io.Writer, role string) error {
	_, err := io.WriteString(w, b.printedBy("role", "cloudformation")+"\n"+b.roleTemplate(role))
	return err
}

func (b *Bundle) roleTemplate(role string) string {
	var p page
	p.line(0, "AWSTemplateFormatVersion: %q", "2010-09-09")
	p.line(0, "Description: %q", "A role for Sagewarden to assume. "+b.about())
	p.line(0, roleParameters, role, defaultSession)
	p.WriteString(`Conditions:
  AsksForExternalId: !Not [!Equals [!Ref ExternalId, ""]]
  IsBounded: !Not [!Equals [!Ref PermissionsBoundaryArn, ""]]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref RoleName
      Description: Sagewarden reads with it
      MaxSessionDuration: !Ref MaxSessionDuration
      PermissionsBoundary: !If [IsBounded, !Ref PermissionsBoundaryArn, !Ref AWS::NoValue]
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: Assume
            Effect: Allow
            Principal:
              AWS: !Ref TrustedPrincipalArn
            Action: sts:AssumeRole
            Condition: !If
              - AsksForExternalId
              - StringEquals:
                  sts:ExternalId: !Ref ExternalId
              - !Ref AWS::NoValue
          - Sid: TagSession
            Effect: Allow
            Principal:
              AWS: !Ref TrustedPrincipalArn
            Action: sts:TagSession
      ManagedPolicyArns:
`)
	for i := range b.Policies {
		p.line(4, "- !Ref %s", logicalID(b.name(i)))
	}
	for i := range b.Policies {
		b.managedPolicy(&p, i)
	}
	p.WriteString(`Outputs:
  RoleArn:
    Description: ARN of the role
    Value: !GetAtt Role.Arn
`)
	return p.String()
}
