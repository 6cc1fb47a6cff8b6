package web

import (
	"bufio"
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/stewardship"
)

// segmentsPage lists the saved filters.
type segmentsPage struct {
	Segments   []segmentShown
	Restricted int               // of the whole file: kept, not used (Art. 18)
	Imports    map[string]string // file names
}

// segmentShown is a segment with the address that opens it.
type segmentShown struct {
	stewardship.CountedSegment
	Link string
}

func listSegments(v *Visit) error {
	page := segmentsPage{Imports: map[string]string{}}
	all, err := v.S.d.Contacts.Segments(v.Ctx())
	if err != nil {
		return err
	}
	for _, g := range all {
		page.Segments = append(page.Segments, segmentShown{g, "/contacts?" + narrowing("", g.Criteria).Encode()})
	}
	imports, err := v.S.d.Contacts.Imports(v.Ctx())
	if err != nil {
		return err
	}
	for _, i := range imports {
		page.Imports[string(i.ID)] = i.FileName
	}
	if page.Restricted, err = v.S.d.Contacts.Restricted(v.Ctx()); err != nil {
		return err
	}
	return v.Page("segments", page)
}

func saveSegment(v *Visit) error {
	_, criteria := v.narrow()
	_, refused := v.S.d.Contacts.SaveSegment(v.Ctx(), v.Actor, v.Form("name"), criteria)
	if refused == nil {
		v.Flash("segments.saved", nil)
		return v.Redirect("/contacts/segments")
	}
	page, err := v.contactsPage()
	if err != nil {
		return err
	}
	page.Name = v.Form("name")
	if err := v.fillChoices(&page); err != nil {
		return err
	}
	return v.Again("contacts", page, refused)
}

func removeSegment(v *Visit) error {
	err := v.S.d.Contacts.RemoveSegment(v.Ctx(), v.Actor, contact.SegmentID(v.C.Params("segment")))
	if err != nil && !errors.Is(err, contact.ErrSegmentUnknown) { // a second press finds it gone
		return err
	}
	v.Flash("segments.removed", nil)
	return v.Redirect("/contacts/segments")
}

// exportPage asks for the form of a file.
type exportPage struct {
	Text    string
	C       contact.Criteria
	Count   int
	Formats []contact.Format
	Chosen  contact.Format
	Most    int
	Uses    []choice // of a mailing: only those who may be written to
	Use     string
	// Restricted are those of the whole file whose data may only be kept.
	Restricted int
	narrowed
}

// Narrowed reports whether only some people would be taken out.
func (p exportPage) Narrowed() bool { return p.query != "" }

func (v *Visit) exportPage() (exportPage, error) {
	page := exportPage{Formats: contact.ExportFormats(), Chosen: contact.FormatCSV, Most: contact.MostExportedRows}
	page.Text, page.C = v.narrow()
	page.query = narrowing(page.Text, page.C).Encode()
	var err error
	if page.Uses, err = v.mailingUses(); err != nil {
		return page, err
	}
	page.Use = v.Form("use")
	if page.Restricted, err = v.S.d.Contacts.Restricted(v.Ctx()); err != nil {
		return page, err
	}
	page.Count, err = v.S.d.Contacts.Count(v.Ctx(), contact.Query{Text: page.Text, Criteria: page.C})
	return page, err
}

func askForExport(v *Visit) error {
	page, err := v.exportPage()
	if err != nil {
		return err
	}
	return v.Page("contact_export", page)
}

// exportContacts streams the file. Its journal entry is there before the first
// byte; a visitor who leaves ends the reading.
func exportContacts(v *Visit) error {
	text, criteria := v.narrow()
	format := contact.Format(v.Form("format"))
	record, err := v.S.d.Contacts.Record(v.Ctx())
	if err != nil {
		return err
	}
	out, refused := v.S.d.Contacts.Export(v.Ctx(), v.Actor, contact.Query{Text: text, Criteria: criteria}, format, record.HiddenFrom(string(v.Account.Role))...)
	if refused == nil {
		out, refused = v.forMailing(out)
	}
	if refused != nil {
		if k := fault.KindOf(refused); k != fault.Invalid && k != fault.TooLarge {
			return refused
		}
		page, err := v.exportPage()
		if err != nil {
			return err
		}
		page.Chosen = format
		return v.Again("contact_export", page, refused)
	}
	ending, media := format.FileType()
	v.C.Set(fiber.HeaderContentType, media)
	v.C.Set(fiber.HeaderContentDisposition, attachment("customers-"+v.Now.In(v.P.Zone()).Format("2006-01-02")+ending))
	v.C.Set(fiber.HeaderCacheControl, "private, no-store")
	log, ctx := v.S.d.Log, context.WithoutCancel(v.Ctx())
	v.C.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		n, err := out.Write(ctx, w)
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			log.ErrorContext(ctx, "export ended early", "written", n, "of", out.Count, "error", err)
		}
	})
	return nil
}
