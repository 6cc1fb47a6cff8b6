package stewardship

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// office is the verbs of sign-ups with a world of its own: queue, mail and clock.
type office struct {
	t     testing.TB
	db    *database.DB
	s     *Signups
	now   time.Time
	work  []string // "kind id"
	mails []SignupMail
	deaf  map[string]bool // addresses whose server refuses
	broke error           // what sending fails with
}

func (o *office) Get(context.Context, bun.IDB) (firm.Firm, error) {
	return firm.Firm{Name: "Hoeve", Country: "BE", Zone: "Europe/Brussels", Language: "nl", BaseURL: "https://clep.example.com", SMTP: firm.SMTP{Host: "mail.example.com", From: "info@example.com"}}, nil
}

func (o *office) PutSignup(_ context.Context, _ bun.IDB, kind, id string, _ time.Time) error {
	o.work = append(o.work, kind+" "+id)
	return nil
}

func (o *office) SendSignup(_ context.Context, _ firm.Firm, m SignupMail) (bool, error) {
	if o.broke != nil || o.deaf[m.To] {
		return o.deaf[m.To], o.broke
	}
	o.mails = append(o.mails, m)
	return false, nil
}

// plain says the keys themselves.
type plain struct{}

func (plain) T(key string, _ map[string]any) string        { return key }
func (plain) N(key string, _ int, _ map[string]any) string { return key }
func (plain) Date(t time.Time) string                      { return t.Format(time.DateOnly) }
func (plain) DateTime(t time.Time) string                  { return t.Format(time.RFC3339) }

func newOffice(t testing.TB, db *database.DB) *office {
	t.Helper()
	o := &office{t: t, db: db, now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), deaf: map[string]bool{}}
	base := New(db, func() time.Time { return o.now })
	law, err := consent.LoadLaw(workflows.FS)
	o.ok(err)
	base.UseConsent(ConsentSettings{
		Law: law, Secret: []byte(strings.Repeat("k", 32)), Country: func(context.Context, bun.IDB) (string, error) { return "BE", nil },
	})
	o.s, err = NewSignups(SignupDeps{
		Contacts: base, Firms: o, Queue: o, Mailer: o, Key: []byte(strings.Repeat("s", 32)),
		Speak: func(string, string, *time.Location) SignupWords { return plain{} },
	})
	o.ok(err)
	return o
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// do carries out what waits in the queue, but for what is for later.
func (o *office) do() {
	o.t.Helper()
	work := o.work
	o.work = nil
	for _, w := range work {
		kind, id, _ := strings.Cut(w, " ")
		switch kind {
		case WorkSignupMail:
			o.ok(o.s.SendSignupMail(context.Background(), signup.PendingID(id)))
		case WorkRepermissionSend:
			_, err := o.s.SendRun(context.Background(), signup.RunID(id))
			o.ok(err)
		}
	}
}

func newsForm() signup.Definition {
	return signup.Definition{
		Languages: []string{"nl", "en"}, Title: workflow.Text{"nl": "Nieuws van de hoeve", "en": "News"}, Notice: "https://www.example.com/privacy",
		Fields: []signup.Ask{{Field: contact.FieldEmail, Required: true}},
		Boxes: []signup.Box{{
			Purpose: "newsletter", Channel: processing.ByMail, Label: workflow.Text{"nl": "Ja, stuur mij de nieuwsbrief", "en": "Yes, send me the newsletter"},
		}},
	}
}

// published is a form that is online.
func (o *office) published() (signup.Form, signup.Version) {
	o.t.Helper()
	ctx := context.Background()
	f, err := o.s.SaveForm(ctx, manager(), "", "nieuws", newsForm())
	o.ok(err)
	_, err = o.s.Publish(ctx, manager(), f.ID)
	o.ok(err)
	f, v, err := o.s.OpenForm(ctx, "nieuws", 0)
	o.ok(err)
	return f, v
}

func typed(email string) signup.Typed {
	return signup.Typed{Language: "nl", Values: map[contact.Field]string{contact.FieldEmail: email}, Ticked: []string{"newsletter.mail"}, Read: true}
}

// token is what stands behind the last slash of the latest mail's link.
func (o *office) token() string {
	o.t.Helper()
	if len(o.mails) == 0 {
		o.t.Fatal("no mail was sent")
	}
	link := o.mails[len(o.mails)-1].Link
	return link[strings.LastIndexByte(link, '/')+1:]
}

// may reports whether the newsletter may be mailed to somebody.
func (o *office) may(id contact.ID) bool {
	o.t.Helper()
	v, err := o.s.MayContact(context.Background(), id, "newsletter", processing.ByMail)
	o.ok(err)
	return v.May
}

func (o *office) person(email string) contact.Contact {
	o.t.Helper()
	people, err := contact.ByMail(context.Background(), o.db.R, email)
	o.ok(err)
	if len(people) != 1 {
		o.t.Fatalf("%d people have %s", len(people), email)
	}
	return people[0]
}

func (o *office) signUp(email, once string) contact.Contact {
	o.t.Helper()
	_, v, err := o.s.OpenForm(context.Background(), "nieuws", 0)
	o.ok(err)
	o.ok(o.s.TakeSignup(context.Background(), v, typed(email), once))
	o.do()
	o.ok(o.s.ConfirmOptIn(context.Background(), o.token()))
	return o.person(email)
}

func TestOnlyTheClickMakesAConsentAndItCanBeProved(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		f, v := o.published()
		for range 2 { // a double click on the form
			o.ok(o.s.TakeSignup(ctx, v, typed("An@Example.com"), "once-1"))
		}
		o.do()
		if len(o.mails) != 1 || o.mails[0].To != "an@example.com" || o.mails[0].Unsubscribe != "" {
			t.Fatalf("mails %+v", o.mails)
		}
		if _, err := o.s.OptIn(ctx, o.token()); err != nil { // a mail scanner
			t.Fatal(err)
		}
		if people, _ := contact.ByMail(ctx, db.R, "an@example.com"); len(people) != 0 {
			t.Fatal("somebody is in the file before the click")
		}
		for range 2 {
			o.ok(o.s.ConfirmOptIn(ctx, o.token()))
		}
		c := o.person("an@example.com")
		said, err := consent.EventsOf(ctx, db.R, c.ID)
		o.ok(err)
		if len(said[c.ID]) != 1 {
			t.Fatalf("events %+v", said[c.ID])
		}
		e := said[c.ID][0]
		if e.How != consent.HowDoubleOptIn || e.Wording.Language != "nl" || e.Wording.Version != v.Name() || e.Wording.Notice != "https://www.example.com/privacy" ||
			!strings.Contains(e.Wording.Text, "Ja, stuur mij de nieuwsbrief") || e.Proof.Address != "https://clep.example.com/f/"+f.Slug || !e.IsProven() {
			t.Fatalf("proof %+v", e)
		}
		if !o.may(c.ID) || c.Marketing != contact.MarketingSubscribed {
			t.Fatalf("may not be written to: %+v", c)
		}
		p, err := o.s.OptIn(ctx, o.token())
		o.ok(err)
		if len(p.Pending.Submission.Values) != 0 {
			t.Fatalf("what was typed is still there: %v", p.Pending.Submission.Values)
		}
	})
}

func TestASignUpThatNobodyConfirmsIsErasedAndItsLinkStops(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		_, v := o.published()
		o.ok(o.s.TakeSignup(ctx, v, typed("an@example.com"), "once-1"))
		o.do()
		o.now = o.now.AddDate(0, 0, 7).Add(-time.Microsecond)
		if _, err := o.s.OptIn(ctx, o.token()); err != nil {
			t.Fatalf("just before the end: %v", err)
		}
		o.now = o.now.Add(time.Microsecond)
		if err := o.s.ConfirmOptIn(ctx, o.token()); !errors.Is(err, signup.ErrLinkExpired) {
			t.Fatalf("at the end: %v", err)
		}
		o.ok(o.s.ExpireSignups(ctx))
		if err := o.s.ConfirmOptIn(ctx, o.token()); !errors.Is(err, signup.ErrLinkUnknown) {
			t.Fatalf("after it was erased: %v", err)
		}
	})
}

func TestNobodyCanFloodAMailboxThroughAForm(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), newOffice(t, databasetest.SQLite(t))
	_, v := o.published()
	for k := range 10 {
		o.ok(o.s.TakeSignup(ctx, v, typed("an@example.com"), fmt.Sprintf("once-%d", k)))
		o.ok(o.s.AskForPreferences(ctx, "an@example.com", "nl", fmt.Sprintf("ask-%d", k)))
	}
	if len(o.work) != 6 {
		t.Fatalf("%d mails would go out", len(o.work))
	}
}

func TestAClickLiftsANoForThatPurposeOnly(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		o.published()
		c := o.signUp("an@example.com", "once-1")
		o.now = o.now.Add(time.Hour)
		token := o.s.Links().Unsubscribe(c.ID, "")
		for range 2 {
			o.ok(o.s.Unsubscribe(ctx, token))
		}
		if o.may(c.ID) {
			t.Fatal("written to after unsubscribing")
		}
		o.now = o.now.Add(time.Hour)
		if o.signUp("an@example.com", "once-2"); !o.may(c.ID) {
			t.Fatal("a new consent does not count")
		}
		v, err := o.s.MayContact(ctx, c.ID, "own_offers", processing.ByMail)
		o.ok(err)
		if v.May {
			t.Fatal("the newsletter opened the way for offers")
		}
	})
}

func TestPreferencesChooseStopAndErase(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		o.published()
		c := o.signUp("an@example.com", "once-1")
		o.ok(o.s.AskForPreferences(ctx, "nobody@example.com", "nl", "ask-0"))
		o.ok(o.s.AskForPreferences(ctx, "AN@example.com", "fr", "ask-1"))
		before := len(o.mails)
		o.do()
		if len(o.mails) != before+1 || o.mails[before].Language != "fr" || o.mails[before].Unsubscribe == "" {
			t.Fatalf("mails %+v", o.mails[before:])
		}
		token := o.token()
		o.now = o.now.Add(time.Hour)
		o.ok(o.s.Choose(ctx, token, "nl", []string{"newsletter.mail"}, nil))
		if o.may(c.ID) {
			t.Fatal("written to after the tick was taken away")
		}
		o.now = o.now.Add(time.Hour)
		o.ok(o.s.Choose(ctx, token, "nl", []string{"newsletter.mail", "orders.mail"}, []string{"newsletter.mail", "orders.mail"}))
		if !o.may(c.ID) {
			t.Fatal("not written to after the tick was set")
		}
		_, _, data, err := o.s.MyData(ctx, token, "json")
		o.ok(err)
		if !strings.Contains(string(data), "an@example.com") || !strings.Contains(string(data), "Nieuwsbrief") {
			t.Fatalf("own data %s", data)
		}
		entries, err := journal.ListOf(ctx, db.R, journal.Case{Kind: "contact", ID: string(c.ID)})
		o.ok(err)
		if last := entries[len(entries)-1]; last.Kind != "contact.exported" || last.Actor != (journal.Actor{Kind: journal.ByPerson, ID: string(c.ID)}) {
			t.Fatalf("last entry %+v", last)
		}
		o.ok(o.s.EraseMyself(ctx, token))
		if _, err := o.s.Who(ctx, token); !errors.Is(err, signup.ErrLinkUnknown) {
			t.Fatalf("after the erasure: %v", err)
		}
		u, err := o.s.Unsubscribing(ctx, o.s.Links().Unsubscribe(c.ID, "newsletter"))
		if err != nil || !u.Done {
			t.Fatalf("unsubscribing after the erasure: %+v, %v", u, err)
		}
	})
}

func TestALinkToPreferencesStopsAfterADay(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), newOffice(t, databasetest.SQLite(t))
	o.published()
	c := o.signUp("an@example.com", "once-1")
	token := o.s.Links().Preferences(c.ID, o.s.Terms().PreferencesUntil(o.now))
	o.now = o.now.Add(24*time.Hour - time.Second)
	if _, err := o.s.Who(ctx, token); err != nil {
		t.Fatal(err)
	}
	o.now = o.now.Add(time.Second)
	if _, err := o.s.Who(ctx, token); !errors.Is(err, signup.ErrLinkExpired) {
		t.Fatalf("after a day: %v", err)
	}
	if _, err := o.s.Who(ctx, o.s.Links().Unsubscribe(c.ID, "")); !errors.Is(err, signup.ErrLinkUnknown) {
		t.Fatalf("a link to unsubscribe opens the preferences: %v", err)
	}
}

func TestAFormCannotBePublishedWithoutMailOrAgainstTheLaw(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), newOffice(t, databasetest.SQLite(t))
	d := newsForm()
	d.Boxes[0].Ticked = true
	if _, err := o.s.SaveForm(ctx, manager(), "", "nieuws", d); !errors.Is(err, signup.ErrTicked) || fault.KindOf(err) != fault.Invalid {
		t.Fatalf("ticked beforehand: %v", err)
	}
	if forms, err := o.s.Forms(ctx); err != nil || len(forms) != 0 {
		t.Fatalf("%d forms, %v", len(forms), err)
	}
	o.published()
	if _, err := o.s.SaveForm(ctx, manager(), "", "nieuws", newsForm()); !errors.Is(err, signup.ErrSlugTaken) {
		t.Fatalf("a second form at the address: %v", err)
	}
}
