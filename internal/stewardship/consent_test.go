package stewardship

import (
	"context"
	"errors"
	"testing"
	"time"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/processing"
	"clepsydra/workflows"
)

// lawful is a service with the shipped rules, for a firm in Belgium.
func lawful(t testing.TB, db *database.DB) *Service {
	t.Helper()
	s := New(db, noon)
	law, err := consent.LoadLaw(workflows.FS)
	if err != nil {
		t.Fatal(err)
	}
	s.UseConsent(ConsentSettings{Law: law, Secret: []byte("0123456789abcdef0123456789abcdef"), Country: s.country})
	return s
}

// arrive imports one person and returns him.
func arrive(t testing.TB, s *Service, csv string) contact.ID {
	t.Helper()
	res, err := s.Import(context.Background(), manager(), input(csv))
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Search(context.Background(), manager(), contact.Query{Criteria: contact.Criteria{ImportID: res.Import.ID}})
	if err != nil || len(page.Contacts) != 1 {
		t.Fatalf("imported %d, %v", len(page.Contacts), err)
	}
	return page.Contacts[0].ID
}

const anna = "Naam;E-mail;Telefoon\nAnna Peeters;Anna@Example.be;0471 23 45 67\n"

func signedUp(id contact.ID, at time.Time) consent.Event {
	return consent.Event{
		ContactID: id, Purpose: "newsletter", Channel: processing.ByMail, Kind: consent.Given, At: at, How: consent.HowForm,
		Wording: consent.Wording{Text: "Ja, stuur mij de nieuwsbrief", Version: "form 1", Language: "nl", Notice: "2026-01"},
		Proof:   consent.Proof{Address: "https://shop.example/nieuwsbrief"},
	}
}

func TestAConsentIsRecordedWithdrawnAndRemembered(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := lawful(t, db)
		id := arrive(t, s, anna)
		may := func(want bool, key string) {
			t.Helper()
			v, err := s.MayContact(ctx, id, "newsletter", processing.ByMail)
			if err != nil || v.May != want || v.Reason.Key != "consent."+key {
				t.Fatalf("may %v because %s (%v), want %v because %s", v.May, v.Reason.Key, err, want, key)
			}
		}
		may(false, "why_no_consent")
		if err := s.RecordConsent(ctx, manager(), []consent.Event{signedUp(id, noon().Add(-2*time.Hour))}); err != nil {
			t.Fatal(err)
		}
		may(true, "why_given")
		no := consent.Event{ContactID: id, Purpose: consent.AllMarketing, Channel: processing.ByMail, Kind: consent.Objected, At: noon().Add(-time.Hour), How: consent.HowUnsubscribeLink}
		if err := s.RecordConsent(ctx, manager(), []consent.Event{no}); err != nil {
			t.Fatal(err)
		}
		may(false, "why_objected")
		c, err := contact.ByID(ctx, db.R, id)
		if err != nil || c.Marketing != contact.MarketingUnsubscribed || !c.UnsubscribedAt.Equal(no.At) {
			t.Errorf("%q since %v, %v", c.Marketing, c.UnsubscribedAt, err)
		}
		if err := s.RecordConsent(ctx, manager(), []consent.Event{signedUp(id, noon())}); err != nil {
			t.Fatal(err)
		}
		may(true, "why_given")
		checkJournal(t, db, "contact.imported", "contact.searched", "consent.given", "consent.objected", "consent.given")
	})
}

func TestWhatCannotBeProvenIsRefused(t *testing.T) {
	t.Parallel()
	s := lawful(t, databasetest.SQLite(t))
	id := arrive(t, s, anna)
	good := signedUp(id, noon())
	for name, c := range map[string]struct {
		change func(*consent.Event)
		want   error
	}{
		"no words":          {func(e *consent.Event) { e.Wording.Text = "" }, consent.ErrWording},
		"no recording":      {func(e *consent.Event) { e.How = consent.HowPhone }, consent.ErrRecording},
		"no scan":           {func(e *consent.Event) { e.How = consent.HowPaper }, consent.ErrScan},
		"bought, no proof":  {func(e *consent.Event) { e.How = consent.HowBoughtList }, consent.ErrListProof},
		"bought, no origin": {func(e *consent.Event) { e.How = consent.HowBoughtList }, consent.ErrListOrigin},
		"all at once":       {func(e *consent.Event) { e.Purpose = consent.AllMarketing }, consent.ErrBundled},
		"other basis":       {func(e *consent.Event) { e.Purpose = "orders" }, consent.ErrBasis},
		"unknown purpose":   {func(e *consent.Event) { e.Purpose = "nothing" }, consent.ErrPurpose},
		"unused channel":    {func(e *consent.Event) { e.Channel = processing.BySMS }, consent.ErrChannel},
		"tomorrow":          {func(e *consent.Event) { e.At = noon().AddDate(0, 0, 1) }, consent.ErrFuture},
		"a bare purchase":   {func(e *consent.Event) { e.Kind, e.How = consent.SoftOptIn, consent.HowPurchase }, consent.ErrPurchase},
	} {
		e := good
		c.change(&e)
		if err := s.RecordConsent(context.Background(), manager(), []consent.Event{good, e}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if v, err := s.MayContact(context.Background(), id, "newsletter", processing.ByMail); v.May || err != nil {
		t.Errorf("a refused list left something behind: %+v, %v", v, err)
	}
}
