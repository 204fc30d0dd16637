package wire

import (
	"bytes"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func (v *view) getCallerIdentity(*sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	return &sts.GetCallerIdentityOutput{
		Account: aws.String(v.target.Account),
		Arn:     aws.String(v.principal.arn),
		UserId:  aws.String("AIDA" + v.principal.accessKeyID),
	}, nil
}

// writeCallerIdentity writes the query protocol's XML: the STS module has no schemas.
func writeCallerIdentity(_ protocol, out *sts.GetCallerIdentityOutput) ([]byte, error) {
	var b bytes.Buffer
	element := func(name, text string) {
		b.WriteString("<" + name + ">")
		escape(&b, text)
		b.WriteString("</" + name + ">")
	}
	b.WriteString(`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`)
	element("Arn", *out.Arn)
	element("UserId", *out.UserId)
	element("Account", *out.Account)
	b.WriteString(`</GetCallerIdentityResult></GetCallerIdentityResponse>`)
	return b.Bytes(), nil
}
