package request

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
)

type requestRow struct {
	bun.BaseModel `bun:"table:requests,alias:q"`

	ID              string `bun:",pk"`
	Ref             string
	SendKey         string `bun:",nullzero"`
	Via             string
	Kinds           string
	Items           string
	Name            string
	Email           string
	Phone           string
	Address         string
	CustomerNumber  string
	Said            string
	Language        string
	ReceivedAt      time.Time
	ContactID       string `bun:",nullzero"`
	Matching        string
	Identity        string
	Told            string
	LawVersion      string
	LeadID          string
	State           string
	ExtendedAt      time.Time `bun:",nullzero"`
	ExtensionReason string
	PausedAt        time.Time `bun:",nullzero"`
	PausedDays      int
	DueAt           time.Time
	GatheredAt      time.Time `bun:",nullzero"`
	GatheredHash    string
	AnsweredAt      time.Time `bun:",nullzero"`
	AnsweredHow     string
	LateReason      string
	Note            string
	ClosedAt        time.Time `bun:",nullzero"`
	StrippedAt      time.Time `bun:",nullzero"`
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// NewID makes an identifier for a request or a paper of one.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("request: new id: %w", err)
	}
	return id.String(), nil
}

// NextRef counts up the references of a year: REQ-2026-0001, REQ-2026-0002 …
func NextRef(ctx context.Context, tx bun.IDB, year int) (string, error) {
	var n int
	err := tx.NewRaw(`INSERT INTO counters (name, value) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`, fmt.Sprintf("request-%d", year)).Scan(ctx, &n)
	if err != nil {
		return "", fmt.Errorf("request: next reference: %w", err)
	}
	return fmt.Sprintf("REQ-%d-%04d", year, n), nil
}

// Insert writes a new request.
func Insert(ctx context.Context, tx bun.IDB, r Request) error {
	row, err := rowOf(r)
	if err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("request: insert %s: %w", r.ID, err)
	}
	return nil
}

// Save writes the whole state of a request that ForUpdate read in the same transaction.
func Save(ctx context.Context, tx bun.IDB, r Request) error {
	row, err := rowOf(r)
	if err != nil {
		return err
	}
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("request: save %s: %w", r.ID, err)
	}
	return nil
}

// ByID returns a request, or ErrNotFound.
func ByID(ctx context.Context, db bun.IDB, id ID) (Request, error) {
	return one(ctx, db.NewSelect().Model((*requestRow)(nil)).Where("q.id = ?", string(id)))
}

// ForUpdate is ByID that keeps others from changing it until the transaction ends.
func ForUpdate(ctx context.Context, tx bun.IDB, id ID) (Request, error) {
	q := tx.NewSelect().Model((*requestRow)(nil)).Where("q.id = ?", string(id))
	if tx.Dialect().Name() == dialect.PG {
		q = q.For("UPDATE")
	}
	return one(ctx, q)
}

// BySendKey returns the request that a form made when it was sent before, or ErrNotFound.
func BySendKey(ctx context.Context, db bun.IDB, key string) (Request, error) {
	if key == "" {
		return Request{}, ErrNotFound
	}
	return one(ctx, db.NewSelect().Model((*requestRow)(nil)).Where("q.send_key = ?", key))
}

func one(ctx context.Context, q *bun.SelectQuery) (Request, error) {
	var row requestRow
	err := q.Scan(ctx, &row)
	if database.IsNoRows(err) {
		return Request{}, ErrNotFound
	}
	if err != nil {
		return Request{}, fmt.Errorf("request: read: %w", err)
	}
	return row.request()
}

// Filter narrows the register; a zero field does not narrow. From and To are days in
// UTC, both included.
type Filter struct {
	State State
	Kind  Kind
	Text  string // part of the reference or the name
	From  string
	To    string
}

// List returns requests that fit: open ones by the nearest end, then the others, the
// latest first. limit 0 means all of them.
func List(ctx context.Context, db bun.IDB, f Filter, limit int) ([]Request, error) {
	q := db.NewSelect().Model((*requestRow)(nil)).
		OrderExpr("CASE WHEN q.state = ? THEN 0 ELSE 1 END, CASE WHEN q.state = ? THEN q.due_at END, q.received_at DESC, q.id", Open, Open)
	if f.State != "" {
		q = q.Where("q.state = ?", f.State)
	}
	if f.Kind != "" {
		q = q.Where("',' || q.kinds || ',' LIKE ?", "%,"+string(f.Kind)+",%")
	}
	if text := strings.TrimSpace(f.Text); text != "" {
		like := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
		q = q.Where("(lower(q.ref) LIKE ? ESCAPE '!' OR lower(q.name) LIKE ? ESCAPE '!')", like, like)
	}
	if t, err := time.Parse(time.DateOnly, f.From); err == nil {
		q = q.Where("q.received_at >= ?", t)
	}
	if t, err := time.Parse(time.DateOnly, f.To); err == nil {
		q = q.Where("q.received_at < ?", t.AddDate(0, 0, 1))
	}
	if limit > 0 {
		q = q.Limit(int64(limit))
	}
	return many(ctx, q)
}

// OpenBefore returns the open requests whose strict end lies before an instant and
// whose month runs, the nearest first.
func OpenBefore(ctx context.Context, db bun.IDB, at time.Time, limit int) ([]Request, error) {
	return many(ctx, db.NewSelect().Model((*requestRow)(nil)).
		Where("q.state = ? AND q.due_at < ? AND q.answered_at IS NULL AND q.paused_at IS NULL", Open, at).OrderExpr("q.due_at, q.id").Limit(int64(limit)))
}

// OfContact returns the requests of somebody, oldest first.
func OfContact(ctx context.Context, db bun.IDB, id contact.ID) ([]Request, error) {
	return many(ctx, db.NewSelect().Model((*requestRow)(nil)).Where("q.contact_id = ?", string(id)).OrderExpr("q.received_at, q.id"))
}

// ClosedBefore returns the requests that were closed before an instant and still name
// the person.
func ClosedBefore(ctx context.Context, db bun.IDB, at time.Time, limit int) ([]Request, error) {
	return many(ctx, db.NewSelect().Model((*requestRow)(nil)).
		Where("q.state = ? AND q.stripped_at IS NULL AND q.closed_at < ?", Closed, at).OrderExpr("q.closed_at, q.id").Limit(int64(limit)))
}

// Reassign makes the requests of one person those of another and returns whose they
// were, as identifiers with blanks between, for taking it back.
func Reassign(ctx context.Context, tx bun.IDB, from, to contact.ID) (string, error) {
	all, err := OfContact(ctx, tx, from)
	if err != nil {
		return "", err
	}
	ids := make([]string, len(all))
	for k, r := range all {
		ids[k] = string(r.ID)
	}
	return strings.Join(ids, " "), assign(ctx, tx, ids, to)
}

// AssignBack takes a Reassign back.
func AssignBack(ctx context.Context, tx bun.IDB, ids string, to contact.ID) error {
	return assign(ctx, tx, strings.Fields(ids), to)
}

func assign(ctx context.Context, tx bun.IDB, ids []string, to contact.ID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().Model((*requestRow)(nil)).Set("contact_id = ?", string(to)).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("request: assign: %w", err)
	}
	return nil
}

// Counts says how many requests there are in all and how many are open.
func Counts(ctx context.Context, db bun.IDB) (all, open int, err error) {
	err = db.NewRaw("SELECT count(*), coalesce(sum(CASE WHEN state = ? THEN 1 ELSE 0 END), 0) FROM requests", Open).Scan(ctx, &all, &open)
	if err != nil {
		return 0, 0, fmt.Errorf("request: count: %w", err)
	}
	return all, open, nil
}

func many(ctx context.Context, q *bun.SelectQuery) ([]Request, error) {
	var rows []requestRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("request: list: %w", err)
	}
	out := make([]Request, len(rows))
	for k, row := range rows {
		var err error
		if out[k], err = row.request(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func rowOf(r Request) (requestRow, error) {
	items, err1 := json.Marshal(r.Items)
	identity, err2 := json.Marshal(r.Identity)
	told, err3 := json.Marshal(r.Told)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return requestRow{}, fmt.Errorf("request: pack %s: %w", r.ID, err)
		}
	}
	return requestRow{
		ID: string(r.ID), Ref: r.Ref, SendKey: r.SendKey, Via: string(r.Via), Kinds: strings.Join(r.KindCodes(), ","), Items: string(items),
		Name: r.Name, Email: r.Email, Phone: r.Phone, Address: r.Address, CustomerNumber: r.CustomerNumber, Said: r.Said, Language: r.Language,
		ReceivedAt: r.ReceivedAt, ContactID: string(r.ContactID), Matching: string(r.Matching), Identity: string(identity), Told: string(told),
		LawVersion: r.LawVersion, LeadID: r.LeadID, State: string(r.State), ExtendedAt: r.ExtendedAt, ExtensionReason: r.ExtensionReason,
		PausedAt: r.PausedAt, PausedDays: r.PausedDays, DueAt: r.DueAt, GatheredAt: r.GatheredAt, GatheredHash: r.GatheredHash,
		AnsweredAt: r.AnsweredAt, AnsweredHow: string(r.AnsweredHow), LateReason: r.LateReason, Note: r.Note,
		ClosedAt: r.ClosedAt, StrippedAt: r.StrippedAt, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}, nil
}

func (q requestRow) request() (Request, error) {
	r := Request{
		ID: ID(q.ID), Ref: q.Ref, SendKey: q.SendKey, Via: Via(q.Via), Name: q.Name, Email: q.Email, Phone: q.Phone, Address: q.Address,
		CustomerNumber: q.CustomerNumber, Said: q.Said, Language: q.Language, ReceivedAt: utc(q.ReceivedAt), ContactID: contact.ID(q.ContactID),
		Matching: Matching(q.Matching), LawVersion: q.LawVersion, LeadID: q.LeadID, State: State(q.State), ExtendedAt: utc(q.ExtendedAt),
		ExtensionReason: q.ExtensionReason, PausedAt: utc(q.PausedAt), PausedDays: q.PausedDays, DueAt: utc(q.DueAt),
		GatheredAt: utc(q.GatheredAt), GatheredHash: q.GatheredHash, AnsweredAt: utc(q.AnsweredAt), AnsweredHow: How(q.AnsweredHow),
		LateReason: q.LateReason, Note: q.Note, ClosedAt: utc(q.ClosedAt), StrippedAt: utc(q.StrippedAt),
		CreatedAt: utc(q.CreatedAt), UpdatedAt: utc(q.UpdatedAt),
	}
	for _, p := range []struct {
		text string
		into any
	}{{q.Items, &r.Items}, {q.Identity, &r.Identity}, {q.Told, &r.Told}} {
		if p.text == "" || p.text == "null" {
			continue
		}
		if err := json.Unmarshal([]byte(p.text), p.into); err != nil {
			return Request{}, fmt.Errorf("request: unpack %s: %w", q.ID, err)
		}
	}
	return r, nil
}

// utc keeps the zero time zero.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
