// Package schemas holds the JSON schemas of the files that people write, for the commands that print them.
package schemas

import _ "embed" // for the schema

// Policy is the schema of policy files.
//
//go:embed policy.schema.json
var Policy string
