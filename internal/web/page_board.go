package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/incident"
	"clepsydra/internal/register"
	"clepsydra/internal/response"
)

// boardRoutes: the first page, and the part of it that moves.
func (s *Server) boardRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/", Needs: SignedIn, Handle: showBoard},
		{Method: fiber.MethodGet, Path: "/board/clocks", Needs: account.SeeBoard, Handle: moveBoard},
	}
}

// How many clocks are drawn: the first large, some as cards, more as lines. The
// rest is a number with a link.
const (
	boardCards = 8
	boardLines = 40
)

// boardPage is the board.
type boardPage struct {
	First    *boardClock
	Cards    []boardClock
	Lines    []boardClock
	Rest     int // clocks that are not shown
	Running  int
	Reports  []boardReport
	More     int // reports that are not listed
	Troubles []response.Trouble
	Watched  []watchShown  // unusual reading that nobody explained
	Requests []requestLine // of people, due soon
	Told     register.Figures
	Median   string
	Bars     template.HTML
	IsFresh  bool // nothing has ever happened here
}

// boardClock is one running duty with its incident.
type boardClock struct {
	ClockView
	Key   string // of the duty: by it the browser finds the focus again
	I     incident.Incident
	Steps []register.Step
	Next  register.Step
	Path  string // of the next step
	About string
}

// boardReport is a report that nobody has judged.
type boardReport struct {
	I     incident.Incident
	Title string // of the scenario
	Age   string
}

func showBoard(v *Visit) error {
	if !v.Is(account.SeeBoard) {
		return v.Redirect("/me")
	}
	page, err := v.board()
	if err != nil {
		return err
	}
	return v.Page("board", page)
}

func moveBoard(v *Visit) error {
	page, err := v.board()
	if err != nil {
		return err
	}
	return v.Part("board_clocks", page)
}

func (v *Visit) board() (boardPage, error) {
	b, err := v.S.board.get(v.Ctx(), v.S, v.Now)
	if err != nil {
		return boardPage{}, err
	}
	out := boardPage{Running: len(b.Clocks), Told: b.Told, More: b.Waiting - len(b.Reports)}
	for k, c := range b.Clocks {
		switch {
		case k == 0:
			first := v.boardClock(c, true)
			out.First = &first
		case k <= boardCards:
			out.Cards = append(out.Cards, v.boardClock(c, true))
		case k <= boardCards+boardLines:
			out.Lines = append(out.Lines, v.boardClock(c, false))
		default:
			out.Rest++
		}
	}
	for _, i := range b.Reports {
		out.Reports = append(out.Reports, boardReport{I: i, Title: v.scenarioTitle(i.Scenario), Age: ago(v, i.OpenedAt)})
	}
	if out.Troubles, err = v.S.d.Response.Troubles(v.Ctx()); err != nil {
		return boardPage{}, err
	}
	if out.Watched, err = v.openWatch(); err != nil {
		return boardPage{}, err
	}
	if out.Requests, err = v.boardRequests(); err != nil {
		return boardPage{}, err
	}
	if m, ok := b.Told.Median(); ok {
		out.Median = v.P.Number(int(m + 0.5))
	}
	out.Bars = bars(b.Told.Hours, v.P.T("board.bars", nil))
	out.IsFresh = out.Running == 0 && len(out.Reports) == 0 && b.Told.Notified == 0
	return out, nil
}

func (v *Visit) boardClock(c register.Clock, drawn bool) boardClock {
	out := boardClock{Key: string(c.Obligation.ID), I: c.Incident, Steps: c.Steps, Path: "/incidents/" + string(c.Incident.ID)}
	if drawn {
		out.ClockView = v.clockView(c)
	} else {
		end := c.Obligation.EndAt()
		out.ClockView = ClockView{Duty: v.dutyName(c.Obligation), Due: c.Obligation.DueAt, Target: c.Obligation.TargetAt,
			State: clockState(end, v.Now), Plain: plainTime(v.P, v.readable(c.Obligation), v.Now)}
		if !end.IsZero() {
			out.Left = leftWords(v.P, end.Sub(v.Now))
		}
	}
	if next, ok := register.NextFor(c.Obligation.Duty, c.Steps); ok {
		out.Next = next
		if tab := stepTab(next); tab != "" {
			out.Path += "/" + tab
		}
	}
	var parts []string
	if c.Incident.Approx.Known {
		parts = append(parts, v.P.N("board.people", c.Incident.Approx.Value, nil))
	}
	for k, id := range c.Incident.Data {
		if k == 3 {
			parts = append(parts, "…")
			break
		}
		if category, err := v.S.d.Packs.Category(id); err == nil {
			parts = append(parts, category.Name.In(v.P.Lang(), v.P.Country()))
		}
	}
	out.About = strings.Join(parts, " · ")
	return out
}

// scenarioTitle is what a scenario card is called; nothing for one that is gone.
func (v *Visit) scenarioTitle(id string) string {
	sc, err := v.S.d.Packs.Scenario(id)
	if err != nil {
		return ""
	}
	return sc.Title.In(v.P.Lang(), v.P.Country())
}

// ago says how long something has been waiting.
func ago(v *Visit, at time.Time) string {
	switch d := v.Now.Sub(at); {
	case d < time.Hour:
		return v.P.N("board.minutes_ago", max(0, int(d.Minutes())), nil)
	case d < 48*time.Hour:
		return v.P.N("board.hours_ago", int(d.Hours()), nil)
	default:
		return v.P.N("board.days_ago", int(d.Hours()/24), nil)
	}
}

// barsShown is how many notifications the small picture has room for.
const barsShown = 14

// bars draws the hours to notify of the latest notifications under the line of 72.
func bars(hours []float64, words string) template.HTML {
	if len(hours) == 0 {
		return ""
	}
	if len(hours) > barsShown {
		hours = hours[len(hours)-barsShown:]
	}
	top := 72.0
	for _, h := range hours {
		top = max(top, h)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="bars" viewBox="0 0 400 76" width="100%%" role="img" aria-label="%s">`, template.HTMLEscapeString(words))
	limit := 70 - 64*72/top
	fmt.Fprintf(&b, `<line class="bars-limit" x1="0" x2="400" y1="%.1f" y2="%.1f"/><text class="bars-text" x="398" y="%.1f" text-anchor="end">72 h</text>`, limit, limit, limit+11)
	for k, h := range hours {
		height := max(2, 64*h/top)
		class := "bars-bar"
		if h > 72 {
			class += " late"
		}
		fmt.Fprintf(&b, `<rect class="%s" x="%d" y="%.1f" width="18" height="%.1f" rx="3"><title>%.0f h</title></rect>`, class, 4+28*k, 70-height, height, h)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}
