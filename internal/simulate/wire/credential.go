package wire

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A credential is what the signature of a call says about its signer. The signature itself is not checked.
type credential struct {
	accessKeyID, region, sessionToken string
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
	return credential{parts[0], parts[2], r.Header.Get("X-Amz-Security-Token")}
}

// A principal is who an access key speaks for.
type principal struct {
	account *world.Account
	// regions are the account's regions by name, shared by its principals.
	regions map[string]*region
	// enabled are the regions switched on.
	enabled      []string
	accessKeyID  string
	sessionToken string
	arn          string
	expired      bool
	policies     []policy
}

func newPrincipals(w *world.World) (map[string]*principal, error) {
	everywhere := w.Regions()
	keys := map[string]*principal{}
	for _, a := range w.Accounts {
		regions := map[string]*region{}
		for _, r := range a.Regions {
			regions[r.Name] = newRegion(a.Target(r.Name), r)
		}
		enabled := a.EnabledRegions
		if len(enabled) == 0 {
			enabled = slices.DeleteFunc(slices.Clone(everywhere), func(name string) bool {
				return estate.PartitionOf(name) != a.InPartition()
			})
		}
		for _, k := range a.Signers() {
			id := k.AccessKeyID
			if other, taken := keys[id]; taken {
				return nil, fmt.Errorf("access key %s opens both account %s and account %s", id, other.account.ID, a.ID)
			}
			policies, err := newPolicies(k.Policies)
			if err != nil {
				return nil, fmt.Errorf("account %s, access key %s: %w", a.ID, id, err)
			}
			user := estate.ARN{Partition: a.InPartition(), Service: "iam", Account: a.ID, Resource: "user/simulated"}
			arn := cmp.Or(k.Principal, user.String())
			keys[id] = &principal{a, regions, enabled, id, k.SessionToken, arn, k.Expired, policies}
		}
	}
	return keys, nil
}

// global are the services that answer for every region of a partition, so that no region has to be switched on for them.
var global = []string{"account", "pricing"}

// authenticate finds the principal. With an error, it may still be known who it was.
func (s *Server) authenticate(req *request) (*principal, error) {
	c := req.credential
	if c.accessKeyID == "" {
		return nil, &apiError{code: "MissingAuthenticationTokenException", message: "Missing Authentication Token", status: http.StatusForbidden}
	}
	unrecognized := &apiError{code: "UnrecognizedClientException", message: "The security token included in the request is invalid."}
	who, ok := s.keys[c.accessKeyID]
	if !ok || who.sessionToken != c.sessionToken {
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
