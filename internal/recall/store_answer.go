package recall

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

type answerRow struct {
	bun.BaseModel `bun:"table:recall_answers"`

	ID          string `bun:",pk"`
	RecipientID string
	Position    int
	WhatDone    string
	WhatNow     string
	PassedTo    string
	Stands      bool
	Name        string
	Note        string
	Via         string
	Language    string
	Version     string
	Wording     string
	EvidenceID  string
	RecordedBy  string
	GivenAt     time.Time
	RecordedAt  time.Time
}

// AddAnswer writes the latest answer of a recipient, which Give has added.
func AddAnswer(ctx context.Context, tx bun.IDB, r Recipient) error {
	a, ok := r.Answer()
	if !ok {
		return ErrNotFound
	}
	row := answerRow{
		ID: a.ID, RecipientID: string(r.ID), Position: len(r.Answers), WhatDone: string(a.Use), WhatNow: string(a.Fate),
		PassedTo: storable(a.PassedTo), Stands: a.Stands, Name: storable(a.Name), Note: storable(a.Note), Via: string(a.Via),
		Language: a.Language, Version: a.Version, Wording: a.Wording, EvidenceID: a.EvidenceID, RecordedBy: a.RecordedBy,
		GivenAt: a.GivenAt, RecordedAt: a.RecordedAt,
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("recall: add answer of %s: %w", r.ID, err)
	}
	return nil
}

// withAnswers reads the answers of several recipients in one go.
func withAnswers(ctx context.Context, db bun.IDB, all []Recipient) error {
	if len(all) == 0 {
		return nil
	}
	ids, at := make([]string, len(all)), make(map[string]int, len(all))
	for k, r := range all {
		ids[k], at[string(r.ID)] = string(r.ID), k
	}
	var rows []answerRow
	if err := db.NewSelect().Model(&rows).Where("recipient_id IN (?)", bun.List(ids)).OrderExpr("position").Scan(ctx); err != nil {
		return fmt.Errorf("recall: answers: %w", err)
	}
	for _, row := range rows {
		r := &all[at[row.RecipientID]]
		r.Answers = append(r.Answers, row.answer())
	}
	return nil
}

func (r answerRow) answer() Answer {
	return Answer{
		ID: r.ID, Use: Use(r.WhatDone), Fate: Fate(r.WhatNow), PassedTo: r.PassedTo, Stands: r.Stands, Name: r.Name, Note: r.Note,
		Via: Via(r.Via), Language: r.Language, Version: r.Version, Wording: r.Wording, EvidenceID: r.EvidenceID,
		RecordedBy: r.RecordedBy, GivenAt: utc(r.GivenAt), RecordedAt: utc(r.RecordedAt),
	}
}
