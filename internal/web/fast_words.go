package web

import (
	"strings"
	"unicode"

	"clepsydra/internal/fastlane"
	"clepsydra/internal/incident"
	"clepsydra/internal/recall"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// judgeAhead writes the judgement in advance from the facts, in the visitor's
// language, or says in words why the short way is closed.
func (v *Visit) judgeAhead(page *fastPage) error {
	for _, o := range page.Way.Obstacles {
		page.Obstacles = append(page.Obstacles, v.obstacle(o))
	}
	i := page.Head.I
	page.Choice = awareReported
	page.AwareReason = v.P.T("fast.aware_ahead", nil)
	if len(page.Obstacles) > 0 {
		return nil
	}
	page.Reason = v.reasonAhead(i, page.Way)
	if err := v.registerAsks(page); err != nil {
		return err
	}
	for _, c := range []awareChoice{{Value: awareReported, At: i.Moments.Reported.At}, {Value: awareNoticed, At: i.Moments.Noticed.At}, {Value: awareNow, At: v.Now}} {
		if c.At.IsZero() {
			continue
		}
		page.Choices = append(page.Choices, c)
	}
	return nil
}

// obstacle says why the full assessment is needed.
func (v *Visit) obstacle(o fastlane.Obstacle) string {
	args := map[string]any{"Max": v.P.Number(o.Max), "Data": v.categories(o.Data)}
	return v.P.T("fast.obstacle_"+string(o.Code), args)
}

// categories names kinds of data as a list.
func (v *Visit) categories(ids []string) string {
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		if c, err := v.S.d.Packs.Category(id); err == nil {
			names = append(names, lowered(c.Name, v.P.Lang(), v.P.Country()))
		}
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + v.P.T("fast.and", nil) + " " + names[last]
}

// lowered writes a heading as it stands inside a sentence. German keeps its nouns,
// and words that are written in capitals stay so.
func lowered(t workflow.Text, lang, country string) string {
	s := t.In(lang, country)
	r := []rune(s)
	if lang == "de" || len(r) < 2 || unicode.IsUpper(r[1]) {
		return s
	}
	return string(unicode.ToLower(r[0])) + string(r[1:])
}

// reasonAhead puts the facts into the sentences of a reasoned judgement. Each
// sentence rests on a fact that was answered; none is a guess.
func (v *Visit) reasonAhead(i incident.Incident, w response.FastWay) string {
	f := w.Facts
	what := "mail"
	if i.Scenario == "wrong_recipient_post" {
		what = "post"
	}
	people := v.P.N("fast.people", f.People.Value, nil)
	to := v.P.N("fast.to", f.Recipients, nil)
	lines := []string{
		v.P.T("fast.reason_"+what, map[string]any{"Data": v.categories(f.Data), "People": people, "To": to}),
		w.Lane.Because.In(v.P.Lang(), v.P.Country()),
		v.P.T("fast.reason_back_"+backCode(w), nil),
		v.P.T("fast.reason_so", nil),
	}
	return strings.Join(lines, "\n")
}

// backCode is which sentence tells what the recipients said: unopened and confirmed
// only when all who got it said so, silent when one was given up.
func backCode(w response.FastWay) string {
	switch {
	case w.Facts.IsBack() && w.Facts.Back.Outcome == recall.AllConfirmedUnopened:
		return "unopened"
	case w.Facts.IsBack():
		return "confirmed"
	}
	asked := len(w.Recipients) >= w.Facts.Recipients
	for _, r := range w.Recipients {
		if r.State() == recall.NoAnswer {
			return "silent"
		}
		asked = asked && r.State() != recall.ToAsk
	}
	if asked {
		return "open"
	}
	return "unasked"
}
