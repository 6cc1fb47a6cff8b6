package stewardship

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
)

// Export writes the people q means to w as CSV (UTF-8 with a byte order mark,
// semicolons, CRLF: what spreadsheets here open at once) and returns how many.
// Cells that a spreadsheet would run as a formula get an apostrophe, which an
// import takes off again. The journal entry is written before the first byte
// leaves; it holds the count.
func (s *Service) Export(ctx context.Context, actor journal.Actor, w io.Writer, q contact.Query) (n int, err error) {
	total, err := contact.CountOf(ctx, s.db.R, q)
	if err != nil {
		return 0, err
	}
	err = s.record(ctx, journal.Entry{
		Case: journal.Case{Kind: "firm"}, Kind: "contact.exported", Actor: actor, RecordedAt: s.moment(),
		Facts: map[string]string{"count": strconv.Itoa(total), "format": "csv", "import": string(q.ImportID)},
	})
	if err != nil {
		return 0, fmt.Errorf("export contacts: %w", err)
	}
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return 0, fmt.Errorf("export contacts: %w", err)
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	if err := out.Write(exportHeader()); err != nil {
		return 0, fmt.Errorf("export contacts: %w", err)
	}
	err = contact.Each(ctx, s.db.R, q, func(list []contact.Contact) error {
		for _, c := range list {
			if err := out.Write(exportRow(c)); err != nil {
				return err
			}
			n++
		}
		out.Flush()
		return out.Error()
	})
	if err != nil {
		return n, fmt.Errorf("export contacts: %w", err)
	}
	out.Flush()
	return n, out.Error()
}

func exportHeader() []string {
	return []string{
		"customer_number", "name", "given_name", "family_name", "organisation", "email", "phone",
		"street", "postcode", "city", "country", "language", "birth_date", "marketing", "unsubscribed_at",
		"import_id", "import_line", "created_at",
	}
}

func exportRow(c contact.Contact) []string {
	row := []string{
		c.CustomerNumber, c.Name, c.GivenName, c.FamilyName, c.Organisation, c.Email, c.Phone,
		c.Street, c.Postcode, c.City, c.Country, c.Language, c.BirthDate.String(), string(c.Marketing),
		instant(c.UnsubscribedAt), string(c.Source.ImportID), strconv.Itoa(c.Source.Line), instant(c.CreatedAt),
	}
	for i, cell := range row {
		row[i] = harmless(cell)
	}
	return row
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// harmless keeps a spreadsheet from running a cell.
func harmless(s string) string {
	if s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
		return "'" + s
	}
	return s
}
