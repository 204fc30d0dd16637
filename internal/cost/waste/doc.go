// Package waste joins what the watch has seen with the bill: of what was paid, how much went to resources that nobody used. What the evidence does not
// reach stays unknown, and where a line of the bill is longer than an idle time, the waste is between two bounds. It is never a guess.
package waste
