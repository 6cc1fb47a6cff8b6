package contact

// Change is a known value that a leading source replaced. Old is what it was, by
// the fields it is made of; an address is changed as a whole.
type Change struct {
	Field Field
	Old   map[Field]string
}

// TakeOver replaces what a row of a leading source states otherwise and returns
// what was replaced, in a fixed order. What the row leaves empty stays, what was
// only assumed of it (a default country or language) changes nothing, and whoever
// unsubscribed stays so: only the person himself takes that back (Art. 7(3) and
// 21(3) GDPR). Of somebody whose processing is restricted (Art. 18) nothing changes.
func (c *Contact) TakeOver(r Row) []Change {
	if !c.RestrictedAt.IsZero() {
		return nil
	}
	from := r.Contact
	var changed []Change
	take := func(f Field, to *string, from string) {
		if *to != "" && from != "" && *to != from {
			changed = append(changed, Change{f, map[Field]string{f: *to}})
			*to = from
		}
	}
	take(FieldNumber, &c.CustomerNumber, from.CustomerNumber)
	take(FieldName, &c.Name, from.Name)
	take(FieldGiven, &c.GivenName, from.GivenName)
	take(FieldFamily, &c.FamilyName, from.FamilyName)
	take(FieldOrganisation, &c.Organisation, from.Organisation)
	take(FieldEmail, &c.Email, from.Email)
	take(FieldPhone, &c.Phone, from.Phone)
	if old, moved := c.moveTo(from); moved {
		changed = append(changed, Change{FieldAddress, old})
	} else if r.statesCountry {
		take(FieldCountry, &c.Country, from.Country)
	}
	if r.statesLanguage {
		take(FieldLanguage, &c.Language, from.Language)
	}
	if !c.BirthDate.IsZero() && !from.BirthDate.IsZero() && c.BirthDate != from.BirthDate {
		changed = append(changed, Change{FieldBirthDate, map[Field]string{FieldBirthDate: c.BirthDate.String()}})
		c.BirthDate = from.BirthDate
	}
	if c.Marketing == MarketingSubscribed && from.Marketing == MarketingUnsubscribed {
		changed = append(changed, Change{FieldMarketing, map[Field]string{FieldMarketing: string(c.Marketing)}})
		c.Marketing, c.UnsubscribedAt = from.Marketing, from.UnsubscribedAt
	}
	for _, f := range from.Extra.Fields() {
		if old, now := c.Extra.Get(f), from.Extra.Get(f); old != "" && old != now {
			changed = append(changed, Change{f, map[Field]string{f: old}})
			c.Extra = c.Extra.With(f, now)
		}
	}
	return changed
}

// moveTo takes another address over as a whole.
func (c *Contact) moveTo(from Contact) (old map[Field]string, moved bool) {
	same := c.Street == from.Street && c.Postcode == from.Postcode && c.City == from.City
	if !c.hasAddress() || !from.hasAddress() || same {
		return nil, false
	}
	old = map[Field]string{FieldStreet: c.Street, FieldPostcode: c.Postcode, FieldCity: c.City, FieldCountry: c.Country}
	c.Street, c.Postcode, c.City, c.Country = from.Street, from.Postcode, from.City, from.Country
	return old, true
}

// Restore gives back what TakeOver replaced, by field as Change.Old has it.
func (c *Contact) Restore(old map[Field]string) {
	places := map[Field]*string{
		FieldNumber: &c.CustomerNumber, FieldName: &c.Name, FieldGiven: &c.GivenName, FieldFamily: &c.FamilyName,
		FieldOrganisation: &c.Organisation, FieldEmail: &c.Email, FieldPhone: &c.Phone, FieldStreet: &c.Street,
		FieldPostcode: &c.Postcode, FieldCity: &c.City, FieldCountry: &c.Country, FieldLanguage: &c.Language,
	}
	for f, value := range old {
		switch to, plain := places[f]; {
		case plain:
			*to = value
		case f == FieldBirthDate:
			c.BirthDate, _ = ParseDate(value, "", Date{})
		case f == FieldMarketing:
			c.Clear(FieldMarketing)
			c.Marketing = Marketing(value)
		case f.IsOwn():
			c.Extra = c.Extra.With(f, value)
		}
	}
}
