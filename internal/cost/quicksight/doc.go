// Package quicksight writes what makes a dashboard of the bill in Amazon QuickSight, as files: a data source over Athena, a data set over the view of charges,
// and the dashboard with its sheets, as a template of CloudFormation and as the inputs of QuickSight's API. It calls nothing.
package quicksight
