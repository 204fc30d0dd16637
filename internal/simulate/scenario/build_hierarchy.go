package scenario

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const defaultMembership = 2 * 365 * 24 * time.Hour

var accountStates = []string{"ACTIVE", "PENDING_ACTIVATION", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"}

// join makes the account what its membership says.
func (b *builder) join(acc *world.Account, m Membership, p path) {
	b.oneOf(p, "status", m.Status, accountStates...)
	acc.Email, acc.State, acc.Tags = cmp.Or(m.Email, "aws+"+acc.ID+"@example.com"), m.Status, m.Tags
	acc.Joined = m.Joined.from(b.at, b.at.Add(-defaultMembership))
}

// hierarchy puts the accounts of the file into its organization, or beside the generated ones into theirs.
func (b *builder) hierarchy(f *File, w *world.World) {
	switch p := (path{"hierarchy"}); {
	case f.Hierarchy != nil && f.Organization != nil:
		b.wrong(p, "leave it out, and say of each account its unit", "the generated organization has a hierarchy of its own")
		return
	case f.Hierarchy != nil:
		w.Organization = b.found(f.Hierarchy, w, p)
	}
	if w.Organization == nil {
		for i, a := range f.Accounts {
			if a.Unit != "" {
				b.wrong(path{"accounts", i, "unit"}, "add hierarchy: {management: …}", "the accounts of the file stand alone")
			}
		}
		return
	}
	leader := member(w, w.Organization.Management)
	for i, a := range f.Accounts {
		acc := member(w, string(a.ID))
		if leader == nil || acc == nil || a.Outside {
			continue
		}
		if acc.InPartition() != leader.InPartition() {
			if a.Unit != "" {
				b.wrong(path{"accounts", i, "unit"}, "leave it out", "an organization lives in one partition, and this one in %s", leader.InPartition())
			}
			continue
		}
		at := b.unit(w.Organization.Root, a.Unit, path{"accounts", i, "unit"})
		at.Accounts = append(at.Accounts, acc.ID)
	}
	for i, a := range f.Accounts {
		leads := string(a.ID) == w.Organization.Management || slices.Contains(w.Organization.Administrators, string(a.ID))
		if a.Outside && leads {
			b.wrong(path{"accounts", i, "outside"}, "leave it out", "account %s leads the organization", a.ID)
		}
	}
}

// found makes the organization, without its accounts.
func (b *builder) found(h *Hierarchy, w *world.World, p path) *world.Organization {
	management := string(h.Management)
	o := &world.Organization{ID: cmp.Or(h.ID, "o-"+code(management, 10)), Management: management, Root: &world.Unit{ID: "r-" + code(management, 4), Name: "Root"}}
	b.require(p, "management", management)
	b.matches(p, "id", o.ID, organizationID)
	if member(w, management) == nil {
		b.wrong(p.to("management"), "add it to accounts", "there is no account %q here", management)
	}
	for i, id := range h.Administrators {
		if member(w, string(id)) == nil {
			b.wrong(p.to("administrators", i), "add it to accounts", "there is no account %q here", string(id))
		}
		o.Administrators = append(o.Administrators, string(id))
	}
	ids := roster{}
	for i, u := range h.Units {
		up := p.to("units", i)
		b.require(up, "path", u.Path)
		unit := b.unit(o.Root, u.Path, up.to("path"))
		unit.ID, unit.Tags = cmp.Or(u.ID, unit.ID), u.Tags
		b.matches(up, "id", unit.ID, unitID)
		b.enlist(ids, up, "id", "unit", unit.ID)
	}
	return o
}

var (
	organizationID = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
	unitID         = regexp.MustCompile(`^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$`)
	rolePath       = regexp.MustCompile(`^/([!-.0-~]+/)*$`)
)

// matches reports an id that AWS would not give.
func (b *builder) matches(p path, field, value string, form *regexp.Regexp) {
	if value != "" && !form.MatchString(value) {
		b.wrong(p.to(field), "want "+form.String(), "%q is not what AWS has as %s", value, field)
	}
}

// unit is the organizational unit of a path, made where it is missing.
func (b *builder) unit(at *world.Unit, names string, p path) *world.Unit {
	if names == "" {
		return at
	}
	mark := strings.TrimPrefix(at.ID, "r-")
	for name := range strings.SplitSeq(names, "/") {
		if name == "" {
			b.wrong(p, "write it as Workloads/Production", "%q is no path of units", names)
			return at
		}
		i := slices.IndexFunc(at.Units, func(u *world.Unit) bool { return u.Name == name })
		if i < 0 {
			i = len(at.Units)
			at.Units = append(at.Units, &world.Unit{ID: "ou-" + mark + "-" + code(at.ID+"/"+name, 8), Name: name})
		}
		at = at.Units[i]
	}
	return at
}

// code is n lower-case letters and digits that follow from a text.
func code(text string, n int) string {
	sum := sha256.Sum256([]byte(text))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:n])
}

func member(w *world.World, id string) *world.Account {
	i := slices.IndexFunc(w.Accounts, func(a *world.Account) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return w.Accounts[i]
}

func (b *builder) role(r Role, names roster, p path) *world.Role {
	b.enlist(names, p, "name", "role", r.Name)
	b.matches(p, "path", r.Path, rolePath)
	if len(r.Trusts) == 0 {
		b.wrong(p, `add trusts: ["111111111111"]`, "nobody may assume role %q", r.Name)
	}
	if d := time.Duration(r.MaxDuration); d != 0 && (d < time.Hour || d > 12*time.Hour) {
		b.wrong(p.to("maxDuration"), "write 1h to 12h", "IAM bounds sessions to between one hour and twelve")
	}
	role := &world.Role{Name: r.Name, Path: r.Path, ExternalID: string(r.ExternalID), RequireSessionTags: r.SessionTags, MaxDuration: time.Duration(r.MaxDuration)}
	for i, t := range r.Trusts {
		if _, err := estate.ParseARN(string(t)); err != nil && t != "*" && !twelveDigits.MatchString(string(t)) {
			b.wrong(p.to("trusts", i), `write an account id, an ARN or "*"`, "%q is no principal", string(t))
		}
		role.TrustedPrincipals = append(role.TrustedPrincipals, string(t))
	}
	for _, document := range r.Policies {
		role.Policies = append(role.Policies, string(document))
	}
	return role
}

// creator checks that a creator is somebody whom CloudTrail could name.
func (b *builder) creator(arn string, p path) string {
	a, err := estate.ParseARN(arn)
	if arn != "" && (err != nil || a.Service != "iam" && a.Service != "sts") {
		b.wrong(p.to("creator"), "write arn:aws:sts::111111111111:assumed-role/DataScientist/ana, or arn:aws:iam::111111111111:user/ana", "%q is no ARN of a user or a session", arn)
	}
	return arn
}
