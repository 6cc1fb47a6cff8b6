package contact

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// Named refusals of an export.
var (
	ErrExportFormat = fault.New(fault.Invalid, "contact.export_format_unknown").At("format")
	ErrExportLarge  = fault.New(fault.TooLarge, "contact.export_too_large").At("format")
)

// FormatJSON is a form in which the customer file can be taken out, besides those
// that can also be read.
const FormatJSON Format = "json"

// ExportFormats lists them in the order a page offers them.
func ExportFormats() []Format { return []Format{FormatCSV, FormatXLSX, FormatVCard, FormatJSON} }

// FileType is the ending and the media type of an exported file.
func (f Format) FileType() (ending, media string) {
	switch f {
	case FormatXLSX:
		return ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case FormatVCard:
		return ".vcf", "text/vcard; charset=utf-8"
	case FormatJSON:
		return ".json", "application/json"
	}
	return ".csv", "text/csv; charset=utf-8"
}

// Exporter writes people one after another. Close ends the file; it does not
// close what is below. Whether somebody unsubscribed is in every form.
type Exporter interface {
	Write(Contact) error
	Close() error
}

// NewExporter begins a file that holds the shipped fields and these own ones. It
// fails with ErrExportFormat for a form that is not in ExportFormats.
func NewExporter(f Format, w io.Writer, own ...Field) (Exporter, error) {
	switch f {
	case FormatCSV:
		return newCSVExporter(w, own)
	case FormatXLSX:
		return newXLSXExporter(w, own)
	case FormatVCard:
		return vcardExporter{w, own}, nil
	case FormatJSON:
		return &jsonExporter{w: w, own: own}, nil
	}
	return nil, ErrExportFormat
}

// exportHeader names the columns of a table; an import knows them again.
func exportHeader(own []Field) []string {
	names := []string{
		"customer_number", "name", "given_name", "family_name", "organisation", "email", "phone",
		"street", "postcode", "city", "country", "language", "birth_date", "marketing", "unsubscribed_at",
		"import_id", "import_line", "created_at",
	}
	for _, f := range own {
		names = append(names, string(f))
	}
	return names
}

func exportRow(c Contact, own []Field) []string {
	row := []string{
		c.CustomerNumber, c.Name, c.GivenName, c.FamilyName, c.Organisation, c.Email, c.Phone,
		c.Street, c.Postcode, c.City, c.Country, c.Language, c.BirthDate.String(), string(c.Marketing),
		instantText(c.UnsubscribedAt), string(c.Source.ImportID), strconv.Itoa(c.Source.Line), instantText(c.CreatedAt),
	}
	if len(own) == 0 {
		return row
	}
	values := c.Extra.Values()
	for _, f := range own {
		row = append(row, values[f])
	}
	return row
}

func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// csvExporter writes what spreadsheets here open at once: UTF-8 with a byte order
// mark, semicolons, CRLF.
type csvExporter struct {
	out *csv.Writer
	own []Field
}

func newCSVExporter(w io.Writer, own []Field) (*csvExporter, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, err
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	return &csvExporter{out, own}, out.Write(exportHeader(own))
}

func (e *csvExporter) Write(c Contact) error {
	row := exportRow(c, e.own)
	for i, s := range row {
		row[i] = harmless(s)
	}
	return e.out.Write(row)
}

func (e *csvExporter) Close() error {
	e.out.Flush()
	return e.out.Error()
}

// harmless keeps a spreadsheet from running a cell: it gets an apostrophe, which
// an import takes off again.
func harmless(s string) string {
	if s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
		return "'" + s
	}
	return s
}

// jsonExporter writes one array with an object per person; what is not known is
// left out.
type jsonExporter struct {
	w     io.Writer
	begun bool
	own   []Field
}

func (e *jsonExporter) Write(c Contact) error {
	mark := ",\n"
	if !e.begun {
		mark, e.begun = "[\n", true
	}
	known := map[string]any{"id": string(c.ID)}
	row := exportRow(c, e.own)
	for i, name := range exportHeader(e.own) {
		if row[i] != "" && name != "import_line" {
			known[name] = row[i]
		}
	}
	if c.Source.ImportID != "" {
		known["import_line"] = c.Source.Line
	}
	b, err := json.Marshal(known)
	if err != nil {
		return fmt.Errorf("contact: export: %w", err)
	}
	_, err = e.w.Write(append([]byte(mark), b...))
	return err
}

func (e *jsonExporter) Close() error {
	end := "\n]\n"
	if !e.begun {
		end = "[]\n"
	}
	_, err := io.WriteString(e.w, end)
	return err
}
