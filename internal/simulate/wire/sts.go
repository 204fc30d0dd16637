package wire

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func (v *view) getCallerIdentity(*sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	return &sts.GetCallerIdentityOutput{
		Account: aws.String(v.target.Account),
		Arn:     aws.String(v.principal.arn),
		UserId:  aws.String(v.principal.userID),
	}, nil
}

func writeCallerIdentity(_ protocol, out *sts.GetCallerIdentityOutput) ([]byte, error) {
	return answered(stsNamespace, "GetCallerIdentity", func(m *markup) {
		m.text("Arn", *out.Arn)
		m.text("UserId", *out.UserId)
		m.text("Account", *out.Account)
	}), nil
}
