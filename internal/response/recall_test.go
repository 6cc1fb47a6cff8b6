package response_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/alert"
	"clepsydra/internal/fastlane"
	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
	"clepsydra/internal/recall"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// claes is a wrong recipient who has a mail address.
func claes() response.RecipientInput {
	return response.RecipientInput{Name: "meneer Claes", Email: "claes@example.com", Channel: recall.ByMail, Language: "fr"}
}

func (h *house) recipient(id incident.ID, in response.RecipientInput) recall.Recipient {
	h.t.Helper()
	rid, err := h.s.AddRecipient(ctx, h.who, id, in)
	h.ok(err)
	return h.recipientNow(rid)
}

func (h *house) recipientNow(rid recall.ID) recall.Recipient {
	h.t.Helper()
	r, err := recall.ByID(ctx, h.db.R, rid)
	h.ok(err)
	return r
}

func gone() recall.Answer {
	return recall.Answer{Use: recall.Read, Fate: recall.Deleted, Stands: true, Name: "P. Claes", Language: "fr", Version: "fr-BE:abc", Wording: "les mots"}
}

// entries are the journal entries of an incident of a kind.
func (h *house) entries(id incident.ID, kind string) []journal.Entry {
	h.t.Helper()
	all, err := journal.ListOf(ctx, h.db.R, journal.Case{Kind: "incident", ID: string(id)})
	h.ok(err)
	return slices.DeleteFunc(all, func(e journal.Entry) bool { return e.Kind != kind })
}

func (h *house) task(id incident.ID, key string) incident.Task {
	h.t.Helper()
	all, err := incident.TasksOf(ctx, h.db.R, id)
	h.ok(err)
	for _, t := range all {
		if t.Key == key {
			return t
		}
	}
	h.t.Fatalf("there is no task %s", key)
	return incident.Task{}
}

func TestAskingByMailSaysNothingOfTheLeak(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		r := h.recipient(id, claes())
		if again := h.recipient(id, claes()); again.ID != r.ID {
			h.t.Error("the same recipient stands on the list twice")
		}
		h.ok(h.s.MailRecipient(ctx, h.who, id, r.ID))
		if errs := h.work(); len(errs) > 0 {
			h.t.Fatal(errs)
		}
		if len(h.out.asked) != 1 {
			h.t.Fatalf("mails %v", h.out.asked)
		}
		mail, link := h.out.asked[0], "http://127.0.0.1:8080/confirm/"+h.s.LinkToken(r)
		for _, want := range []string{"claes@example.com ", link, "Madame, Monsieur", "Hoeve Ter Linde", "un e-mail ou un fichier"} {
			if !strings.Contains(mail, want) {
				h.t.Errorf("%q is missing in %s", want, mail)
			}
		}
		for _, never := range []string{"bestellijst", "groothandel", "Claes", "e-mailadres", "adresse e-mail"} {
			if strings.Contains(mail[strings.Index(mail, "\n"):], never) {
				h.t.Errorf("the mail says %q", never)
			}
		}
		if got := h.recipientNow(r.ID); got.State() != recall.Asked || got.Mail != recall.MailSent || !got.AskedAt.Equal(h.now) {
			h.t.Errorf("after the mail: %+v", got)
		}
		h.now = h.now.Add(time.Hour)
		h.ok(h.s.MailRecipient(ctx, h.who, id, r.ID)) // once more, and not taken for a repeat
		h.work()
		if len(h.out.asked) != 2 || strings.SplitN(h.out.asked[1], "\n", 2)[0] == strings.SplitN(mail, "\n", 2)[0] {
			h.t.Errorf("asked once more: %v", h.out.asked)
		}
		for _, e := range h.entries(id, "recall.asked") {
			if strings.Contains(e.Facts["recipient"], "Claes") || e.Text != "" {
				h.t.Errorf("the journal's facts hold a name: %v", e.Facts)
			}
		}
	})
}

func TestMailThatIsRefusedOrDelayed(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		r := h.recipient(id, claes())
		h.out.mailErr = &alert.SendError{Class: alert.Temporary, Reason: "network"}
		h.ok(h.s.MailRecipient(ctx, h.who, id, r.ID))
		if h.work(); h.recipientNow(r.ID).Mail != recall.MailQueued {
			h.t.Error("a trouble of the moment ended the mail")
		}
		h.out.mailErr = &alert.SendError{Class: alert.Permanent, Reason: "recipient"}
		h.work()
		if got := h.recipientNow(r.ID); got.Mail != recall.MailRefused || got.State() != recall.ToAsk {
			h.t.Errorf("refused for ever: %s %s", got.Mail, got.State())
		}
		h.out.hasMail = false
		h.refused(h.s.MailRecipient(ctx, h.who, id, r.ID), response.ErrNoMail)
	})
}

func TestAnAnswerTicksTheTaskOffAndTellsTheLead(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		one, two := h.recipient(id, claes()), h.recipient(id, response.RecipientInput{Name: "de buren", Channel: recall.ByPost, Language: "nl"})
		h.work()
		h.ok(h.s.MarkAsked(ctx, h.who, id, one.ID))
		h.ok(h.s.AnswerByLink(ctx, h.s.LinkToken(one), gone()))
		if h.task(id, "confirm_deletion").IsDone() {
			h.t.Error("the task is done though the neighbours have not answered")
		}
		h.now = h.now.Add(time.Hour)
		other := gone()
		other.Fate = recall.Kept
		h.ok(h.s.AnswerByLink(ctx, h.s.LinkToken(one), other)) // sent again: changes nothing
		if got := h.recipientNow(one.ID); len(got.Answers) != 1 || got.State() != recall.Confirmed || got.Answers[0].Wording != "les mots" || got.Answers[0].Via != recall.ByLink {
			h.t.Errorf("%+v", got.Answers)
		}
		h.work()
		told := slices.DeleteFunc(slices.Clone(h.out.replied), func(a alert.Alert) bool { return a.Kind != alert.Answered })
		if len(told) != 1 || !slices.Contains(h.out.mails, "lotte@example.com answered") {
			h.t.Fatalf("told: %v, %v", told, h.out.mails)
		}
		h.ok(told[0].Check())
		hand := recall.Answer{Use: recall.Unopened, Fate: recall.Destroyed, Stands: true, Via: recall.ByPhone, GivenAt: h.now.Add(-time.Minute), Name: "buurvrouw", Note: "belde zelf"}
		proof := []response.Upload{{Name: "scherm.txt", Content: []byte("het is weg")}}
		for range 2 { // pressed twice
			h.ok(h.s.RecordAnswer(ctx, h.who, id, two.ID, hand, proof))
		}
		got := h.recipientNow(two.ID)
		if len(got.Answers) != 1 || got.Answers[0].RecordedBy != h.who.ID || got.Answers[0].EvidenceID == "" || !got.Answers[0].GivenAt.Equal(hand.GivenAt) {
			h.t.Errorf("by hand: %+v", got.Answers)
		}
		if task := h.task(id, "confirm_deletion"); !task.IsDone() {
			h.t.Error("everybody confirmed and the task is open")
		}
		all, err := recall.OfIncident(ctx, h.db.R, id)
		h.ok(err)
		if s := recall.Summarise(all); s.Outcome != recall.AllConfirmed || s.Confirmed != 2 || s.Unopened != 1 {
			h.t.Errorf("%+v", s)
		}
		entries := h.entries(id, "recall.answered")
		if len(entries) != 2 || entries[0].Actor.Kind != journal.ByRecipient || strings.Contains(strings.Join([]string{entries[0].Facts["use"], entries[0].Facts["fate"], entries[0].Text}, " "), "Claes") {
			h.t.Errorf("journal %+v", entries)
		}
		if entries[1].Text != "belde zelf" || !entries[1].HappenedAt.Equal(hand.GivenAt) {
			h.t.Errorf("journal by hand %+v", entries[1])
		}
	})
}

func TestLinksThatTakeNoAnswer(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		r := h.recipient(id, claes())
		first := h.s.LinkToken(r)
		h.refused(h.s.AnswerByLink(ctx, "nothing", gone()), recall.ErrLinkUnknown)
		h.ok(h.s.RevokeLink(ctx, h.who, id, r.ID))
		h.refused(h.s.AnswerByLink(ctx, first, gone()), recall.ErrLinkRevoked)
		h.refused(h.s.MailRecipient(ctx, h.who, id, r.ID), recall.ErrLinkRevoked)
		h.ok(h.s.RenewLink(ctx, h.who, id, r.ID))
		h.refused(h.s.AnswerByLink(ctx, first, gone()), recall.ErrLinkUnknown)
		second := h.s.LinkToken(h.recipientNow(r.ID))
		h.now = h.now.Add(recall.LinkLife)
		h.refused(h.s.AnswerByLink(ctx, second, gone()), recall.ErrLinkExpired)
		h.now = h.now.Add(-time.Second)
		h.ok(h.s.GiveUpRecipient(ctx, h.who, id, r.ID))
		if got := h.recipientNow(r.ID).State(); got != recall.NoAnswer {
			h.t.Errorf("given up: %s", got)
		}
		h.ok(h.s.AnswerByLink(ctx, second, gone())) // better late than never
		if got := h.recipientNow(r.ID).State(); got != recall.Confirmed {
			h.t.Errorf("late: %s", got)
		}
	})
}

func TestRecipientsOfOthersAndPoorInput(t *testing.T) {
	each(t, func(h *house) {
		id, other := h.breach(), h.report("key-of-the-form-0002").IncidentID
		r := h.recipient(id, claes())
		h.refused(h.s.MarkAsked(ctx, h.who, other, r.ID), recall.ErrNotFound)
		_, err := h.s.AddRecipient(ctx, h.who, other, response.RecipientInput{Name: "x", Channel: recall.ByPost, Language: "nl", PassedBy: r.ID})
		h.refused(err, recall.ErrSourceGone)
		_, err = h.s.AddRecipient(ctx, h.who, id, response.RecipientInput{Channel: recall.ByMail, Language: "xx"})
		if got := fault.All(err); len(got) != 3 {
			h.t.Errorf("refused with %v", err)
		}
		next := h.recipient(id, response.RecipientInput{Name: "zijn broer", Channel: recall.ByPost, Language: "nl", PassedBy: r.ID})
		if next.PassedBy != r.ID {
			h.t.Error("who passed it on is forgotten")
		}
		err = h.s.RecordAnswer(ctx, h.who, id, r.ID, recall.Answer{Via: recall.ByPhone, GivenAt: h.now.Add(time.Hour)}, nil)
		for _, want := range []error{recall.ErrUseMissing, recall.ErrFateMissing, incident.ErrMomentInFuture} {
			if !errors.Is(err, want) {
				h.t.Errorf("%v is not among %v", want, err)
			}
		}
	})
}

// fastCase is an incident with the facts of a small mistake.
func (h *house) fastCase() incident.ID {
	h.t.Helper()
	id := h.report("key-of-the-form-0003").IncidentID
	h.ok(h.s.SaveFastFacts(ctx, h.who, id, response.FastFacts{Recipients: 1, Data: []string{"name", "contact_email"}, People: incident.Approx{Known: true, Value: 3}}))
	return id
}

func TestTheShortWayRecordsAllOrNothing(t *testing.T) {
	each(t, func(h *house) {
		id := h.fastCase()
		good := response.FastDecision{AwareAt: h.now.Add(-30 * time.Minute), AwareReason: "the report says so", Reason: "ordinary data, one known recipient"}
		poor := good
		poor.Reason = " "
		h.refused(h.s.DecideFast(ctx, h.who, id, poor), incident.ErrReasonMissing)
		if i, err := incident.ByID(ctx, h.db.R, id); err != nil || i.IsBreach() || i.IsClockRunning() {
			h.t.Fatalf("half of it was recorded: %+v %v", i, err)
		}
		h.ok(h.s.DecideFast(ctx, h.who, id, good))
		i, err := incident.ByID(ctx, h.db.R, id)
		h.ok(err)
		if !i.IsBreach() || i.Kinds.String() != "C" || i.Risk != incident.RiskUnlikely || !i.Moments.Aware.At.Equal(good.AwareAt) || i.Summary == "" {
			h.t.Errorf("%+v", i)
		}
		if o := h.duty(id, obligation.NotifyAuthority); o.State != obligation.Waived || o.Reason != good.Reason {
			h.t.Errorf("the notification: %+v", o)
		}
		if o := h.duty(id, obligation.Document); o.State != obligation.Met {
			h.t.Errorf("the register: %+v", o)
		}
		if got := h.entries(id, "fast.decided"); len(got) != 1 || got[0].Facts["pack"] != "wrong_recipient_mail 1" {
			h.t.Errorf("journal %+v", got)
		}
	})
}

func TestTheShortWayIsClosedToWhatDoesNotFit(t *testing.T) {
	each(t, func(h *house) {
		id := h.report("key-of-the-form-0004").IncidentID
		d := response.FastDecision{AwareAt: h.now, AwareReason: "a", Reason: "b"}
		h.refused(h.s.DecideFast(ctx, h.who, id, d), fastlane.ErrNotStarted)
		in := response.FastFacts{Recipients: 1, Data: []string{"health"}, People: incident.Approx{Known: true, Value: 1}}
		h.ok(h.s.SaveFastFacts(ctx, h.who, id, in))
		h.refused(h.s.DecideFast(ctx, h.who, id, d), fastlane.ErrDoesNotFit)
		in.Data = []string{"name"}
		h.ok(h.s.SaveFastFacts(ctx, h.who, id, in))
		r := h.recipient(id, claes())
		kept := gone()
		kept.Fate = recall.Kept
		h.ok(h.s.AnswerByLink(ctx, h.s.LinkToken(r), kept))
		h.refused(h.s.DecideFast(ctx, h.who, id, d), fastlane.ErrDoesNotFit)
		later := gone()
		later.Via, later.GivenAt = recall.ByPhone, h.now
		h.ok(h.s.RecordAnswer(ctx, h.who, id, r.ID, later, nil))
		h.ok(h.s.DecideFast(ctx, h.who, id, d))
		h.refused(h.s.DecideFast(ctx, h.who, id, d), fastlane.ErrDone)
		h.refused(h.s.SaveFastFacts(ctx, h.who, id, in), fastlane.ErrDone)
		w, err := h.s.FastWay(ctx, id)
		h.ok(err)
		if !w.Draft.IsDone() || w.Draft.Version != "1" || w.Draft.DoneBy != h.who.ID {
			h.t.Errorf("%+v", w.Draft)
		}
	})
}

func TestTheAssessmentIsProposedWhatRecipientsSaid(t *testing.T) {
	each(t, func(h *house) {
		id := h.breach()
		said := func(want string) {
			h.t.Helper()
			r, err := h.s.RiskOf(ctx, id)
			h.ok(err)
			got := r.Proposed["recipient_confirmed"]
			if want == "" && len(got.Options) > 0 || want != "" && !slices.Equal(got.Options, []string{want}) {
				h.t.Errorf("proposed %+v, want %q", got, want)
			}
		}
		said("")
		r := h.recipient(id, claes())
		said("no")
		h.ok(h.s.AnswerByLink(ctx, h.s.LinkToken(r), gone()))
		said("yes")
	})
}

// TestEveryScenarioProposesAnswersThatExist reads each scenario's proposals with the
// assessment they are for.
func TestEveryScenarioProposesAnswersThatExist(t *testing.T) {
	each(t, func(h *house) {
		packs, err := workflow.Load(workflows.FS, time.Now)
		h.ok(err)
		for k, sc := range packs.Scenarios() {
			r, err := h.s.Report(ctx, journal.Actor{Kind: journal.ByReporter}, response.ReportInput{
				SendKey: "key-of-the-form-" + sc.ID, Scenario: sc.ID, Text: sc.ID, NoticedAt: h.now, Via: "form",
			})
			h.ok(err)
			risk, err := h.s.RiskOf(ctx, r.IncidentID)
			h.ok(err)
			if len(risk.Proposed) != len(sc.Assess) {
				h.t.Errorf("%d %s: %v proposed of %v", k, sc.ID, risk.Proposed, sc.Assess)
			}
		}
	})
}

func TestTheTaskWaitsForWhoIsNotOnTheListYet(t *testing.T) {
	each(t, func(h *house) {
		id := h.report("key-of-the-form-0005").IncidentID
		h.ok(h.s.SaveFastFacts(ctx, h.who, id, response.FastFacts{Recipients: 2, Data: []string{"name"}, People: incident.Approx{Known: true, Value: 1}}))
		one := h.recipient(id, claes())
		h.ok(h.s.AnswerByLink(ctx, h.s.LinkToken(one), gone()))
		if h.task(id, "confirm_deletion").IsDone() {
			h.t.Error("two got it, one confirmed, and the task is done")
		}
		two := h.recipient(id, response.RecipientInput{Name: "de buren", Channel: recall.ByPost, Language: "nl"})
		h.ok(h.s.AnswerByLink(ctx, h.s.LinkToken(two), gone()))
		if !h.task(id, "confirm_deletion").IsDone() {
			h.t.Error("both confirmed and the task is open")
		}
	})
}
