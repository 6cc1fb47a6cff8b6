package contact

// address reads the postal address of a row, whatever columns it stands in.
func (d *draft) address() {
	c := &d.row.Contact
	stated := d.get(FieldCountry)
	a := d.split()
	if stated != "" {
		if code := d.p.places.country(stated); code != "" {
			a.country = code
		} else {
			d.warn(keyCountryUnknown, FieldCountry, stated)
		}
	}
	a.country = d.country(&a, stated)
	a.postcode = padCode(a.postcode, a.country)
	c.Street, c.Postcode, c.City, c.Country = a.street, a.postcode, a.city, a.country
}

// split gives the address in its parts; a cell that cannot be taken apart with
// certainty stays whole in the street.
func (d *draft) split() postal {
	if whole := d.whole(); whole != "" {
		if a, sure, ok := d.p.forms.splitAddress(whole); ok {
			if !sure {
				d.warn(keyAddressCheck, FieldAddress, Clean(whole))
			}
			return a
		}
		if a := d.columns(); a.postcode != "" || a.city != "" {
			a.street = Clean(whole)
			return a
		}
		d.warn(keyAddressKept, FieldAddress, Clean(whole))
		return postal{street: Clean(whole)}
	}
	return d.columns()
}

// whole is the cell with a whole address, its double spaces and line ends still
// in place: they are what separates its parts.
func (d *draft) whole() string {
	i, ok := d.p.columns[FieldAddress]
	if ok && i < len(d.cells) && cell(d.cells[i]) != "" {
		return d.cells[i]
	}
	return d.more[FieldAddress]
}

// columns reads an address whose parts stand apart.
func (d *draft) columns() postal {
	var a postal
	a.postcode, a.country = d.p.forms.splitCode(d.get(FieldPostcode))
	a.city = d.get(FieldCity)
	if both := d.get(FieldPostcodeCity); both != "" {
		if m := d.p.forms.codeCity.FindStringSubmatch(both); m != nil {
			d.p.forms.setCode(&a, m[1], m[2])
			a.city = m[3]
		} else if a.city == "" {
			a.city = both
		}
	}
	country := a.country
	if code := d.p.places.country(d.get(FieldCountry)); code != "" {
		country = code
	}
	if country == "" {
		country = d.p.options.DefaultCountry
	}
	a.street = streetParts{
		street: d.get(FieldStreet), number: d.get(FieldHouseNumber), box: d.get(FieldBox),
		country: country, language: languageOf(d.get(FieldLanguage)),
	}.join()
	if second := d.get(FieldStreet2); second != "" && a.street != "" && second != a.street {
		a.street += ", " + second
	}
	return a
}

// country is the stated one, else what the postcode says, else the default when
// the postcode can be one of it. A doubtful one stays empty and is reported: a
// letter with a wrong country does not arrive.
func (d *draft) country(a *postal, stated string) string {
	country := a.country
	if country == "" && d.p.forms.dutch.MatchString(a.postcode) {
		return "NL"
	}
	if country == "" && stated == "" {
		country = d.p.options.DefaultCountry
	}
	if a.postcode == "" || country == "" || d.p.forms.fitsCountry(padCode(a.postcode, country), country) {
		return country
	}
	d.warn(keyPostcodeCountry, FieldPostcode, a.postcode)
	if a.country == "" {
		return ""
	}
	return country
}
