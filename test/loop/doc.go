// Package loop runs serve and the Lambda function against simulated organizations, as they run for a user.
package loop
