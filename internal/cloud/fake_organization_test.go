package cloud

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A fakeOrganization answers for an organization: who is in it, what it is divided into, and who may assume which role.
type fakeOrganization struct {
	partition string
	accounts  []fakeAccount
	units     []fakeUnit
	// externalID is what every role asks for.
	externalID string
	// denied are the accounts whose role nobody may assume. Lands maps an account to the one whose role it gives instead.
	denied []string
	lands  map[string]string
	// skew is how far the clock of an account's STS answers is ahead.
	skew map[string]time.Duration

	mu sync.Mutex
	// assumed are the forms of the calls to AssumeRole that were answered well.
	assumed []url.Values
}

type fakeAccount struct {
	id, name, unit string
	// state is ACTIVE when left out. Status is what AWS had in its place.
	state, status string
	tags          map[string]string
	regions       []string
}

type fakeUnit struct{ id, name, parent string }

// pageSize is small, so that every listing has pages.
const pageSize = 2

func (o *fakeOrganization) replies() map[string]reply {
	o.partition = cmp.Or(o.partition, "aws")
	return map[string]reply{
		"sts:GetCallerIdentity": caller("arn:" + o.partition + ":iam::100000000000:user/ana"),
		"sts:AssumeRole":        o.assumeRole,
		"sagemaker:ListApps":    says(map[string]any{"Apps": []any{}}),
		"account:ListRegions": func(w http.ResponseWriter, r *http.Request, n int) {
			account := "100000000000"
			if _, id, assumed := strings.Cut(r.Header.Get("Authorization"), "Credential=ASIA"); assumed {
				account = id[:12]
			}
			var regions []map[string]string
			for _, name := range o.account(account).regions {
				regions = append(regions, map[string]string{"RegionName": name, "RegionOptStatus": "ENABLED"})
			}
			if len(regions) == 0 {
				refuses(http.StatusForbidden, "AccessDeniedException", "no")(w, r, n)
				return
			}
			says(map[string]any{"Regions": regions})(w, r, n)
		},
		"organizations:ListRoots": says(map[string]any{"Roots": []any{map[string]string{"Id": "r-root", "Name": "Root"}}}),
		"organizations:ListAccounts": func(w http.ResponseWriter, r *http.Request, _ int) {
			o.list(w, r, "Accounts", func(string) []any { return o.members(func(fakeAccount) bool { return true }) })
		},
		"organizations:ListAccountsForParent": func(w http.ResponseWriter, r *http.Request, _ int) {
			o.list(w, r, "Accounts", func(parent string) []any {
				return o.members(func(a fakeAccount) bool { return a.unit == parent })
			})
		},
		"organizations:ListOrganizationalUnitsForParent": func(w http.ResponseWriter, r *http.Request, _ int) {
			o.list(w, r, "OrganizationalUnits", func(parent string) (units []any) {
				for _, u := range o.units {
					if u.parent == parent {
						units = append(units, map[string]string{"Id": u.id, "Name": u.name})
					}
				}
				return units
			})
		},
		"organizations:ListTagsForResource": func(w http.ResponseWriter, r *http.Request, _ int) {
			o.list(w, r, "Tags", func(id string) (tags []any) {
				for k, v := range o.account(id).tags {
					tags = append(tags, map[string]string{"Key": k, "Value": v})
				}
				return tags
			})
		},
	}
}

func (o *fakeOrganization) account(id string) fakeAccount {
	i := slices.IndexFunc(o.accounts, func(a fakeAccount) bool { return a.id == id })
	return o.accounts[i]
}

func (o *fakeOrganization) members(is func(fakeAccount) bool) (members []any) {
	for _, a := range o.accounts {
		if is(a) {
			state := a.state
			if a.state+a.status == "" {
				state = "ACTIVE"
			}
			members = append(members, map[string]string{"Id": a.id, "Name": a.name, "State": state, "Status": a.status})
		}
	}
	return members
}

func (o *fakeOrganization) list(w http.ResponseWriter, r *http.Request, member string, items func(parent string) []any) {
	var in map[string]string
	_ = json.NewDecoder(r.Body).Decode(&in)
	all := append([]any{}, items(in["ParentId"]+in["ResourceId"])...) // an empty list is written as such, as by AWS
	from, _ := strconv.Atoi(in["NextToken"])
	to := min(from+pageSize, len(all))
	page := map[string]any{member: all[from:to]}
	if to < len(all) {
		page["NextToken"] = strconv.Itoa(to)
	}
	says(page)(w, r, 0)
}

func (o *fakeOrganization) assumeRole(w http.ResponseWriter, r *http.Request, n int) {
	body, _ := io.ReadAll(r.Body)
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	role := strings.Split(form.Get("RoleArn"), ":")
	account := role[4]
	if role[1] != o.partition || form.Get("ExternalId") != o.externalID || slices.Contains(o.denied, account) {
		refusesXML(http.StatusForbidden, "AccessDenied",
			"User: arn:"+o.partition+":iam::100000000000:user/ana is not authorized to perform: sts:AssumeRole on resource: "+form.Get("RoleArn"))(w, r, n)
		return
	}
	o.mu.Lock()
	o.assumed = append(o.assumed, form)
	o.mu.Unlock()
	seconds, _ := strconv.Atoi(form.Get("DurationSeconds"))
	now := time.Now().UTC().Add(o.skew[account]).Truncate(time.Second)
	lands := cmp.Or(o.lands[account], account)
	name := role[5][strings.LastIndex(role[5], "/")+1:]
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Date", now.Format(http.TimeFormat))
	_, _ = fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>`+
		`<Credentials><AccessKeyId>ASIA%s</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token-%d</SessionToken><Expiration>%s</Expiration></Credentials>`+
		`<AssumedRoleUser><AssumedRoleId>AROA</AssumedRoleId><Arn>arn:%s:sts::%s:assumed-role/%s/%s</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>`,
		lands, n, now.Add(time.Duration(seconds)*time.Second).Format(time.RFC3339), o.partition, lands, name, form.Get("RoleSessionName"))
}
