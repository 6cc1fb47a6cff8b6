package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/assessment"
	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// told is one incident on its way.
type told struct {
	life
	n     *narrator
	id    incident.ID
	start time.Time
}

// tell adds the events of one life.
func (n *narrator) tell(l life) {
	t := &told{life: l, n: n, start: n.present.Add(-l.Ago)}
	n.add(t.start, "report", t.report)
	t.after(l.Judged, "triage", t.triage)
	t.after(l.Aware, "awareness", t.aware)
	if l.Taken {
		t.after(l.Aware+time.Minute, "acknowledge", t.acknowledge)
	}
	t.after(l.Contained, "contain", t.contain)
	t.after(l.Risked, "risk", t.risk)
	if l.Freeze != 0 {
		t.after(l.Risked+time.Hour, "freeze", t.freeze)
	}
	if l.Approved {
		t.after(max(l.Risked, l.Aware)+90*time.Minute, "approve", t.approve)
	}
	if l.Filed > 0 {
		t.after(l.Aware+l.Filed, "file", t.file)
	}
	if l.Letters {
		t.after(l.Aware+l.Filed+2*day, "letters", t.print)
		t.after(l.Aware+l.Filed+3*day, "post", t.post)
	}
	t.after(l.Closed, "close", t.close)
}

func (n *narrator) add(at time.Time, what string, do func(context.Context) error) {
	n.events = append(n.events, event{at, what, do})
}

func (t *told) after(d time.Duration, what string, do func(context.Context) error) {
	if d > 0 {
		t.n.add(t.start.Add(d), t.Scenario+": "+what, do)
	}
}

func (t *told) verbs() *response.Service { return t.n.h.App.Response }

func (t *told) report(ctx context.Context) error {
	key, err := incident.NewID()
	if err != nil {
		return err
	}
	in := response.ReportInput{SendKey: key, Scenario: t.Scenario, Text: t.Text, Name: t.Reporter, Language: "nl", Via: "form", Data: t.Data}
	if t.Verdict == "" && t.Scenario == "account_hacked" {
		in.Files = []response.Upload{{Name: "scherm.png", Content: logo()}}
	}
	if t.Noticed > 0 {
		in.NoticedAt = t.start.Add(-t.Noticed)
	}
	r, err := t.verbs().Report(ctx, journal.Actor{Kind: journal.ByReporter}, in)
	t.id = r.IncidentID
	return err
}

func (t *told) triage(ctx context.Context) error {
	j := incident.Judgement{Verdict: t.Verdict, Kinds: t.Kinds, Reason: t.Reason, Title: t.Title}
	if err := t.verbs().Triage(ctx, t.n.lead(), t.id, j, "Bedankt voor uw melding, we zijn ermee bezig."); err != nil {
		return err
	}
	if t.Verdict != incident.Breach {
		return nil
	}
	if t.Occurred > 0 {
		if err := t.verbs().SetMoment(ctx, t.n.lead(), t.id, incident.Occurred, t.start.Add(-t.Occurred), "Tijdstip van de verzonden mail."); err != nil {
			return err
		}
	}
	return t.verbs().Describe(ctx, t.n.lead(), t.id, response.Description{
		Title: t.Title, Summary: t.Text, Data: t.Data, Approx: incident.Approx{Known: t.People > 0, Value: t.People},
	})
}

func (t *told) aware(ctx context.Context) error {
	return t.verbs().ConfirmAwareness(ctx, t.n.lead(), t.id, t.n.h.Clock.Now(), t.AwareReason)
}

func (t *told) duty(ctx context.Context, d obligation.Duty) (obligation.ID, error) {
	all, err := obligation.OfIncident(ctx, t.n.h.App.DB.R, t.id)
	if err != nil {
		return "", err
	}
	for _, o := range all {
		if o.Duty == d {
			return o.ID, nil
		}
	}
	return "", obligation.ErrNotFound
}

func (t *told) acknowledge(ctx context.Context) error {
	id, err := t.duty(ctx, obligation.NotifyAuthority)
	if err != nil {
		return err
	}
	return t.verbs().Acknowledge(ctx, t.n.lead(), id)
}

func (t *told) contain(ctx context.Context) error {
	if err := t.verbs().Contain(ctx, t.n.lead(), t.id, t.n.h.Clock.Now()); err != nil {
		return err
	}
	tasks, err := incident.TasksOf(ctx, t.n.h.App.DB.R, t.id)
	if err != nil {
		return err
	}
	for k, task := range tasks {
		if t.Closed == 0 && k > 1 {
			break // today's are still being worked on
		}
		if err := t.verbs().CompleteTask(ctx, t.n.lead(), t.id, task.ID, ""); err != nil {
			return err
		}
	}
	return nil
}

// risk answers the questions, as far as the life does, and decides, unless today's
// decision is still to be taken.
func (t *told) risk(ctx context.Context) error {
	if len(t.Assessed) > 0 {
		if err := t.assess(ctx); err != nil {
			return err
		}
	}
	if t.Risk == "" {
		return nil
	}
	d := response.RiskDecision{Risk: t.Risk, Reason: t.RiskReason, Advice: t.Advice, Differs: t.Differs}
	return t.verbs().DecideRisk(ctx, t.n.lead(), t.id, d)
}

func (t *told) assess(ctx context.Context) error {
	r, err := t.verbs().RiskOf(ctx, t.id)
	if err != nil {
		return err
	}
	answers := make(assessment.Answers, len(t.Assessed))
	for id, said := range t.Assessed {
		q, ok := r.Pack.Question(id)
		if !ok {
			return assessment.ErrQuestion.At(id)
		}
		var raw any = said
		if q.Kind == workflow.ManyOptions {
			raw = slices.DeleteFunc(strings.Split(said, ","), func(s string) bool { return s == "" })
		}
		if answers[id], err = assessment.Read(q, raw); err != nil {
			return err
		}
	}
	return t.verbs().Assess(ctx, t.n.lead(), t.id, answers)
}

func (t *told) freeze(ctx context.Context) error {
	sel := communication.Selection{ImportID: string(t.n.file)}
	if t.Freeze > 0 {
		page, err := contact.Find(ctx, t.n.h.App.DB.R, contact.Query{Limit: t.Freeze})
		if err != nil {
			return err
		}
		sel = communication.Selection{}
		for _, c := range page.Contacts {
			sel.Contacts = append(sel.Contacts, string(c.ID))
		}
	}
	if _, err := t.verbs().PickPeople(ctx, t.n.lead(), t.id, sel); err != nil {
		return err
	}
	_, err := t.verbs().Freeze(ctx, t.n.lead(), t.id)
	return err
}

// answers are what the firm writes to the authority.
func answers() map[string]string {
	return map[string]string{
		"reporter_function": "authorised", "others_involved": "no", "discovered": "own", "cause": "internal_not_malicious",
		"persons_kinds": "customers", "persons": "Klanten van de hoevewinkel.", "consequences": "Valse berichten en ongewenste reclame zijn mogelijk.", "severity": "moderate",
		"measures": "De toegang is gesloten en de ontvanger is gevraagd alles te wissen.", "prevention": "Lijsten worden enkel nog gedeeld via de afgeschermde map.",
		"cross_border": "no", "police": "no", "activity": "Land- en tuinbouw, verkoop op de hoeve",
	}
}

func (t *told) approve(ctx context.Context) error {
	for question, text := range answers() {
		a := notification.Answer{Question: question, State: notification.Given, Text: text}
		if err := t.verbs().Answer(ctx, t.n.lead(), t.id, a); err != nil {
			return fmt.Errorf("%s: %w", question, err)
		}
	}
	_, err := t.verbs().ApproveNotification(ctx, t.n.lead(), t.id, response.Ask{Language: "nl"})
	return err
}

func (t *told) file(ctx context.Context) error {
	id, err := t.duty(ctx, obligation.NotifyAuthority)
	if err != nil {
		return err
	}
	papers, err := notification.PapersOf(ctx, t.n.h.App.DB.R, t.id, notification.PaperNotification)
	if err != nil {
		return err
	}
	now := t.n.h.Clock.Now()
	in := response.FilingInput{Phase: obligation.Initial, FiledAt: now, Receipt: "DB-" + now.Format("20060102-1504"), LateReason: t.Late}
	if len(papers) > 0 {
		in.PaperID = papers[0].ID
	}
	return t.verbs().File(ctx, t.n.lead(), id, in)
}

func (t *told) print(ctx context.Context) error {
	if _, err := t.verbs().MendAll(ctx, t.n.lead(), t.id); err != nil {
		return err
	}
	if err := t.byMail(ctx); err != nil {
		return err
	}
	paper, err := t.verbs().ApproveLetters(ctx, t.n.lead(), t.id)
	if err != nil {
		return err
	}
	lists, err := communication.SnapshotsOf(ctx, t.n.h.App.DB.R, t.id)
	if err != nil {
		return err
	}
	_, err = t.verbs().StartRun(ctx, t.n.lead(), t.id, lists[0].ID, paper.ID, communication.Merged)
	return err
}

// byMail lets the letters that paper cannot carry go by mail.
func (t *told) byMail(ctx context.Context) error {
	held := communication.Held
	people, _, err := communication.People(ctx, t.n.h.App.DB.R, t.id, communication.PeopleQuery{Letter: &held, Limit: 1000})
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := t.verbs().MendLetter(ctx, t.n.lead(), t.id, p.ContactID, response.MendByMail, ""); err != nil {
			return err
		}
	}
	return nil
}

func (t *told) post(ctx context.Context) error {
	lists, err := communication.SnapshotsOf(ctx, t.n.h.App.DB.R, t.id)
	if err != nil {
		return err
	}
	if err := t.n.h.connect(ctx, t.n.lead(), true); err != nil {
		return err
	}
	if err := t.verbs().SendMails(ctx, t.n.lead(), t.id, lists[0].ID); err != nil {
		return err
	}
	if err := t.n.h.Settle(ctx); err != nil {
		return err
	}
	_, err = t.verbs().MarkSent(ctx, t.n.lead(), t.id, lists[0].ID, t.n.h.Clock.Now())
	return err
}

func (t *told) close(ctx context.Context) error {
	return t.verbs().Close(ctx, t.n.lead(), t.id, t.Lessons, "Opgelost. Bedankt dat u het meteen zei.")
}
