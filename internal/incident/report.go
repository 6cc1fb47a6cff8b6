package incident

import (
	"strings"
	"time"
	"unicode"
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
	switch {
	case r.NoticedAt.IsZero():
	case r.NoticedAt.After(now.Add(clockSlack)):
		l.Add(ErrMomentInFuture.At("noticed"))
	case r.NoticedAt.UTC().Year() < oldestYear:
		l.Add(ErrMomentUnthinkable.At("noticed"))
	}
	return l.OrNil()
}

// maxTitle is the longest title, in characters.
const maxTitle = 80

// Title makes a working title of the first line of a report that says something,
// at most 80 characters, cut at the end of a sentence or at a word. Characters that
// cannot be seen are left out. It is empty only when the text says nothing at all.
func Title(text string) string {
	line := ""
	for l := range strings.Lines(strings.ToValidUTF8(text, "")) {
		if line = strings.Join(strings.Fields(strings.Map(visible, l)), " "); line != "" {
			break
		}
	}
	if i := sentenceEnd(line); i > 20 && i < maxTitle {
		line = strings.TrimSpace(line[:i])
	}
	if utf8.RuneCountInString(line) <= maxTitle {
		return line
	}
	cut := string([]rune(line)[:maxTitle-1])
	if i := strings.LastIndexByte(cut, ' '); i > 40 {
		cut = cut[:i]
	}
	return cut + "…"
}

// sentenceEnd returns where the first sentence of a line ends, or -1: a stop inside
// an address or a number ends nothing.
func sentenceEnd(line string) int {
	for i, r := range line {
		if strings.ContainsRune(".!?", r) && (i+1 == len(line) || line[i+1] == ' ') {
			return i
		}
	}
	return -1
}

// visible leaves out what a reader cannot see and what turns the direction of
// writing around; the joiners stay that some scripts and emoji are written with.
func visible(r rune) rune {
	const nonJoiner, joiner = '\u200c', '\u200d'
	switch {
	case unicode.IsSpace(r):
		return ' '
	case r == nonJoiner || r == joiner:
		return r
	case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
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
