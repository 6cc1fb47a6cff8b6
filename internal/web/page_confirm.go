package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/fault"
	"clepsydra/internal/locale"
	"clepsydra/internal/recall"
	"clepsydra/internal/response"
)

// Named refusals of the page for wrong recipients.
var (
	errConfirmPace    = fault.New(fault.TooMany, "confirm.too_many")
	errConfirmChanged = fault.New(fault.Conflict, "confirm.changed")
)

// confirmRoutes: the page on which a wrong recipient confirms, without an account.
// The link is the key; see Route.Machine for why its form carries no token.
func (s *Server) confirmRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/confirm/:token", Needs: Public, Handle: showConfirm},
		{Method: fiber.MethodPost, Path: "/confirm/:token", Needs: Public, Handle: sendConfirm, Machine: true},
	}
}

// confirmPage is the form with what was chosen so far, or what was confirmed.
type confirmPage struct {
	Token   string
	Asking  response.Asking
	Answer  recall.Answer
	Done    bool
	Version string
	Wording string
	What    string
	How     string // telephone and mail of the firm
}

// Uses and Fates are the choices of the form.
func (confirmPage) Uses() []recall.Use   { return recall.Uses() }
func (confirmPage) Fates() []recall.Fate { return recall.Fates() }

// confirmPage reads what belongs to the link; it speaks the recipient's language
// until he chooses another.
func (v *Visit) confirmPage() (confirmPage, error) {
	a, err := v.S.d.Response.AskingBy(v.Ctx(), v.C.Params("token"))
	if err != nil {
		return confirmPage{}, err
	}
	if chosen := v.C.Cookies(v.S.cookieName(languageCookie)); !locale.Known(chosen) {
		v.P = v.S.d.Locale.For(a.Recipient.Language, v.Firm.Country, v.Firm.Location())
	}
	page := confirmPage{Token: v.C.Params("token"), Asking: a}
	page.Answer, page.Done = a.Recipient.Answer()
	v.word(&page)
	return page, nil
}

// word fills in the words of the page in the language of now, and their version.
func (v *Visit) word(page *confirmPage) {
	what := "other"
	switch page.Asking.Scenario {
	case "wrong_recipient_post":
		what = "post"
	case "wrong_recipient_mail":
		what = "mail"
	}
	page.What = v.P.T("recall.what_"+what, nil)
	var how []string
	for _, way := range []string{v.Firm.Phone, v.Firm.Email} {
		if way != "" {
			how = append(how, way)
		}
	}
	page.How = strings.Join(how, " · ")
	lines := []string{v.P.T("confirm.intro", map[string]any{"Firm": v.Firm.Name, "What": page.What}), v.P.T("confirm.use", nil)}
	for _, u := range recall.Uses() {
		lines = append(lines, "- "+v.P.T("confirm.use_"+string(u), nil))
	}
	lines = append(lines, v.P.T("confirm.fate", nil))
	for _, f := range recall.Fates() {
		lines = append(lines, "- "+v.P.T("confirm.fate_"+string(f), nil))
	}
	page.Wording = strings.Join(append(lines, v.P.T("confirm.stands", nil)), "\n")
	page.Version = recall.WordingVersion(v.P.Lang(), v.P.Country(), page.Wording)
}

// confirmGone is the page of a link that takes no answer.
type confirmGone struct {
	Text string
	How  string
}

// gone answers for a link that is unknown, revoked or expired. Who does not hold a
// link that once worked learns nothing of the firm but its name.
func (v *Visit) gone(page confirmPage, err error) error {
	v.C.Status(fiber.StatusNotFound)
	return v.Page("confirm_gone", confirmGone{Text: v.P.Fault(err), How: page.How})
}

func showConfirm(v *Visit) error {
	page, err := v.confirmPage()
	if fault.KindOf(err) == fault.NotFound {
		return v.gone(page, err)
	}
	if err != nil {
		return err
	}
	if err := page.Asking.Recipient.Link.Check(v.Now); err != nil && !page.Done {
		return v.gone(page, err)
	}
	return v.Page("confirm", page)
}

// sendConfirm keeps the answer. What was confirmed before stays as it is.
func sendConfirm(v *Visit) error {
	page, err := v.confirmPage()
	if fault.KindOf(err) == fault.NotFound {
		return v.gone(page, err)
	}
	if err != nil {
		return err
	}
	if page.Done {
		return v.Redirect("/confirm/" + page.Token)
	}
	if err := page.Asking.Recipient.Link.Check(v.Now); err != nil {
		return v.gone(page, err)
	}
	page.Answer = recall.Answer{
		Use: recall.Use(v.Form("use")), Fate: recall.Fate(v.Form("fate")), PassedTo: v.Form("passed_to"), Stands: v.Ticked("stands"),
		Name: v.Form("answer_name"), Via: recall.ByLink, Language: v.P.Lang(), Version: page.Version, Wording: page.Wording,
	}
	if lang := v.Form("switch_language"); locale.Known(lang) {
		v.setCookie(languageCookie, lang, choiceAge)
		v.P = v.S.d.Locale.For(lang, v.Firm.Country, v.Firm.Location())
		v.word(&page)
		return v.Page("confirm", page)
	}
	if err := v.confirmable(page); err != nil {
		return v.Again("confirm", page, err)
	}
	if err := v.S.d.Response.AnswerByLink(v.Ctx(), page.Token, page.Answer); err != nil {
		return v.Again("confirm", page, err)
	}
	return v.Redirect("/confirm/" + page.Token)
}

// confirmable refuses an answer to words that the page does not show any more, one
// that says too little, and floods.
func (v *Visit) confirmable(page confirmPage) error {
	if v.Form("version") != page.Version {
		return errConfirmChanged
	}
	if err := page.Answer.Check(); err != nil {
		return err
	}
	if !v.S.pace.allow(v.Address(), v.Now) {
		return errConfirmPace
	}
	return nil
}
