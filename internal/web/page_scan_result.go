package web

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/assessment"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
)

// scanResult is the page /scans/:id/result: what the answers lead to, the decision,
// every answer, and what was changed.
type scanResult struct {
	scanHead
	Outcome   assessOutcome
	Parts     []scanPart
	Left      int // questions of a quiz that are not answered
	Decisions []scanDecision
	Advised   string // name of what the answers led to, at the conclusion or now
	Decided   string // name; empty while it is open
	Tone      string
	Answered  []scanSection
	Changed   []scanChange // the latest first
	DueAt     time.Time
	CanRepeat bool

	Choice, Reason string // of the form
	Saved          string // what the browser need not keep
}

// scanDecision is one outcome to choose.
type scanDecision struct{ ID, Name, Meaning string }

// scanSection is the answers of a group.
type scanSection struct {
	Title string
	Rows  []scanAnswer
}

// scanAnswer is one question with its answer in words; Text is empty while it is not
// known.
type scanAnswer struct {
	Question, Text, Source, By string
	At                         time.Time
	IsText                     bool // it may stay empty
}

// scanChange is an answer that replaced another.
type scanChange struct {
	Question, From, To, By string
	At                     time.Time
}

func (v *Visit) scanResult() (scanResult, error) {
	h, err := v.scanHead()
	if err != nil {
		return scanResult{}, err
	}
	page := scanResult{scanHead: h, Saved: v.savedPart(h), Parts: h.parts(v), DueAt: stewardship.DueAgain(h.Run), CanRepeat: !h.Run.IsOpen() && v.mayStartScan(h.Run.Pack) && v.mayFillScan(h.Run)}
	answers := h.Answers
	if h.IsQuiz {
		answers = stewardship.AsQuiz(h.Pack, answers)
		for _, p := range page.Parts {
			page.Left += p.Open
		}
	}
	link := h.place
	if !h.CanFill {
		link = nil
	}
	if page.Outcome, err = v.assessOutcome(h.Pack, answers, link); err != nil {
		return page, err
	}
	if h.IsQuiz {
		page.Outcome.asQuiz()
	}
	advised, err := v.adviceOf(h, answers)
	if err != nil {
		return page, err
	}
	page.Advised, page.Choice = v.outcomeName(h.Pack, h.Pack.Rank(advised)), advised
	if !h.Run.IsOpen() {
		rank := h.Pack.Rank(h.Run.Decided)
		page.Decided, page.Tone = v.outcomeName(h.Pack, rank), toneOf(h.Pack, rank)
	}
	for _, r := range h.Pack.Outcomes {
		page.Decisions = append(page.Decisions, scanDecision{r.ID, v.packText(r.Name), v.packText(r.Meaning)})
	}
	page.Answered, page.Changed = v.answersOf(h), v.changesOf(h)
	return page, nil
}

// asQuiz leaves what a quiz shows: the result and the explanations of weak points.
func (o *assessOutcome) asQuiz() {
	o.Rules, o.May, o.Movers, o.Others, o.Near, o.Unknown, o.More = nil, nil, nil, nil, nil, nil, nil
}

func (v *Visit) adviceOf(h scanHead, answers assessment.Answers) (string, error) {
	if !h.Run.IsOpen() {
		return h.Run.Advised, nil
	}
	now, err := assessment.Evaluate(h.Pack, answers)
	return now.Proposed, err
}

// answersOf are the answers that stand, group by group, with who gave them.
func (v *Visit) answersOf(h scanHead) []scanSection {
	last := map[string]assessment.Given{}
	for _, g := range h.History {
		last[g.Question] = g
	}
	var out []scanSection
	for _, g := range h.Pack.Groups {
		s := scanSection{Title: v.packText(g.Title)}
		for _, q := range g.Questions {
			if !slices.Contains(h.Asked, q.ID) {
				continue
			}
			a := scanAnswer{Question: v.packText(q.Text), Source: q.Source, Text: v.saidIn(q, h.Answers[q.ID]), IsText: q.Kind == workflow.FreeText}
			if given, ok := last[q.ID]; ok {
				a.By, a.At = h.Names[given.By], given.At
			}
			s.Rows = append(s.Rows, a)
		}
		if len(s.Rows) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// saidIn writes an answer in the visitor's words; empty while it is not known.
func (v *Visit) saidIn(q workflow.Question, a assessment.Answer) string {
	if q.Kind == workflow.ManyOptions && a.Known && len(a.Options) == 0 && q.None == nil {
		return v.P.T("assess.none", nil)
	}
	return assessment.Say(q, a, v.P.Lang(), v.P.Country())
}

// changesOf are the answers that replaced earlier ones.
func (v *Visit) changesOf(h scanHead) []scanChange {
	before := assessment.Answers{}
	var out []scanChange
	for _, g := range h.History {
		q, ok := h.Pack.Question(g.Question)
		old, had := before[g.Question]
		before[g.Question] = g.Answer
		if ok && had {
			out = append(out, scanChange{v.packText(q.Short), v.saidIn(q, old), v.saidIn(q, g.Answer), h.Names[g.By], g.At})
		}
	}
	slices.Reverse(out)
	return out
}

func showScanResult(v *Visit) error {
	page, err := v.scanResult()
	if err != nil {
		return err
	}
	return v.Page("scan_result", page)
}

// concludeScan ends a scan with a decision.
func concludeScan(v *Visit) error {
	page, err := v.scanResult()
	if err != nil {
		return err
	}
	if !v.mayConcludeScan(page.Run) {
		return account.ErrForbidden
	}
	page.Choice, page.Reason = v.Form("decided"), v.Form("reason")
	if err := v.S.d.Scans.Conclude(v.Ctx(), v.Actor, page.Run.ID, page.Choice, page.Reason); err != nil {
		return v.Again("scan_result", page, err)
	}
	v.Flash("scan.concluded", nil)
	return v.Redirect("/scans/" + page.Run.ID + "/result")
}

// repeatScan takes a scan up again.
func repeatScan(v *Visit) error {
	h, err := v.scanHead()
	if err != nil {
		return err
	}
	if !v.mayStartScan(h.Run.Pack) || !v.mayFillScan(h.Run) {
		return account.ErrForbidden
	}
	run, err := v.S.d.Scans.Again(v.Ctx(), v.Actor, h.Run.ID)
	if err != nil {
		return err
	}
	v.Flash("scan.copied", nil)
	return v.Redirect("/scans/" + run.ID)
}

// printScan gives the scan as a PDF.
func printScan(v *Visit) error {
	page, err := v.scanResult()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := v.S.d.Papers.Scan(v.Ctx(), &b, v.scanPaper(page)); err != nil {
		return err
	}
	return v.Download("scan-"+page.Run.Pack+"-"+v.Now.In(v.Firm.Location()).Format(time.DateOnly)+".pdf", "application/pdf", b.Bytes())
}

func joinIDs(ids []string) string { return strings.Join(ids, " ") }
