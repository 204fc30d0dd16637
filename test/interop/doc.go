// Package interop holds the program and its simulated organization against software that this project did not write: moto,
// a simulation of AWS by others, and the AWS CLI and boto3, through which most people talk to AWS.
//
// The tests carry the build tag interop and need the Python environment of requirements.txt: make interop sets it up.
package interop
