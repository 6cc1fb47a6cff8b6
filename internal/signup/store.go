package signup

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/fault"
)

// Named refusals of forms.
var (
	ErrNotFound  = fault.New(fault.NotFound, "signup.form_unknown")
	ErrSlugTaken = fault.New(fault.Conflict, "signup.slug_taken").At("slug")
)

type formRow struct {
	bun.BaseModel `bun:"table:signup_forms,alias:f"`

	ID        string `bun:",pk"`
	Slug      string
	Document  string
	Version   int
	CreatedAt time.Time
	UpdatedAt time.Time
	ClosedAt  time.Time `bun:",nullzero"`
}

type versionRow struct {
	bun.BaseModel `bun:"table:signup_versions,alias:v"`

	FormID      string `bun:",pk"`
	Number      int    `bun:",pk"`
	Document    string
	Shipped     string
	PublishedAt time.Time
	PublishedBy string
}

func (r formRow) form() (Form, error) {
	f := Form{
		ID: FormID(r.ID), Slug: r.Slug, Version: r.Version,
		CreatedAt: utc(r.CreatedAt), UpdatedAt: utc(r.UpdatedAt), ClosedAt: utc(r.ClosedAt),
	}
	if err := json.Unmarshal([]byte(r.Document), &f.Draft); err != nil {
		return Form{}, fmt.Errorf("signup: form %s: %w", r.ID, err)
	}
	return f, nil
}

// utc keeps the zero time zero.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// Save writes a form, new or known. Another form at the same address gives
// ErrSlugTaken.
func Save(ctx context.Context, tx bun.IDB, f Form) error {
	text, err := json.Marshal(f.Draft)
	if err != nil {
		return fmt.Errorf("signup: save form: %w", err)
	}
	row := formRow{
		ID: string(f.ID), Slug: f.Slug, Document: string(text), Version: f.Version,
		CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt, ClosedAt: f.ClosedAt,
	}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("slug = EXCLUDED.slug, document = EXCLUDED.document, version = EXCLUDED.version").
		Set("updated_at = EXCLUDED.updated_at, closed_at = EXCLUDED.closed_at").Exec(ctx)
	if database.IsUnique(err, "slug") {
		return ErrSlugTaken.Because(err)
	}
	if err != nil {
		return fmt.Errorf("signup: save form: %w", err)
	}
	return nil
}

// Forms lists all forms, the latest first.
func Forms(ctx context.Context, db bun.IDB) ([]Form, error) {
	var rows []formRow
	if err := db.NewSelect().Model(&rows).OrderExpr("f.created_at DESC, f.id DESC").Scan(ctx); err != nil {
		return nil, fmt.Errorf("signup: forms: %w", err)
	}
	out := make([]Form, len(rows))
	for k, r := range rows {
		var err error
		if out[k], err = r.form(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ByID returns one form, or ErrNotFound.
func ByID(ctx context.Context, db bun.IDB, id FormID) (Form, error) {
	return one(ctx, db, "f.id = ?", string(id))
}

// BySlug returns the form at an address, or ErrNotFound.
func BySlug(ctx context.Context, db bun.IDB, slug string) (Form, error) {
	return one(ctx, db, "f.slug = ?", slug)
}

func one(ctx context.Context, db bun.IDB, where, value string) (Form, error) {
	var row formRow
	err := db.NewSelect().Model(&row).Where(where, value).Scan(ctx)
	if database.IsNoRows(err) {
		return Form{}, ErrNotFound
	}
	if err != nil {
		return Form{}, fmt.Errorf("signup: form: %w", err)
	}
	return row.form()
}

// AddVersion keeps a published version for good.
func AddVersion(ctx context.Context, tx bun.IDB, v Version) error {
	text, err := json.Marshal(v.Definition)
	if err != nil {
		return fmt.Errorf("signup: publish: %w", err)
	}
	shipped, err := json.Marshal(v.Shipped)
	if err != nil {
		return fmt.Errorf("signup: publish: %w", err)
	}
	row := versionRow{
		FormID: string(v.FormID), Number: v.Number, Document: string(text), Shipped: string(shipped),
		PublishedAt: v.PublishedAt, PublishedBy: v.PublishedBy,
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("signup: publish: %w", err)
	}
	return nil
}

// VersionOf returns a published version, or ErrNotFound.
func VersionOf(ctx context.Context, db bun.IDB, id FormID, number int) (Version, error) {
	var row versionRow
	err := db.NewSelect().Model(&row).Where("v.form_id = ? AND v.number = ?", string(id), number).Scan(ctx)
	if database.IsNoRows(err) {
		return Version{}, ErrNotFound
	}
	if err != nil {
		return Version{}, fmt.Errorf("signup: version: %w", err)
	}
	v := Version{FormID: FormID(row.FormID), Number: row.Number, PublishedAt: utc(row.PublishedAt), PublishedBy: row.PublishedBy}
	if err := json.Unmarshal([]byte(row.Document), &v.Definition); err != nil {
		return Version{}, fmt.Errorf("signup: version %d of %s: %w", number, id, err)
	}
	if err := json.Unmarshal([]byte(row.Shipped), &v.Shipped); err != nil {
		return Version{}, fmt.Errorf("signup: version %d of %s: %w", number, id, err)
	}
	return v, nil
}
