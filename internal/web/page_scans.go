package web

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/assessment"
	"clepsydra/internal/fault"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
)

// scanRoutes: the assessments of the firm. Everybody who signs in may do the yearly
// check of staff, so every route lets him in; who may do what with which scan is
// asked per scan.
func (s *Server) scanRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/scans", Needs: SignedIn, Handle: listScans},
		{Method: fiber.MethodPost, Path: "/scans", Needs: SignedIn, Handle: startScan},
		{Method: fiber.MethodGet, Path: "/scans/:id", Needs: SignedIn, Handle: showScan},
		{Method: fiber.MethodPost, Path: "/scans/:id/answers", Needs: SignedIn, Handle: answerScan},
		{Method: fiber.MethodPost, Path: "/scans/:id/preview", Needs: SignedIn, Handle: previewScan},
		{Method: fiber.MethodGet, Path: "/scans/:id/result", Needs: SignedIn, Handle: showScanResult},
		{Method: fiber.MethodPost, Path: "/scans/:id/conclude", Needs: SignedIn, Handle: concludeScan},
		{Method: fiber.MethodPost, Path: "/scans/:id/again", Needs: SignedIn, Handle: repeatScan},
		{Method: fiber.MethodGet, Path: "/scans/:id/print", Needs: SignedIn, Handle: printScan},
	}
}

// mayStartScan: those who handle, for a scan of the firm; everybody for the quiz.
func (v *Visit) mayStartScan(pack string) bool {
	return stewardship.IsQuiz(pack) || v.Is(account.HandleIncident)
}

// maySeeScan: a quiz is shown to whoever did it and to those who decide.
func (v *Visit) maySeeScan(r assessment.Run) bool {
	if stewardship.IsQuiz(r.Pack) {
		return r.StartedBy == string(v.Account.ID) || v.Is(account.Decide)
	}
	return v.Is(account.SeeBoard)
}

func (v *Visit) mayFillScan(r assessment.Run) bool {
	if stewardship.IsQuiz(r.Pack) {
		return r.StartedBy == string(v.Account.ID)
	}
	return v.Is(account.HandleIncident)
}

func (v *Visit) mayConcludeScan(r assessment.Run) bool {
	if stewardship.IsQuiz(r.Pack) {
		return r.StartedBy == string(v.Account.ID)
	}
	return v.Is(account.Decide)
}

// scansPage is the page /scans.
type scansPage struct {
	Kinds   []scanKind
	Refused string // the pack whose form was refused
	Title   string // as typed
}

// scanKind is one kind of scan with what was done of it.
type scanKind struct {
	ID, Name, Intro, Icon string
	Empty, Example        string // what stands there while there is none; a title as an example
	IsQuiz, CanStart      bool
	Open, Done            []scanRow // the latest first
	Staff                 *scanStaff
}

// scanRow is one scan in the list.
type scanRow struct {
	ID, Title, Who, Outcome, Tone string
	StartedAt, ConcludedAt, DueAt time.Time
	IsDue, CanRepeat              bool
	Differs                       bool // decided otherwise than advised
}

func (v *Visit) scansPage() (scansPage, error) {
	var page scansPage
	runs, err := assessment.RunsOf(v.Ctx(), v.S.d.DB.R, workflow.OfFirm, "")
	if err != nil {
		return page, err
	}
	active, names, err := v.accounts()
	if err != nil {
		return page, err
	}
	for _, pack := range v.S.d.Packs.Assessments() {
		if pack.Subject != workflow.OfFirm || !stewardship.IsQuiz(pack.ID) && !v.Is(account.SeeBoard) {
			continue
		}
		kind := scanKind{
			ID: pack.ID, Name: v.packText(pack.Name), Intro: v.packText(pack.Intro), Icon: scanIcon(pack.ID),
			IsQuiz: stewardship.IsQuiz(pack.ID), CanStart: v.mayStartScan(pack.ID),
		}
		kind.Empty, kind.Example = v.scanWords("none", kind), v.scanWords("example", kind)
		if err := v.addRuns(&kind, runs, names); err != nil {
			return page, err
		}
		if kind.IsQuiz {
			kind.Staff = v.staffOf(runs, active)
		}
		page.Kinds = append(page.Kinds, kind)
	}
	slices.SortStableFunc(page.Kinds, func(a, b scanKind) int { return scanOrder(a.ID) - scanOrder(b.ID) })
	return page, nil
}

// scanWords are the words for one kind of scan, or the general ones for a pack of the
// firm's own.
func (v *Visit) scanWords(what string, kind scanKind) string {
	key := "scan." + what + "_" + kind.ID
	if !v.P.Has(key) {
		key = "scan." + what + "_own"
	}
	return v.P.T(key, nil)
}

// addRuns puts the runs of a kind into its lists. A scan that was taken up again is
// not due any more.
func (v *Visit) addRuns(kind *scanKind, runs []assessment.Run, names map[string]string) error {
	later := map[string]bool{}
	for _, r := range runs {
		if r.Pack != kind.ID || !v.maySeeScan(r) {
			continue
		}
		row, err := v.scanRow(r, names)
		if err != nil {
			return err
		}
		subject := r.Title
		if kind.IsQuiz {
			subject += " " + r.StartedBy
		}
		if r.IsOpen() {
			later[subject] = true
			kind.Open = append(kind.Open, row)
			continue
		}
		if later[subject] {
			row.DueAt, row.IsDue, row.CanRepeat = time.Time{}, false, false
		}
		later[subject] = true
		kind.Done = append(kind.Done, row)
	}
	return nil
}

func (v *Visit) scanRow(r assessment.Run, names map[string]string) (scanRow, error) {
	row := scanRow{
		ID: r.ID, Title: r.Title, Who: names[r.StartedBy], StartedAt: r.StartedAt, ConcludedAt: r.ConcludedAt,
		DueAt: stewardship.DueAgain(r), CanRepeat: v.mayStartScan(r.Pack) && v.mayFillScan(r),
	}
	if r.IsOpen() {
		return row, nil
	}
	row.Who, row.Outcome = names[r.ConcludedBy], r.Decided
	row.IsDue, row.Differs = !row.DueAt.After(v.Now), r.Advised != r.Decided
	pack, err := v.S.d.Scans.Pack(r)
	if fault.KindOf(err) == fault.NotFound {
		return row, nil // a version of the firm's own that is not there any more
	}
	if err != nil {
		return row, err
	}
	rank := pack.Rank(r.Decided)
	row.Outcome, row.Tone = v.outcomeName(pack, rank), toneOf(pack, rank)
	return row, nil
}

func scanOrder(pack string) int {
	known := []string{"legitimate_interest", "dpo_required", "cookie_consent", "awareness"}
	if k := slices.Index(known, pack); k >= 0 {
		return k
	}
	return len(known)
}

func scanIcon(pack string) string {
	switch pack {
	case "legitimate_interest":
		return "scale"
	case "dpo_required":
		return "shield-check"
	case "cookie_consent":
		return "world"
	case "awareness":
		return "users-group"
	}
	return "clipboard-check"
}

func listScans(v *Visit) error {
	page, err := v.scansPage()
	if err != nil {
		return err
	}
	return v.Page("scans", page)
}

// startScan begins a scan. Sent twice, the second finds the first.
func startScan(v *Visit) error {
	kind, title := v.Form("pack"), v.Form("title")
	pack, err := v.S.d.Packs.Assessment(kind)
	if err != nil || pack.Subject != workflow.OfFirm {
		return stewardship.ErrNoSuchScan
	}
	if !v.mayStartScan(kind) {
		return account.ErrForbidden
	}
	run, err := v.S.d.Scans.Start(v.Ctx(), v.Actor, kind, title)
	if err != nil {
		page, pageErr := v.scansPage()
		if pageErr != nil {
			return pageErr
		}
		page.Refused, page.Title = kind, title
		return v.Again("scans", page, err)
	}
	return v.Redirect("/scans/" + run.ID)
}
