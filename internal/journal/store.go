package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

type entryRow struct {
	bun.BaseModel `bun:"table:journal_entries,alias:e"`

	Seq        int64 `bun:",pk"`
	ID         string
	CaseKind   string
	CaseID     string
	Kind       string
	ActorKind  string
	ActorID    string
	HappenedAt time.Time
	RecordedAt time.Time
	Facts      string
	TextHash   string
	Previous   string
	Hash       string
	Content    string `bun:",scanonly"`
}

type textRow struct {
	bun.BaseModel `bun:"table:journal_texts"`

	EntryID string `bun:",pk"`
	Content string
}

// Append writes e at the end of the chain, inside the caller's transaction, and
// fills in its number, identifier and hashes. HappenedAt defaults to RecordedAt.
// Writers take turns on the head of the chain, so entries never fork.
func Append(ctx context.Context, tx bun.IDB, e Entry) error {
	var head struct {
		Seq  int64
		Hash string
	}
	err := tx.NewRaw("UPDATE journal_head SET seq = seq + 1 WHERE one = 1 RETURNING seq, hash").Scan(ctx, &head)
	if err != nil {
		return fmt.Errorf("journal: take turn: %w", err)
	}
	row, err := sealed(e, head.Seq, head.Hash)
	if err != nil {
		return fmt.Errorf("journal: seal %s: %w", e.Kind, err)
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("journal: append %s: %w", e.Kind, err)
	}
	if err := index(ctx, tx, e, row); err != nil {
		return err
	}
	if e.Text != "" {
		if _, err := tx.NewInsert().Model(&textRow{EntryID: row.ID, Content: e.Text}).Exec(ctx); err != nil {
			return fmt.Errorf("journal: append text of %s: %w", e.Kind, err)
		}
	}
	if _, err := tx.NewRaw("UPDATE journal_head SET hash = ? WHERE one = 1", row.Hash).Exec(ctx); err != nil {
		return fmt.Errorf("journal: move head: %w", err)
	}
	return nil
}

func sealed(e Entry, seq int64, previous string) (entryRow, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return entryRow{}, err
	}
	if e.HappenedAt.IsZero() {
		e.HappenedAt = e.RecordedAt
	}
	e.Seq, e.ID, e.Previous, e.TextHash = seq, id.String(), previous, hashText(e.Text)
	e.HappenedAt = e.HappenedAt.UTC().Truncate(time.Microsecond)
	e.RecordedAt = e.RecordedAt.UTC().Truncate(time.Microsecond)
	if e.Facts == nil {
		e.Facts = map[string]string{}
	}
	if e.Hash, err = e.seal(); err != nil {
		return entryRow{}, err
	}
	facts, err := json.Marshal(e.Facts)
	if err != nil {
		return entryRow{}, err
	}
	return entryRow{
		Seq: e.Seq, ID: e.ID, CaseKind: e.Case.Kind, CaseID: e.Case.ID, Kind: e.Kind,
		ActorKind: string(e.Actor.Kind), ActorID: e.Actor.ID,
		HappenedAt: e.HappenedAt, RecordedAt: e.RecordedAt,
		Facts: string(facts), TextHash: e.TextHash, Previous: e.Previous, Hash: e.Hash,
	}, nil
}

func (r entryRow) entry() (Entry, error) {
	e := Entry{
		Seq: r.Seq, ID: r.ID, Case: Case{r.CaseKind, r.CaseID}, Kind: r.Kind,
		Actor:      Actor{ActorKind(r.ActorKind), r.ActorID},
		HappenedAt: r.HappenedAt.UTC(), RecordedAt: r.RecordedAt.UTC(),
		Text: r.Content, TextHash: r.TextHash, Previous: r.Previous, Hash: r.Hash,
	}
	if err := json.Unmarshal([]byte(r.Facts), &e.Facts); err != nil {
		return Entry{}, fmt.Errorf("journal: facts of entry %d: %w", r.Seq, err)
	}
	return e, nil
}

func selectEntries(db bun.IDB, rows *[]entryRow) *bun.SelectQuery {
	return db.NewSelect().Model(rows).ColumnExpr("e.*, coalesce(t.content, '') AS content").
		Join("LEFT JOIN journal_texts AS t ON t.entry_id = e.id")
}

// ListOf returns the entries of a case in the order they were recorded; none is
// an empty list.
func ListOf(ctx context.Context, db bun.IDB, c Case) ([]Entry, error) {
	var rows []entryRow
	err := selectEntries(db, &rows).Where("e.case_kind = ? AND e.case_id = ?", c.Kind, c.ID).OrderExpr("e.seq").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("journal: list of %s: %w", c.Kind, err)
	}
	return entries(rows)
}

// After returns up to limit entries whose number is above seq, in order.
func After(ctx context.Context, db bun.IDB, seq int64, limit int) ([]Entry, error) {
	var rows []entryRow
	err := selectEntries(db, &rows).Where("e.seq > ?", seq).OrderExpr("e.seq").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("journal: entries after %d: %w", seq, err)
	}
	return entries(rows)
}

func entries(rows []entryRow) ([]Entry, error) {
	out := make([]Entry, len(rows))
	for i, r := range rows {
		e, err := r.entry()
		if err != nil {
			return nil, err
		}
		out[i] = e
	}
	return out, nil
}

// verifyBatch bounds the memory of Verify on a long journal.
const verifyBatch = 1000

// Verify follows the whole chain and returns how many entries there are and what
// does not hold; no problem means that nothing was changed or removed since.
func Verify(ctx context.Context, db bun.IDB) (n int64, problems []Problem, err error) {
	var c chain
	for {
		batch, err := After(ctx, db, c.seq, verifyBatch)
		if err != nil {
			return 0, nil, err
		}
		for _, e := range batch {
			if err := c.follow(e); err != nil {
				return 0, nil, fmt.Errorf("journal: verify entry %d: %w", e.Seq, err)
			}
			n++
		}
		if len(batch) < verifyBatch {
			break
		}
	}
	var head struct {
		Seq  int64
		Hash string
	}
	if err := db.NewRaw("SELECT seq, hash FROM journal_head WHERE one = 1").Scan(ctx, &head); err != nil {
		return 0, nil, fmt.Errorf("journal: read head: %w", err)
	}
	if head.Seq != c.seq || head.Hash != c.hash {
		c.problems = append(c.problems, Problem{head.Seq, "head_moved"})
	}
	return n, c.problems, nil
}
