package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
)

// Story says how the story is told. Dir is an existing folder for what it makes.
// Contacts is a file of customers, all of them affected; empty: so many made-up
// ones. Log may be nil.
type Story struct {
	Dir       string
	Customers int
	Contacts  string
	Log       *slog.Logger
}

// Step is one part of the story: what was checked when it held, or why it did not.
type Step struct {
	Name    string `json:"step"`
	Checked string `json:"checked,omitempty"`
	Error   string `json:"error,omitempty"`
	Took    string `json:"took"`
}

// summary is what stands in summary.json.
type summary struct {
	Held      bool   `json:"held"`
	Reference string `json:"reference"`
	Customers int    `json:"customers"`
	Took      string `json:"took"`
	Steps     []Step `json:"steps"`
}

// teller is the story on its way. Everything that people do goes through pages;
// what came of it is checked in the data and in what arrived at Slack and by mail.
type teller struct {
	Story
	h      *House
	reader *Browser // whoever reports, on a phone, without an account
	boss   *Browser // the lead
	status string   // path of the reporter's status page

	file    []byte // the customer file
	name    string // of the file
	people  int    // in it who were taken over
	id      incident.ID
	ref     string
	source  contact.ImportID
	runs    int
	deadTil time.Time // the end of the 72 hours
}

type part struct {
	name string
	do   func(ctx context.Context) (checked string, err error)
}

// Tell tells the whole story once, from the report to the register, against the
// real server in this process, and leaves in Dir what it made. It stops at the
// first step that does not hold and returns its error; the steps so far, and
// summary.json, are there either way.
func Tell(ctx context.Context, s Story) (steps []Step, err error) {
	begin := time.Now()
	t := &teller{Story: s}
	if err := errors.Join(t.clear(), t.readCustomers()); err != nil {
		return nil, err
	}
	if t.h, err = Open(ctx, Options{Address: "127.0.0.1:0", At: sundayMorning(), Log: s.Log, Chat: true}, func(error) {}); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.h.Close(context.WithoutCancel(ctx))) }()
	for k, p := range t.h.People {
		t.h.Slack.SetMember(fmt.Sprintf("U0DEMO%05d", k), p.Email)
	}
	for _, p := range t.parts() {
		from := time.Now()
		checked, stepErr := p.do(ctx)
		step := Step{Name: p.name, Checked: checked, Took: time.Since(from).Round(time.Millisecond).String()}
		if stepErr != nil {
			step.Error = stepErr.Error()
			err = fmt.Errorf("the story stops at %q: %w", p.name, stepErr)
		}
		steps = append(steps, step)
		if stepErr != nil {
			break
		}
	}
	sum := summary{Held: err == nil, Reference: t.ref, Customers: t.people, Took: time.Since(begin).Round(time.Millisecond).String(), Steps: steps}
	return steps, errors.Join(err, t.keepMessages(), t.saveJSON("summary.json", sum))
}

// parts are the steps in their order.
func (t *teller) parts() []part {
	return []part{
		{"report", t.report},
		{"alert", t.alerted},
		{"board", t.board},
		{"triage", t.triage},
		{"awareness", t.awareness},
		{"moments", t.occurred},
		{"escalation", t.escalation},
		{"risk", t.risk},
		{"import", t.importContacts},
		{"pick", t.pick},
		{"leaked data", t.leakedData},
		{"freeze", t.freeze},
		{"held letters", t.mend},
		{"notification", t.notification},
		{"letters", t.letters},
		{"print run", t.printRun},
		{"zip run", t.zipRun},
		{"reminders", t.reminders},
		{"acknowledge", t.acknowledge},
		{"nearly due", t.nearlyDue},
		{"filing", t.filing},
		{"silence", t.silence},
		{"post", t.post},
		{"close", t.close},
		{"status page", t.statusPage},
		{"register", t.register},
		{"journal", t.journal},
	}
}

// sundayMorning is when the story begins: the last Sunday but one, at half past
// nine in Brussels.
func sundayMorning() time.Time {
	loc := time.FixedZone("CET", 3600)
	now := time.Now().In(loc)
	back := int(now.Weekday()) + 7
	return time.Date(now.Year(), now.Month(), now.Day()-back, 9, 30, 0, 0, loc)
}

// readCustomers takes the file that was named, or writes the export of made-up
// customers.
func (t *teller) readCustomers() error {
	if t.Contacts == "" {
		var b strings.Builder
		if err := WriteMailingExport(&b, People(t.Customers, 1)); err != nil {
			return err
		}
		t.file, t.name = []byte(b.String()), "nieuwsbrief-export.csv"
		return t.save(t.name, t.file)
	}
	var err error
	if t.file, err = os.ReadFile(t.Contacts); err != nil {
		return fmt.Errorf("demo: customers: %w", err)
	}
	t.name = filepath.Base(t.Contacts)
	return nil
}

// clear removes what an earlier telling left in the folders whose files are not
// written over by name.
func (t *teller) clear() error {
	if _, err := os.Stat(filepath.Join(t.Dir, "summary.json")); err != nil {
		return nil // not told here before: nothing in the folder is ours
	}
	if err := errors.Join(os.RemoveAll(filepath.Join(t.Dir, "letters")), os.RemoveAll(filepath.Join(t.Dir, "mail"))); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// save writes a file of the story.
func (t *teller) save(name string, content []byte) error {
	path := filepath.Join(t.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

func (t *teller) saveJSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return t.save(name, append(b, '\n'))
}

// keepMessages writes what arrived at Slack and by mail.
func (t *teller) keepMessages() error {
	var b strings.Builder
	return errors.Join(t.h.Slack.WriteJSONL(&b), t.save("slack.jsonl", []byte(b.String())), t.h.Mail.WriteFiles(filepath.Join(t.Dir, "mail")))
}

// open visits a page that must be there.
func (t *teller) open(ctx context.Context, b *Browser, path string) (*Page, error) {
	p, err := b.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if p.Status != http.StatusOK || strings.HasPrefix(p.Path, "/sign-in") && path != "/sign-in" {
		return nil, fmt.Errorf("%s answers with status %d at %s: %s", path, p.Status, p.Path, shorten(p.Text()))
	}
	return p, nil
}

// send sends a form that must be taken.
func (t *teller) send(ctx context.Context, b *Browser, f *Form) (*Page, error) {
	p, err := b.Send(ctx, f)
	if err != nil {
		return nil, err
	}
	if p.Status != http.StatusOK {
		return nil, fmt.Errorf("the form to %s is refused with status %d: %s", f.Action, p.Status, strings.Join(p.Refusals(), "; "))
	}
	return p, nil
}

// fill opens a page as the lead, fills in the form that leads to an ending and
// sends it.
func (t *teller) fill(ctx context.Context, path, ending string, fill func(*Form)) (*Page, error) {
	p, err := t.open(ctx, t.boss, path)
	if err != nil {
		return nil, err
	}
	f, err := p.Form(ending)
	if err != nil {
		return nil, err
	}
	fill(f)
	return t.send(ctx, t.boss, f)
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 600 {
		return string(r[:600]) + "…"
	}
	return s
}

// at is the path of a page of the incident.
func (t *teller) at(page string) string {
	return strings.TrimSuffix("/incidents/"+string(t.id)+"/"+page, "/")
}

func (t *teller) incident(ctx context.Context) (incident.Incident, error) {
	return incident.ByID(ctx, t.h.App.DB.R, t.id)
}

func (t *teller) duty(ctx context.Context, d obligation.Duty) (obligation.Obligation, error) {
	all, err := obligation.OfIncident(ctx, t.h.App.DB.R, t.id)
	if err != nil {
		return obligation.Obligation{}, err
	}
	for _, o := range all {
		if o.Duty == d {
			return o, nil
		}
	}
	return obligation.Obligation{}, fmt.Errorf("there is no duty %s: %w", d, obligation.ErrNotFound)
}

// local writes an instant the way a date field sends it, in the firm's zone.
func (t *teller) local(ctx context.Context, at time.Time) (string, error) {
	f, err := t.h.App.Firms.Get(ctx, t.h.App.DB.R)
	if err != nil {
		return "", err
	}
	return at.In(f.Location()).Format("2006-01-02T15:04"), nil
}

// signIn lets the lead in; after half a day without a visit she must come in anew.
func (t *teller) signIn(ctx context.Context) (err error) {
	t.boss, err = t.h.SignIn(ctx, t.h.Lead())
	return err
}
