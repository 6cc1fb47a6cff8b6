package web

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/communication"
	"clepsydra/internal/notification"
)

// letterRoutes: what the letters say, their printing, and that they left.
func (s *Server) letterRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/incidents/:id/letters", Needs: account.SeeBoard, Handle: showLetters},
		{Method: post, Path: "/incidents/:id/letters/text", Needs: account.HandleIncident, Handle: saveLetterText},
		{Method: get, Path: "/incidents/:id/letters/preview", Needs: account.SeeContacts, Handle: findPreview},
		{Method: get, Path: "/incidents/:id/letters/preview/:contact.pdf", Needs: account.SeeContacts, Handle: printPreview},
		{Method: get, Path: "/incidents/:id/letters/preview/:contact", Needs: account.SeeContacts, Handle: showPreview},
		{Method: post, Path: "/incidents/:id/letters/mend", Needs: account.HandleIncident, Handle: mendLetter},
		{Method: post, Path: "/incidents/:id/letters/mend-all", Needs: account.HandleIncident, Handle: mendAllLetters},
		{Method: post, Path: "/incidents/:id/letters/approve", Needs: account.Decide, Handle: approveLetters},
		{Method: post, Path: "/incidents/:id/letters/runs", Needs: account.Decide, Handle: startRun},
		{Method: get, Path: "/incidents/:id/letters/runs/:run", Needs: account.SeeBoard, Handle: showRun},
		{Method: post, Path: "/incidents/:id/letters/runs/:run/cancel", Needs: account.Decide, Handle: cancelRun},
		{Method: get, Path: "/incidents/:id/letters/runs/:run/files/:number", Needs: account.SeeContacts, Handle: downloadRunFile},
		{Method: post, Path: "/incidents/:id/letters/sent", Needs: account.Decide, Handle: markSent},
		{Method: post, Path: "/incidents/:id/letters/mails", Needs: account.Decide, Handle: sendMails},
	}
}

// letterForm is the text of one language as it can be written.
type letterForm struct {
	communication.Text
	People  int
	Draft   bool // the scenario's, nobody saved it yet
	Lacks   []string
	Refused bool
}

// lettersPage is everything about the letters of an incident. Next names the one
// thing to do now: write, approve, print, post, mail, or nothing.
type lettersPage struct {
	Head    Head
	Counts  communication.Counts
	Forms   []letterForm
	Papers  []notification.Paper // approved versions, the latest first
	Stale   bool                 // the texts changed since the latest version
	Held    []heldLetter
	HeldAll int
	Lists   []letterList
	Who     map[string]string
	Next    string
	MayName bool
	HasMail bool
	At      string // when the letters were posted, as typed
	MendFor string // whose spelling was refused
	Name    string // and how it was spelled
}

// Open reports whether the incident can still be worked on.
func (p lettersPage) Open() bool { return p.Head.I.IsOpen() }

// lettersPath leads to the tab of the incident, or to one of its pages.
func (v *Visit) lettersPath(rest string) string {
	return "/incidents/" + string(v.affected()) + "/letters" + rest
}

func showLetters(v *Visit) error {
	page, err := v.lettersPage()
	if err != nil {
		return err
	}
	return v.Page("letters", page)
}

func (v *Visit) lettersPage() (lettersPage, error) {
	page := lettersPage{MayName: v.Is(account.SeeContacts), HasMail: v.Firm.SMTP.Host != "", MendFor: v.Form("contact"), Name: v.Form("name"), At: v.Form("at")}
	var err error
	if page.Head, err = v.S.head(v, "letters"); err != nil {
		return page, err
	}
	if page.At == "" {
		page.At = v.Now.In(v.Firm.Location()).Format(instantLayout)
	}
	if page.Counts, err = communication.CountsOf(v.Ctx(), v.S.d.DB.R, v.affected(), ""); err != nil {
		return page, err
	}
	if page.Who, err = v.accountNames(); err != nil {
		return page, err
	}
	for _, fill := range []func(*lettersPage) error{v.fillTexts, v.fillHeld, v.fillLetterLists} {
		if err := fill(&page); err != nil {
			return page, err
		}
	}
	page.Next = page.next()
	return page, nil
}

// fillTexts reads the text of each needed language and the approved versions.
func (v *Visit) fillTexts(page *lettersPage) error {
	texts, err := v.S.d.Response.LetterTexts(v.Ctx(), v.affected())
	if err != nil {
		return err
	}
	for _, lang := range texts.Needed() {
		t := texts.Texts[lang]
		page.Forms = append(page.Forms, letterForm{Text: t, People: texts.People[lang], Draft: texts.Draft[lang], Lacks: t.Missing()})
	}
	if page.Papers, err = notification.PapersOf(v.Ctx(), v.S.d.DB.R, v.affected(), notification.PaperLetters); err != nil {
		return err
	}
	if len(page.Papers) > 0 {
		page.Stale, err = page.changedSince(page.Papers[0])
	}
	return err
}

// changedSince reports whether the texts, drafts included, are no longer what was
// approved, or a language is needed that the version does not have.
func (p lettersPage) changedSince(paper notification.Paper) (bool, error) {
	var approved map[string]communication.Text
	if err := json.Unmarshal([]byte(paper.Content), &approved); err != nil {
		return false, fmt.Errorf("web: read approved letters: %w", err)
	}
	return slices.ContainsFunc(p.Forms, func(f letterForm) bool {
		a, ok := approved[f.Language]
		return !ok || a.Nature != f.Nature || a.Consequences != f.Consequences || a.Measures != f.Measures || a.Advice != f.Advice
	}), nil
}

// Incomplete reports whether a text lacks something that the law asks for.
func (p lettersPage) Incomplete() bool {
	return slices.ContainsFunc(p.Forms, func(f letterForm) bool { return len(f.Lacks) > 0 })
}

// IsApproved reports whether the texts as they stand are approved.
func (p lettersPage) IsApproved() bool { return len(p.Papers) > 0 && !p.Stale }

func (p lettersPage) next() string {
	switch {
	case len(p.Forms) == 0:
		return ""
	case p.Incomplete():
		return "write"
	case !p.IsApproved():
		return "approve"
	}
	for _, step := range []string{"print", "post", "mail"} {
		if slices.ContainsFunc(p.Lists, func(l letterList) bool { return l.needs(step) }) {
			return step
		}
	}
	return ""
}

func saveLetterText(v *Visit) error {
	t := communication.Text{
		Language: v.Form("language"), Nature: v.Form("nature"), Consequences: v.Form("consequences"),
		Measures: v.Form("measures"), Advice: v.Form("advice"),
	}
	if err := v.S.d.Response.SaveLetterText(v.Ctx(), v.Actor, v.affected(), t); err != nil {
		return v.lettersAgain(err, func(page *lettersPage) { page.typed(t) })
	}
	v.Flash("letters.saved", map[string]any{"Language": v.P.T("language."+t.Language, nil)})
	return v.Redirect(v.lettersPath("#text-" + t.Language))
}

// typed puts what somebody typed in the place of what is stored.
func (p *lettersPage) typed(t communication.Text) {
	for k := range p.Forms {
		f := &p.Forms[k]
		if f.Language != t.Language {
			continue
		}
		t.UpdatedBy, t.UpdatedAt = f.UpdatedBy, f.UpdatedAt
		f.Text, f.Lacks, f.Refused = t, t.Missing(), true
	}
}

// lettersAgain shows the tab with the reason of a refusal; change puts back what
// was typed.
func (v *Visit) lettersAgain(refused error, change ...func(*lettersPage)) error {
	page, err := v.lettersPage()
	if err != nil {
		return err
	}
	for _, do := range change {
		do(&page)
	}
	return v.Again("letters", page, refused)
}

// approveLetters makes a version of the texts. A form that is sent twice makes
// one: the second finds that nothing changed since.
func approveLetters(v *Visit) error {
	page, err := v.lettersPage()
	if err != nil {
		return err
	}
	if page.IsApproved() {
		return v.approved(page.Papers[0])
	}
	paper, err := v.S.d.Response.ApproveLetters(v.Ctx(), v.Actor, v.affected())
	if err != nil {
		return v.Again("letters", page, err)
	}
	return v.approved(paper)
}

func (v *Visit) approved(paper notification.Paper) error {
	v.Flash("letters.approved", map[string]any{"Version": paper.Version})
	return v.Redirect(v.lettersPath("#print"))
}
