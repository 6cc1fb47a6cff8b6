package notification

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
)

type answerRow struct {
	bun.BaseModel `bun:"table:notification_answers"`

	IncidentID string `bun:",pk"`
	Question   string `bun:",pk"`
	State      string
	Content    string
	UpdatedBy  string
	UpdatedAt  time.Time
}

type paperRow struct {
	bun.BaseModel `bun:"table:papers"`

	ID         string `bun:",pk"`
	IncidentID string
	Kind       string
	Phase      string
	Version    int
	Language   string
	Content    string
	Hash       string
	ApprovedBy string
	ApprovedAt time.Time
}

// PaperKind says what an approved paper is.
type PaperKind string

// The kinds of paper.
const (
	PaperNotification PaperKind = "notification"
	PaperLetters      PaperKind = "letters"
)

// Paper is a version that somebody approved: Content is what it says, as JSON, and
// Hash its SHA-256. It never changes, so it prints the same for ever.
type Paper struct {
	ID         string
	IncidentID incident.ID
	Kind       PaperKind
	Phase      string
	Version    int
	Language   string
	Content    string
	Hash       string
	ApprovedBy string
	ApprovedAt time.Time
}

// ErrPaperNotFound says that there is no such approved version.
var ErrPaperNotFound = fault.New(fault.NotFound, "notification.paper_not_found")

// SaveAnswer writes what was typed for one question.
func SaveAnswer(ctx context.Context, tx bun.IDB, id incident.ID, a Answer) error {
	row := answerRow{bun.BaseModel{}, string(id), a.Question, string(a.State), a.Text, a.UpdatedBy, a.UpdatedAt}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (incident_id, question) DO UPDATE").
		Set("state = EXCLUDED.state, content = EXCLUDED.content, updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at").
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("notification: save answer: %w", err)
	}
	return nil
}

// DropAnswer forgets what was typed, so that the facts answer again.
func DropAnswer(ctx context.Context, tx bun.IDB, id incident.ID, question string) error {
	_, err := tx.NewDelete().Model((*answerRow)(nil)).Where("incident_id = ? AND question = ?", id, question).Exec(ctx)
	if err != nil {
		return fmt.Errorf("notification: drop answer: %w", err)
	}
	return nil
}

// AnswersOf returns the typed answers of an incident by question.
func AnswersOf(ctx context.Context, db bun.IDB, id incident.ID) (map[string]Answer, error) {
	var rows []answerRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).Scan(ctx); err != nil {
		return nil, fmt.Errorf("notification: answers: %w", err)
	}
	out := make(map[string]Answer, len(rows))
	for _, r := range rows {
		out[r.Question] = Answer{r.Question, State(r.State), r.Content, r.UpdatedBy, r.UpdatedAt.UTC()}
	}
	return out, nil
}

// GivenOfIncidents returns, for several incidents, the typed answers that were
// given, by question. It is meant for a few hundred incidents at a time.
func GivenOfIncidents(ctx context.Context, db bun.IDB, ids []string) (map[incident.ID]map[string]string, error) {
	out := make(map[incident.ID]map[string]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var rows []answerRow
	err := db.NewSelect().Model(&rows).Where("incident_id IN (?) AND state = ?", bun.List(ids), Given).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("notification: answers: %w", err)
	}
	for _, r := range rows {
		id := incident.ID(r.IncidentID)
		if out[id] == nil {
			out[id] = map[string]string{}
		}
		out[id][r.Question] = r.Content
	}
	return out, nil
}

// Approve freezes content as the next version of a kind of paper.
func Approve(ctx context.Context, tx bun.IDB, p Paper, content any) (Paper, error) {
	b, err := json.Marshal(content)
	if err != nil {
		return Paper{}, fmt.Errorf("notification: approve: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Paper{}, fmt.Errorf("notification: approve: %w", err)
	}
	sum := sha256.Sum256(b)
	p.ID, p.Content, p.Hash = id.String(), string(b), hex.EncodeToString(sum[:])
	err = tx.NewRaw("SELECT coalesce(max(version), 0) + 1 FROM papers WHERE incident_id = ? AND kind = ?", p.IncidentID, p.Kind).Scan(ctx, &p.Version)
	if err != nil {
		return Paper{}, fmt.Errorf("notification: approve: %w", err)
	}
	row := paperRow{bun.BaseModel{}, p.ID, string(p.IncidentID), string(p.Kind), p.Phase, p.Version, p.Language, p.Content, p.Hash, p.ApprovedBy, p.ApprovedAt}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return Paper{}, fmt.Errorf("notification: approve: %w", err)
	}
	return p, nil
}

// PaperByID returns an approved version, or ErrPaperNotFound.
func PaperByID(ctx context.Context, db bun.IDB, id string) (Paper, error) {
	var row paperRow
	err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Paper{}, ErrPaperNotFound
	}
	if err != nil {
		return Paper{}, fmt.Errorf("notification: paper: %w", err)
	}
	return row.paper(), nil
}

// PapersOf returns the approved versions of a kind, the latest first.
func PapersOf(ctx context.Context, db bun.IDB, id incident.ID, k PaperKind) ([]Paper, error) {
	var rows []paperRow
	err := db.NewSelect().Model(&rows).Where("incident_id = ? AND kind = ?", id, k).OrderExpr("version DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("notification: papers: %w", err)
	}
	out := make([]Paper, len(rows))
	for k, r := range rows {
		out[k] = r.paper()
	}
	return out, nil
}

func (r paperRow) paper() Paper {
	return Paper{r.ID, incident.ID(r.IncidentID), PaperKind(r.Kind), r.Phase, r.Version, r.Language, r.Content, r.Hash, r.ApprovedBy, r.ApprovedAt.UTC()}
}
