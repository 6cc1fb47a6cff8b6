package web

import (
	"bytes"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/contact"
)

// Reason is the word for why a column is read as it is.
func (c importColumn) Reason() string {
	if c.Why == contact.ByPreset && c.Field == contact.FieldNone {
		return "preset_out"
	}
	return string(c.Why)
}

// IsRefused reports whether a column may never be kept, whatever anybody chooses.
func (c importColumn) IsRefused() bool { return c.Why == contact.ByRefusal }

// IsWiped reports whether something that may never be kept was wiped from a text
// file.
func (p importPage) IsWiped() bool {
	return p.Plan.IsCleaned && p.Plan.Format == contact.FormatCSV
}

// RefusedURL is where the refused rows of this very reading are.
func (p importPage) RefusedURL(format string) string {
	return "/contacts/import/" + url.PathEscape(p.Upload) + "/refused/" + format + "?" + p.reading().Encode()
}

// reading is how the file is read, as an address carries it.
func (p importPage) reading() url.Values {
	q := url.Values{"header": {p.Chosen.Header}, "country": {p.Chosen.Country}, "language": {p.Chosen.Language}, "encoding": {p.Chosen.Encoding}, "delimiter": {p.Chosen.Delimiter}}
	if p.Incident != "" {
		q.Set("incident", p.Incident)
	}
	for _, c := range p.Columns {
		q.Set(c.Key, string(c.Field))
	}
	return q
}

// refusedRows answers with the rows that would be refused, each with its place, a
// short look at the value, the reason and how to mend it.
func refusedRows(v *Visit) error {
	page, err := v.previewPage()
	if err != nil {
		return err
	}
	return v.sendRefused(page, v.C.Params("format"))
}

// sendRefused answers with the refused rows of a reading as a spreadsheet.
func (v *Visit) sendRefused(page importPage, format string) error {
	media := map[string]string{
		"csv":  "text/csv; charset=utf-8",
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	}[format]
	if media == "" {
		return fiber.ErrNotFound
	}
	table := RegisterTable{Firm: v.Firm, Lang: v.P.Lang(), At: v.Now}
	for _, c := range []string{"line", "column", "value", "reason", "mend"} {
		table.Columns = append(table.Columns, v.P.T("intake.rows_"+c, nil))
	}
	for _, p := range page.Plan.Rejected {
		table.Rows = append(table.Rows, v.refusedRow(p, page.Columns))
	}
	var b bytes.Buffer
	if err := v.S.d.Papers.RefusedRows(v.Ctx(), &b, format, table); err != nil {
		return err
	}
	return v.Download("rows-"+v.Now.In(v.Firm.Location()).Format(time.DateOnly)+"."+format, media, b.Bytes())
}

func (v *Visit) refusedRow(p contact.Problem, columns []importColumn) []string {
	column := ""
	for _, c := range columns {
		if c.Field != contact.FieldNone && string(c.Field) == p.Fault.Field {
			column = c.Label()
		}
	}
	value := ""
	if got, ok := p.Fault.Args["Value"]; ok {
		value = fmt.Sprint(got)
	}
	_, name, _ := strings.Cut(p.Fault.Key, ".")
	if strings.HasPrefix(name, "cell_") {
		name = "secret"
	}
	return []string{strconv.Itoa(p.Line), column, value, v.P.Fault(p.Fault), v.P.T("intake.mend_"+name, nil)}
}
