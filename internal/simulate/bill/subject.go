package bill

import (
	"hash/fnv"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A Subject is what a line is for: a resource, or nothing but an account.
type Subject struct {
	Account *world.Account
	Region  string
	// ID is what the bill names it by: an ARN, or another service's own id. Empty for what is no resource.
	ID string
	// Kind and the names are those of sagewarden's own words, empty where there are none.
	Kind, Name, Domain, Space, User string
	// Team is the truth: whose it is. No bill shows it.
	Team string

	// tags are its people's own, marks AWS's.
	tags, marks map[string]string
}

// lag is how long after its creation it bills: one minute to three, which follow from its name.
func (s *Subject) lag() time.Duration { return time.Minute + time.Duration(s.number()%120)*time.Second }

// number follows from the name, and is all that chance decides about it.
func (s *Subject) number() uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s.Account.ID + s.Region + s.ID))
	n := h.Sum64()
	return n ^ n>>29
}
