package consent

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

type eventRow struct {
	bun.BaseModel `bun:"table:consent_events,alias:e"`

	ID         string `bun:",pk"`
	ContactID  string
	Purpose    string
	Channel    string
	Kind       string
	At         time.Time
	RecordedAt time.Time
	How        string
	Wording    string
	Proof      string
}

type stateRow struct {
	bun.BaseModel `bun:"table:consent_states,alias:s"`

	ContactID string `bun:",pk"`
	Purpose   string `bun:",pk"`
	Channel   string `bun:",pk"`
	Standing  string
	Proven    bool
	Since     time.Time
	EventID   string
}

// eventBatch is how many rows are written by one statement.
const eventBatch = 500

// Add appends events in the caller's transaction and returns them with their
// identifiers. They must have been checked.
func Add(ctx context.Context, tx bun.IDB, events []Event) ([]Event, error) {
	rows := make([]eventRow, len(events))
	for i := range events {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("consent: add: %w", err)
		}
		events[i].ID = ID(id.String())
		if rows[i], err = rowOf(events[i]); err != nil {
			return nil, err
		}
	}
	for some := range batches(rows) {
		if _, err := tx.NewInsert().Model(&some).Returning("NULL").Exec(ctx); err != nil {
			return nil, fmt.Errorf("consent: add: %w", err)
		}
	}
	return events, nil
}

func rowOf(e Event) (eventRow, error) {
	wording, err := json.Marshal(e.Wording)
	if err != nil {
		return eventRow{}, fmt.Errorf("consent: wording: %w", err)
	}
	proof, err := json.Marshal(e.Proof)
	if err != nil {
		return eventRow{}, fmt.Errorf("consent: proof: %w", err)
	}
	return eventRow{
		ID: string(e.ID), ContactID: string(e.ContactID), Purpose: string(e.Purpose), Channel: string(e.Channel),
		Kind: string(e.Kind), At: e.At, RecordedAt: e.RecordedAt, How: string(e.How),
		Wording: string(wording), Proof: string(proof),
	}, nil
}

func (r eventRow) event() (Event, error) {
	e := Event{
		ID: ID(r.ID), ContactID: contact.ID(r.ContactID), Purpose: processing.PurposeID(r.Purpose),
		Channel: processing.Channel(r.Channel), Kind: Kind(r.Kind), At: r.At.UTC(), RecordedAt: r.RecordedAt.UTC(), How: How(r.How),
	}
	if err := json.Unmarshal([]byte(r.Wording), &e.Wording); err != nil {
		return Event{}, fmt.Errorf("consent: wording of %s: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Proof), &e.Proof); err != nil {
		return Event{}, fmt.Errorf("consent: proof of %s: %w", r.ID, err)
	}
	return e, nil
}

// EventsOf returns everything that was recorded of some people, in the order in which
// it counts. See History for what an import said of them.
func EventsOf(ctx context.Context, db bun.IDB, ids ...contact.ID) (map[contact.ID][]Event, error) {
	out := make(map[contact.ID][]Event, len(ids))
	for some := range batches(ids) {
		var rows []eventRow
		if err := db.NewSelect().Model(&rows).Where("e.contact_id IN (?)", bun.List(some)).Order("e.at", "e.id").Scan(ctx); err != nil {
			return nil, fmt.Errorf("consent: events: %w", err)
		}
		for _, r := range rows {
			e, err := r.event()
			if err != nil {
				return nil, err
			}
			out[e.ContactID] = append(out[e.ContactID], e)
		}
	}
	return out, nil
}

// PutStates replaces the stored present of a person in the caller's transaction. It
// is an index of what Present replays, nothing more.
func PutStates(ctx context.Context, tx bun.IDB, id contact.ID, states States) error {
	if _, err := tx.NewDelete().Model((*stateRow)(nil)).Where("contact_id = ?", id).Exec(ctx); err != nil {
		return fmt.Errorf("consent: drop states: %w", err)
	}
	if len(states) == 0 {
		return nil
	}
	rows := make([]stateRow, 0, len(states))
	for use, s := range states {
		rows = append(rows, stateRow{
			ContactID: string(id), Purpose: string(use.Purpose), Channel: string(use.Channel),
			Standing: string(s.Standing), Proven: s.IsProven(), Since: s.Since, EventID: string(s.Event.ID),
		})
	}
	if _, err := tx.NewInsert().Model(&rows).Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("consent: put states: %w", err)
	}
	return nil
}

// StoredStates returns the stored present of a person; the events hold no proof and no
// wording, only their identifier.
func StoredStates(ctx context.Context, db bun.IDB, id contact.ID) (map[Use]Stored, error) {
	var rows []stateRow
	if err := db.NewSelect().Model(&rows).Where("s.contact_id = ?", id).Scan(ctx); err != nil {
		return nil, fmt.Errorf("consent: states: %w", err)
	}
	out := make(map[Use]Stored, len(rows))
	for _, r := range rows {
		use := Use{processing.PurposeID(r.Purpose), processing.Channel(r.Channel)}
		out[use] = Stored{Standing(r.Standing), r.Proven, r.Since.UTC(), ID(r.EventID)}
	}
	return out, nil
}

// Stored is one line of the stored present.
type Stored struct {
	Standing Standing
	Proven   bool
	Since    time.Time
	EventID  ID
}
