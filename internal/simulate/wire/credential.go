package wire

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A credential is what the signature of a call says about its signer. The signature itself is not checked.
type credential struct {
	accessKeyID, region, service, sessionToken string
}

// credentialOf reads the credential scope of AWS Signature Version 4:
// Credential=<access key>/<date>/<region>/<service>/aws4_request.
func credentialOf(r *http.Request) credential {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	scope, _, _ := strings.Cut(rest, ",")
	parts := strings.Split(scope, "/")
	if len(parts) != 5 {
		return credential{}
	}
	return credential{parts[0], parts[2], parts[3], r.Header.Get("X-Amz-Security-Token")}
}

// A principal is who a credential speaks for.
type principal struct {
	account *world.Account
	// regions are the account's regions by name, shared by its principals.
	regions map[string]*region
	// enabled are the regions switched on.
	enabled     []string
	accessKeyID string
	arn, userID string
	// role is the ARN of the role in whose session the principal is, empty for others.
	role     string
	expired  bool
	policies []policy
}

// A key is a credential of the world.
type key struct {
	*principal
	sessionToken string
}

// A role is a role of the world. Its principal is every session's, but for what the session says.
type role struct {
	*world.Role
	principal
}

// identities are all that can sign.
type identities struct {
	keys map[string]key
	// roles are by ARN.
	roles map[string]*role
}

func newIdentities(w *world.World) (*identities, error) {
	everywhere := w.Regions()
	known := &identities{keys: map[string]key{}, roles: map[string]*role{}}
	for _, a := range w.Accounts {
		member := principal{account: a, regions: map[string]*region{}, enabled: a.EnabledRegions}
		for _, r := range a.Regions {
			member.regions[r.Name] = newRegion(a.Target(r.Name), r)
		}
		if len(member.enabled) == 0 {
			member.enabled = slices.DeleteFunc(slices.Clone(everywhere), func(name string) bool {
				return estate.PartitionOf(name) != a.InPartition()
			})
		}
		// Where nothing is yet, something may be made.
		for _, name := range member.enabled {
			if member.regions[name] == nil {
				member.regions[name] = newRegion(a.Target(name), &world.Region{Name: name})
			}
		}
		if err := known.addKeys(member); err != nil {
			return nil, err
		}
		if err := known.addRoles(member); err != nil {
			return nil, err
		}
	}
	return known, nil
}

func (known *identities) addKeys(member principal) error {
	a := member.account
	for _, k := range a.Signers() {
		id := k.AccessKeyID
		if other, taken := known.keys[id]; taken {
			return fmt.Errorf("access key %s opens both account %s and account %s", id, other.account.ID, a.ID)
		}
		policies, err := newPolicies(k.Policies)
		if err != nil {
			return fmt.Errorf("account %s, access key %s: %w", a.ID, id, err)
		}
		who := member
		user := estate.ARN{Partition: a.InPartition(), Service: "iam", Account: a.ID, Resource: "user/simulated"}
		who.accessKeyID, who.arn, who.userID = id, cmp.Or(k.Principal, user.String()), "AIDA"+id
		who.expired, who.policies = k.Expired, policies
		known.keys[id] = key{&who, k.SessionToken}
	}
	return nil
}

func (known *identities) addRoles(member principal) error {
	a := member.account
	for _, r := range a.Roles {
		who, arn := member, a.RoleARN(r)
		if _, taken := known.roles[arn]; taken {
			return fmt.Errorf("account %s: there are two roles %s", a.ID, arn)
		}
		policies, err := newPolicies(r.Policies)
		if err != nil {
			return fmt.Errorf("account %s, role %s: %w", a.ID, r.Name, err)
		}
		who.role, who.policies = arn, policies
		known.roles[arn] = &role{r, who}
	}
	return nil
}

// who is the principal of a credential, nil when it is nobody's.
func (known *identities) who(c credential, now time.Time) *principal {
	if k, ok := known.keys[c.accessKeyID]; ok {
		if k.sessionToken != c.sessionToken {
			return nil
		}
		return k.principal
	}
	return known.inSession(c, now)
}

// global are the services that answer for every region of a partition, so that no region has to be switched on for them.
var global = []string{"account", "pricing", "organizations", "iam"}

// authenticate finds the principal. With an error, it may still be known who it was.
func (s *Server) authenticate(req *request) (*principal, error) {
	c := req.credential
	if c.accessKeyID == "" {
		return nil, &apiError{code: "MissingAuthenticationTokenException", message: "Missing Authentication Token", status: http.StatusForbidden}
	}
	unrecognized := &apiError{code: "UnrecognizedClientException", message: "The security token included in the request is invalid."}
	who := s.identities.who(c, s.now())
	if who == nil {
		return nil, unrecognized
	}
	if who.expired {
		return who, &apiError{code: "ExpiredTokenException", message: "The security token included in the request is expired"}
	}
	service, _, _ := strings.Cut(req.operation, ":")
	// AWS answers a region that is off for the account as if it did not know the key.
	if !slices.Contains(global, service) && !slices.Contains(who.enabled, c.region) {
		return who, unrecognized
	}
	return who, nil
}
