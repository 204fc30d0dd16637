package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A Tip is the end of the chain: the number of the newest entry, and its hash. Who keeps one elsewhere can tell whether the history that led to it is
// still what it was.
type Tip struct {
	Number int64  `json:"number"`
	Hash   string `json:"hash"`
}

// A BrokenError says at which entry the history does not fit any more.
type BrokenError struct {
	Number int64
	Why    string
}

// Error names the entry.
func (e *BrokenError) Error() string { return fmt.Sprintf("entry %d %s", e.Number, e.Why) }

// unhashed is how the text of an entry ends before its hash is put in.
const unhashed = `"hash":""}`

// line is a record or an entry as it is written: the JSON of its members in the order of the type, without white space between them.
func line[T Record | Entry](v T) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Line is the entry as it is written and hashed.
func (e Entry) Line() ([]byte, error) { return line(e) }

// hash is the SHA-256 of the entry's line without its last member, the hash itself: of `{"number":1,…,"previous":"…"}`.
func (e Entry) hash() (string, error) {
	e.Hash = ""
	text, err := line(e)
	if err != nil {
		return "", err
	}
	text = append(bytes.TrimSuffix(text, []byte(","+unhashed)), '}')
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// seal gives entries their numbers and hashes, after those that end at the tip, and returns their lines and the new tip.
func (t Tip) seal(entries []Entry) (lines [][]byte, next Tip, err error) {
	for _, e := range entries {
		e.Number, e.Previous, e.At = t.Number+1, t.Hash, e.At.UTC()
		for _, text := range []*string{&e.By, &e.Event, &e.Subject} {
			*text = strings.ToValidUTF8(*text, "\ufffd") // as JSON would have it, but not in the same letters
		}
		if e.Hash, err = e.hash(); err != nil {
			return nil, t, err
		}
		text, err := line(e)
		if err != nil {
			return nil, t, err
		}
		lines, t = append(lines, text), Tip{e.Number, e.Hash}
	}
	return lines, t, nil
}

// parseLine reads an entry. A line that seal would have written otherwise is none, so that nothing can be hidden in one.
func parseLine(number int64, text []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(text, &e); err != nil {
		return e, &BrokenError{number, "is not JSON"}
	}
	if again, err := line(e); err != nil || !bytes.Equal(again, text) {
		return e, &BrokenError{number, "is not written as entries are"}
	}
	return e, nil
}

// Verify walks the whole history and returns its end, or a *BrokenError with the first number that does not fit. Known are ends that were noted
// before: they must still be in it.
func (l *Ledger) Verify(ctx context.Context, known ...Tip) (Tip, error) {
	end, err := l.Tip(ctx)
	if err != nil {
		return Tip{}, err
	}
	var at Tip
	if err := l.Entries(ctx, 0, func(e Entry) error {
		hash, err := e.hash()
		switch {
		case err != nil:
			return err
		case e.Number != at.Number+1:
			return &BrokenError{at.Number + 1, "is missing"}
		case e.Previous != at.Hash:
			return &BrokenError{e.Number, "does not follow the one before"}
		case e.Hash != hash:
			return &BrokenError{e.Number, "was altered"}
		}
		at = Tip{e.Number, e.Hash}
		for _, k := range known {
			if k.Number == at.Number && !strings.EqualFold(k.Hash, at.Hash) {
				return &BrokenError{at.Number, "is not the one that was noted"}
			}
		}
		if at.Number == end.Number && at.Hash != end.Hash {
			return &BrokenError{at.Number, "is not the one that the ledger ends with"}
		}
		return nil
	}); err != nil {
		return at, err
	}
	for _, k := range append(known, end) {
		if k.Number > at.Number {
			return at, &BrokenError{at.Number + 1, fmt.Sprintf("is missing: there is to be one with the number %d", k.Number)}
		}
	}
	return at, nil
}

// secrets are what must never stand in the history, which keeps everything for ever.
var secrets = regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b` + // an access key
	`|[A-Za-z0-9+/=]{100,}` + // a session token
	`|(?i:X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"\\]+` + // of a presigned URL
	`|(?i:aws_?secret_?access_?key|aws_?session_?token|password|authorization)\\?"?\s*[=:]\s*\\?"?[^\s"\\,}]+` +
	`|hooks\.slack\.com/services/[^\s"\\]+|\bxox[a-z]-[\w-]+`)

// hide hides secrets in a text.
func hide(text string) string { return secrets.ReplaceAllLiteralString(text, "[hidden]") }

// clean hides secrets in the JSON of an entry's body.
func clean(body []byte) (json.RawMessage, error) {
	body = secrets.ReplaceAllLiteral(body, []byte("[hidden]"))
	if !json.Valid(body) {
		return nil, errors.New("hiding a secret has spoilt the entry")
	}
	return body, nil
}
