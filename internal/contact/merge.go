package contact

import (
	"time"

	"clepsydra/internal/fault"
)

// Named refusals of a merge.
var (
	ErrSamePerson  = fault.New(fault.Invalid, "doubles.same_person")
	ErrNotMerged   = fault.New(fault.NotFound, "doubles.not_merged")
	ErrMergeStands = fault.New(fault.Conflict, "doubles.merge_stands")
)

// Choices say for fields in which two people differ whose value stays. What is not
// chosen is the one there is, else that of the person who is kept.
type Choices map[Field]ID

// Blocks lists what is chosen between two people, in the order it is shown: a name
// and an address are taken as a whole, so that no first name meets another last name.
func Blocks(a, b Contact) []Field {
	blocks := []Field{FieldName, FieldOrganisation, FieldNumber, FieldEmail, FieldPhone, FieldAddress, FieldLanguage, FieldBirthDate, FieldMarketing}
	for _, f := range append(a.Extra.Fields(), b.Extra.Fields()...) {
		if !containsField(blocks, f) {
			blocks = append(blocks, f)
		}
	}
	return blocks
}

// Parts are the stored fields of a block.
func (f Field) Parts() []Field {
	switch f {
	case FieldName:
		return []Field{FieldName, FieldGiven, FieldFamily}
	case FieldAddress:
		return []Field{FieldStreet, FieldPostcode, FieldCity, FieldCountry}
	}
	return []Field{f}
}

func (c Contact) hasBlock(f Field) bool {
	for _, p := range f.Parts() {
		if c.Value(p) != "" && p != FieldCountry {
			return true
		}
	}
	return f == FieldAddress && c.Country != ""
}

// Stays says whose value of a block a merge keeps.
func (ch Choices) Stays(f Field, keep, double Contact) ID {
	switch {
	case !double.hasBlock(f):
		return keep.ID
	case !keep.hasBlock(f):
		return double.ID
	case ch[f] == double.ID:
		return double.ID
	case ch[f] == "" && f == FieldMarketing && double.Marketing == MarketingUnsubscribed:
		return double.ID // who said no once is not asked again
	}
	return keep.ID
}

// Merged is one person made of two, and the stored fields that come from the double.
// A restriction of either (Art. 18 GDPR) goes on, and the later activity counts.
func Merged(keep, double Contact, ch Choices, now time.Time) (Contact, []Field) {
	out := keep
	var taken []Field
	for _, block := range Blocks(keep, double) {
		if ch.Stays(block, keep, double) != double.ID {
			continue
		}
		for _, f := range block.Parts() {
			if out.Value(f) != double.Value(f) {
				out.takeOver(f, double)
				taken = append(taken, f)
			}
		}
		if block == FieldMarketing {
			out.UnsubscribedAt = double.UnsubscribedAt
		}
	}
	if out.RestrictedAt.IsZero() || !double.RestrictedAt.IsZero() && double.RestrictedAt.Before(out.RestrictedAt) {
		out.RestrictedAt = double.RestrictedAt
	}
	if double.ActiveAt.After(out.ActiveAt) {
		out.ActiveAt = double.ActiveAt
	}
	out.UpdatedAt = now
	return out, taken
}

// takeOver copies one stored field.
func (c *Contact) takeOver(f Field, from Contact) {
	switch to := c.text(f); {
	case to != nil:
		*to = from.Value(f)
	case f == FieldBirthDate:
		c.BirthDate = from.BirthDate
	case f == FieldMarketing:
		c.Marketing = from.Marketing
	case f.IsOwn():
		c.Extra = c.Extra.With(f, from.Extra.Get(f))
	}
}

// Merge is two people who were made one. CanUndo: neither changed since.
type Merge struct {
	ID                 string
	Kept, Double       ID
	ActorKind, ActorID string
	At, UndoneAt       time.Time
	CanUndo            bool
}
