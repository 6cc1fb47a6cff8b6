package stewardship

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/alert"
	"clepsydra/internal/contact"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/request"
)

// paper writes a letter as a PDF and, with an address, puts it into the queue as mail.
func (c *requestChange) paper(ctx context.Context, k request.PaperKind, l request.Letter, to string, until time.Time) error {
	var pdf bytes.Buffer
	if err := c.q.d.Printer.Letter(ctx, &pdf, c.firm, l, c.now); err != nil {
		return err
	}
	id, err := request.NewID()
	if err != nil {
		return err
	}
	if !c.q.d.Mail.HasMail(c.firm) {
		to = ""
	}
	err = request.SavePaper(ctx, c.tx, request.Paper{
		ID: id, RequestID: c.r.ID, Kind: k, Name: c.r.Ref + "-" + string(k) + ".pdf", Media: "application/pdf", Subject: l.Subject, Body: l.Plain(),
		Content: pdf.Bytes(), Address: to, MadeAt: c.now, ExpiresAt: until,
	})
	if err != nil || to == "" {
		return err
	}
	return c.q.d.Mail.Later(ctx, c.tx, id)
}

// RunMail mails a paper that waits in the queue. It is safe to run twice: the mail has
// the same identifier at every try.
func (q *Requests) RunMail(ctx context.Context, paperID string) error {
	p, err := request.PaperByID(ctx, q.d.DB.R, paperID)
	if err != nil || p.Address == "" || !p.SentAt.IsZero() {
		return err
	}
	f, err := q.d.Firms.Get(ctx, q.d.DB.R)
	if err != nil {
		return err
	}
	sendErr := q.d.Mail.Send(ctx, f, p.Address, p.ID, p.Subject, p.Body)
	if p.Failed = ""; sendErr != nil {
		p.Failed = reasonOf(sendErr)
	} else {
		p.SentAt = q.moment()
	}
	err = q.change(ctx, journal.System(), p.RequestID, func(ctx context.Context, c *requestChange) error {
		if err := request.SavePaper(ctx, c.tx, p); err != nil {
			return err
		}
		if sendErr != nil {
			return nil
		}
		return c.note(ctx, "request.paper_sent", map[string]string{"paper": string(p.Kind)})
	})
	return errors.Join(sendErr, err)
}

// reasonOf is the code of a failed sending, fit for the record.
func reasonOf(err error) string {
	var e *alert.SendError
	if errors.As(err, &e) {
		return e.Reason
	}
	return "failed"
}

// CopyBy returns the copy of the data whose link this is, without its content.
func (q *Requests) CopyBy(ctx context.Context, token string) (request.Paper, error) {
	id, err := request.ForCopy.Open(q.d.Key, token, q.moment())
	if err != nil {
		return request.Paper{}, err
	}
	p, err := request.PaperByID(ctx, q.d.DB.R, id)
	if err != nil || len(p.Content) == 0 {
		return request.Paper{}, ErrCopyGone
	}
	return p, nil
}

// FetchCopy returns the copy of the data to the person and records that it was fetched.
func (q *Requests) FetchCopy(ctx context.Context, token string) (p request.Paper, err error) {
	if p, err = q.CopyBy(ctx, token); err != nil {
		return p, err
	}
	err = q.change(ctx, journal.Actor{Kind: journal.ByPerson}, p.RequestID, func(ctx context.Context, c *requestChange) error {
		p.FetchedAt = c.now
		if err := request.SavePaper(ctx, c.tx, p); err != nil {
			return err
		}
		return c.note(ctx, "request.copy_fetched", nil)
	})
	return p, err
}

// Paper returns a letter or copy of a request to whoever works on it, and records it.
func (q *Requests) Paper(ctx context.Context, actor journal.Actor, id request.ID, paperID string) (p request.Paper, err error) {
	err = q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if p, err = request.PaperByID(ctx, c.tx, paperID); err != nil {
			return err
		}
		if p.RequestID != id || len(p.Content) == 0 {
			return ErrPaperGone
		}
		return c.note(ctx, "request.paper_opened", map[string]string{"paper": string(p.Kind)})
	})
	return p, err
}

// letters is what every letter about the request is made of.
func (c *requestChange) letters(ctx context.Context) request.Letters {
	w := c.q.d.Speak(c.lang(), c.firm.Country, c.firm.Location())
	from := request.Sender{Firm: c.firm.Name, Contact: strings.Join(filled(c.firm.Phone, c.firm.Email), " · ")}
	if a, err := c.q.d.Packs.Authority(c.firm.AuthorityID); err == nil {
		from.Authority = a.Name.In(c.lang(), c.firm.Country)
		from.AuthURL = siteOf(a.URL)
	}
	written := w.Date(c.now)
	if c.firm.City != "" {
		written = c.firm.City + ", " + written
	}
	return request.Letters{R: c.r, Law: c.law, From: from, To: c.addressee(ctx), Now: c.now, W: w, Lang: c.lang(), Written: written}
}

func (c *requestChange) lang() string {
	if c.r.Language != "" {
		return c.r.Language
	}
	return c.firm.Language
}

// addressee is the window of the envelope: the address that the request gave, else the
// one on file.
func (c *requestChange) addressee(ctx context.Context) []string {
	lines, address := filled(c.r.Name), c.r.Address
	if address == "" && c.r.ContactID != "" {
		if p, err := contact.ByID(ctx, c.db(), c.r.ContactID); err == nil && p.CanReceivePost() {
			address = strings.Join(addressLines(p), "\n")
		}
	}
	for _, line := range strings.Split(address, "\n") {
		lines = append(lines, filled(line)...)
	}
	if len(lines) == 0 {
		lines = []string{c.r.Ref}
	}
	return lines
}

// mailTo is where the answer goes by mail: the address on file, where it is known that
// the person reads it; else the one the request gave.
func (c *requestChange) mailTo(ctx context.Context) string {
	if c.r.ContactID != "" {
		if p, err := contact.ByID(ctx, c.db(), c.r.ContactID); err == nil && p.Email != "" {
			return p.Email
		}
	}
	return c.r.Email
}

// db is the transaction of the verb; a draft has none and reads beside it.
func (c *requestChange) db() bun.IDB {
	if c.tx.Tx == nil {
		return c.q.d.DB.R
	}
	return c.tx
}

// keepUntil is when a letter goes, at the latest.
func (c *requestChange) keepUntil() time.Time { return c.now.AddDate(0, c.law.KeepMonths+3, 0) }

// siteOf shortens a page's address to that of the site.
func siteOf(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

func addressLines(p contact.Contact) []string {
	return filled(strings.ReplaceAll(p.Street, ", ", "\n"), strings.TrimSpace(p.Postcode+" "+p.City), p.Country)
}

func filled(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func baseOf(f firm.Firm) string { return strings.TrimSuffix(f.BaseURL, "/") }
func number(n int) string       { return strconv.Itoa(n) }
func zeroTime() (t time.Time)   { return t }
