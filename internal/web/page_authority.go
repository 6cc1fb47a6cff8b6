package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// authorityRoutes: the notification question by question, and what was filed.
func (s *Server) authorityRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/incidents/:id/authority", Needs: account.SeeBoard, Handle: showAuthority},
		{Method: post, Path: "/incidents/:id/authority/answer", Needs: account.HandleIncident, Handle: answerQuestion},
		{Method: post, Path: "/incidents/:id/authority/approve", Needs: account.Decide, Handle: approveNotification},
		{Method: get, Path: "/incidents/:id/authority/draft.pdf", Needs: account.SeeBoard, Handle: draftNotification},
		{Method: get, Path: "/incidents/:id/authority/papers/:paper", Needs: account.SeeBoard, Handle: approvedNotification},
		{Method: post, Path: "/incidents/:id/authority/file", Needs: account.Decide, Handle: fileNotification},
	}
}

// authorityPage is the notification of one incident.
type authorityPage struct {
	Head      Head
	Authority workflow.Authority
	Dossier   notification.Dossier
	Ready     int
	Total     int
	Missing   int // wanted in a first notification and not answered
	Papers    []notification.Paper
	Duty      obligation.Obligation
	HasDuty   bool
	Filings   []obligation.Filing
	Phases    []obligation.Phase
	IsLate    bool // a filing now is later than the strict end
	Names     map[string]string
	Filing    filingForm
	Typed     typedAnswer // that was refused
}

// filingForm is what was typed about a filing.
type filingForm struct{ Phase, FiledAt, Receipt, NoReceipt, LateReason, Paper string }

// typedAnswer is an answer that was refused, to be mended.
type typedAnswer struct{ Question, State, Text string }

// Options are the choices of a question in words; none for a free text.
func (p authorityPage) Options(v *Visit, id string) []map[string]any {
	var out []map[string]any
	words := v.S.d.Locale.For(p.Dossier.Language, v.Firm.Country, v.Firm.Location())
	if q, ok := notification.TypedQuestion(id); ok {
		for _, o := range q.Options {
			out = append(out, map[string]any{"Value": o, "Label": words.T("notification.o_"+id+"_"+o, nil)})
		}
		return out
	}
	for _, f := range p.Authority.Front {
		if notification.FrontID(f.ID) == id {
			for _, c := range f.Choices {
				out = append(out, map[string]any{"Value": c.ID, "Label": c.Label.In(p.Dossier.Language, v.Firm.Country)})
			}
		}
	}
	return out
}

// Help is one line on what to write; empty when there is none.
func (p authorityPage) Help(v *Visit, id string) string {
	if key := "notification.h_" + id; v.P.Has(key) {
		return v.P.T(key, nil)
	}
	for _, f := range p.Authority.Front {
		if notification.FrontID(f.ID) == id && f.Hint != nil {
			return f.Hint.In(v.P.Lang(), v.P.Country())
		}
	}
	return ""
}

// States are the ways to answer a typed question.
func (authorityPage) States() []string {
	return []string{"given", "not_known", "investigating", "not_applicable"}
}

func (v *Visit) authorityPage() (authorityPage, error) {
	head, err := v.S.head(v, "authority")
	if err != nil {
		return authorityPage{}, err
	}
	page := authorityPage{Head: head}
	db := v.S.d.DB.R
	if page.Authority, err = v.S.d.Packs.Authority(v.Firm.AuthorityID); err != nil {
		return page, err
	}
	if page.Dossier, err = v.S.d.Response.Dossier(v.Ctx(), head.I.ID, v.notificationLanguage()); err != nil {
		return page, err
	}
	page.Ready, page.Total = page.Dossier.Progress()
	page.Missing = len(page.Dossier.MissingFirst())
	if page.Papers, err = notification.PapersOf(v.Ctx(), db, head.I.ID, notification.PaperNotification); err != nil {
		return page, err
	}
	for _, o := range head.Duties {
		if o.Duty == obligation.NotifyAuthority {
			page.Duty, page.HasDuty = o, true
		}
	}
	if page.HasDuty {
		if page.Filings, err = obligation.FilingsOf(v.Ctx(), db, page.Duty.ID); err != nil {
			return page, err
		}
	}
	page.Phases = []obligation.Phase{obligation.Supplementary, obligation.Withdrawal}
	if len(page.Filings) == 0 {
		page.Phases = []obligation.Phase{obligation.Initial}
	}
	page.IsLate = page.Duty.IsOverdue(v.Now)
	page.Filing = filingForm{Phase: string(page.Phases[0]), FiledAt: v.local(v.Now)}
	if len(page.Papers) > 0 {
		page.Filing.Paper = page.Papers[0].ID
	}
	_, page.Names, err = v.accounts()
	return page, err
}

// notificationLanguage is the language to notify in, as chosen on the page.
func (v *Visit) notificationLanguage() string {
	if lang := v.C.Query("lang", v.Form("lang")); lang != "" {
		return lang
	}
	return v.P.Lang()
}

func showAuthority(v *Visit) error {
	page, err := v.authorityPage()
	if err != nil {
		return err
	}
	return v.Page("authority", page)
}

// backToAuthority returns to the page in the language that was shown, at a place.
func (v *Visit) backToAuthority(place string) error {
	return v.Redirect("/incidents/" + string(v.incidentID()) + "/authority?lang=" + v.notificationLanguage() + "#" + place)
}

func answerQuestion(v *Visit) error {
	a := notification.Answer{Question: v.Form("question"), State: notification.State(v.Form("state")), Text: v.Form("text")}
	if err := v.S.d.Response.Answer(v.Ctx(), v.Actor, v.incidentID(), a); err != nil {
		page, pageErr := v.authorityPage()
		if pageErr != nil {
			return pageErr
		}
		page.Typed = typedAnswer{a.Question, string(a.State), a.Text}
		return v.Again("authority", page, err)
	}
	return v.backToAuthority("q-" + a.Question)
}

func approveNotification(v *Visit) error {
	paper, err := v.S.d.Response.ApproveNotification(v.Ctx(), v.Actor, v.incidentID(), v.notificationLanguage())
	if err != nil {
		page, pageErr := v.authorityPage()
		if pageErr != nil {
			return pageErr
		}
		return v.Again("authority", page, err)
	}
	v.Flash("authority.approved", map[string]any{"Version": paper.Version})
	return v.backToAuthority("filing")
}

func draftNotification(v *Visit) error {
	page, err := v.authorityPage()
	if err != nil {
		return err
	}
	return v.sendNotification(page.Dossier, Paper{Firm: v.Firm, At: v.Now}, page.Authority, "draft")
}

func approvedNotification(v *Visit) error {
	paper, err := notification.PaperByID(v.Ctx(), v.S.d.DB.R, v.C.Params("paper"))
	if err != nil {
		return err
	}
	if paper.IncidentID != v.incidentID() || paper.Kind != notification.PaperNotification {
		return notification.ErrPaperNotFound
	}
	var d notification.Dossier
	if err := json.Unmarshal([]byte(paper.Content), &d); err != nil {
		return fmt.Errorf("web: read paper %s: %w", paper.ID, err)
	}
	a, err := v.S.d.Packs.Authority(d.Authority)
	if err != nil {
		return err
	}
	info := Paper{Firm: v.Firm, Final: true, Version: paper.Version, Hash: paper.Hash, At: paper.ApprovedAt}
	return v.sendNotification(d, info, a, "v"+strconv.Itoa(paper.Version))
}

func (v *Visit) sendNotification(d notification.Dossier, info Paper, a workflow.Authority, version string) error {
	info.Authority = a.Name.In(d.Language, v.Firm.Country)
	var b bytes.Buffer
	if err := v.S.d.Papers.Notification(v.Ctx(), &b, d, info); err != nil {
		return err
	}
	return v.Download(d.Reference+"-notification-"+version+".pdf", "application/pdf", b.Bytes())
}

func fileNotification(v *Visit) error {
	page, err := v.authorityPage()
	if err != nil {
		return err
	}
	page.Filing = filingForm{v.Form("phase"), v.Form("filed_at"), v.Form("receipt"), v.Form("no_receipt"), v.Form("late_reason"), v.Form("paper")}
	var at time.Time
	if at, err = v.Instant("filed_at"); err == nil {
		if !page.HasDuty {
			err = obligation.ErrNotFound
		} else {
			err = v.S.d.Response.File(v.Ctx(), v.Actor, page.Duty.ID, response.FilingInput{
				Phase: obligation.Phase(page.Filing.Phase), FiledAt: at, Receipt: page.Filing.Receipt,
				NoReceipt: page.Filing.NoReceipt, LateReason: page.Filing.LateReason, PaperID: page.Filing.Paper,
			})
		}
	}
	if err != nil {
		return v.Again("authority", page, err)
	}
	v.Flash("authority.filed", nil)
	return v.backToAuthority("filing")
}
