package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
)

type actRow struct {
	bun.BaseModel `bun:"table:journal_acts,alias:a"`

	Seq        int64 `bun:",pk"`
	Kind       string
	CaseKind   string
	CaseID     string
	ActorKind  string
	ActorID    string
	RecordedAt time.Time
	People     int
	Facts      string `bun:",scanonly"`
}

type actPersonRow struct {
	bun.BaseModel `bun:"table:journal_persons"`

	ContactID string `bun:",pk"`
	Seq       int64  `bun:",pk"`
}

// personsPerInsert bounds one statement.
const personsPerInsert = 2000

// index makes an entry findable by the people it is about.
func index(ctx context.Context, tx bun.IDB, e Entry, row entryRow) error {
	people := e.people()
	if !e.isAct(len(people)) {
		return nil
	}
	act := actRow{
		Seq: row.Seq, Kind: row.Kind, CaseKind: row.CaseKind, CaseID: row.CaseID, ActorKind: row.ActorKind, ActorID: row.ActorID,
		RecordedAt: row.RecordedAt, People: len(people),
	}
	if _, err := tx.NewInsert().Model(&act).Exec(ctx); err != nil {
		return fmt.Errorf("journal: index %s: %w", e.Kind, err)
	}
	rows := make([]actPersonRow, 0, min(len(people), personsPerInsert))
	for some := range slices.Chunk(people, personsPerInsert) {
		rows = rows[:0]
		for _, id := range some {
			rows = append(rows, actPersonRow{ContactID: id, Seq: row.Seq})
		}
		if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
			return fmt.Errorf("journal: index people of %s: %w", e.Kind, err)
		}
	}
	return nil
}

// Acts returns what was done with people of the customer file, the latest first.
func Acts(ctx context.Context, db bun.IDB, q ActQuery) ([]Act, error) {
	var rows []actRow
	sel := q.narrow(db.NewSelect().Model(&rows).ColumnExpr("a.*, e.facts").Join("JOIN journal_entries AS e ON e.seq = a.seq"))
	if q.Limit <= 0 {
		q.Limit = 50
	}
	if err := sel.OrderExpr("a.recorded_at DESC, a.seq DESC").Limit(int64(q.Limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("journal: acts: %w", err)
	}
	out := make([]Act, len(rows))
	for i, r := range rows {
		out[i] = Act{
			Seq: r.Seq, Kind: r.Kind, Case: Case{r.CaseKind, r.CaseID}, Actor: Actor{ActorKind(r.ActorKind), r.ActorID},
			RecordedAt: r.RecordedAt.UTC(), People: r.People,
		}
		if err := json.Unmarshal([]byte(r.Facts), &out[i].Facts); err != nil {
			return nil, fmt.Errorf("journal: facts of entry %d: %w", r.Seq, err)
		}
	}
	return out, nil
}

func (q ActQuery) narrow(sel *bun.SelectQuery) *bun.SelectQuery {
	if q.Person != "" {
		which := "a.seq IN (SELECT seq FROM journal_persons WHERE contact_id = ?)"
		if len(q.Imports) == 0 {
			sel = sel.Where(which, q.Person)
		} else {
			sel = sel.Where("a.seq IN (SELECT seq FROM journal_persons WHERE contact_id = ? UNION SELECT seq FROM journal_acts WHERE case_kind = 'import' AND case_id IN (?))",
				q.Person, bun.List(q.Imports))
		}
	}
	if q.Account != "" {
		sel = sel.Where("a.actor_id = ?", q.Account)
	}
	if len(q.Kinds) > 0 {
		sel = sel.Where("a.kind IN (?)", bun.List(q.Kinds))
	}
	if len(q.Except) > 0 {
		sel = sel.Where("a.kind NOT IN (?)", bun.List(q.Except))
	}
	if !q.From.IsZero() {
		sel = sel.Where("a.recorded_at >= ?", q.From.UTC())
	}
	if !q.To.IsZero() {
		sel = sel.Where("a.recorded_at < ?", q.To.UTC())
	}
	if !q.Before.IsZero() {
		// The first condition lets the index be used on both databases.
		sel = sel.Where("a.recorded_at <= ?", q.Before.At.UTC()).
			Where("(a.recorded_at < ? OR a.seq < ?)", q.Before.At.UTC(), q.Before.Seq)
	}
	return sel
}

// ActsSince returns acts of accounts whose number is above seq, in order, and the
// number of the last entry there is: the next call begins behind it.
func ActsSince(ctx context.Context, db bun.IDB, seq int64) ([]Act, int64, error) {
	var last int64
	if err := db.NewRaw("SELECT seq FROM journal_head WHERE one = 1").Scan(ctx, &last); err != nil {
		return nil, 0, fmt.Errorf("journal: head: %w", err)
	}
	var rows []actRow
	err := db.NewSelect().Model(&rows).Where("a.seq > ? AND a.seq <= ? AND a.actor_kind = ?", seq, last, ByAccount).OrderExpr("a.seq").Scan(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("journal: acts since %d: %w", seq, err)
	}
	out := make([]Act, len(rows))
	for i, r := range rows {
		out[i] = Act{Seq: r.Seq, Kind: r.Kind, Case: Case{r.CaseKind, r.CaseID}, Actor: Actor{ActorKind(r.ActorKind), r.ActorID}, RecordedAt: r.RecordedAt.UTC(), People: r.People}
	}
	return out, last, nil
}
