package wire

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A session is a role that was assumed. The session token says all of it, so that nothing has to be kept.
type session struct {
	Role    string            `json:"role"`
	Name    string            `json:"name"`
	Expires time.Time         `json:"expires"`
	Tags    map[string]string `json:"tags,omitempty"`
}

// token is the session token.
func (s session) token() string {
	// Texts and an instant always encode.
	b, _ := json.Marshal(s)
	return base64.StdEncoding.EncodeToString(b)
}

// openToken is the inverse of token.
func openToken(token string) (s session, ok bool) {
	b, err := base64.StdEncoding.DecodeString(token)
	return s, err == nil && json.Unmarshal(b, &s) == nil
}

// mark is n letters and digits that follow from a text, as the ids of AWS look.
func mark(text string, n int) string {
	sum := sha256.Sum256([]byte(text))
	return base32.StdEncoding.EncodeToString(sum[:])[:n]
}

// temporaryKey is the access key that goes with a session token, as GetSessionToken's begin.
func temporaryKey(token string) string { return "ASIA" + mark(token, 16) }

// roleID is the unique id of a role.
func roleID(arn string) string { return "AROA" + mark(arn, 17) }

// inSession is the principal of temporary credentials.
func (known *identities) inSession(c credential, now time.Time) *principal {
	s, ok := openToken(c.sessionToken)
	r := known.roles[s.Role]
	if !ok || r == nil || temporaryKey(c.sessionToken) != c.accessKeyID {
		return nil
	}
	who := r.principal
	who.accessKeyID = c.accessKeyID
	who.arn, who.userID = r.sessionARN(s.Name), roleID(s.Role)+":"+s.Name
	who.expired = !now.Before(s.Expires)
	return &who
}

// sessionARN is who the bearer of a session of the role is.
func (r *role) sessionARN(name string) string {
	resource := strings.Join([]string{"assumed-role", r.Name, name}, "/")
	return estate.ARN{Partition: r.account.InPartition(), Service: "sts", Account: r.account.ID, Resource: resource}.String()
}
