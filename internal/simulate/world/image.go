package world

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

// An ImageVersion is a version of an image: a container image under a number.
type ImageVersion struct {
	Life
	// Image is the name of what it is a version of, and Number which one, from one on.
	Image  string
	Number int32
	// Aliases are its other names.
	Aliases []string
	// Token is that of the request which made it: asked with it again, AWS makes no other.
	Token string
	// Status is CREATED when empty.
	Status string
	// Output holds the rest of its description.
	Output sagemaker.DescribeImageVersionOutput
}

// Resource is the resource part of the version's ARN.
func (v *ImageVersion) Resource() string {
	return "image-version/" + v.Image + "/" + strconv.Itoa(int(v.Number))
}
