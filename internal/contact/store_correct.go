package contact

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/fault"
)

// Refusals of a correction; the field is named in the fault.
var (
	ErrCorrectField = fault.New(fault.Invalid, "requests.correct_field")
	ErrCorrectValue = fault.New(fault.Invalid, "requests.correct_value")
)

// CorrectFields are the shipped fields that can be corrected one by one, in the order
// a form shows them; the firm's own come after them.
func CorrectFields() []Field {
	return []Field{FieldName, FieldGiven, FieldFamily, FieldOrganisation, FieldEmail, FieldPhone, FieldStreet, FieldPostcode,
		FieldCity, FieldCountry, FieldLanguage, FieldBirthDate}
}

// place is where a shipped text field of a contact stands; nil for any other.
func (c *Contact) place(f Field) *string {
	return map[Field]*string{
		FieldName: &c.Name, FieldGiven: &c.GivenName, FieldFamily: &c.FamilyName, FieldOrganisation: &c.Organisation,
		FieldEmail: &c.Email, FieldPhone: &c.Phone, FieldStreet: &c.Street, FieldPostcode: &c.Postcode, FieldCity: &c.City,
		FieldCountry: &c.Country, FieldLanguage: &c.Language, FieldNumber: &c.CustomerNumber,
	}[f]
}

// SetValue changes one field; an empty value empties it. It fails with ErrCorrectField
// for a field that cannot be corrected and ErrCorrectValue for a value it cannot hold.
func (c *Contact) SetValue(f Field, value string) error {
	value = Clean(value)
	at := c.place(f)
	switch {
	case f.IsOwn():
		c.Extra = c.Extra.With(f, value)
		return nil
	case f == FieldBirthDate && value == "":
		c.BirthDate = Date{}
		return nil
	case f == FieldBirthDate:
		d, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return ErrCorrectValue.At(string(f))
		}
		c.BirthDate = DateOf(d)
		return nil
	case at == nil:
		return ErrCorrectField.At(string(f))
	case f == FieldEmail && value != "" && !isMail(value):
		return ErrCorrectValue.At(string(f))
	case f == FieldCountry && value != "" && (len(value) != 2 || !isASCII(value)):
		return ErrCorrectValue.At(string(f))
	}
	if f == FieldCountry {
		value = strings.ToUpper(value)
	}
	*at = value
	return nil
}

// Correct changes fields of a person in the caller's transaction and returns which of
// them are different now, sorted. It fails with ErrNotFound, and as SetValue does.
func Correct(ctx context.Context, tx bun.IDB, id ID, values map[Field]string, now time.Time) ([]Field, error) {
	c, err := ByID(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if c.IsErased() {
		return nil, ErrNotFound
	}
	var changed []Field
	for _, f := range slices.Sorted(maps.Keys(values)) {
		before := c.Value(f)
		if err := c.SetValue(f, values[f]); err != nil {
			return nil, err
		}
		if c.Value(f) != before {
			changed = append(changed, f)
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	c.UpdatedAt = now
	return changed, update(ctx, tx, c)
}

// Restrict says from when the data of a person may only be kept (Art. 18); a zero since
// ends it. It fails with ErrNotFound.
func Restrict(ctx context.Context, tx bun.IDB, id ID, since, now time.Time) error {
	c, err := ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if c.IsErased() {
		return ErrNotFound
	}
	c.RestrictedAt, c.UpdatedAt = since, now
	return update(ctx, tx, c)
}

// AllRestricted returns who of the whole customer file is restricted: a few at most.
func AllRestricted(ctx context.Context, db bun.IDB) (map[ID]bool, error) {
	var ids []string
	if err := db.NewRaw("SELECT id FROM contacts WHERE restricted_at IS NOT NULL AND erased_at IS NULL").Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("contact: restricted: %w", err)
	}
	out := make(map[ID]bool, len(ids))
	for _, id := range ids {
		out[ID(id)] = true
	}
	return out, nil
}

// Origin is one import that brought or completed a person. Filled are the fields it
// filled in; none when it brought him, or taught nothing new.
type Origin struct {
	Import Import
	Line   int
	Filled []Field
}

// OriginsOf returns the imports that a person came with or was met in, oldest first.
func OriginsOf(ctx context.Context, db bun.IDB, c Contact) ([]Origin, error) {
	var rows []matchRow
	if err := db.NewSelect().Model(&rows).Where("m.contact_id = ?", string(c.ID)).OrderExpr("m.import_id, m.line").Scan(ctx); err != nil {
		return nil, fmt.Errorf("contact: origins: %w", err)
	}
	var out []Origin
	add := func(id ImportID, line int, filled []Field) error {
		in, err := ImportByID(ctx, db, id)
		if err != nil {
			return err
		}
		out = append(out, Origin{Import: in, Line: line, Filled: filled})
		return nil
	}
	if c.Source.ImportID != "" {
		if err := add(c.Source.ImportID, c.Source.Line, nil); err != nil {
			return nil, err
		}
	}
	for _, r := range rows {
		var filled []Field
		for _, f := range strings.FieldsFunc(r.Filled, func(r rune) bool { return r == ',' }) {
			filled = append(filled, Field(f))
		}
		if err := add(ImportID(r.ImportID), r.Line, filled); err != nil {
			return nil, err
		}
	}
	return out, nil
}
