package recall

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/incident"
)

type recipientRow struct {
	bun.BaseModel `bun:"table:recall_recipients"`

	ID         string `bun:",pk"`
	IncidentID string
	Name       string
	Email      string
	Channel    string
	Language   string
	PassedBy   string
	AddedBy    string
	AddedAt    time.Time
	AskedAt    time.Time `bun:",nullzero"`
	GivenUpAt  time.Time `bun:",nullzero"`
	LinkSerial int
	LinkHash   string
	LinkUntil  time.Time
	RevokedAt  time.Time `bun:",nullzero"`
	MailState  string
}

// NewID makes an identifier.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("recall: new id: %w", err)
	}
	return id.String(), nil
}

// Insert writes a new recipient, without answers.
func Insert(ctx context.Context, tx bun.IDB, r Recipient) error {
	row := rowOf(r)
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("recall: insert %s: %w", r.ID, err)
	}
	return nil
}

// Save writes the state of a recipient; its answers are added by AddAnswer.
func Save(ctx context.Context, tx bun.IDB, r Recipient) error {
	row := rowOf(r)
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("recall: save %s: %w", r.ID, err)
	}
	return nil
}

// ByID returns a recipient with its answers, or ErrNotFound.
func ByID(ctx context.Context, db bun.IDB, id ID) (Recipient, error) {
	r, err := one(ctx, db, "id = ?", string(id))
	if database.IsNoRows(err) {
		return Recipient{}, ErrNotFound
	}
	return r, err
}

// ByToken returns the recipient whose link holds the secret, or ErrLinkUnknown.
// Whether the link still works is for Link.Check.
func ByToken(ctx context.Context, db bun.IDB, token string) (Recipient, error) {
	r, err := one(ctx, db, "link_hash = ?", Hash(token))
	if database.IsNoRows(err) {
		return Recipient{}, ErrLinkUnknown
	}
	return r, err
}

func one(ctx context.Context, db bun.IDB, where, value string) (Recipient, error) {
	var row recipientRow
	if err := db.NewSelect().Model(&row).Where(where, value).Scan(ctx); database.IsNoRows(err) {
		return Recipient{}, err
	} else if err != nil {
		return Recipient{}, fmt.Errorf("recall: read: %w", err)
	}
	out := []Recipient{row.recipient()}
	return out[0], withAnswers(ctx, db, out)
}

// OfIncident returns the recipients of an incident with their answers, in the
// order in which they were added; none is an empty list.
func OfIncident(ctx context.Context, db bun.IDB, id incident.ID) ([]Recipient, error) {
	var rows []recipientRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("added_at, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("recall: recipients of %s: %w", id, err)
	}
	out := make([]Recipient, len(rows))
	for k, row := range rows {
		out[k] = row.recipient()
	}
	return out, withAnswers(ctx, db, out)
}

// utc gives an instant back in UTC whatever zone the driver gave it.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// storable leaves out the NUL bytes that no database takes.
func storable(s string) string { return strings.ReplaceAll(s, "\x00", "") }

func rowOf(r Recipient) recipientRow {
	return recipientRow{
		ID: string(r.ID), IncidentID: string(r.IncidentID), Name: storable(r.Name), Email: r.Email, Channel: string(r.Channel),
		Language: r.Language, PassedBy: string(r.PassedBy), AddedBy: r.AddedBy, AddedAt: r.AddedAt, AskedAt: r.AskedAt,
		GivenUpAt: r.GivenUpAt, LinkSerial: r.Link.Serial, LinkHash: r.Link.Hash, LinkUntil: r.Link.Until,
		RevokedAt: r.Link.RevokedAt, MailState: string(r.Mail),
	}
}

func (r recipientRow) recipient() Recipient {
	return Recipient{
		ID: ID(r.ID), IncidentID: incident.ID(r.IncidentID), Name: r.Name, Email: r.Email, Channel: Channel(r.Channel),
		Language: r.Language, PassedBy: ID(r.PassedBy), AddedBy: r.AddedBy, AddedAt: utc(r.AddedAt), AskedAt: utc(r.AskedAt),
		GivenUpAt: utc(r.GivenUpAt), Mail: MailState(r.MailState),
		Link: Link{Serial: r.LinkSerial, Hash: r.LinkHash, Until: utc(r.LinkUntil), RevokedAt: utc(r.RevokedAt)},
	}
}
