package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/incident"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/register"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// authorityRoutes: the notification question by question, and what was filed.
func (s *Server) authorityRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/incidents/:id/authority", Needs: account.SeeBoard, Handle: showAuthority},
		{Method: post, Path: "/incidents/:id/authority/answer", Needs: account.HandleIncident, Handle: answerQuestion},
		{Method: post, Path: "/incidents/:id/authority/tick", Needs: account.HandleIncident, Handle: tickQuestion},
		{Method: post, Path: "/incidents/:id/authority/approve", Needs: account.Decide, Handle: approveNotification},
		{Method: get, Path: "/incidents/:id/authority/draft.pdf", Needs: account.SeeBoard, Handle: draftNotification},
		{Method: get, Path: "/incidents/:id/authority/papers/:paper", Needs: account.SeeBoard, Handle: approvedNotification},
		{Method: post, Path: "/incidents/:id/authority/file", Needs: account.Decide, Handle: fileNotification},
	}
}

// authorityPage is the notification of one incident: the filing companion.
type authorityPage struct {
	Head      Head
	Authority workflow.Authority
	Dossier   notification.Dossier
	Chapters  []companionChapter
	Advice    notification.Advice
	Ready     int
	Total     int
	Copied    int
	Papers    []notification.Paper
	Duty      obligation.Obligation
	HasDuty   bool
	Clock     *ClockView // of the duty to notify, while it runs
	Filings   []obligation.Filing
	Proofs    map[string]incident.Evidence
	Phases    []obligation.Phase
	All       bool // everything, not only what changed since the filing
	IsLate    bool // a filing now is later than the strict end
	Names     map[string]string
	Filing    filingForm
	Typed     typedAnswer // that was refused
	Refused   error       // a language or phase that was asked for and is not possible
}

// filingForm is what was typed about a filing.
type filingForm struct{ Phase, FiledAt, Receipt, NoReceipt, LateReason, Withdrawal, Paper string }

// States are the ways to answer a typed question.
func (authorityPage) States() []string {
	return []string{"given", "not_known", "investigating", "not_applicable"}
}

// Query is what keeps language, phase and switch in an address of this page.
func (p authorityPage) Query() string {
	q := "lang=" + p.Dossier.Language + "&phase=" + p.Dossier.Phase
	if p.All {
		q += "&all=1"
	}
	return q
}

// IsCompared reports whether the page can show only what changed.
func (p authorityPage) IsCompared() bool { return p.Dossier.Since > 0 }

// HowNow is how this phase is handed in.
func (p authorityPage) HowNow() workflow.Text { return p.Authority.Phases.Of(p.Dossier.Phase) }

// askedFor is which notification the address or the form asks for.
func (v *Visit) askedFor() response.Ask {
	return response.Ask{Language: v.C.Query("lang", v.Form("lang")), Phase: obligation.Phase(v.C.Query("phase", v.Form("as")))}
}

// wantsAll reports whether everything is asked for and not only what changed.
func (v *Visit) wantsAll() bool { return v.C.Query("all", v.Form("all")) != "" }

func (v *Visit) authorityPage() (authorityPage, error) {
	head, err := v.S.head(v, "authority")
	if err != nil {
		return authorityPage{}, err
	}
	page := authorityPage{Head: head, All: v.wantsAll()}
	if page.Authority, err = v.S.d.Packs.Authority(v.Firm.AuthorityID); err != nil {
		return page, err
	}
	if err := page.readDuty(v); err != nil {
		return page, err
	}
	ask := v.askedFor()
	page.Dossier, err = v.S.d.Response.Dossier(v.Ctx(), head.I.ID, ask)
	if errors.Is(err, notification.ErrLanguage) || errors.Is(err, notification.ErrPhase) {
		page.Refused, ask = err, response.Ask{}
		page.Dossier, err = v.S.d.Response.Dossier(v.Ctx(), head.I.ID, ask)
	}
	if err != nil {
		return page, err
	}
	page.Ready, page.Total = page.Dossier.Progress()
	page.Advice = page.Dossier.Advise()
	return page, page.readRows(v, ask)
}

// readDuty reads the clock, what was filed and what was approved.
func (p *authorityPage) readDuty(v *Visit) error {
	db := v.S.d.DB.R
	var err error
	if p.Papers, err = notification.PapersOf(v.Ctx(), db, p.Head.I.ID, notification.PaperNotification); err != nil {
		return err
	}
	for _, o := range p.Head.Duties {
		if o.Duty == obligation.NotifyAuthority {
			p.Duty, p.HasDuty = o, true
		}
	}
	if p.HasDuty {
		if p.Filings, err = obligation.FilingsOf(v.Ctx(), db, p.Duty.ID); err != nil {
			return err
		}
	}
	p.Phases = []obligation.Phase{obligation.Supplementary, obligation.Withdrawal}
	if len(p.Filings) == 0 {
		p.Phases = []obligation.Phase{obligation.Initial}
	}
	p.IsLate = p.Duty.IsOverdue(v.Now)
	if p.HasDuty && p.Duty.IsOpen() && !p.Duty.EndAt().IsZero() {
		view := v.clockView(register.ClockOf(p.Head.I, p.Duty, p.Head.Steps))
		p.Clock = &view
	}
	p.Filing = filingForm{Phase: string(p.Phases[0]), FiledAt: v.local(v.Now)}
	if asked := v.askedFor().Phase; asked == obligation.Withdrawal && len(p.Phases) > 1 {
		p.Filing.Phase = string(asked)
	}
	if len(p.Papers) > 0 {
		p.Filing.Paper = p.Papers[0].ID
	}
	if p.Proofs, err = v.proofs(p.Filings); err != nil {
		return err
	}
	_, p.Names, err = v.accounts()
	return err
}

// proofs are the files that prove the filings, by their id.
func (v *Visit) proofs(filings []obligation.Filing) (map[string]incident.Evidence, error) {
	out := make(map[string]incident.Evidence)
	if len(filings) == 0 {
		return out, nil
	}
	all, err := incident.EvidenceOf(v.Ctx(), v.S.d.DB.R, v.incidentID())
	for _, e := range all {
		out[e.ID] = e
	}
	return out, err
}

func showAuthority(v *Visit) error {
	page, err := v.authorityPage()
	if err != nil {
		return err
	}
	if page.Refused != nil {
		return v.Again("authority", page, page.Refused)
	}
	return v.Page("authority", page)
}
