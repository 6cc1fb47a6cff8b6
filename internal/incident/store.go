package incident

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/fault"
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

type reportRow struct {
	bun.BaseModel `bun:"table:reports"`

	ID         string `bun:",pk"`
	IncidentID string
	Scenario   string
	Content    string
	NoticedAt  time.Time `bun:",nullzero"`
	Data       string
	Name       string
	Contact    string
	Language   string
	Via        string
	LooksLike  string
	StatusHash string
	SendKey    string
	CreatedAt  time.Time
}

type taskRow struct {
	bun.BaseModel `bun:"table:tasks"`

	ID         string `bun:",pk"`
	IncidentID string
	Step       string
	Title      string
	Role       string
	DueAt      time.Time `bun:",nullzero"`
	IsGate     bool
	DoneAt     time.Time `bun:",nullzero"`
	DoneBy     string
	Note       string
	Position   int
}

type decisionRow struct {
	bun.BaseModel `bun:"table:decisions"`

	ID         string `bun:",pk"`
	IncidentID string
	Kind       string
	Outcome    string
	Reason     string
	MadeBy     string
	MadeAt     time.Time
}

type evidenceRow struct {
	bun.BaseModel `bun:"table:evidence"`

	ID         string `bun:",pk"`
	IncidentID string
	Name       string
	MediaType  string
	Size       int
	SHA256     string `bun:"sha256"`
	AddedBy    string
	AddedAt    time.Time
}

type contentRow struct {
	bun.BaseModel `bun:"table:evidence_content"`

	EvidenceID string `bun:",pk"`
	Content    []byte
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
		sel = sel.Where("(lower(i.title) LIKE ? ESCAPE '!' OR lower(i.ref) LIKE ? ESCAPE '!')", like, like)
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
	row := momentRow{ID: id, IncidentID: string(h.IncidentID), Kind: string(h.Kind), At: h.At, Reason: h.Reason, SetBy: h.SetBy, SetAt: h.SetAt}
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

// ErrSentTwice says that a report with this send key was stored before: the
// second click of a double click.
var ErrSentTwice = fault.New(fault.Conflict, "report.sent_twice")

// InsertReport writes a report. statusHash is the hash of the secret of its
// status page, sendKey the key that makes a repeated sending harmless.
func InsertReport(ctx context.Context, tx bun.IDB, r Report, statusHash, sendKey string) error {
	row := reportRow{
		ID: r.ID, IncidentID: string(r.IncidentID), Scenario: r.Scenario, Content: r.Text, NoticedAt: r.NoticedAt,
		Data: strings.Join(r.Data, ","), Name: r.Name, Contact: r.Contact, Language: r.Language, Via: r.Via,
		LooksLike: string(r.LooksLike), StatusHash: statusHash, SendKey: sendKey, CreatedAt: r.CreatedAt,
	}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	if database.IsUnique(err, "send_key") {
		return ErrSentTwice.Because(err)
	}
	if err != nil {
		return fmt.Errorf("incident: insert report: %w", err)
	}
	return nil
}

// ReportsOf returns the reports of an incident, oldest first.
func ReportsOf(ctx context.Context, db bun.IDB, id ID) ([]Report, error) {
	var rows []reportRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("created_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: reports: %w", err)
	}
	out := make([]Report, len(rows))
	for k, r := range rows {
		out[k] = r.report()
	}
	return out, nil
}

// ReportByStatus returns the report whose status secret has that hash, or
// ErrNotFound.
func ReportByStatus(ctx context.Context, db bun.IDB, statusHash string) (Report, error) {
	return reportWhere(ctx, db, "status_hash = ?", statusHash)
}

// ReportBySendKey returns the report that was sent under that key, or
// ErrNotFound.
func ReportBySendKey(ctx context.Context, db bun.IDB, key string) (Report, error) {
	return reportWhere(ctx, db, "send_key = ?", key)
}

func reportWhere(ctx context.Context, db bun.IDB, where, arg string) (Report, error) {
	var row reportRow
	err := db.NewSelect().Model(&row).Where(where, arg).Scan(ctx)
	if database.IsNoRows(err) {
		return Report{}, ErrNotFound
	}
	if err != nil {
		return Report{}, fmt.Errorf("incident: report: %w", err)
	}
	return row.report(), nil
}

// InsertTasks writes new tasks.
func InsertTasks(ctx context.Context, tx bun.IDB, tasks []Task) error {
	if len(tasks) == 0 {
		return nil
	}
	rows := make([]taskRow, len(tasks))
	for k, t := range tasks {
		rows[k] = taskRowOf(t)
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("incident: insert tasks: %w", err)
	}
	return nil
}

// SaveTask writes the state of a task.
func SaveTask(ctx context.Context, tx bun.IDB, t Task) error {
	row := taskRowOf(t)
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("incident: save task: %w", err)
	}
	return nil
}

// TaskByID returns a task, or ErrTaskNotFound.
func TaskByID(ctx context.Context, db bun.IDB, id string) (Task, error) {
	var row taskRow
	err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Task{}, ErrTaskNotFound
	}
	if err != nil {
		return Task{}, fmt.Errorf("incident: task: %w", err)
	}
	return row.task(), nil
}

// TasksOf returns the tasks of an incident in their order.
func TasksOf(ctx context.Context, db bun.IDB, id ID) ([]Task, error) {
	var rows []taskRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("position, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: tasks: %w", err)
	}
	out := make([]Task, len(rows))
	for k, r := range rows {
		out[k] = r.task()
	}
	return out, nil
}

// Decision is one decision with its reason, its maker (an account) and its
// moment. Kind is triage, risk, waive, exemption, late, no_receipt, close or
// reopen; none is ever changed or removed.
type Decision struct {
	ID         string
	IncidentID ID
	Kind       string
	Outcome    string
	Reason     string
	MadeBy     string
	MadeAt     time.Time
}

// AddDecision writes a decision.
func AddDecision(ctx context.Context, tx bun.IDB, d Decision) error {
	id, err := NewID()
	if err != nil {
		return err
	}
	row := decisionRow{ID: id, IncidentID: string(d.IncidentID), Kind: d.Kind, Outcome: d.Outcome, Reason: d.Reason, MadeBy: d.MadeBy, MadeAt: d.MadeAt}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("incident: add decision: %w", err)
	}
	return nil
}

// DecisionsOf returns the decisions of an incident, oldest first.
func DecisionsOf(ctx context.Context, db bun.IDB, id ID) ([]Decision, error) {
	var rows []decisionRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("made_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: decisions: %w", err)
	}
	out := make([]Decision, len(rows))
	for k, r := range rows {
		out[k] = Decision{r.ID, ID(r.IncidentID), r.Kind, r.Outcome, r.Reason, r.MadeBy, r.MadeAt.UTC()}
	}
	return out, nil
}

// AddEvidence writes a file with its content.
func AddEvidence(ctx context.Context, tx bun.IDB, e Evidence, content []byte) error {
	row := evidenceRow{ID: e.ID, IncidentID: string(e.IncidentID), Name: e.Name, MediaType: e.MediaType, Size: e.Size, SHA256: e.SHA256, AddedBy: e.AddedBy, AddedAt: e.AddedAt}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("incident: add evidence: %w", err)
	}
	if _, err := tx.NewInsert().Model(&contentRow{EvidenceID: e.ID, Content: content}).Exec(ctx); err != nil {
		return fmt.Errorf("incident: add evidence content: %w", err)
	}
	return nil
}

// EvidenceOf lists the files of an incident, oldest first, without content.
func EvidenceOf(ctx context.Context, db bun.IDB, id ID) ([]Evidence, error) {
	var rows []evidenceRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("added_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("incident: evidence: %w", err)
	}
	out := make([]Evidence, len(rows))
	for k, r := range rows {
		out[k] = r.evidence()
	}
	return out, nil
}

// EvidenceContent returns a file of an incident with its bytes, or
// ErrFileNotFound.
func EvidenceContent(ctx context.Context, db bun.IDB, id ID, fileID string) (Evidence, []byte, error) {
	var row evidenceRow
	err := db.NewSelect().Model(&row).Where("id = ? AND incident_id = ?", fileID, id).Scan(ctx)
	if database.IsNoRows(err) {
		return Evidence{}, nil, ErrFileNotFound
	}
	if err != nil {
		return Evidence{}, nil, fmt.Errorf("incident: evidence: %w", err)
	}
	var content contentRow
	if err := db.NewSelect().Model(&content).Where("evidence_id = ?", fileID).Scan(ctx); err != nil {
		return Evidence{}, nil, fmt.Errorf("incident: evidence content: %w", err)
	}
	return row.evidence(), content.Content, nil
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
