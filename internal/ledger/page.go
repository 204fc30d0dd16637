package ledger

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// A head is the one object of a ledger in a bucket that is ever written over. It names the pages that all else is in: whoever has read a head has the
// whole ledger as of that instant.
type head struct {
	Form int `json:"form"`
	// Commits counts them, and Recent are the ids of the newest ones, by which whoever has lost an answer finds out whether its commit is among them.
	Commits int64    `json:"commits"`
	Recent  []string `json:"recent"`
	Tip     Tip      `json:"tip"`
	// Records are the pages with the records, in order of their sorts and keys; Journal those with the entries, oldest first.
	Records []page `json:"records,omitempty"`
	Journal []page `json:"journal,omitempty"`
	// Litter are the pages that others have taken the place of, kept for those who have read an older head.
	Litter []litter `json:"litter,omitempty"`
}

// A page is an object that is written once: records or entries, one a line.
type page struct {
	Name string `json:"name"`
	// Hash is the SHA-256 of what is in it.
	Hash  string `json:"sha256"`
	Count int    `json:"count"`
	Size  int    `json:"size"`
	// First is the place of the first record, Number the number of the first entry.
	First  string `json:"first,omitempty"`
	Number int64  `json:"number,omitempty"`
}

type litter struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

const (
	headForm = 1
	// keptCommits is how many commits may come between one and the question whether it was made.
	keptCommits = 64
	// pageCount and pageSize are what a page has at most, so that a commit writes little and a head names few.
	pageCount = 512
	pageSize  = 256 << 10
	// kept is how long a page is left for those who read, and swept how many are deleted with a commit.
	kept  = 15 * time.Minute
	swept = 20
)

// place orders records by sort and key.
func place(sort, key string) string { return sort + "\x00" + key }

// at is the index of the page that has the place, where any has; -1 where there is no page.
func (h *head) at(place string) int {
	i, found := slices.BinarySearchFunc(h.Records, place, func(p page, place string) int { return cmp.Compare(p.First, place) })
	if found || i == 0 && len(h.Records) > 0 {
		return i
	}
	return i - 1
}

// A draft is a page that is to be written.
type draft struct {
	page
	body []byte
}

func newDraft(lines [][]byte) draft {
	body := append(bytes.Join(lines, []byte("\n")), '\n')
	sum := sha256.Sum256(body)
	return draft{page{Hash: hex.EncodeToString(sum[:]), Count: len(lines), Size: len(body)}, body}
}

// fits reports whether a page can have these lines.
func fits(lines [][]byte, share int) bool {
	size := 0
	for _, l := range lines {
		size += len(l) + 1
	}
	return len(lines) <= pageCount/share && size <= pageSize/share || len(lines) == 1
}

// chunks divides lines among pages. Where they do not fit on one, each is filled to a share, which leaves room for those to come in between.
func chunks(lines [][]byte, share int) (sizes []int) {
	if fits(lines, 1) {
		share = 1
	}
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && fits(lines[:n+1], share) {
			n++
		}
		sizes, lines = append(sizes, n), lines[n:]
	}
	return sizes
}

// rewrite carries changes out on the records of one page; ErrConflict where one of them is not the version that is said.
func rewrite(records []Record, changes []Record, commit int64) ([]Record, error) {
	records = slices.Clone(records)
	for _, c := range changes {
		i, found := slices.BinarySearchFunc(records, c, func(a, b Record) int { return cmp.Compare(place(a.Sort, a.Key), place(b.Sort, b.Key)) })
		switch {
		case found != (c.Version != 0), found && records[i].Version != c.Version:
			return nil, ErrConflict
		case c.Body == nil:
			records = slices.Delete(records, i, i+1)
			continue
		case !found:
			records = slices.Insert(records, i, c)
		}
		records[i].Body, records[i].Version = c.Body, c.next(commit)
	}
	return records, nil
}

// draftRecords lays records out on pages.
func draftRecords(records []Record) ([]draft, error) {
	lines := make([][]byte, len(records))
	for i, r := range records {
		var err error
		if lines[i], err = line(r); err != nil {
			return nil, err
		}
	}
	var drafts []draft
	for _, n := range chunks(lines, 2) {
		d := newDraft(lines[:n])
		d.First = place(records[0].Sort, records[0].Key)
		drafts, lines, records = append(drafts, d), lines[n:], records[n:]
	}
	return drafts, nil
}

// draftEntries lays the lines of entries out on pages, the first of which has the number.
func draftEntries(lines [][]byte, number int64) []draft {
	var drafts []draft
	for _, n := range chunks(lines, 1) {
		d := newDraft(lines[:n])
		d.Number = number
		drafts, lines, number = append(drafts, d), lines[n:], number+int64(n)
	}
	return drafts
}

// lines are what is on a page, which must be what the head says.
func (p page) lines(body []byte) ([][]byte, error) {
	sum := sha256.Sum256(body)
	if hex.EncodeToString(sum[:]) != p.Hash {
		return nil, fmt.Errorf("the page %s is not what was written", p.Name)
	}
	return bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n")), nil
}

func (p page) records(body []byte) ([]Record, error) {
	lines, err := p.lines(body)
	if err != nil {
		return nil, err
	}
	records := make([]Record, len(lines))
	for i, l := range lines {
		if err := json.Unmarshal(l, &records[i]); err != nil {
			return nil, fmt.Errorf("the page %s: %w", p.Name, err)
		}
	}
	return records, nil
}

// sweep returns the litter with what is thrown away now, and what nobody can be reading any more.
func sweep(all []litter, now time.Time, names ...string) (left []litter, gone []string) {
	for _, l := range all {
		if now.Sub(l.At) > kept && len(gone) < swept {
			gone = append(gone, l.Name)
		} else {
			left = append(left, l)
		}
	}
	for _, n := range names {
		left = append(left, litter{n, now})
	}
	return left, gone
}
