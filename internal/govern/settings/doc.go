// Package settings reads and changes what domains, user profiles, spaces and notebook instances of Studio say of the apps in them: which lifecycle
// configurations start with an app, after how long idleness ends it, and whether a domain hands its tags on.
//
// A change is planned by others, by pure functions. This room carries it out: it writes down the intent, reads the place again, leaves alone what has
// changed, sends whole structures so that nothing beside the change is lost, and reads back what has become of it.
package settings
