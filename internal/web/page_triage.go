package web

import (
	"errors"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// reportShown is a report with what its codes mean.
type reportShown struct {
	incident.Report
	Card  workflow.Text // the scenario's title
	Kinds []workflow.Text
	Like  incident.Incident // an open incident it may repeat
}

func (v *Visit) reportsShown(i incident.Incident) ([]reportShown, error) {
	all, err := incident.ReportsOf(v.Ctx(), v.S.d.DB.R, i.ID)
	if err != nil {
		return nil, err
	}
	out := make([]reportShown, len(all))
	var like []string
	for k, r := range all {
		out[k].Report = r
		if sc, err := v.S.d.Packs.Scenario(r.Scenario); err == nil {
			out[k].Card = sc.Title
		}
		for _, id := range r.Data {
			if c, err := v.S.d.Packs.Category(id); err == nil {
				out[k].Kinds = append(out[k].Kinds, c.Name)
			}
		}
		if r.LooksLike != "" {
			like = append(like, string(r.LooksLike))
		}
	}
	if len(like) == 0 {
		return out, nil
	}
	found, err := incident.ByIDs(v.Ctx(), v.S.d.DB.R, like)
	for k := range out {
		out[k].Like = found[out[k].LooksLike]
	}
	return out, err
}

// othersOpen lists the open incidents that this one may repeat.
func (v *Visit) othersOpen(self incident.ID) ([]incident.Incident, error) {
	open := []incident.Status{incident.Reported, incident.Triaged, incident.Confirmed, incident.Contained}
	all, _, err := incident.List(v.Ctx(), v.S.d.DB.R, incident.Query{Statuses: open, Limit: 200})
	return slices.DeleteFunc(all, func(i incident.Incident) bool { return i.ID == self }), err
}

// triageForm is the first judgement as it was typed.
type triageForm struct {
	Verdict  string
	Kinds    []string // C, I, A
	Same     string
	Title    string
	Reason   string
	Feedback string
}

// triageOf fills the form as the incident stands. What a report seems to repeat is
// chosen already in the list of duplicates; the verdict itself never is.
func triageOf(i incident.Incident, reports []reportShown) triageForm {
	f := triageForm{Verdict: string(i.Verdict), Same: string(i.Same), Title: i.Title, Feedback: i.Feedback}
	for _, letter := range i.Kinds.String() {
		f.Kinds = append(f.Kinds, string(letter))
	}
	for _, r := range reports {
		if f.Same == "" {
			f.Same = string(r.Like.ID)
		}
	}
	return f
}

func (v *Visit) typedTriage() triageForm {
	return triageForm{
		Verdict: v.Form("verdict"), Kinds: v.FormAll("kinds"), Same: v.Form("same"), Title: v.Form("title"),
		Reason: v.Form("reason"), Feedback: v.Form("feedback"),
	}
}

func (f triageForm) judgement() incident.Judgement {
	return incident.Judgement{
		Verdict: incident.Verdict(f.Verdict), Kinds: incident.ParseKinds(strings.Join(f.Kinds, "")),
		Reason: f.Reason, Same: incident.ID(f.Same), Title: f.Title,
	}
}

// triage judges what was reported. The same judgement with the same reason counts
// once, however often it is sent.
func triage(v *Visit) error {
	page, err := v.overview()
	if err != nil {
		return err
	}
	page.Triage, page.Refused = v.typedTriage(), formTriage
	j := page.Triage.judgement()
	if j.Verdict == incident.Duplicate && !slices.ContainsFunc(page.Others, func(i incident.Incident) bool { return i.ID == j.Same }) {
		return v.Again("incident", page, withReason(incident.ErrSameMissing.At("same"), j.Reason))
	}
	done, err := v.isDecided(page.Head.I.ID, "triage", page.Triage.Verdict, j.Reason)
	if err != nil {
		return err
	}
	if i := page.Head.I; !done || i.Verdict != j.Verdict || j.Verdict == incident.Breach && i.Kinds != j.Kinds {
		if err := v.S.d.Response.Triage(v.Ctx(), v.Actor, i.ID, j, page.Triage.Feedback); err != nil {
			return v.Again("incident", page, withReason(err, j.Reason))
		}
	}
	v.Flash("handle.triaged", nil)
	return v.Redirect("/incidents/" + string(page.Head.I.ID))
}

// withReason says at once that the reason is missing as well: a verb names only
// the first thing it stumbles over.
func withReason(err error, reason string) error {
	if reason != "" || fault.KindOf(err) != fault.Invalid || errors.Is(err, incident.ErrReasonMissing) {
		return err
	}
	return joined(err, incident.ErrReasonMissing.At("reason"))
}

// isDecided reports whether the latest decision of a kind is this very one: a
// button that was pressed twice is no second decision.
func (v *Visit) isDecided(id incident.ID, kind, outcome, reason string) (bool, error) {
	all, err := incident.DecisionsOf(v.Ctx(), v.S.d.DB.R, id)
	if err != nil {
		return false, err
	}
	for _, d := range slices.Backward(all) {
		if d.Kind == kind {
			return d.Outcome == outcome && d.Reason == reason, nil
		}
	}
	return false, nil
}

// The answers to "when did you know".
const (
	awareReported = "reported" // when the report came in
	awareNoticed  = "noticed"  // when somebody noticed it
	awareAt       = "at"       // at another time
	awareTold     = "told"     // when the processor told
	awareNow      = "now"      // this minute
)

// errAwareChoice refuses a confirmation that does not say when.
var errAwareChoice = fault.New(fault.Invalid, "handle.choice_missing")

// awareForm is the confirmation of awareness as it was typed.
type awareForm struct {
	Choices []awareChoice
	Choice  string
	At      string
	Reason  string
	Preview *deadline.Deadline // what the time typed would lead to
	Past    bool               // and whether that is over
}

// awareChoice is one answer with the deadline it would lead to.
type awareChoice struct {
	Value string // see the constants
	At    time.Time
	Due   time.Time
	Past  bool
}

// awareOf fills the form with the times that are known and the deadline of each.
func (v *Visit) awareOf(page *overview) error {
	m := page.Head.I.Moments
	page.Aware.At = v.local(m.Aware.At)
	if !page.Head.I.IsBreach() {
		return nil
	}
	for _, c := range []awareChoice{{Value: awareReported, At: m.Reported.At}, {Value: awareNoticed, At: m.Noticed.At}, {Value: awareTold, At: m.Told.At}, {Value: awareNow, At: v.Now}} {
		if c.At.IsZero() {
			continue
		}
		d, err := v.notifyBy(page.Head.I, c.At)
		if err != nil {
			return err
		}
		c.Due, c.Past = d.Exact, v.Now.After(d.Exact)
		page.Aware.Choices = append(page.Aware.Choices, c)
	}
	return nil
}

// notifyBy is when the authority would have to be told if the firm knew at start.
func (v *Visit) notifyBy(i incident.Incident, start time.Time) (deadline.Deadline, error) {
	regime, err := v.S.d.Packs.RegimeVersion(i.Regime, i.RegimeVer)
	if err != nil {
		return deadline.Deadline{}, err
	}
	rule, err := regime.Duty(string(obligation.NotifyAuthority))
	if err != nil {
		return deadline.Deadline{}, err
	}
	return v.deadlineFrom(rule, start)
}

// awareAt reads the answer. A time before the year 1990 or in the future is left
// to the verb to refuse.
func (v *Visit) awareAt(i incident.Incident, choice string) (time.Time, error) {
	switch choice {
	case awareReported:
		return i.Moments.Reported.At, nil
	case awareNoticed:
		return i.Moments.Noticed.At, nil
	case awareTold:
		return i.Moments.Told.At, nil
	case awareNow:
		return v.Now, nil
	case awareAt:
		return v.Instant("at")
	}
	return time.Time{}, errAwareChoice.At("choice")
}

// confirmAwareness starts the 72 hours, or starts them anew from another moment.
// With "preview" it only shows what the time typed would lead to.
func confirmAwareness(v *Visit) error {
	page, err := v.overview()
	if err != nil {
		return err
	}
	i, f := page.Head.I, &page.Aware
	f.Choice, f.At, f.Reason, page.Refused = v.Form("choice"), v.Form("at"), v.Form("reason"), formAware
	at, err := v.awareAt(i, f.Choice)
	if err != nil {
		return v.Again("incident", page, withReason(err, f.Reason))
	}
	if v.Form("preview") != "" && !at.IsZero() && i.IsBreach() {
		d, err := v.notifyBy(i, at)
		if err != nil {
			return err
		}
		f.Preview, f.Past = &d, v.Now.After(d.Exact)
		return v.Page("incident", page)
	}
	if at.IsZero() || !at.Equal(i.Moments.Aware.At) || f.Reason != i.Moments.Aware.Reason {
		if f.Choice == awareNow && sentAgain(i, v.Now, f.Reason) {
			return v.Redirect("/incidents/" + string(i.ID))
		}
		if err := v.S.d.Response.ConfirmAwareness(v.Ctx(), v.Actor, i.ID, at, f.Reason); err != nil {
			return v.Again("incident", page, withReason(err, f.Reason))
		}
	}
	v.Flash("handle.aware_confirmed", nil)
	return v.Redirect("/incidents/" + string(i.ID))
}

// sentAgain reports whether "just now" was sent twice: the second would move the
// clock by the seconds between two clicks.
func sentAgain(i incident.Incident, now time.Time, reason string) bool {
	return !i.Moments.Aware.At.IsZero() && i.Moments.Aware.Reason == reason && now.Sub(i.Moments.Aware.At) < time.Minute
}
