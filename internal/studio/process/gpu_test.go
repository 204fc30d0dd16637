package process

import "testing"

func TestBusiest(t *testing.T) {
	for text, want := range map[string]int{"0\n": 0, "3\n 97 \n0\n": 97, "": -1, "[N/A]\n": -1, "NVIDIA-SMI has failed": -1} {
		got, err := busiest(text)
		if known := err == nil; known != (want >= 0) || known && got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}
