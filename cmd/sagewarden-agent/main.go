// Sagewarden-agent watches a Studio app or a notebook instance from inside.
package main

import (
	"context"
	"os"

	"github.com/sagewarden/sagewarden/internal/studio"
)

func main() {
	os.Exit(studio.Run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}
