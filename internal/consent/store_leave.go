package consent

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
)

// ofImport narrows to the people an import created.
const ofImport = "contact_id IN (SELECT c.id FROM contacts AS c WHERE c.import_id = ?)"

// AgreedOf counts the people of an import who gave a consent, or became customers,
// since then.
func AgreedOf(ctx context.Context, tx bun.IDB, id contact.ImportID) (int, error) {
	n, err := tx.NewSelect().Model((*eventRow)(nil)).Where("e."+ofImport, string(id)).
		Where("e.kind IN (?) AND e.how <> ?", bun.List([]string{string(Given), string(SoftOptIn)}), string(HowImport)).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("consent: who agreed: %w", err)
	}
	return int(n), nil
}

// RemoveOfImport takes out what the people of an import said.
func RemoveOfImport(ctx context.Context, tx bun.IDB, id contact.ImportID) error {
	for _, model := range []any{(*stateRow)(nil), (*eventRow)(nil), (*fileRow)(nil)} {
		if _, err := tx.NewDelete().Model(model).Where(ofImport, string(id)).Exec(ctx); err != nil {
			return fmt.Errorf("consent: remove of import: %w", err)
		}
	}
	return nil
}

// Remove takes out what a person said and its proofs, and counts both.
func Remove(ctx context.Context, tx bun.IDB, id contact.ID) (map[string]int, error) {
	counts := map[string]int{}
	for _, part := range []struct {
		name  string
		model any
	}{{"", (*stateRow)(nil)}, {"consents", (*eventRow)(nil)}, {"consent_files", (*fileRow)(nil)}} {
		res, err := tx.NewDelete().Model(part.model).Where("contact_id = ?", id).Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("consent: remove: %w", err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return nil, fmt.Errorf("consent: remove: %w", err)
		}
		if part.name != "" && n > 0 {
			counts[part.name] = int(n)
		}
	}
	return counts, nil
}

// moved is what Move needs to be taken back.
type moved struct {
	Events []string `json:"events"`
	Files  []string `json:"files"`
}

// Move makes what one person said belong to another. It returns what MoveBack needs.
// The states of both must be worked out anew.
func Move(ctx context.Context, tx bun.IDB, from, to contact.ID) (undo string, err error) {
	var m moved
	if err := tx.NewSelect().Model((*eventRow)(nil)).Column("id").Where("e.contact_id = ?", from).Order("e.id").Scan(ctx, &m.Events); err != nil {
		return "", fmt.Errorf("consent: move: %w", err)
	}
	if err := tx.NewSelect().Model((*fileRow)(nil)).Column("id").Where("f.contact_id = ?", from).Order("f.id").Scan(ctx, &m.Files); err != nil {
		return "", fmt.Errorf("consent: move: %w", err)
	}
	if err := m.to(ctx, tx, to); err != nil {
		return "", err
	}
	if err := PutStates(ctx, tx, from, nil); err != nil {
		return "", err
	}
	text, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("consent: move: %w", err)
	}
	return string(text), nil
}

// MoveBack gives a person back what Move took.
func MoveBack(ctx context.Context, tx bun.IDB, from contact.ID, undo string) error {
	var m moved
	if err := json.Unmarshal([]byte(undo), &m); err != nil {
		return fmt.Errorf("consent: move back: %w", err)
	}
	return m.to(ctx, tx, from)
}

func (m moved) to(ctx context.Context, tx bun.IDB, to contact.ID) error {
	for some := range batches(m.Events) {
		if _, err := tx.NewUpdate().Model((*eventRow)(nil)).Set("contact_id = ?", to).Where("id IN (?)", bun.List(some)).Exec(ctx); err != nil {
			return fmt.Errorf("consent: move events: %w", err)
		}
	}
	for some := range batches(m.Files) {
		if _, err := tx.NewUpdate().Model((*fileRow)(nil)).Set("contact_id = ?", to).Where("id IN (?)", bun.List(some)).Exec(ctx); err != nil {
			return fmt.Errorf("consent: move files: %w", err)
		}
	}
	return nil
}
