package web

import (
	"hash/fnv"
	"net/url"
	"slices"

	"clepsydra/internal/account"
	"clepsydra/internal/assessment"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
)

// scanHead is what the pages of one scan share.
type scanHead struct {
	Run         assessment.Run
	Pack        workflow.Assessment
	Name        string
	Answers     assessment.Answers
	History     []assessment.Given // the earliest first
	Names       map[string]string
	Asked       []string
	IsQuiz      bool
	CanFill     bool
	CanConclude bool
}

// scanHead reads the scan of the address and refuses those who may not see it.
func (v *Visit) scanHead() (scanHead, error) {
	run, err := v.S.d.Scans.ByID(v.Ctx(), v.C.Params("id"))
	if err != nil {
		return scanHead{}, err
	}
	if !v.maySeeScan(run) {
		return scanHead{}, account.ErrForbidden
	}
	h := scanHead{Run: run, IsQuiz: stewardship.IsQuiz(run.Pack), CanFill: run.IsOpen() && v.mayFillScan(run), CanConclude: run.IsOpen() && v.mayConcludeScan(run)}
	if h.Pack, err = v.S.d.Scans.Pack(run); err != nil {
		return h, err
	}
	h.Name = v.packText(h.Pack.Name)
	if h.History, err = assessment.HistoryOf(v.Ctx(), v.S.d.DB.R, run.ID); err != nil {
		return h, err
	}
	h.Answers = assessment.Standing(h.History)
	if h.Asked, err = assessment.Asked(h.Pack, h.Answers); err != nil {
		return h, err
	}
	_, h.Names, err = v.accounts()
	return h, err
}

// Path is the address of a part of the scan.
func (h scanHead) Path(part string) string {
	path := "/scans/" + h.Run.ID
	if part != "" {
		path += "?part=" + url.QueryEscape(part)
	}
	return path
}

// place is the address of one question.
func (h scanHead) place(question string) string {
	for _, g := range h.Pack.Groups {
		if slices.ContainsFunc(g.Questions, func(q workflow.Question) bool { return q.ID == question }) {
			return h.Path(g.ID) + "#q-" + question
		}
	}
	return h.Path("")
}

// scanPart is one step on the way through a scan.
type scanPart struct {
	ID, Title   string
	Given, Open int // questions answered, and not yet
	Active      bool
}

// IsDone reports whether nothing of it is left.
func (p scanPart) IsDone() bool { return p.Open == 0 && p.Given > 0 }

// parts are the groups with something to ask. Texts may stay empty.
func (h scanHead) parts(v *Visit) []scanPart {
	var out []scanPart
	for _, g := range h.Pack.Groups {
		p := scanPart{ID: g.ID, Title: v.packText(g.Title)}
		asked := 0
		for _, q := range g.Questions {
			if !slices.Contains(h.Asked, q.ID) {
				continue
			}
			asked++
			if _, given := h.Answers[q.ID]; given {
				p.Given++
			} else if q.Kind != workflow.FreeText {
				p.Open++
			}
		}
		if asked > 0 {
			out = append(out, p)
		}
	}
	return out
}

// scanPage is the page /scans/:id with the questions of one part.
type scanPage struct {
	scanHead
	Parts     []scanPart
	Part      scanPart
	At        int // place of the part
	Intro     string
	Questions []assessQuestion
	Outcome   assessOutcome
	Saved     string // what the browser need not keep
}

// Previous is the part before; empty for the first.
func (p scanPage) Previous() string {
	if p.At == 0 {
		return ""
	}
	return p.Parts[p.At-1].ID
}

// IsLast reports whether the result comes next.
func (p scanPage) IsLast() bool { return p.At == len(p.Parts)-1 }

// scanPage shows a part. Typed is what a refused form said; nil for none.
func (v *Visit) scanPage(h scanHead, part string, typed assessTyped, errs Errors) (scanPage, error) {
	page := scanPage{scanHead: h, Parts: h.parts(v), Saved: v.savedPart(h)}
	page.At = max(0, slices.IndexFunc(page.Parts, func(p scanPart) bool { return p.ID == part }))
	if part == "" { // the first with something left
		page.At = max(0, slices.IndexFunc(page.Parts, func(p scanPart) bool { return p.Open > 0 }))
	}
	page.Parts[page.At].Active = true
	page.Part = page.Parts[page.At]
	given := map[string]assessGiven{}
	for _, g := range h.History {
		given[g.Question] = assessGiven{h.Names[g.By], g.At}
	}
	form := assessForm{Answers: h.Answers, Typed: typed, Asked: h.Asked, Given: given, Errors: errs}
	for _, g := range h.Pack.Groups {
		if g.ID != page.Part.ID {
			continue
		}
		page.Intro = v.packText(g.Intro)
		for _, q := range g.Questions {
			shown := v.assessQuestion(q, form)
			if h.IsQuiz {
				mix(shown.Options, h.Run.ID+q.ID)
				shown.NoIdea, shown.By = true, ""
			}
			page.Questions = append(page.Questions, shown)
		}
	}
	if h.IsQuiz {
		return page, nil // a quiz tells at the end
	}
	var err error
	page.Outcome, err = v.assessOutcome(h.Pack, h.Answers, h.place)
	return page, err
}

// mix turns the options round, the same way each time the page is shown: in the pack
// the best stands first.
func mix(options []assessOption, seed string) {
	sum := fnv.New32a()
	sum.Write([]byte(seed)) // never fails
	for k := range len(options) {
		to := int(sum.Sum32()>>(4*k)) % len(options)
		options[k], options[to] = options[to], options[k]
	}
}

func showScan(v *Visit) error {
	h, err := v.scanHead()
	if err != nil {
		return err
	}
	if !h.CanFill {
		return v.Redirect("/scans/" + h.Run.ID + "/result")
	}
	page, err := v.scanPage(h, v.C.Query("part"), nil, Errors{})
	if err != nil {
		return err
	}
	return v.Page("scan", page)
}

// questionsOf are the questions of a part.
func (h scanHead) questionsOf(part string) []workflow.Question {
	for _, g := range h.Pack.Groups {
		if g.ID == part {
			return g.Questions
		}
	}
	return nil
}
