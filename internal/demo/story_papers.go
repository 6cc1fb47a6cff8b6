package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/communication"
	"clepsydra/internal/notification"
	"clepsydra/internal/response"
)

// notification answers the authority's questions, looks at the draft, and approves
// the version that is filed.
func (t *teller) notification(ctx context.Context) (string, error) {
	draft, err := t.pdf(ctx, t.at("authority/draft.pdf"))
	if err != nil {
		return "", err
	}
	for question, text := range answers() {
		page, err := t.open(ctx, t.boss, t.at("authority"))
		if err != nil {
			return "", err
		}
		f, err := page.FormFor("/authority/answer", "question="+question)
		if err != nil {
			return "", err
		}
		if _, err := t.send(ctx, t.boss, f.Set("state", "given").Set("text", text)); err != nil {
			return "", err
		}
	}
	if _, err := t.fill(ctx, t.at("authority"), "/authority/approve", func(*Form) {}); err != nil {
		return "", err
	}
	paper, err := t.paper(ctx, notification.PaperNotification)
	if err != nil {
		return "", err
	}
	final, err := t.pdf(ctx, t.at("authority/papers/"+paper.ID))
	if err != nil {
		return "", err
	}
	d, err := t.h.App.Response.Dossier(ctx, t.id, response.Ask{Language: "nl"})
	if err != nil {
		return "", err
	}
	ready, total := d.Progress()
	if advice := d.Advise(); !advice.IsEnough() {
		return "", fmt.Errorf("a first notification lacks %v", advice.Missing)
	}
	err = errors.Join(t.save("notification-draft.pdf", draft), t.save("notification.pdf", final))
	return fmt.Sprintf("draft with gaps marked, then version %d with %d of %d rows, hash %s", paper.Version, ready, total, paper.Hash[:16]), err
}

func (t *teller) paper(ctx context.Context, k notification.PaperKind) (notification.Paper, error) {
	papers, err := notification.PapersOf(ctx, t.h.App.DB.R, t.id, k)
	if err != nil {
		return notification.Paper{}, err
	}
	if len(papers) != 1 {
		return notification.Paper{}, fmt.Errorf("%d approved papers instead of one", len(papers))
	}
	return papers[0], nil
}

// pdf downloads a paper.
func (t *teller) pdf(ctx context.Context, path string) ([]byte, error) {
	p, err := t.open(ctx, t.boss, path)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(p.Body, []byte("%PDF-")) || !strings.HasPrefix(p.Header.Get("Content-Disposition"), "attachment") {
		return nil, fmt.Errorf("%s is no PDF to download", path)
	}
	return p.Body, nil
}

// letters looks at the scenario's draft in every language that somebody reads,
// adds a sentence to one, and approves the texts.
func (t *teller) letters(ctx context.Context) (string, error) {
	texts, err := t.h.App.Response.LetterTexts(ctx, t.id)
	if err != nil {
		return "", err
	}
	needed := texts.Needed()
	page, err := t.open(ctx, t.boss, t.at("letters"))
	if err != nil {
		return "", err
	}
	f, err := page.FormFor("/letters/text", "language="+needed[0])
	if err != nil {
		return "", err
	}
	const added = "De ontvanger kent ons niet en heeft beloofd het bestand te wissen."
	if _, err := t.send(ctx, t.boss, f.Set("nature", texts.Texts[needed[0]].Nature+"\n"+added)); err != nil {
		return "", err
	}
	if _, err := t.fill(ctx, t.at("letters"), "/letters/approve", func(*Form) {}); err != nil {
		return "", err
	}
	paper, err := t.paper(ctx, notification.PaperLetters)
	if err != nil {
		return "", err
	}
	if paper.Language != strings.Join(needed, ",") || !strings.Contains(paper.Content, added) {
		return "", fmt.Errorf("approved in %s, needed in %v", paper.Language, needed)
	}
	return "texts in " + paper.Language + " approved with what Art. 34(2) asks for", nil
}

// printRun prints everything as print files and counts the pile against the list.
func (t *teller) printRun(ctx context.Context) (string, error) {
	run, err := t.run(ctx, communication.Merged)
	if err != nil {
		return "", err
	}
	files, err := communication.FilesOf(ctx, t.h.App.DB.R, run.ID)
	if err != nil {
		return "", err
	}
	c, err := t.counts(ctx)
	if err != nil {
		return "", err
	}
	letters, mails, pages := 0, 0, 0
	for _, f := range files {
		content, err := t.pdf(ctx, t.at("letters/runs/"+run.ID+"/files/"+strconv.Itoa(f.Number)))
		if err != nil {
			return "", err
		}
		if err := t.save("letters/"+f.Name, content); err != nil {
			return "", err
		}
		if strings.Contains(f.Name, "by-mail") {
			mails += f.Letters
		} else {
			letters, pages = letters+f.Letters, pages+f.Pages
		}
	}
	held, err := t.held(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range held {
		if p.Channel == communication.ByPost {
			return "", fmt.Errorf("letter %d is held although its name was mended", p.Position)
		}
	}
	mails += len(held) // what only mail can carry needs no paper
	if letters != c.Post || mails != c.Mail || letters+mails+c.None != t.people || c.Made+len(held) != letters+mails {
		return "", fmt.Errorf("%d letters and %d mails in the files, %d made; %d by post, %d by mail and %d not reachable on the list of %d; %d held",
			letters, mails, c.Made, c.Post, c.Mail, c.None, t.people, run.Held)
	}
	return fmt.Sprintf("%d letters on %d pages, %d by mail, %d not reachable: together the %d of the list", letters, pages, mails, c.None, t.people), nil
}

// zipRun prints the same once more as one PDF per person.
func (t *teller) zipRun(ctx context.Context) (string, error) {
	run, err := t.run(ctx, communication.Separate)
	if err != nil {
		return "", err
	}
	files, err := communication.FilesOf(ctx, t.h.App.DB.R, run.ID)
	if err != nil {
		return "", err
	}
	names := map[string]bool{}
	for _, f := range files {
		p, err := t.open(ctx, t.boss, t.at("letters/runs/"+run.ID+"/files/"+strconv.Itoa(f.Number)))
		if err != nil {
			return "", err
		}
		z, err := zip.NewReader(bytes.NewReader(p.Body), int64(len(p.Body)))
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.Name, err)
		}
		for _, in := range z.File {
			names[in.Name] = true
		}
		if f.Number == 1 {
			if err := t.save("letters.zip", p.Body); err != nil {
				return "", err
			}
		}
	}
	c, err := t.counts(ctx)
	if err != nil {
		return "", err
	}
	if len(names)+c.Held != c.Post+c.Mail {
		return "", fmt.Errorf("%d different files for %d people", len(names), c.Post+c.Mail)
	}
	return fmt.Sprintf("%d PDFs in %d ZIP files, the first kept as a sample", len(names), len(files)), nil
}

// run starts a run on the letters page and waits for its end.
func (t *teller) run(ctx context.Context, format communication.Format) (communication.Run, error) {
	if _, err := t.fill(ctx, t.at("letters"), "/letters/runs", func(f *Form) { f.Choose("format", string(format)) }); err != nil {
		return communication.Run{}, err
	}
	t.runs++
	if err := t.h.Settle(ctx); err != nil {
		return communication.Run{}, err
	}
	runs, err := communication.RunsOf(ctx, t.h.App.DB.R, t.id)
	if err != nil {
		return communication.Run{}, err
	}
	if len(runs) != t.runs {
		return communication.Run{}, fmt.Errorf("%d runs instead of %d", len(runs), t.runs)
	}
	for _, r := range runs {
		if r.Format == format {
			if r.State != communication.Done || r.Done != r.Total || !r.IsFinal() {
				return r, fmt.Errorf("run is %s at %d of %d: %s", r.State, r.Done, r.Total, r.Error)
			}
			return r, nil
		}
	}
	return communication.Run{}, communication.ErrRunNotFound
}

// post sends the letters that go by mail and notes that the others were posted.
func (t *teller) post(ctx context.Context) (string, error) {
	if err := t.signIn(ctx); err != nil {
		return "", err
	}
	c, err := t.counts(ctx)
	if err != nil {
		return "", err
	}
	before := len(t.h.Mail.Letters())
	if c.Mail > 0 {
		if _, err := t.fill(ctx, t.at("letters"), "/letters/mails", func(*Form) {}); err != nil {
			return "", err
		}
		if err := t.h.Settle(ctx); err != nil {
			return "", err
		}
	}
	mailed := 0
	for _, l := range t.h.Mail.Letters()[before:] {
		if !strings.HasSuffix(l.To, "@hoeve.example.com") {
			mailed++
		}
	}
	posted, err := t.local(ctx, t.h.Clock.Now().Add(-time.Minute))
	if err != nil {
		return "", err
	}
	if c.Post > 0 {
		if _, err := t.fill(ctx, t.at("letters"), "/letters/sent", func(f *Form) { f.Set("at", posted) }); err != nil {
			return "", err
		}
	}
	return t.checkTold(ctx, mailed)
}
