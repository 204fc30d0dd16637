package usage

import "strings"

// A form is a way to write a usage type, its region aside.
type form struct {
	// head is what it begins with, or ends with where the rest stands before it.
	head string
	rest rest
	// component, class and unit are what it means.
	component string
	class     Class
	unit      Unit
	// app is the application where the head names it.
	app string
	// meter is the price list's word.
	meter string
}

// A rest is what follows the head of a form.
type rest int

const (
	// nothing: the head is all.
	nothing rest = iota
	// anything, which says no more.
	anything
	// onInstance is an instance type.
	onInstance
	// appOnInstance is an application, a hyphen and an instance type.
	appOnInstance
	// volume is the type of a volume behind a dot, or nothing.
	volume
	// sized is a size, which takes the instance type's place.
	sized
	// memory is a size in GB, which the price list writes as Mem-4GB.
	memory
	// before is anything that stands before the head.
	before
)

// match returns the rest if the tail has the form.
func (f form) match(tail string) (string, bool) {
	if f.rest == before {
		return "", strings.HasSuffix(tail, f.head)
	}
	rest, ok := strings.CutPrefix(tail, f.head)
	if !ok {
		return "", false
	}
	switch f.rest {
	case nothing:
		ok = rest == ""
	case onInstance:
		_, ok = instance(rest)
	case appOnInstance:
		_, on := cutApp(rest)
		_, ok = instance(on)
	case volume:
		ok = rest == "" || rest[0] == '.'
	case sized, memory:
		ok = rest != ""
	}
	return rest, ok
}

// fill sets what the form says.
func (f form) fill(u *Usage, rest string) {
	u.Component, u.Unit, u.App, u.Meter = f.component, f.unit, f.app, f.meter
	if f.class != Other {
		u.Class = f.class
	}
	switch f.rest {
	case onInstance:
		u.InstanceType, _ = instance(rest)
	case appOnInstance:
		app, on := cutApp(rest)
		u.App = app
		u.InstanceType, _ = instance(on)
	case sized:
		u.InstanceType = rest
	case memory:
		u.InstanceType = "Mem-" + rest
	}
}

// cutApp cuts an application off the instance type that follows it.
func cutApp(rest string) (app, on string) {
	i := strings.Index(rest, "-ml.")
	if i < 0 {
		i = strings.Index(rest, "-sc.")
	}
	if i <= 0 {
		return "", ""
	}
	return rest[:i], rest[i+1:]
}
