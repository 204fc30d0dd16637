// Sagewarden finds, prices and explains idle Amazon SageMaker spend.
package main

import (
	"context"
	"os"

	"github.com/sagewarden/sagewarden/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), cli.OS()))
}
