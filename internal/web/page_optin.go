package web

import (
	"clepsydra/internal/fault"
	"clepsydra/internal/signup"
	"clepsydra/internal/stewardship"
)

// optIn reads the link of a confirmation mail and speaks the language of the form.
func (v *Visit) optIn() (stewardship.OptIn, error) {
	o, err := v.S.d.Signups.OptIn(v.Ctx(), v.C.Params("token"))
	if err == nil {
		v.P = v.speaking(o.Pending.Submission.Language)
	}
	return o, err
}

// linkGone answers for a link that does not work, without telling whose it was.
func (v *Visit) linkGone(err error) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	v.C.Status(404)
	return v.Page("note", note{Title: v.P.T("signup.link_gone", nil), Text: []string{v.P.Fault(err)}})
}

// showOptIn asks once more: mail scanners open links, only people press buttons.
func showOptIn(v *Visit) error {
	o, err := v.optIn()
	if err != nil {
		return v.linkGone(err)
	}
	if o.Pending.IsConfirmed() {
		return v.Page("note", note{
			Title: v.P.T("signup.confirmed_title", nil), Done: true, Text: []string{v.P.T("signup.confirmed_text", map[string]any{"Firm": v.Firm.Name})},
			Link: "/preferences", Label: v.P.T("preferences.title", nil),
		})
	}
	text := []string{v.P.T("signup.confirm_page", map[string]any{"Firm": v.Firm.Name})}
	for _, key := range o.Pending.Submission.Boxes {
		if b, ok := o.Version.Box(key); ok {
			text = append(text, "✓ "+b.Label[o.Pending.Submission.Language])
		}
	}
	text = append(text, v.P.T("signup.confirm_not_you", nil))
	return v.Page("note", note{
		Title: v.P.T("signup.confirm_title", nil), Text: text, Action: "/opt-in/" + v.C.Params("token"),
		Buttons: []noteButton{{Label: v.P.T("signup.confirm_button", nil), Value: "yes", Primary: true}},
	})
}

// confirmOptIn is the click that counts; a second one changes nothing.
func confirmOptIn(v *Visit) error {
	if _, err := v.optIn(); err != nil {
		return v.linkGone(err)
	}
	if err := v.S.d.Signups.ConfirmOptIn(v.Ctx(), v.C.Params("token")); err != nil {
		return v.linkGone(err)
	}
	return v.Redirect("/opt-in/" + v.C.Params("token"))
}

// showUnsubscribe and unsubscribe: RFC 8058 lets the mail program post by itself,
// without a cookie and without asking; a person who opens the link gets one button.
func showUnsubscribe(v *Visit) error {
	u, err := v.S.d.Signups.Unsubscribing(v.Ctx(), v.C.Params("token"))
	if err != nil {
		return v.linkGone(err)
	}
	return v.unsubscribed(u)
}

func unsubscribe(v *Visit) error {
	if err := v.S.d.Signups.Unsubscribe(v.Ctx(), v.C.Params("token")); err != nil {
		return v.linkGone(err)
	}
	u, err := v.S.d.Signups.Unsubscribing(v.Ctx(), v.C.Params("token"))
	if err != nil {
		return v.linkGone(err)
	}
	return v.unsubscribed(u)
}

func (v *Visit) unsubscribed(u stewardship.Unsubscribing) error {
	if u.Language != "" {
		v.P = v.speaking(u.Language)
	}
	args := map[string]any{"Firm": v.Firm.Name, "Purpose": u.Purpose.Name.In(v.P.Lang(), v.Firm.Country)}
	what := "all"
	if u.Purpose.ID != "" {
		what = "one"
	}
	if u.Done {
		return v.Page("note", note{
			Title: v.P.T("preferences.gone_title", nil), Done: true, Text: []string{v.P.T("preferences.gone_"+what, args), v.P.T("preferences.gone_breach", nil)},
			Link: "/preferences", Label: v.P.T("preferences.title", nil),
		})
	}
	return v.Page("note", note{
		Title: v.P.T("preferences.stop_title", nil), Text: []string{v.P.T("preferences.stop_"+what, args)}, Action: "/u/" + v.C.Params("token"),
		Buttons: []noteButton{{Label: v.P.T("preferences.stop_button", nil), Value: "stop", Primary: true}},
		Link:    "/preferences", Label: v.P.T("preferences.title", nil),
	})
}

// showKeep and keep: the answer to a re-permission mail.
func showKeep(v *Visit) error {
	run, e, err := v.S.d.Signups.Asked(v.Ctx(), v.C.Params("token"))
	if err != nil {
		return v.linkGone(err)
	}
	return v.kept(run, e)
}

func keep(v *Visit) error {
	yes := v.Form("answer") == "yes"
	if !yes && v.Form("answer") != "no" {
		return v.Redirect("/keep/" + v.C.Params("token"))
	}
	if err := v.S.d.Signups.AnswerRepermission(v.Ctx(), v.C.Params("token"), yes); err != nil {
		return v.linkGone(err)
	}
	return v.Redirect("/keep/" + v.C.Params("token"))
}

func (v *Visit) kept(run stewardship.AskedRun, e signup.Entry) error {
	v.P = v.speaking(run.Language)
	args := map[string]any{"Firm": v.Firm.Name, "Purpose": run.Purpose.Name.In(run.Language, v.Firm.Country)}
	n := note{Action: "/keep/" + v.C.Params("token"), Link: "/preferences", Label: v.P.T("preferences.title", nil)}
	switch e.State {
	case signup.Kept, signup.Refused:
		n.Done, n.Title, n.Text = true, v.P.T("repermission.thanks_title", nil), []string{v.P.T("repermission.said_"+string(e.State), args)}
	default:
		if !run.Open {
			return v.linkGone(signup.ErrRunEnded)
		}
		n.Title, n.Text = v.P.T("repermission.page_title", args), []string{run.Words, v.P.T("signup.withdraw_any_time", args)}
		n.Buttons = []noteButton{{v.P.T("repermission.yes", nil), "yes", true}, {v.P.T("repermission.no", nil), "no", false}}
	}
	return v.Page("note", n)
}
