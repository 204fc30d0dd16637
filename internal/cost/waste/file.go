package waste

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"time"
)

// Schema is the form of a file of evidence. A file begins with it.
const Schema = "sagewarden.cost.evidence/1"

// saved is a file of evidence: what is known of each thing, without overlaps.
type saved struct {
	Schema string    `json:"schema"`
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	// Owners are by ARN.
	Owners map[string]string `json:"owners"`
	Things []savedThing      `json:"things"`
}

type savedThing struct {
	ARN          string         `json:"arn"`
	Class        string         `json:"class"`
	InstanceType string         `json:"instanceType,omitempty"`
	Idle         [][2]time.Time `json:"idle,omitempty"`
	Perhaps      [][2]time.Time `json:"perhaps,omitempty"`
	Used         [][2]time.Time `json:"used,omitempty"`
	// Lately follows last uses: it is use unless a later look finds that no more came.
	Lately [][2]time.Time `json:"lately,omitempty"`
}

// Save writes what is known, for Load.
func (e *Evidence) Save(w io.Writer) error {
	file := saved{Schema: Schema, From: e.From, To: e.To, Owners: e.owners, Things: []savedThing{}}
	for _, t := range e.things() {
		s := savedThing{ARN: t.arn, Class: t.class, InstanceType: t.instanceType}
		settled := e.settled(t)
		for what, to := range s.lists() {
			for _, one := range settled[what] {
				*to = append(*to, [2]time.Time{one.from, one.to})
			}
		}
		file.Things = append(file.Things, s)
	}
	return json.NewEncoder(w).Encode(file)
}

// lists are where a thing's stretches are, by what they claim.
func (s *savedThing) lists() map[claim]*[][2]time.Time {
	return map[claim]*[][2]time.Time{idle: &s.Idle, perhaps: &s.Perhaps, used: &s.Used, lately: &s.Lately}
}

// Load takes in what Save has written.
func (e *Evidence) Load(r io.Reader) error {
	var file saved
	if err := json.NewDecoder(r).Decode(&file); err != nil {
		return fmt.Errorf("it is cut short or not JSON: %w", err)
	}
	if file.Schema != Schema {
		return fmt.Errorf("its schema is %q, and this program reads %s", file.Schema, Schema)
	}
	for _, s := range file.Things {
		for what, from := range s.lists() {
			for _, one := range *from {
				if !one[0].Before(one[1]) {
					return fmt.Errorf("%s of %s ends before it begins: %s", what, s.ARN, one[0].Format(time.RFC3339))
				}
				e.claim(thing{s.ARN, s.Class, s.InstanceType}, what, one[0], one[1])
			}
		}
		if s.ARN == "" {
			return errors.New("a thing has no ARN")
		}
	}
	maps.Copy(e.owners, file.Owners)
	return nil
}

// Resources are how many resources it knows to have been idle at some time, and in use.
func (e *Evidence) Resources() (wereIdle, wereUsed int) {
	inIdle, inUse := map[string]bool{}, map[string]bool{}
	for _, t := range e.things() {
		settled := e.settled(t)
		if len(settled[idle]) > 0 {
			inIdle[t.arn] = true
		}
		if len(settled[used])+len(settled[lately]) > 0 {
			inUse[t.arn] = true
		}
	}
	return len(inIdle), len(inUse)
}
