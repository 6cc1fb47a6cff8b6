package web

import (
	"net/url"
	"slices"
	"strings"

	"clepsydra/internal/account"
	"clepsydra/internal/assessment"
)

// answerScan keeps the answers of one part and leads to the next. When an answer
// brings another question of this part up, the page comes back to show it.
func answerScan(v *Visit) error {
	h, err := v.scanHead()
	if err != nil {
		return err
	}
	if !v.mayFillScan(h.Run) {
		return account.ErrForbidden
	}
	part := v.Form("part")
	answers, typed, err := v.readAssessment(h.questionsOf(part), h.Answers)
	if err == nil {
		err = v.S.d.Scans.Answer(v.Ctx(), v.Actor, h.Run.ID, answers)
	}
	if err != nil {
		page, pageErr := v.scanPage(h, part, typed, newErrors(v.P, err))
		if pageErr != nil {
			return pageErr
		}
		return v.Again("scan", page, err)
	}
	after := h
	after.Answers = merged(h.Answers, answers)
	if after.Asked, err = assessment.Asked(h.Pack, after.Answers); err != nil {
		return err
	}
	return v.Redirect(after.next(v, part, h.Asked, v.Form("go")))
}

// next is where a saved part leads: back, on, to the part or result asked for, or
// here again when a question came up that the form did not show.
func (h scanHead) next(v *Visit, part string, askedBefore []string, where string) string {
	saved := "saved=" + url.QueryEscape(part)
	result := "/scans/" + h.Run.ID + "/result?" + saved
	if to, isPart := strings.CutPrefix(where, "to:"); isPart {
		return h.Path(to) + "&" + saved
	}
	if where == "next" {
		for _, q := range h.questionsOf(part) {
			_, given := h.Answers[q.ID]
			if slices.Contains(h.Asked, q.ID) && !slices.Contains(askedBefore, q.ID) && !given {
				return h.Path(part) + "&" + saved + "#q-" + q.ID
			}
		}
	}
	parts := h.parts(v)
	at := slices.IndexFunc(parts, func(p scanPart) bool { return p.ID == part })
	switch {
	case where == "result" || at == len(parts)-1 && where != "back":
		return result
	case where == "back":
		return h.Path(parts[max(0, at-1)].ID) + "&" + saved
	}
	return h.Path(parts[at+1].ID) + "&" + saved
}

// savedPart is the part that was just saved: what the browser kept of it is not needed
// any more.
func (v *Visit) savedPart(h scanHead) string {
	if part := v.C.Query("saved"); part != "" {
		return "scan-" + h.Run.ID + "-" + part
	}
	return ""
}

func merged(before, now assessment.Answers) assessment.Answers {
	out := make(assessment.Answers, len(before)+len(now))
	for id, a := range before {
		out[id] = a
	}
	for id, a := range now {
		out[id] = a
	}
	return out
}

// previewScan shows where the answers in the form would lead; it keeps nothing.
func previewScan(v *Visit) error {
	h, err := v.scanHead()
	if err != nil {
		return err
	}
	if !v.mayFillScan(h.Run) {
		return account.ErrForbidden
	}
	if !v.IsFragment() {
		return v.Redirect(h.Path(v.Form("part")))
	}
	// What cannot be read yet is refused when it is saved.
	answers, _, _ := v.readAssessment(h.questionsOf(v.Form("part")), h.Answers)
	now := merged(h.Answers, answers)
	if h.IsQuiz {
		asked, err := assessment.Asked(h.Pack, now)
		if err != nil {
			return err
		}
		return v.Part("assess_outcome", assessOutcome{IsEmpty: true, Asked: joinIDs(asked)})
	}
	outcome, err := v.assessOutcome(h.Pack, now, h.place)
	if err != nil {
		return err
	}
	return v.Part("assess_outcome", outcome)
}
