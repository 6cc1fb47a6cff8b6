package incident

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

type incidentRow struct {
	bun.BaseModel `bun:"table:incidents,alias:i"`

	ID            string `bun:",pk"`
	Ref           string
	Title         string
	Scenario      string
	Summary       string
	Status        string
	Verdict       string
	Kinds         string
	Risk          string
	LeadID        string
	SameID        string
	Data          string
	ApproxKnown   bool
	ApproxValue   int
	OccurredAt    time.Time `bun:",nullzero"`
	NoticedAt     time.Time `bun:",nullzero"`
	ReportedAt    time.Time `bun:",nullzero"`
	ToldAt        time.Time `bun:",nullzero"`
	AwareAt       time.Time `bun:",nullzero"`
	AwareReason   string
	OpenedAt      time.Time
	ContainedAt   time.Time `bun:",nullzero"`
	ClosedAt      time.Time `bun:",nullzero"`
	UpdatedAt     time.Time
	Lessons       string
	Feedback      string
	Regime        string
	RegimeVersion string
	Search        string // what List looks through, in small letters
}

type momentRow struct {
	bun.BaseModel `bun:"table:incident_moments"`

	ID         string `bun:",pk"`
	IncidentID string
	Kind       string
	At         time.Time `bun:",nullzero"`
	Reason     string
	SetBy      string
	SetAt      time.Time
}

// NewID makes an identifier for anything an incident holds.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("incident: new id: %w", err)
	}
	return id.String(), nil
}

// NextRef counts up the references of a year: INC-2026-0001, INC-2026-0002 …
func NextRef(ctx context.Context, tx bun.IDB, year int) (string, error) {
	var n int
	err := tx.NewRaw(`INSERT INTO counters (name, value) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`,
		fmt.Sprintf("incident-%d", year)).Scan(ctx, &n)
	if err != nil {
		return "", fmt.Errorf("incident: next reference: %w", err)
	}
	return fmt.Sprintf("INC-%d-%04d", year, n), nil
}

// Insert writes a new incident.
func Insert(ctx context.Context, tx bun.IDB, i Incident) error {
	row := rowOf(i)
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("incident: insert %s: %w", i.ID, err)
	}
	return nil
}

// Save writes the whole state of an incident that ForUpdate read in the same
// transaction.
func Save(ctx context.Context, tx bun.IDB, i Incident) error {
	row := rowOf(i)
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("incident: save %s: %w", i.ID, err)
	}
	return nil
}

// ByID returns the incident, or ErrNotFound.
func ByID(ctx context.Context, db bun.IDB, id ID) (Incident, error) {
	return one(ctx, db.NewSelect(), string(id), false)
}

// ForUpdate returns the incident and keeps others from changing it until the
// transaction ends, or ErrNotFound.
func ForUpdate(ctx context.Context, tx bun.Tx, id ID) (Incident, error) {
	return one(ctx, tx.NewSelect(), string(id), isPostgres(tx))
}

func one(ctx context.Context, q *bun.SelectQuery, id string, lock bool) (Incident, error) {
	var row incidentRow
	q = q.Model(&row).Where("id = ?", id)
	if lock {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); database.IsNoRows(err) {
		return Incident{}, ErrNotFound
	} else if err != nil {
		return Incident{}, fmt.Errorf("incident: read %s: %w", id, err)
	}
	return row.incident(), nil
}

func isPostgres(db bun.IDB) bool { return db.Dialect().Name().String() == "pg" }

// Query narrows List. Empty fields do not narrow.
type Query struct {
	Statuses []Status
	Text     string // part of the reference or the title
	OnlyLeak bool   // only personal data breaches
	Limit    int    // 0 means 100
	Offset   int
}

// List returns incidents, the latest opened first, and how many there are
// without the limit.
func List(ctx context.Context, db bun.IDB, q Query) ([]Incident, int, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	var rows []incidentRow
	sel := db.NewSelect().Model(&rows).OrderExpr("i.opened_at DESC, i.id DESC").Limit(int64(q.Limit)).Offset(int64(q.Offset))
	if len(q.Statuses) > 0 {
		sel = sel.Where("i.status IN (?)", bun.List(q.Statuses))
	}
	if q.OnlyLeak {
		sel = sel.Where("i.verdict = ?", Breach)
	}
	if t := strings.ToLower(strings.TrimSpace(q.Text)); t != "" {
		like := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(t) + "%"
		sel = sel.Where("i.search LIKE ? ESCAPE '!'", like)
	}
	n, err := sel.ScanAndCount(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("incident: list: %w", err)
	}
	out := make([]Incident, len(rows))
	for k, r := range rows {
		out[k] = r.incident()
	}
	return out, int(n), nil
}

// AddMoment keeps a value that a moment was given, with who and why.
func AddMoment(ctx context.Context, tx bun.IDB, h History) error {
	id, err := NewID()
	if err != nil {
		return err
	}
	row := momentRow{ID: id, IncidentID: string(h.IncidentID), Kind: string(h.Kind), At: h.At, Reason: storable(h.Reason), SetBy: h.SetBy, SetAt: h.SetAt}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("incident: add moment: %w", err)
	}
	return nil
}

// History is one value that a moment was given. SetBy is an account, or empty
// for the program.
type History struct {
	IncidentID ID
	Kind       MomentKind
	At         time.Time
	Reason     string
	SetBy      string
	SetAt      time.Time
}

// MomentsOf returns every value the moments of an incident ever had, oldest
// first.
func MomentsOf(ctx context.Context, db bun.IDB, id ID) ([]History, error) {
	var rows []momentRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("set_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: moments: %w", err)
	}
	out := make([]History, len(rows))
	for k, r := range rows {
		out[k] = History{ID(r.IncidentID), MomentKind(r.Kind), utc(r.At), r.Reason, r.SetBy, r.SetAt.UTC()}
	}
	return out, nil
}

// ByIDs returns the incidents with these identifiers; one that does not exist is
// not in the answer.
func ByIDs(ctx context.Context, db bun.IDB, ids []string) (map[ID]Incident, error) {
	out := make(map[ID]Incident, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var rows []incidentRow
	if err := db.NewSelect().Model(&rows).Where("i.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: by ids: %w", err)
	}
	for _, r := range rows {
		out[ID(r.ID)] = r.incident()
	}
	return out, nil
}

// ByRef returns the incident with that reference, or ErrNotFound.
func ByRef(ctx context.Context, db bun.IDB, ref string) (Incident, error) {
	var row incidentRow
	err := db.NewSelect().Model(&row).Where("i.ref = ?", strings.ToUpper(strings.TrimSpace(ref))).Scan(ctx)
	if database.IsNoRows(err) {
		return Incident{}, ErrNotFound
	}
	if err != nil {
		return Incident{}, fmt.Errorf("incident: by reference: %w", err)
	}
	return row.incident(), nil
}
