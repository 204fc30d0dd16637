// Package bill is the month's bill of the simulated organization, in the formats that AWS delivers.
//
// It charges what the watch sees: the same people's apps, the same endpoints and jobs, at the rates of the simulated price list, from one to
// three minutes after each was created, which is when AWS begins to bill. Around that stands what is on real bills beside usage: savings
// plans with what they cover and what they leave unused, reservations, discounts, credits, refunds, tax, support, other services.
//
// A bill is a pure function of a world, a month and a mix. Its lines come one by one and may be asked for again; nothing holds them all.
// The package shares no code with what reads bills.
package bill
