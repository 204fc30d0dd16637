// Package pricing turns the AmazonSageMaker price list into the rate of a meter.
//
// One instance type has many prices: one for each component (what the instance is used for) and region. A rate is
// therefore only ever looked up by region × component × instance type, and nothing stands in for a price that is
// missing: the rate is then not known, with a reason that a person understands.
package pricing
