package web

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/rulebook"
	"clepsydra/internal/stewardship"
)

// noticeRoutes: the texts made from the record of processing, and what everybody may
// read of them.
func (s *Server) noticeRoutes() []Route {
	get := func(path string, needs account.Permission, handle func(*Visit) error) Route {
		return Route{Method: fiber.MethodGet, Path: path, Needs: needs, Handle: handle}
	}
	return []Route{
		get("/record/texts", account.SeeContacts, showNotices),
		get("/record/texts/draft/:format", account.SeeContacts, downloadDraft),
		{Method: fiber.MethodPost, Path: "/record/texts/publish", Needs: account.EditSettings, Handle: publishNotice},
		get("/privacy", Public, showPrivacy),
		get("/privacy/:version", Public, showPrivacy),
		get("/privacy/:version/:format", Public, downloadPrivacy),
	}
}

type noticesPage struct {
	stewardship.NoticeDrafts
	Lang      string
	Languages []string
	Draft     processing.NoticeDraft
	Blocks    []processing.Block
	HTML      string // to be copied
	Points    []noticePoint
	Diff      []diffLine
	Since     int // the version the difference is to; 0: none
	Versions  []noticeVersion
	CanPut    bool
	Know      bool
	Address   string // of the newest statement, for everybody
}

// noticePoint is an open point in words, with where it is mended; Link is empty when
// there is no page for it.
type noticePoint struct{ Text, Link string }

// noticeVersion is one version in all its languages.
type noticeVersion struct {
	processing.Published
	Who       string
	Languages []processing.Published
}

func (v *Visit) noticesPage() (noticesPage, error) {
	var page noticesPage
	var err error
	if page.NoticeDrafts, err = v.S.d.Notices.Drafts(v.Ctx()); err != nil {
		return page, err
	}
	for _, d := range page.Drafts {
		page.Languages = append(page.Languages, d.Language)
	}
	page.Draft = page.NoticeDrafts.Draft(v.noticeLanguage())
	page.Lang, page.Blocks = page.Draft.Language, processing.Blocks(page.Draft.Text)
	page.HTML = noticeHTML(page.Blocks)
	page.CanPut, page.Address = v.Is(account.EditSettings), v.Link("/privacy")
	for _, p := range page.Open {
		page.Points = append(page.Points, v.noticePoint(page.Record, p))
	}
	if before, ok := page.Before(page.Lang); ok && before.Text+before.Short != page.Draft.Text+page.Draft.Short {
		page.Since = before.Version
		page.Diff = diffLines(rulebook.Diff(before.Short+"\n\n"+before.Text, page.Draft.Short+"\n\n"+page.Draft.Text))
	}
	page.Versions, err = v.noticeVersions()
	return page, err
}

// noticeLanguage is the language asked for in the address, else that of the visitor.
func (v *Visit) noticeLanguage() string {
	if lang := v.C.Query("lang"); lang != "" {
		return lang
	}
	return v.P.Lang()
}

func (v *Visit) noticePoint(r processing.Record, p processing.NoticePoint) noticePoint {
	about := p.Processor
	if purpose, ok := r.Purpose(p.Purpose); ok {
		about = purpose.Name.In(v.P.Lang(), v.P.Country())
	}
	link := map[processing.Mend]string{
		processing.MendInFirm: "/settings", processing.MendInPeople: "/settings/people", processing.MendInRecord: "/record", processing.MendInFields: "/contacts/fields",
	}[p.Mend]
	if !v.Is(account.EditSettings) || !slices.ContainsFunc(v.S.routes(), func(r Route) bool { return r.Path == link }) {
		link = ""
	}
	return noticePoint{v.P.T("notice.open_"+p.What, map[string]any{"About": about}), link}
}

func (v *Visit) noticeVersions() ([]noticeVersion, error) {
	all, err := v.S.d.Notices.Versions(v.Ctx())
	if err != nil {
		return nil, err
	}
	_, names, err := v.accounts()
	if err != nil {
		return nil, err
	}
	var out []noticeVersion
	for _, p := range all {
		if n := len(out); n == 0 || out[n-1].Version != p.Version {
			out = append(out, noticeVersion{Published: p, Who: v.actorWords(journal.Actor{Kind: journal.ByAccount, ID: p.By}, names)})
		}
		last := &out[len(out)-1]
		last.Languages = append(last.Languages, p)
	}
	return out, nil
}

func showNotices(v *Visit) error {
	page, err := v.noticesPage()
	if err != nil {
		return err
	}
	return v.Page("notices", page)
}

func publishNotice(v *Visit) error {
	version, _ := strconv.Atoi(v.Form("version")) // anything else is no version that comes next
	version, err := v.S.d.Notices.Publish(v.Ctx(), v.Actor, stewardship.PublishInput{Version: version, Seal: v.Form("seal"), Know: v.Ticked("know")})
	if err != nil {
		page, pageErr := v.noticesPage()
		if pageErr != nil {
			return errors.Join(err, pageErr)
		}
		page.Know = v.Ticked("know")
		return v.Again("notices", page, err)
	}
	v.Flash("notice.published", map[string]any{"Version": version})
	return v.Redirect("/record/texts?lang=" + url.QueryEscape(v.Form("lang")))
}

func downloadDraft(v *Visit) error {
	d, err := v.S.d.Notices.Drafts(v.Ctx())
	if err != nil {
		return err
	}
	draft := d.Draft(v.noticeLanguage())
	return v.noticeFile(v.C.Params("format"), NoticePaper{Lang: draft.Language, At: v.Now}, draft.Text)
}

// noticeFile answers with a text as plain text, as a piece of a web page or as a PDF.
func (v *Visit) noticeFile(format string, paper NoticePaper, text string) error {
	name := v.P.T("notice.file", nil) + "-" + paper.Lang
	if paper.Version > 0 {
		name += "-" + strconv.Itoa(paper.Version)
	}
	blocks := processing.Blocks(text)
	switch format {
	case "text":
		return v.Download(name+".txt", "text/plain; charset=utf-8", []byte(text))
	case "html":
		return v.Download(name+".html", "text/html; charset=utf-8", []byte(noticeHTML(blocks)))
	case "pdf":
		var b bytes.Buffer
		paper.Firm, paper.Blocks = v.Firm, blocks
		if err := v.S.d.Papers.Notice(v.Ctx(), &b, paper); err != nil {
			return err
		}
		return v.Download(name+".pdf", "application/pdf", b.Bytes())
	}
	return fault.New(fault.NotFound, "notice.no_format")
}
