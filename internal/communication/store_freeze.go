package communication

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/incident"
)

type snapshotRow struct {
	bun.BaseModel `bun:"table:snapshots"`

	ID         string `bun:",pk"`
	IncidentID string
	Number     int
	People     int
	Hash       string
	FrozenBy   string
	FrozenAt   time.Time
}

// Freeze makes a snapshot of everybody who is not excluded and not frozen yet,
// with the data of the customer file as they are at this moment, in the order in
// which the post sorts. Nobody to freeze gives ErrNobody.
func Freeze(ctx context.Context, tx bun.IDB, s Snapshot) (Snapshot, error) {
	if err := refresh(ctx, tx, s.IncidentID); err != nil {
		return Snapshot{}, err
	}
	err := tx.NewRaw("SELECT coalesce(max(number), 0) + 1 FROM snapshots WHERE incident_id = ?", s.IncidentID).Scan(ctx, &s.Number)
	if err != nil {
		return Snapshot{}, fmt.Errorf("communication: freeze: %w", err)
	}
	row := snapshotRow{ID: s.ID, IncidentID: string(s.IncidentID), Number: s.Number, FrozenBy: s.FrozenBy, FrozenAt: s.FrozenAt}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return Snapshot{}, fmt.Errorf("communication: freeze: %w", err)
	}
	res, err := tx.NewRaw(`WITH ordered AS (
			SELECT contact_id, row_number() OVER (ORDER BY channel DESC, country, postcode, city, street, name, contact_id) AS place
			FROM affected_people WHERE incident_id = ? AND snapshot_id IS NULL AND excluded = '')
		UPDATE affected_people SET snapshot_id = ?, position = ordered.place
		FROM ordered WHERE affected_people.incident_id = ? AND affected_people.contact_id = ordered.contact_id`,
		s.IncidentID, s.ID, s.IncidentID).Exec(ctx)
	if err != nil {
		return Snapshot{}, fmt.Errorf("communication: freeze: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return Snapshot{}, fmt.Errorf("communication: freeze: %w", err)
	}
	if n == 0 {
		return Snapshot{}, ErrNobody
	}
	s.People = int(n)
	d := NewDigest()
	if err := EachOf(ctx, tx, s.ID, func(p Person) error { return d.Add(p) }); err != nil {
		return Snapshot{}, err
	}
	s.Hash = d.Sum()
	_, err = tx.NewUpdate().Model((*snapshotRow)(nil)).Set("people = ?, hash = ?", s.People, s.Hash).Where("id = ?", s.ID).Exec(ctx)
	if err != nil {
		return Snapshot{}, fmt.Errorf("communication: freeze: %w", err)
	}
	return s, nil
}

// refresh copies the contacts anew into the rows that are about to be frozen. A
// decision that somebody took about the channel stays, unless the new address
// makes it impossible.
func refresh(ctx context.Context, tx bun.IDB, id incident.ID) error {
	_, err := tx.NewRaw(`UPDATE affected_people SET name = c.name, organisation = c.organisation, street = c.street,
			postcode = c.postcode, city = c.city, country = c.country, email = c.email, language = c.language, birth_date = c.birth_date,
			channel = CASE WHEN affected_people.channel = 'mail' AND c.email <> '' THEN 'mail'
				WHEN c.street <> '' AND c.city <> '' THEN 'post' WHEN c.email <> '' THEN 'mail' ELSE 'none' END
		FROM contacts AS c WHERE c.id = affected_people.contact_id AND c.erased_at IS NULL
			AND affected_people.incident_id = ? AND affected_people.snapshot_id IS NULL`, id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("communication: refresh: %w", err)
	}
	// Who was erased meanwhile stays counted, but nothing of him is kept or printed.
	_, err = tx.NewRaw(`UPDATE affected_people SET name = '', organisation = '', street = '', postcode = '', city = '', country = '',
			email = '', language = '', birth_date = '', print_name = '', channel = 'none'
		WHERE incident_id = ? AND snapshot_id IS NULL
			AND contact_id IN (SELECT id FROM contacts WHERE erased_at IS NOT NULL)`, id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("communication: refresh erased: %w", err)
	}
	return nil
}

// EachOf calls fn for every person of a snapshot in order, without holding them
// all in memory.
func EachOf(ctx context.Context, db bun.IDB, snapshotID string, fn func(Person) error) error {
	for from := 0; ; {
		batch, err := Batch(ctx, db, snapshotID, from, 1000)
		if err != nil {
			return err
		}
		for _, p := range batch {
			if err := fn(p); err != nil {
				return err
			}
			from = p.Position
		}
		if len(batch) < 1000 {
			return nil
		}
	}
}

// Batch returns up to n people of a snapshot whose position is above from.
func Batch(ctx context.Context, db bun.IDB, snapshotID string, from, n int) ([]Person, error) {
	var rows []personRow
	err := db.NewSelect().Model(&rows).Where("p.snapshot_id = ? AND p.position > ?", snapshotID, from).
		OrderExpr("p.position").Limit(int64(n)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("communication: batch: %w", err)
	}
	return persons(rows), nil
}

// SnapshotsOf returns the snapshots of an incident in their order.
func SnapshotsOf(ctx context.Context, db bun.IDB, id incident.ID) ([]Snapshot, error) {
	var rows []snapshotRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("number").Scan(ctx); err != nil {
		return nil, fmt.Errorf("communication: snapshots: %w", err)
	}
	out := make([]Snapshot, len(rows))
	for k, r := range rows {
		out[k] = r.snapshot()
	}
	return out, nil
}

// Told says, of one incident, how many people its frozen lists hold and how many of
// their letters were sent.
type Told struct{ People, Sent int }

// ToldOf returns that for several incidents; one without a frozen list is not in
// the answer. It is meant for a few hundred incidents at a time.
func ToldOf(ctx context.Context, db bun.IDB, ids []string) (map[incident.ID]Told, error) {
	out := map[incident.ID]Told{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		IncidentID   string
		People, Sent int
	}
	err := db.NewRaw(`SELECT s.incident_id, sum(s.people) AS people,
			(SELECT count(*) FROM affected_people AS p WHERE p.incident_id = s.incident_id AND p.excluded = '' AND p.letter = ?) AS sent
		FROM snapshots AS s WHERE s.incident_id IN (?) GROUP BY s.incident_id`, Sent, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("communication: told: %w", err)
	}
	for _, r := range rows {
		out[incident.ID(r.IncidentID)] = Told{r.People, r.Sent}
	}
	return out, nil
}

// SnapshotByID returns a snapshot, or ErrSnapshotMissing.
func SnapshotByID(ctx context.Context, db bun.IDB, id string) (Snapshot, error) {
	var row snapshotRow
	err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Snapshot{}, ErrSnapshotMissing
	}
	if err != nil {
		return Snapshot{}, fmt.Errorf("communication: snapshot: %w", err)
	}
	return row.snapshot(), nil
}

func (r snapshotRow) snapshot() Snapshot {
	return Snapshot{r.ID, incident.ID(r.IncidentID), r.Number, r.People, r.Hash, r.FrozenBy, r.FrozenAt.UTC()}
}

// BatchBy is Batch for the people of one channel.
func BatchBy(ctx context.Context, db bun.IDB, snapshotID string, ch Channel, from, n int) ([]Person, error) {
	var rows []personRow
	err := db.NewSelect().Model(&rows).Where("p.snapshot_id = ? AND p.channel = ? AND p.position > ?", snapshotID, ch, from).
		OrderExpr("p.position").Limit(int64(n)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("communication: batch by channel: %w", err)
	}
	return persons(rows), nil
}
