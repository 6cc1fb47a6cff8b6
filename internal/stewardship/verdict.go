package stewardship

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/deadline"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// MayContact says whether a person may be written to for a purpose by a channel now,
// with the reason and the article. It fails with contact.ErrNotFound and
// consent.ErrPurpose.
func (s *Service) MayContact(ctx context.Context, id contact.ID, purpose processing.PurposeID, ch processing.Channel) (consent.Verdict, error) {
	c, err := contact.ByID(ctx, s.db.R, id)
	if err != nil {
		return consent.Verdict{}, fmt.Errorf("may contact: %w", err)
	}
	j, err := s.judging(ctx, s.db.R)
	if err != nil {
		return consent.Verdict{}, fmt.Errorf("may contact: %w", err)
	}
	all, err := j.judge(ctx, []contact.Contact{c}, consent.Use{Purpose: purpose, Channel: ch})
	if err != nil {
		return consent.Verdict{}, err
	}
	return all[0], nil
}

// MayContactMany is MayContact for some people at once, in their order.
func (s *Service) MayContactMany(ctx context.Context, people []contact.Contact, use consent.Use) ([]consent.Verdict, error) {
	j, err := s.judging(ctx, s.db.R)
	if err != nil {
		return nil, fmt.Errorf("may contact: %w", err)
	}
	return j.judge(ctx, people, use)
}

// judging is what verdicts of one moment have in common.
type judging struct {
	s       *Service
	db      bun.IDB
	record  processing.Record
	country string
	on      deadline.Date
}

func (s *Service) judging(ctx context.Context, db bun.IDB) (judging, error) {
	record, err := processing.Get(ctx, db)
	if err != nil {
		return judging{}, err
	}
	country, err := s.country(ctx, db)
	return judging{s: s, db: db, record: record, country: country, on: deadline.DateOf(s.moment())}, err
}

// judge gives the verdicts on some people. It fails with consent.ErrPurpose.
func (j judging) judge(ctx context.Context, people []contact.Contact, use consent.Use) ([]consent.Verdict, error) {
	p, ok := j.record.Purpose(use.Purpose)
	if !ok {
		return nil, consent.ErrPurpose
	}
	ids := make([]contact.ID, len(people))
	for i, c := range people {
		ids[i] = c.ID
	}
	events, err := consent.EventsOf(ctx, j.db, ids...)
	if err != nil {
		return nil, err
	}
	since, err := j.s.listed(ctx, j.db, pointers(people), []consent.Use{use, {Purpose: consent.AllMarketing, Channel: use.Channel}})
	if err != nil {
		return nil, err
	}
	out := make([]consent.Verdict, len(people))
	for i, c := range people {
		out[i] = j.s.law.Judge(consent.Question{
			Contact: c, Purpose: p, Channel: use.Channel, States: consent.Present(consent.History(c, events[c.ID], j.record)),
			Suppressed: since[i], Country: j.country, On: j.on,
		})
	}
	return out, nil
}

// suppressedSince is the latest moment at which a person's address was put on the list,
// for the purpose or for all marketing; zero when it is not on it.
func (s *Service) suppressedSince(ctx context.Context, db bun.IDB, c contact.Contact, use consent.Use) (time.Time, error) {
	since, err := s.listed(ctx, db, []*contact.Contact{&c}, []consent.Use{use, {Purpose: consent.AllMarketing, Channel: use.Channel}})
	if err != nil {
		return time.Time{}, err
	}
	return since[0], nil
}

// ConsentLine is where a person stands for one purpose by one channel.
type ConsentLine struct {
	Purpose processing.Purpose
	Channel processing.Channel
	Verdict consent.Verdict
}

// Consents is everything about a person's being written to.
type Consents struct {
	Lines  []ConsentLine
	Events []consent.Event // the latest first
	Record processing.Record
}

// ConsentsOf returns where a person stands for each purpose and channel of the record,
// and what he said. Whoever shows it has recorded the look already. It fails with
// contact.ErrNotFound.
func (s *Service) ConsentsOf(ctx context.Context, c contact.Contact) (Consents, error) {
	j, err := s.judging(ctx, s.db.R)
	if err != nil {
		return Consents{}, fmt.Errorf("consents: %w", err)
	}
	out := Consents{Record: j.record}
	for _, p := range j.record.Purposes {
		for _, ch := range p.Channels {
			if !p.IsInUse() {
				continue
			}
			verdicts, err := j.judge(ctx, []contact.Contact{c}, consent.Use{Purpose: p.ID, Channel: ch})
			if err != nil {
				return Consents{}, fmt.Errorf("consents: %w", err)
			}
			out.Lines = append(out.Lines, ConsentLine{p, ch, verdicts[0]})
		}
	}
	events, err := consent.EventsOf(ctx, s.db.R, c.ID)
	if err != nil {
		return Consents{}, fmt.Errorf("consents: %w", err)
	}
	history := consent.History(c, events[c.ID], j.record)
	for k := len(history) - 1; k >= 0; k-- {
		out.Events = append(out.Events, history[k])
	}
	return out, nil
}

// RecordConsentWith records one thing a person said together with the recording or
// scan that proves it. It fails as RecordConsent does, and as consent.Examine.
func (s *Service) RecordConsentWith(ctx context.Context, actor journal.Actor, e consent.Event, name string, content []byte) error {
	f, err := consent.Examine(name, content)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("record consent: %w", err)
	}
	f.ID = id.String()
	f.ContactID, f.AddedBy, f.AddedAt = e.ContactID, actor.ID, s.moment()
	e.Proof.FileID, e.Proof.FileSHA256 = f.ID, f.SHA256
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := contact.ByID(ctx, tx, e.ContactID); err != nil {
			return err
		}
		before, err := consent.EventsOf(ctx, tx, e.ContactID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(before[e.ContactID], e.Repeats) {
			return nil // sent twice
		}
		if err := consent.AddFile(ctx, tx, f, content); err != nil {
			return err
		}
		return s.recordConsentIn(ctx, tx, actor, []consent.Event{e})
	})
	if err != nil {
		return fmt.Errorf("record consent: %w", err)
	}
	return nil
}

// ConsentFile hands out a proof and records that actor took it. It fails with
// consent.ErrFileNotFound.
func (s *Service) ConsentFile(ctx context.Context, actor journal.Actor, id contact.ID, fileID string) (f consent.File, content []byte, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if f, content, err = consent.FileOf(ctx, tx, id, fileID); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "contact", ID: string(id)}, Kind: "consent.proof_opened", Actor: actor,
			RecordedAt: s.moment(), Facts: map[string]string{"file_sha256": f.SHA256},
		})
	})
	if err != nil {
		return consent.File{}, nil, fmt.Errorf("consent file: %w", err)
	}
	return f, content, nil
}
