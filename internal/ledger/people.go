package ledger

import (
	"path"
	"slices"
	"strings"
)

// A Person is one human being, with all the names under which they may decide.
type Person struct {
	// Names are those that links are made out to: a name, a mail address.
	Names []string
	// ARNs are those that AWS has for the person as a caller. A * stands for any characters but a slash.
	ARNs []string
	// Whole says that the person has no other ARN.
	Whole bool
}

func (p Person) is(name string) bool {
	return slices.ContainsFunc(p.Names, func(n string) bool { return strings.EqualFold(n, name) }) || slices.ContainsFunc(p.ARNs, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok || err != nil // what cannot be read may mean anybody
	})
}

// People are who is known to be who.
type People []Person

// who are the people that a name may mean.
func (p People) who(name string) (all []int) {
	for n, person := range p {
		if person.is(name) {
			all = append(all, n)
		}
	}
	return all
}

// differ reports whether two names are surely those of two people. Two ARNs are taken to be. A link does not say who holds it: its name is one person's where it is
// known whose, and somebody's ARN is another one's only where all of that person's are known, or the other one is known as well.
func (p People) differ(a, b string) bool {
	as, bs := p.who(a), p.who(b)
	switch {
	case a == b, slices.ContainsFunc(as, func(n int) bool { return slices.Contains(bs, n) }):
		return false
	case isARN(a) && isARN(b), len(as) > 0 && len(bs) > 0:
		return true
	case isARN(b):
		return p.whole(as)
	case isARN(a):
		return p.whole(bs)
	}
	return false
}

func isARN(name string) bool { return strings.HasPrefix(name, "arn:") }

// whole reports whether all ARNs of these people are known.
func (p People) whole(who []int) bool {
	return len(who) > 0 && !slices.ContainsFunc(who, func(n int) bool { return !p[n].Whole })
}

// Approvers is how many people have at least approved a finding, without who made it. Whoever may be the same counts once.
func (f Finding) Approvers(people People) int {
	byLink := func(a Approval) bool { return !isARN(a.By) }
	return max(f.sure(people, byLink), f.sure(people, func(a Approval) bool { return !byLink(a) }))
}

// sure is how many of those who have approved are surely as many people. Those for whom first holds are taken first.
func (f Finding) sure(people People, first func(Approval) bool) int {
	var taken []string
	for _, now := range []bool{true, false} {
		for _, a := range f.Approvals {
			same := func(other string) bool { return !people.differ(other, a.By) }
			if first(a) == now && (f.By == "" || !same(f.By)) && !slices.ContainsFunc(taken, same) {
				taken = append(taken, a.By)
			}
		}
	}
	return len(taken)
}
