package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
)

// What the shop assistant writes. Her name must never show in a message.
const (
	assistantName = "Silke Vandamme"
	reportText    = "Ik heb de export van onze nieuwsbrief naar een verkeerd mailadres gestuurd. De ontvanger heeft al geantwoord dat hij ons niet kent."
)

// report is what somebody without an account does on a phone on Sunday morning.
func (t *teller) report(ctx context.Context) (string, error) {
	link, err := t.h.ReportLink(ctx)
	if err != nil {
		return "", err
	}
	if t.reader, err = NewBrowser(t.h.App.BaseURL()); err != nil {
		return "", err
	}
	page, err := t.open(ctx, t.reader, link)
	if err != nil {
		return "", err
	}
	f, err := page.Form("", "scenario", "text", "files")
	if err != nil {
		return "", err
	}
	f.Set("scenario", "wrong_recipient_mail").Set("text", reportText).Set("when", "now").Set("data", "name", "contact_email").Set("name", assistantName)
	if page, err = t.send(ctx, t.reader, f.Attach("files", "scherm.png", logo())); err != nil {
		return "", err
	}
	t.status = page.Path
	all, n, err := incident.List(ctx, t.h.App.DB.R, incident.Query{Limit: 2})
	if err != nil {
		return "", err
	}
	if n != 1 || len(all) != 1 {
		return "", fmt.Errorf("%d incidents instead of one", n)
	}
	t.id, t.ref = all[0].ID, all[0].Ref
	evidence, err := incident.EvidenceOf(ctx, t.h.App.DB.R, t.id)
	if err != nil {
		return "", err
	}
	if len(evidence) != 1 || !strings.Contains(page.Text(), t.ref) || strings.Contains(page.Text(), reportText) {
		return "", fmt.Errorf("receipt %s of %s with %d photos: %s", t.status, t.ref, len(evidence), shorten(page.Text()))
	}
	return fmt.Sprintf("%s on the receipt, photo kept with its hash", t.ref), nil
}

// alerted is what reaches the responders at once.
func (t *teller) alerted(ctx context.Context) (string, error) {
	if err := t.h.Settle(ctx); err != nil {
		return "", err
	}
	if posts := t.heard("chat.postMessage"); len(posts) != 1 || !strings.Contains(posts[0].Text+string(posts[0].Blocks), t.ref) {
		return "", fmt.Errorf("%d cards in Slack instead of one that names %s", len(posts), t.ref)
	}
	if n := t.mailsTo(t.h.Lead().Email); n != 1 {
		return "", fmt.Errorf("%d mails to the lead instead of one", n)
	}
	return "one Slack card, one mail to the lead, nothing personal in them", t.nothingPersonal()
}

// heard returns the messages of a method.
func (t *teller) heard(method string) []Message {
	return slices.DeleteFunc(t.h.Slack.Messages(), func(m Message) bool { return m.Method != method })
}

func (t *teller) mailsTo(address string) int {
	n := 0
	for _, l := range t.h.Mail.Letters() {
		if l.To == address {
			n++
		}
	}
	return n
}

// nothingPersonal looks for what was typed or who typed it in every alert.
func (t *teller) nothingPersonal() error {
	for _, m := range t.h.Slack.Messages() {
		all := strings.ToLower(m.Text + string(m.Blocks))
		if strings.Contains(all, "vandamme") || strings.Contains(all, "nieuwsbrief") || strings.Contains(all, "@example.com") {
			return errors.New("a Slack message holds what may not leave")
		}
	}
	return nil
}

// board is what the lead sees when she signs in.
func (t *teller) board(ctx context.Context) (string, error) {
	t.h.Clock.Advance(15 * time.Minute)
	if err := t.signIn(ctx); err != nil {
		return "", err
	}
	page, err := t.open(ctx, t.boss, "/")
	if err != nil {
		return "", err
	}
	if _, ok := page.LinkTo(string(t.id)); !ok {
		return "", fmt.Errorf("the board does not lead to %s: %s", t.ref, shorten(page.Text()))
	}
	return "the new report waits on the board", nil
}

func (t *teller) triage(ctx context.Context) (string, error) {
	_, err := t.fill(ctx, t.at(""), "/triage", func(f *Form) {
		f.Set("verdict", "breach").Set("kinds", "C").Set("title", "Nieuwsbriefexport naar een verkeerd adres gemaild").
			Set("reason", "De bijlage bevat namen en adressen van al onze klanten en kwam bij een vreemde aan.").Set("feedback", "Bedankt, we zijn ermee bezig.")
	})
	if err != nil {
		return "", err
	}
	i, err := t.incident(ctx)
	if err != nil {
		return "", err
	}
	if !i.IsBreach() || !i.Kinds.Confidentiality || i.Status != incident.Triaged {
		return "", fmt.Errorf("status %s, verdict %q, kinds %s", i.Status, i.Verdict, i.Kinds)
	}
	return "a breach of confidentiality, and it stands in the register", nil
}

// awareness starts the 72 hours. A first try without a reason must be refused with
// its words beside the field.
func (t *teller) awareness(ctx context.Context) (string, error) {
	aware := t.h.Clock.Now().Add(-5 * time.Minute).Truncate(time.Minute)
	typed, err := t.local(ctx, aware)
	if err != nil {
		return "", err
	}
	page, err := t.open(ctx, t.boss, t.at(""))
	if err != nil {
		return "", err
	}
	for _, reason := range []string{"", "De ontvanger bevestigde dat hij het bestand geopend heeft."} {
		f, err := page.Form("/aware")
		if err != nil {
			return "", err
		}
		if page, err = t.boss.Send(ctx, f.Set("choice", "at").Set("at", typed).Set("reason", reason)); err != nil {
			return "", err
		}
		if want := map[bool]int{true: http.StatusUnprocessableEntity, false: http.StatusOK}[reason == ""]; page.Status != want {
			return "", fmt.Errorf("reason %q gives status %d instead of %d: %s", reason, page.Status, want, shorten(page.Text()))
		}
	}
	o, err := t.duty(ctx, obligation.NotifyAuthority)
	if err != nil {
		return "", err
	}
	t.deadTil = o.DueAt
	if !o.DueAt.Equal(aware.Add(72*time.Hour)) || !o.IsOpen() {
		return "", fmt.Errorf("due %s after awareness at %s", o.DueAt, aware)
	}
	return "no awareness without a reason; 72 hours to " + o.DueAt.Format(time.RFC3339), t.h.Settle(ctx)
}

// occurred fills in when the mail was sent, which the authority asks for.
func (t *teller) occurred(ctx context.Context) (string, error) {
	i, err := t.incident(ctx)
	if err != nil {
		return "", err
	}
	typed, err := t.local(ctx, i.Moments.Noticed.At.Add(-time.Hour))
	if err != nil {
		return "", err
	}
	page, err := t.open(ctx, t.boss, t.at(""))
	if err != nil {
		return "", err
	}
	f, err := page.FormFor("/moment", "kind="+string(incident.Occurred))
	if err != nil {
		return "", err
	}
	if _, err := t.send(ctx, t.boss, f.Set("at", typed).Set("reason", "Tijdstip van de verzonden mail.")); err != nil {
		return "", err
	}
	if i, err = t.incident(ctx); err != nil {
		return "", err
	}
	if i.Moments.Occurred.At.IsZero() {
		return "", errors.New("the moment was not kept")
	}
	return "the moment of the leak is known as well", nil
}

// escalation lets an hour pass in which nobody takes the duty on: the deputy is
// asked.
func (t *teller) escalation(ctx context.Context) (string, error) {
	deputy := t.h.People[1].Email
	before := t.mailsTo(deputy)
	if err := t.h.MoveTo(ctx, t.h.Clock.Now().Add(70*time.Minute)); err != nil {
		return "", err
	}
	if n := t.mailsTo(deputy); n != before+1 {
		return "", fmt.Errorf("%d mails to the deputy after an hour instead of one", n-before)
	}
	return "after an hour without an answer the deputy got a mail", t.nothingPersonal()
}

func (t *teller) risk(ctx context.Context) (string, error) {
	_, err := t.fill(ctx, t.at("risk"), "/risk", func(f *Form) {
		f.Set("risk", "high_risk").Set("reason", "Alle klanten, met adres, bij een onbekende die het bestand bekeek.").Set("advice", "De functionaris adviseert de klanten te schrijven.")
	})
	if err != nil {
		return "", err
	}
	i, err := t.incident(ctx)
	if err != nil {
		return "", err
	}
	o, err := t.duty(ctx, obligation.InformPeople)
	if err != nil {
		return "", err
	}
	if i.Risk != incident.HighRiskLikely || !o.IsOpen() {
		return "", fmt.Errorf("risk %q, duty to tell the people %s", i.Risk, o.State)
	}
	return "high risk with reasons opened the duty to tell the people", nil
}
