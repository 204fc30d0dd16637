package config

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

// The syntax of what AWS takes, as the reference pages of AssumeRole, CreateRole and TagResource have it.
var (
	accountID   = regexp.MustCompile(`^[0-9]{12}$`)
	digits      = regexp.MustCompile(`^[0-9]+$`)
	roleName    = regexp.MustCompile(`^/?([\x21-\x2e\x30-\x39\x3b-\x7e]+/)*[\w+=,.@-]{1,64}$`)
	externalID  = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`)
	sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	tagText     = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	bucket      = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$`)
	kmsKey      = regexp.MustCompile(`^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$`)
	catalogName = regexp.MustCompile(`^[a-z0-9_][a-z0-9_-]{0,126}$`)
	workgroup   = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,128}$`)
	region      = regexp.MustCompile(`^([a-z]{2,5}(-[a-z]+)+-[0-9]+|all)$`)
)

// A checker keeps the first mistake that it meets.
type checker struct {
	document *strictyaml.Document
	first    error
	// called are the names of teams that stand under no teams, by the folded name.
	called map[string]string
}

func (c *checker) require(ok bool, at strictyaml.Path, hint, format string, args ...any) {
	if !ok && c.first == nil {
		c.first = c.document.Wrong(at, hint, format, args...)
	}
}

func (f *File) validate(d *strictyaml.Document) error {
	c := &checker{document: d}
	at := strictyaml.Path{"targets"}
	if o := f.Targets.Organization; o != nil {
		c.organization(o, at.To("organization"))
	}
	for i, a := range f.Targets.Accounts {
		c.account(a, at.To("accounts", i))
	}
	c.owners(f.Owners, strictyaml.Path{"owners"})
	for i, h := range f.Heartbeats {
		c.heartbeats(h, strictyaml.Path{"heartbeats"}.To(i))
	}
	c.notify(f.Notify, strictyaml.Path{"notify"})
	c.guard(f, strictyaml.Path{"guard"})
	c.athena(f.Cost.Athena, strictyaml.Path{"cost", "athena"})
	c.allocation(f.Cost.Allocation, strictyaml.Path{"cost", "allocation"})
	for i, name := range f.Policies {
		c.require(name != "", strictyaml.Path{"policies", i}, "write a file, a pattern, or a pack as pack:studio-basics", "no file is named")
	}
	return c.first
}

func (c *checker) athena(a Athena, at strictyaml.Path) {
	for _, n := range []struct{ key, name string }{{"database", a.Database}, {"table", a.Table}, {"viewsDatabase", a.ViewsDatabase}} {
		c.require(n.name == "" || catalogName.MatchString(n.name), at.To(n.key), "names in the Glue catalog are of small letters, digits, _ and -", "%q is no name of a database or a table", n.name)
	}
	for _, n := range []struct{ key, place string }{{"results", a.Results}, {"bill", a.Bill}} {
		c.require(n.place == "" || bucket.MatchString(n.place), at.To(n.key), "write it like s3://bucket/prefix/", "%q is no place in S3", n.place)
	}
	c.require(a.Region == "" || a.Region != "all" && region.MatchString(a.Region), at.To("region"), "write a region like eu-west-1", "%q is no region", a.Region)
	c.require(a.Workgroup == "" || workgroup.MatchString(a.Workgroup), at.To("workgroup"), "those are of letters, digits, ., _ and -", "%q is no name of a workgroup", a.Workgroup)
}

func (c *checker) guard(f *File, at strictyaml.Path) {
	g := f.Guard
	c.require(!f.Enforce || len(g.Accounts) > 0, strictyaml.Path{"enforce"}, "name under guard.accounts, by id, the accounts in which something may be changed",
		"nothing says in which accounts something may be changed")
	for i, id := range g.Accounts {
		c.require(accountID.MatchString(id), at.To("accounts", i), "account ids have twelve digits", "%q is no account id", id)
	}
	for _, n := range []struct {
		name string
		n    int
	}{{"maxActions", g.MaxActions}, {"maxPerDay", g.MaxPerDay}} {
		c.require(n.n >= 0, at.To(n.name), "write how many at most, or leave it out", "%d is no number of changes", n.n)
	}
	for i, fr := range g.Freezes {
		from, to, err := fr.Times()
		c.require(err == nil, at.To("freezes", i), "write from and to as 2026-12-20 or 2026-12-20T18:00:00+01:00", "%q to %q is no time", fr.From, fr.To)
		c.require(from.Before(to), at.To("freezes", i), "from comes before to", "the freeze ends before it begins")
		c.require(fr.Why != "", at.To("freezes", i), "add why: …", "nothing says why")
	}
}

func (c *checker) heartbeats(h Heartbeats, at strictyaml.Path) {
	c.require(bucket.MatchString(h.Bucket), at.To("bucket"), "write it like s3://bucket/heartbeats/", "%q is no place in S3", h.Bucket)
	c.require(h.SigningKey == "" || kmsKey.MatchString(h.SigningKey), at.To("signingKey"), "write the key's own ARN, not an alias: arn:aws:kms:REGION:ACCOUNT:key/ID",
		"%q is not the ARN of a KMS key", h.SigningKey)
	c.require(h.Region == "" || h.Region != "all" && region.MatchString(h.Region), at.To("region"), "write a region like eu-west-1", "%q is no region", h.Region)
}

func (c *checker) organization(o *Organization, at strictyaml.Path) {
	c.role(o.Assumption, at)
	for i, u := range o.Units {
		c.require(!slices.Contains(strings.Split(u, "/"), ""), at.To("units", i), "write an id (ou-…) or a path from the root, as Production/EU",
			"%q is no organizational unit", u)
	}
	c.tags(o.AccountTags, at.To("accountTags"))
	for i, e := range o.Exclude {
		wrong, hint := CheckExclusion(e)
		c.require(wrong == "", at.To("exclude", i), hint, "%s", wrong)
	}
	c.regions(o.Regions, at)
}

// CheckExclusion says what is wrong with a pattern of accounts to leave out, and how to write one; nothing where all is well.
func CheckExclusion(pattern string) (wrong, hint string) {
	switch _, err := path.Match(pattern, ""); {
	case err != nil || pattern == "":
		return fmt.Sprintf("%q is no pattern", pattern), "use * for any characters, ? for one, [a-z] for one of several"
	case digits.MatchString(pattern) && !accountID.MatchString(pattern):
		return fmt.Sprintf("%d digits are no account id", len(pattern)), "account ids have twelve"
	}
	return "", ""
}

func (c *checker) account(a Account, at strictyaml.Path) {
	c.require(a.ID == "" || accountID.MatchString(a.ID), at.To("id"), "account ids have twelve digits", "%q is no account id", a.ID)
	c.require(a.Profile != "" || a.Role != "", at, "add profile: … or role: …", "nothing opens this account")
	c.require(a.ID != "" || a.Role == "", at.To("role"), "add id: …", "the account of the role is missing")
	c.require(a.Role != "" || reflect.ValueOf(a.Assumption).IsZero(), at, "add role: …, or leave the rest out", "nothing is assumed without a role")
	c.role(a.Assumption, at)
	c.regions(a.Regions, at)
}

func (c *checker) role(r Assumption, at strictyaml.Path) {
	c.require(r.Role == "" || roleName.MatchString(r.Role), at.To("role"), "write the role's name, with its path if it has one, as ops/SagewardenReader; no ARN",
		"%q is no name of a role", r.Role)
	c.require(r.ExternalID == "" || externalID.MatchString(r.ExternalID) && len(r.ExternalID) <= 1224, at.To("externalId"), "from 2 to 1224 letters, digits and _+=,.@:/-",
		"%q is no external id", r.ExternalID)
	c.require(r.SessionName == "" || sessionName.MatchString(r.SessionName), at.To("sessionName"), "from 2 to 64 letters, digits and _+=,.@-",
		"%q is no name of a session", r.SessionName)
	c.tags(r.SessionTags, at.To("sessionTags"))
	c.require(r.Duration == 0 || r.Duration >= 15*time.Minute && r.Duration <= 12*time.Hour, at.To("duration"), "from 15m to 12h, and at most what the role allows",
		"AWS gives no credentials for %s", r.Duration)
}

func (c *checker) tags(tags map[string]string, at strictyaml.Path) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		wrong, hint := CheckTag(key, tags[key])
		c.require(wrong == "", at.To(key), hint, "%s", wrong)
	}
}

// CheckTag says what is wrong with a tag, and what helps; nothing where it may be one.
func CheckTag(key, value string) (wrong, hint string) {
	const form = "keys have from 1 to 128 letters, digits, spaces and _.:/=+-@, values at most 256"
	switch {
	case key == "" || len(key) > 128 || !tagText.MatchString(key):
		return fmt.Sprintf("%q is no key of a tag", key), form
	case len(value) > 256 || !tagText.MatchString(value):
		return fmt.Sprintf("%q is no value of a tag", value), form
	}
	return "", ""
}

func (c *checker) regions(regions []string, at strictyaml.Path) {
	for i, r := range regions {
		c.require(region.MatchString(r), at.To("regions", i), "write it as eu-west-1, or all for every enabled one", "%q is no region", r)
	}
}

func (c *checker) owners(o Owners, at strictyaml.Path) {
	for i, key := range o.Tags {
		c.require(key != "", at.To("tags", i), "write the key of a tag, as owner", "a key is empty")
	}
	c.require(o.CloudTrail.Pages > 0, at.To("cloudtrail", "pages"), "turn it off with lookup: false", "%d pages hold no event", o.CloudTrail.Pages)
}
