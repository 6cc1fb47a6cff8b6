package contact

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

type sourceRow struct {
	bun.BaseModel `bun:"table:contact_field_sources,alias:s"`

	ContactID string `bun:",pk"`
	FieldKey  string `bun:",pk"`
	How       string
	ImportID  string `bun:",nullzero"`
	Line      int
	ActorKind string
	ActorID   string
	At        time.Time
}

func (r sourceRow) provenance() Provenance {
	return Provenance{
		How: How(r.How), ImportID: ImportID(r.ImportID), Line: r.Line, ActorKind: r.ActorKind, ActorID: r.ActorID, At: utc(r.At),
	}
}

func sourceRowOf(id ID, f Field, p Provenance) sourceRow {
	return sourceRow{
		ContactID: string(id), FieldKey: string(f), How: string(p.How), ImportID: string(p.ImportID), Line: p.Line,
		ActorKind: p.ActorKind, ActorID: p.ActorID, At: p.At,
	}
}

// PutSources records in the caller's transaction where values came from, instead of
// what was recorded of them before.
func PutSources(ctx context.Context, tx bun.IDB, id ID, sources map[Field]Provenance) error {
	for f, p := range sources {
		row := sourceRowOf(id, f, p)
		_, err := tx.NewInsert().Model(&row).On("CONFLICT (contact_id, field_key) DO UPDATE").
			Set("how = EXCLUDED.how, import_id = EXCLUDED.import_id, line = EXCLUDED.line").
			Set("actor_kind = EXCLUDED.actor_kind, actor_id = EXCLUDED.actor_id, at = EXCLUDED.at").Exec(ctx)
		if err != nil {
			return fmt.Errorf("contact: put source: %w", err)
		}
	}
	return nil
}

// FieldSources tells where each value of a person came from; a field without a value
// is left out. The latest of what is known counts: what somebody corrected, what an
// import filled in later, else where the person came from. It fails with
// ErrNotFound.
func FieldSources(ctx context.Context, db bun.IDB, id ID) (map[Field]Provenance, error) {
	c, err := ByID(ctx, db, id)
	if err != nil {
		return nil, err
	}
	own, err := ownSources(ctx, db, id)
	if err != nil {
		return nil, err
	}
	imports, err := importsOf(ctx, db, c)
	if err != nil {
		return nil, err
	}
	whole := own[FieldPerson]
	if c.Source.ImportID != "" {
		whole = imports[c.Source.ImportID]
		whole.Line = c.Source.Line
	} else if whole.How == "" {
		whole = Provenance{How: HowTyped, At: c.CreatedAt}
	}
	out := map[Field]Provenance{}
	for _, f := range append(Stored(), c.Extra.Fields()...) {
		if c.Value(f) != "" {
			out[f] = whole
		}
	}
	if err := addFilled(ctx, db, id, imports, out); err != nil {
		return nil, err
	}
	for f, p := range own {
		if was, ok := out[f]; ok && !p.At.Before(was.At) {
			p.FileName = imports[p.ImportID].FileName
			out[f] = p
		}
	}
	return out, nil
}

// ownSources are the sources recorded by field.
func ownSources(ctx context.Context, db bun.IDB, id ID) (map[Field]Provenance, error) {
	var rows []sourceRow
	if err := db.NewSelect().Model(&rows).Where("s.contact_id = ?", string(id)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("contact: sources: %w", err)
	}
	out := map[Field]Provenance{}
	for _, r := range rows {
		out[Field(r.FieldKey)] = r.provenance()
	}
	return out, nil
}

// importsOf are the imports that say something about a person.
func importsOf(ctx context.Context, db bun.IDB, c Contact) (map[ImportID]Provenance, error) {
	var rows []importRow
	err := db.NewSelect().Model(&rows).Where(`i.id = ? OR i.id IN (SELECT import_id FROM contact_import_matches WHERE contact_id = ?)
		OR i.id IN (SELECT import_id FROM contact_field_sources WHERE contact_id = ?)`, string(c.Source.ImportID), string(c.ID), string(c.ID)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: imports of a person: %w", err)
	}
	out := map[ImportID]Provenance{}
	for _, r := range rows {
		out[ImportID(r.ID)] = Provenance{
			How: HowImported, ImportID: ImportID(r.ID), FileName: r.FileName, ActorKind: r.ActorKind, ActorID: r.ActorID, At: utc(r.ImportedAt),
		}
	}
	return out, nil
}

// addFilled enters what later imports filled in or, of a leading source, replaced.
func addFilled(ctx context.Context, db bun.IDB, id ID, imports map[ImportID]Provenance, out map[Field]Provenance) error {
	var rows []matchRow
	err := db.NewSelect().Model(&rows).Where("m.contact_id = ? AND (m.filled <> '' OR m.previous <> '')", string(id)).OrderExpr("m.import_id, m.line").Scan(ctx)
	if err != nil {
		return fmt.Errorf("contact: filled fields: %w", err)
	}
	for _, r := range rows {
		p := imports[ImportID(r.ImportID)]
		p.Line = r.Line
		names := strings.Split(r.Filled, ",")
		for f := range unpackPrevious(r.Previous) {
			names = append(names, string(f))
		}
		for _, name := range names {
			for f := range out {
				if partOf(Field(name), f) {
					out[f] = p
				}
			}
		}
	}
	return nil
}

// keepReplaced records where values came from that a leading source replaced, before
// the old values, and with them the names of the fields, are dropped.
func keepReplaced(ctx context.Context, tx bun.IDB, rows []matchRow) error {
	for _, r := range rows {
		in, err := ImportByID(ctx, tx, ImportID(r.ImportID))
		if err != nil {
			return err
		}
		own, err := ownSources(ctx, tx, ID(r.ContactID))
		if err != nil {
			return err
		}
		p := Provenance{How: HowImported, ImportID: in.ID, Line: r.Line, ActorKind: in.ActorKind, ActorID: in.ActorID, At: in.ImportedAt}
		sources := map[Field]Provenance{}
		for f := range unpackPrevious(r.Previous) {
			if was, ok := own[f]; !ok || was.At.Before(p.At) {
				sources[f] = p
			}
		}
		if err := PutSources(ctx, tx, ID(r.ContactID), sources); err != nil {
			return err
		}
	}
	return nil
}

// forgetSources removes what is recorded of the sources of a person.
func forgetSources(ctx context.Context, tx bun.IDB, id ID) error {
	if _, err := tx.NewDelete().Model((*sourceRow)(nil)).Where("contact_id = ?", string(id)).Exec(ctx); err != nil {
		return fmt.Errorf("contact: forget sources: %w", err)
	}
	return nil
}

// Save writes a changed person in the caller's transaction. When seen is not zero
// and the person was changed since, it fails with ErrChanged.
func Save(ctx context.Context, tx bun.IDB, c Contact, seen time.Time) error {
	if !seen.IsZero() {
		var at time.Time
		if err := tx.NewRaw("SELECT updated_at FROM contacts WHERE id = ?", string(c.ID)).Scan(ctx, &at); err != nil {
			return fmt.Errorf("contact: save: %w", err)
		}
		if !at.UTC().Equal(seen) {
			return ErrChanged
		}
	}
	return update(ctx, tx, c)
}
