package estate

import "time"

// A Kind names a family of resources: "studio-app", "endpoint", "inference-component".
type Kind string

// A Resource is a SageMaker thing that bills or must be governed, named by its ARN.
type Resource struct {
	ARN    string `json:"arn"`
	Kind   Kind   `json:"kind"`
	Target Target `json:"target"`
	// Name is what a person would call it; unique within kind and target.
	Name string `json:"name"`
	// Type divides a kind where it needs dividing: "JupyterLab", "real-time", "serverless".
	Type     string    `json:"type,omitempty"`
	Status   string    `json:"status"`
	Created  time.Time `json:"created,omitzero"`
	Modified time.Time `json:"modified,omitzero"`
	// Ends says that it ends by itself, as a job does: what it bills in an hour says nothing of a month.
	Ends bool `json:"ends,omitempty"`
	// Domain, User and Space place a Studio resource; empty elsewhere.
	Domain string `json:"domain,omitempty"`
	User   string `json:"user,omitempty"`
	Space  string `json:"space,omitempty"`
	// Owner is the person or team to talk to, empty when unknown; OwnerFrom says how it is known.
	Owner     string `json:"owner,omitempty"`
	OwnerFrom string `json:"ownerFrom,omitempty"`
	// Tags is nil when the tags could not be read, empty when there are none.
	Tags map[string]string `json:"tags"`
	// Attributes are the family's own facts, as the API names and spells them.
	Attributes map[string]string `json:"attributes,omitempty"`
	// Parts are the pieces that are used, judged and billed on their own, such as an endpoint's variants.
	Parts []Part `json:"parts,omitempty"`
	// Meters is what the resource bills while it is left alone.
	Meters []Meter `json:"meters,omitempty"`
}

// A Part is a piece of a resource that is used, judged and billed on its own.
type Part struct {
	Name string `json:"name"`
	// Role is what the part is for: "production", "shadow", "pending".
	Role string `json:"role"`
	// Mode is how it runs: "instances", "serverless", "components".
	Mode string `json:"mode"`
	// Count is how many instances it has now, or how much provisioned concurrency.
	Count int `json:"count"`
	// Members are the names of what runs on it, such as inference components.
	Members []string `json:"members,omitempty"`
}
