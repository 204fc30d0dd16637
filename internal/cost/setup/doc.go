// Package setup looks what is switched on in the account that pays, and in Studio, so that the bill can be charged to teams: an export with hourly lines and
// resources, the tags on it, the months before they were there, and domains that hand their tags on. What is missing becomes a plan.
//
// Making a plan changes nothing. Carrying it out writes each intent down before the call, looks again right before it where something could be overwritten,
// reads back what has become of it, and writes that down, too. What is done already is never planned: to run it again goes on where it ended.
package setup
