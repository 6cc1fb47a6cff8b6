package contact

import "strings"

// byContent maps the columns of a file without a header by what they hold. A
// column of days is left out: it could be a birthday or the day of a sale.
func (m *mapper) byContent() {
	looks := make([]Field, len(m.columns))
	for i := range m.columns {
		looks[i], _ = m.patterns.columnLook(m.values[i])
	}
	for i := range m.columns {
		c := &m.columns[i]
		if c.Why == ByRefusal {
			continue
		}
		switch looks[i] {
		case FieldEmail, FieldPhone, FieldPostcode, FieldPostcodeCity, FieldAddress, FieldStreet,
			FieldLanguage, FieldCountry, FieldAttributes:
			m.set(c, looks[i], ByContent)
		}
	}
	if i := m.index(FieldPostcode); i >= 0 && i+1 < len(looks) && looks[i+1] == FieldName {
		m.set(&m.columns[i+1], FieldCity, ByContent)
	}
	m.names(looks)
}

// names takes the columns of words: one of several words is a full name, two in
// a row are given and family name.
func (m *mapper) names(looks []Field) {
	for i := range m.columns {
		if looks[i] != FieldName || m.columns[i].Field != FieldNone || m.columns[i].Why == ByRefusal {
			continue
		}
		next := i+1 < len(looks) && looks[i+1] == FieldName && m.columns[i+1].Field == FieldNone
		if m.most(i, func(s string) bool { return strings.Contains(s, " ") }) || !next {
			m.columns[i].Field, m.columns[i].Why = FieldName, ByContent
			return
		}
		m.columns[i].Field, m.columns[i].Why = FieldGiven, ByContent
		m.columns[i+1].Field, m.columns[i+1].Why = FieldFamily, ByContent
		return
	}
}
