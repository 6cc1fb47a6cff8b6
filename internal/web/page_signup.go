package web

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/signup"
)

var errSignupPace = fault.New(fault.TooMany, "signup.too_many")

// signupRoutes: the form for visitors, by itself, in a frame, and as HTML to copy. It
// needs no account, no cookie and no script; a form on another site posts to it.
func (s *Server) signupRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/f/:slug", Needs: Public, Handle: showSignup},
		{Method: post, Path: "/f/:slug", Needs: Public, Handle: sendSignup, Machine: true},
		{Method: get, Path: "/f/:slug/frame", Needs: Public, Handle: showSignup},
		{Method: get, Path: "/f/:slug/embed", Needs: Public, Handle: embedSignup},
		{Method: get, Path: "/f/:slug/thanks", Needs: Public, Handle: thankSignup},
		{Method: get, Path: "/opt-in/:token", Needs: Public, Handle: showOptIn},
		{Method: post, Path: "/opt-in/:token", Needs: Public, Handle: confirmOptIn, Machine: true},
	}
}

// trapField is an input that people do not see and machines fill in.
const trapField = "website"

// signupPage is the form with what was typed so far.
type signupPage struct {
	Slug      string
	Lang      string
	Languages []string
	Version   int
	Once      string
	Frame     bool
	Refused   bool
	Title     string
	Intro     string
	Notice    string
	Short     string // of the statement published here; empty: it stands elsewhere
	Shipped   signup.Shipped
	Inputs    []signupInput
	Boxes     []signupBox
	Values    map[string]string
	Read      bool
	Action    string // full address, for a form on another site
}

// signupInput is one input of the page.
type signupInput struct {
	Name, Label, Type, Autocomplete string
	Value                           string
	Hint                            string
	Required                        bool
	Choices                         []choice
}

// signupBox is one thing to agree to. It is never ticked unless the visitor did.
type signupBox struct {
	Key    string
	Label  string
	Ticked bool
}

// signupPage reads the form of the address in the language asked for.
func (v *Visit) signupPage() (signupPage, signup.Version, error) {
	asked := v.number("version")
	_, version, err := v.S.d.Signups.OpenForm(v.Ctx(), v.C.Params("slug"), asked)
	if err != nil {
		return signupPage{}, version, err
	}
	d := version.Definition
	lang := v.Form("lang")
	if query := v.C.Query("lang"); lang == "" && query != "" {
		lang = query
	}
	if lang == "" {
		lang = v.P.Lang()
	}
	if other := v.Form("switch_language"); other != "" {
		lang = other
	}
	lang = d.Speaks(lang)
	v.P = v.speaking(lang)
	page := signupPage{
		Slug: v.C.Params("slug"), Lang: lang, Languages: d.Languages, Version: version.Number, Once: onceKey(),
		Frame: strings.HasSuffix(v.C.Path(), "/frame") || v.Ticked("frame") || v.C.Query("frame") != "",
		Title: d.Title[lang], Intro: d.Intro[lang], Notice: d.Notice, Shipped: version.Shipped[lang], Action: v.Link("/f/" + v.C.Params("slug")),
		Values: map[string]string{},
	}
	if page.Frame {
		v.allowFrame(d.Sites)
	}
	if err := v.fillNotice(&page); err != nil {
		return page, version, err
	}
	return page, version, v.fillSignup(&page, version)
}

// number reads a whole number from the form; 0 for anything else.
func (v *Visit) number(field string) int {
	n, err := strconv.Atoi(v.Form(field))
	if err != nil {
		return 0
	}
	return n
}

// allowFrame lets the sites of the form show the page in a frame, and nobody else.
func (v *Visit) allowFrame(sites []string) {
	who := "'none'"
	if len(sites) > 0 {
		who = strings.Join(sites, " ")
		v.C.Response().Header.Del(fiber.HeaderXFrameOptions)
	}
	v.C.Set(fiber.HeaderContentSecurityPolicy, strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors "+who, 1))
}

// signupGone answers for a form that is not there: in plain words, without the frame
// of the program.
func (v *Visit) signupGone(err error) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	v.C.Status(fiber.StatusNotFound)
	return v.Page("note", note{Title: v.P.T("signup.gone_title", nil), Text: []string{v.P.Fault(err)}})
}

func showSignup(v *Visit) error {
	page, _, err := v.signupPage()
	if err != nil {
		return v.signupGone(err)
	}
	return v.Page("signup", page)
}

// sendSignup takes the form. Who fills in the trap is thanked and forgotten.
func sendSignup(v *Visit) error {
	page, version, err := v.signupPage()
	if err != nil {
		return v.signupGone(err)
	}
	if v.Form("switch_language") != "" {
		return v.Page("signup", page)
	}
	if v.Form(trapField) != "" {
		return v.thanks(page)
	}
	page.Refused = true
	if !v.S.signups.allow(v.Address(), v.Now) {
		return v.Again("signup", page, errSignupPace)
	}
	typed := signup.Typed{Language: page.Lang, Values: map[contact.Field]string{}, Ticked: v.FormAll("box"), Read: page.Read}
	for _, i := range page.Inputs {
		typed.Values[contact.Field(i.Name)] = i.Value
	}
	once := v.Form("once")
	if !onceShape.MatchString(once) {
		once = v.onceOf(page, typed)
	}
	if err := v.S.d.Signups.TakeSignup(v.Ctx(), version, typed, once); err != nil {
		if errors.Is(err, signup.ErrTooYoung) { // nothing of a child is sent back
			for k := range page.Inputs {
				page.Inputs[k].Value = ""
			}
		}
		return v.Again("signup", page, err)
	}
	return v.thanks(page)
}

// onceOf recognises the same form sent twice in a moment from a page that cannot carry
// a key of its own.
func (v *Visit) onceOf(page signupPage, t signup.Typed) string {
	parts := []string{page.Slug, strconv.Itoa(page.Version), v.Now.Truncate(10 * time.Minute).String(), strings.Join(t.Ticked, " ")}
	for _, i := range page.Inputs {
		parts = append(parts, i.Name+"="+i.Value)
	}
	return v.S.sign("signup", strings.Join(parts, "\n"))[:32]
}

func (v *Visit) thanks(page signupPage) error {
	q := url.Values{"lang": {page.Lang}}
	if page.Frame {
		q.Set("frame", "1")
	}
	return v.Redirect("/f/" + url.PathEscape(page.Slug) + "/thanks?" + q.Encode())
}

func thankSignup(v *Visit) error {
	_, _, err := v.signupPage()
	if err != nil {
		return v.signupGone(err)
	}
	return v.Page("note", note{Title: v.P.T("signup.thanks_title", nil), Done: true, Text: []string{
		v.P.T("signup.thanks_text", nil), v.P.N("signup.thanks_until", v.S.d.Signups.Terms().ConfirmDays, nil), v.P.T("signup.thanks_spam", nil),
	}})
}

// embedSignup is the form as plain HTML, to be copied into another site.
func embedSignup(v *Visit) error {
	page, _, err := v.signupPage()
	if err != nil {
		return v.signupGone(err)
	}
	if err := v.Part("signup_snippet", page); err != nil {
		return err
	}
	v.C.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return nil
}
