package stewardship

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
)

// CountedSegment is a segment and how many people belong to it now.
type CountedSegment struct {
	contact.Segment
	People int
}

// SaveSegment keeps criteria under a name. It fails with contact.ErrSegmentName,
// contact.ErrSegmentAll and contact.ErrSegmentTaken.
func (s *Service) SaveSegment(ctx context.Context, actor journal.Actor, name string, c contact.Criteria) (contact.Segment, error) {
	g, err := contact.NewSegment(name, c, actor.ID, s.moment())
	if err != nil {
		return contact.Segment{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := contact.SaveSegment(ctx, tx, g); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "firm"}, Kind: "segment.saved", Actor: actor, RecordedAt: g.CreatedAt,
			Facts: map[string]string{"segment": string(g.ID)},
		})
	})
	if err != nil {
		return contact.Segment{}, fmt.Errorf("save segment: %w", err)
	}
	return g, nil
}

// RemoveSegment removes a segment; its people stay. It fails with
// contact.ErrSegmentUnknown.
func (s *Service) RemoveSegment(ctx context.Context, actor journal.Actor, id contact.SegmentID) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := contact.RemoveSegment(ctx, tx, id); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "firm"}, Kind: "segment.removed", Actor: actor, RecordedAt: s.moment(),
			Facts: map[string]string{"segment": string(id)},
		})
	})
	if err != nil {
		return fmt.Errorf("remove segment: %w", err)
	}
	return nil
}

// Segments lists the segments by name, each with its people counted.
func (s *Service) Segments(ctx context.Context) ([]CountedSegment, error) {
	all, err := contact.Segments(ctx, s.db.R)
	if err != nil {
		return nil, err
	}
	out := make([]CountedSegment, len(all))
	for k, g := range all {
		out[k].Segment = g
		if out[k].People, err = s.Count(ctx, contact.Query{Criteria: g.Criteria}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SegmentPeople returns who belongs to a segment now, and records that they were
// taken together. It fails with contact.ErrSegmentUnknown.
func (s *Service) SegmentPeople(ctx context.Context, actor journal.Actor, id contact.SegmentID) ([]contact.ID, error) {
	g, err := contact.SegmentByID(ctx, s.db.R, id)
	if err != nil {
		return nil, err
	}
	ids, err := s.index.IDs(ctx, s.db.R, contact.Query{Criteria: g.Criteria, Today: contact.DateOf(s.moment())})
	if err != nil {
		return nil, err
	}
	e := journal.Entry{
		Case: journal.Case{Kind: "firm"}, Kind: "segment.used", Actor: actor, RecordedAt: s.moment(),
		Facts: map[string]string{"segment": string(id)},
	}
	about(&e, idTexts(ids))
	if err := s.record(ctx, e); err != nil {
		return nil, fmt.Errorf("use segment: %w", err)
	}
	return ids, nil
}
