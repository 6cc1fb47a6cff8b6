package web

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"clepsydra/internal/account"
	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/stewardship"
)

// importRoutes: taking a file of people over. The file waits in the database
// between its preview and its import; what was chosen travels in the address, so
// that back, reload and a second tab are harmless.
func (s *Server) importRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/contacts/import", Needs: account.EditContacts, Handle: askForFile},
		{Method: post, Path: "/contacts/import", Needs: account.EditContacts, Handle: takeFile, Upload: true},
		{Method: get, Path: "/contacts/import/:upload", Needs: account.EditContacts, Handle: previewFile},
		{Method: get, Path: "/contacts/import/:upload/refused/:format", Needs: account.EditContacts, Handle: refusedRows},
		{Method: post, Path: "/contacts/import/:upload/confirm", Needs: account.EditContacts, Handle: importFile},
		{Method: get, Path: "/contacts/imports", Needs: account.SeeContacts, Handle: listImports},
		{Method: post, Path: "/contacts/imports/:import/undo", Needs: account.EditContacts, Handle: undoImport},
	}
}

// Named refusals of an upload.
var (
	errFileMissing = fault.New(fault.Invalid, "customers.file_missing")
	errFileBig     = fault.New(fault.TooLarge, "customers.file_too_big")
)

// maxImportBytes is the largest file that may be uploaded; bigger ones go through
// the command line.
const maxImportBytes = 28 << 20

// importPage asks for a file and shows what would become of it.
type importPage struct {
	Incident string // to come back to
	Upload   string
	Name     string
	Plan     stewardship.ImportPlan
	Chosen   importChoice
	Columns  []importColumn
	Done     []contact.Import
	Names    map[string]string
	MaxMiB   int
	Choices  []choice // what a column may be
	Decides  bool     // the visitor may declare fields
}

// importChoice is what the user says about the file.
type importChoice struct{ Encoding, Delimiter, Header, Country, Language string }

// importColumn is one column with a taste of what is in it.
type importColumn struct {
	contact.Column
	Key string // name of the form field
}

// Encodings are the ways in which a file may be written.
func (importPage) Encodings() []string {
	return []string{"", "utf-8", "windows-1252", "utf-16le", "utf-16be", "windows-1250", "windows-1251", "windows-1253", "windows-1254", "iso-8859-15", "ibm850", "macintosh"}
}

// Delimiters are what may stand between two columns.
func (importPage) Delimiters() []string { return []string{"", ",", ";", "tab", "|"} }

// Headers says whether the first row holds headings.
func (importPage) Headers() []string { return []string{"", "yes", "no"} }

// Countries are those of people whose country is not stated.
func (importPage) Countries() []string { return []string{"BE", "NL", "FR", "DE", "LU", "IE"} }

func (v *Visit) incidentOf() string { return v.C.Query("incident", v.Form("incident")) }

func askForFile(v *Visit) error {
	return v.Page("contact_import", importPage{Incident: v.incidentOf(), MaxMiB: maxImportBytes >> 20})
}

func takeFile(v *Visit) error {
	page := importPage{Incident: v.incidentOf(), MaxMiB: maxImportBytes >> 20}
	name, content, err := v.importBytes()
	if err == nil {
		_, err = v.S.d.Contacts.Preview(v.Ctx(), stewardship.ImportInput{
			File: strings.NewReader(string(content)), Size: int64(len(content)), Name: name, Options: v.firmOptions(),
		})
	}
	if err != nil {
		return v.Again("contact_import", page, atField(err, "file"))
	}
	id, err := v.S.d.Contacts.KeepUpload(v.Ctx(), v.Actor, name, content)
	if err != nil {
		return err
	}
	return v.Redirect("/contacts/import/" + id + "?" + url.Values{"incident": {page.Incident}}.Encode())
}

// atField gives a refusal of a whole file to the field it came with.
func atField(err error, field string) error {
	all := fault.All(err)
	if len(all) == 0 {
		return err
	}
	var l fault.List
	for _, f := range all {
		l.Add(f.At(field))
	}
	return l
}

func (v *Visit) importBytes() (string, []byte, error) {
	header, err := v.C.FormFile("file")
	if err != nil || header.Filename == "" {
		return "", nil, errFileMissing
	}
	if header.Size > maxImportBytes {
		return "", nil, errFileBig.With("Max", maxImportBytes>>20)
	}
	f, err := header.Open()
	if err != nil {
		return "", nil, fmt.Errorf("web: open upload: %w", err)
	}
	defer f.Close() // read only
	content, err := io.ReadAll(f)
	if err != nil {
		return "", nil, fmt.Errorf("web: read upload: %w", err)
	}
	return header.Filename, content, nil
}

// firmOptions are the options before anybody chose: people are where the firm is,
// and their language stays open.
func (v *Visit) firmOptions() contact.Options { return contact.Options{DefaultCountry: v.Firm.Country} }

// chosen reads what the user says about the file, from the address or the form.
func (v *Visit) chosen() (importChoice, contact.Options) {
	value := func(name, otherwise string) string {
		// Present and empty is a choice of its own: a column that is left out.
		for _, args := range []*fasthttp.Args{v.C.Context().QueryArgs(), v.C.Context().PostArgs()} {
			if args.Has(name) {
				return string(args.Peek(name))
			}
		}
		return otherwise
	}
	c := importChoice{value("encoding", ""), value("delimiter", ""), value("header", ""), value("country", v.Firm.Country), value("language", "")}
	o := contact.Options{
		Encoding: contact.Encoding(c.Encoding), Header: contact.Header(c.Header), DefaultCountry: c.Country, DefaultLanguage: c.Language,
	}
	switch c.Delimiter {
	case "":
	case "tab":
		o.Delimiter = '\t'
	default:
		o.Delimiter = []rune(c.Delimiter)[0]
	}
	for k := range 200 {
		if got := value("map_"+strconv.Itoa(k), "\x01"); got != "\x01" && (got == "" || contact.Field(got).IsOwn() || contact.IsField(contact.Field(got))) {
			if o.Mapping == nil {
				o.Mapping = map[int]contact.Field{}
			}
			o.Mapping[k] = contact.Field(got)
		}
	}
	return c, o
}

func (v *Visit) previewPage() (importPage, error) {
	page := importPage{Incident: v.incidentOf(), Upload: v.C.Params("upload")}
	chosen, options := v.chosen()
	in, plan, err := v.S.d.Contacts.PreviewUpload(v.Ctx(), v.Actor, page.Upload, options)
	page.Chosen, page.Name, page.Plan = chosen, in.Name, plan
	if err != nil {
		return page, err
	}
	if err := v.offerFields(&page); err != nil {
		return page, err
	}
	for _, c := range page.Plan.Columns {
		page.Columns = append(page.Columns, importColumn{c, "map_" + strconv.Itoa(c.Index)})
	}
	return page, nil
}

func previewFile(v *Visit) error {
	page, err := v.previewPage()
	if err != nil && page.Name != "" {
		return v.Again("contact_preview", page, err)
	}
	if err != nil {
		return err
	}
	return v.Page("contact_preview", page)
}

func importFile(v *Visit) error {
	_, o := v.chosen()
	res, err := v.S.d.Contacts.ImportUpload(v.Ctx(), v.Actor, v.C.Params("upload"), o)
	if err != nil {
		page, pageErr := v.previewPage()
		if pageErr != nil {
			return err
		}
		return v.Again("contact_preview", page, err)
	}
	v.Flash("customers.imported", map[string]any{"New": v.P.Number(res.Import.Accepted), "Known": v.P.Number(res.Import.Duplicates), "Refused": v.P.Number(res.Import.Rejected)})
	if id := v.incidentOf(); id != "" {
		return v.Redirect("/incidents/" + url.PathEscape(id) + "/people")
	}
	return v.Redirect("/contacts/imports")
}

func listImports(v *Visit) error {
	page, err := v.importsPage()
	if err != nil {
		return err
	}
	return v.Page("contact_imports", page)
}

func (v *Visit) importsPage() (importPage, error) {
	var page importPage
	var err error
	if page.Done, err = v.S.d.Contacts.Imports(v.Ctx()); err != nil {
		return page, err
	}
	_, page.Names, err = v.accounts()
	return page, err
}

func undoImport(v *Visit) error {
	n, err := v.S.d.Contacts.Undo(v.Ctx(), v.Actor, contact.ImportID(v.C.Params("import")))
	if err != nil {
		page, pageErr := v.importsPage()
		if pageErr != nil {
			return pageErr
		}
		return v.Again("contact_imports", page, err)
	}
	v.Flash("customers.undone", map[string]any{"Removed": v.P.Number(n)})
	return v.Redirect("/contacts/imports")
}
