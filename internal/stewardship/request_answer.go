package stewardship

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/request"
)

// Named refusals of answering.
var (
	ErrLook      = fault.New(fault.Invalid, "requests.look_first").At("looked")
	ErrNoMailTo  = fault.New(fault.Invalid, "requests.no_mail_to").At("how")
	ErrCopyGone  = fault.New(fault.NotFound, "rights.copy_gone")
	ErrPaperGone = fault.New(fault.NotFound, "requests.paper_gone")
)

// AnswerInput is how the answer goes out. Looked says that somebody read the free
// texts of the copy, which may be about others too.
type AnswerInput struct {
	How        request.How
	Note       string
	LateReason string
	Looked     bool
}

// Answer writes the letter and the copy of the data, ends the duty and, by mail, puts
// the letter with the link to the copy into the queue: one transaction. Later calls
// fail with request.ErrAnswered.
func (q *Requests) Answer(ctx context.Context, actor journal.Actor, id request.ID, in AnswerInput) error {
	return q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		c.r.Note = strings.TrimSpace(in.Note)
		if err := c.r.Answer(in.How, in.LateReason, c.now); err != nil {
			return err
		}
		to := ""
		if in.How == request.AnswerByMail {
			if to = c.mailTo(ctx); to == "" || !c.q.d.Mail.HasMail(c.firm) {
				return ErrNoMailTo
			}
		}
		l := c.letters(ctx)
		l.ByMail = in.How == request.AnswerByMail
		if c.r.WantsCopy() {
			if err := c.copyFor(ctx, &l, in.Looked); err != nil {
				return err
			}
		}
		if err := c.settle(ctx); err != nil {
			return err
		}
		if err := c.paper(ctx, request.PaperAnswer, l.Answer(), to, c.keepUntil()); err != nil {
			return err
		}
		return c.note(ctx, "request.answered", map[string]string{"how": string(in.How), "late": yesNo(c.r.LateReason != ""), "copy": yesNo(l.Copy)})
	})
}

// copyFor adds the copy to the answer: the one made before an erasure, else one of the
// data as they are now.
func (c *requestChange) copyFor(ctx context.Context, l *request.Letters, looked bool) error {
	papers, err := request.PapersOf(ctx, c.tx, c.r.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(papers, func(p request.Paper) bool { return p.Kind == request.PaperCopy })
	var p request.Paper
	if i >= 0 {
		p = papers[i]
	} else if p, err = c.makeCopy(ctx, looked); err != nil {
		return err
	}
	l.Copy, l.Until = true, p.ExpiresAt
	l.Link = c.link("/rights/copy/", request.ForCopy, p.ID, p.ExpiresAt)
	return nil
}

// makeCopy gathers everything and keeps it as a file for as long as its link works.
func (c *requestChange) makeCopy(ctx context.Context, looked bool) (request.Paper, error) {
	data, err := c.q.d.Steward.gatherIn(ctx, c.tx, c.r.ContactID)
	if errors.Is(err, contact.ErrNotFound) {
		return request.Paper{}, request.ErrCopyErased
	}
	if err != nil {
		return request.Paper{}, err
	}
	if len(data.ToLookAt()) > 0 && !looked {
		return request.Paper{}, ErrLook
	}
	content, err := c.archive(ctx, data)
	if err != nil {
		return request.Paper{}, err
	}
	id, err := request.NewID()
	if err != nil {
		return request.Paper{}, err
	}
	p := request.Paper{
		ID: id, RequestID: c.r.ID, Kind: request.PaperCopy, Name: c.r.Ref + ".zip", Media: "application/zip", Content: content,
		MadeAt: c.now, ExpiresAt: c.now.AddDate(0, 0, c.law.CopyDays),
	}
	return p, request.SavePaper(ctx, c.tx, p)
}

// archive puts the copy into a ZIP: for access a PDF to read and the files for
// machines, for portability what the person gave, in a folder of its own when both were
// asked.
func (c *requestChange) archive(ctx context.Context, data request.Copy) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, content []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: c.now})
		if err != nil {
			return fmt.Errorf("copy of the data: %w", err)
		}
		_, err = w.Write(content)
		return err
	}
	given := func(k request.Kind) bool {
		i, ok := c.r.Item(k)
		return ok && (i.Outcome == request.Done || i.Outcome == request.Partly)
	}
	if given(request.Access) {
		var pdf bytes.Buffer
		if err := c.q.d.Printer.Copy(ctx, &pdf, c.firm, data, c.lang(), c.r.Ref); err != nil {
			return nil, err
		}
		if err := add("data.pdf", pdf.Bytes()); err != nil {
			return nil, err
		}
		if err := data.Files(ctx, "", c.firm.Name, c.r.Ref, add); err != nil {
			return nil, err
		}
	}
	if given(request.Portability) {
		if err := data.Portable().Files(ctx, "portable/", c.firm.Name, c.r.Ref, add); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("copy of the data: %w", err)
	}
	return b.Bytes(), nil
}

// Draft is the answer as it would read now, for the page; nothing is kept of it.
func (q *Requests) Draft(ctx context.Context, r request.Request, f firm.Firm) (request.Letter, error) {
	law, err := q.Law(r)
	if err != nil {
		return request.Letter{}, err
	}
	c := &requestChange{q: q, now: q.moment(), firm: f, law: law, r: r}
	l := c.letters(ctx)
	l.Copy = r.WantsCopy()
	return l.Answer(), nil
}
