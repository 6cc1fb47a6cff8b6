package stewardship

import (
	"context"
	"fmt"
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
	if len(in.Options.Mapping) > 0 {
		return in, nil
	}
	headings, err := in.headings(s.moment())
	if err != nil || headings == "" {
		return in, err
	}
	in.Options.Remembered, err = contact.MappingOf(ctx, s.db.R, headings)
	return in, err
}

// headings looks at the beginning of the file only.
func (in ImportInput) headings(now time.Time) (hash string, err error) {
	o := in.Options
	o.Today = contact.DateOf(now)
	f, err := contact.Open(in.File, in.Size, o)
	if err != nil {
		return "", fmt.Errorf("read headings: %w", err)
	}
	return f.Headings, f.Close()
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
