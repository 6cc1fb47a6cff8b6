package contact

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"clepsydra/internal/fault"
)

// Row is one row of a file as a contact. Rejected says why it cannot be taken
// and is nil for one that can; Warnings say what was changed or doubtful.
type Row struct {
	Line     int
	Contact  Contact
	Warnings []*fault.Error
	Rejected *fault.Error

	// Whether country and language are the row's own and not assumed.
	statesCountry, statesLanguage bool
}

// maxText bounds a text field, in characters: more does not fit on an envelope.
const maxText = 300

// rowParser reads the rows of one file by its mapping.
type rowParser struct {
	options Options
	columns map[Field]int
	order   DateOrder
	places  *places
	forms   *addressForms
	words   map[string]Field
	width   int  // fields a row must have
	ragged  bool // rows may have fewer or more
	guard   *guard
	all     []Column
	status  Marketing // of everybody in the file, unless the row says otherwise
	own     []ownColumn
	// undeclared are the fields a row must not keep, whatever they come from.
	undeclared []Field
}

// draft is a row on its way to a contact.
type draft struct {
	p     *rowParser
	cells []string
	more  map[Field]string // from a JSON column
	row   *Row
}

func (p *rowParser) parse(rec record) Row {
	row := Row{Line: rec.line, Contact: Contact{Source: Source{Line: rec.line}}}
	if row.Rejected = p.misfit(rec); row.Rejected != nil {
		return row
	}
	if row.Rejected = p.secretIn(rec); row.Rejected != nil {
		return row
	}
	d := draft{p: p, cells: rec.fields, row: &row}
	if rec.repair != "" {
		d.warn(rec.repair, FieldNone, "")
	}
	d.readAttributes()
	d.name()
	d.address()
	d.reach()
	d.rest()
	d.own()
	d.restrict()
	d.judge()
	row.statesCountry, row.statesLanguage = d.get(FieldCountry) != "", languageOf(d.get(FieldLanguage)) != ""
	return row
}

// secretIn refuses a row that carries a national number, a payment card or a
// password into a column that is taken over. The message names line and column and
// never the value.
func (p *rowParser) secretIn(rec record) *fault.Error {
	for _, c := range p.all {
		if c.Field == FieldNone || c.Index >= len(rec.fields) {
			continue
		}
		if s := p.guard.inCell(c.Index, rec.fields[c.Index]); s != secretNone {
			return s.cellKey().at(c.Field).With("Column", c.Label())
		}
	}
	return nil
}

// misfit says why the fields of a row cannot be told apart.
func (p *rowParser) misfit(rec record) *fault.Error {
	if rec.fault != "" {
		return rec.fault.fault()
	}
	n := len(rec.fields)
	if p.ragged || n == p.width {
		return nil
	}
	key := keyRowTooFew
	if n > p.width {
		if (record{fields: rec.fields[p.width:]}).isBlank() {
			return nil
		}
		key = keyRowTooMany
	}
	return key.fault().With("Got", n).With("Want", p.width)
}

func (d *draft) get(f Field) string {
	if i, ok := d.p.columns[f]; ok && i < len(d.cells) {
		if v := cell(d.cells[i]); v != "" {
			return v
		}
	}
	return d.more[f]
}

func (d *draft) warn(key faultKey, f Field, value string) {
	e := key.at(f)
	if value != "" {
		e = e.With("Value", shown(value))
	}
	d.row.Warnings = append(d.row.Warnings, e)
}

// readAttributes reads a JSON object of further fields, as listmonk exports
// them: known keys only, one level deep.
func (d *draft) readAttributes() {
	text := d.get(FieldAttributes)
	if text == "" || text == "{}" {
		return
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		d.warn(keyAttributesBad, FieldAttributes, "")
		return
	}
	d.more = map[Field]string{}
	d.take(object)
	for _, v := range object {
		if inner, ok := v.(map[string]any); ok {
			d.take(inner)
		}
	}
}

func (d *draft) take(object map[string]any) {
	for k, v := range object {
		f := fieldOfHeader(k, d.p.words)
		if f == FieldNone || f == FieldAttributes || d.more[f] != "" {
			continue
		}
		switch v := v.(type) {
		case string:
			d.more[f] = cell(v)
		case float64:
			d.more[f] = cell(plainNumber(strings.TrimSuffix(fmt.Sprintf("%.2f", v), ".00")))
		}
	}
}

func (d *draft) name() {
	c := &d.row.Contact
	c.GivenName = d.get(FieldGiven)
	c.FamilyName = joinWords(d.get(FieldInfix), d.get(FieldFamily))
	c.Name = d.get(FieldName)
	if c.Name == "" {
		c.Name = joinWords(c.GivenName, c.FamilyName)
	}
	c.Organisation = d.get(FieldOrganisation)
	c.CustomerNumber = d.get(FieldNumber)
}

// reach reads mail and telephone. A broken mail address costs the row unless a
// letter can still reach the person.
func (d *draft) reach() {
	c := &d.row.Contact
	raw := d.get(FieldEmail)
	address, several, ok := parseMail(raw)
	switch {
	case ok && several:
		d.warn(keyMailSeveral, FieldEmail, raw)
	case !ok && c.CanReceivePost():
		d.warn(keyMailDropped, FieldEmail, raw)
	case !ok:
		d.row.Rejected = keyMailInvalid.at(FieldEmail).With("Value", shown(raw))
	}
	c.Email = address
	for _, f := range []Field{FieldPhone, FieldMobile} {
		value := d.get(f)
		if value == "" || c.Phone != "" {
			continue
		}
		country := c.Country
		if country == "" {
			country = d.p.options.DefaultCountry
		}
		var doubt faultKey
		if c.Phone, doubt = parsePhone(value, country); doubt != "" {
			d.warn(doubt, FieldPhone, value)
		}
	}
}

func (d *draft) rest() {
	c := &d.row.Contact
	c.Language = d.language()
	c.Marketing = marketingOf(d.get(FieldMarketing))
	if c.Marketing == MarketingUnknown {
		c.Marketing = d.p.status
	}
	if marketingOf(d.get(FieldOptedOut)) == MarketingSubscribed { // "yes" to no mailings
		c.Marketing = MarketingUnsubscribed
	}
	if at := d.get(FieldUnsubscribed); at != "" {
		c.Marketing, c.UnsubscribedAt = MarketingUnsubscribed, parseMoment(at)
	}
	if day := d.get(FieldBirthDate); day != "" {
		var ok bool
		if c.BirthDate, ok = ParseDate(day, d.p.order, d.p.options.Today); !ok {
			c.BirthDate = Date{}
			d.warn(keyDateUnreadable, FieldBirthDate, day)
		}
	}
}

// language is the stated one, else that of the country, else the default.
func (d *draft) language() string {
	if l := languageOf(d.get(FieldLanguage)); l != "" {
		return l
	}
	if l := languageOfCountry(d.row.Contact.Country); l != "" {
		return l
	}
	return d.p.options.DefaultLanguage
}

// judge rejects a row that is nobody, or holds more than a person has.
func (d *draft) judge() {
	c := d.row.Contact
	if d.row.Rejected != nil {
		return
	}
	if c.Name == "" && c.Organisation == "" && c.Email == "" && (c.Street == "" || c.Postcode == "" && c.City == "") {
		d.row.Rejected = keyRowNobody.fault()
		return
	}
	texts := []struct {
		field Field
		text  string
	}{
		{FieldName, c.Name}, {FieldGiven, c.GivenName}, {FieldFamily, c.FamilyName},
		{FieldOrganisation, c.Organisation}, {FieldStreet, c.Street}, {FieldPostcode, c.Postcode},
		{FieldCity, c.City}, {FieldNumber, c.CustomerNumber},
	}
	for _, t := range texts {
		if len(t.text) > maxText && utf8.RuneCountInString(t.text) > maxText {
			d.row.Rejected = keyFieldTooLong.at(t.field).With("Max", maxText)
			return
		}
	}
}

// marketingOf reads whether somebody is on the mailing list.
func marketingOf(s string) Marketing {
	switch foldKey(s) {
	case "subscribed", "enabled", "confirmed", "active", "yes", "true", "1", "ja", "oui", "j", "y", "o", "x", "wahr", "vrai", "waar", "actief", "actif", "aktiv", "abonne", "ingeschreven", "optin":
		return MarketingSubscribed
	case "unsubscribed", "disabled", "blocklisted", "blacklisted", "cleaned", "inactive", "no", "false", "0", "nee", "non", "nein", "n", "falsch", "faux", "onwaar", "uitgeschreven", "desabonne", "desinscrit", "abgemeldet", "optout", "bounced":
		return MarketingUnsubscribed
	}
	return MarketingUnknown
}

// parseMoment reads the moment of a mailing tool, in UTC as they write it; the
// zero time when it cannot be read.
func parseMoment(s string) time.Time {
	for _, form := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(form, s); err == nil && t.Year() > 1900 {
			return t.UTC().Truncate(time.Microsecond)
		}
	}
	return time.Time{}
}

func joinWords(a, b string) string { return strings.TrimSpace(a + " " + b) }
