// Package prices is the price list of the simulated organization: simulated prices, not AWS's.
//
// The list has the shape and the awkward corners of the AmazonSageMaker price list: one SKU per component, instance
// type and region; types that a component or a region lacks; instance types spelled three ways; storage by the month;
// and products that look like a price and are none, such as the free tier, surcharges and other services' storage. Of
// AmazonEFS it has what domains keep there. The level is real too: where a us-east-1 rate is public it is used, other
// regions are that rate times a factor. Nobody should pay by it.
package prices
