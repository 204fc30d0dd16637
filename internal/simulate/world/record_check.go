package world

import (
	"fmt"
	"reflect"
)

// CheckRecords reports a record or a history that no API could answer for: of an unknown family, with the output of
// another one, or without what it belongs to.
func (w *World) CheckRecords() error {
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, record := range r.Records {
				if err := record.check(); err != nil {
					return fmt.Errorf("account %s, %s: %w", a.ID, r.Name, err)
				}
			}
			for _, h := range r.Histories {
				if err := h.Record(0).check(); err != nil {
					return fmt.Errorf("account %s, %s: history: %w", a.ID, r.Name, err)
				}
			}
		}
	}
	return nil
}

func (r *Record) check() error {
	f := r.Family
	switch {
	case !f.Known():
		return fmt.Errorf("record %s: %q is not a family", r.Name, f)
	case r.Output != nil && reflect.TypeOf(r.Output) != reflect.TypeOf(f.NewOutput()):
		return fmt.Errorf("%s %s: the output is a %T, not a %T", f, r.Name, r.Output, f.NewOutput())
	case r.Parent == "" && f.Parent() != "" && f != ModelPackage, r.Parent != "" && f.Parent() == "":
		return fmt.Errorf("%s %s: parent %q, but the family's parents are of %q", f, r.Name, r.Parent, f.Parent())
	}
	return nil
}
