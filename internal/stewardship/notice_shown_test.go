package stewardship

import (
	"context"
	"testing"

	"clepsydra/internal/consent"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/firm"
	"clepsydra/internal/processing"
)

// TestTheProofNamesTheStatementThatWasShown: a newer statement that comes before the
// click in the mail was not the one that was read.
func TestTheProofNamesTheStatementThatWasShown(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		d := newsForm()
		d.Notice = "https://clep.example.com/privacy"
		form, err := o.s.SaveForm(ctx, manager(), "", "nieuws", d)
		o.ok(err)
		_, err = o.s.Publish(ctx, manager(), form.ID)
		o.ok(err)
		_, v, err := o.s.OpenForm(ctx, "nieuws", 0)
		o.ok(err)
		proof := func(email string, between func()) string {
			t.Helper()
			o.ok(o.s.TakeSignup(ctx, v, typed(email), email))
			between()
			o.do()
			o.ok(o.s.ConfirmOptIn(ctx, o.token()))
			c := o.person(email)
			said, err := consent.EventsOf(ctx, db.R, c.ID)
			o.ok(err)
			return said[c.ID][0].Wording.Notice
		}
		first := []processing.NoticeDraft{{Language: "nl", Text: "# Een\n"}}
		second := []processing.NoticeDraft{{Language: "fr", Text: "# Deux\n"}, {Language: "nl", Text: "# Twee\n"}}
		if got := proof("an@example.com", func() {}); got != d.Notice {
			t.Fatalf("nothing published: %s", got)
		}
		o.ok(processing.PutNotice(ctx, db.W, 1, first, "lotte", o.now))
		got := proof("bo@example.com", func() { o.ok(processing.PutNotice(ctx, db.W, 2, second, "lotte", o.now)) })
		if want := "https://clep.example.com/privacy/1?lang=nl#sha256=" + first[0].Hash(); got != want {
			t.Fatalf("proof names %s, want %s", got, want)
		}
		if got := proof("cy@example.com", func() {}); got != "https://clep.example.com/privacy/2?lang=nl#sha256="+second[1].Hash() {
			t.Fatalf("proof names %s", got)
		}
	})
}

func TestAStatementElsewhereIsNotOurs(t *testing.T) {
	t.Parallel()
	f := firm.Firm{BaseURL: "https://clep.example.com/"}
	for at, want := range map[string]bool{
		"https://clep.example.com/privacy": true, "https://clep.example.com/privacy/": true, "https://clep.example.com/privacy?lang=fr": true,
		"https://www.example.com/privacy": false, "https://clep.example.com/privacy-2": false, "https://clep.example.com": false, "": false,
	} {
		if got := IsOwnNotice(f, at); got != want {
			t.Errorf("%q: %v", at, got)
		}
	}
	if IsOwnNotice(firm.Firm{}, "/privacy") {
		t.Error("an address without a firm's is ours")
	}
}
