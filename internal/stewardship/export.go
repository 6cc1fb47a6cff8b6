package stewardship

import (
	"context"
	"fmt"
	"io"
	"slices"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
)

// Export is a file of people on its way out: its journal entry is written, its
// bytes are not yet.
type Export struct {
	Format contact.Format
	Count  int // how many people it will hold
	// Restricted are the people left out because their data may only be kept (Art. 18(2)).
	Restricted int

	s   *Service
	ids []contact.ID
	// only leaves out whom the firm may not write to for this use; zero: nobody.
	only consent.Use
	// own are the firm's own fields that go out; hidden are fields that whoever takes
	// the file may not see.
	own, hidden []contact.Field
}

// Export prepares a file of the people q means. The journal entry, with the count
// and who took it, is written before the first byte leaves. It fails with
// contact.ErrExportFormat, and with contact.ErrExportLarge when the form cannot
// hold so many. hidden are the fields actor may not see (processing.Record.HiddenFrom):
// they stay empty.
func (s *Service) Export(ctx context.Context, actor journal.Actor, q contact.Query, f contact.Format, hidden ...contact.Field) (Export, error) {
	if !slices.Contains(contact.ExportFormats(), f) {
		return Export{}, contact.ErrExportFormat
	}
	q.Today = contact.DateOf(s.moment())
	ids, err := s.index.IDs(ctx, s.db.R, q)
	if err != nil {
		return Export{}, fmt.Errorf("export contacts: %w", err)
	}
	kept, err := contact.AllRestricted(ctx, s.db.R)
	if err != nil {
		return Export{}, fmt.Errorf("export contacts: %w", err)
	}
	all := len(ids)
	ids = slices.DeleteFunc(ids, func(id contact.ID) bool { return kept[id] })
	if f == contact.FormatXLSX && len(ids) > contact.MostExportedRows {
		return Export{}, contact.ErrExportLarge.With("Most", contact.MostExportedRows)
	}
	record, err := s.Record(ctx)
	if err != nil {
		return Export{}, fmt.Errorf("export contacts: %w", err)
	}
	own := slices.DeleteFunc(record.Declaration().OwnKeys(), func(f contact.Field) bool { return slices.Contains(hidden, f) })
	e := journal.Entry{
		Case: journal.Case{Kind: "firm"}, Kind: "contact.exported", Actor: actor, RecordedAt: s.moment(),
		Facts: map[string]string{"format": string(f), "import": string(q.ImportID)},
	}
	about(&e, idTexts(ids))
	if err := s.record(ctx, e); err != nil {
		return Export{}, fmt.Errorf("export contacts: %w", err)
	}
	return Export{Format: f, Count: len(ids), Restricted: all - len(ids), s: s, ids: ids, own: own, hidden: hidden}, nil
}

// Restricted counts the people whose data may only be kept (Art. 18).
func (s *Service) Restricted(ctx context.Context) (int, error) {
	all, err := contact.AllRestricted(ctx, s.db.R)
	return len(all), err
}

// exportBatch is how many people are read at a time.
const exportBatch = 1000

// Write writes the file and returns how many people are in it. Whoever was
// erased or restricted since the export was prepared is left out.
func (e Export) Write(ctx context.Context, w io.Writer) (n int, err error) {
	out, err := contact.NewExporter(e.Format, w, e.own...)
	if err != nil {
		return 0, fmt.Errorf("export contacts: %w", err)
	}
	for some := range slices.Chunk(e.ids, exportBatch) {
		people, err := contact.ByIDs(ctx, e.s.db.R, some)
		if err != nil {
			return n, err
		}
		if people, err = e.allowed(ctx, people); err != nil {
			return n, err
		}
		for _, c := range people {
			if c.IsErased() || !c.RestrictedAt.IsZero() {
				continue
			}
			if err := out.Write(c.Without(e.hidden)); err != nil {
				return n, fmt.Errorf("export contacts: %w", err)
			}
			n++
		}
	}
	if err := out.Close(); err != nil {
		return n, fmt.Errorf("export contacts: %w", err)
	}
	return n, nil
}
