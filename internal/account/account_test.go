package account_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
)

var ctx = context.Background()

const password = "een lange zin voor de test"

// office is a service with a clock that the test moves.
type office struct {
	*account.Service
	t     *testing.T
	db    *database.DB
	firms *firm.Store
	now   time.Time
	lead  account.Account
}

func each(t *testing.T, fn func(o *office)) {
	t.Helper()
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		o := &office{t: t, db: db, now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
		var err error
		o.firms, err = firm.NewStore(database.NewKey().Derive("fields"))
		o.ok(err)
		o.Service = account.NewService(db, o.firms, func() time.Time { return o.now })
		fn(o)
	})
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) refused(err, want error) {
	o.t.Helper()
	if !errors.Is(err, want) {
		o.t.Fatalf("got %v, want %v", err, want)
	}
}

func input() account.SetupInput {
	return account.SetupInput{
		Firm: firm.Firm{Name: "Hoeve", Country: "BE", Zone: "Europe/Brussels", Language: "nl", AuthorityID: "BE-GBA",
			Slack: firm.Slack{BotToken: "xoxb-secret", Channel: "C1"}},
		Lead: account.Account{Name: "Lotte", Email: "Lotte@Example.com "}, Password: password,
		Deputy: account.Account{Name: "Jan", Email: "jan@example.com"},
	}
}

func (o *office) setUp() account.SetupResult {
	o.t.Helper()
	secret, err := o.SetupLink(ctx)
	o.ok(err)
	res, err := o.Setup(ctx, secret, input())
	o.ok(err)
	o.lead = res.Lead
	return res
}

func (o *office) actor() journal.Actor {
	return journal.Actor{Kind: journal.ByAccount, ID: string(o.lead.ID)}
}

func TestSetupWorksOnceAndNamesEveryGap(t *testing.T) {
	each(t, func(o *office) {
		secret, err := o.SetupLink(ctx)
		o.ok(err)
		empty := account.SetupInput{}
		_, err = o.Setup(ctx, secret, empty)
		fields := map[string]bool{}
		for _, f := range fault.All(err) {
			fields[f.Field] = true
		}
		for _, want := range []string{"name", "country", "authority", "email", "password"} {
			if !fields[want] {
				o.t.Errorf("nothing is said about %s: %v", want, err)
			}
		}
		_, err = o.Setup(ctx, "wrong", input())
		o.refused(err, account.ErrLink)
		res, err := o.Setup(ctx, secret, input())
		o.ok(err)
		if len(res.Invites) != 1 || res.Lead.Email != "lotte@example.com" || res.Lead.Role != account.Administrator {
			o.t.Fatalf("%+v", res)
		}
		_, err = o.Setup(ctx, secret, input())
		o.refused(err, account.ErrLink)
		_, err = o.SetupLink(ctx)
		o.refused(err, account.ErrSetUp)
		f, err := o.firms.Get(ctx, o.db.R)
		o.ok(err)
		if f.LeadID != string(res.Lead.ID) || f.DeputyID == "" || len(f.ReportToken) < 16 {
			o.t.Fatalf("%+v", f)
		}
	})
}

func TestSetupLinkExpires(t *testing.T) {
	each(t, func(o *office) {
		secret, err := o.SetupLink(ctx)
		o.ok(err)
		o.now = o.now.Add(72 * time.Hour)
		o.refused(o.CheckSetup(ctx, secret), account.ErrLink)
	})
}

func TestSecretsOfTheFirmAreSealed(t *testing.T) {
	each(t, func(o *office) {
		o.setUp()
		var stored string
		o.ok(o.db.R.NewRaw("SELECT content FROM firm").Scan(ctx, &stored))
		if strings.Contains(stored, "xoxb-secret") {
			o.t.Fatal("the token can be read in the database")
		}
		f, err := o.firms.Get(ctx, o.db.R)
		o.ok(err)
		if f.Slack.BotToken != "xoxb-secret" {
			o.t.Fatal("the token does not come back")
		}
		other, err := firm.NewStore(database.NewKey().Derive("fields"))
		o.ok(err)
		if _, err := other.Get(ctx, o.db.R); err == nil {
			o.t.Fatal("another key opens the token")
		}
	})
}

func TestSignInSaysTheSameForEveryMistake(t *testing.T) {
	each(t, func(o *office) {
		o.setUp()
		a, secret, err := o.SignIn(ctx, " LOTTE@example.com", password, "1.2.3.4", "browser")
		o.ok(err)
		if a.ID != o.lead.ID || secret == "" {
			o.t.Fatal("not signed in")
		}
		for _, c := range [][2]string{{"lotte@example.com", "wrong password here"}, {"nobody@example.com", password}, {"jan@example.com", ""}} {
			_, _, err := o.SignIn(ctx, c[0], c[1], "1.2.3.4", "")
			o.refused(err, account.ErrSignIn)
		}
	})
}

func TestWrongTriesAreSlowedDown(t *testing.T) {
	each(t, func(o *office) {
		o.setUp()
		for range 5 {
			_, _, err := o.SignIn(ctx, "lotte@example.com", "wrong", "1.2.3.4", "")
			o.refused(err, account.ErrSignIn)
		}
		_, _, err := o.SignIn(ctx, "lotte@example.com", password, "5.6.7.8", "")
		o.refused(err, account.ErrThrottled)
		_, _, err = o.SignIn(ctx, "jan@example.com", "x", "1.2.3.4", "")
		o.refused(err, account.ErrThrottled)
		o.now = o.now.Add(31 * time.Second)
		_, _, err = o.SignIn(ctx, "lotte@example.com", password, "5.6.7.8", "")
		o.ok(err)
	})
}

func TestSessionsEnd(t *testing.T) {
	each(t, func(o *office) {
		o.setUp()
		_, first, err := o.SignIn(ctx, "lotte@example.com", password, "1.2.3.4", "phone")
		o.ok(err)
		_, second, err := o.SignIn(ctx, "lotte@example.com", password, "1.2.3.4", "desk")
		o.ok(err)
		session, a, err := o.Session(ctx, first)
		o.ok(err)
		if a.ID != o.lead.ID || session.CSRF == "" {
			o.t.Fatalf("%+v", session)
		}
		o.ok(o.EndSession(ctx, o.actor(), o.lead.ID, session.ID, ""))
		_, _, err = o.Session(ctx, first)
		o.refused(err, account.ErrNotSignedIn)
		_, _, err = o.Session(ctx, second)
		o.ok(err)
		o.now = o.now.Add(12*time.Hour + time.Second)
		_, _, err = o.Session(ctx, second)
		o.refused(err, account.ErrNotSignedIn)
	})
}

func TestInvitationSetsThePasswordOnce(t *testing.T) {
	each(t, func(o *office) {
		res := o.setUp()
		secret := res.Invites["jan@example.com"]
		_, err := o.Accept(ctx, secret, "short")
		o.refused(err, account.ErrPasswordShort)
		_, err = o.Accept(ctx, secret, password)
		o.ok(err)
		_, err = o.Accept(ctx, secret, password)
		o.refused(err, account.ErrLink)
		_, _, err = o.SignIn(ctx, "jan@example.com", password, "1.2.3.4", "")
		o.ok(err)
	})
}

func TestDisabledAccountIsOutAtOnce(t *testing.T) {
	each(t, func(o *office) {
		res := o.setUp()
		jan, err := o.Accept(ctx, res.Invites["jan@example.com"], password)
		o.ok(err)
		_, secret, err := o.SignIn(ctx, "jan@example.com", password, "1.2.3.4", "")
		o.ok(err)
		o.ok(o.Update(ctx, o.actor(), jan.ID, account.Change{Name: "Jan", Email: "jan@example.com", Role: account.Manager, Disabled: true}))
		_, _, err = o.Session(ctx, secret)
		o.refused(err, account.ErrNotSignedIn)
		_, _, err = o.SignIn(ctx, "jan@example.com", password, "1.2.3.4", "")
		o.refused(err, account.ErrSignIn)
	})
}

func TestLastAdministratorStays(t *testing.T) {
	each(t, func(o *office) {
		o.setUp()
		change := account.Change{Name: "Lotte", Email: "lotte@example.com", Role: account.Manager}
		o.refused(o.Update(ctx, o.actor(), o.lead.ID, change), account.ErrLastAdmin)
		_, _, err := o.Invite(ctx, o.actor(), account.Account{Name: "An", Email: "an@example.com", Role: account.Administrator})
		o.ok(err)
		o.ok(o.Update(ctx, o.actor(), o.lead.ID, change))
		_, _, err = o.Invite(ctx, o.actor(), account.Account{Name: "An again", Email: "AN@example.com", Role: account.Auditor})
		o.refused(err, account.ErrEmailTaken)
	})
}

func TestNewPasswordEndsTheOtherSessions(t *testing.T) {
	each(t, func(o *office) {
		o.setUp()
		_, here, err := o.SignIn(ctx, "lotte@example.com", password, "1.2.3.4", "")
		o.ok(err)
		_, there, err := o.SignIn(ctx, "lotte@example.com", password, "1.2.3.4", "")
		o.ok(err)
		session, a, err := o.Session(ctx, here)
		o.ok(err)
		o.refused(o.ChangePassword(ctx, a, session, "wrong", "another long sentence"), account.ErrSignIn)
		o.ok(o.ChangePassword(ctx, a, session, password, "another long sentence"))
		_, _, err = o.Session(ctx, here)
		o.ok(err)
		_, _, err = o.Session(ctx, there)
		o.refused(err, account.ErrNotSignedIn)
	})
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	a := account.Account{Name: "Lotte Vermeulen", Email: "lotte.vermeulen@example.com"}
	for _, c := range []struct {
		password string
		want     error
	}{
		{"kort", account.ErrPasswordShort}, {"elf tekens!", account.ErrPasswordShort}, {"twaalf teken", nil},
		{strings.Repeat("lang ", 41), account.ErrPasswordLong}, {"aaaaaaaaaaaaaa", account.ErrPasswordCommon},
		{"abcabcabcabc", account.ErrPasswordCommon}, {"123456789012", account.ErrPasswordCommon},
		{"Wachtwoord2026!", account.ErrPasswordCommon}, {"lotte.vermeulen1", account.ErrPasswordOwn},
		{"LotteVermeulen99", account.ErrPasswordOwn}, {"correct paard batterij", nil}, {"пароль из слов", nil},
	} {
		if err := account.CheckPassword(c.password, a); !errors.Is(err, c.want) {
			t.Errorf("%q: %v", c.password, err)
		}
	}
}

func TestWhoMayWhat(t *testing.T) {
	t.Parallel()
	want := map[account.Role]string{
		account.Reporter:      "",
		account.Handler:       "see_board handle_incident see_contacts edit_contacts",
		account.Manager:       "see_board handle_incident decide see_register see_contacts edit_contacts see_log edit_settings",
		account.DPO:           "see_board handle_incident see_register see_contacts see_log",
		account.Auditor:       "see_board see_register see_log",
		account.Administrator: "see_board handle_incident decide see_register see_contacts edit_contacts see_log edit_settings edit_accounts",
	}
	for _, r := range account.Roles() {
		var got []string
		for _, p := range account.Permissions() {
			if r.Can(p) {
				got = append(got, string(p))
			}
		}
		if strings.Join(got, " ") != want[r] {
			t.Errorf("%s may %v", r, got)
		}
	}
}
