// Package allocate gives every charge to a team. Rules decide in order; what they give to a pool is split among teams. It leaves a view allocations on the engine:
// all columns of charges, with team, rule, reason and pool.
//
// The law of it is that nothing is lost: the sum of the allocations is the sum of the charges, to the last digit, in each month, currency and column of cost,
// whatever the rules. Rules are SQL over the charges, which are never changed; splits are worked out in whole units of 10⁻¹⁸ and handed out without a rest.
package allocate
