package processing

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

type generalRow struct {
	bun.BaseModel `bun:"table:record_general,alias:g"`

	ID        string `bun:",pk"`
	Document  string
	UpdatedAt time.Time
}

// onlyGeneral is the key of the one row.
const onlyGeneral = "firm"

// GetGeneral returns the general part; an empty one before the firm wrote it.
func GetGeneral(ctx context.Context, db bun.IDB) (g General, err error) {
	var row generalRow
	err = db.NewSelect().Model(&row).Where("g.id = ?", onlyGeneral).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return General{}, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(row.Document), &g)
	}
	if err != nil {
		return General{}, fmt.Errorf("processing: general part: %w", err)
	}
	return g, nil
}

// PutGeneral writes the general part.
func PutGeneral(ctx context.Context, tx bun.IDB, g General, now time.Time) error {
	text, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("processing: general part: %w", err)
	}
	row := generalRow{ID: onlyGeneral, Document: string(text), UpdatedAt: now}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Set("document = EXCLUDED.document, updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("processing: write general part: %w", err)
	}
	return nil
}

type processorRow struct {
	bun.BaseModel `bun:"table:processors,alias:p"`

	ID        string `bun:",pk"`
	Name      string
	Document  string
	UpdatedAt time.Time
}

// Processors lists all, by name.
func Processors(ctx context.Context, db bun.IDB) ([]Processor, error) {
	var rows []processorRow
	if err := db.NewSelect().Model(&rows).Order("p.name", "p.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("processing: read processors: %w", err)
	}
	out := make([]Processor, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal([]byte(row.Document), &out[i]); err != nil {
			return nil, fmt.Errorf("processing: processor %s: %w", row.ID, err)
		}
	}
	return out, nil
}

// PutProcessor writes one.
func PutProcessor(ctx context.Context, tx bun.IDB, p Processor, now time.Time) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("processing: processor: %w", err)
	}
	row := processorRow{ID: p.ID, Name: p.Name, Document: string(text), UpdatedAt: now}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("name = EXCLUDED.name, document = EXCLUDED.document, updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("processing: write processor: %w", err)
	}
	return nil
}

// ContractFile is a file of the contract with a processor. Content is empty in lists.
type ContractFile struct {
	bun.BaseModel `bun:"table:processor_files,alias:f"`

	ID          string `bun:",pk"`
	ProcessorID string
	Name        string
	Media       string
	SHA256      string `bun:"sha256"`
	Content     []byte
	CreatedAt   time.Time
}

// AddFile keeps a file; the same one twice is kept once.
func AddFile(ctx context.Context, tx bun.IDB, f ContractFile) (added bool, err error) {
	res, err := tx.NewInsert().Model(&f).On("CONFLICT (processor_id, sha256) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("processing: keep contract: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// Files lists the files of a processor, the latest first, without what is in them.
func Files(ctx context.Context, db bun.IDB, processor string) ([]ContractFile, error) {
	var out []ContractFile
	err := db.NewSelect().Model(&out).ExcludeColumn("content").Where("f.processor_id = ?", processor).Order("f.created_at DESC", "f.id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("processing: contracts: %w", err)
	}
	return out, nil
}

// FileByID returns a file of a processor with what is in it, or ErrNoProcessor.
func FileByID(ctx context.Context, db bun.IDB, processor, id string) (f ContractFile, err error) {
	err = db.NewSelect().Model(&f).Where("f.processor_id = ?", processor).Where("f.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return f, ErrNoProcessor
	}
	if err != nil {
		return f, fmt.Errorf("processing: contract: %w", err)
	}
	return f, nil
}

// Version is a state of the record that was saved. Document is its JSON, as hashed.
type Version struct {
	bun.BaseModel `bun:"table:record_versions,alias:v"`

	ID        string `bun:",pk"`
	At        time.Time
	AccountID string
	SHA256    string `bun:"sha256"`
	Document  string
}

// AddVersion keeps a state.
func AddVersion(ctx context.Context, tx bun.IDB, v Version) error {
	if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
		return fmt.Errorf("processing: keep version: %w", err)
	}
	return nil
}

// Versions lists the states, the latest first, at most most, without their documents.
func Versions(ctx context.Context, db bun.IDB, most int) ([]Version, error) {
	var out []Version
	if err := db.NewSelect().Model(&out).ExcludeColumn("document").Order("v.at DESC", "v.id DESC").Limit(int64(most)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("processing: versions: %w", err)
	}
	return out, nil
}

// VersionAt returns the state that stood at a moment, or ErrNoVersion when none was
// saved yet.
func VersionAt(ctx context.Context, db bun.IDB, at time.Time) (Version, error) {
	return oneVersion(ctx, db.NewSelect().Where("v.at <= ?", at.UTC()))
}

// VersionByID returns one state, or ErrNoVersion.
func VersionByID(ctx context.Context, db bun.IDB, id string) (Version, error) {
	return oneVersion(ctx, db.NewSelect().Where("v.id = ?", id))
}

func oneVersion(ctx context.Context, q *bun.SelectQuery) (v Version, err error) {
	err = q.Model(&v).Order("v.at DESC", "v.id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return v, ErrNoVersion
	}
	if err != nil {
		return v, fmt.Errorf("processing: version: %w", err)
	}
	return v, nil
}

// Lock makes other changes of the record wait until the caller's transaction ends:
// the record is read and written whole.
func Lock(ctx context.Context, tx bun.IDB, now time.Time) error {
	row := generalRow{ID: onlyGeneral, Document: "{}", UpdatedAt: now}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Set("updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("processing: lock record: %w", err)
	}
	return nil
}
