package retention

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
)

type settingsRow struct {
	bun.BaseModel `bun:"table:retention_settings"`

	One      int `bun:",pk"`
	Document string
}

// SettingsOf returns the settings; Defaults until the firm has chosen.
func SettingsOf(ctx context.Context, db bun.IDB) (Settings, error) {
	var row settingsRow
	s := Defaults()
	err := db.NewSelect().Model(&row).Where("one = 1").Scan(ctx)
	if database.IsNoRows(err) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("retention: settings: %w", err)
	}
	if err := json.Unmarshal([]byte(row.Document), &s); err != nil {
		return s, fmt.Errorf("retention: settings: %w", err)
	}
	return s, nil
}

// PutSettings writes the settings.
func PutSettings(ctx context.Context, tx bun.IDB, s Settings) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("retention: settings: %w", err)
	}
	row := settingsRow{One: 1, Document: string(text)}
	if _, err := tx.NewInsert().Model(&row).On("CONFLICT (one) DO UPDATE").Set("document = EXCLUDED.document").Exec(ctx); err != nil {
		return fmt.Errorf("retention: settings: %w", err)
	}
	return nil
}

// Due is somebody whose time is over. Instants are UTC.
type Due struct {
	ID          contact.ID
	ActiveAt    time.Time // last activity, or when the data came in
	CollectedAt time.Time
	HasMail     bool
}

// Place is where a reader of the list of those due stopped; zero: at the beginning.
type Place struct {
	At time.Time
	ID contact.ID
}

// dueWhere is the condition of being due; it is read from an index.
func dueWhere(p Plan, zone *time.Location) (string, []any) {
	where, args := "erased_at IS NULL", []any{}
	if !p.IsReady() {
		return where + " AND 1 = 0", nil
	}
	if !p.Active.IsZero() {
		where += " AND coalesce(active_at, created_at) < ?"
		args = append(args, p.Active.AddDays(1).In(zone).UTC())
	}
	if !p.Collected.IsZero() {
		where += " AND created_at < ?"
		args = append(args, p.Collected.AddDays(1).In(zone).UTC())
	}
	return where, args
}

// ListDue returns up to limit people who are due, those first who are so for longest.
func ListDue(ctx context.Context, db bun.IDB, p Plan, zone *time.Location, after Place, limit int) ([]Due, error) {
	where, args := dueWhere(p, zone)
	if after.ID == "" {
		return readDue(ctx, db, where, "coalesce(active_at, created_at), id", args, limit)
	}
	// In two steps, since a whole import has one moment and only so the index leads
	// straight to the place: who shares the moment, then who comes later.
	alike, err := readDue(ctx, db, where+" AND coalesce(active_at, created_at) = ? AND id > ?", "id", append(slices.Clone(args), after.At, string(after.ID)), limit)
	if err != nil || len(alike) == limit {
		return alike, err
	}
	later, err := readDue(ctx, db, where+" AND coalesce(active_at, created_at) > ?", "coalesce(active_at, created_at), id", append(args, after.At), limit-len(alike))
	return append(alike, later...), err
}

func readDue(ctx context.Context, db bun.IDB, where, order string, args []any, limit int) ([]Due, error) {
	var rows []struct {
		ID                  string
		ActiveAt, CreatedAt time.Time
		HasMail             bool
	}
	err := db.NewRaw("SELECT id, coalesce(active_at, created_at) AS active_at, created_at, email <> '' AS has_mail FROM contacts WHERE "+where+
		" ORDER BY "+order+" LIMIT ?", append(args, limit)...).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("retention: who is due: %w", err)
	}
	out := make([]Due, len(rows))
	for i, r := range rows {
		out[i] = Due{contact.ID(r.ID), r.ActiveAt.UTC(), r.CreatedAt.UTC(), r.HasMail}
	}
	return out, nil
}

// CountDue counts the people who are due, and those among them without a mail address.
func CountDue(ctx context.Context, db bun.IDB, p Plan, zone *time.Location) (all, noMail int, err error) {
	where, args := dueWhere(p, zone)
	var row struct{ People, NoMail int }
	err = db.NewRaw("SELECT count(*) AS people, coalesce(sum(CASE WHEN email = '' THEN 1 ELSE 0 END), 0) AS no_mail FROM contacts WHERE "+where, args...).Scan(ctx, &row)
	if err != nil {
		return 0, 0, fmt.Errorf("retention: count who is due: %w", err)
	}
	return row.People, row.NoMail, nil
}

type countRow struct {
	bun.BaseModel `bun:"table:retention_counts,alias:n"`

	Dimension string `bun:",pk"`
	Value     string `bun:",pk"`
	People    int
	Published int
}

// AddTo counts somebody who is made anonymous.
func AddTo(ctx context.Context, tx bun.IDB, groups map[Dimension]string) error {
	for d, value := range groups {
		row := countRow{Dimension: string(d), Value: value, People: 1}
		_, err := tx.NewInsert().Model(&row).On("CONFLICT (dimension, value) DO UPDATE").Set("people = n.people + 1").Exec(ctx)
		if err != nil {
			return fmt.Errorf("retention: count: %w", err)
		}
	}
	return nil
}

// PublishAll decides anew what may be shown of the counts. See Publish.
func PublishAll(ctx context.Context, tx bun.IDB) error {
	var rows []countRow
	if err := tx.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return fmt.Errorf("retention: counts: %w", err)
	}
	now, before := map[Dimension]map[string]int{}, map[Dimension]map[string]int{}
	for _, r := range rows {
		d := Dimension(r.Dimension)
		if now[d] == nil {
			now[d], before[d] = map[string]int{}, map[string]int{}
		}
		if r.People > 0 {
			now[d][r.Value] = r.People
		}
		if r.Published > 0 {
			before[d][r.Value] = r.Published
		}
	}
	for d := range now {
		if err := writePublished(ctx, tx, d, Publish(before[d], now[d])); err != nil {
			return err
		}
	}
	return nil
}

func writePublished(ctx context.Context, tx bun.IDB, d Dimension, groups map[string]int) error {
	_, err := tx.NewUpdate().Model((*countRow)(nil)).Set("published = 0").Where("dimension = ?", string(d)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("retention: publish: %w", err)
	}
	for value, n := range groups {
		row := countRow{Dimension: string(d), Value: value, Published: n}
		_, err := tx.NewInsert().Model(&row).On("CONFLICT (dimension, value) DO UPDATE").Set("published = EXCLUDED.published").Exec(ctx)
		if err != nil {
			return fmt.Errorf("retention: publish: %w", err)
		}
	}
	return nil
}

// Published returns what is shown of those who were made anonymous.
func Published(ctx context.Context, db bun.IDB) (map[Dimension]map[string]int, error) {
	var rows []countRow
	if err := db.NewSelect().Model(&rows).Where("published > 0").Scan(ctx); err != nil {
		return nil, fmt.Errorf("retention: figures: %w", err)
	}
	out := map[Dimension]map[string]int{}
	for _, r := range rows {
		d := Dimension(r.Dimension)
		if out[d] == nil {
			out[d] = map[string]int{}
		}
		out[d][r.Value] = r.Published
	}
	return out, nil
}
