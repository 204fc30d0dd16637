package scenario

// A Bucket is an S3 bucket; no two of a world have one name.
type Bucket struct {
	Life `yaml:",inline"`
	// Name is the bucket's name.
	Name string `yaml:"name" jsonschema:"required"`
	// Trusts are the ids of the other accounts that may use it, as far as their callers' own policies go.
	Trusts []Text `yaml:"trusts"`
	// Policy is its bucket policy as JSON; none when left out. Billing delivers to buckets alone whose policy lets it.
	Policy string `yaml:"policy"`
	// Objects are what lies in it.
	Objects []Object `yaml:"objects"`
	// Heartbeats makes every agent of the file's hand-written apps put its heartbeats here.
	Heartbeats *Heartbeats `yaml:"heartbeats"`
}

// An Object is a text that lies in a bucket.
type Object struct {
	// Key is where it lies.
	Key string `yaml:"key" jsonschema:"required"`
	// Text is what it holds.
	Text string `yaml:"text"`
	// Put is when it was put; a day before at when left out.
	Put Instant `yaml:"put"`
}

// Heartbeats are those that agents put to a bucket.
type Heartbeats struct {
	// Prefix begins their keys; heartbeats/ when left out.
	Prefix *string `yaml:"prefix"`
	// Every is how often each puts one; a minute when left out.
	Every Span `yaml:"every"`
	// SigningKey is the id of a KMS key of the bucket's region that certifies the agents; they do not sign when left out.
	SigningKey string `yaml:"signingKey"`
}

// A KMSKey is a key of KMS.
type KMSKey struct {
	Life `yaml:",inline"`
	// ID is the last part of its ARN.
	ID string `yaml:"id" jsonschema:"required"`
	// Alias is what people call it, without alias/.
	Alias string `yaml:"alias"`
	// Usage is what the key is for; sign when left out, by ECDSA over P-256.
	Usage string `yaml:"usage" jsonschema:"enum=sign,enum=encrypt"`
	// Trusts are the ids of the other accounts that may use it, as far as their callers' own policies go.
	Trusts []Text `yaml:"trusts"`
}
