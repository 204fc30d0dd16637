// Package cloud is the door to AWS: every call of the product goes through it.
//
// A Cloud opens sessions, one per target. The clients of a session are the SDK's own, and pass every call through one
// gate: each attempt waits for its turn in the token bucket of its account, region and operation, a refusal for load
// slows that bucket down, and everything is counted. Credentials, profiles, endpoints, proxies and certificates are
// found by the SDK, as everywhere else.
package cloud
