package stewardship

import (
	"context"
	"fmt"
	"strconv"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// RunPeople is who would be asked in a run, and why others would not.
type RunPeople struct {
	People    []contact.ID
	Languages map[string]int // in which they would be written to
	NoMail    int            // without a mail address
	Proven    int            // whose consent can be shown already
	Stopped   int            // who said no: they are never asked
	Asked     int            // whom an earlier run asked
	Held      int            // whose data may not be used now (Art. 18), or who are children
}

// RunPeople finds whom a run for a purpose would write to among the people of an
// import or a segment. It refuses to ask everybody (signup.ErrRunEveryone).
func (s *Signups) RunPeople(ctx context.Context, p processing.PurposeID, c contact.Criteria) (RunPeople, error) {
	out := RunPeople{Languages: map[string]int{}}
	if c = c.Normal(); c.IsZero() {
		return out, signup.ErrRunEveryone
	}
	r, err := processing.Get(ctx, s.db.R)
	if err != nil {
		return out, err
	}
	purpose, ok := r.Purpose(p)
	if !ok {
		return out, signup.ErrRunPurpose
	}
	f, err := s.d.Firms.Get(ctx, s.db.R)
	if err != nil {
		return out, err
	}
	q := contact.Query{Criteria: c, Today: contact.DateOf(s.moment())}
	err = contact.Each(ctx, s.db.R, q, func(people []contact.Contact) error {
		ids := make([]contact.ID, len(people))
		for k, c := range people {
			ids[k] = c.ID
		}
		before, err := signup.AskedBefore(ctx, s.db.R, p, ids)
		if err != nil {
			return err
		}
		standings, err := s.standings(ctx, s.db.R, purpose, people)
		if err != nil {
			return err
		}
		for _, c := range people {
			out.add(s, f, c, standings[c.ID], before[c.ID])
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("people to ask again: %w", err)
	}
	return out, nil
}

func (out *RunPeople) add(s *Signups, f firm.Firm, c contact.Contact, st standing, before bool) {
	switch {
	case !c.CanReceiveMail():
		out.NoMail++
	case st.stopped:
		out.Stopped++
	case st.proven:
		out.Proven++
	case before:
		out.Asked++
	case !c.RestrictedAt.IsZero() || signup.IsTooYoung(c.BirthDate, s.ageIn(countryOf(c, f)), contact.DateOf(s.moment())):
		out.Held++
	default:
		out.People = append(out.People, c.ID)
		out.Languages[s.languageOf(c, f)]++
	}
}

func countryOf(c contact.Contact, f firm.Firm) string {
	if c.Country != "" {
		return c.Country
	}
	return f.Country
}

// languageOf is the language in which somebody is written to.
func (s *Signups) languageOf(c contact.Contact, f firm.Firm) string {
	switch c.Language {
	case "nl", "fr", "de", "en":
		return c.Language
	}
	return f.Language
}

// ageIn is from how many years on somebody may agree by himself in a country.
func (s *Signups) ageIn(country string) int { return s.law.Age(country).Years }

// StartRun begins to ask people again. Who is asked is fixed now; each is looked at
// once more when his mail goes out.
func (s *Signups) StartRun(ctx context.Context, actor journal.Actor, run signup.Run, c contact.Criteria) (signup.Run, error) {
	now := s.moment()
	r, err := processing.Get(ctx, s.db.R)
	if err != nil {
		return run, err
	}
	people, err := s.RunPeople(ctx, run.Purpose, c)
	if err != nil {
		return run, err
	}
	if len(people.People) == 0 {
		return run, signup.ErrRunNobody
	}
	var languages []string
	for lang := range people.Languages {
		languages = append(languages, lang)
	}
	if err := run.Check(r, languages, now); err != nil {
		return run, err
	}
	id, err := signup.NewID()
	if err != nil {
		return run, err
	}
	run.ID, run.StartedAt, run.StartedBy = signup.RunID(id), now, actor.ID
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		f, err := s.d.Firms.Get(ctx, tx)
		if err != nil {
			return err
		}
		if !f.SMTP.IsSet() || f.BaseURL == "" {
			return signup.ErrRunNoMail
		}
		if err := signup.SaveRun(ctx, tx, run); err != nil {
			return err
		}
		if err := signup.AddEntries(ctx, tx, run.ID, people.People); err != nil {
			return err
		}
		if err := s.d.Queue.PutSignup(ctx, tx, WorkRepermissionSend, id, now); err != nil {
			return err
		}
		if err := s.d.Queue.PutSignup(ctx, tx, WorkRepermissionClose, id, run.Until); err != nil {
			return err
		}
		return journal.Append(ctx, tx, runEntry(run, "repermission.started", actor, map[string]string{
			"people": strconv.Itoa(len(people.People)), "purpose": string(run.Purpose), "ground": run.Ground,
		}))
	})
	if err != nil {
		return run, fmt.Errorf("start re-permission: %w", err)
	}
	return run, nil
}

func runEntry(run signup.Run, kind string, actor journal.Actor, facts map[string]string) journal.Entry {
	return journal.Entry{Case: journal.Case{Kind: "repermission", ID: string(run.ID)}, Kind: kind, Actor: actor, RecordedAt: run.StartedAt, Facts: facts}
}
