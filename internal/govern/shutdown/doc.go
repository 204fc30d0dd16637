// Package shutdown stops Studio apps for an administrator: it plans by a pure function what would be stopped, and carries a plan out app by
// app, each looked at again right before.
package shutdown
