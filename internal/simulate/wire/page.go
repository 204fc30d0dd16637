package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// errToken says that a page token is not one of this query's.
var errToken = errors.New("the page token is not one of this query")

// pageMembers are the arguments that may change from page to page.
var pageMembers = []string{"NextToken", "nextToken", "PaginationToken", "MaxResults", "limit", "MaxDatapoints", "ResourcesPerPage", "Marker", "MaxItems", "ContinuationToken", "MaxKeys"}

// fingerprint identifies the caller's account and region and what was asked, pages aside.
func (v *view) fingerprint() []byte {
	arguments := maps.Clone(v.arguments)
	for _, name := range pageMembers {
		delete(arguments, name)
	}
	// A tree of decoded arguments always encodes.
	asked, _ := json.Marshal(arguments)
	sum := sha256.Sum256(append([]byte(v.target.Key()+" "+v.operation+" "), asked...))
	return sum[:8]
}

// token makes an opaque page token that only the same query accepts.
func (v *view) token(cursor string) *string {
	return aws.String(base64.RawURLEncoding.EncodeToString(append(v.fingerprint(), cursor...)))
}

// cursor opens a token; without a token it is empty.
func (v *view) cursor(token *string) (string, error) {
	if aws.ToString(token) == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(*token)
	if err != nil {
		return "", errToken
	}
	cursor, ok := bytes.CutPrefix(b, v.fingerprint())
	if !ok || len(cursor) == 0 {
		return "", errToken
	}
	return string(cursor), nil
}

// page cuts one page out of the items. The key orders the items and must be unique; since a page begins after a key, not
// at a number, a listing stays stable while things come and go.
func page[T any](v *view, items []T, key func(T) string, descending bool, limit int, token *string) ([]T, *string, error) {
	after, err := v.cursor(token)
	if err != nil {
		return nil, nil, err
	}
	type keyed struct {
		key  string
		item T
	}
	var rest []keyed
	for _, item := range items {
		k := key(item)
		if after == "" || (k > after) != descending && k != after {
			rest = append(rest, keyed{k, item})
		}
	}
	slices.SortFunc(rest, func(a, b keyed) int {
		if descending {
			a, b = b, a
		}
		return strings.Compare(a.key, b.key)
	})
	var next *string
	if len(rest) > limit {
		rest = rest[:limit]
		next = v.token(rest[limit-1].key)
	}
	cut := make([]T, len(rest))
	for i, r := range rest {
		cut[i] = r.item
	}
	return cut, next, nil
}

// byTime is an order key: by instant, then by name.
func byTime(t time.Time, name string) string {
	return t.UTC().Format("2006-01-02T15:04:05.000000000") + " " + name
}
