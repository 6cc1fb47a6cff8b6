package processing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

type purposeRow struct {
	bun.BaseModel `bun:"table:purposes,alias:p"`

	ID        string `bun:",pk"`
	Position  int
	Document  string
	UpdatedAt time.Time
}

type fieldRow struct {
	bun.BaseModel `bun:"table:declared_fields,alias:f"`

	FieldKey  string `bun:",pk"`
	Position  int
	Document  string
	UpdatedAt time.Time
}

// Get returns the firm's record; the shipped proposal until the firm has written
// one.
func Get(ctx context.Context, db bun.IDB) (Record, error) {
	var purposes []purposeRow
	if err := db.NewSelect().Model(&purposes).Order("p.position", "p.id").Scan(ctx); err != nil {
		return Record{}, fmt.Errorf("processing: read purposes: %w", err)
	}
	var fields []fieldRow
	if err := db.NewSelect().Model(&fields).Order("f.position", "f.field_key").Scan(ctx); err != nil {
		return Record{}, fmt.Errorf("processing: read fields: %w", err)
	}
	if len(purposes) == 0 && len(fields) == 0 {
		return Starter()
	}
	r := Record{Purposes: make([]Purpose, len(purposes)), Fields: make([]Field, len(fields))}
	for i, row := range purposes {
		if err := json.Unmarshal([]byte(row.Document), &r.Purposes[i]); err != nil {
			return Record{}, fmt.Errorf("processing: purpose %s: %w", row.ID, err)
		}
	}
	for i, row := range fields {
		if err := json.Unmarshal([]byte(row.Document), &r.Fields[i]); err != nil {
			return Record{}, fmt.Errorf("processing: field %s: %w", row.FieldKey, err)
		}
	}
	return r, nil
}

// Put writes the whole record in the caller's transaction. What is missing from it
// stays as it was: nothing of a record is ever deleted, it ends (EndedAt).
func Put(ctx context.Context, tx bun.IDB, r Record, now time.Time) error {
	for i, p := range r.Purposes {
		text, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("processing: purpose %s: %w", p.ID, err)
		}
		row := purposeRow{ID: string(p.ID), Position: i, Document: string(text), UpdatedAt: now}
		_, err = tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
			Set("position = EXCLUDED.position, document = EXCLUDED.document, updated_at = EXCLUDED.updated_at").Exec(ctx)
		if err != nil {
			return fmt.Errorf("processing: write purpose %s: %w", p.ID, err)
		}
	}
	for i, f := range r.Fields {
		text, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("processing: field %s: %w", f.Key, err)
		}
		row := fieldRow{FieldKey: string(f.Key), Position: i, Document: string(text), UpdatedAt: now}
		_, err = tx.NewInsert().Model(&row).On("CONFLICT (field_key) DO UPDATE").
			Set("position = EXCLUDED.position, document = EXCLUDED.document, updated_at = EXCLUDED.updated_at").Exec(ctx)
		if err != nil {
			return fmt.Errorf("processing: write field %s: %w", f.Key, err)
		}
	}
	return nil
}
