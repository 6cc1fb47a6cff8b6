package contact

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

type doubleRow struct {
	bun.BaseModel `bun:"table:contact_doubles,alias:d"`

	AID      string `bun:"a_id,pk"`
	BID      string `bun:"b_id,pk"`
	Strength int
	Why      string
}

type notDoubleRow struct {
	bun.BaseModel `bun:"table:contact_not_doubles,alias:n"`

	AID    string `bun:"a_id,pk"`
	BID    string `bun:"b_id,pk"`
	SaidBy string
	SaidAt time.Time
}

// DoubleLook is when doubles were looked for: At is zero for never.
type DoubleLook struct {
	Position string
	At       time.Time
	Took     time.Duration
}

type lookRow struct {
	bun.BaseModel `bun:"table:contact_double_looks,alias:l"`

	ID       int `bun:",pk"`
	Position string
	LookedAt time.Time
	TookMs   int64
}

// LastLook returns when doubles were looked for last, and whether the file changed
// since.
func LastLook(ctx context.Context, db bun.IDB) (look DoubleLook, isStale bool, err error) {
	var rows []lookRow
	if err := db.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return look, true, fmt.Errorf("contact: last look: %w", err)
	}
	now, err := changeNumber(ctx, db)
	if err != nil || len(rows) == 0 {
		return look, true, err
	}
	look = DoubleLook{rows[0].Position, utc(rows[0].LookedAt), time.Duration(rows[0].TookMs) * time.Millisecond}
	return look, look.Position != now, nil
}

func changeNumber(ctx context.Context, db bun.IDB) (n string, err error) {
	query := "SELECT CAST(COALESCE(MAX(number), 0) AS TEXT) FROM contact_changes"
	if onPostgres(db) {
		query = "SELECT COALESCE((SELECT xact::text FROM contact_changes ORDER BY xact DESC LIMIT 1), '0')"
	}
	if err := db.NewRaw(query).Scan(ctx, &n); err != nil {
		return "", fmt.Errorf("contact: changes: %w", err)
	}
	return n, nil
}

// FindDoubles looks through the whole file for people who may be one. It takes a few
// seconds for a million and holds about forty bytes of each meanwhile. position is
// for KeepDoubles.
func FindDoubles(ctx context.Context, db bun.IDB) (pairs []Pair, position string, err error) {
	if position, err = changeNumber(ctx, db); err != nil {
		return nil, "", err
	}
	var d doubleFinder
	if err := d.read(ctx, db); err != nil {
		return nil, "", err
	}
	said, err := saidNotDoubles(ctx, db)
	if err != nil {
		return nil, "", err
	}
	candidates := d.pairs(said)
	d = doubleFinder{}
	for some := range slices.Chunk(candidates, eachBatch/2) {
		if pairs, err = judgePairs(ctx, db, some, pairs); err != nil {
			return nil, "", err
		}
	}
	slices.SortStableFunc(pairs, func(a, b Pair) int { return b.Strength - a.Strength })
	return pairs[:min(len(pairs), MostPairs)], position, nil
}

func (d *doubleFinder) read(ctx context.Context, db bun.IDB) (err error) {
	rows, err := db.QueryContext(ctx, "SELECT id, name, organisation, email, phone, postcode FROM contacts WHERE erased_at IS NULL ORDER BY id")
	if err != nil {
		return fmt.Errorf("contact: find doubles: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c Contact
		if err := rows.Scan(&c.ID, &c.Name, &c.Organisation, &c.Email, &c.Phone, &c.Postcode); err != nil {
			return fmt.Errorf("contact: find doubles: %w", err)
		}
		id, err := uuid.Parse(string(c.ID))
		if err != nil {
			return fmt.Errorf("contact: find doubles: %w", err)
		}
		d.add(id, c)
	}
	return rows.Err()
}

func saidNotDoubles(ctx context.Context, db bun.IDB) (map[[2]ID]bool, error) {
	var rows []notDoubleRow
	if err := db.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return nil, fmt.Errorf("contact: not doubles: %w", err)
	}
	out := map[[2]ID]bool{}
	for _, r := range rows {
		out[[2]ID{ID(r.AID), ID(r.BID)}] = true
	}
	return out, nil
}

// judgePairs adds those candidates that are alike.
func judgePairs(ctx context.Context, db bun.IDB, candidates [][2]ID, to []Pair) ([]Pair, error) {
	var ids []ID
	for _, p := range candidates {
		ids = append(ids, p[0], p[1])
	}
	slices.Sort(ids)
	people, err := ByIDs(ctx, db, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	byID := make(map[ID]Contact, len(people))
	for _, c := range people {
		byID[c.ID] = c
	}
	for _, p := range candidates {
		a, b := byID[p[0]], byID[p[1]]
		if why, n := WhyDouble(a, b); n > 0 && a.ID != "" && b.ID != "" {
			to = append(to, Pair{A: Contact{ID: a.ID}, B: Contact{ID: b.ID}, Why: why, Strength: n})
		}
	}
	return to, nil
}

// KeepDoubles replaces the list of doubles in the caller's transaction.
func KeepDoubles(ctx context.Context, tx bun.IDB, pairs []Pair, look DoubleLook) error {
	if _, err := tx.NewDelete().Model((*doubleRow)(nil)).Where("1 = 1").Exec(ctx); err != nil {
		return fmt.Errorf("contact: keep doubles: %w", err)
	}
	for some := range slices.Chunk(pairs, batchRows) {
		rows := make([]doubleRow, len(some))
		for i, p := range some {
			names := make([]string, len(p.Why))
			for j, w := range p.Why {
				names[j] = string(w)
			}
			rows[i] = doubleRow{AID: string(p.A.ID), BID: string(p.B.ID), Strength: p.Strength, Why: strings.Join(names, ",")}
		}
		if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
			return fmt.Errorf("contact: keep doubles: %w", err)
		}
	}
	row := lookRow{ID: 1, Position: look.Position, LookedAt: look.At, TookMs: look.Took.Milliseconds()}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("position = EXCLUDED.position, looked_at = EXCLUDED.looked_at, took_ms = EXCLUDED.took_ms").Exec(ctx)
	if err != nil {
		return fmt.Errorf("contact: keep doubles: %w", err)
	}
	return nil
}

// Doubles returns a page of the pairs that were found and are not settled, the surest
// first, and how many there are.
func Doubles(ctx context.Context, db bun.IDB, offset, limit int) (pairs []Pair, total int, err error) {
	open := func(s *bun.SelectQuery) *bun.SelectQuery {
		return s.Join("JOIN contacts AS a ON a.id = d.a_id AND a.erased_at IS NULL").
			Join("JOIN contacts AS b ON b.id = d.b_id AND b.erased_at IS NULL").
			Where("NOT EXISTS (SELECT 1 FROM contact_not_doubles AS n WHERE n.a_id = d.a_id AND n.b_id = d.b_id)")
	}
	n, err := open(db.NewSelect().Model((*doubleRow)(nil))).Count(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("contact: count doubles: %w", err)
	}
	var rows []doubleRow
	err = open(db.NewSelect().Model(&rows)).OrderExpr("d.strength DESC, d.a_id, d.b_id").Offset(int64(max(offset, 0))).Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("contact: doubles: %w", err)
	}
	for _, r := range rows {
		people, err := ByIDs(ctx, db, []ID{ID(r.AID), ID(r.BID)})
		if err != nil {
			return nil, 0, err
		}
		if len(people) != 2 {
			continue
		}
		p := Pair{A: people[0], B: people[1], Strength: r.Strength}
		for w := range strings.SplitSeq(r.Why, ",") {
			p.Why = append(p.Why, DoubleWhy(w))
		}
		pairs = append(pairs, p)
	}
	return pairs, int(n), nil
}

// SayNotDoubles remembers in the caller's transaction that two are two people.
func SayNotDoubles(ctx context.Context, tx bun.IDB, a, b ID, by string, now time.Time) error {
	if a > b {
		a, b = b, a
	}
	row := notDoubleRow{AID: string(a), BID: string(b), SaidBy: by, SaidAt: now}
	if _, err := tx.NewInsert().Model(&row).On("CONFLICT (a_id, b_id) DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("contact: not doubles: %w", err)
	}
	return nil
}

// forgetPairs removes what was found and said of a person and others.
func forgetPairs(ctx context.Context, tx bun.IDB, id ID) error {
	for _, model := range []any{(*doubleRow)(nil), (*notDoubleRow)(nil)} {
		if _, err := tx.NewDelete().Model(model).Where("a_id = ? OR b_id = ?", string(id), string(id)).Exec(ctx); err != nil {
			return fmt.Errorf("contact: forget pairs: %w", err)
		}
	}
	return nil
}
