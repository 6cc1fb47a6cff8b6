package stewardship

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// eraser takes out what sign-ups keep about a person: what waits for a click at his
// address, and his places in runs.
func (s *Signups) eraser() Eraser {
	return func(ctx context.Context, tx bun.Tx, c contact.Contact) (map[string]int, error) {
		waiting, err := signup.ErasePending(ctx, tx, c.ID, s.links.AddressKey(c.Email))
		if err != nil {
			return nil, err
		}
		entries, err := signup.EraseEntries(ctx, tx, c.ID)
		if err != nil {
			return nil, err
		}
		if err := signup.EraseMoves(ctx, tx, c.ID); err != nil {
			return nil, err
		}
		return map[string]int{"signups": waiting, "repermissions": entries}, nil
	}
}

// mover makes the places of one person in runs those of another who is the same, and
// has the links in mails that were sent before lead to the one who stays.
func (s *Signups) mover() Mover {
	return Mover{
		Move: func(ctx context.Context, tx bun.Tx, from, to contact.ID) (string, error) {
			runs, err := signup.MoveEntries(ctx, tx, from, to, nil)
			if err != nil {
				return "", err
			}
			return strings.Join(runs, " "), signup.Lead(ctx, tx, from, to)
		},
		Back: func(ctx context.Context, tx bun.Tx, from, to contact.ID, undo string) error {
			if err := signup.Unlead(ctx, tx, from); err != nil {
				return err
			}
			runs := strings.Fields(undo)
			if len(runs) == 0 {
				return nil
			}
			_, err := signup.MoveEntries(ctx, tx, to, from, runs)
			return err
		},
	}
}

// myData is everything the customer file holds about somebody, as he may take it
// elsewhere (Art. 20).
type myData struct {
	ExportedAt time.Time         `json:"exported_at"`
	Person     map[string]string `json:"person"`
	Source     map[string]string `json:"source"`
	Consents   []consent.Event   `json:"consents"`
}

// MyData gives somebody his own data: "csv" is himself in one line, "json" everything
// with what he said. It is recorded as an export. Another format fails with
// contact.ErrExportFormat.
func (s *Signups) MyData(ctx context.Context, token, format string) (name, media string, content []byte, err error) {
	c, err := s.Who(ctx, token)
	if err != nil {
		return "", "", nil, err
	}
	now := s.moment()
	var out bytes.Buffer
	switch format {
	case "json":
		name, media = "my-data.json", "application/json"
		err = s.writeJSON(ctx, &out, c, now)
	case "csv":
		name, media = "my-data.csv", "text/csv; charset=utf-8"
		err = writeCSV(&out, c)
	default:
		err = signup.ErrLinkUnknown
	}
	if err != nil {
		return "", "", nil, err
	}
	err = s.record(ctx, journal.Entry{
		Case: journal.Case{Kind: "contact", ID: string(c.ID)}, Kind: "contact.exported", Actor: himself(c), RecordedAt: now,
		Facts: map[string]string{"format": format, "people": "1"},
	})
	return name, media, out.Bytes(), err
}

func writeCSV(out *bytes.Buffer, c contact.Contact) error {
	e, err := contact.NewExporter(contact.FormatCSV, out)
	if err != nil {
		return err
	}
	if err := e.Write(c); err != nil {
		return err
	}
	return e.Close()
}

func (s *Signups) writeJSON(ctx context.Context, out *bytes.Buffer, c contact.Contact, now time.Time) error {
	r, err := processing.Get(ctx, s.db.R)
	if err != nil {
		return err
	}
	said, err := consent.EventsOf(ctx, s.db.R, c.ID)
	if err != nil {
		return err
	}
	d := myData{ExportedAt: now, Person: map[string]string{}, Source: map[string]string{"since": c.CreatedAt.Format(time.RFC3339)}, Consents: consent.History(c, said[c.ID], r)}
	for _, f := range ShownFields(c) {
		d.Person[string(f.Field)] = f.Value
	}
	if c.Source.ImportID != "" {
		i, err := contact.ImportByID(ctx, s.db.R, c.Source.ImportID)
		if err != nil {
			return err
		}
		d.Source["file"] = i.FileName
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return fmt.Errorf("export own data: %w", err)
	}
	return nil
}

// ShownField is one value that is kept about somebody.
type ShownField struct {
	Field contact.Field
	Value string
}

// ShownFields lists what is kept about somebody, without what is empty.
func ShownFields(c contact.Contact) []ShownField {
	all := []ShownField{
		{contact.FieldName, c.Name}, {contact.FieldGiven, c.GivenName}, {contact.FieldFamily, c.FamilyName}, {contact.FieldOrganisation, c.Organisation},
		{contact.FieldEmail, c.Email}, {contact.FieldPhone, c.Phone}, {contact.FieldStreet, c.Street}, {contact.FieldPostcode, c.Postcode},
		{contact.FieldCity, c.City}, {contact.FieldCountry, c.Country}, {contact.FieldLanguage, c.Language},
		{contact.FieldBirthDate, c.BirthDate.String()}, {contact.FieldNumber, c.CustomerNumber},
	}
	for _, f := range c.Extra.Fields() {
		all = append(all, ShownField{f, c.Extra.Get(f)})
	}
	kept := all[:0]
	for _, f := range all {
		if f.Value != "" {
			kept = append(kept, f)
		}
	}
	return kept
}
