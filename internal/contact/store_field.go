package contact

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/fault"
)

// ErrFieldEnding says that the old values of a field are not all taken out yet.
var ErrFieldEnding = fault.New(fault.Conflict, "fields.still_ending")

// Ending is a field whose values are taken out of the file. Erased counts the people
// who lost one; DoneAt is zero while it goes on.
type Ending struct {
	Field              Field
	Erased             int
	ActorKind, ActorID string
	BegunAt, DoneAt    time.Time
}

type endingRow struct {
	bun.BaseModel `bun:"table:field_endings,alias:e"`

	FieldKey  string `bun:",pk"`
	AfterID   string
	Erased    int
	ActorKind string
	ActorID   string
	BegunAt   time.Time
	DoneAt    time.Time `bun:",nullzero"`
}

func (r endingRow) ending() Ending {
	return Ending{Field: Field(r.FieldKey), Erased: r.Erased, ActorKind: r.ActorKind, ActorID: r.ActorID, BegunAt: utc(r.BegunAt), DoneAt: utc(r.DoneAt)}
}

// hasValue is the condition under which a person has a value of a field.
func hasValue(s *bun.SelectQuery, f Field) *bun.SelectQuery {
	if f.IsOwn() {
		// A key stands in the text with its quotes, and a value only with them escaped.
		return s.Where("c.extra LIKE ? ESCAPE '!'", pattern(`"`+string(f)+`":`))
	}
	switch f {
	case FieldAddress:
		return s.Where("(c.street <> '' OR c.postcode <> '' OR c.city <> '' OR c.country <> '')")
	case FieldNumber, FieldName, FieldGiven, FieldFamily, FieldOrganisation, FieldEmail, FieldPhone, FieldStreet, FieldPostcode,
		FieldCity, FieldCountry, FieldLanguage, FieldBirthDate, FieldMarketing:
		return s.Where("? <> ''", bun.Ident("c."+string(f)))
	}
	return s.Where("1 = 0")
}

// CountWith counts the people who have a value of a field.
func CountWith(ctx context.Context, db bun.IDB, f Field) (int, error) {
	n, err := hasValue(db.NewSelect().Model((*contactRow)(nil)).Where("c.erased_at IS NULL"), f).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("contact: count field: %w", err)
	}
	return int(n), nil
}

// BeginEnding notes in the caller's transaction that the values of a field are to go,
// and drops what merges kept of it: they can no longer be taken back.
func BeginEnding(ctx context.Context, tx bun.IDB, e Ending) error {
	row := endingRow{FieldKey: string(e.Field), ActorKind: e.ActorKind, ActorID: e.ActorID, BegunAt: e.BegunAt}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (field_key) DO UPDATE").
		Set("after_id = '', erased = 0, actor_kind = EXCLUDED.actor_kind, actor_id = EXCLUDED.actor_id").
		Set("begun_at = EXCLUDED.begun_at, done_at = NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("contact: begin ending: %w", err)
	}
	if _, err := tx.NewUpdate().Model((*mergeRow)(nil)).Set("undo = ''").Where("undo <> ''").Exec(ctx); err != nil {
		return fmt.Errorf("contact: forget merges: %w", err)
	}
	return nil
}

// RestartField refuses with ErrFieldEnding while the old values of a field are not all
// taken out.
func RestartField(ctx context.Context, db bun.IDB, f Field) error {
	is, err := db.NewSelect().Model((*endingRow)(nil)).Where("e.field_key = ? AND e.done_at IS NULL", string(f)).Exists(ctx)
	if err != nil {
		return fmt.Errorf("contact: ending: %w", err)
	}
	if is {
		return ErrFieldEnding
	}
	return nil
}

// OpenEndings lists the fields whose values are still being taken out.
func OpenEndings(ctx context.Context, db bun.IDB) ([]Ending, error) {
	var rows []endingRow
	if err := db.NewSelect().Model(&rows).Where("e.done_at IS NULL").OrderExpr("e.begun_at, e.field_key").Scan(ctx); err != nil {
		return nil, fmt.Errorf("contact: endings: %w", err)
	}
	out := make([]Ending, len(rows))
	for i, r := range rows {
		out[i] = r.ending()
	}
	return out, nil
}

// EraseField takes the value of an ended field from the next people in the caller's
// transaction. Who is done, and when nobody is left, is in the result.
func EraseField(ctx context.Context, tx bun.IDB, f Field, now time.Time) (Ending, error) {
	var row endingRow
	err := tx.NewSelect().Model(&row).Where("e.field_key = ?", string(f)).Scan(ctx)
	if database.IsNoRows(err) {
		return Ending{Field: f, DoneAt: now}, nil
	}
	if err != nil {
		return Ending{}, fmt.Errorf("contact: ending: %w", err)
	}
	var people []contactRow
	err = hasValue(tx.NewSelect().Model(&people).Where("c.id > ?", row.AfterID), f).OrderExpr("c.id").Limit(eachBatch).Scan(ctx)
	if err != nil {
		return Ending{}, fmt.Errorf("contact: people with a field: %w", err)
	}
	for _, p := range people {
		c := p.contact()
		c.Clear(f)
		c.UpdatedAt = now
		if err := update(ctx, tx, c); err != nil {
			return Ending{}, err
		}
		row.AfterID = p.ID
	}
	if row.Erased += len(people); len(people) < eachBatch {
		row.DoneAt = now
		if _, err := tx.NewDelete().Model((*sourceRow)(nil)).Where("field_key = ?", string(f)).Exec(ctx); err != nil {
			return Ending{}, fmt.Errorf("contact: forget sources: %w", err)
		}
	}
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return Ending{}, fmt.Errorf("contact: note ending: %w", err)
	}
	return row.ending(), nil
}
