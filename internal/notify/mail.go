package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	// mailLimit is what most servers take, with room for the encoding.
	mailLimit = 5 << 20
	// mailTakes is how long a server may take for a message.
	mailTakes = time.Minute
	// mailPassword is the variable that holds the password, where the address names a user.
	mailPassword = "SAGEWARDEN_SMTP_PASSWORD"
)

// A mailbox is reached through a server for outgoing mail. The way there is encrypted, unless the server is on this machine.
type mailbox struct {
	host, port string
	// implicit says that the server speaks TLS from the first byte.
	implicit bool
	user     string
	password string
	from     *mail.Address
	// to are always told; nobody where each message says whom.
	to  []*mail.Address
	now func() time.Time
}

// openMail is the server of a configuration, which tells whom a message is to.
func openMail(c config.SMTP, env Environment) (Channel, error) {
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return nil, fmt.Errorf("smtp: from: %w", err)
	}
	m := mailbox{host: c.Host, port: defaultPort(c.TLS), implicit: c.TLS, user: c.User, from: from, now: env.Now}
	if c.Port != 0 {
		m.port = strconv.Itoa(c.Port)
	}
	if c.User != "" {
		if m.password, err = env.secret(c.Password); err != nil {
			return nil, fmt.Errorf("smtp: the password of %s: %w", c.User, err)
		}
	}
	return m, nil
}

func defaultPort(implicit bool) string {
	if implicit {
		return "465"
	}
	return "587"
}

func parseMail(address string, env Environment) (Channel, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address is none: write smtp://mail.example.com:587?from=…&to=…") // the cause would repeat a password
	}
	if _, has := u.User.Password(); has {
		return nil, fmt.Errorf("a password on the command line is seen by everybody on this machine: put it into %s", mailPassword)
	}
	m := mailbox{host: u.Hostname(), implicit: u.Scheme == "smtps", user: u.User.Username(), password: env.Getenv(mailPassword), now: env.Now}
	m.port = cmp.Or(u.Port(), defaultPort(m.implicit))
	if m.host == "" {
		return nil, errors.New("the name of the mail server is missing: smtp://mail.example.com:587?from=…&to=…")
	}
	if m.user != "" && m.password == "" {
		return nil, fmt.Errorf("the password of %s is missing: put it into %s", m.user, mailPassword)
	}
	if m.from, err = mail.ParseAddress(u.Query().Get("from")); err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	for _, to := range u.Query()["to"] {
		a, err := mail.ParseAddress(to)
		if err != nil {
			return nil, fmt.Errorf("to: %w", err)
		}
		m.to = append(m.to, a)
	}
	if len(m.to) == 0 {
		return nil, errors.New("to: is missing: who is to be told?")
	}
	return m, nil
}

// Send hands the message to the mail server.
func (m mailbox) Send(ctx context.Context, n Message) error {
	to, err := addressees(m.to, n.To)
	if err != nil {
		return err
	}
	m.to = to
	return each(n, mailLimit, func(part Message) error {
		if err := m.send(ctx, m.message(part)); err != nil {
			return &estate.Error{Op: "send mail", On: net.JoinHostPort(m.host, m.port), Err: ofMail(err)}
		}
		return nil
	})
}

// addressees are those who are always told and whom the message is to.
func addressees(always []*mail.Address, to Recipient) ([]*mail.Address, error) {
	all := slices.Clone(always)
	if to.Email != "" {
		a, err := mail.ParseAddress(to.Email)
		if err != nil {
			return nil, &SendError{Err: fmt.Errorf("the mail address of %s: %w", to.Name, err), Permanent: true}
		}
		all = append(all, a)
	}
	if len(all) == 0 {
		return nil, &SendError{Err: fmt.Errorf("%s has no mail address", to.Name), Permanent: true}
	}
	return all, nil
}

func (m mailbox) send(ctx context.Context, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, mailTakes)
	defer cancel()
	encrypted := &tls.Config{ServerName: m.host, MinVersion: tls.VersionTLS12}
	dial := (&net.Dialer{}).DialContext
	if m.implicit {
		dial = (&tls.Dialer{Config: encrypted}).DialContext
	}
	conn, err := dial(ctx, "tcp", net.JoinHostPort(m.host, m.port))
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	c, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	defer func() { _ = c.Close() }()
	if !m.implicit {
		if offers, _ := c.Extension("STARTTLS"); offers {
			if err := c.StartTLS(encrypted); err != nil {
				return err
			}
		} else if ip := net.ParseIP(m.host); m.host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return errors.New("the server offers no encryption (STARTTLS), and is not on this machine")
		}
	}
	if m.user != "" {
		if err := c.Auth(smtp.PlainAuth("", m.user, m.password, m.host)); err != nil {
			return err
		}
	}
	if err := c.Mail(m.from.Address); err != nil {
		return err
	}
	for _, to := range m.to {
		if err := c.Rcpt(to.Address); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = c.Quit() // the server has taken it
	return nil
}

// message is the message as RFC 5322 has it. Its id is the same at every attempt, so that a mailbox that has it twice can tell.
func (m mailbox) message(n Message) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: %s\r\n", m.from)
	for i, to := range m.to {
		fmt.Fprintf(&b, "%s %s", map[bool]string{true: "To:", false: ",\r\n "}[i == 0], to)
	}
	fmt.Fprintf(&b, "\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
		mime.QEncoding.Encode("utf-8", n.Subject), m.now().UTC().Format(time.RFC1123Z), cmp.Or(n.ID, rand.Text()), "sagewarden.invalid")
	if n.HTML == "" {
		body(&b, "plain", n.Text)
		return b.Bytes()
	}
	const boundary = "=_sagewarden" // which quoted-printable text cannot have in it
	fmt.Fprintf(&b, "Content-Type: multipart/alternative; boundary=%q\r\n\r\n", boundary)
	for _, part := range []struct{ kind, text string }{{"plain", n.Text}, {"html", n.HTML}} {
		fmt.Fprintf(&b, "--%s\r\n", boundary)
		body(&b, part.kind, part.text)
		b.WriteString("\r\n")
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return b.Bytes()
}

// body writes a text with its head.
func body(b *bytes.Buffer, kind, text string) {
	fmt.Fprintf(b, "Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind)
	w := quotedprintable.NewWriter(b)
	_, _ = w.Write([]byte(text)) // a buffer takes all
	_ = w.Close()
}
