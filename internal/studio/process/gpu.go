package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// HasGPU reports whether this machine has a GPU of NVIDIA's. The program alone does not say: images bring it along to machines without.
func HasGPU() bool {
	_, err := os.Stat("/dev/nvidiactl")
	return err == nil
}

// GPU is how busy the busiest GPU is, in percent.
func GPU(ctx context.Context) (int, error) {
	ctx, end := context.WithTimeout(ctx, 10*time.Second) // a driver that hangs takes its program along
	defer end()
	out, err := exec.CommandContext(ctx, "nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits").Output()
	if err != nil {
		return 0, fmt.Errorf("nvidia-smi: %w", err)
	}
	return busiest(string(out))
}

// busiest reads one number a line. A GPU that is divided (MIG) has none, and nobody knows.
func busiest(text string) (int, error) {
	most := -1
	for line := range strings.Lines(text) {
		percent, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			return 0, fmt.Errorf("nvidia-smi: %w", err)
		}
		most = max(most, percent)
	}
	if most < 0 {
		return 0, errors.New("nvidia-smi says nothing")
	}
	return most, nil
}
