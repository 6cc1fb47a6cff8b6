package incident

import (
	"strings"
	"time"
	"unicode/utf8"

	"clepsydra/internal/fault"
)

// Report is what somebody told us, in his own words. Name and Contact are empty
// when he chose not to give them.
type Report struct {
	ID         string
	IncidentID ID
	Scenario   string
	Text       string
	NoticedAt  time.Time // zero: not said
	Data       []string
	Name       string
	Contact    string
	Language   string
	Via        string // form; other doors come later
	LooksLike  ID     // an open incident that may be the same
	CreatedAt  time.Time
}

// Named refusals of a report. They are few: whoever doubts must get through.
var (
	ErrReportEmpty    = fault.New(fault.Invalid, "report.text_missing")
	ErrReportTooLong  = fault.New(fault.Invalid, "report.text_too_long")
	ErrReportScenario = fault.New(fault.Invalid, "report.scenario_missing")
)

// MaxReportText is the longest text of a report, in characters.
const MaxReportText = 10_000

// Check says what a reporter must still mend.
func (r Report) Check(now time.Time) error {
	var l fault.List
	if r.Scenario == "" {
		l.Add(ErrReportScenario.At("scenario"))
	}
	if strings.TrimSpace(r.Text) == "" {
		l.Add(ErrReportEmpty.At("text"))
	}
	if utf8.RuneCountInString(r.Text) > MaxReportText {
		l.Add(ErrReportTooLong.At("text").With("Max", MaxReportText))
	}
	if r.NoticedAt.After(now.Add(clockSlack)) {
		l.Add(ErrMomentInFuture.At("noticed"))
	}
	return l.OrNil()
}

// Title makes a working title of the first line of a report, at most 80
// characters, cut at a word.
func Title(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.Join(strings.Fields(line), " ")
	if i := strings.IndexAny(line, ".!?"); i > 20 && i < 80 {
		line = line[:i]
	}
	if utf8.RuneCountInString(line) <= 80 {
		return line
	}
	cut := string([]rune(line)[:79])
	if i := strings.LastIndexByte(cut, ' '); i > 40 {
		cut = cut[:i]
	}
	return cut + "…"
}

// similarWithin is how far apart two reports of the same thing usually are.
const similarWithin = 24 * time.Hour

// Similar picks the open incident that a new report may repeat: the same
// scenario, opened within a day, the latest of several. False when there is none.
func Similar(scenario string, open []Incident, now time.Time) (Incident, bool) {
	var best Incident
	for _, i := range open {
		if i.Scenario != scenario || scenario == "other" || !i.IsOpen() || now.Sub(i.OpenedAt) > similarWithin {
			continue
		}
		if i.OpenedAt.After(best.OpenedAt) {
			best = i
		}
	}
	return best, best.ID != ""
}
