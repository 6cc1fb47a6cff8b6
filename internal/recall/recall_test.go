package recall_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/fault"
	"clepsydra/internal/recall"
)

var (
	now   = time.Date(2026, 11, 20, 15, 40, 0, 0, time.UTC)
	langs = []string{"nl", "fr", "de", "en"}
)

func TestRecipientCheck(t *testing.T) {
	t.Parallel()
	good := recall.Recipient{Name: "the neighbours", Channel: recall.ByPost, Language: "nl"}
	tests := []struct {
		name   string
		change func(*recall.Recipient)
		want   []error
	}{
		{"by post without address", func(*recall.Recipient) {}, nil},
		{"by mail", func(r *recall.Recipient) { r.Channel, r.Email = recall.ByMail, "a@example.com" }, nil},
		{"by mail without address", func(r *recall.Recipient) { r.Channel = recall.ByMail }, []error{recall.ErrEmailMissing}},
		{"address with a name", func(r *recall.Recipient) { r.Email = "A <a@example.com>" }, []error{recall.ErrBadEmail}},
		{"no address at all", func(r *recall.Recipient) { r.Email = "example.com" }, []error{recall.ErrBadEmail}},
		{"no name", func(r *recall.Recipient) { r.Name = " \t" }, []error{recall.ErrNameMissing}},
		{"longest name", func(r *recall.Recipient) { r.Name = strings.Repeat("é", recall.MaxName) }, nil},
		{"one more", func(r *recall.Recipient) { r.Name = strings.Repeat("é", recall.MaxName+1) }, []error{recall.ErrNameTooLong}},
		{"nothing", func(r *recall.Recipient) { *r = recall.Recipient{} }, []error{recall.ErrNameMissing, recall.ErrBadChannel, recall.ErrBadLanguage}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := good
			tt.change(&r)
			compare(t, r.Check(langs), tt.want)
		})
	}
}

func compare(t *testing.T, err error, want []error) {
	t.Helper()
	if got := fault.All(err); len(got) != len(want) {
		t.Fatalf("got %v, want %v", err, want)
	}
	for _, w := range want {
		if !errors.Is(err, w) {
			t.Errorf("%v is not among %v", w, err)
		}
	}
}

func goodAnswer() recall.Answer {
	return recall.Answer{Use: recall.Read, Fate: recall.Deleted, Stands: true, Via: recall.ByLink, GivenAt: now}
}

func TestAnswerCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*recall.Answer)
		want   []error
	}{
		{"good", func(*recall.Answer) {}, nil},
		{"not sure is an answer", func(a *recall.Answer) { a.Use = recall.Unsure }, nil},
		{"whoever keeps it promises nothing", func(a *recall.Answer) { a.Fate, a.Stands = recall.Kept, false }, nil},
		{"gone without the promise", func(a *recall.Answer) { a.Stands = false }, []error{recall.ErrStandsMissing}},
		{"by telephone", func(a *recall.Answer) { a.Via = recall.ByPhone }, nil},
		{"by pigeon", func(a *recall.Answer) { a.Via = "pigeon" }, []error{recall.ErrViaMissing}},
		{"nothing chosen", func(a *recall.Answer) { *a = recall.Answer{Via: recall.ByLink} }, []error{recall.ErrUseMissing, recall.ErrFateMissing}},
		{"longest text", func(a *recall.Answer) { a.PassedTo = strings.Repeat("x", recall.MaxText) }, nil},
		{"one more", func(a *recall.Answer) { a.PassedTo = strings.Repeat("x", recall.MaxText+1) }, []error{recall.ErrTextTooLong}},
		{"a name too long", func(a *recall.Answer) { a.Name = strings.Repeat("x", recall.MaxName+1) }, []error{recall.ErrNameTooLong}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := goodAnswer()
			tt.change(&a)
			compare(t, a.Check(), tt.want)
		})
	}
}

func TestStateFollowsWhatHappened(t *testing.T) {
	t.Parallel()
	r := recall.Recipient{}
	see := func(want recall.State) {
		t.Helper()
		if got := r.State(); got != want {
			t.Fatalf("state %s, want %s", got, want)
		}
	}
	see(recall.ToAsk)
	must(t, r.Ask(now))
	see(recall.Asked)
	must(t, r.GiveUp(now))
	see(recall.NoAnswer)
	must(t, r.Ask(now)) // asked once more
	see(recall.Asked)
	must(t, r.GiveUp(now))
	kept := goodAnswer()
	kept.Fate = recall.Kept
	must(t, r.Give(kept)) // an answer counts though nobody waited for it
	see(recall.Refused)
	if a, _ := r.Answer(); a.Stands {
		t.Error("who keeps it cannot promise to keep nothing")
	}
	if err := r.Give(goodAnswer()); !errors.Is(err, recall.ErrAnswered) {
		t.Errorf("the link took a second answer: %v", err)
	}
	later := goodAnswer()
	later.Via = recall.ByPhone
	must(t, r.Give(later))
	see(recall.Confirmed)
	if len(r.Answers) != 2 || r.Latest()[0].Via != recall.ByPhone || r.Answers[0].Fate != recall.Kept {
		t.Errorf("the earlier answer is not kept: %v", r.Answers)
	}
	for _, verb := range []func(time.Time) error{r.Ask, r.GiveUp} {
		if err := verb(now); !errors.Is(err, recall.ErrAnswered) {
			t.Errorf("asked after the answer: %v", err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPassedToNeedsPassingOn(t *testing.T) {
	t.Parallel()
	r := recall.Recipient{}
	a := goodAnswer()
	a.PassedTo, a.Name = "somebody", " P. "
	must(t, r.Give(a))
	if got, _ := r.Answer(); got.PassedTo != "" || got.Name != "P." {
		t.Errorf("%+v", got)
	}
}

// with is a recipient who gave an answer.
func with(id string, u recall.Use, f recall.Fate) recall.Recipient {
	return recall.Recipient{ID: recall.ID(id), Answers: []recall.Answer{{Use: u, Fate: f, Stands: f != recall.Kept}}}
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	silent := recall.Recipient{ID: "s", AskedAt: now}
	givenUp := recall.Recipient{ID: "g", GivenUpAt: now}
	read, unopened := with("r", recall.Read, recall.Deleted), with("u", recall.Unopened, recall.Returned)
	kept, passed := with("k", recall.Read, recall.Kept), with("p", recall.PassedOn, recall.Destroyed)
	next := with("n", recall.Read, recall.Deleted)
	next.PassedBy = "p"
	list := func(all ...recall.Recipient) []recall.Recipient { return all }
	tests := []struct {
		name string
		all  []recall.Recipient
		want recall.Summary
	}{
		{"nobody", nil, recall.Summary{Outcome: recall.None}},
		{"one asked", list(silent), recall.Summary{Outcome: recall.SomeUnanswered, Recipients: 1, Unanswered: 1}},
		{"given up", list(givenUp), recall.Summary{Outcome: recall.SomeUnanswered, Recipients: 1, Unanswered: 1}},
		{"one of two", list(read, silent), recall.Summary{Outcome: recall.SomeUnanswered, Recipients: 2, Unanswered: 1, Confirmed: 1}},
		{"both", list(read, unopened), recall.Summary{Outcome: recall.AllConfirmed, Recipients: 2, Confirmed: 2, Unopened: 1}},
		{"not opened", list(unopened), recall.Summary{Outcome: recall.AllConfirmedUnopened, Recipients: 1, Confirmed: 1, Unopened: 1}},
		{"a refusal outweighs", list(unopened, kept, silent), recall.Summary{Outcome: recall.SomeRefused, Recipients: 3, Unanswered: 1, Confirmed: 1, Refused: 1, Unopened: 1}},
		{"passed on to nobody we know", list(passed), recall.Summary{Outcome: recall.SomeUnanswered, Recipients: 1, Unanswered: 1, PassedOn: 1}},
		{"passed on and found", list(passed, next), recall.Summary{Outcome: recall.AllConfirmed, Recipients: 2, Confirmed: 2, PassedOn: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := recall.Summarise(tt.all); got != tt.want {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// TestSummaryNeverHides draws lists at random: everybody is counted once, and
// "confirmed" is only said when everybody confirmed.
func TestSummaryNeverHides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) recall.Recipient {
			if rapid.Bool().Draw(t, "silent") {
				return recall.Recipient{AskedAt: now}
			}
			return with(rapid.StringMatching("[a-z]{8}").Draw(t, "id"), rapid.SampledFrom(recall.Uses()).Draw(t, "use"), rapid.SampledFrom(recall.Fates()).Draw(t, "fate"))
		}), 0, 6).Draw(t, "all")
		s := recall.Summarise(all)
		if s.Recipients != len(all) || s.Unanswered+s.Confirmed+s.Refused != len(all) {
			t.Fatalf("somebody is not counted: %+v of %d", s, len(all))
		}
		everybody := true
		for _, r := range all {
			everybody = everybody && r.State() == recall.Confirmed
		}
		if s.IsConfirmed() && (!everybody || len(all) == 0) {
			t.Fatalf("confirmed though not everybody did: %+v", s)
		}
		if got := recall.Summarise(append(all, recall.Recipient{ID: "late"})); got.IsConfirmed() {
			t.Fatalf("one more who is silent leaves it confirmed: %+v", got)
		}
	})
}

func TestLink(t *testing.T) {
	t.Parallel()
	key := []byte("key")
	r := recall.Recipient{ID: "0190"}
	r.Renew(key, now)
	first := recall.Token(key, r.ID, r.Link.Serial)
	if r.Link.Hash != recall.Hash(first) || r.Link.Hash != recall.Hash(strings.ToUpper(first)) {
		t.Error("the hash is not that of the secret")
	}
	if strings.Contains(r.Link.Hash, first) || len(first) < 24 || first == recall.Token([]byte("other"), r.ID, 1) || first == recall.Token(key, "0191", 1) {
		t.Errorf("a poor secret: %s", first)
	}
	must(t, r.Link.Check(now.Add(recall.LinkLife-time.Second)))
	if err := r.Link.Check(now.Add(recall.LinkLife)); !errors.Is(err, recall.ErrLinkExpired) {
		t.Errorf("at its end: %v", err)
	}
	r.Revoke(now)
	r.Revoke(now.Add(time.Hour))
	if err := r.Link.Check(now); !errors.Is(err, recall.ErrLinkRevoked) || !r.Link.RevokedAt.Equal(now) {
		t.Errorf("revoked: %v at %s", err, r.Link.RevokedAt)
	}
	r.Renew(key, now)
	if !r.Link.Works(now) || recall.Token(key, r.ID, r.Link.Serial) == first {
		t.Error("the new link is the old one")
	}
}

func TestWordingVersionFollowsEveryWord(t *testing.T) {
	t.Parallel()
	v := recall.WordingVersion("nl", "BE", "Ik houd geen kopie.")
	if !strings.HasPrefix(v, "nl-BE:") || v != recall.WordingVersion("nl", "BE", "Ik houd geen kopie.") || v == recall.WordingVersion("nl", "BE", "Ik houd een kopie.") {
		t.Error(v)
	}
}
