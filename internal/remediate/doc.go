// Package remediate goes from a snapshot and policies to safe action: findings, a plan, and steps that each look again right before they act.
//
// Reconcile and NewPlan are pure. The Engine is the edge: it writes down, tells, looks, acts and writes down again, in this order.
package remediate
