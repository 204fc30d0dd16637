package scenario

import (
	"github.com/goccy/go-yaml/ast"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A Record is a resource of any family that has no list of its own: a notebook instance, a job, a cluster.
type Record struct {
	Life `yaml:",inline"`
	// Family is the sort of resource, named as in its ARN.
	Family world.Family `yaml:"family" jsonschema:"required"`
	// Name is the resource's name; the version of a model package in a group, the id of a cluster's node or of a pipeline's execution.
	Name Text `yaml:"name" jsonschema:"required"`
	// Parent is the name of what it belongs to: a pipeline-execution's pipeline, a hub-content's hub, a cluster-node's cluster, a model-package's group.
	Parent string `yaml:"parent"`
	// Ended is when a job finished or a notebook instance was stopped; left out, it goes on.
	Ended Instant `yaml:"ended"`
	// Status is what it has until it ended; the family's usual one when left out.
	Status string `yaml:"status"`
	// EndStatus is what it has from then on; the family's usual one when left out.
	EndStatus string `yaml:"endStatus"`
	// Describe holds the other members that its Describe operation answers, spelled as in the API.
	Describe Members `yaml:"describe"`
	// Use is the truth: when somebody really needs it.
	Use *Activity `yaml:"use"`
}

// A History is jobs of long ago, all alike and spread evenly. However many they are, they cost no memory.
type History struct {
	// Family is the sort of job.
	Family world.Family `yaml:"family" jsonschema:"required"`
	// Name begins the jobs' names, which end in a number; old- and the family when left out.
	Name string `yaml:"name"`
	// Count is how many there are.
	Count int `yaml:"count" jsonschema:"required"`
	// From is when the first was created.
	From Instant `yaml:"from" jsonschema:"required"`
	// To is when the last was created; an hour before at when left out.
	To Instant `yaml:"to"`
	// Took is how long each ran; ten minutes when left out.
	Took Span `yaml:"took"`
	// EndStatus is how they ended; the family's usual end when left out.
	EndStatus string `yaml:"endStatus"`
	// Describe holds what they have in common, spelled as in the API.
	Describe Members `yaml:"describe"`
}

// Members are members of an API's answer, spelled as the API spells them.
type Members struct{ node ast.Node }

// UnmarshalYAML keeps the members as they are written: what they may be depends on the family.
func (m *Members) UnmarshalYAML(node ast.Node) error {
	if _, ok := node.(*ast.MappingNode); !ok {
		return wrong(node, "want a mapping").withHint("write members as the API spells them: {InstanceType: ml.g5.xlarge}")
	}
	m.node = node
	return nil
}
