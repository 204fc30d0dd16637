package scan

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// creators are those of one target as far as they were ever found, by ARN in lower case. A cache that cannot be read or
// written costs calls, nothing else.
type creators struct {
	file    string
	by      map[string]creator
	asked   map[string]bool
	changed bool
}

func openCreators(dir string, t estate.Target) *creators {
	c := &creators{by: map[string]creator{}, asked: map[string]bool{}}
	if dir == "" {
		return c
	}
	c.file = filepath.Join(dir, strings.ReplaceAll(t.Key(), "/", "_")+".json")
	if data, err := os.ReadFile(c.file); err != nil || json.Unmarshal(data, &c.by) != nil || c.by == nil {
		c.by = map[string]creator{}
	}
	return c
}

// of is who created the resource, and whether that is known, or that CloudTrail does not know.
func (c *creators) of(arn string, created time.Time) (creator, bool) {
	c.asked[arn] = true
	known, ok := c.by[arn]
	return known, ok && known.Created.Equal(created)
}

func (c *creators) add(arn string, of creator) { c.by[arn], c.changed = of, true }

// save writes the cache whole or not at all, without what is older than CloudTrail's memory and was not asked for.
func (c *creators) save(now time.Time) {
	if c.file == "" || !c.changed || os.MkdirAll(filepath.Dir(c.file), 0o700) != nil {
		return
	}
	maps.DeleteFunc(c.by, func(arn string, of creator) bool { return !c.asked[arn] && now.Sub(of.Created) > kinds.TrailKept })
	data, err := json.Marshal(c.by)
	if err != nil {
		return
	}
	tmp, err := os.CreateTemp(filepath.Dir(c.file), ".creators-*")
	if err != nil {
		return
	}
	_, err = tmp.Write(data)
	if closed := tmp.Close(); err != nil || closed != nil || os.Rename(tmp.Name(), c.file) != nil {
		_ = os.Remove(tmp.Name())
	}
}
