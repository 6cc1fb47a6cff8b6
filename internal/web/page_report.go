package web

import (
	"crypto/subtle"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/locale"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// Named refusals of the report page.
var (
	errReportLink = fault.New(fault.NotFound, "report_page.link_unknown")
	errReportPace = fault.New(fault.TooMany, "report_page.too_many")
)

// reportRoutes: the page for whoever suspects a leak, without an account. The link
// is the key; see Route.Machine for why its form carries no token.
func (s *Server) reportRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/report/:token", Needs: Public, Handle: showReport},
		{Method: fiber.MethodPost, Path: "/report/:token", Needs: Public, Handle: sendReport, Upload: true, Machine: true},
		{Method: fiber.MethodGet, Path: "/status/:token", Needs: Public, Handle: showStatus},
	}
}

// The answers to "when was it noticed".
const (
	noticedNow     = "now"
	noticedToday   = "today"
	noticedAt      = "at"
	noticedUnknown = "unknown"
)

// reportPage is the form with what was typed so far.
type reportPage struct {
	Token      string
	Once       string
	Scenarios  []workflow.Scenario
	Categories []workflow.Category
	MaxFiles   int
	MaxBytes   int
	Refused    bool
	HadFiles   bool // files were chosen, and browsers do not keep them

	Scenario    string
	Text        string
	When        string
	TimeOfDay   string
	At          string
	Data        []string
	DataUnknown bool
	Name        string
	Contact     string
}

// admitReport checks the secret of the link.
func (v *Visit) admitReport() error {
	given := strings.ToLower(v.C.Params("token"))
	if v.Firm.ReportToken == "" || subtle.ConstantTimeCompare([]byte(given), []byte(v.Firm.ReportToken)) != 1 {
		return errReportLink
	}
	return nil
}

func (v *Visit) emptyReport() reportPage {
	return reportPage{
		Token: v.C.Params("token"), Once: onceKey(), MaxFiles: incident.MaxFiles, MaxBytes: incident.MaxFileBytes, When: noticedNow,
		Scenarios: v.S.d.Packs.Scenarios(), Categories: v.S.d.Packs.Categories(),
	}
}

func showReport(v *Visit) error {
	if err := v.admitReport(); err != nil {
		return err
	}
	page := v.emptyReport()
	if _, err := v.S.d.Packs.Scenario(v.C.Query("scenario")); err == nil {
		page.Scenario = v.C.Query("scenario")
	}
	return v.Page("report", page)
}

var onceShape = regexp.MustCompile(`^[0-9a-f]{32}$`)

// typedReport reads the form back, so that a refusal loses nothing.
func (v *Visit) typedReport() reportPage {
	page := v.emptyReport()
	if once := v.Form("once"); onceShape.MatchString(once) {
		page.Once = once
	}
	page.Scenario, page.Text, page.When = v.Form("scenario"), v.C.FormValue("text"), v.Form("when")
	page.TimeOfDay, page.At = v.Form("time_of_day"), v.Form("noticed")
	page.Name, page.Contact = v.Form("name"), v.Form("contact")
	page.DataUnknown = v.Ticked("data_unknown")
	for _, id := range v.FormAll("data") {
		if _, err := v.S.d.Packs.Category(id); err == nil {
			page.Data = append(page.Data, id)
		}
	}
	return page
}

func sendReport(v *Visit) error {
	if err := v.admitReport(); err != nil {
		return err
	}
	page := v.typedReport()
	files, fileErr := v.uploads("files", incident.MaxFiles)
	page.HadFiles = len(files) > 0
	if lang := v.Form("switch_language"); locale.Known(lang) {
		return v.reportIn(lang, page)
	}
	page.Refused = true
	noticed, whenErr := v.noticed(page)
	if err := joined(fileErr, whenErr); err != nil {
		return v.Again("report", page, err)
	}
	if !v.S.pace.allow(v.Address(), v.Now) {
		return v.Again("report", page, errReportPace)
	}
	receipt, err := v.S.d.Response.Report(v.Ctx(), journal.Actor{Kind: journal.ByReporter}, response.ReportInput{
		SendKey: page.Once, Scenario: page.Scenario, Text: page.Text, NoticedAt: noticed, Data: page.Data,
		Name: page.Name, Contact: page.Contact, Language: v.P.Lang(), Via: "form", Files: files,
	})
	if err != nil {
		return v.Again("report", page, err)
	}
	return v.Redirect("/status/" + receipt.Status + "?sent=1")
}

// reportIn shows the form in another language with everything that was typed.
func (v *Visit) reportIn(lang string, page reportPage) error {
	v.setCookie(languageCookie, lang, choiceAge)
	v.P = v.S.d.Locale.For(lang, v.Firm.Country, v.Firm.Location())
	return v.Page("report", page)
}

// noticed turns the answer into an instant; zero when the reporter does not know.
// Not knowing is an answer and never stops a report.
func (v *Visit) noticed(page reportPage) (time.Time, error) {
	switch page.When {
	case noticedNow:
		return v.Now, nil
	case noticedToday:
		if page.TimeOfDay == "" {
			return time.Time{}, nil
		}
		at, err := instantIn(v.Now.In(v.Firm.Location()).Format(time.DateOnly)+"T"+page.TimeOfDay, v.Firm.Location())
		if err != nil {
			return time.Time{}, ErrInstant.At("noticed")
		}
		return at, nil
	case noticedAt:
		return v.Instant("noticed")
	}
	return time.Time{}, nil
}

// joined gathers the faults of several checks in one list.
func joined(errs ...error) error {
	var l fault.List
	for _, err := range errs {
		found := faultsOf(err)
		if err != nil && len(found) == 0 {
			return err
		}
		l = append(l, found...)
	}
	return l.OrNil()
}

// uploads reads the files of a field. A browser that sends an empty field sends
// a file without a name.
func (v *Visit) uploads(field string, most int) ([]response.Upload, error) {
	form, err := v.C.MultipartForm()
	if err != nil {
		return nil, nil // a form without files
	}
	var out []response.Upload
	for _, header := range form.File[field] {
		if header.Filename == "" {
			continue
		}
		if len(out) == most {
			return out, incident.ErrTooManyFiles.At(field).With("Max", most)
		}
		if header.Size > incident.MaxFileBytes {
			return append(out, response.Upload{}), incident.ErrFileTooLarge.At(field).With("Name", header.Filename).With("Max", incident.MaxFileBytes>>20)
		}
		file, err := header.Open()
		if err != nil {
			return nil, fmt.Errorf("web: open upload: %w", err)
		}
		content, err := io.ReadAll(file)
		file.Close() // read only
		if err != nil {
			return nil, fmt.Errorf("web: read upload: %w", err)
		}
		out = append(out, response.Upload{Name: header.Filename, Content: content})
	}
	return out, nil
}

// statusPage is what a reporter sees afterwards: at once as a receipt, later what
// came of it.
type statusPage struct {
	response.ReportStatus
	Sent   bool
	Link   string
	Again  string // where to report something else
	Advice []workflow.Text
}

func showStatus(v *Visit) error {
	st, err := v.S.d.Response.StatusOf(v.Ctx(), v.C.Params("token"))
	if err != nil {
		return err
	}
	page := statusPage{ReportStatus: st, Sent: v.C.Query("sent") != "", Again: v.ReportPath(), Link: v.Link("/status/" + v.C.Params("token"))}
	if sc, err := v.S.d.Packs.Scenario(st.Receipt.Scenario); err == nil {
		page.Advice = sc.Advice
	}
	return v.Page("status", page)
}
