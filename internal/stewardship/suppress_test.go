package stewardship

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/processing"
)

const (
	refusing = "Naam;E-mail;Nieuwsbrief;Unsubscribed at\nAnna Peeters;anna@example.be;unsubscribed;2026-01-05\n"
	agreeing = "Naam;E-mail;Nieuwsbrief\nAnna Peeters;ANNA@Example.be;subscribed\nBert Claes;bert@example.be;subscribed\n"
)

// found are the people of a domain by the small letters of their address.
func found(t interface{ Fatal(...any) }, s *Service, domain string) map[string]contact.Contact {
	page, err := s.Search(context.Background(), manager(), contact.Query{Text: domain})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]contact.Contact{}
	for _, c := range page.Contacts {
		out[strings.ToLower(c.Email)] = c
	}
	return out
}

func TestNobodyComesBackByBeingInAFileAgain(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := lawful(t, db)
		first, err := s.Import(ctx, manager(), input(refusing))
		if err != nil || first.Refusing != 1 || first.Blocked != 0 {
			t.Fatalf("refusing %+v, %v", first.Tally, err)
		}
		id := found(t, s, "example.be")["anna@example.be"].ID
		if _, err := s.Erase(ctx, manager(), id, OnRequest); err != nil {
			t.Fatal(err)
		}
		plan, err := s.Preview(ctx, input(agreeing))
		if err != nil || plan.Blocked != 1 || plan.Accepted != 2 {
			t.Errorf("preview %+v, %v", plan.Tally, err)
		}
		res, err := s.Import(ctx, manager(), input(agreeing))
		if err != nil || res.Blocked != 1 {
			t.Fatalf("import %+v, %v", res.Tally, err)
		}
		people := found(t, s, "example.be")
		if c := people["anna@example.be"]; c.Marketing != contact.MarketingUnsubscribed || c.UnsubscribedAt.IsZero() {
			t.Errorf("Anna came back as %q since %v", c.Marketing, c.UnsubscribedAt)
		}
		if c := people["bert@example.be"]; c.Marketing != contact.MarketingSubscribed {
			t.Errorf("Bert is %q", c.Marketing)
		}
		if n, err := s.Undo(ctx, manager(), res.Import.ID); n != 2 || err != nil {
			t.Fatalf("undo %d, %v", n, err)
		}
		again, err := s.Import(ctx, manager(), input(agreeing))
		if err != nil || again.Blocked != 1 {
			t.Errorf("after undo %+v, %v", again.Tally, err)
		}
	})
}

// TestAFileSaysNoOfSomebodyKnown: what a file says against marketing counts against a
// consent, unless that came later.
func TestAFileSaysNoOfSomebodyKnown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given time.Time
		may   bool
		state contact.Marketing
	}{
		"consent before": {time.Date(2026, 1, 4, 0, 0, 0, 0, time.UTC), false, contact.MarketingUnsubscribed},
		"consent after":  {time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC), true, contact.MarketingSubscribed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				ctx := context.Background()
				s := lawful(t, db)
				id := arrive(t, s, anna)
				if err := s.RecordConsent(ctx, manager(), []consent.Event{signedUp(id, c.given)}); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Import(ctx, manager(), input(refusing)); err != nil {
					t.Fatal(err)
				}
				v, err := s.MayContact(ctx, id, "newsletter", processing.ByMail)
				if err != nil || v.May != c.may {
					t.Errorf("%+v, %v", v, err)
				}
				if got := found(t, s, "example.be")["anna@example.be"].Marketing; got != c.state {
					t.Errorf("shown as %q", got)
				}
			})
		})
	}
}

func TestAnAddressIsBlockedByHand(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := lawful(t, db)
		id := arrive(t, s, anna)
		use := consent.Use{Purpose: consent.AllMarketing, Channel: processing.ByPhone}
		number := contact.Contact{Phone: "0471 23 45 67", Country: "BE"}
		if n, err := s.Block(ctx, manager(), number, use); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		if since, err := s.IsBlocked(ctx, contact.Contact{Phone: "+32471234567"}, use); !since.Equal(noon()) || err != nil {
			t.Errorf("since %v, %v", since, err)
		}
		if since, err := s.IsBlocked(ctx, contact.Contact{Phone: "+32471234568"}, use); !since.IsZero() || err != nil {
			t.Errorf("another number: %v, %v", since, err)
		}
		if _, err := s.Block(ctx, manager(), contact.Contact{Email: "anna"}, consent.Use{Purpose: consent.AllMarketing, Channel: processing.ByMail}); !errors.Is(err, ErrNoAddress) {
			t.Errorf("no address: %v", err)
		}
		if states, err := consent.StoredStates(ctx, db.R, id); err != nil || states[use].Standing != consent.IsObjected {
			t.Errorf("%+v, %v", states, err)
		}
		var raw []string
		if err := db.R.NewRaw("SELECT key_hash || purpose || channel || how FROM suppressions").Scan(ctx, &raw); err != nil || strings.Contains(strings.Join(raw, ""), "471") {
			t.Errorf("the list shows the number: %v, %v", raw, err)
		}
	})
}

// TestANoIsNeverLost: after any order of imports, erasures, takings back, merges, and a
// restore of the list, nobody who said no may be written to, unless he said yes later.
func TestANoIsNeverLost(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		round := 0
		rapid.Check(t, func(t *rapid.T) {
			round++
			s := lawfulRapid(t, db)
			mail := fmt.Sprintf("anna%d@example.be", round)
			var imports []contact.ImportID
			refused := false
			here := func() (contact.Contact, bool) { c, ok := found(t, s, mail)[mail]; return c, ok }
			bring := func(state string) {
				res, err := s.Import(ctx, manager(), input("Naam;E-mail;Nieuwsbrief\nAnna "+mail+";"+mail+";"+state+"\n"))
				if err != nil {
					t.Fatal(err)
				}
				imports = append(imports, res.Import.ID)
				refused = refused || state == "unsubscribed"
			}
			for range rapid.IntRange(1, 6).Draw(t, "steps") {
				switch rapid.SampledFrom([]string{"yes", "no", "objects", "erase", "undo", "restore", "merge"}).Draw(t, "step") {
				case "yes":
					bring("subscribed")
				case "no":
					bring("unsubscribed")
				case "objects":
					if c, ok := here(); ok {
						if err := s.RecordConsent(ctx, manager(), []consent.Event{{ContactID: c.ID, Purpose: "newsletter", Channel: processing.ByMail, Kind: consent.Objected, How: consent.HowPhone}}); err != nil {
							t.Fatal(err)
						}
						refused = true
					}
				case "erase":
					if c, ok := here(); ok {
						if _, err := s.Erase(ctx, manager(), c.ID, OnRequest); err != nil {
							t.Fatal(err)
						}
					}
				case "undo":
					for _, id := range imports {
						if _, err := s.Undo(ctx, manager(), id); err != nil && !errors.Is(err, contact.ErrImportInUse) && !errors.Is(err, contact.ErrImportUndone) {
							t.Fatal(err)
						}
					}
				case "restore":
					restoreList(t, db)
				case "merge":
					mergeInto(t, s, mail, here)
				}
			}
			bring("subscribed")
			c, _ := here()
			v, err := s.MayContact(ctx, c.ID, "newsletter", processing.ByMail)
			if err != nil || v.May || refused && c.Marketing != contact.MarketingUnsubscribed {
				t.Fatalf("%s is %q, may %v (%s), %v", mail, c.Marketing, v.May, v.Reason.Key, err)
			}
			if refused && v.Reason.Key != "consent.why_suppressed" && v.Reason.Key != "consent.why_objected" {
				t.Fatalf("%s: %s", mail, v.Reason.Key)
			}
		})
	})
}

// lawfulRapid is lawful for a property test.
func lawfulRapid(t *rapid.T, db *database.DB) *Service {
	return lawful(new(testing.T), db)
}

// restoreList writes the list out, empties it and reads it back, as a restore does.
func restoreList(t *rapid.T, db *database.DB) {
	err := db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
		for _, q := range []string{
			"CREATE TABLE kept AS SELECT * FROM suppressions", "DELETE FROM suppressions",
			"INSERT INTO suppressions SELECT * FROM kept", "DROP TABLE kept",
		} {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// mergeInto gives what the person said to a double of him and back.
func mergeInto(t *rapid.T, s *Service, mail string, here func() (contact.Contact, bool)) {
	ctx := context.Background()
	c, ok := here()
	if !ok {
		return
	}
	res, err := s.Import(ctx, manager(), input("Naam;E-mail\nDouble "+mail+";double."+mail+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	double := found(t, s, mail)["double."+mail]
	mover := s.consentMover()
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		undo, err := mover.Move(ctx, tx, c.ID, double.ID)
		if err != nil {
			return err
		}
		return mover.Back(ctx, tx, c.ID, double.ID, undo)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Undo(ctx, manager(), res.Import.ID); err != nil && !errors.Is(err, contact.ErrImportInUse) && !errors.Is(err, contact.ErrImportUndone) {
		t.Fatal(err)
	}
}
