package stewardship

import (
	"clepsydra/internal/contact"
)

// Translate gives the text of a translation key in the reader's language.
type Translate func(key string, args map[string]any) string

// ImportReport is a plan or a result for a machine to read, in words. Rows is
// the sum of Accepted (new people), Duplicates and RejectedCount.
type ImportReport struct {
	Rows          int               `json:"rows"`
	Accepted      int               `json:"accepted"`
	Duplicates    int               `json:"duplicates"`
	Filled        int               `json:"filled,omitempty"`
	Refusing      int               `json:"refusing,omitempty"` // rows that say no to marketing
	Blocked       int               `json:"blocked,omitempty"`  // people on the suppression list, taken as unsubscribed
	Rejected      []ReportedLine    `json:"rejected"`           // the first ten thousand
	RejectedCount int               `json:"rejected_count"`
	Warnings      []ReportedLine    `json:"warnings"` // the first thousand
	Mapping       map[string]string `json:"mapping"`  // heading, or "#1", to field
	Dropped       []string          `json:"dropped"`  // headings left out
	// Undeclared are those of Dropped that were recognised and are left out because no
	// such field is declared, with the field.
	Undeclared map[string]string `json:"undeclared,omitempty"`
	Sample     []ReportedContact `json:"sample"`
	Format     string            `json:"format"`
	Encoding   string            `json:"encoding,omitempty"`
	Delimiter  string            `json:"delimiter,omitempty"`
	Sheet      string            `json:"sheet,omitempty"`
	HasHeader  bool              `json:"has_header"`
	FileHash   string            `json:"file_sha256"`
}

// ReportedLine is a finding in words. Line is left out when it concerns the
// whole file.
type ReportedLine struct {
	Line   int    `json:"line,omitempty"`
	Field  string `json:"field,omitempty"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

// ReportedContact is one person as read from a file.
type ReportedContact struct {
	Line           int    `json:"line"`
	CustomerNumber string `json:"customer_number,omitempty"`
	Name           string `json:"name,omitempty"`
	GivenName      string `json:"given_name,omitempty"`
	FamilyName     string `json:"family_name,omitempty"`
	Organisation   string `json:"organisation,omitempty"`
	Email          string `json:"email,omitempty"`
	Phone          string `json:"phone,omitempty"`
	Street         string `json:"street,omitempty"`
	Postcode       string `json:"postcode,omitempty"`
	City           string `json:"city,omitempty"`
	Country        string `json:"country,omitempty"`
	Language       string `json:"language,omitempty"`
	BirthDate      string `json:"birth_date,omitempty"`
	Marketing      string `json:"marketing,omitempty"`
	// Own are the values of the firm's own fields, by key.
	Own map[contact.Field]string `json:"own,omitempty"`
}

// Report puts the plan into words.
func (p ImportPlan) Report(tr Translate) ImportReport {
	r := ImportReport{
		Rows: p.Rows, Accepted: p.Accepted, Duplicates: p.Duplicates, Filled: p.Filled,
		Refusing: p.Refusing, Blocked: p.Blocked,
		Rejected: reported(p.Rejected, tr), RejectedCount: p.RejectedCount, Warnings: reported(p.Warnings, tr),
		Mapping: map[string]string{}, Dropped: []string{}, Sample: []ReportedContact{},
		Format: string(p.Format), Encoding: string(p.Encoding), Sheet: p.Sheet,
		HasHeader: p.HasHeader, FileHash: p.FileHash,
	}
	if p.Delimiter != 0 {
		r.Delimiter = string(p.Delimiter)
	}
	for _, c := range p.Columns {
		if c.Field == contact.FieldNone {
			r.Dropped = append(r.Dropped, c.Label())
			if c.Why == contact.ByUndeclared {
				r.undeclared(c)
			}
			continue
		}
		r.Mapping[c.Label()] = string(c.Field)
	}
	for _, c := range p.Sample {
		r.Sample = append(r.Sample, ReportedContact{
			Line: c.Source.Line, CustomerNumber: c.CustomerNumber, Name: c.Name, GivenName: c.GivenName,
			FamilyName: c.FamilyName, Organisation: c.Organisation, Email: c.Email, Phone: c.Phone,
			Street: c.Street, Postcode: c.Postcode, City: c.City, Country: c.Country, Language: c.Language,
			BirthDate: c.BirthDate.String(), Marketing: string(c.Marketing), Own: c.Extra.Values(),
		})
	}
	return r
}

func (r *ImportReport) undeclared(c contact.Column) {
	if r.Undeclared == nil {
		r.Undeclared = map[string]string{}
	}
	r.Undeclared[c.Label()] = string(c.Meant.DeclaredAs())
}

func reported(list []contact.Problem, tr Translate) []ReportedLine {
	out := make([]ReportedLine, len(list))
	for i, p := range list {
		out[i] = ReportedLine{Line: p.Line, Field: p.Fault.Field, Code: p.Fault.Key, Reason: tr(p.Fault.Key, p.Fault.Args)}
	}
	return out
}
