package contact

import (
	"fmt"
	"strings"

	"clepsydra/internal/fault"
)

// Reason says why a column is read as it is.
type Reason string

// The reasons. ByUnknown columns are left out, because only declared fields are
// kept (Art. 5(1)(c)); ByRefusal ones may not be kept even when asked for.
const (
	ByHeader  Reason = "header"
	ByPreset  Reason = "preset" // the tool the file comes from calls it so
	ByContent Reason = "content"
	ByUser    Reason = "user"
	ByUnknown Reason = "unknown"
	ByRefusal Reason = "refused"
	ByDouble  Reason = "twice"  // another column holds the same field
	ByMemory  Reason = "memory" // so it was confirmed last time
	// ByUndeclared columns are recognised, and left out because nobody declared
	// that the field is needed.
	ByUndeclared Reason = "undeclared"
)

// Column is one column of a file and what becomes of it.
type Column struct {
	Index  int    // from 0
	Header string // as in the file; empty without a header
	Field  Field  // FieldNone: left out
	Why    Reason
	Meant  Field // what a ByUndeclared column would be
	// IsEmpty: nothing stands in the first rows of a ByUndeclared column.
	IsEmpty bool
}

// Label is how a column is called to people: its heading, or its number.
func (c Column) Label() string {
	if c.Header != "" {
		return shown(c.Header)
	}
	return fmt.Sprintf("#%d", c.Index+1)
}

// mapper decides what each column of one file is.
type mapper struct {
	columns  []Column
	values   [][]string // sample by column, cleaned
	words    map[string]Field
	patterns *patterns
	guard    *guard
	preset   map[string]Field // headings of the tool the file comes from
	declared *Declaration
	warnings []*fault.Error
	nested   bool // headings are paths such as address.city
}

// newMapper prepares the sample. header is nil when the file has none.
func newMapper(header []string, sample []record, width int, pat *patterns, g *guard) *mapper {
	m := &mapper{words: headerWords(), patterns: pat, guard: g}
	for i := range width {
		c := Column{Index: i, Why: ByUnknown}
		if i < len(header) && !g.inHeading(header[i]) {
			c.Header = cell(header[i])
		}
		var values []string
		for _, r := range sample {
			if i < len(r.fields) {
				values = append(values, cell(r.fields[i]))
			}
		}
		m.columns = append(m.columns, c)
		m.values = append(m.values, values)
	}
	return m
}

// decide fills in the fields: refusals first, then what the user says, then
// headings, then content.
func (m *mapper) decide(hasHeader bool, chosen map[int]Field) {
	for i := range m.columns {
		c := &m.columns[i]
		if key := m.guard.columnKey(i); key != "" {
			c.Why = ByRefusal
			m.warn(key, c)
			continue
		}
		if f, ok := chosen[i]; ok {
			c.Field, c.Why = f, ByUser
			continue
		}
		if f, ok := m.declared.called(c.Header); ok && hasHeader {
			m.set(c, f, ByHeader)
			continue
		}
		if f, ok := m.preset[foldKey(c.Header)]; ok && hasHeader && m.agrees(i, f) {
			m.set(c, f, ByPreset)
			if f == FieldNone {
				c.Why = ByPreset
			}
			continue
		}
		if hasHeader {
			m.set(c, m.byHeader(c), ByHeader)
		}
	}
	if !hasHeader && len(chosen) == 0 {
		m.byContent()
		m.warnings = append(m.warnings, keyMappedByContent.fault())
	}
	m.findMail(chosen)
	m.findNumber(chosen)
	m.settle()
	m.keepDeclared()
	m.report()
}

// keepDeclared leaves out what was recognised and not declared.
func (m *mapper) keepDeclared() {
	for i := range m.columns {
		if c := &m.columns[i]; !m.declared.Reads(c.Field) {
			c.Meant, c.Field, c.Why, c.IsEmpty = c.Field, FieldNone, ByUndeclared, !m.any(i, isFilled)
		}
	}
}

// agrees reports whether a column can be what a known export says it is.
func (m *mapper) agrees(i int, f Field) bool {
	return f != FieldEmail || !m.any(i, isFilled) || m.any(i, looksLikeMail)
}

// byHeader reads the heading and checks it against what the column holds.
func (m *mapper) byHeader(c *Column) Field {
	f := fieldOfHeader(c.Header, m.words)
	if f == FieldNone && m.nested {
		f = fieldOfHeader(nestedHeading(c.Header), m.words)
		if foldKey(nestedHeading(c.Header)) == "number" && c.Index > 0 && m.columns[c.Index-1].Field == FieldStreet {
			f = FieldHouseNumber
		}
	}
	if isBareNumber(c.Header) && (c.Index == 0 || m.columns[c.Index-1].Field != FieldStreet) {
		return FieldNone
	}
	look, filled := m.patterns.columnLook(m.values[c.Index])
	if filled == 0 {
		return f
	}
	switch {
	case f == FieldEmail && look == FieldPhone:
		m.warn(keyColumnPhones, c)
		return FieldPhone
	case f == FieldEmail && look != FieldEmail && !m.any(c.Index, looksLikeMail):
		m.warn(keyColumnNotMail, c)
	case f == FieldName && m.most(c.Index, isDigits):
		return FieldNumber
	case (f == FieldPostcode || f == FieldCity) && look == FieldPostcodeCity:
		return FieldPostcodeCity
	case f == FieldBirthDate && !m.any(c.Index, func(s string) bool { _, ok := dateParts(s); return ok || isSerialDay(s) }),
		f == FieldMarketing && !m.any(c.Index, func(s string) bool { return marketingOf(s) != MarketingUnknown }),
		f == FieldAttributes && look != FieldAttributes:
		return FieldNone
	}
	return f
}

// set gives a column its field unless an earlier one has it. An earlier column
// that is empty gives way, and a second telephone becomes the mobile one.
func (m *mapper) set(c *Column, f Field, why Reason) {
	if f == FieldNone {
		return
	}
	if i := m.index(f); i >= 0 {
		if m.any(i, isFilled) || !m.any(c.Index, isFilled) {
			if f == FieldPhone && m.index(FieldMobile) < 0 {
				c.Field, c.Why = FieldMobile, why
				return
			}
			c.Why = ByDouble
			return
		}
		m.columns[i].Field, m.columns[i].Why = FieldNone, ByDouble
	}
	c.Field, c.Why = f, why
}

// findMail looks for the mail addresses by content when no heading named them.
func (m *mapper) findMail(chosen map[int]Field) {
	if m.index(FieldEmail) >= 0 {
		return
	}
	for i := range m.columns {
		c := &m.columns[i]
		if _, ok := chosen[i]; ok || c.Field != FieldNone || c.Why == ByRefusal {
			continue
		}
		if look, _ := m.patterns.columnLook(m.values[i]); look == FieldEmail {
			c.Field, c.Why = FieldEmail, ByContent
			return
		}
	}
}

// settle resolves headings that mean one thing alone and another in company.
func (m *mapper) settle() {
	if i := m.index(FieldName); i >= 0 && m.index(FieldGiven) >= 0 && m.index(FieldFamily) < 0 && m.columns[i].Why == ByHeader {
		m.columns[i].Field = FieldFamily
	}
	if i := m.index(FieldFamily); i >= 0 && m.index(FieldGiven) < 0 && foldKey(m.columns[i].Header) == "nom" && m.columns[i].Why == ByHeader {
		m.columns[i].Field = FieldName
	}
	apart := m.index(FieldPostcode) >= 0 || m.index(FieldCity) >= 0 || m.index(FieldPostcodeCity) >= 0
	if i := m.index(FieldAddress); i >= 0 && apart && m.index(FieldStreet) < 0 && m.columns[i].Why == ByHeader {
		m.columns[i].Field = FieldStreet
	}
	if i := m.index(FieldStreet); i >= 0 && !apart && m.columns[i].Why != ByUser {
		m.columns[i].Field = FieldAddress
	}
	if m.index(FieldStreet) < 0 && m.index(FieldAddress) < 0 {
		for _, f := range []Field{FieldHouseNumber, FieldBox, FieldStreet2} {
			if i := m.index(f); i >= 0 && m.columns[i].Why != ByUser {
				m.columns[i].Field, m.columns[i].Why = FieldNone, ByUnknown
			}
		}
	}
}

// report names what is left out, once for the file.
func (m *mapper) report() {
	var dropped []string
	mapped := false
	for i := range m.columns {
		c := &m.columns[i]
		mapped = mapped || c.Field != FieldNone
		if (c.Why == ByUnknown || c.Why == ByUndeclared && !c.IsEmpty || c.Why == ByPreset && c.Field == FieldNone) && (c.Header != "" || m.any(i, isFilled)) {
			dropped = append(dropped, c.Label())
		}
		if c.Why == ByDouble && m.any(i, isFilled) {
			m.warn(keyColumnTwice, c)
		}
		m.reportNumbers(c)
	}
	if len(dropped) > 0 {
		m.warnings = append(m.warnings, keyColumnsDropped.fault().With("Columns", strings.Join(dropped, ", ")))
	}
	if !mapped {
		m.warnings = append(m.warnings, keyNothingMapped.fault())
	}
}

func (m *mapper) warn(key faultKey, c *Column) {
	m.warnings = append(m.warnings, key.at(c.Field).With("Column", c.Label()))
}

func (m *mapper) index(f Field) int {
	for i, c := range m.columns {
		if c.Field == f {
			return i
		}
	}
	return -1
}

func (m *mapper) any(i int, is func(string) bool) bool {
	for _, v := range m.values[i] {
		if v != "" && is(v) {
			return true
		}
	}
	return false
}

// most reports whether six in ten filled values are so.
func (m *mapper) most(i int, is func(string) bool) bool {
	n, filled := 0, 0
	for _, v := range m.values[i] {
		if v != "" {
			filled++
			if is(v) {
				n++
			}
		}
	}
	return filled > 0 && n*10 >= filled*6
}

func isFilled(s string) bool { return s != "" }

func isSerialDay(s string) bool { return isDigits(s) && len(s) >= 3 && len(s) <= 5 }

// reportNumbers names single secrets in a column that is left out, and bank
// accounts in one that is.
func (m *mapper) reportNumbers(c *Column) {
	v := m.guard.verdicts[c.Index]
	if v.hidden > 0 && c.Field == FieldNone && c.Why != ByRefusal {
		m.warnings = append(m.warnings, keyColumnHidden.fault().With("Column", c.Label()).With("Count", v.hidden))
	}
	if h, found := m.guard.hints[c.Index]; found && isTopic(h.Topic) {
		m.warnings = append(m.warnings, faultKey("intake.words_"+h.Topic).fault().With("Column", c.Label()).With("Line", h.Line))
	}
	if v.iban {
		m.warn(keyColumnIBAN, c)
	}
}

// creditReasons gives a column that the user left as it was recognised the reason
// it was recognised for.
func (m *mapper) creditReasons(recognised []Column, otherwise Reason) {
	for i := range m.columns {
		c := &m.columns[i]
		if c.Why != ByUser {
			continue
		}
		if c.Why = otherwise; c.Field == recognised[i].Field {
			c.Why, c.Meant, c.IsEmpty = recognised[i].Why, recognised[i].Meant, recognised[i].IsEmpty
		}
	}
}
