package notify

import (
	"maps"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/config"
)

// Owner is what policies call whoever owns a resource.
const Owner = "owner"

// A Recipient is a person, or a group that is told as one.
type Recipient struct {
	// Name is what the configuration calls them, or a mail address that it does not name.
	Name string
	// Email, Slack and Teams are how they are reached or mentioned there, each empty where there is no such way.
	Email, Slack, Teams string
	// Via are the channels.
	Via []string
	// Zone is where they live, Hours when they are to be told; nil for always.
	Zone  *time.Location
	Hours *config.Hours
}

// A Directory knows people and groups, and who of them an owner is.
type Directory struct {
	recipients map[string]Recipient
	// members are those of the groups that have some.
	members map[string][]string
	// owners are names, mail addresses and aliases, in lower case, to the names of people and groups.
	owners map[string]string
	// usual is a recipient that is reached as is usual.
	usual Recipient
	// domains may be written to; suffix is the one of owners' bare names.
	domains          []string
	suffix, fallback string
}

// NewDirectory is the directory of a configuration that was read.
func NewDirectory(c config.Notify) (*Directory, error) {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, err
	}
	d := &Directory{recipients: map[string]Recipient{}, members: map[string][]string{}, owners: map[string]string{}, domains: c.Domains, suffix: c.OwnerDomain, fallback: c.Fallback,
		usual: Recipient{Via: c.Default, Zone: zone, Hours: c.Hours}}
	add := func(name string, r config.Reach) error {
		got, err := d.recipient(name, r)
		d.recipients[name] = got
		d.owners[strings.ToLower(name)] = name
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.Groups)) {
		if err := add(name, c.Groups[name].Reach); err != nil {
			return nil, err
		}
		d.members[name] = c.Groups[name].Members
	}
	for _, name := range slices.Sorted(maps.Keys(c.People)) {
		p := c.People[name]
		if err := add(name, p.Reach); err != nil {
			return nil, err
		}
		for _, alias := range append([]string{d.recipients[name].Email}, p.Owns...) {
			d.owners[strings.ToLower(alias)] = name
		}
	}
	for owner, name := range c.Owners {
		d.owners[strings.ToLower(owner)] = name
	}
	delete(d.owners, "") // whoever has no mail address
	if d.suffix != "" {
		d.domains = append(slices.Clip(d.domains), d.suffix)
	}
	return d, nil
}

func (d *Directory) recipient(name string, r config.Reach) (Recipient, error) {
	got := Recipient{Name: name, Slack: r.Slack, Teams: r.Teams, Via: r.Via, Zone: d.usual.Zone, Hours: r.Hours}
	if a, err := mail.ParseAddress(r.Email); err == nil {
		got.Email = a.Address
	}
	if len(got.Via) == 0 {
		got.Via = d.usual.Via
	}
	if got.Hours == nil {
		got.Hours = d.usual.Hours
	}
	var err error
	if r.Zone != "" {
		got.Zone, err = time.LoadLocation(r.Zone)
	}
	return got, err
}

// Named are the recipients of a name in a policy: a person, a group as one, or its members.
func (d *Directory) Named(name string) []Recipient {
	var all []Recipient
	for _, member := range d.members[name] {
		all = append(all, d.recipients[member])
	}
	if r, known := d.recipients[name]; known && len(all) == 0 {
		all = append(all, r)
	}
	return all
}

// OfOwner are the recipients of what is found as the owner of a resource: whom the configuration says, else who has the mail address, if it is of one of
// the domains, else the fallback. What a tag says is a stranger's word: no notice goes to a domain that was not named.
func (d *Directory) OfOwner(owner string) []Recipient {
	owner = strings.ToLower(strings.TrimSpace(owner))
	session := owner[strings.LastIndexByte(owner, '/')+1:] // of a role's session, as AWSReservedSSO_Scientist/ana@example.com
	for _, word := range []string{owner, session} {
		if name, known := d.owners[word]; known {
			return d.Named(name)
		}
	}
	address := session
	if d.suffix != "" && address != "" && !strings.Contains(address, "@") {
		address += "@" + d.suffix
	}
	if name, known := d.owners[address]; known {
		return d.Named(name)
	}
	if a, err := mail.ParseAddress(address); err == nil && a.Name == "" && a.Address == address && slices.Contains(d.domains, address[strings.LastIndexByte(address, '@')+1:]) {
		return []Recipient{d.stranger(address)}
	}
	return d.Named(d.fallback)
}

// stranger is somebody whom the configuration does not name.
func (d *Directory) stranger(address string) Recipient {
	r := d.usual
	r.Name, r.Email = address, address
	return r
}

// Lookup is the recipient of a notice that was made earlier, by the directory of now.
func (d *Directory) Lookup(name string) (Recipient, bool) {
	if r, known := d.recipients[name]; known {
		return r, true
	}
	if i := strings.LastIndexByte(name, '@'); i > 0 && slices.Contains(d.domains, name[i+1:]) {
		return d.stranger(name), true
	}
	return Recipient{}, false
}
