package access

import (
	"io"
	"strings"
)

// RoleStackSet prints a template that rolls the role's out to organizational units, and to every account that joins them.
func (b *Bundle) RoleStackSet(w io.Writer, role string) error {
	var p page
	p.line(0, "%s", b.printedBy("stackset", "cloudformation"))
	p.line(0, "AWSTemplateFormatVersion: %q", "2010-09-09")
	p.line(0, "Description: %q", "The role for Sagewarden in every account of organizational units, as a service-managed stack set. "+b.about())
	p.line(0, roleParameters, role, defaultSession)
	p.WriteString(`  OrganizationalUnitIds:
    Type: CommaDelimitedList
    Description: Units that get the role with all that is below them, as ou-ab12-34567890, or the root, as r-ab12
  CallAs:
    Type: String
    Description: SELF from the management account, DELEGATED_ADMIN from an account that may manage stack sets for it
    Default: SELF
    AllowedValues: [SELF, DELEGATED_ADMIN]
Resources:
  Reader:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: !Ref RoleName
      Description: The role that Sagewarden assumes
      PermissionModel: SERVICE_MANAGED
      CallAs: !Ref CallAs
      Capabilities: [CAPABILITY_NAMED_IAM]
      AutoDeployment:
        Enabled: true
        RetainStacksOnAccountRemoval: false
      ManagedExecution:
        Active: true
      OperationPreferences:
        FailureTolerancePercentage: 100 # an account that fails keeps no other waiting
        MaxConcurrentPercentage: 100
      Parameters:
        - ParameterKey: TrustedPrincipalArn
          ParameterValue: !Ref TrustedPrincipalArn
        - ParameterKey: RoleName
          ParameterValue: !Ref RoleName
        - ParameterKey: ExternalId
          ParameterValue: !Ref ExternalId
        - ParameterKey: PermissionsBoundaryArn
          ParameterValue: !Ref PermissionsBoundaryArn
        - ParameterKey: MaxSessionDuration
          ParameterValue: !Ref MaxSessionDuration
      StackInstancesGroup:
        - DeploymentTargets:
            OrganizationalUnitIds: !Ref OrganizationalUnitIds
          Regions: [!Ref AWS::Region] # IAM is global: one region is enough
      TemplateBody: |
`)
	for line := range strings.Lines(b.roleTemplate(role)) {
		p.line(4, "%s", strings.TrimSuffix(line, "\n"))
	}
	_, err := io.WriteString(w, p.String())
	return err
}
