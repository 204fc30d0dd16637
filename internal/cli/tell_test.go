package cli

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/sagewarden/sagewarden/internal/notify"
)

type channel struct {
	sent int
	err  error
}

func (c *channel) Send(context.Context, notify.Message) error {
	if c.err == nil {
		c.sent++
	}
	return c.err
}

// TestTell: the same fact is told once, good news only to who was told bad news, and a channel that fails keeps none of the others
// from it and is told the next time.
func TestTell(t *testing.T) {
	log, err := notify.OpenLog("")
	if err != nil {
		t.Fatal(err)
	}
	broken, sound := &channel{err: errors.New("down")}, &channel{}
	channels := []told{{"slack:A", broken}, {"slack:B", sound}}
	for _, step := range []struct {
		fact          string
		news, failed  bool
		broken, sound int
	}{
		{fact: "", sound: 0},
		{fact: "one", news: true, failed: true, sound: 1},
		{fact: "one", news: true, broken: 1, sound: 1},
		{fact: "two", news: true, broken: 2, sound: 2},
		{fact: "", broken: 3, sound: 3},
		{fact: "", broken: 3, sound: 3},
	} {
		err := tell(t.Context(), Env{Stderr: io.Discard}, channels, log, notify.Message{}, step.fact, step.news)
		if (err != nil) != step.failed || broken.sent != step.broken || sound.sent != step.sound {
			t.Errorf("%+v: %v, the one was told %d times, the other %d times", step, err, broken.sent, sound.sent)
		}
		if step.failed {
			broken.err = nil
		}
	}
}
