package app

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/job"
	"clepsydra/internal/obligation"
	"clepsydra/internal/request"
	"clepsydra/internal/response"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
)

// workRequestMail is the stored name of the job that mails a letter of a request.
const workRequestMail = "request.mail"

// buildRequests makes the verbs on requests of data subjects and tells the other parts
// of them.
func (a *App) buildRequests() error {
	var err error
	a.Requests, err = stewardship.NewRequests(stewardship.RequestDeps{
		DB: a.DB, Clock: a.clock.Now, Steward: a.Stewardship, Packs: a.Packs, Firms: a.Firms, Clocks: a.Response,
		Printer: requestPrinter{a.Papers, a.Locale}, Mail: requestMail{a.alerter, a.jobs}, Held: openIncidentsOf, Key: a.key.Derive("requests"),
		Speak: func(lang, country string, zone *time.Location) request.Words {
			return a.Locale.For(lang, country, zone)
		},
	})
	if err != nil {
		return err
	}
	a.Requests.Register()
	a.Stewardship.OnGather("60 incidents", incidentGatherer{a.Packs}.gather)
	a.Response.UseOthers(others{a.Requests})
	return nil
}

// requestHandlers says who mails the letters of requests.
func requestHandlers(q *stewardship.Requests) map[string]job.Handler {
	return map[string]job.Handler{
		workRequestMail: job.Handle(func(ctx context.Context, _ job.Run, t task) error { return outcome(q.RunMail(ctx, t.ID)) }),
	}
}

// others shows requests to the engine of reminders.
type others struct{ requests *stewardship.Requests }

// CaseOf implements response.Others.
func (o others) CaseOf(ctx context.Context, db bun.IDB, duty obligation.Obligation) (response.Other, error) {
	c, err := o.requests.ClockOf(ctx, db, duty)
	if err != nil {
		return response.Other{}, err
	}
	return response.Other{
		Kind: "request", ID: string(c.Request.ID), Ref: c.Request.Ref, Path: "/requests/" + string(c.Request.ID), LeadID: c.Request.LeadID,
		Asks: c.Request.KindCodes(), Missing: c.Missing, Planned: c.Planned,
	}, nil
}

// requestMail sends the letters of requests.
type requestMail struct {
	alerter *alerter
	jobs    *job.Client
}

// HasMail reports whether mail is set up.
func (m requestMail) HasMail(f firm.Firm) bool { return m.alerter.HasMail(f) }

// Later puts a paper into the queue.
func (m requestMail) Later(ctx context.Context, tx bun.Tx, paperID string) error {
	_, err := m.jobs.Enqueue(ctx, tx, task{kind: workRequestMail, ID: paperID}, job.Options{UniqueKey: workRequestMail + ":" + paperID})
	return err
}

// Send mails one letter.
func (m requestMail) Send(ctx context.Context, f firm.Firm, to, key, subject, text string) error {
	return m.alerter.Ask(ctx, f, to, key, response.Request{Subject: subject, Text: text})
}

// openIncidentsOf names the open incidents in which somebody is affected.
func openIncidentsOf(ctx context.Context, db bun.IDB, id contact.ID) ([]string, error) {
	lists, err := communication.ListsOf(ctx, db, string(id))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range lists {
		i, err := incident.ByID(ctx, db, p.IncidentID)
		if err != nil {
			return nil, err
		}
		if p.Excluded == "" && i.IsOpen() {
			out = append(out, i.Ref)
		}
	}
	return out, nil
}

// incidentGatherer reads what the response to incidents keeps about a person.
type incidentGatherer struct{ packs *workflow.Packs }

// names puts categories of data into every language.
func (g incidentGatherer) names(ids []string) workflow.Text {
	out := workflow.Text{}
	for _, lang := range workflow.Languages() {
		var words []string
		for _, id := range ids {
			if c, err := g.packs.Category(id); err == nil {
				words = append(words, c.Name.In(lang, ""))
			}
		}
		out[lang] = strings.Join(words, ", ")
	}
	return out
}

// gather tells in which incidents somebody is affected, which of his data
// leaked, and what became of his letter.
func (g incidentGatherer) gather(ctx context.Context, tx bun.Tx, c contact.Contact) (stewardship.Section, error) {
	out := stewardship.Section{Key: "incidents"}
	lists, err := communication.ListsOf(ctx, tx, string(c.ID))
	if err != nil {
		return out, err
	}
	for _, p := range lists {
		if p.Excluded != "" {
			continue
		}
		i, err := incident.ByID(ctx, tx, p.IncidentID)
		if err != nil {
			return out, err
		}
		data := p.Data
		if data == nil {
			data = i.Data
		}
		e := request.Entry{
			{Label: "requests.fact_reference", Value: i.Ref}, {Label: "requests.fact_occurred_at", At: i.OpenedAt},
			{Label: "requests.fact_leaked", Text: g.names(data)},
			{Label: "requests.fact_letter_to", Value: strings.Join(compact(p.Name, p.Street, strings.TrimSpace(p.Postcode+" "+p.City), p.Email), ", ")},
		}
		if p.Letter != communication.NoLetter {
			e = append(e, request.Fact{Label: "requests.fact_letter", Code: "requests.letter_" + string(p.Letter)}, request.Fact{Label: "requests.fact_letter_at", At: p.LetterAt})
		}
		out.Entries = append(out.Entries, e)
	}
	return out, nil
}
