package pricing

import "github.com/aws/aws-sdk-go-v2/service/pricing/types"

// The service codes of the price lists that are read.
const (
	sageMaker         = "AmazonSageMaker"
	elasticFileSystem = "AmazonEFS"
)

// A question is what GetProducts is asked about a region. Components with the same question are answered together. The
// zero question is that of a component of which the list's name is not known, and is not asked.
type question struct {
	service string
	// by says how value is compared with field: the region's prefix of a usage type need not be known for asking.
	by           types.FilterType
	field, value string
}

var (
	// volumes is not asked by product family: a usage type is what bills show, too.
	volumes    = usage(sageMaker, "VolumeUsage")
	serverless = question{sageMaker, types.FilterTypeTermMatch, "productFamily", "ML Serverless"}
)

func platoinstancetype(value string) question {
	return question{sageMaker, types.FilterTypeTermMatch, "platoinstancetype", value}
}

func usage(service, part string) question {
	return question{service, types.FilterTypeContains, "usagetype", part}
}
