package chaos_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"sync"
	"time"
)

// A delivery is a notice that somebody has taken.
type delivery struct {
	id, channel, to, subject, text string
	at                             time.Time
}

// A mailroom is where notices arrive: a webhook and a mail server.
type mailroom struct {
	now func() time.Time

	mu    sync.Mutex
	taken []delivery
	// reaper stands around the process that writes mail; nil where none does.
	reaper *reaper
}

func (m *mailroom) take(d delivery) {
	d.at = m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.taken = append(m.taken, d)
}

func (m *mailroom) all() []delivery {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]delivery(nil), m.taken...)
}

// ServeHTTP takes what comes to the webhook.
func (m *mailroom) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var p struct {
		Data struct{ ID, To, Subject, Text string }
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &p)
	}
	if err != nil || p.Data.ID != r.Header.Get("Webhook-Id") {
		w.WriteHeader(http.StatusBadRequest) // whoever sent it died over it
		return
	}
	m.take(delivery{id: p.Data.ID, channel: "hook", to: p.Data.To, subject: p.Data.Subject, text: p.Data.Text})
}

// attend has a reaper look at what is mailed from now on.
func (m *mailroom) attend(r *reaper) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reaper = r
}

func (m *mailroom) attending() *reaper {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reaper
}

// serve takes mail until the listener is closed.
func (m *mailroom) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			_ = m.talk(textproto.NewConn(conn)) // whoever sends may die at any word
			_ = conn.Close()
		}()
	}
}

func (m *mailroom) talk(c *textproto.Conn) error {
	for say := "220 ready"; ; {
		if err := c.PrintfLine("%s", say); err != nil {
			return err
		}
		line, err := c.ReadLine()
		if err != nil {
			return err
		}
		say = "250 well"
		switch strings.ToUpper(strings.Fields(line + " .")[0]) {
		case "QUIT":
			return c.PrintfLine("221 farewell")
		case "DATA":
			if err := c.PrintfLine("354 go on"); err != nil {
				return err
			}
			text, err := c.ReadDotBytes()
			if err != nil {
				return err
			}
			r := m.attending()
			die := r.at(mail)
			if die == before {
				r.kill()
				return nil
			}
			if err := m.read(text); err != nil {
				return err
			}
			if die == between {
				r.kill()
				return nil
			}
			if die == after {
				_ = c.PrintfLine("%s", say)
				r.kill()
				return nil
			}
		}
	}
}

func (m *mailroom) read(text []byte) error {
	letter, err := netmail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(letter.Body)
	if err != nil {
		return err
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(letter.Header.Get("Message-Id"), "<"), "@")
	to, _, _ := strings.Cut(letter.Header.Get("To"), "@")
	m.take(delivery{id: id, channel: "mail", to: strings.Trim(to, "<"), subject: letter.Header.Get("Subject"), text: string(body)})
	return nil
}
