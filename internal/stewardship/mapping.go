package stewardship

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
)

// readied fills in what the firm knows about a file: which fields are declared, and,
// when nobody chose anything, how a file with the same headings was mapped last time.
func (s *Service) readied(ctx context.Context, in ImportInput) (ImportInput, error) {
	r, err := s.Record(ctx)
	if err != nil {
		return in, err
	}
	in.Options.Declared = r.Declaration()
	if in.source == "" { // a source keeps its own mapping
		in.Options.Recall = func(headings string) (map[int]contact.Field, error) {
			return contact.MappingOf(ctx, s.db.R, headings)
		}
	}
	return in, nil
}

// remember keeps how the columns of an imported file were read.
func remember(ctx context.Context, tx bun.IDB, f *contact.File, now time.Time) error {
	if f.Headings == "" {
		return nil
	}
	mapping := map[int]contact.Field{}
	for _, c := range f.Columns {
		if c.Why != contact.ByRefusal {
			mapping[c.Index] = c.Field
		}
	}
	return contact.RememberMapping(ctx, tx, f.Headings, mapping, now)
}
