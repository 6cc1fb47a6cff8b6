package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/locale"
	"clepsydra/internal/request"
)

// errRightsPace refuses a flood of requests.
var errRightsPace = fault.New(fault.TooMany, "rights.too_many")

// rightsRoutes: where people ask about their own data, without an account. The forms
// carry no token: nobody is signed in, so no cookie is at work that another site could
// abuse, and a request gets through a browser that keeps none.
func (s *Server) rightsRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/rights", Needs: Public, Handle: showRights},
		{Method: post, Path: "/rights", Needs: Public, Handle: sendRights, Machine: true},
		{Method: get, Path: "/rights/receipt/:token", Needs: Public, Handle: showRightsReceipt},
		{Method: get, Path: "/rights/me/:token", Needs: Public, Handle: showRightsIdentity},
		{Method: post, Path: "/rights/me/:token", Needs: Public, Handle: confirmRightsIdentity, Machine: true},
		{Method: get, Path: "/rights/copy/:token", Needs: Public, Handle: showRightsCopy},
		{Method: post, Path: "/rights/copy/:token", Needs: Public, Handle: fetchRightsCopy, Machine: true},
	}
}

// rightsPage is the form with what was typed so far.
type rightsPage struct {
	Once   string
	Kinds  []request.Kind
	Chosen []string
	R      request.Request
	How    string // telephone and mail of the firm
}

func (v *Visit) emptyRights() rightsPage {
	return rightsPage{Once: onceKey(), Kinds: request.Kinds(), How: v.firmContact()}
}

// firmContact is the telephone and mail of the firm in one line.
func (v *Visit) firmContact() string {
	var how []string
	for _, way := range []string{v.Firm.Phone, v.Firm.Email} {
		if way != "" {
			how = append(how, way)
		}
	}
	return strings.Join(how, " · ")
}

func showRights(v *Visit) error {
	if v.Firm.Name == "" {
		return fiber.ErrNotFound
	}
	page := v.emptyRights()
	if kind := v.C.Query("kind"); kind != "" {
		page.Chosen = []string{kind}
	}
	return v.Page("rights", page)
}

// sendRights takes the form in. Which language it is read in is the language of the
// answer.
func sendRights(v *Visit) error {
	if v.Firm.Name == "" {
		return fiber.ErrNotFound
	}
	page := v.emptyRights()
	if once := v.Form("once"); onceShape.MatchString(once) {
		page.Once = once
	}
	page.R = request.Request{
		SendKey: page.Once, Via: request.ByForm, Name: v.Form("name"), Email: v.Form("email"), Phone: v.Form("phone"), Address: v.Form("address"),
		CustomerNumber: v.Form("customer_number"), Said: strings.TrimSpace(v.C.FormValue("said")), Language: v.P.Lang(),
	}
	page.R.Items, page.Chosen = v.typedItems()
	if lang := v.Form("switch_language"); locale.Known(lang) {
		v.setCookie(languageCookie, lang, choiceAge)
		v.P = v.S.d.Locale.For(lang, v.Firm.Country, v.Firm.Location())
		return v.Page("rights", page)
	}
	checked := page.R
	checked.ReceivedAt = v.Now
	if err := checked.Check(v.Now); err != nil {
		return v.Again("rights", page, err)
	}
	if !v.S.pace.allow(v.Address(), v.Now) {
		return v.Again("rights", page, errRightsPace)
	}
	r, err := v.S.d.Requests.Receive(v.Ctx(), journal.Actor{Kind: journal.ByPerson}, page.R)
	if err != nil {
		return v.Again("rights", page, err)
	}
	return v.Redirect(v.S.d.Requests.ReceiptPath(r) + "?sent=1")
}

// rightsReceipt is the page of whoever asked.
type rightsReceipt struct {
	R    request.Request
	Sent bool
	Link string
	Last string
	How  string
}

func showRightsReceipt(v *Visit) error {
	r, err := v.S.d.Requests.ByReceipt(v.Ctx(), v.C.Params("token"))
	if err != nil {
		return err
	}
	page := rightsReceipt{R: r, Sent: v.C.Query("sent") != "", Link: v.Link(v.S.d.Requests.ReceiptPath(r)), How: v.firmContact()}
	ends, err := v.S.d.Requests.Ends(v.Firm, r)
	if err != nil {
		return err
	}
	page.Last = v.P.Readable(ends.LastDay.String())
	return v.Page("rights_receipt", page)
}

// rightsLink is the page of a link that came by mail: one button, so that a program
// that looks at links in mails presses nothing.
type rightsLink struct {
	Token string
	Ref   string
	Done  bool
	How   string
	Paper request.Paper
}

// inLanguageOf makes a page speak the language of the request until its reader chooses
// another.
func (v *Visit) inLanguageOf(r request.Request) {
	if chosen := v.C.Cookies(v.S.cookieName(languageCookie)); !locale.Known(chosen) && locale.Known(r.Language) {
		v.P = v.S.d.Locale.For(r.Language, v.Firm.Country, v.Firm.Location())
	}
}

func showRightsIdentity(v *Visit) error {
	r, err := v.S.d.Requests.IdentityAsked(v.Ctx(), v.C.Params("token"))
	if err != nil {
		return err
	}
	v.inLanguageOf(r)
	return v.Page("rights_me", rightsLink{Token: v.C.Params("token"), Ref: r.Ref, Done: r.Identity.State != request.Asked || !r.IsOpen(), How: v.firmContact()})
}

func confirmRightsIdentity(v *Visit) error {
	if err := v.S.d.Requests.ConfirmByLink(v.Ctx(), v.C.Params("token")); err != nil {
		return err
	}
	return v.Redirect("/rights/me/" + v.C.Params("token"))
}

func showRightsCopy(v *Visit) error {
	p, err := v.S.d.Requests.CopyBy(v.Ctx(), v.C.Params("token"))
	if err != nil {
		return err
	}
	if r, err := request.ByID(v.Ctx(), v.S.d.DB.R, p.RequestID); err == nil {
		v.inLanguageOf(r)
	}
	return v.Page("rights_copy", rightsLink{Token: v.C.Params("token"), Paper: p, How: v.firmContact()})
}

func fetchRightsCopy(v *Visit) error {
	p, err := v.S.d.Requests.FetchCopy(v.Ctx(), v.C.Params("token"))
	if err != nil {
		return err
	}
	return v.Download(p.Name, p.Media, p.Content)
}
