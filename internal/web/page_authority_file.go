package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// typedAnswer is an answer that was refused, to be mended.
type typedAnswer struct{ Question, State, Text string }

// Picked reports whether an option was picked in the answer that was refused.
func (a typedAnswer) Picked(value string) bool {
	return slices.Contains(strings.Split(a.Text, "\n"), value)
}

// backToAuthority returns to the page as it was shown, at a place.
func (v *Visit) backToAuthority(place string) error {
	q := url.Values{}
	for name, value := range map[string]string{"lang": v.askedFor().Language, "phase": string(v.askedFor().Phase), "all": v.Form("all")} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return v.Redirect("/incidents/" + string(v.incidentID()) + "/authority?" + q.Encode() + "#" + place)
}

// authorityAgain shows the page once more with what was refused.
func (v *Visit) authorityAgain(err error, keep func(*authorityPage)) error {
	page, pageErr := v.authorityPage()
	if pageErr != nil {
		return pageErr
	}
	keep(&page)
	return v.Again("authority", page, err)
}

func answerQuestion(v *Visit) error {
	a := notification.Answer{Question: v.Form("question"), State: notification.State(v.Form("state"))}
	a.Text = strings.ReplaceAll(strings.Join(v.FormAll("text"), "\n"), "\r\n", "\n")
	if picked := v.FormAll("sentence"); len(picked) > 0 && a.State == notification.Given {
		a.Text = notification.With(a.Text, v.ownSentences(a.Question, picked))
	}
	if err := v.S.d.Response.Answer(v.Ctx(), v.Actor, v.incidentID(), a); err != nil {
		return v.authorityAgain(err, func(p *authorityPage) { p.Typed = typedAnswer{a.Question, string(a.State), a.Text} })
	}
	return v.backToAuthority("q-" + v.Form("row"))
}

// ownSentences are those of the picked that the incident's scenario really offers.
func (v *Visit) ownSentences(question string, picked []string) []string {
	head, err := v.S.head(v, "authority")
	if err != nil {
		return nil // the answer itself will say that there is no such incident
	}
	scenario, err := v.S.d.Packs.Scenario(head.I.Scenario)
	if err != nil {
		return nil
	}
	var out []string
	for _, s := range v.sentences(scenario, question, v.askedFor().Language) {
		if slices.Contains(picked, s.Text) {
			out = append(out, s.Text)
		}
	}
	return out
}

func tickQuestion(v *Visit) error {
	err := v.S.d.Response.Tick(v.Ctx(), v.Actor, v.incidentID(), v.askedFor(), v.Form("question"), v.Ticked("copied"))
	if err != nil {
		return v.authorityAgain(err, func(*authorityPage) {})
	}
	return v.backToAuthority("q-" + v.Form("question"))
}

func approveNotification(v *Visit) error {
	paper, err := v.S.d.Response.ApproveNotification(v.Ctx(), v.Actor, v.incidentID(), v.askedFor())
	if err != nil {
		return v.authorityAgain(err, func(*authorityPage) {})
	}
	v.Flash("authority.approved", map[string]any{"Version": paper.Version})
	return v.backToAuthority("filing")
}

func draftNotification(v *Visit) error {
	d, err := v.S.d.Response.Dossier(v.Ctx(), v.incidentID(), v.askedFor())
	if err != nil {
		return err
	}
	a, err := v.S.d.Packs.Authority(v.Firm.AuthorityID)
	if err != nil {
		return err
	}
	return v.sendNotification(d, Paper{Firm: v.Firm, At: v.Now}, a, "draft")
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

// sendNotification prints a supplement with what changed only, unless everything is
// asked for.
func (v *Visit) sendNotification(d notification.Dossier, info Paper, a workflow.Authority, version string) error {
	info.Authority = a.Name.In(d.Language, v.Firm.Country)
	if !v.wantsAll() {
		d = d.OnlyChanged()
	}
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
	page.Filing = filingForm{v.Form("phase"), v.Form("filed_at"), v.Form("receipt"), v.Form("no_receipt"), v.Form("late_reason"), v.Form("withdrawal_reason"), v.Form("paper")}
	at, err := v.Instant("filed_at")
	if err == nil {
		err = v.file(page, at)
	}
	if err != nil {
		return v.Again("authority", page, err)
	}
	v.Flash("authority.filed", nil)
	return v.Redirect("/incidents/" + string(v.incidentID()) + "/authority?lang=" + url.QueryEscape(v.askedFor().Language) + "#filing")
}

func (v *Visit) file(page authorityPage, at time.Time) error {
	if !page.HasDuty {
		return obligation.ErrNotFound
	}
	in := response.FilingInput{
		Phase: obligation.Phase(page.Filing.Phase), FiledAt: at, Receipt: page.Filing.Receipt, NoReceipt: page.Filing.NoReceipt,
		LateReason: page.Filing.LateReason, PaperID: page.Filing.Paper, Withdrawal: page.Filing.Withdrawal,
	}
	files, err := v.uploads("files", 1)
	if err != nil {
		return err
	}
	if len(files) == 1 {
		in.Proof = &files[0]
	}
	return v.S.d.Response.File(v.Ctx(), v.Actor, page.Duty.ID, in)
}
