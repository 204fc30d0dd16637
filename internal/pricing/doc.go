// Package pricing turns the price lists of AmazonSageMaker, and of AmazonEFS for domains' home directories, into the rate of a meter.
//
// One instance type has many prices: one for each component (what the instance is used for) and region. A rate is
// therefore only ever looked up by region × component × instance type, and nothing stands in for a price that is
// missing: the rate is then not known, with a reason that a person understands.
//
// Storage is sold by the GB-month, and its rate is dollars per GB and hour: a month has 730 hours, as on AWS's price pages.
package pricing
