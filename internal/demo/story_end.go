package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
)

// receipt is the authority's code.
const receipt = "DB-2026-004711"

// filing records that the authority was told.
func (t *teller) filing(ctx context.Context) (string, error) {
	if err := t.signIn(ctx); err != nil {
		return "", err
	}
	planned, err := t.rungs(ctx, obligation.Planned)
	if err != nil {
		return "", err
	}
	filed, err := t.local(ctx, t.h.Clock.Now())
	if err != nil {
		return "", err
	}
	paper, err := t.paper(ctx, notification.PaperNotification)
	if err != nil {
		return "", err
	}
	_, err = t.fill(ctx, t.at("authority"), "/authority/file", func(f *Form) {
		f.Set("phase", "initial").Set("filed_at", filed).Set("receipt", receipt).Set("paper", paper.ID)
	})
	if err != nil {
		return "", err
	}
	o, err := t.duty(ctx, obligation.NotifyAuthority)
	if err != nil {
		return "", err
	}
	cancelled, err := t.rungs(ctx, obligation.Cancelled)
	if err != nil {
		return "", err
	}
	if o.State != obligation.Met || len(cancelled) != len(planned) || len(planned) == 0 {
		return "", fmt.Errorf("the duty is %s, %d of %d planned reminders were cancelled", o.State, len(cancelled), len(planned))
	}
	return fmt.Sprintf("receipt %s: met after %s, %d reminders cancelled", receipt, o.SettledAt.Sub(o.StartedAt).Round(time.Minute), len(cancelled)), nil
}

// checkTold looks whether everybody was told.
func (t *teller) checkTold(ctx context.Context, mailed int) (string, error) {
	c, err := t.counts(ctx)
	if err != nil {
		return "", err
	}
	o, err := t.duty(ctx, obligation.InformPeople)
	if err != nil {
		return "", err
	}
	if mailed != c.Mail || c.Sent != c.Post+c.Mail || o.State != obligation.Met {
		return "", fmt.Errorf("%d mails for %d people, %d of %d letters sent, duty %s", mailed, c.Mail, c.Sent, c.Post+c.Mail, o.State)
	}
	return fmt.Sprintf("%d letters posted, %d by mail: the duty to tell the people is met", c.Post, mailed), nil
}

// close ticks the tasks off, stops the leak and closes with lessons. A first try
// must be held up by the gates.
func (t *teller) close(ctx context.Context) (string, error) {
	const lessons = "Exports gaan alleen nog via de afgeschermde map; het adresboek vult geen vreemde adressen meer aan."
	page, err := t.open(ctx, t.boss, t.at("close"))
	if err != nil {
		return "", err
	}
	if f, err := page.Form("/close"); err == nil {
		if _, err := t.boss.Send(ctx, f.Set("lessons", lessons)); err != nil {
			return "", err
		}
	}
	if i, err := t.incident(ctx); err != nil || !i.IsOpen() {
		return "", errors.Join(err, errors.New("closed although tasks are open"))
	}
	if err := t.finishTasks(ctx); err != nil {
		return "", err
	}
	now, err := t.local(ctx, t.h.Clock.Now().Add(-time.Minute))
	if err != nil {
		return "", err
	}
	if _, err := t.fill(ctx, t.at(""), "/contain", func(f *Form) { f.Set("at", now) }); err != nil {
		return "", err
	}
	if _, err := t.fill(ctx, t.at("close"), "/close", func(f *Form) { f.Set("lessons", lessons).Set("feedback", "Opgelost. Dank u dat u het meteen zei.") }); err != nil {
		return "", err
	}
	i, err := t.incident(ctx)
	if err != nil {
		return "", err
	}
	if i.Status != incident.Closed || i.Lessons != lessons {
		return "", fmt.Errorf("status %s with lessons %q", i.Status, i.Lessons)
	}
	return "held up while tasks were open, then closed with its lessons", nil
}

func (t *teller) finishTasks(ctx context.Context) error {
	tasks, err := incident.TasksOf(ctx, t.h.App.DB.R, t.id)
	if err != nil {
		return err
	}
	for _, task := range tasks {
		if task.IsDone() {
			continue
		}
		if _, err := t.fill(ctx, t.at("work"), "/tasks/"+task.ID, func(*Form) {}); err != nil {
			return err
		}
	}
	return nil
}

// statusPage is what whoever reported reads in the end.
func (t *teller) statusPage(ctx context.Context) (string, error) {
	page, err := t.open(ctx, t.reader, t.status)
	if err != nil {
		return "", err
	}
	if !strings.Contains(page.Text(), "Dank u dat u het meteen zei") {
		return "", fmt.Errorf("the reporter reads: %s", shorten(page.Text()))
	}
	return "the reporter reads what came of it", nil
}

// register exports every form of the register.
func (t *teller) register(ctx context.Context) (string, error) {
	page, err := t.open(ctx, t.boss, "/register")
	if err != nil {
		return "", err
	}
	if !strings.Contains(page.Text(), t.ref) {
		return "", fmt.Errorf("the register does not show %s", t.ref)
	}
	for _, kind := range []string{"xlsx", "csv", "pdf", "json"} {
		p, err := t.open(ctx, t.boss, "/register/export/"+kind)
		if err != nil {
			return "", err
		}
		if err := errors.Join(t.checkExport(kind, p.Body), t.save("register."+kind, p.Body)); err != nil {
			return "", fmt.Errorf("register.%s: %w", kind, err)
		}
	}
	return "shown, and exported as XLSX, CSV, PDF and JSON", nil
}

func (t *teller) checkExport(kind string, content []byte) error {
	switch kind {
	case "xlsx":
		if !bytes.HasPrefix(content, []byte("PK")) {
			return errors.New("no workbook")
		}
		return nil
	case "pdf":
		if !bytes.HasPrefix(content, []byte("%PDF-")) {
			return errors.New("no PDF")
		}
		return nil
	case "csv":
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
		head, _, _ := bytes.Cut(content, []byte("\n"))
		if bytes.Contains(head, []byte(";")) {
			r.Comma = ';'
		}
		if rows, err := r.ReadAll(); err != nil || len(rows) < 2 {
			return errors.Join(err, fmt.Errorf("%d rows", len(rows)))
		}
	case "json":
		if !json.Valid(content) {
			return errors.New("no JSON")
		}
	}
	if !bytes.Contains(content, []byte(t.ref)) || !bytes.Contains(content, []byte(receipt)) {
		return fmt.Errorf("without %s or its receipt", t.ref)
	}
	return nil
}

// journal writes the whole journal and follows its chain of hashes.
func (t *teller) journal(ctx context.Context) (string, error) {
	n, problems, err := journal.Verify(ctx, t.h.App.DB.R)
	if err != nil {
		return "", err
	}
	if len(problems) > 0 {
		return "", fmt.Errorf("the chain is broken at entry %d: %s", problems[0].Seq, problems[0].What)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	written, after := int64(0), int64(0)
	for {
		list, err := journal.After(ctx, t.h.App.DB.R, after, 500)
		if err != nil {
			return "", err
		}
		if len(list) == 0 {
			break
		}
		for _, e := range list {
			if err := enc.Encode(lineOf(e)); err != nil {
				return "", err
			}
			written, after = written+1, e.Seq
		}
	}
	if written != n {
		return "", fmt.Errorf("%d of %d entries written", written, n)
	}
	return fmt.Sprintf("%d entries, whole", n), t.save("journal.jsonl", b.Bytes())
}

// line is an entry of the journal as one line of JSON.
type line struct {
	Seq        int64             `json:"seq"`
	Case       string            `json:"case"`
	CaseID     string            `json:"case_id,omitempty"`
	Kind       string            `json:"kind"`
	Actor      string            `json:"actor"`
	ActorID    string            `json:"actor_id,omitempty"`
	HappenedAt time.Time         `json:"happened_at"`
	RecordedAt time.Time         `json:"recorded_at"`
	Facts      map[string]string `json:"facts,omitempty"`
	Text       string            `json:"text,omitempty"`
	Previous   string            `json:"previous"`
	Hash       string            `json:"hash"`
}

func lineOf(e journal.Entry) line {
	return line{
		Seq: e.Seq, Case: e.Case.Kind, CaseID: e.Case.ID, Kind: e.Kind, Actor: string(e.Actor.Kind), ActorID: e.Actor.ID,
		HappenedAt: e.HappenedAt, RecordedAt: e.RecordedAt, Facts: e.Facts, Text: e.Text, Previous: e.Previous, Hash: e.Hash,
	}
}
