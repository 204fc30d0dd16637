package cli

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
)

// reachFlags say which accounts to look at besides the caller's. They go before what sagewarden.yaml says.
type reachFlags struct {
	organization         bool
	units, tags, exclude []string
	role, externalID     string
	sessionTags          []string
	duration             duration
	configFlags
}

// configFlags say where the configuration is.
type configFlags struct {
	configFile string
	// file is the configuration, read when it is first asked for.
	file *config.File
}

func (f *configFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.configFile, "config", "", "configuration file (default: "+config.FileName+", found upward from here, then in the user's configuration folder)")
}

// detailed are the flags that say something of an organization.
var detailed = []string{"role", "external-id", "session-tag", "duration", "ou", "account-tag", "exclude-account"}

func (f *reachFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVar(&f.organization, "organization", false, "look at the accounts of the AWS organization, found with the caller's credentials or one --profile")
	fl.StringVar(&f.role, "role", "", "role to assume in each account of the organization, with its path where it has one (default: "+cloud.DefaultRole+")")
	fl.StringVar(&f.externalID, "external-id", "", "external id that the role's trust policy asks for")
	fl.StringArrayVar(&f.sessionTags, "session-tag", nil, "tag of the role's session, as key=value; repeatable")
	fl.Var(&f.duration, "duration", "how long one set of the role's credentials is good for, 15m to 12h; they are renewed in time (default: 1h)")
	fl.StringArrayVar(&f.units, "ou", nil, "organizational unit by id, or by path from the root like Production/EU, with all below it; repeatable (default: all)")
	fl.StringArrayVar(&f.tags, "account-tag", nil, "only accounts with this tag, as key=value; repeatable, all must match")
	fl.StringArrayVar(&f.exclude, "exclude-account", nil, "account to leave out, by id, name or a pattern of either like sandbox-*; repeatable")
	f.configFlags.add(cmd)
}

// configuration is the file's, or that of those who have none.
func (f *configFlags) configuration(env Env) (*config.File, error) {
	if f.file != nil {
		return f.file, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = "" // it is gone: nothing can be found upward from there
	}
	f.file, err = config.Load(config.Options{Dir: dir, Path: f.configFile, Env: env.Getenv})
	return f.file, err
}

// misnamed says that a file is not read for its ending.
func misnamed(f *config.File) string { return f.Unread + " is not read: name it " + config.FileName }

// targets are the accounts that flags and file ask for; nil means those of the profiles, as without either.
func (f *awsFlags) targets(file *config.File) (*cloud.Targets, error) {
	declared := file.Targets
	words := slices.DeleteFunc(f.again(), func(w string) bool { return !slices.Contains(detailed, strings.TrimPrefix(w, "--")) })
	switch {
	case len(words) > 0 && !f.organization && declared.Organization == nil:
		return nil, usagef("%s: these say which accounts of an organization to look at, and how: add --organization", strings.Join(words, ", "))
	case len(words) > 0 && !f.organization && len(f.profiles) > 0, f.organization && len(f.profiles) > 1:
		return nil, usagef("--profile: several are accounts of their own, beside --organization one says whose credentials find the others: give both, and one profile")
	case !f.organization && (len(f.profiles) > 0 || declared.Organization == nil && len(declared.Accounts) == 0):
		return nil, nil
	}
	t := &cloud.Targets{}
	if len(f.profiles) > 0 {
		t.Profile = f.profiles[0]
	}
	for _, a := range declared.Accounts {
		account := cloud.Account{ID: a.ID, Name: a.Name, Profile: a.Profile, Regions: a.Regions}
		if a.Role != "" {
			account.Role = new(role(a.Assumption))
		}
		t.Accounts = append(t.Accounts, account)
	}
	if f.organization || declared.Organization != nil {
		var err error
		if t.Organization, err = f.members(declared.Organization); err != nil {
			return nil, err
		}
	}
	if len(f.regions) > 0 {
		for i := range t.Accounts {
			t.Accounts[i].Regions = f.regions
		}
		if t.Organization != nil {
			t.Organization.Regions = f.regions
		}
	}
	return t, nil
}

func role(a config.Assumption) cloud.Role {
	return cloud.Role{Name: a.Role, ExternalID: a.ExternalID, SessionName: a.SessionName, SessionTags: a.SessionTags, Duration: a.Duration}
}

// members are the accounts of the organization, as declared but for what the flags say.
func (f *reachFlags) members(declared *config.Organization) (*cloud.Organization, error) {
	o := &cloud.Organization{}
	if d := declared; d != nil {
		o = &cloud.Organization{Units: d.Units, Tags: d.AccountTags, Exclude: d.Exclude, Role: role(d.Assumption), AssumeOwn: d.AssumeOwn, Regions: d.Regions}
	}
	if f.role != "" {
		if err := checkRole(f.role); err != nil {
			return nil, err
		}
		o.Role.Name = f.role
	}
	if f.externalID != "" {
		o.Role.ExternalID = f.externalID
	}
	if f.duration != 0 {
		o.Role.Duration = time.Duration(f.duration)
		if o.Role.Duration < 15*time.Minute || o.Role.Duration > 12*time.Hour {
			return nil, usagef("--duration: AWS gives no credentials for %s: say 15m to 12h", &f.duration)
		}
	}
	if len(f.units) > 0 {
		if i := slices.IndexFunc(f.units, func(u string) bool { return slices.Contains(strings.Split(u, "/"), "") }); i >= 0 {
			return nil, usagef("--ou: %q is no organizational unit: write an id (ou-…) or a path from the root, as Production/EU", f.units[i])
		}
		o.Units = f.units
	}
	if len(f.exclude) > 0 {
		for _, pattern := range f.exclude {
			if wrong, hint := config.CheckExclusion(pattern); wrong != "" {
				return nil, usagef("--exclude-account: %s: %s", wrong, hint)
			}
		}
		o.Exclude = f.exclude
	}
	for _, pairs := range []struct {
		flag  string
		words []string
		tags  *map[string]string
	}{{"--session-tag", f.sessionTags, &o.Role.SessionTags}, {"--account-tag", f.tags, &o.Tags}} {
		if len(pairs.words) == 0 {
			continue
		}
		tags, err := parseTags(pairs.flag, pairs.words)
		if err != nil {
			return nil, err
		}
		*pairs.tags = tags
	}
	return o, nil
}

// checkRole refuses what is no name of a role.
func checkRole(name string) error {
	if !rolePattern.MatchString(name) {
		return usagef("--role: %q is no name of a role: write it with its path if it has one, like ops/SagewardenReader, not as an ARN", name)
	}
	return nil
}

var rolePattern = regexp.MustCompile(`^/?([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$`)

// again are the flags with which a command reaches the same accounts.
func (f *reachFlags) again() []string {
	var words []string
	if f.organization {
		words = append(words, "--organization")
	}
	for _, p := range []struct {
		name   string
		values []string
	}{
		{"role", []string{f.role}}, {"external-id", []string{f.externalID}}, {"session-tag", f.sessionTags}, {"ou", f.units}, {"account-tag", f.tags},
		{"exclude-account", f.exclude}, {"config", []string{f.configFile}},
	} {
		for _, v := range p.values {
			if v != "" {
				words = append(words, "--"+p.name, v)
			}
		}
	}
	if f.duration != 0 {
		words = append(words, "--duration", f.duration.String())
	}
	return words
}

// narrowed are the targets that may hold an account. An account of the organization needs no listing of all: it is opened by
// the role, or with the caller's own credentials where it is the caller's.
func narrowed(t cloud.Targets, account string) []cloud.Targets {
	t.Accounts = slices.DeleteFunc(slices.Clone(t.Accounts), func(a cloud.Account) bool { return a.ID != "" && a.ID != account })
	named := slices.ContainsFunc(t.Accounts, func(a cloud.Account) bool { return a.ID == account })
	o := t.Organization
	t.Organization = nil
	if o == nil || named {
		return []cloud.Targets{t}
	}
	own, assumed := t, t
	own.Accounts = append(slices.Clone(t.Accounts), cloud.Account{ID: account, Regions: o.Regions})
	assumed.Accounts = append(slices.Clone(t.Accounts), cloud.Account{ID: account, Role: &o.Role, Regions: o.Regions})
	if o.AssumeOwn {
		return []cloud.Targets{assumed}
	}
	return []cloud.Targets{own, assumed}
}
