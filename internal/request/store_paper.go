package request

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

// PaperKind is what a paper is for.
type PaperKind string

// The papers.
const (
	PaperIdentity  PaperKind = "identity"  // the question who it is
	PaperExtension PaperKind = "extension" // that two months more are needed
	PaperAnswer    PaperKind = "answer"
	PaperLifting   PaperKind = "lifting" // that a restriction ends (Art. 18(3))
	PaperCopy      PaperKind = "copy"    // the copy of the data, a ZIP
)

// Paper is a letter to the person or the copy of the data. Subject and Body are the
// letter as mail; Content is the file. Address is where it is mailed; empty: it goes
// on paper. Content, Body and Address are empty once the time is over.
type Paper struct {
	ID        string
	RequestID ID
	Kind      PaperKind
	Name      string
	Media     string
	Subject   string
	Body      string
	Content   []byte
	SHA256    string
	Address   string
	MadeAt    time.Time
	SentAt    time.Time
	Failed    string // code of the last failed sending
	FetchedAt time.Time
	ExpiresAt time.Time
}

type paperRow struct {
	bun.BaseModel `bun:"table:request_papers,alias:p"`

	ID        string `bun:",pk"`
	RequestID string
	Kind      string
	Name      string
	Media     string
	Subject   string
	Body      string
	Content   []byte
	SHA256    string `bun:"sha256"`
	Address   string
	MadeAt    time.Time
	SentAt    time.Time `bun:",nullzero"`
	Failed    string
	FetchedAt time.Time `bun:",nullzero"`
	ExpiresAt time.Time `bun:",nullzero"`
}

// SavePaper writes a paper, new or changed.
func SavePaper(ctx context.Context, tx bun.IDB, p Paper) error {
	if p.SHA256 == "" && len(p.Content) > 0 {
		sum := sha256.Sum256(p.Content)
		p.SHA256 = hex.EncodeToString(sum[:])
	}
	row := paperRow{
		ID: p.ID, RequestID: string(p.RequestID), Kind: string(p.Kind), Name: p.Name, Media: p.Media, Subject: p.Subject, Body: p.Body,
		Content: p.Content, SHA256: p.SHA256, Address: p.Address, MadeAt: p.MadeAt, SentAt: p.SentAt, Failed: p.Failed, FetchedAt: p.FetchedAt, ExpiresAt: p.ExpiresAt,
	}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").
		Set("subject = EXCLUDED.subject, body = EXCLUDED.body, content = EXCLUDED.content, address = EXCLUDED.address").
		Set("sent_at = EXCLUDED.sent_at, failed = EXCLUDED.failed, fetched_at = EXCLUDED.fetched_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("request: save paper: %w", err)
	}
	return nil
}

// PaperByID returns a paper with its content, or ErrNotFound.
func PaperByID(ctx context.Context, db bun.IDB, id string) (Paper, error) {
	var row paperRow
	err := db.NewSelect().Model(&row).Where("p.id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Paper{}, ErrNotFound
	}
	if err != nil {
		return Paper{}, fmt.Errorf("request: read paper: %w", err)
	}
	return row.paper(), nil
}

// PapersOf returns the papers of a request without their contents, oldest first.
func PapersOf(ctx context.Context, db bun.IDB, id ID) ([]Paper, error) {
	var rows []paperRow
	err := db.NewSelect().Model(&rows).ExcludeColumn("content").Where("p.request_id = ?", string(id)).OrderExpr("p.made_at, p.id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("request: papers: %w", err)
	}
	out := make([]Paper, len(rows))
	for k, row := range rows {
		out[k] = row.paper()
	}
	return out, nil
}

// DropPapers empties the papers of a request, and returns how many had something. Their
// fingerprints stay.
func DropPapers(ctx context.Context, tx bun.IDB, id ID) (int, error) {
	return emptyPapers(ctx, tx, "request_id = ?", string(id))
}

// DropExpired empties the papers whose time is over.
func DropExpired(ctx context.Context, tx bun.IDB, now time.Time) (int, error) {
	return emptyPapers(ctx, tx, "expires_at <= ?", now)
}

func emptyPapers(ctx context.Context, tx bun.IDB, where string, arg any) (int, error) {
	res, err := tx.NewUpdate().Model((*paperRow)(nil)).Set("content = NULL, body = '', subject = '', address = ''").
		Where(where, arg).Where("(content IS NOT NULL OR body <> '')").Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("request: drop papers: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func (r paperRow) paper() Paper {
	return Paper{
		ID: r.ID, RequestID: ID(r.RequestID), Kind: PaperKind(r.Kind), Name: r.Name, Media: r.Media, Subject: r.Subject, Body: r.Body,
		Content: r.Content, SHA256: r.SHA256, Address: r.Address, MadeAt: utc(r.MadeAt), SentAt: utc(r.SentAt), Failed: r.Failed,
		FetchedAt: utc(r.FetchedAt), ExpiresAt: utc(r.ExpiresAt),
	}
}
