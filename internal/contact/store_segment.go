package contact

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

type segmentRow struct {
	bun.BaseModel `bun:"table:contact_segments,alias:g"`

	ID        string `bun:",pk"`
	Name      string
	NameKey   string
	Criteria  string
	CreatedBy string
	CreatedAt time.Time
}

func (r segmentRow) segment() (Segment, error) {
	s := Segment{ID: SegmentID(r.ID), Name: r.Name, CreatedBy: r.CreatedBy, CreatedAt: utc(r.CreatedAt)}
	if err := json.Unmarshal([]byte(r.Criteria), &s.Criteria); err != nil {
		return Segment{}, fmt.Errorf("contact: criteria of segment %s: %w", r.ID, err)
	}
	return s, nil
}

// SaveSegment adds a segment. Another of the same name gives ErrSegmentTaken.
func SaveSegment(ctx context.Context, tx bun.IDB, s Segment) error {
	criteria, err := json.Marshal(s.Criteria)
	if err != nil {
		return fmt.Errorf("contact: save segment: %w", err)
	}
	row := segmentRow{ID: string(s.ID), Name: s.Name, NameKey: s.key(), Criteria: string(criteria), CreatedBy: s.CreatedBy, CreatedAt: s.CreatedAt}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	if database.IsUnique(err, "name_key") {
		return ErrSegmentTaken.Because(err)
	}
	if err != nil {
		return fmt.Errorf("contact: save segment: %w", err)
	}
	return nil
}

// Segments lists the segments by name.
func Segments(ctx context.Context, db bun.IDB) ([]Segment, error) {
	var rows []segmentRow
	if err := db.NewSelect().Model(&rows).OrderExpr("g.name_key, g.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("contact: segments: %w", err)
	}
	out := make([]Segment, len(rows))
	for k, r := range rows {
		var err error
		if out[k], err = r.segment(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SegmentByID returns one segment, or ErrSegmentUnknown.
func SegmentByID(ctx context.Context, db bun.IDB, id SegmentID) (Segment, error) {
	var row segmentRow
	err := db.NewSelect().Model(&row).Where("g.id = ?", string(id)).Scan(ctx)
	if database.IsNoRows(err) {
		return Segment{}, ErrSegmentUnknown
	}
	if err != nil {
		return Segment{}, fmt.Errorf("contact: segment: %w", err)
	}
	return row.segment()
}

// RemoveSegment removes one; nobody is removed with it. It fails with
// ErrSegmentUnknown.
func RemoveSegment(ctx context.Context, tx bun.IDB, id SegmentID) error {
	res, err := tx.NewDelete().Model((*segmentRow)(nil)).Where("id = ?", string(id)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("contact: remove segment: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return ErrSegmentUnknown
	}
	return nil
}
