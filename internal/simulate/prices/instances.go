package prices

import "strings"

// An instance is a type with its us-east-1 rate under Hosting.
type instance struct {
	name        string
	rate        dollars
	accelerated bool
}

// family is "g5" of "ml.g5.xlarge".
func (i instance) family() string {
	_, rest, _ := strings.Cut(i.name, ".")
	family, _, _ := strings.Cut(rest, ".")
	return family
}

var instances = []instance{
	{"ml.t2.medium", 0.056 * dollar, false},
	{"ml.t2.large", 0.111 * dollar, false},
	{"ml.t2.xlarge", 0.223 * dollar, false},
	{"ml.t3.medium", 0.05 * dollar, false},
	{"ml.t3.large", 0.1 * dollar, false},
	{"ml.t3.xlarge", 0.2 * dollar, false},
	{"ml.t3.2xlarge", 0.399 * dollar, false},
	{"ml.m5.large", 0.115 * dollar, false},
	{"ml.m5.xlarge", 0.23 * dollar, false},
	{"ml.m5.2xlarge", 0.461 * dollar, false},
	{"ml.m5.4xlarge", 0.922 * dollar, false},
	{"ml.m5.12xlarge", 2.765 * dollar, false},
	{"ml.m5.24xlarge", 5.53 * dollar, false},
	{"ml.m6i.large", 0.1152 * dollar, false},
	{"ml.m6i.xlarge", 0.2304 * dollar, false},
	{"ml.m6i.2xlarge", 0.4608 * dollar, false},
	{"ml.m6i.4xlarge", 0.9216 * dollar, false},
	{"ml.m7i.large", 0.121 * dollar, false},
	{"ml.m7i.xlarge", 0.2419 * dollar, false},
	{"ml.m7i.2xlarge", 0.4838 * dollar, false},
	{"ml.m7i.4xlarge", 0.9677 * dollar, false},
	{"ml.m7i.48xlarge", 11.612 * dollar, false},
	{"ml.c5.large", 0.102 * dollar, false},
	{"ml.c5.xlarge", 0.204 * dollar, false},
	{"ml.c5.2xlarge", 0.408 * dollar, false},
	{"ml.c5.4xlarge", 0.816 * dollar, false},
	{"ml.c5.9xlarge", 1.836 * dollar, false},
	{"ml.c6i.large", 0.102 * dollar, false},
	{"ml.c6i.xlarge", 0.204 * dollar, false},
	{"ml.c6i.2xlarge", 0.408 * dollar, false},
	{"ml.c6i.4xlarge", 0.816 * dollar, false},
	{"ml.c6i.8xlarge", 1.632 * dollar, false},
	{"ml.r5.large", 0.151 * dollar, false},
	{"ml.r5.xlarge", 0.302 * dollar, false},
	{"ml.r5.2xlarge", 0.605 * dollar, false},
	{"ml.r5.4xlarge", 1.21 * dollar, false},
	{"ml.r5.8xlarge", 2.419 * dollar, false},
	{"ml.r5.24xlarge", 7.258 * dollar, false},
	{"ml.g4dn.xlarge", 0.736 * dollar, true},
	{"ml.g4dn.2xlarge", 1.053 * dollar, true},
	{"ml.g4dn.4xlarge", 1.686 * dollar, true},
	{"ml.g4dn.12xlarge", 4.89 * dollar, true},
	{"ml.g5.xlarge", 1.41 * dollar, true},
	{"ml.g5.2xlarge", 1.515 * dollar, true},
	{"ml.g5.4xlarge", 2.03 * dollar, true},
	{"ml.g5.8xlarge", 3.06 * dollar, true},
	{"ml.g5.12xlarge", 7.09 * dollar, true},
	{"ml.g5.24xlarge", 10.18 * dollar, true},
	{"ml.g5.48xlarge", 20.36 * dollar, true},
	{"ml.g6.xlarge", 1.127 * dollar, true},
	{"ml.g6.2xlarge", 1.222 * dollar, true},
	{"ml.g6.4xlarge", 1.654 * dollar, true},
	{"ml.g6.12xlarge", 5.752 * dollar, true},
	{"ml.g6.24xlarge", 8.344 * dollar, true},
	{"ml.g6.48xlarge", 16.688 * dollar, true},
	{"ml.g6e.xlarge", 2.3263 * dollar, true},
	{"ml.g6e.2xlarge", 2.8026 * dollar, true},
	{"ml.g6e.12xlarge", 13.1158 * dollar, true},
	{"ml.g7e.2xlarge", 4.2039 * dollar, true},
	{"ml.p3.2xlarge", 3.825 * dollar, true},
	{"ml.p3.8xlarge", 14.688 * dollar, true},
	{"ml.p3.16xlarge", 28.152 * dollar, true},
	{"ml.p4d.24xlarge", 37.688 * dollar, true},
	{"ml.p4de.24xlarge", 47.11 * dollar, true},
	{"ml.p5.48xlarge", 113.068 * dollar, true},
	{"ml.inf2.xlarge", 0.99 * dollar, true},
	{"ml.inf2.8xlarge", 2.36 * dollar, true},
	{"ml.inf2.24xlarge", 7.79 * dollar, true},
	{"ml.inf2.48xlarge", 15.58 * dollar, true},
	{"ml.trn1.2xlarge", 1.746 * dollar, true},
	{"ml.trn1.32xlarge", 28.497 * dollar, true},
}

// only names the regions of a family that is not everywhere.
var only = map[string][]string{
	"p4de": {"us-east-1", "us-west-2"},
	"p5":   {"us-east-1", "us-east-2", "us-west-2", "ap-northeast-1"},
	"trn1": {"us-east-1", "us-east-2", "us-west-2"},
	"g7e":  {"us-east-1", "us-west-2"},
	"g6e":  {"us-east-1", "us-east-2", "us-west-2", "eu-central-1", "ap-northeast-1"},
}
